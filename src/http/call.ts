import {
  AuthenticationError,
  type ErrorCode,
  isShopwrightError,
  NetworkError,
  OutcomeUnknownError,
  type ShopwrightError,
  TimeoutError,
} from '../errors/errors.ts';
import { type LinkedSignal, linkSignal, sleep, untilAborted } from '../internal/abort.ts';
import type { Clock } from '../internal/clock.ts';
import type { BreakerState } from '../ports/events.ts';
import type { Permit, Priority, RateLimiter, ThrottleFeedback } from '../ports/rate-limiter.ts';
import type { TokenSource } from '../ports/token-source.ts';
import type { Transport, TransportRequest, TransportResponse } from '../ports/transport.ts';
import type { BreakerVerdict, ShopBreaker } from '../resilience/breaker.ts';
import {
  decideRetry,
  type Idempotency,
  mayHaveExecuted,
  type RetryBudget,
  type RetryPolicy,
} from '../resilience/retry.ts';
import type { Emit } from '../telemetry/telemetry.ts';
import type { ApiWatch } from './version-watch.ts';

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

    const decision = decideRetry(
      { error: lastError, retries, idempotency: call.idempotency },
      call.retry,
      environment.random,
    );
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
  return call.idempotency === 'keyed' && progress.unresolved && nowMs - (progress.firstSentAt ?? nowMs) >= keyLifeMs;
}

/** What the caller is told: the error itself, or that nobody knows what became of a mutation. */
function outcome<T>(call: Call<T>, shop: string, progress: Progress, error: unknown): unknown {
  if (!isShopwrightError(error) || call.idempotency === 'idempotent') return error;
  // After a lost answer of a keyed mutation, only an answer to a later send settles the question.
  const unknown = mayHaveExecuted(error) || progress.unresolved;
  if (!unknown) return error;
  return new OutcomeUnknownError(
    `${call.operation} was sent, but no answer says whether Shopify carried it out (${error.code}). ` +
      'Read the state from Shopify before you send it again.',
    {
      sentAt: progress.sentAt,
      idempotencyKey: call.idempotencyKey,
      shop,
      operation: call.operation,
      cause: error,
      ...(error.requestId !== undefined && { requestId: error.requestId }),
    },
  );
}

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
async function attemptOnce<T>(
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
  return new NetworkError(`The transport "${transport}" failed with ${name}.`, { mayHaveExecuted: true });
}

/** How far a call has come, over all its attempts. */
interface Progress {
  /** Requests sent. */
  sent: number;
  waitedMs: number;
  /** Wall time of the last send. */
  sentAt: number;
  /** Wall time of the first send. */
  firstSentAt: number | undefined;
  /** A call counts once against the breaker, however often it is retried. */
  countedByBreaker: boolean;
  /** An earlier send may have been carried out, and no answer has settled that since. */
  unresolved: boolean;
}

/** Keeps in mind whether a mutation may have been carried out. */
function noteOutcome(progress: Progress, error: ShopwrightError): void {
  if (mayHaveExecuted(error)) progress.unresolved = true;
  else if (error.code === 'USER_ERROR' || error.code === 'GRAPHQL_ERROR') progress.unresolved = false;
}

/** A send that brought no good answer. */
interface FailedSend {
  readonly error: unknown;
  /** Milliseconds it took. */
  readonly ranMs: number;
}

/** A shop that has not answered for so long is in trouble, however short the caller's deadline. */
const patienceMs = 5000;

/** 5xx, network and time-out speak against the shop; a refusal shows that it is alive. */
function judge(failed: FailedSend | undefined, state: BreakerState, progress: Progress): BreakerVerdict {
  if (!failed) return 'success';
  const { error, ranMs } = failed;
  // An abort says nothing about the shop.
  if (!isShopwrightError(error)) return 'neutral';
  if (error.code === 'DEADLINE_EXCEEDED' && ranMs < patienceMs) return 'neutral';
  if (!speaksAgainstShop(error)) return 'success';
  if (progress.countedByBreaker && state === 'closed') return 'neutral';
  progress.countedByBreaker = true;
  return 'failure';
}

const troubles: ReadonlySet<ErrorCode> = new Set(['NETWORK_ERROR', 'TIMEOUT', 'DEADLINE_EXCEEDED', 'INVALID_RESPONSE']);

function speaksAgainstShop(error: ShopwrightError): boolean {
  return troubles.has(error.code) || (error.code === 'HTTP_ERROR' && error.isRetryable);
}

/** The error of an attempt that took too long. */
function timedOut(call: Call<unknown>, shop: string, mayHaveExecuted: boolean): TimeoutError {
  return new TimeoutError(
    `${call.operation} had no complete answer within ${call.timeoutMs} ms. Raise timeoutMs if the shop answers slowly.`,
    { code: 'TIMEOUT', timeoutMs: call.timeoutMs, mayHaveExecuted, shop, operation: call.operation },
  );
}

/** The error of a call whose time for everything has run out. */
function deadlineExceeded(call: Call<unknown>, shop: string, mayHaveExecuted: boolean): TimeoutError {
  const timeoutMs = call.deadlineMs ?? 0;
  return new TimeoutError(
    `${call.operation} did not end within its deadline of ${timeoutMs} ms. Raise deadlineMs, or send less at a time.`,
    { code: 'DEADLINE_EXCEEDED', timeoutMs, mayHaveExecuted, shop, operation: call.operation },
  );
}

/** The end of one attempt, or of what leads to it: at its own time, or at the deadline of the whole call. */
function attemptLimit(
  call: Call<unknown>,
  { shop, clock }: CallEnvironment,
  remainingMs: number,
  mayHaveExecuted: boolean,
): LinkedSignal {
  return linkSignal(clock, call.signal, Math.max(0, Math.min(call.timeoutMs, remainingMs)), () =>
    remainingMs < call.timeoutMs
      ? deadlineExceeded(call, shop, mayHaveExecuted)
      : timedOut(call, shop, mayHaveExecuted),
  );
}

/** Characters that a header can carry; `Headers` refuses others with an error that names no field. */
const sendable = /^[\x21-\x7e]+$/;

/**
 * The token that the source has at hand, so that there is nothing to wait for.
 *
 * @throws AuthenticationError where the source fails.
 */
function readyToken({ shop, tokens }: CallEnvironment): string | undefined {
  try {
    const token = tokens.peek?.(shop);
    // What cannot be sent is told by `takeToken`.
    return typeof token === 'string' && sendable.test(token) ? token : undefined;
  } catch (error) {
    throw isShopwrightError(error) ? error : sourceFailed(error, shop);
  }
}

/**
 * Asks the token source, within the time of one attempt and of the whole call.
 *
 * @throws AuthenticationError where there is no usable token, TimeoutError, and the caller's abort reason.
 */
async function takeToken(call: Call<unknown>, environment: CallEnvironment, deadlineAt: number): Promise<string> {
  const { shop, clock, tokens } = environment;
  const limit = attemptLimit(call, environment, deadlineAt - clock.monotonic(), false);
  try {
    const token = await limit.until(tokens.get(shop, limit.signal));
    if (typeof token === 'string' && sendable.test(token)) return token;
    throw new AuthenticationError(`The token source gave no usable access token for ${shop}.`, { shop });
  } catch (error) {
    if (limit.signal.aborted) throw limit.signal.reason;
    throw isShopwrightError(error) ? error : sourceFailed(error, shop);
  } finally {
    limit.release();
  }
}

/**
 * After a 401: whether the source can give another token, so that the call is worth one replay. The source has
 * the time of one attempt.
 *
 * @throws The caller's abort reason.
 */
async function renewToken(
  error: ShopwrightError,
  call: Call<unknown>,
  environment: CallEnvironment,
  token: string,
  deadlineAt: number,
): Promise<boolean> {
  if (error.code !== 'AUTHENTICATION_FAILED') return false;
  const { shop, clock, tokens } = environment;
  const limit = attemptLimit(call, environment, deadlineAt - clock.monotonic(), false);
  try {
    return await limit.until(tokens.invalidate(shop, token));
  } catch (thrown) {
    if (call.signal?.aborted) throw call.signal.reason;
    // The refusal is what the caller must hear of; what went wrong with the source is told beside it.
    error.message += ` ${sourceFailed(thrown, shop).message}`;
    return false;
  } finally {
    limit.release();
  }
}

/** What a source of the host's own throws can hold anything: only its name is told on. */
function sourceFailed(thrown: unknown, shop: string): AuthenticationError {
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new AuthenticationError(`The token source failed for ${shop} with ${name}.`, { shop });
}

/** Cost of a call as Shopify counted it, in points. */
export interface CallCost {
  readonly requested: number;
  /** `null` where Shopify did not execute the call. */
  readonly actual: number | null;
}

/** What one answer means: a value or a typed error, and what it told about the points. */
export type Interpretation<T> = { readonly answer: ThrottleFeedback; readonly cost: CallCost | null } & (
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ShopwrightError }
);

/** One call, made ready by the GraphQL or REST client. */
export interface Call<T> {
  /** Name for events and errors. */
  readonly operation: string;
  readonly idempotency: Idempotency;
  readonly idempotencyKey?: string;
  readonly method: TransportRequest['method'];
  /** Path and query, from `/admin/…`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Made anew for each attempt, since an answer may have called for another idempotency key. */
  readonly body?: () => string;
  /** Points to reserve; asked anew before each attempt and while it waits, since an answer may have taught better. */
  readonly cost: () => number;
  readonly priority: Priority;
  /** Milliseconds for one attempt, without the wait for points. */
  readonly timeoutMs: number;
  /** Milliseconds for everything. */
  readonly deadlineMs?: number;
  readonly retry: RetryPolicy;
  readonly signal?: AbortSignal;
  /** Reads an answer, once. Never throws. */
  readonly interpret: (response: TransportResponse) => Interpretation<T>;
}

/** What a call goes through, for one app on one shop. */
export interface CallEnvironment {
  readonly shop: string;
  readonly app: string;
  /** Scheme and host, such as `https://acme.myshopify.com`. */
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly limiter: RateLimiter;
  readonly breaker: ShopBreaker;
  readonly budget: RetryBudget;
  readonly tokens: TokenSource;
  readonly transport: Transport;
  readonly watch: ApiWatch;
  readonly emit: Emit;
}

/** What a call brought, with how it went. */
interface CallResult<T> {
  readonly value: T;
  readonly cost: CallCost | null;
  /** Shopify's `X-Request-Id`. */
  readonly requestId: string | undefined;
  /** Requests sent. */
  readonly attempts: number;
  /** Milliseconds spent waiting for points and between attempts. */
  readonly waitedMs: number;
  readonly response: Pick<TransportResponse, 'status' | 'headers'>;
}
