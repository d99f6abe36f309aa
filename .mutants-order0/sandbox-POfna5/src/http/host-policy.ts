// @ts-nocheck
import { isShopwrightError } from '../errors/errors.ts';
import { boundedWait, type WaitBounds } from '../internal/abort.ts';

/**
 * What a host puts around each call: a policy of cockatiel, such as a bulkhead or a timeout, or anything that runs a
 * function so. It must hand on what the function resolves with.
 */
export interface HostPolicy {
  /**
   * Runs the function, or rejects without having run it. The function heeds the signal of the context that it is given.
   *
   * @param signal The caller's; without one, nobody aborts the call.
   */
  execute<T>(fn: (context: HostPolicyContext) => Promise<T>, signal?: AbortSignal): PromiseLike<T>;
}

/** What a policy hands to the function that it runs. */
export interface HostPolicyContext {
  /** Ends the call. */
  readonly signal: AbortSignal;
}

type Outcome<R> = { readonly value: R } | { readonly error: unknown };

/**
 * Runs a call under a host's policy. What the policy rejects with passes as it is, unless the call had been sent by
 * then: how the call itself ended says more, above all that a mutation may have been carried out.
 *
 * An abort and the deadline end also a wait inside of the policy, such as for a place in a bulkhead.
 *
 * @param run Makes the call. Called again where the policy repeats it, but not after `OUTCOME_UNKNOWN`: the policy gets
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
    // A policy that has seen the result may refuse it; one that gave up before it came must not hide it.
    if (wasSeen) throw thrown;
    return outcome.value;
  }
}
