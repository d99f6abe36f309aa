// @ts-nocheck
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SyncStatus } from '../../src/ports/sync-record-store.ts';
import { compareCodePoints, createGate } from '../../src/storage/adapter-kit.ts';
import { memoryStores } from '../../src/storage/memory.ts';
import { sqliteStores } from '../../src/storage/sqlite.ts';
import { record, shop } from '../../src/testing/conformance/sync-record-store/harness.ts';

const wellFormed = fc.string({ unit: 'binary', maxLength: 6 });

describe('compareCodePoints', () => {
  it('orders as UTF-8 bytes do', () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, (left, right) => {
        expect(Math.sign(compareCodePoints(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)));
      }),
    );
  });

  it('finds a text equal to itself only, and after its own beginning', () => {
    expect(compareCodePoints('a😀', 'a😀')).toBe(0);
    expect(compareCodePoints('a', 'a\0')).toBeLessThan(0);
    expect(compareCodePoints('\uffff', '😀')).toBeLessThan(0);
  });
});

const localId = fc.constantFrom('a', 'b', 'A', '😀', '～', '\uffff', 'é', 'aa');
const status = fc.constantFrom<SyncStatus>('pending', 'syncing', 'synced', 'failed', 'deleted-in-shopify');
const gid = fc.constantFrom('g1', 'g2', null);
const command = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), localId, status, gid }),
  fc.record({ kind: fc.constant('delete' as const), localId }),
  fc.record({
    kind: fc.constant('list' as const),
    after: fc.option(localId, { nil: undefined }),
    status: fc.option(status, { nil: undefined }),
    limit: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ kind: fc.constant('getByGid' as const), gid: fc.constantFrom('g1', 'g2') }),
  fc.record({ kind: fc.constant('counts' as const) }),
);

describe('memory and SQLite', () => {
  it('answer any series of calls alike', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 25 }), async (commands) => {
        const both = [memoryStores(), sqliteStores({ path: ':memory:' })];
        for (const step of commands) {
          const [memory, sqlite] = await Promise.all(
            both.map(({ records }): Promise<unknown> => {
              if (step.kind === 'put') return records.put(record(step.localId, { status: step.status, gid: step.gid }));
              if (step.kind === 'delete') return records.delete(shop, step.localId);
              if (step.kind === 'getByGid') return records.getByGid(shop, step.gid);
              if (step.kind === 'counts') return records.counts(shop);
              const { after, status: only, limit } = step;
              return records.list(shop, { limit, ...(after && { after }), ...(only && { status: only }) });
            }),
          );
          expect(memory).toEqual(sqlite);
        }
        await Promise.all(both.map((stores) => stores.close()));
      }),
      { numRuns: 60 },
    );
  });
});

describe('createGate', () => {
  it('releases only after the work that was let through has ended, failed work included', async () => {
    const gate = createGate();
    const steps: string[] = [];
    let finish = (): void => undefined;
    const slow = gate.run(() => new Promise<void>((resolve) => (finish = resolve)).then(() => steps.push('work')));
    const failing = gate.run(async () => {
      throw new Error('lost');
    });
    const closed = gate.close(async () => {
      steps.push('released');
    });
    await expect(failing).rejects.toThrow('lost');
    expect(steps).toEqual([]);
    finish();
    await closed;
    await slow;
    expect(steps).toEqual(['work', 'released']);
  });

  it('closes without anything to release', async () => {
    const gate = createGate();
    expect(gate.close()).toBe(gate.close());
    expect(await gate.close()).toBe(undefined);
  });
});
