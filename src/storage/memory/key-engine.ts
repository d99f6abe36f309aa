import type { Clock } from '../../internal/clock.ts';
import type { KeyEngine, WriteTerms } from '../keys/engine.ts';
import { createMemoryLocks } from './lock-engine.ts';

interface Entry {
  readonly value: string;
  /** Moment on the monotonic clock; never where it is infinite. */
  readonly expiresAtMs: number;
}

const keysPerPage = 1_000;
/** Expired entries are thrown out when there are so many keys, and then twice as many as were left. */
const leastBeforeSweep = 256;

/** Keys in the memory of this process. Time is the clock's monotonic one, so that a clock that jumps does no harm. */
export function createMemoryKeys(clock: Clock): KeyEngine {
  const entries = new Map<string, Entry>();
  const locks = createMemoryLocks(clock);
  let sweepAt = leastBeforeSweep;

  const read = (key: string): string | undefined => {
    const entry = entries.get(key);
    return entry && entry.expiresAtMs > clock.monotonic() ? entry.value : undefined;
  };

  /** Costs next to nothing for each write, and keeps the expired ones fewer than the others. */
  const sweep = (): void => {
    if (entries.size < sweepAt) return;
    const now = clock.monotonic();
    for (const [key, { expiresAtMs }] of entries) if (expiresAtMs <= now) entries.delete(key);
    sweepAt = Math.max(leastBeforeSweep, entries.size * 2);
  };

  const write = (key: string, value: string | undefined, ttlMs: number | undefined): void => {
    if (value === undefined) {
      entries.delete(key);
      return;
    }
    entries.set(key, { value, expiresAtMs: clock.monotonic() + (ttlMs ?? Number.POSITIVE_INFINITY) });
    sweep();
  };

  const isLost = (key: string, { fence }: Pick<WriteTerms, 'fence'>): boolean =>
    fence !== undefined && !locks.isHeld(key, fence);

  return {
    get: async (key) => read(key),
    async set(key, value, terms) {
      if (isLost(key, terms)) return 'lost';
      write(key, value, terms.ttlMs);
      return 'done';
    },
    async compareAndSet(key, expected, value, terms) {
      if (isLost(key, terms)) return 'lost';
      if (read(key) !== expected) return 'unchanged';
      write(key, value, terms.ttlMs);
      return 'done';
    },
    async delete(key, fence) {
      if (isLost(key, { fence })) return 'lost';
      const wasThere = read(key) !== undefined;
      write(key, undefined, undefined);
      return wasThere ? 'done' : 'unchanged';
    },
    async *scan(prefix) {
      const keys = [...entries.keys()].filter((key) => key.startsWith(prefix));
      for (let start = 0; start < keys.length; start += keysPerPage) {
        yield keys.slice(start, start + keysPerPage).filter((key) => read(key) !== undefined);
      }
    },
    locks,
  };
}
