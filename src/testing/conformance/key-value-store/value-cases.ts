import type { KeyValueStore } from '../../../ports/key-value-store.ts';
import { storageFailure } from '../runner.ts';
import { type KeyValueCase, keysOf, oddKeys } from './harness.ts';

const oddValues: readonly (readonly [what: string, value: string])[] = [
  ['nothing in it', ''],
  ['white space only', ' \n\t '],
  ['leading zeros', '007'],
  ['a number too big for JavaScript', '12345678901234567890'],
  ['the words null, true and undefined', 'null true undefined'],
  ['JSON', '{"a":[1,"\\"",null]}'],
  ['emoji, accents and the highest code point', '👗 Prêt-à-porter \u{10ffff}\uffff'],
  ['control characters', '\u0001\r\n\u001f\u007f\u0085\u2028'],
  ['quotes and SQL', `'; drop table key_values; -- " \\`],
];

/** What is set is what is got. */
export const valueCases: readonly KeyValueCase[] = [
  {
    name: 'has nothing under a key that was never set',
    async check({ store }, expect) {
      expect(await store.get('k1')).toBe(undefined);
      expect(await store.delete('k1')).toBe(false);
    },
  },
  {
    name: 'gives a value back as it was set, and the last of several',
    async check({ store }, expect) {
      await store.set('k1', 'one');
      await store.set('k2', 'other');
      await store.set('k1', 'two');
      expect(await store.get('k1')).toBe('two');
      expect(await store.get('k2')).toBe('other');
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
    name: 'keeps a value of 5 MB, and tells it from one that differs in the last character',
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
    name: 'tells keys apart that only look alike',
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

/** Writes that depend on what is there. */
export const compareCases: readonly KeyValueCase[] = [
  {
    name: 'inserts where there is no such key, and leaves one that is there',
    async check({ store }, expect) {
      expect(await store.setIfAbsent('k1', 'a')).toBe(true);
      expect(await store.setIfAbsent('k1', 'b')).toBe(false);
      expect(await store.get('k1')).toBe('a');
      await store.delete('k1');
      expect(await store.setIfAbsent('k1', 'c')).toBe(true);
    },
  },
  {
    name: 'takes an empty value for a value',
    async check({ store }, expect) {
      await store.set('k1', '');
      expect(await store.setIfAbsent('k1', 'a')).toBe(false);
      expect(await store.compareAndSet('k1', undefined, 'a')).toBe(false);
      expect(await store.compareAndSet('k1', '', 'a')).toBe(true);
    },
  },
  {
    name: 'replaces the value that is expected, and no other',
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
    name: 'tells values apart that only look alike',
    async check({ store }, expect) {
      await store.set('k1', 'é1.0');
      for (const other of ['e\u03011.0', 'é1', 'É1.0', 'é1.0\n']) {
        expect(await store.compareAndSet('k1', other, 'x')).toBe(false);
      }
      expect(await store.compareAndSet('k1', 'é1.0', 'b')).toBe(true);
    },
  },
  {
    name: 'inserts where it expects nothing and there is nothing',
    async check({ store }, expect) {
      expect(await store.compareAndSet('k1', 'a', 'b')).toBe(false);
      expect(await store.compareAndSet('k1', undefined, 'b')).toBe(true);
      expect(await store.compareAndSet('k1', undefined, 'c')).toBe(false);
      expect(await store.get('k1')).toBe('b');
    },
  },
  {
    name: 'deletes the value that is expected, and no other',
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
    name: 'changes nothing where it expects nothing and is to leave nothing',
    async check({ store }, expect) {
      expect(await store.compareAndSet('k1', undefined, undefined)).toBe(true);
      await store.set('k1', 'a');
      expect(await store.compareAndSet('k1', undefined, undefined)).toBe(false);
      expect(await store.get('k1')).toBe('a');
    },
  },
  {
    name: 'replaces a value by itself',
    async check({ store }, expect) {
      await store.set('k1', 'a');
      expect(await store.compareAndSet('k1', 'a', 'a')).toBe(true);
      expect(await store.get('k1')).toBe('a');
    },
  },
  {
    name: 'has one winner of 50 who insert a key at once',
    async check({ store }, expect) {
      for (const key of ['k1', 'k2', 'k3']) {
        const wins = await Promise.all(Array.from({ length: 50 }, (_, index) => store.setIfAbsent(key, `v${index}`)));
        expect(wins.filter(Boolean).length).toBe(1);
        expect(await store.get(key)).toBe(`v${wins.indexOf(true)}`);
      }
    },
  },
  {
    name: 'has one winner of 50 who expect the same value at once',
    async check({ store }, expect) {
      await store.set('k1', 'start');
      const tries = Array.from({ length: 50 }, (_, index) => store.compareAndSet('k1', 'start', `v${index}`));
      const wins = await Promise.all(tries);
      expect(wins.filter(Boolean).length).toBe(1);
      expect(await store.get('k1')).toBe(`v${wins.indexOf(true)}`);
    },
  },
  {
    name: 'has one winner of 50 who delete a value at once',
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
    name: 'loses no step of a count that 20 raise at once',
    async check({ store }, expect) {
      const raise = async (): Promise<void> => {
        for (;;) {
          const before = await store.get('count');
          if (await store.compareAndSet('count', before, String(Number(before ?? 0) + 1))) return;
        }
      };
      await Promise.all(Array.from({ length: 20 }, raise));
      expect(await store.get('count')).toBe('20');
    },
  },
];

/** Milliseconds that keys of these cases live, and a moment before and after their end. */
const ttlMs = 2_000;

const before = 1_000;

const after = 1_001;

/** Keys that end by themselves. */
export const expiryCases: readonly KeyValueCase[] = [
  {
    name: 'keeps a key for its time to live, and not longer',
    async check({ store, advance }, expect) {
      await store.set('k1', 'a', { ttlMs });
      await advance(before);
      expect(await store.get('k1')).toBe('a');
      await advance(after);
      expect(await store.get('k1')).toBe(undefined);
    },
  },
  {
    name: 'takes an expired key for one that is not there, in every call',
    async check({ store, advance }, expect) {
      for (const key of ['k1', 'k2', 'k3', 'k4', 'k5']) await store.set(key, 'a', { ttlMs });
      await store.set('k6', 'stays');
      await advance(ttlMs + 1);
      expect(await keysOf(store)).toEqual(['k6']);
      expect(await store.delete('k1')).toBe(false);
      expect(await store.compareAndSet('k2', 'a', 'b')).toBe(false);
      expect(await store.compareAndSet('k2', undefined, 'b')).toBe(true);
      expect(await store.setIfAbsent('k3', 'c')).toBe(true);
      expect(await store.compareAndSet('k4', 'a', undefined)).toBe(false);
      expect(await store.compareAndSet('k4', undefined, undefined)).toBe(true);
      await store.set('k5', 'd');
      expect(await Promise.all(['k1', 'k2', 'k3', 'k4', 'k5'].map(store.get))).toEqual([
        undefined,
        'b',
        'c',
        undefined,
        'd',
      ]);
    },
  },
  {
    name: 'expires after a millisecond where that is the time to live',
    async check({ store, advance }, expect) {
      await store.set('k1', 'a', { ttlMs: 1 });
      await advance(2);
      expect(await store.get('k1')).toBe(undefined);
    },
  },
  {
    name: 'rounds parts of a millisecond up',
    async check({ store, advance }, expect) {
      await store.set('k1', 'a', { ttlMs: ttlMs + 0.5 });
      await advance(before);
      expect(await store.get('k1')).toBe('a');
      await advance(after + 1);
      expect(await store.get('k1')).toBe(undefined);
    },
  },
  {
    name: 'keeps a key of a hundred years',
    async check({ store, advance }, expect) {
      await store.set('k1', 'a', { ttlMs: 100 * 365 * 24 * 3_600_000 });
      await advance(ttlMs);
      expect(await store.get('k1')).toBe('a');
    },
  },
  {
    name: 'keeps a key for ever that is set again without a time to live',
    async check({ store, advance }, expect) {
      await store.set('k1', 'a', { ttlMs });
      await store.set('k1', 'b');
      await store.set('k2', 'a', { ttlMs });
      expect(await store.compareAndSet('k2', 'a', 'b')).toBe(true);
      await advance(ttlMs + 1);
      expect(await store.get('k1')).toBe('b');
      expect(await store.get('k2')).toBe('b');
    },
  },
  {
    name: 'gives a key that was kept for ever the time to live it is set again with',
    async check({ store, advance }, expect) {
      await store.set('k1', 'a');
      await store.set('k1', 'b', { ttlMs });
      await store.set('k2', 'a');
      expect(await store.compareAndSet('k2', 'a', 'b', { ttlMs })).toBe(true);
      expect(await store.get('k1')).toBe('b');
      await advance(ttlMs + 1);
      expect(await store.get('k1')).toBe(undefined);
      expect(await store.get('k2')).toBe(undefined);
    },
  },
  {
    name: 'lets the time to live begin anew with each set',
    async check({ store, advance }, expect) {
      await store.set('k1', 'a', { ttlMs });
      await advance(before);
      await store.set('k1', 'b', { ttlMs });
      await advance(after);
      expect(await store.get('k1')).toBe('b');
      await advance(after);
      expect(await store.get('k1')).toBe(undefined);
    },
  },
  {
    name: 'leaves the time to live of a key alone that it does not write',
    async check({ store, advance }, expect) {
      await store.set('k1', 'a', { ttlMs });
      expect(await store.setIfAbsent('k1', 'b')).toBe(false);
      expect(await store.compareAndSet('k1', 'x', 'b')).toBe(false);
      expect(await store.compareAndSet('k1', undefined, 'b')).toBe(false);
      await advance(ttlMs + 1);
      expect(await store.get('k1')).toBe(undefined);
    },
  },
  {
    name: 'gives what it inserts its time to live',
    async check({ store, advance }, expect) {
      expect(await store.setIfAbsent('k1', 'a', { ttlMs })).toBe(true);
      expect(await store.compareAndSet('k2', undefined, 'a', { ttlMs })).toBe(true);
      await advance(before);
      expect(await keysOf(store)).toEqual(['k1', 'k2']);
      await advance(after);
      expect(await keysOf(store)).toEqual([]);
    },
  },
  {
    name: 'has one winner of 50 who want an expired key at once',
    async check({ store, advance }, expect) {
      await store.set('k1', 'old', { ttlMs });
      await advance(ttlMs + 1);
      const wins = await Promise.all(Array.from({ length: 50 }, (_, index) => store.setIfAbsent('k1', `v${index}`)));
      expect(wins.filter(Boolean).length).toBe(1);
      expect(await store.get('k1')).toBe(`v${wins.indexOf(true)}`);
    },
  },
  {
    name: 'keeps what does not expire while many keys around it do',
    async check({ store, advance }, expect) {
      const names = Array.from({ length: 300 }, (_, index) => `k${String(index).padStart(3, '0')}`);
      await Promise.all(names.map((key, index) => store.set(key, key, index % 3 === 0 ? {} : { ttlMs })));
      await advance(ttlMs + 1);
      await Promise.all(names.map((key) => store.setIfAbsent(`${key}:new`, 'a')));
      const kept = names.filter((_, index) => index % 3 === 0);
      expect((await keysOf(store)).filter((key) => !key.endsWith(':new'))).toEqual(kept);
    },
  },
];

const decoys = ['a', 'ab', 'abc', 'aXc', 'a%c', 'a_c', 'a*c', 'a?c', 'a[b]c', 'a\\c', 'a^c', 'a-c', 'A*C', 'b'];

const wildPrefixes = ['a%', 'a_', 'a*', 'a?', 'a[', 'a[b]', 'a\\', 'a^', 'a-', '*', '%', '[a]', '?'];

/** Which keys there are. */
export const scanCases: readonly KeyValueCase[] = [
  {
    name: 'finds nothing in an empty store',
    async check({ store }, expect) {
      expect(await keysOf(store)).toEqual([]);
      expect(await keysOf(store, 'k')).toEqual([]);
    },
  },
  {
    name: 'finds the keys that begin with the prefix, the prefix itself included',
    async check({ store }, expect) {
      for (const key of ['shop', 'shop:1', 'shop:2', 'sho', 'Shop:3', ' shop:4', 'x:shop:5']) await store.set(key, 'a');
      expect(await keysOf(store, 'shop')).toEqual(['shop', 'shop:1', 'shop:2']);
      expect(await keysOf(store, 'shop:')).toEqual(['shop:1', 'shop:2']);
      expect((await keysOf(store, '')).length).toBe(7);
    },
  },
  {
    name: 'finds each of 5,000 keys exactly once',
    async check({ store }, expect) {
      const keys = Array.from({ length: 5_000 }, (_, index) => `many:${String(index).padStart(4, '0')}`);
      await Promise.all(keys.map((key) => store.set(key, 'a')));
      await store.set('other', 'a');
      expect((await keysOf(store, 'many:')).join() === keys.join()).toBe(true);
      expect((await keysOf(store, 'many:12')).length).toBe(100);
      expect((await keysOf(store)).length).toBe(5_001);
    },
  },
  ...wildPrefixes.map(
    (prefix): KeyValueCase => ({
      name: `takes ${JSON.stringify(prefix)} as a prefix by the letter`,
      async check({ store }, expect) {
        await Promise.all(decoys.map((key) => store.set(key, 'a')));
        expect(await keysOf(store, prefix)).toEqual(decoys.filter((key) => key.startsWith(prefix)).sort());
      },
    }),
  ),
  {
    name: 'takes a prefix with any last character',
    async check({ store }, expect) {
      const prefixes = ['é', '～', '\uffff', '😀', '\u{10ffff}', '\ud7ff', '\ue000', 'z\u{10ffff}\u{10ffff}', '\u0001'];
      for (const prefix of prefixes) for (const end of ['', 'a', '\u{10ffff}']) await store.set(prefix + end, 'a');
      for (const prefix of prefixes) {
        const expected = prefixes.flatMap((start) => ['', 'a', '\u{10ffff}'].map((end) => start + end));
        expect(await keysOf(store, prefix)).toEqual(
          [...new Set(expected)].filter((key) => key.startsWith(prefix)).sort(),
        );
      }
    },
  },
  {
    name: 'finds nothing by a prefix longer than any key',
    async check({ store }, expect) {
      await store.set('x'.repeat(255), 'a');
      expect(await keysOf(store, 'x'.repeat(300))).toEqual([]);
      expect(await keysOf(store, 'x'.repeat(255))).toEqual(['x'.repeat(255)]);
    },
  },
  {
    name: 'finds what stays exactly once, whatever comes and goes meanwhile',
    async check({ store }, expect) {
      const stays = Array.from({ length: 1_500 }, (_, index) => `s:${index}`);
      await Promise.all(stays.map((key) => store.set(key, 'a')));
      await Promise.all(stays.map((_, index) => store.set(`s:goes:${index}`, 'a')));
      const found: string[] = [];
      for await (const key of store.scan('s:')) {
        found.push(key);
        if (found.length % 100 === 0) {
          await store.set(`s:comes:${found.length}`, 'a');
          await store.delete(`s:goes:${found.length}`);
          await store.set(key, 'b');
        }
      }
      expect(new Set(found).size).toBe(found.length);
      const all = new Set(found);
      expect(stays.filter((key) => !all.has(key))).toEqual([]);
    },
  },
  {
    name: 'finds each key where every key is deleted as soon as it is found',
    async check({ store }, expect) {
      const keys = Array.from({ length: 2_500 }, (_, index) => `d:${index}`);
      await Promise.all(keys.map((key) => store.set(key, 'a')));
      const found: string[] = [];
      for await (const key of store.scan('d:')) {
        found.push(key);
        await store.delete(key);
      }
      expect(found.sort()).toEqual(keys.sort());
      expect(await keysOf(store)).toEqual([]);
    },
  },
  {
    name: 'can be left in the middle of a scan, and scanned twice at once',
    async check({ store }, expect) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => store.set(`k${index}`, 'a')));
      let seen = 0;
      for await (const _key of store.scan('k')) {
        seen += 1;
        if (seen === 3) break;
      }
      const both = await Promise.all([keysOf(store, 'k'), keysOf(store, 'k1')]);
      expect(both.map((keys) => keys.length)).toEqual([50, 11]);
    },
  },
  {
    name: 'shows no locks',
    async check({ store, take }, expect) {
      const lock = await take('k1');
      await store.set('k2', 'a');
      expect(await keysOf(store)).toEqual(['k2']);
      await lock.release();
      expect(await keysOf(store)).toEqual(['k2']);
    },
  },
];

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
