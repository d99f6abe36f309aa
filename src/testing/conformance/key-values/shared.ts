import type { KeyValueStore } from '../../../ports/key-value-store.ts';
import { type KeyValueBench, type KeyValueCase, keysOf, losesLock } from './harness.ts';

/** Runs the body with the same store opened once more. */
async function withAnother({ another }: KeyValueBench, body: (other: KeyValueStore) => Promise<void>): Promise<void> {
  if (!another) throw new Error('The subject of a shared store must have `another`.');
  const { store, close } = await another();
  try {
    await body(store);
  } finally {
    await close();
  }
}

/** What holds between processes. */
export const sharedCases: readonly KeyValueCase[] = [
  {
    name: 'shows another process what this one writes and deletes',
    check: (bench, expect) =>
      withAnother(bench, async (other) => {
        await bench.store.set('k1', 'a');
        expect([await other.get('k1'), await keysOf(other)]).toEqual(['a', ['k1']]);
        await bench.store.set('k1', 'b');
        expect(await other.get('k1')).toBe('b');
        expect(await other.delete('k1')).toBe(true);
        expect([await bench.store.get('k1'), await keysOf(bench.store)]).toEqual([undefined, []]);
      }),
  },
  {
    name: 'has one winner where two processes insert a key at once',
    check: (bench, expect) =>
      withAnother(bench, async (other) => {
        for (const key of Array.from({ length: 20 }, (_, round) => `k${round}`)) {
          const wins = await Promise.all([bench.store, other].map((store) => store.setIfAbsent(key, 'a')));
          expect(wins.filter(Boolean).length).toBe(1);
        }
      }),
  },
  {
    name: 'loses no step of a counter that two processes count on',
    check: (bench, expect) =>
      withAnother(bench, async (other) => {
        const count = async (store: KeyValueStore): Promise<void> => {
          for (let steps = 0; steps < 20; ) {
            const seen = await store.get('k1');
            if (await store.compareAndSet('k1', seen, String(Number(seen ?? 0) + 1))) steps += 1;
          }
        };
        await Promise.all([count(bench.store), count(other)]);
        expect(await other.get('k1')).toBe('40');
      }),
  },
  {
    name: 'gives a lock to one of two processes at a time, with rising tokens',
    check: (bench, expect) =>
      withAnother(bench, async (other) => {
        const tokens: number[] = [];
        for (let round = 0; round < 6; round++) {
          const [holder, rival] = round % 2 === 0 ? [bench.store, other] : [other, bench.store];
          const lock = await holder.lock('k1');
          expect(await rival.lock('k1')).toBe(undefined);
          tokens.push(lock?.token ?? 0);
          expect(await lock?.release()).toBe(true);
        }
        expect(tokens).toEqual([...new Set(tokens)].sort((left, right) => left - right));
      }),
  },
  {
    name: 'has one winner where two processes want a lock at once',
    check: (bench, expect) =>
      withAnother(bench, async (other) => {
        for (const key of Array.from({ length: 20 }, (_, round) => `k${round}`)) {
          const locks = await Promise.all([bench.store, other].map((store) => store.lock(key)));
          expect(locks.filter((lock) => lock !== undefined).length).toBe(1);
        }
      }),
  },
  {
    name: 'gives a lock to the process that waits for it when the other releases it',
    check: (bench, expect) =>
      withAnother(bench, async (other) => {
        const holder = await bench.take('k1');
        const waiting = other.lock('k1', { waitMs: 60_000 });
        await bench.advance(300);
        await holder.release();
        const lock = await bench.settle(waiting);
        expect((lock?.token ?? 0) > holder.token).toBe(true);
        expect(await bench.store.lock('k1')).toBe(undefined);
        expect(await lock?.release()).toBe(true);
      }),
  },
  {
    name: 'writes nothing for a holder that one of another process has followed',
    check: (bench, expect) =>
      withAnother(bench, async (other) => {
        const stale = await bench.take('k1', { leaseMs: 1_000 });
        await bench.stall(1_001);
        const next = await other.lock('k1', { leaseMs: 60_000 });
        await other.set('k1', 'next', { fence: next?.token ?? 0 });
        expect(await losesLock(bench.store.set('k1', 'stale', { fence: stale.token }))).toBe(true);
        expect(await losesLock(bench.store.delete('k1', { fence: stale.token }))).toBe(true);
        expect(await stale.release()).toBe(false);
        expect(await bench.store.get('k1')).toBe('next');
        expect(await next?.release()).toBe(true);
      }),
  },
];
