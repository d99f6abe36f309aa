import { isShopwrightError } from '../errors/errors.ts';
import { boundedWait, type WaitBounds } from '../internal/abort.ts';

/**
 * A policy around each call: one of cockatiel, such as a bulkhead or a timeout, or any object that runs a function in
 * the same way. It must return what the function resolves with.
 */
export interface HostPolicy {
  /**
   * Runs the function, or rejects without having run it. The function obeys the signal of its context.
   *
   * @param signal The caller's; omitted if the caller passed none.
   */
  execute<T>(fn: (context: HostPolicyContext) => Promise<T>, signal?: AbortSignal): PromiseLike<T>;
}

/** The context passed to the function that a policy runs. */
export interface HostPolicyContext {
  /** Aborts the call. */
  readonly signal: AbortSignal;
}

type Outcome<R> = { readonly value: R } | { readonly error: unknown };

/**
 * Runs a call under a host's policy. The policy's rejections are passed on unchanged, unless the call had already been
 * sent: then the call's own outcome matters more, such as that a mutation may have been carried out.
 *
 * An abort and the deadline also end a wait inside the policy, such as for a place in a bulkhead.
 *
 * @param run Makes the call. Called again if the policy repeats it, but not after `OUTCOME_UNKNOWN`: the policy gets
 * that error again, and nothing is sent.
 */
export async function runUnder<R>(
  policy: HostPolicy,
  run: (signal: AbortSignal) => Promise<R>,
  bounds: WaitBounds<R>,
): Promise<R> {
  let running: Promise<Outcome<R>> | undefined;
  let seen: Outcome<R> | undefined;
  let stop = new AbortController();

  const once = async (context?: Partial<HostPolicyContext>): Promise<R> => {
    if (seen && 'error' in seen && isShopwrightError(seen.error, 'OUTCOME_UNKNOWN')) throw seen.error;
    const { signal } = context ?? bounds;
    const own = new AbortController();
    const follow = (): void => own.abort(signal?.reason);
    if (signal?.aborted) follow();
    else signal?.addEventListener('abort', follow, { once: true });
    stop = own;
    seen = undefined;
    running = run(own.signal).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const outcome = await running;
    signal?.removeEventListener('abort', follow);
    seen = outcome;
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  };

  try {
    const executed = Promise.resolve(policy.execute(once, bounds.signal));
    return await boundedWait(executed, bounds);
  } catch (thrown) {
    if (!running) throw thrown;
    const wasSeen = seen !== undefined;
    stop.abort(thrown);
    const outcome = await running;
    if ('error' in outcome) {
      throw isShopwrightError(outcome.error, 'OUTCOME_UNKNOWN') || (!wasSeen && isShopwrightError(outcome.error))
        ? outcome.error
        : thrown;
    }
    // A policy that has seen the result may refuse it; one that gave up before must not hide it.
    if (wasSeen) throw thrown;
    return outcome.value;
  }
}
