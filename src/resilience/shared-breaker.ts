import type { Clock } from '../internal/clock.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import { sleep } from '../internal/sleep.ts';
import type { ShopBreaker } from './breaker.ts';
import type { BreakerStore } from './types.ts';

/** Milliseconds between two looks at the store: news of an open breaker is at most so old. */
const lookEveryMs = 1000;

/** Milliseconds that a look may hold a call. A store that is slow or gone leaves each process to itself. */
const lookLimitMs = 250;

export interface SharedBreaker {
  readonly breaker: ShopBreaker;
  /** To be told of each change of the breaker. */
  readonly tell: (state: 'closed' | 'open' | 'half-open') => void;
}

/**
 * Shares the news of an open breaker with other processes: who finds the shop failing writes it down, and
 * the others stop too, without failures of their own. Each tries the shop again by itself afterwards.
 *
 * @param onError Hears of a store that fails; the calls go on without it.
 */
export function shareBreaker(
  local: ShopBreaker,
  store: BreakerStore,
  key: string,
  openMs: number,
  clock: Clock,
  onError: (error: unknown) => void,
): SharedBreaker {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;
  // What was read from the store must not be written back as news of our own.
  let adopting = false;

  const look = async (): Promise<void> => {
    const text = await store.get(key);
    const news = text === undefined ? undefined : parseJson(text);
    const until = isRecord(news) && typeof news['until'] === 'number' ? news['until'] : 0;
    // Wall time, since the clocks of two machines have no other origin in common; never longer than our own policy.
    const remainingMs = Math.min(openMs, until - clock.now());
    if (remainingMs <= 0) return;
    adopting = true;
    local.openFor(remainingMs);
    adopting = false;
  };

  const refresh = (): Promise<void> | undefined => {
    if (clock.monotonic() - lookedAt < lookEveryMs) return looking;
    lookedAt = clock.monotonic();
    const timer = new AbortController();
    const limit = sleep(clock, lookLimitMs, timer.signal).catch(() => undefined);
    looking = Promise.race([look().catch(onError), limit]).then(() => {
      timer.abort();
      looking = undefined;
    });
    return looking;
  };

  return {
    breaker: { ...local, refresh },
    tell(state) {
      if (adopting || state === 'half-open') return;
      const write =
        state === 'open'
          ? store.set(key, JSON.stringify({ until: clock.now() + openMs }), { ttlMs: openMs })
          : store.delete(key);
      write.catch(onError);
    },
  };
}
