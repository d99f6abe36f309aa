import type { KeyValueCase } from './harness.ts';

/** Waiting for a lock that somebody else holds. */
export const waitingCases: readonly KeyValueCase[] = [
  {
    name: 'has one winner of 50 who want a lock at once',
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
    name: 'waits until the lease of a holder that stands still has run out',
    async check({ store, take, stall, settle }, expect) {
      const stale = await take('k1', { leaseMs: 1_000 });
      await stall(1_001);
      const lock = await settle(store.lock('k1', { waitMs: 60_000, leaseMs: 60_000 }));
      expect((lock?.token ?? 0) > stale.token).toBe(true);
    },
  },
  {
    name: 'gives up when the time to wait is over, and takes nothing then',
    async check({ store, take, settle }, expect) {
      const holder = await take('k1');
      expect(await settle(store.lock('k1', { waitMs: 500 }))).toBe(undefined);
      expect(await holder.release()).toBe(true);
      const next = await take('k1');
      expect(await next.release()).toBe(true);
    },
  },
  {
    name: 'gives up one after another where several wait',
    async check({ store, take, settle }, expect) {
      await take('k1', { leaseMs: 60_000 });
      const waits = [1_000, 300, 600].map((waitMs) => store.lock('k1', { waitMs }));
      expect(await settle(Promise.all(waits))).toEqual([undefined, undefined, undefined]);
    },
  },
  {
    name: 'ends a wait by an abort, with its reason, and leaves nothing behind',
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
    name: 'does not begin to wait where the signal is aborted already',
    async check({ store, take }, expect) {
      const signal = AbortSignal.abort('enough');
      expect(await store.lock('k1', { signal }).catch((error: unknown) => error)).toBe('enough');
      expect(await store.lock('k1', { signal, waitMs: 1_000 }).catch((error: unknown) => error)).toBe('enough');
      expect(await (await take('k1')).release()).toBe(true);
    },
  },
  {
    name: 'keeps a lock whose signal to wait is aborted later',
    async check({ store, settle }, expect) {
      const controller = new AbortController();
      const lock = await settle(store.lock('k1', { waitMs: 1_000, signal: controller.signal }));
      controller.abort('enough');
      expect(lock?.signal.aborted).toBe(false);
      expect(await lock?.release()).toBe(true);
    },
  },
  {
    name: 'holds up nobody behind a waiter that was aborted',
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
    name: 'serves each of 20 who wait, one at a time, with rising tokens',
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
    name: 'lets those who wait for other keys go on',
    async check({ store, take, settle }, expect) {
      await take('k1');
      const waiting = store.lock('k1', { waitMs: 300 });
      expect(await (await settle(store.lock('k2', { waitMs: 300 })))?.release()).toBe(true);
      expect(await settle(waiting)).toBe(undefined);
    },
  },
];
