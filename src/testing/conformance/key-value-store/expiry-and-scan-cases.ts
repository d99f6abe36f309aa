import { type KeyValueCase, keysOf } from './harness.ts';

/** Milliseconds that keys of these cases live, and a moment before and after their end. */
const ttlMs = 2_000;

const before = 1_000;

const after = 1_001;

/** Keys that expire. */
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
    name: 'treats an expired key as missing, in every call',
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
    name: 'keeps a key for the milliseconds of its time to live, not for whole seconds',
    async check({ store, advance }, expect) {
      const options = { ttlMs: 1_900 };
      await store.set('k1', 'a', options);
      await store.setIfAbsent('k2', 'a', options);
      await store.compareAndSet('k3', undefined, 'a', options);
      await advance(1_500);
      expect(await keysOf(store)).toEqual(['k1', 'k2', 'k3']);
      await advance(401);
      expect(await keysOf(store)).toEqual([]);
    },
  },
  {
    name: 'never expires a key without a time to live',
    async check({ store, stall, canLeap }, expect) {
      await store.set('k1', 'a');
      await store.setIfAbsent('k2', 'a');
      await store.compareAndSet('k3', undefined, 'a');
      if (canLeap) await stall(50 * 365 * 24 * 3_600_000);
      expect(await keysOf(store)).toEqual(['k1', 'k2', 'k3']);
    },
  },
  {
    name: 'expires a key after one millisecond if that is its time to live',
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
    name: 'never expires a key that is set again without a time to live',
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
    name: 'gives a key without a time to live the one with which it is set again',
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
    name: 'restarts the time to live with each set',
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
    name: 'keeps the time to live of a key that it does not write',
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
    name: 'gives an inserted key its time to live',
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
    name: 'lets one of 50 that insert an expired key at once win',
    async check({ store, advance }, expect) {
      await store.set('k1', 'old', { ttlMs });
      await advance(ttlMs + 1);
      const wins = await Promise.all(Array.from({ length: 50 }, (_, index) => store.setIfAbsent('k1', `v${index}`)));
      expect(wins.filter(Boolean).length).toBe(1);
      expect(await store.get('k1')).toBe(`v${wins.indexOf(true)}`);
    },
  },
  {
    name: 'keeps other keys while many expire',
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

/** Scans. */
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
    name: 'finds each lasting key exactly once while others are added and deleted',
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
    name: 'finds every key even if each is deleted as soon as it is found',
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
    name: 'allows ending a scan early, and two scans at once',
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
    name: 'does not list locks',
    async check({ store, take }, expect) {
      const lock = await take('k1');
      await store.set('k2', 'a');
      expect(await keysOf(store)).toEqual(['k2']);
      await lock.release();
      expect(await keysOf(store)).toEqual(['k2']);
    },
  },
];
