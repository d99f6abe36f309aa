import { type KeyValueCase, keysOf } from './harness.ts';

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
