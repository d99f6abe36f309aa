import type { KeyValueStore } from '../../../ports/key-value-store.ts';
import { storageFailure } from '../sync-records/storage-failure.ts';
import { type KeyValueCase, keysOf } from './harness.ts';

const badKeys: readonly (readonly [what: string, key: unknown])[] = [
  ['an empty key', ''],
  ['a key of 256 characters', 'x'.repeat(256)],
  ['a key with a NUL', 'k\0'],
  ['a key with the first half of a surrogate pair', 'k\ud800'],
  ['a key with the second half of a surrogate pair', '\udc00k'],
  ['a key that is no text', 7],
];

const badValues: readonly (readonly [what: string, value: unknown])[] = [
  ['a value with a NUL', 'secret\0'],
  ['a value with half a surrogate pair', 'secret\ud800'],
  ['a value that is no text', { secret: 1 }],
];

/** Calls whatever types do not allow, as a program without types can. */
const loose = (store: KeyValueStore) =>
  store as unknown as Record<keyof KeyValueStore, (...parameters: readonly unknown[]) => Promise<unknown>>;

/** What no store takes, and says so. */
export const refusalCases: readonly KeyValueCase[] = [
  ...badKeys.map(
    ([what, key]): KeyValueCase => ({
      name: `refuses ${what} in every call, with an error that says so`,
      async check({ store }, expect) {
        const calls = loose(store);
        const failures = [
          calls.get(key),
          calls.set(key, 'a'),
          calls.setIfAbsent(key, 'a'),
          calls.compareAndSet(key, undefined, 'a'),
          calls.delete(key),
          calls.lock(key),
        ].map(storageFailure);
        for (const error of await Promise.all(failures)) {
          expect(error.isRetryable).toBe(false);
          expect(error.message.includes('key')).toBe(true);
        }
        expect(await keysOf(store)).toEqual([]);
      },
    }),
  ),
  ...badValues.map(
    ([what, value]): KeyValueCase => ({
      name: `refuses ${what}, and does not show it`,
      async check({ store }, expect) {
        await store.set('k1', 'before');
        const calls = loose(store);
        const failures = [
          calls.set('k1', value),
          calls.setIfAbsent('k2', value),
          calls.compareAndSet('k1', 'before', value),
          calls.compareAndSet('k1', value, 'after'),
        ].map(storageFailure);
        for (const error of await Promise.all(failures)) {
          expect(error.isRetryable).toBe(false);
          expect(error.message.includes('value')).toBe(true);
          expect(error.message.includes('secret')).toBe(false);
        }
        expect(await keysOf(store)).toEqual(['k1']);
        expect(await store.get('k1')).toBe('before');
      },
    }),
  ),
  ...[0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY].map(
    (ttlMs): KeyValueCase => ({
      name: `refuses a time to live of ${ttlMs} ms`,
      async check({ store }, expect) {
        const failures = [
          store.set('k1', 'a', { ttlMs }),
          store.setIfAbsent('k1', 'a', { ttlMs }),
          store.compareAndSet('k1', undefined, 'a', { ttlMs }),
        ].map(storageFailure);
        for (const error of await Promise.all(failures)) expect(error.message.includes('ttlMs')).toBe(true);
        expect(await store.get('k1')).toBe(undefined);
      },
    }),
  ),
  ...[0, -1, 1.5, Number.NaN].map(
    (fence): KeyValueCase => ({
      name: `refuses ${fence} as a fence instead of writing without one`,
      async check({ store }, expect) {
        await store.set('k1', 'a');
        const failures = [
          store.set('k1', 'b', { fence }),
          store.compareAndSet('k1', 'a', 'b', { fence }),
          store.delete('k1', { fence }),
        ].map(storageFailure);
        for (const error of await Promise.all(failures)) expect(error.message.includes('fence')).toBe(true);
        expect(await store.get('k1')).toBe('a');
      },
    }),
  ),
  {
    name: 'refuses a lease that is too short or endless, and a wait that is negative',
    async check({ store }, expect) {
      for (const leaseMs of [0, 99, Number.NaN, Number.POSITIVE_INFINITY]) {
        expect((await storageFailure(store.lock('k1', { leaseMs }))).message.includes('leaseMs')).toBe(true);
      }
      for (const waitMs of [-1, Number.NaN]) {
        expect((await storageFailure(store.lock('k1', { waitMs }))).message.includes('waitMs')).toBe(true);
      }
      const lock = await store.lock('k1', { leaseMs: 100 });
      expect(await lock?.release()).toBe(true);
    },
  },
  {
    name: 'refuses to scan for what no key can begin with',
    async check({ store }, expect) {
      await store.set('k\ufffd', 'a');
      for (const prefix of ['k\0', 'k\ud83d', 7]) {
        const pages = loose(store).scan(prefix) as unknown as AsyncIterable<string>;
        const error = await storageFailure(pages[Symbol.asyncIterator]().next());
        expect(error.isRetryable).toBe(false);
      }
    },
  },
];
