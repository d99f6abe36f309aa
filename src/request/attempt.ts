import type { ShopwrightError } from '../errors/base.ts';
import { TimeoutError } from '../errors/connection.ts';
import { isShopwrightError } from '../errors/guards.ts';
import { linkSignal } from '../internal/link-signal.ts';
import type { Permit } from '../limiter/types.ts';
import type { BreakerVerdict } from '../resilience/circuit-breaker.ts';
import { mayHaveExecuted } from '../resilience/decide-retry.ts';
import type { BreakerState } from '../resilience/types.ts';
import type { Call, CallEnvironment, CallResult } from './types.ts';

/** How far a call has come, over all its attempts. */
export interface Progress {
  /** Requests sent. */
  sent: number;
  waitedMs: number;
  /** Wall time of the last send. */
  sentAt: number;
  /** A call counts once against the breaker, however often it is retried. */
  countedByBreaker: boolean;
  /** An earlier send may have been carried out, and no answer has settled that since. */
  unresolved: boolean;
}

type Result<T> = Omit<CallResult<T>, 'attempts' | 'waitedMs'>;

/** How one attempt ended. */
export type Attempted<T> =
  | { readonly ok: true; readonly result: Result<T> }
  | { readonly ok: false; readonly error: ShopwrightError; readonly tokenRenewed: boolean };

type Sent<T> = { readonly ok: true; readonly result: Result<T> } | { readonly ok: false; readonly error: unknown };

/**
 * One attempt: wait for points, take the token, send, read the answer, settle the points.
 *
 * @throws What stopped it before anything was sent, and the caller's abort reason.
 */
export async function attemptOnce<T>(
  call: Call<T>,
  environment: CallEnvironment,
  progress: Progress,
  remainingMs: number,
): Promise<Attempted<T>> {
  const { shop, app, limiter, tokens, breaker, emit } = environment;
  const { operation, signal, priority } = call;
  if (remainingMs <= 0) throw deadlineExceeded(call, shop, false);

  const permit = await limiter.acquire({
    shop,
    app,
    cost: call.cost(),
    priority,
    ...(signal && { signal }),
    ...(Number.isFinite(remainingMs) && { maxWaitMs: remainingMs }),
  });
  progress.waitedMs += permit.waitedMs;
  emit({ type: 'permit', shop, operation, cost: permit.cost, waitedMs: permit.waitedMs, priority });

  try {
    const token = await tokens.get(shop, signal);
    signal?.throwIfAborted();
    const sent = await breaker.run(
      operation,
      () => send(call, environment, progress, permit, token, remainingMs - permit.waitedMs),
      (result, state) => judge(result, state, progress),
    );
    if (sent.ok) return sent;
    if (!isShopwrightError(sent.error)) throw sent.error;
    const { error } = sent;
    const tokenRenewed = error.code === 'AUTHENTICATION_FAILED' && (await tokens.invalidate(shop, token));
    return { ok: false, error, tokenRenewed };
  } finally {
    // Does nothing where the send has settled it.
    permit.refund();
  }
}

async function send<T>(
  call: Call<T>,
  environment: CallEnvironment,
  progress: Progress,
  permit: Permit,
  token: string,
  remainingMs: number,
): Promise<Sent<T>> {
  const { shop, clock, transport, origin, watch, emit } = environment;
  const { operation } = call;
  const startedAt = clock.monotonic();
  const limit = linkSignal(clock, call.signal, Math.min(call.timeoutMs, remainingMs), () =>
    remainingMs < call.timeoutMs ? deadlineExceeded(call, shop, true) : timedOut(call, shop),
  );
  const report = (status: number | null, errorCode: string | null, cost: Result<T>['cost']): void =>
    emit({
      type: 'attempt',
      shop,
      operation,
      attempt: progress.sent,
      status,
      errorCode,
      durationMs: clock.monotonic() - startedAt,
      requestedCost: cost?.requested ?? null,
      actualCost: cost?.actual ?? null,
    });

  progress.sent += 1;
  progress.sentAt = clock.now();
  try {
    const response = await transport.send({
      method: call.method,
      url: `${origin}${call.path}`,
      headers: { ...environment.headers, ...call.headers, 'x-shopify-access-token': token },
      signal: limit.signal,
      ...(call.body !== undefined && { body: call.body }),
    });
    watch.see(operation, response.headers);
    const read = call.interpret(response);
    permit.settle(read.answer);
    report(response.status, read.ok ? null : read.error.code, read.cost);
    const requestId = response.headers.get('x-request-id') ?? undefined;
    if (read.ok) return { ok: true, result: { value: read.value, cost: read.cost, requestId, response } };
    noteOutcome(progress, read.error);
    return { ok: false, error: read.error };
  } catch (error) {
    // A lost answer may have cost its points; a connection that was never made has not.
    if (isShopwrightError(error) && !mayHaveExecuted(error)) permit.refund();
    else permit.settle({});
    report(null, isShopwrightError(error) ? error.code : 'ABORTED', null);
    if (isShopwrightError(error)) noteOutcome(progress, error);
    return { ok: false, error };
  } finally {
    limit.release();
  }
}

function noteOutcome(progress: Progress, error: ShopwrightError): void {
  if (mayHaveExecuted(error)) progress.unresolved = true;
  else if (error.code === 'USER_ERROR' || error.code === 'GRAPHQL_ERROR') progress.unresolved = false;
}

/** 5xx, network and time-out speak against the shop; a refusal shows that it is alive. */
function judge(sent: Sent<unknown>, state: BreakerState, progress: Progress): BreakerVerdict {
  if (sent.ok) return 'success';
  if (!isShopwrightError(sent.error) || sent.error.code === 'DEADLINE_EXCEEDED') return 'neutral';
  const { code, isRetryable } = sent.error;
  const failed =
    code === 'NETWORK_ERROR' ||
    code === 'TIMEOUT' ||
    code === 'INVALID_RESPONSE' ||
    (code === 'HTTP_ERROR' && isRetryable);
  if (!failed) return 'success';
  if (progress.countedByBreaker && state === 'closed') return 'neutral';
  progress.countedByBreaker = true;
  return 'failure';
}

function timedOut(call: Call<unknown>, shop: string): TimeoutError {
  return new TimeoutError(
    'TIMEOUT',
    `${call.operation} had no complete answer within ${call.timeoutMs} ms. Raise timeoutMs if the shop answers slowly.`,
    { timeoutMs: call.timeoutMs, mayHaveExecuted: true },
    { shop, operation: call.operation },
  );
}

function deadlineExceeded(call: Call<unknown>, shop: string, mayHaveExecuted: boolean): TimeoutError {
  const timeoutMs = call.deadlineMs ?? 0;
  return new TimeoutError(
    'DEADLINE_EXCEEDED',
    `${call.operation} did not end within its deadline of ${timeoutMs} ms. Raise deadlineMs, or send less at a time.`,
    { timeoutMs, mayHaveExecuted },
    { shop, operation: call.operation },
  );
}
