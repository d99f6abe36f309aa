import type { ShopwrightError } from '../errors/base.ts';
import { NetworkError } from '../errors/connection.ts';
import { isShopwrightError } from '../errors/guards.ts';
import type { Permit } from '../ports/rate-limiter.ts';
import type { TransportResponse } from '../ports/transport.ts';
import { type FailedSend, judge, noteOutcome, type Progress } from '../request/progress.ts';
import { attemptLimit, deadlineExceeded } from '../request/time-limits.ts';
import { readyToken, renewToken, takeToken } from '../request/token.ts';
import type { Call, CallEnvironment, CallResult } from '../request/types.ts';
import { mayHaveExecuted } from '../resilience/retry.ts';

type Result<T> = Omit<CallResult<T>, 'attempts' | 'waitedMs'>;

/** How one attempt ended. */
type Attempted<T> =
  | { readonly ok: true; readonly result: Result<T> }
  | { readonly ok: false; readonly error: ShopwrightError; readonly tokenRenewed: boolean };

type Sent<T> = { readonly ok: true; readonly result: Result<T> } | ({ readonly ok: false } & FailedSend);

/**
 * One attempt: wait for points, take the token, send, read the answer, settle the points.
 *
 * @param deadlineAt Monotonic milliseconds, or infinity.
 * @throws What stopped it before anything was sent, and the caller's abort reason.
 */
export async function attemptOnce<T>(
  call: Call<T>,
  environment: CallEnvironment,
  progress: Progress,
  deadlineAt: number,
): Promise<Attempted<T>> {
  const { shop, app, clock, limiter, breaker, emit } = environment;
  const { operation, signal, priority } = call;
  const remainingMs = deadlineAt - clock.monotonic();
  if (remainingMs <= 0) throw deadlineExceeded(call, shop, false);

  const permit = await limiter.acquire({
    shop,
    app,
    cost: call.cost(),
    costNow: call.cost,
    priority,
    ...(signal && { signal }),
    ...(Number.isFinite(remainingMs) && { maxWaitMs: remainingMs }),
  });
  progress.waitedMs += permit.waitedMs;
  try {
    emit({ type: 'permit', shop, operation, cost: permit.cost, waitedMs: permit.waitedMs, priority });
    // An abort or a listener may have come in between.
    signal?.throwIfAborted();
    const token = readyToken(environment) ?? (await takeToken(call, environment, deadlineAt));
    const sent = await breaker.run(
      operation,
      () => send(call, environment, progress, permit, token, deadlineAt),
      (result, state) => judge(result.ok ? undefined : result, state, progress),
    );
    if (sent.ok) return sent;
    if (!isShopwrightError(sent.error)) throw sent.error;
    const tokenRenewed = await renewToken(sent.error, call, environment, token, deadlineAt);
    return { ok: false, error: sent.error, tokenRenewed };
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
  deadlineAt: number,
): Promise<Sent<T>> {
  const { shop, clock, transport, origin, watch, emit } = environment;
  const { operation } = call;
  const startedAt = clock.monotonic();
  const remainingMs = deadlineAt - startedAt;
  if (remainingMs <= 0) throw deadlineExceeded(call, shop, false);
  const limit = attemptLimit(call, environment, remainingMs, true);
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
  progress.firstSentAt ??= progress.sentAt;
  let response: TransportResponse;
  try {
    const answering = transport.send({
      method: call.method,
      url: `${origin}${call.path}`,
      headers: { ...environment.headers, ...call.headers, 'x-shopify-access-token': token },
      signal: limit.signal,
      ...(call.body && { body: call.body() }),
    });
    // A transport that does not heed the signal must not hold the call.
    response = withoutToken(await limit.until(answering), token);
  } catch (thrown) {
    const error = limit.signal.aborted ? limit.signal.reason : asNetworkError(thrown, transport.name);
    // A lost answer may have cost its points; a connection that was never made has not.
    if (isShopwrightError(error) && !mayHaveExecuted(error)) permit.refund();
    else permit.settle({});
    report(null, isShopwrightError(error) ? error.code : 'ABORTED', null);
    if (isShopwrightError(error)) noteOutcome(progress, error);
    return { ok: false, error, ranMs: clock.monotonic() - startedAt };
  } finally {
    limit.release();
  }

  const read = call.interpret(response);
  permit.settle(read.answer);
  report(response.status, read.ok ? null : read.error.code, read.cost);
  watch.see(operation, response.headers);
  const requestId = response.headers.get('x-request-id') ?? undefined;
  if (read.ok) return { ok: true, result: { value: read.value, cost: read.cost, requestId, response } };
  noteOutcome(progress, read.error);
  return { ok: false, error: read.error, ranMs: clock.monotonic() - startedAt };
}

/** What a server says is told on in errors; where it repeats the token, that is cut out. */
function withoutToken(response: TransportResponse, token: string): TransportResponse {
  return response.body.includes(token)
    ? { ...response, body: response.body.replaceAll(token, '[redacted]') }
    : response;
}

/** A transport of the host's own can throw anything; after that, nobody knows how far the request came. */
function asNetworkError(thrown: unknown, transport: string): ShopwrightError {
  if (isShopwrightError(thrown)) return thrown;
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new NetworkError(`The transport "${transport}" failed with ${name}.`, true);
}
