import type { ShopwrightError } from '../errors/base.ts';
import { OutcomeUnknownError } from '../errors/connection.ts';
import { isShopwrightError } from '../errors/guards.ts';
import { attemptOnce } from '../http/call.ts';
import { untilAborted } from '../internal/shared-task.ts';
import { sleep } from '../internal/sleep.ts';
import { decideRetry, mayHaveExecuted } from '../resilience/retry.ts';
import type { Progress } from './progress.ts';
import type { Call, CallEnvironment, CallResult } from './types.ts';

/**
 * The life of one call: attempt after attempt until there is an answer, or a reason to stop.
 *
 * Each attempt waits for its own permit, so retries never skip the limiter, and no permit is held
 * between attempts. What is thrown in the end is the last real error, with the number of requests sent.
 *
 * @throws ShopwrightError of the fitting class, or the caller's abort reason.
 */
export async function run<T>(call: Call<T>, environment: CallEnvironment): Promise<CallResult<T>> {
  const { clock, budget, breaker, emit, shop } = environment;
  const { operation, signal } = call;
  const deadlineAt = clock.monotonic() + (call.deadlineMs ?? Number.POSITIVE_INFINITY);
  const progress: Progress = {
    sent: 0,
    waitedMs: 0,
    sentAt: 0,
    firstSentAt: undefined,
    countedByBreaker: false,
    unresolved: false,
  };
  let retries = 0;
  let replayedWithNewToken = false;
  let lastError: ShopwrightError | undefined;

  const finish = (errorCode: string | null): void =>
    emit({ type: 'call', shop, operation, attempts: progress.sent, waitedMs: progress.waitedMs, errorCode });

  const giveUp = (error: unknown): never => {
    const final = outcome(call, shop, progress, error);
    if (isShopwrightError(final)) final.attempts = progress.sent;
    finish(isShopwrightError(final) ? final.code : 'ABORTED');
    throw final;
  };

  for (;;) {
    try {
      signal?.throwIfAborted();
      const news = breaker.refresh();
      if (news) await (signal ? untilAborted(news, signal) : news);
      breaker.assertClosed(operation);
      const attempted = await attemptOnce(call, environment, progress, deadlineAt);
      if (attempted.ok) {
        budget.succeeded(retries);
        finish(null);
        return { ...attempted.result, attempts: progress.sent, waitedMs: progress.waitedMs };
      }
      lastError = attempted.error;
      if (attempted.tokenRenewed && !replayedWithNewToken) {
        replayedWithNewToken = true;
        continue;
      }
    } catch (unsent) {
      // This attempt never left. What stopped it is told, unless an earlier attempt failed and this one
      // only found no time or no way any more.
      return giveUp(signal?.aborted ? signal.reason : isLackOfTime(unsent) ? (lastError ?? unsent) : unsent);
    }

    const decision = decideRetry({ error: lastError, retries, safety: call.safety }, call.retry, environment.random);
    if (decision.action === 'stop') return giveUp(lastError);
    const tooLate =
      clock.monotonic() + decision.delayMs >= deadlineAt ||
      keyForgotten(call, progress, clock.now() + decision.delayMs);
    if (tooLate || !budget.spend()) return giveUp(lastError);
    retries += 1;
    emit({
      type: 'retry',
      shop,
      operation,
      attempt: progress.sent,
      delayMs: decision.delayMs,
      errorCode: lastError.code,
    });
    await sleep(clock, decision.delayMs, signal).catch(giveUp);
    progress.waitedMs += decision.delayMs;
  }
}

function isLackOfTime(error: unknown): boolean {
  return isShopwrightError(error) && (error.code === 'CIRCUIT_OPEN' || error.code === 'DEADLINE_EXCEEDED');
}

/** Milliseconds for which Shopify keeps an idempotency key: https://shopify.dev/docs/api/usage/idempotent-requests */
const keyLifeMs = 24 * 60 * 60 * 1000;

/** Whether Shopify would no longer recognise the key of a mutation that was sent long ago. */
function keyForgotten(call: Call<unknown>, progress: Progress, nowMs: number): boolean {
  return call.safety === 'keyed' && progress.unresolved && nowMs - (progress.firstSentAt ?? nowMs) >= keyLifeMs;
}

/** What the caller is told: the error itself, or that nobody knows what became of a mutation. */
function outcome<T>(call: Call<T>, shop: string, progress: Progress, error: unknown): unknown {
  if (!isShopwrightError(error) || call.safety === 'safe') return error;
  // After a lost answer of a keyed mutation, only an answer to a later send settles the question.
  const unknown = mayHaveExecuted(error) || progress.unresolved;
  if (!unknown) return error;
  return new OutcomeUnknownError(
    `${call.operation} was sent, but no answer says whether Shopify carried it out (${error.code}). ` +
      'Read the state from Shopify before you send it again.',
    { sentAt: progress.sentAt, idempotencyKey: call.idempotencyKey },
    {
      shop,
      operation: call.operation,
      cause: error,
      ...(error.requestId !== undefined && { requestId: error.requestId }),
    },
  );
}
