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
