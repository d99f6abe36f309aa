import type { Clock } from './clock.ts';

/** One signal for the end of an attempt, with its clean-up. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Stops the timer and takes the listener off the outer signal. */
  release(): void;
}

/**
 * A signal that follows `outer` and also aborts after `timeoutMs` with the reason that `onTimeout` makes.
 * Unlike `AbortSignal.any` with `AbortSignal.timeout`, it leaves nothing behind on a long-lived outer signal.
 */
export function linkSignal(
  clock: Clock,
  outer: AbortSignal | undefined,
  timeoutMs: number,
  onTimeout: () => unknown,
): LinkedSignal {
  const controller = new AbortController();
  const follow = (): void => controller.abort(outer?.reason);
  if (outer?.aborted) follow();
  else outer?.addEventListener('abort', follow, { once: true });
  const cancel = clock.setTimer(() => controller.abort(onTimeout()), timeoutMs);
  return {
    signal: controller.signal,
    release() {
      cancel();
      outer?.removeEventListener('abort', follow);
    },
  };
}
