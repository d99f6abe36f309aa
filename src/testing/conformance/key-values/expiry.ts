import { type KeyValueCase, keysOf } from './harness.ts';

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
