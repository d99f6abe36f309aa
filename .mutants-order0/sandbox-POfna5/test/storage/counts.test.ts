// @ts-nocheck
import fc from 'fast-check';
import { memoryStores, type SyncRecord, type SyncRecordStore, type SyncStatus } from 'shopwright';
import type { AgeCount } from 'shopwright/storage/adapter';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { describe, expect, it } from 'vitest';
import { record, shop, statuses } from '../../src/testing/conformance/sync-record-store/harness.ts';

const dayMs = 86_400_000;

const anyRecord: fc.Arbitrary<SyncRecord> = fc
  .record({
    localId: fc.constantFrom('a', 'b', 'c', 'd'),
    shop: fc.constantFrom(shop, 'other.myshopify.com'),
    status: fc.constantFrom<SyncStatus>(...statuses),
    lastSyncedAt: fc.constantFrom(null, 0, dayMs - 1, dayMs, 20_000.5 * dayMs),
  })
  .map(({ localId, ...changes }) => record(localId, changes));

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put' as const), record: anyRecord }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('putMany' as const), records: fc.array(anyRecord, { maxLength: 6 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), record: anyRecord }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('erase' as const), record: anyRecord }) },
);

/** The model: the counts that a list of all records gives. */
function modelOf(records: readonly SyncRecord[]) {
  const counts = Object.fromEntries(statuses.map((status) => [status, 0]));
  const ages = new Map<string, AgeCount>();
  for (const { status, lastSyncedAt } of records) {
    counts[status] = (counts[status] ?? 0) + 1;
    const day = lastSyncedAt === null ? null : Math.floor(lastSyncedAt / dayMs);
    const key = `${status} ${day}`;
    ages.set(key, { status, day, count: (ages.get(key)?.count ?? 0) + 1 });
  }
  return { counts, ages: new Set([...ages.values()].map((age) => JSON.stringify(age))) };
}

async function countsOf(records: SyncRecordStore, of: string) {
  const ages = (await records.ageCounts(of)).map((age) => JSON.stringify(age));
  expect(new Set(ages).size).toBe(ages.length);
  return { counts: await records.counts(of), ages: new Set(ages) };
}

describe.each([
  ['memoryStores', memoryStores],
  ['sqliteStores', () => sqliteStores({ path: ':memory:' })],
] as const)('the counts of %s', (_name, create) => {
  it('equal what the list says, whatever was put, deleted and erased before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const stores = create();
        const { records } = stores;
        for (const one of steps) {
          if (one.kind === 'put') await records.put(one.record);
          else if (one.kind === 'putMany') await records.putMany(one.records);
          else if (one.kind === 'delete') await records.delete(one.record.shop, one.record.localId);
          else await records.erase(one.record.shop);
          for (const of of [shop, 'other.myshopify.com']) {
            expect(await countsOf(records, of)).toEqual(modelOf(await records.list(of)));
          }
        }
        await stores.close();
      }),
      { numRuns: 60 },
    );
  });
});
