import type { Clock } from '../../internal/clock.ts';
import type { LockEngine } from '../keys/engine.ts';

interface Holder {
  readonly token: number;
  readonly expiresAtMs: number;
}

/** The locks of a store in memory. */
export interface MemoryLocks extends LockEngine {
  isHeld(key: string, token: number): boolean;
}

const leastBeforeSweep = 256;

/** Makes locks that nobody holds. One count gives the tokens of all keys, so nothing is kept of a free lock. */
export function createMemoryLocks(clock: Clock): MemoryLocks {
  const holders = new Map<string, Holder>();
  let tokens = 0;
  let sweepAt = leastBeforeSweep;

  const holderOf = (key: string): Holder | undefined => {
    const holder = holders.get(key);
    return holder && holder.expiresAtMs > clock.monotonic() ? holder : undefined;
  };
  const isHeld = (key: string, token: number): boolean => holderOf(key)?.token === token;
  const hold = (key: string, token: number, leaseMs: number): void => {
    holders.set(key, { token, expiresAtMs: clock.monotonic() + leaseMs });
  };

  const sweep = (): void => {
    if (holders.size < sweepAt) return;
    for (const key of holders.keys()) if (!holderOf(key)) holders.delete(key);
    sweepAt = Math.max(leastBeforeSweep, holders.size * 2);
  };

  return {
    isHeld,
    async take(key, leaseMs) {
      if (holderOf(key)) return undefined;
      sweep();
      tokens += 1;
      hold(key, tokens, leaseMs);
      return tokens;
    },
    async renew(key, token, leaseMs) {
      if (!isHeld(key, token)) return false;
      hold(key, token, leaseMs);
      return true;
    },
    async release(key, token) {
      return isHeld(key, token) && holders.delete(key);
    },
  };
}
