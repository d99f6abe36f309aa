import { type Clock, type KeyValueStore, memoryStores } from 'shopwright';
import { describeKeyValueStore } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { createStallableClock } from './stallable-clock.ts';

type Flaw = (store: KeyValueStore, clock: Clock) => Partial<KeyValueStore>;

/** Runs the suite on a store in memory with a flaw, and gives the names of its cases that fail. */
async function failedCases(flaw: Flaw): Promise<string[]> {
  const cases: { name: string; body: () => Promise<void> }[] = [];
  describeKeyValueStore(
    'a store',
    () => {
      const { clock, advance, stall } = createStallableClock();
      const stores = memoryStores({ clock });
      const open = (): KeyValueStore => ({ ...stores.keyValue, ...flaw(stores.keyValue, clock) });
      const another = () => ({ store: open(), close: async () => undefined });
      return { store: open(), another, close: () => stores.close(), advance, stall };
    },
    { describe: (_name, body) => body(), it: (name, body) => cases.push({ name, body }), expect },
    { shared: true },
  );
  const failed: string[] = [];
  for (const { name, body } of cases) await body().catch(() => failed.push(name));
  return failed;
}

/** Lets others go on, as a response of a server does. */
const answered = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const flaws: readonly (readonly [what: string, caught: string, flaw: Flaw])[] = [
  [
    'looks whether there is a key, and inserts it then',
    'lets one of 50 that insert a key at once win',
    (store) => ({
      async setIfAbsent(key, value, options) {
        if ((await store.get(key)) !== undefined) return false;
        await answered();
        await store.set(key, value, options);
        return true;
      },
    }),
  ],
  [
    'compares and sets in this process only',
    'loses no increment of a counter that two processes increment',
    (store) => {
      let last: Promise<unknown> = Promise.resolve();
      const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
        const own = last.then(work);
        last = own.catch(() => undefined);
        return own;
      };
      return {
        compareAndSet: (key, expected, value, options) =>
          inTurn(async () => {
            const seen = await store.get(key);
            await answered();
            return seen === expected && (await store.compareAndSet(key, await store.get(key), value, options));
          }),
      };
    },
  ],
  [
    'locks in this process only',
    'grants a lock to one of two processes at a time, with increasing tokens',
    (_store, clock) => ({ lock: memoryStores({ clock }).keyValue.lock }),
  ],
  [
    'pages its keys by their number',
    'finds every key even if each is deleted as soon as it is found',
    (store) => ({
      async *scan(prefix) {
        for (let from = 0; ; from += 100) {
          const keys: string[] = [];
          for await (const key of store.scan(prefix)) keys.push(key);
          if (from >= keys.length) return;
          yield* keys.slice(from, from + 100);
        }
      },
    }),
  ],
  [
    'takes what is in a prefix for wildcards',
    'takes "a%" as a prefix by the letter',
    (store) => ({
      async *scan(prefix) {
        const [start = ''] = prefix.split('%');
        for await (const key of store.scan(start)) yield key;
      },
    }),
  ],
  [
    'looks at the fence only where there is something to delete',
    'writes nothing after the lock was released',
    (store) => ({ delete: async (key, options) => (await store.get(key)) !== undefined && store.delete(key, options) }),
  ],
  [
    'takes an empty value for none',
    'treats an empty value as a value',
    (store) => ({
      compareAndSet: (key, expected, value, options) => store.compareAndSet(key, expected || undefined, value, options),
    }),
  ],
  [
    'keeps the time to live of a key that is set again without one',
    'never expires a key that is set again without a time to live',
    (store) => {
      const kept = new Map<string, number | undefined>();
      return {
        set(key, value, options = {}) {
          const ttlMs = options.ttlMs ?? kept.get(key);
          kept.set(key, ttlMs);
          return store.set(key, value, { ...options, ...(ttlMs !== undefined && { ttlMs }) });
        },
      };
    },
  ],
  [
    'writes accents in one way',
    'keeps a value with accents written apart, and letters of other widths',
    (store) => ({ set: (key, value, options) => store.set(key, value.normalize('NFC'), options) }),
  ],
  [
    'waits half as long as it may',
    'waits for at most the given time',
    (store) => ({
      lock: (key, { waitMs, ...options } = {}) =>
        store.lock(key, { ...options, ...(waitMs !== undefined && { waitMs: waitMs / 2 }) }),
    }),
  ],
  [
    'counts the time to live in whole seconds',
    'keeps a key for the milliseconds of its time to live, not for whole seconds',
    (store) => ({
      set: (key, value, { ttlMs, ...options } = {}) =>
        store.set(key, value, {
          ...options,
          ...(ttlMs !== undefined && { ttlMs: ttlMs < 1_000 ? ttlMs : Math.floor(ttlMs / 1_000) * 1_000 }),
        }),
    }),
  ],
  [
    'gives each key a day',
    'never expires a key without a time to live',
    (store) => ({
      setIfAbsent: (key, value, options) => store.setIfAbsent(key, value, { ttlMs: 86_400_000, ...options }),
    }),
  ],
  [
    'leases locks for five seconds',
    'leases a lock for 30 seconds by default',
    (store) => ({ lock: (key, options) => store.lock(key, { leaseMs: 5_000, ...options }) }),
  ],
];

describe('describeKeyValueStore', () => {
  it('passes a store that keeps the contract', async () => {
    expect(await failedCases(() => ({}))).toEqual([]);
  });

  it.each(flaws)('catches a store that %s', async (_what, caught, flaw) => {
    expect(await failedCases(flaw)).toContain(caught);
  });
});
