import type { Clock } from '../../internal/clock.ts';
import { lastWordsMs } from '../../queue/attempt.ts';

/** Whose end is waited for, and for how long. */
export interface LastWords {
  /** Aborted when it shall end. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Called where it ends after all, when nobody waits for it any more. `error`: it failed. */
  readonly onLateEnd: (result: { readonly error?: unknown }) => void;
}

/**
 * Settles as the promise does; but 5 seconds after the signal was aborted it rejects with the signal's reason, for a
 * handler that does not listen must not hold what others wait for.
 */
export function untilLastWords(handling: Promise<unknown>, { signal, clock, onLateEnd }: LastWords): Promise<void> {
  return new Promise((resolve, reject) => {
    let isGivenUp = false;
    let cancel = (): void => undefined;
    const onAbort = (): void => {
      cancel = clock.setTimer(() => {
        isGivenUp = true;
        reject(signal.reason);
      }, lastWordsMs);
    };
    const end = (settle: () => void, result: { readonly error?: unknown }): void => {
      cancel();
      signal.removeEventListener('abort', onAbort);
      if (isGivenUp) onLateEnd(result);
      else settle();
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    handling.then(
      () => end(resolve, {}),
      (error: unknown) => end(() => reject(error), { error }),
    );
  });
}
