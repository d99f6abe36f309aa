import { type KeyValueCase, keysOf } from './harness.ts';

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
