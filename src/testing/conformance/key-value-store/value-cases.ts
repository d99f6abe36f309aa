import type { KeyValueStore } from '../../../ports/key-value-store.ts';
import { storageFailure, turn } from '../runner.ts';
import { type KeyValueCase, keysOf, oddKeys } from './harness.ts';

const oddValues: readonly (readonly [what: string, value: string])[] = [
  ['nothing in it', ''],
  ['white space only', ' \n\t '],
  ['leading zeros', '007'],
  ['a number too big for JavaScript', '12345678901234567890'],
  ['the words null, true and undefined', 'null true undefined'],
  ['JSON', '{"a":[1,"\\"",null]}'],
  ['emoji, accents and the highest code point', '👗 Prêt-à-porter \u{10ffff}\uffff'],
  ['accents written apart, and letters of other widths', 'e\u0301 \u212b \ufb01 ｋ １ \u1e9b\u0323'],
  ['control characters', '\u0001\r\n\u001f\u007f\u0085\u2028'],
  ['quotes and SQL', `'; drop table key_values; -- " \\`],
];

/** Setting, getting and deleting values. */
export const valueCases: readonly KeyValueCase[] = [
  {
    name: 'finds nothing under a key that was never set',
    async check({ store }, expect) {
      expect(await store.get('k1')).toBe(undefined);
      expect(await store.delete('k1')).toBe(false);
    },
  },
  {
    name: 'returns a value as it was set, and the last of several',
    async check({ store }, expect) {
      await store.set('k1', 'one');
      await store.set('k2', 'other');
      await store.set('k1', 'two');
      expect(await store.get('k1')).toBe('two');
      expect(await store.get('k2')).toBe('other');
    },
  },
  {
    name: 'inserts many keys at once except existing ones, if it supports that',
    async check({ store, advance }, expect) {
      if (!store.setManyIfAbsent) return;
      await store.set('k2', 'mine');
      await store.set('k3', 'gone', { ttlMs: 1 });
      await advance(2);
      const entries = new Map([...oddKeys.map(([, key]) => key), 'k1', 'k2', 'k3'].map((key) => [key, `of ${key}`]));
      expect((await store.setManyIfAbsent(entries)).size).toBe(entries.size - 1);
      expect(await store.get('k2')).toBe('mine');
      for (const [key, value] of entries) if (key !== 'k2') expect(await store.get(key)).toBe(value);
      expect(
        await store.setManyIfAbsent(
          new Map([
            ['k1', 'again'],
            ['k4', 'new'],
          ]),
        ),
      ).toEqual(new Set(['k4']));
      expect(await store.setManyIfAbsent(new Map())).toEqual(new Set());
      await storageFailure(
        store.setManyIfAbsent(
          new Map([
            ['k5', 'a'],
            ['', 'b'],
          ]),
        ),
      );
      expect(await store.get('k5')).toBe(undefined);
      const tooMany = new Map(Array.from({ length: 1_001 }, (_, index) => [`many-${index}`, '']));
      await storageFailure(store.setManyIfAbsent(tooMany));
    },
  },
  {
    name: 'deletes a key once, and no other',
    async check({ store }, expect) {
      await store.set('k1', 'a');
      await store.set('k2', 'b');
      expect(await store.delete('k1')).toBe(true);
      expect(await store.delete('k1')).toBe(false);
      expect(await store.get('k1')).toBe(undefined);
      expect(await store.get('k2')).toBe('b');
    },
  },
  ...oddValues.map(
    ([what, value]): KeyValueCase => ({
      name: `keeps a value with ${what}`,
      async check({ store }, expect) {
        await store.set('k1', value);
        expect(await store.get('k1')).toBe(value);
        expect(await store.compareAndSet('k1', value, 'other')).toBe(true);
        expect(await store.compareAndSet('k1', 'other', value)).toBe(true);
        expect(await store.get('k1')).toBe(value);
      },
    }),
  ),
  {
    name: 'keeps a value of 5 MB, and distinguishes it from one that differs in the last character',
    async check({ store }, expect) {
      const body = '0123456789abcdé'.repeat(330_000);
      await store.set('k1', `${body}a`);
      expect((await store.get('k1')) === `${body}a`).toBe(true);
      expect(await store.compareAndSet('k1', `${body}b`, 'small')).toBe(false);
      expect(await store.compareAndSet('k1', `${body}a`, `${body}b`)).toBe(true);
      expect((await store.get('k1')) === `${body}b`).toBe(true);
    },
  },
  ...oddKeys.map(
    ([what, key]): KeyValueCase => ({
      name: `takes a key with ${what}`,
      async check({ store, take }, expect) {
        await store.set('k1', 'other');
        expect(await store.setIfAbsent(key, 'a')).toBe(true);
        expect(await store.get(key)).toBe('a');
        expect(await store.compareAndSet(key, 'a', 'b')).toBe(true);
        const lock = await take(key);
        await store.set(key, 'c', { fence: lock.token });
        expect(lock.key).toBe(key);
        expect(await lock.release()).toBe(true);
        expect(await keysOf(store)).toEqual(['k1', key].sort());
        expect(await keysOf(store, key)).toEqual([key]);
        expect(await store.delete(key)).toBe(true);
        expect(await keysOf(store)).toEqual(['k1']);
      },
    }),
  ),
  {
    name: 'distinguishes keys that look alike',
    async check({ store }, expect) {
      const keys = ['k1', 'K1', 'k1 ', ' k1', 'k01', 'ké', 'ke\u0301', 'ｋ1', 'k\u200b1'];
      for (const key of keys) expect(await store.setIfAbsent(key, JSON.stringify(key))).toBe(true);
      for (const key of keys) expect(await store.get(key)).toBe(JSON.stringify(key));
    },
  },
  {
    name: 'keeps every one of 200 keys set at once',
    async check({ store }, expect) {
      const keys = Array.from({ length: 200 }, (_, index) => `k${index}`);
      await Promise.all(keys.map((key) => store.set(key, key)));
      expect(await Promise.all(keys.map((key) => store.get(key)))).toEqual(keys);
    },
  },
];

/** Conditional writes. */
export const compareCases: readonly KeyValueCase[] = [
  {
    name: 'inserts a missing key, and leaves an existing one',
    async check({ store }, expect) {
      expect(await store.setIfAbsent('k1', 'a')).toBe(true);
      expect(await store.setIfAbsent('k1', 'b')).toBe(false);
      expect(await store.get('k1')).toBe('a');
      await store.delete('k1');
      expect(await store.setIfAbsent('k1', 'c')).toBe(true);
    },
  },
  {
    name: 'treats an empty value as a value',
    async check({ store }, expect) {
      await store.set('k1', '');
      expect(await store.setIfAbsent('k1', 'a')).toBe(false);
      expect(await store.compareAndSet('k1', undefined, 'a')).toBe(false);
      expect(await store.compareAndSet('k1', '', 'a')).toBe(true);
    },
  },
  {
    name: 'replaces the expected value, and no other',
    async check({ store }, expect) {
      await store.set('k1', 'a');
      for (const other of ['b', 'A', 'a ', '', 'aa', 'á']) {
        expect(await store.compareAndSet('k1', other, 'x')).toBe(false);
      }
      expect(await store.get('k1')).toBe('a');
      expect(await store.compareAndSet('k1', 'a', 'b')).toBe(true);
      expect(await store.get('k1')).toBe('b');
    },
  },
  {
    name: 'distinguishes values that look alike',
    async check({ store }, expect) {
      await store.set('k1', 'é1.0');
      for (const other of ['e\u03011.0', 'é1', 'É1.0', 'é1.0\n']) {
        expect(await store.compareAndSet('k1', other, 'x')).toBe(false);
      }
      expect(await store.compareAndSet('k1', 'é1.0', 'b')).toBe(true);
    },
  },
  {
    name: 'inserts if it expects nothing and there is nothing',
    async check({ store }, expect) {
      expect(await store.compareAndSet('k1', 'a', 'b')).toBe(false);
      expect(await store.compareAndSet('k1', undefined, 'b')).toBe(true);
      expect(await store.compareAndSet('k1', undefined, 'c')).toBe(false);
      expect(await store.get('k1')).toBe('b');
    },
  },
  {
    name: 'deletes the expected value, and no other',
    async check({ store }, expect) {
      await store.set('k1', 'a');
      expect(await store.compareAndSet('k1', 'b', undefined)).toBe(false);
      expect(await store.get('k1')).toBe('a');
      expect(await store.compareAndSet('k1', 'a', undefined)).toBe(true);
      expect(await store.get('k1')).toBe(undefined);
      expect(await keysOf(store)).toEqual([]);
      expect(await store.compareAndSet('k1', 'a', undefined)).toBe(false);
    },
  },
  {
    name: 'changes nothing if both the expected and the new value are nothing',
    async check({ store }, expect) {
      expect(await store.compareAndSet('k1', undefined, undefined)).toBe(true);
      await store.set('k1', 'a');
      expect(await store.compareAndSet('k1', undefined, undefined)).toBe(false);
      expect(await store.get('k1')).toBe('a');
    },
  },
  {
    name: 'replaces a value by the same value',
    async check({ store }, expect) {
      await store.set('k1', 'a');
      expect(await store.compareAndSet('k1', 'a', 'a')).toBe(true);
      expect(await store.get('k1')).toBe('a');
    },
  },
  {
    name: 'lets one of 50 that insert a key at once win',
    async check({ store }, expect) {
      for (const key of ['k1', 'k2', 'k3']) {
        const wins = await Promise.all(Array.from({ length: 50 }, (_, index) => store.setIfAbsent(key, `v${index}`)));
        expect(wins.filter(Boolean).length).toBe(1);
        expect(await store.get(key)).toBe(`v${wins.indexOf(true)}`);
      }
    },
  },
  {
    name: 'lets one of 50 that expect the same value at once win',
    async check({ store }, expect) {
      await store.set('k1', 'start');
      const tries = Array.from({ length: 50 }, (_, index) => store.compareAndSet('k1', 'start', `v${index}`));
      const wins = await Promise.all(tries);
      expect(wins.filter(Boolean).length).toBe(1);
      expect(await store.get('k1')).toBe(`v${wins.indexOf(true)}`);
    },
  },
  {
    name: 'lets one of 50 that delete a value at once win',
    async check({ store }, expect) {
      await store.set('k1', 'a');
      const tries = Array.from({ length: 50 }, () => store.compareAndSet('k1', 'a', undefined));
      expect((await Promise.all(tries)).filter(Boolean).length).toBe(1);
      await store.set('k2', 'a');
      const deletions = await Promise.all(Array.from({ length: 50 }, () => store.delete('k2')));
      expect(deletions.filter(Boolean).length).toBe(1);
    },
  },
  {
    name: 'loses no increment of a counter that 20 callers increment at once',
    async check({ store }, expect) {
      const raise = async (): Promise<void> => {
        for (;;) {
          const before = await store.get('count');
          if (await store.compareAndSet('count', before, String(Number(before ?? 0) + 1))) return;
          await turn();
        }
      };
      await Promise.all(Array.from({ length: 20 }, raise));
      expect(await store.get('count')).toBe('20');
    },
  },
];

const badKeys: readonly (readonly [what: string, key: unknown])[] = [
  ['an empty key', ''],
  ['a key of 256 characters', 'x'.repeat(256)],
  ['a key with a NUL', 'k\0'],
  ['a key with the first half of a surrogate pair', 'k\ud800'],
  ['a key with the second half of a surrogate pair', '\udc00k'],
  ['a key that is not a string', 7],
];

const badValues: readonly (readonly [what: string, value: unknown])[] = [
  ['a value with a NUL', 'secret\0'],
  ['a value with half a surrogate pair', 'secret\ud800'],
  ['a value that is not a string', { secret: 1 }],
];

/** Calls with values that the types do not allow, as a program without types can. */
const loose = (store: KeyValueStore) =>
  store as unknown as Record<keyof KeyValueStore, (...parameters: readonly unknown[]) => Promise<unknown>>;

/** Invalid keys, values and options. */
export const refusalCases: readonly KeyValueCase[] = [
  ...badKeys.map(
    ([what, key]): KeyValueCase => ({
      name: `refuses ${what} in every call, with an error that names the key`,
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
    name: 'refuses a lease that is too short or infinite, and a negative wait',
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
    name: 'refuses to scan for a prefix that no key can have',
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
