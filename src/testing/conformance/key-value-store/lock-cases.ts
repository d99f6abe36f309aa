import { isShopwrightError } from '../../../errors/errors.ts';
import type { KeyValueStore } from '../../../ports/key-value-store.ts';
import { type KeyValueCase, type KeyValueHarness, keysOf, losesLock } from './harness.ts';

const leaseMs = 1_000;

/** Holders of locks, leases and tokens. */
export const lockCases: readonly KeyValueCase[] = [
  {
    name: 'grants a lock to one holder at a time',
    async check({ store, take }, expect) {
      const lock = await take('k1');
      expect(Number.isSafeInteger(lock.token) && lock.token > 0).toBe(true);
      expect(lock.signal.aborted).toBe(false);
      expect(await store.lock('k1')).toBe(undefined);
      expect(await lock.release()).toBe(true);
      expect(await (await take('k1')).release()).toBe(true);
    },
  },
  {
    name: 'locks keys apart from each other',
    async check({ take }, expect) {
      const locks = [await take('k1'), await take('K1'), await take('k1 '), await take('k')];
      for (const lock of locks) expect(await lock.release()).toBe(true);
    },
  },
  {
    name: 'keeps a lock and the value of the same key apart',
    async check({ store, take }, expect) {
      const lock = await take('k1');
      expect(await store.get('k1')).toBe(undefined);
      expect(await store.setIfAbsent('k1', 'a')).toBe(true);
      expect(await store.delete('k1')).toBe(true);
      expect(await store.lock('k1')).toBe(undefined);
      expect(await lock.release()).toBe(true);
    },
  },
  {
    name: 'gives each holder a greater token than all before',
    async check({ take }, expect) {
      const tokens: number[] = [];
      for (let round = 0; round < 10; round++) {
        const lock = await take('k1');
        tokens.push(lock.token);
        await lock.release();
      }
      expect(tokens.every((token, index) => index === 0 || token > (tokens[index - 1] ?? 0))).toBe(true);
    },
  },
  {
    name: 'can be released twice, and never frees the lock of the next holder',
    async check({ store, take }, expect) {
      const first = await take('k1');
      expect(await Promise.all([first.release(), first.release()])).toEqual([true, true]);
      const second = await take('k1');
      await first.release();
      expect(await store.lock('k1')).toBe(undefined);
      expect(await second.release()).toBe(true);
    },
  },
  {
    name: 'renews a lock for as long as it is held',
    async check({ store, take, advance }, expect) {
      const lock = await take('k1', { leaseMs: leaseMs });
      for (let round = 0; round < 10; round++) {
        await advance(leaseMs / 2);
        expect(await store.lock('k1')).toBe(undefined);
      }
      expect(lock.signal.aborted).toBe(false);
      await store.set('k1', 'a', { fence: lock.token });
      expect(await lock.release()).toBe(true);
    },
  },
  {
    name: 'does not renew a lock that was released',
    async check({ store, take, advance }, expect) {
      await (await take('k1', { leaseMs: leaseMs })).release();
      await advance(leaseMs);
      const next = await take('k1', { leaseMs: leaseMs });
      await advance(leaseMs);
      expect(await store.lock('k1')).toBe(undefined);
      expect(next.signal.aborted).toBe(false);
      await next.release();
    },
  },
  {
    name: 'frees the lock of a holder that is paused for longer than its lease, and reports that to it',
    async check({ take, stall, advance }, expect) {
      const stale = await take('k1', { leaseMs: leaseMs });
      await stall(leaseMs + 1);
      const next = await take('k1', { leaseMs: 60_000 });
      expect(next.token > stale.token).toBe(true);
      await advance(leaseMs);
      expect(stale.signal.aborted).toBe(true);
      expect(isShopwrightError(stale.signal.reason, 'LOCK_LOST')).toBe(true);
      expect(next.signal.aborted).toBe(false);
    },
  },
  {
    name: 'reports the loss to a holder that was paused, even if nobody else wanted the lock',
    async check({ take, stall, advance }, expect) {
      const stale = await take('k1', { leaseMs: leaseMs });
      await stall(leaseMs + 1);
      await advance(leaseMs);
      expect(stale.signal.aborted).toBe(true);
      expect(await stale.release()).toBe(false);
      expect((await take('k1')).token > stale.token).toBe(true);
    },
  },
  {
    name: 'keeps the lock of a holder that is paused for less than its lease',
    async check({ store, take, stall, advance }, expect) {
      const lock = await take('k1', { leaseMs: 2_000 });
      await stall(1_000);
      expect(await store.lock('k1')).toBe(undefined);
      await advance(2_500);
      expect(lock.signal.aborted).toBe(false);
      expect(await lock.release()).toBe(true);
    },
  },
  {
    name: 'frees nothing when a lost lock is released',
    async check({ store, take, stall }, expect) {
      const stale = await take('k1', { leaseMs: leaseMs });
      await stall(leaseMs + 1);
      const next = await take('k1', { leaseMs: 60_000 });
      expect(await stale.release()).toBe(false);
      expect(await store.lock('k1')).toBe(undefined);
      expect(await next.release()).toBe(true);
    },
  },
  {
    name: 'gives a greater token even after a lock has expired several times',
    async check({ take, stall }, expect) {
      const tokens: number[] = [];
      for (let round = 0; round < 4; round++) {
        tokens.push((await take('k1', { leaseMs: 100 })).token);
        await stall(101);
      }
      expect(tokens.every((token, index) => index === 0 || token > (tokens[index - 1] ?? 0))).toBe(true);
    },
  },
];

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
    name: 'writes nothing for a holder whose lease has expired, even if nobody else has the lock',
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
    name: 'writes nothing for a holder whose lock another one has taken',
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
    name: 'refuses the lock of another key, and a token that was never granted',
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
    name: 'names the key in the error, which is not retryable',
    async check({ store }, expect) {
      const error: unknown = await store.set('k1', 'secret', { fence: 7 }).catch((reason: unknown) => reason);
      const { message, isRetryable } = error as { message: string; isRetryable: boolean };
      expect(message.includes('k1')).toBe(true);
      expect(message.includes('secret')).toBe(false);
      expect(isRetryable).toBe(false);
    },
  },
  {
    name: 'does not affect writes without a fence',
    async check({ store, take }, expect) {
      await take('k1');
      await store.set('k1', 'a');
      expect(await store.compareAndSet('k1', 'a', 'b')).toBe(true);
      expect(await store.get('k1')).toBe('b');
    },
  },
  {
    name: 'applies the time to live to a write with a fence',
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
    name: 'lets 20 holders write one after the other',
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

/** Waiting for a lock. */
export const waitingCases: readonly KeyValueCase[] = [
  {
    name: 'lets one of 50 that want a lock at once win',
    async check({ store }, expect) {
      const locks = await Promise.all(Array.from({ length: 50 }, () => store.lock('k1')));
      expect(locks.filter((lock) => lock !== undefined).length).toBe(1);
    },
  },
  {
    name: 'waits until the lock is released',
    async check({ store, take, settle, advance }, expect) {
      const holder = await take('k1');
      const waiting = store.lock('k1', { waitMs: 60_000 });
      await advance(500);
      await holder.release();
      const lock = await settle(waiting);
      expect((lock?.token ?? 0) > holder.token).toBe(true);
      expect(await store.lock('k1')).toBe(undefined);
      expect(await lock?.release()).toBe(true);
    },
  },
  {
    name: 'waits for at most the given time',
    async check({ store, take, settle, advance }, expect) {
      const holder = await take('k1', { leaseMs: 60_000 });
      const waiting = store.lock('k1', { waitMs: 2_000 });
      await advance(1_500);
      await holder.release();
      expect((await settle(waiting)) !== undefined).toBe(true);
    },
  },
  {
    name: 'leases a lock for 30 seconds by default',
    async check({ store, take, stall, canLeap }, expect) {
      if (!canLeap) return;
      await take('k1');
      await stall(29_000);
      expect(await store.lock('k1')).toBe(undefined);
      await stall(1_001);
      expect((await store.lock('k1')) !== undefined).toBe(true);
    },
  },
  {
    name: 'waits until the lease of a paused holder has expired',
    async check({ store, take, stall, settle }, expect) {
      const stale = await take('k1', { leaseMs: 1_000 });
      await stall(1_001);
      const lock = await settle(store.lock('k1', { waitMs: 60_000, leaseMs: 60_000 }));
      expect((lock?.token ?? 0) > stale.token).toBe(true);
    },
  },
  {
    name: 'gives up when the wait is over, and takes nothing afterwards',
    async check({ store, take, settle }, expect) {
      const holder = await take('k1');
      expect(await settle(store.lock('k1', { waitMs: 500 }))).toBe(undefined);
      expect(await holder.release()).toBe(true);
      const next = await take('k1');
      expect(await next.release()).toBe(true);
    },
  },
  {
    name: 'lets several waits end one after the other',
    async check({ store, take, settle }, expect) {
      await take('k1', { leaseMs: 60_000 });
      const waits = [1_000, 300, 600].map((waitMs) => store.lock('k1', { waitMs }));
      expect(await settle(Promise.all(waits))).toEqual([undefined, undefined, undefined]);
    },
  },
  {
    name: 'ends a wait on an abort, with its reason, and leaves nothing behind',
    async check({ store, take, advance, settle }, expect) {
      const holder = await take('k1');
      const controller = new AbortController();
      const reason = new Error('enough');
      const waiting = store.lock('k1', { waitMs: 60_000, signal: controller.signal }).catch((error: unknown) => error);
      await advance(100);
      controller.abort(reason);
      expect((await settle(waiting)) === reason).toBe(true);
      await holder.release();
      await advance(1_000);
      expect(await (await take('k1')).release()).toBe(true);
    },
  },
  {
    name: 'does not start to wait if the signal is already aborted',
    async check({ store, take }, expect) {
      const signal = AbortSignal.abort('enough');
      expect(await store.lock('k1', { signal }).catch((error: unknown) => error)).toBe('enough');
      expect(await store.lock('k1', { signal, waitMs: 1_000 }).catch((error: unknown) => error)).toBe('enough');
      expect(await (await take('k1')).release()).toBe(true);
    },
  },
  {
    name: 'keeps a granted lock when the signal of its wait is aborted later',
    async check({ store, settle }, expect) {
      const controller = new AbortController();
      const lock = await settle(store.lock('k1', { waitMs: 1_000, signal: controller.signal }));
      controller.abort('enough');
      expect(lock?.signal.aborted).toBe(false);
      expect(await lock?.release()).toBe(true);
    },
  },
  {
    name: 'does not delay the waiters behind an aborted one',
    async check({ store, take, advance, settle }, expect) {
      const holder = await take('k1');
      const controller = new AbortController();
      const first = store.lock('k1', { waitMs: 60_000, signal: controller.signal }).catch((error: unknown) => error);
      const second = store.lock('k1', { waitMs: 60_000 });
      await advance(100);
      controller.abort('enough');
      expect(await settle(first)).toBe('enough');
      await holder.release();
      expect(await (await settle(second))?.release()).toBe(true);
    },
  },
  {
    name: 'serves each of 20 waiters, one at a time, with increasing tokens',
    async check({ store, settle }, expect) {
      let inside = 0;
      let most = 0;
      const tokens: number[] = [];
      const visit = async (): Promise<void> => {
        const lock = await store.lock('k1', { waitMs: 60_000, leaseMs: 60_000 });
        inside += 1;
        most = Math.max(most, inside);
        tokens.push(lock?.token ?? 0);
        await store.get('k1');
        inside -= 1;
        await lock?.release();
      };
      await settle(Promise.all(Array.from({ length: 20 }, visit)));
      expect(most).toBe(1);
      expect(tokens.length).toBe(20);
      expect(tokens).toEqual([...tokens].sort((left, right) => left - right));
    },
  },
  {
    name: 'does not delay waiters for other keys',
    async check({ store, take, settle }, expect) {
      await take('k1');
      const waiting = store.lock('k1', { waitMs: 300 });
      expect(await (await settle(store.lock('k2', { waitMs: 300 })))?.release()).toBe(true);
      expect(await settle(waiting)).toBe(undefined);
    },
  },
];

/** Runs the body with the same store opened once more. */
async function withAnother({ another }: KeyValueHarness, body: (other: KeyValueStore) => Promise<void>): Promise<void> {
  if (!another) throw new Error('The subject of a shared store must have `another`.');
  const { store, close } = await another();
  try {
    await body(store);
  } finally {
    await close();
  }
}

/** Several processes. */
export const sharedCases: readonly KeyValueCase[] = [
  {
    name: 'shows another process what this one writes and deletes',
    check: (harness, expect) =>
      withAnother(harness, async (other) => {
        await harness.store.set('k1', 'a');
        expect([await other.get('k1'), await keysOf(other)]).toEqual(['a', ['k1']]);
        await harness.store.set('k1', 'b');
        expect(await other.get('k1')).toBe('b');
        expect(await other.delete('k1')).toBe(true);
        expect([await harness.store.get('k1'), await keysOf(harness.store)]).toEqual([undefined, []]);
      }),
  },
  {
    name: 'lets one of two processes that insert a key at once win',
    check: (harness, expect) =>
      withAnother(harness, async (other) => {
        for (const key of Array.from({ length: 20 }, (_, round) => `k${round}`)) {
          const wins = await Promise.all([harness.store, other].map((store) => store.setIfAbsent(key, 'a')));
          expect(wins.filter(Boolean).length).toBe(1);
        }
      }),
  },
  {
    name: 'loses no increment of a counter that two processes increment',
    check: (harness, expect) =>
      withAnother(harness, async (other) => {
        const count = async (store: KeyValueStore): Promise<void> => {
          for (let steps = 0; steps < 20; ) {
            const seen = await store.get('k1');
            if (await store.compareAndSet('k1', seen, String(Number(seen ?? 0) + 1))) steps += 1;
          }
        };
        await Promise.all([count(harness.store), count(other)]);
        expect(await other.get('k1')).toBe('40');
      }),
  },
  {
    name: 'grants a lock to one of two processes at a time, with increasing tokens',
    check: (harness, expect) =>
      withAnother(harness, async (other) => {
        const tokens: number[] = [];
        for (let round = 0; round < 6; round++) {
          const [holder, rival] = round % 2 === 0 ? [harness.store, other] : [other, harness.store];
          const lock = await holder.lock('k1');
          expect(await rival.lock('k1')).toBe(undefined);
          tokens.push(lock?.token ?? 0);
          expect(await lock?.release()).toBe(true);
        }
        expect(tokens).toEqual([...new Set(tokens)].sort((left, right) => left - right));
      }),
  },
  {
    name: 'lets one of two processes that want a lock at once win',
    check: (harness, expect) =>
      withAnother(harness, async (other) => {
        for (const key of Array.from({ length: 20 }, (_, round) => `k${round}`)) {
          const locks = await Promise.all([harness.store, other].map((store) => store.lock(key)));
          expect(locks.filter((lock) => lock !== undefined).length).toBe(1);
        }
      }),
  },
  {
    name: 'grants a lock to the waiting process when the other releases it',
    check: (harness, expect) =>
      withAnother(harness, async (other) => {
        const holder = await harness.take('k1');
        const waiting = other.lock('k1', { waitMs: 60_000 });
        await harness.advance(300);
        await holder.release();
        const lock = await harness.settle(waiting);
        expect((lock?.token ?? 0) > holder.token).toBe(true);
        expect(await harness.store.lock('k1')).toBe(undefined);
        expect(await lock?.release()).toBe(true);
      }),
  },
  {
    name: 'writes nothing for a holder whose lock another process has taken',
    check: (harness, expect) =>
      withAnother(harness, async (other) => {
        const stale = await harness.take('k1', { leaseMs: 1_000 });
        await harness.stall(1_001);
        const next = await other.lock('k1', { leaseMs: 60_000 });
        await other.set('k1', 'next', { fence: next?.token ?? 0 });
        expect(await losesLock(harness.store.set('k1', 'stale', { fence: stale.token }))).toBe(true);
        expect(await losesLock(harness.store.delete('k1', { fence: stale.token }))).toBe(true);
        expect(await stale.release()).toBe(false);
        expect(await harness.store.get('k1')).toBe('next');
        expect(await next?.release()).toBe(true);
      }),
  },
];
