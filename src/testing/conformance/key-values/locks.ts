import { isLockLostError } from '../../../errors/guards.ts';
import type { KeyValueCase } from './harness.ts';

const leaseMs = 1_000;

/** Locks: who holds them, for how long, and with which token. */
export const lockCases: readonly KeyValueCase[] = [
  {
    name: 'gives a lock to one holder at a time',
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
      const lock = await take('k1', { leaseMs });
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
      await (await take('k1', { leaseMs })).release();
      await advance(leaseMs);
      const next = await take('k1', { leaseMs });
      await advance(leaseMs);
      expect(await store.lock('k1')).toBe(undefined);
      expect(next.signal.aborted).toBe(false);
      await next.release();
    },
  },
  {
    name: 'frees the lock of a holder that stands still for longer than its lease, and tells it',
    async check({ take, stall, advance }, expect) {
      const stale = await take('k1', { leaseMs });
      await stall(leaseMs + 1);
      const next = await take('k1', { leaseMs: 60_000 });
      expect(next.token > stale.token).toBe(true);
      await advance(leaseMs);
      expect(stale.signal.aborted).toBe(true);
      expect(isLockLostError(stale.signal.reason)).toBe(true);
      expect(next.signal.aborted).toBe(false);
    },
  },
  {
    name: 'tells a holder that stood still although nobody else wanted the lock',
    async check({ take, stall, advance }, expect) {
      const stale = await take('k1', { leaseMs });
      await stall(leaseMs + 1);
      await advance(leaseMs);
      expect(stale.signal.aborted).toBe(true);
      expect(await stale.release()).toBe(false);
      expect((await take('k1')).token > stale.token).toBe(true);
    },
  },
  {
    name: 'keeps the lock of a holder that stands still for less than its lease',
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
    name: 'frees nothing by the release of a lock that was lost',
    async check({ store, take, stall }, expect) {
      const stale = await take('k1', { leaseMs });
      await stall(leaseMs + 1);
      const next = await take('k1', { leaseMs: 60_000 });
      expect(await stale.release()).toBe(false);
      expect(await store.lock('k1')).toBe(undefined);
      expect(await next.release()).toBe(true);
    },
  },
  {
    name: 'gives a greater token also after a lock has run out several times',
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
