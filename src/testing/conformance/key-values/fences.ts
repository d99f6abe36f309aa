import { type KeyValueCase, losesLock } from './harness.ts';

const leaseMs = 1_000;

/** Writes that depend on a lock. */
export const fenceCases: readonly KeyValueCase[] = [
  {
    name: 'writes for the holder of the lock',
    async check({ store, take }, expect) {
      const { token: fence } = await take('k1');
      await store.set('k1', 'a', { fence });
      expect(await store.compareAndSet('k1', 'x', 'b', { fence })).toBe(false);
      expect(await store.compareAndSet('k1', 'a', 'b', { fence })).toBe(true);
      expect(await store.get('k1')).toBe('b');
      expect(await store.delete('k1', { fence })).toBe(true);
      expect(await store.delete('k1', { fence })).toBe(false);
      expect(await store.compareAndSet('k1', undefined, 'c', { fence })).toBe(true);
      expect(await store.compareAndSet('k1', 'c', undefined, { fence })).toBe(true);
      expect(await store.compareAndSet('k1', undefined, undefined, { fence })).toBe(true);
    },
  },
  {
    name: 'writes nothing for a holder whose lease ran out, even where nobody else has the lock',
    async check({ store, take, stall }, expect) {
      const { token: fence } = await take('k1', { leaseMs });
      await store.set('k1', 'before', { fence });
      await stall(leaseMs + 1);
      const writes = [
        () => store.set('k1', 'after', { fence }),
        () => store.compareAndSet('k1', 'before', 'after', { fence }),
        () => store.compareAndSet('k1', 'before', undefined, { fence }),
        () => store.compareAndSet('k1', 'not it', 'after', { fence }),
        () => store.delete('k1', { fence }),
      ];
      for (const write of writes) expect(await losesLock(write())).toBe(true);
      expect(await store.get('k1')).toBe('before');
    },
  },
  {
    name: 'writes nothing for a holder that another one has followed',
    async check({ store, take, stall }, expect) {
      const stale = await take('k1', { leaseMs });
      await stall(leaseMs + 1);
      const next = await take('k1', { leaseMs: 60_000 });
      await store.set('k1', 'next', { fence: next.token });
      expect(await losesLock(store.set('k1', 'stale', { fence: stale.token }))).toBe(true);
      expect(await losesLock(store.compareAndSet('k1', 'next', 'stale', { fence: stale.token }))).toBe(true);
      expect(await losesLock(store.delete('k1', { fence: stale.token }))).toBe(true);
      expect(await store.get('k1')).toBe('next');
    },
  },
  {
    name: 'writes nothing after the lock was released',
    async check({ store, take }, expect) {
      const lock = await take('k1');
      await lock.release();
      expect(await losesLock(store.set('k1', 'a', { fence: lock.token }))).toBe(true);
      expect(await losesLock(store.compareAndSet('k1', undefined, 'a', { fence: lock.token }))).toBe(true);
      expect(await losesLock(store.compareAndSet('k1', undefined, undefined, { fence: lock.token }))).toBe(true);
      expect(await losesLock(store.delete('k1', { fence: lock.token }))).toBe(true);
      expect(await store.get('k1')).toBe(undefined);
    },
  },
  {
    name: 'takes no lock of another key, and no token that was never given',
    async check({ store, take }, expect) {
      const lock = await take('k1');
      expect(await losesLock(store.set('k2', 'a', { fence: lock.token }))).toBe(true);
      expect(await losesLock(store.set('k1', 'a', { fence: lock.token + 1 }))).toBe(true);
      expect(await losesLock(store.set('k3', 'a', { fence: 1 }))).toBe(true);
      expect(await store.get('k1')).toBe(undefined);
      expect(await store.get('k2')).toBe(undefined);
    },
  },
  {
    name: 'names the key in the error, and no retry helps',
    async check({ store }, expect) {
      const error: unknown = await store.set('k1', 'secret', { fence: 7 }).catch((reason: unknown) => reason);
      const { message, isRetryable } = error as { message: string; isRetryable: boolean };
      expect(message.includes('k1')).toBe(true);
      expect(message.includes('secret')).toBe(false);
      expect(isRetryable).toBe(false);
    },
  },
  {
    name: 'does not hold up those who write without a fence',
    async check({ store, take }, expect) {
      await take('k1');
      await store.set('k1', 'a');
      expect(await store.compareAndSet('k1', 'a', 'b')).toBe(true);
      expect(await store.get('k1')).toBe('b');
    },
  },
  {
    name: 'gives what it writes under a fence its time to live',
    async check({ store, take, advance }, expect) {
      const { token: fence } = await take('k1', { leaseMs: 60_000 });
      await store.set('k1', 'a', { fence, ttlMs: 1_000 });
      await advance(1_001);
      expect(await store.get('k1')).toBe(undefined);
      expect(await store.compareAndSet('k1', undefined, 'b', { fence, ttlMs: 1_000 })).toBe(true);
      await advance(1_001);
      expect(await store.get('k1')).toBe(undefined);
    },
  },
  {
    name: 'lets 20 holders in a row write, each on top of the one before',
    async check({ store, settle }, expect) {
      const append = async (letter: string): Promise<void> => {
        const lock = await store.lock('k1', { waitMs: 60_000, leaseMs: 60_000 });
        const before = (await store.get('k1')) ?? '';
        await store.set('k1', before + letter, { fence: lock?.token ?? 0 });
        await lock?.release();
      };
      const letters = Array.from({ length: 20 }, (_, index) => String.fromCharCode(97 + index));
      await settle(Promise.all(letters.map(append)));
      expect([...((await store.get('k1')) ?? '')].sort()).toEqual(letters);
    },
  },
];
