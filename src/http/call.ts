// One file, so that the life of a call reads top to bottom, from its first wait for points to its last error.
import {
  type ErrorCode,
  isControlFlow,
  isShopwrightError,
  NetworkError,
  OutcomeUnknownError,
  type ShopwrightError,
  TimeoutError,
} from '../errors/errors.ts';
import { type LinkedSignal, linkSignal, sleep, untilAborted } from '../internal/abort.ts';
import type { Clock } from '../internal/clock.ts';
import { isRecord } from '../internal/json.ts';
import { lateModule } from '../internal/late-module.ts';
import type { OperationKind } from '../ports/events.ts';
import type { Permit, Priority, RateLimiter, ThrottleFeedback } from '../ports/rate-limiter.ts';
import type { TokenSource } from '../ports/token-source.ts';
import type { Transport, TransportRequest, TransportResponse } from '../ports/transport.ts';
import { type BreakerListener, type BreakerVerdict, type ShopBreaker, verdictOn } from '../resilience/breaker.ts';
import {
  type Idempotency,
  mayHaveExecuted,
  type RetryBudget,
  RetryCourse,
  type RetryPolicy,
} from '../resilience/retry.ts';
import { type Telemetry, type TracedSpan, tracing } from '../telemetry/telemetry.ts';
import { responseTooLarge } from './exchange.ts';
import type { HostPolicy } from './host-policy.ts';
import { renewToken, takeToken, tokenAtHand, withoutToken, withoutTokenInError } from './token.ts';
import type { ApiWatch } from './version-watch.ts';

/**
 * The life of one call: attempt after attempt until there is a good response, or a reason to stop.
 *
 * Each attempt waits for its own permit, so retries never skip the limiter, and no permit is held between attempts. If
 * it fails, it throws the last real error, with the number of requests sent.
 *
 * @throws ShopwrightError of the appropriate class, or the caller's abort reason.
 */
export function run<T>(call: Call<T>, environment: CallEnvironment): Promise<CallResult<T>> {
  const { policy, clock } = environment;
  if (!policy) return new RunningCall(call, environment).run();
  const startedAt = clock.monotonic();
  const { signal, deadlineMs } = call;
  return loadHostPolicy().then(({ runUnder }) =>
    runUnder(policy, (limit) => new RunningCall({ ...call, signal: limit }, environment, startedAt).run(), {
      clock,
      signal,
      ...(deadlineMs !== undefined && { timeoutMs: startedAt + deadlineMs - clock.monotonic() }),
      onTimeout: () => new RunningCall(call, environment, startedAt).lateError(),
    }),
  );
}

/** Loaded on demand: few hosts set a policy. */
const loadHostPolicy = lateModule(() => import('./host-policy.ts'));

/** One call, prepared by the GraphQL or REST client. */
export interface Call<T> {
  /** Name for events and errors. */
  readonly operation: string;
  readonly kind: OperationKind;
  readonly protocol: Protocol<T>;
  readonly idempotency: Idempotency;
  readonly idempotencyKey?: string;
  readonly priority: Priority;
  /** Milliseconds for one attempt, without the wait for points. */
  readonly timeoutMs: number;
  /** Milliseconds for the whole call. */
  readonly deadlineMs?: number;
  readonly retry: RetryPolicy;
  readonly signal?: AbortSignal;
}

/** The parts of a call that differ between GraphQL and REST: encoding, cost and reading the response. */
export interface Protocol<T> {
  /** Returns the request. Built for each attempt, since a response may have required another idempotency key. */
  encode(): EncodedRequest;
  /** Points to reserve; called before each attempt and while it waits, since a response may have revealed the cost. */
  cost(): number;
  /** Reads a response, once. Never throws. */
  decode(response: TransportResponse, before: EarlierSends): Decoded<T>;
}

/** What is known about earlier sends of the call whose response is being read. */
export interface EarlierSends {
  /** Whether one of them may have been carried out, and no response has settled the question. */
  readonly unresolved: boolean;
}

/** The protocol's part of a request; address, token and the client's own headers are added. */
export interface EncodedRequest {
  readonly method: TransportRequest['method'];
  /** Path and query, from `/admin/…`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The meaning of one response: a value or a typed error, and its numbers for points. */
export type Decoded<T> = { readonly feedback: ThrottleFeedback; readonly cost: CallCost | null } & (
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ShopwrightError }
);

/** Cost of a call in points, as counted by Shopify. */
export interface CallCost {
  readonly requested: number;
  /** `null` if Shopify did not execute the call. */
  readonly actual: number | null;
}

/** What all calls of one app on one shop use. */
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
  readonly breakerListener: BreakerListener;
  readonly budget: RetryBudget;
  readonly tokens: TokenSource;
  readonly transport: Transport;
  /** Maximum size of a response body, in bytes. */
  readonly maxResponseBytes: number;
  readonly watch: ApiWatch;
  /** The host's own policy, around each call. */
  readonly policy: HostPolicy | undefined;
  /** Events are created only if there is a listener. */
  readonly telemetry: Telemetry;
}

/** The result of a call and how it went. */
interface CallResult<T> extends Received<T> {
  /** Requests sent. */
  readonly attempts: number;
  /** Milliseconds spent waiting for points and between attempts. */
  readonly waitedMs: number;
}

/** The result of one good response. */
interface Received<T> {
  readonly value: T;
  readonly cost: CallCost | null;
  /** Shopify's `X-Request-Id`. */
  readonly requestId: string | undefined;
  readonly response: Pick<TransportResponse, 'status' | 'headers'>;
}

/** How one send ended. */
type Sent<T> = { readonly ok: true; readonly result: Received<T> } | FailedSend;

interface FailedSend {
  readonly ok: false;
  /** A typed error, or the caller's abort reason. */
  readonly error: unknown;
  /** Milliseconds it took. */
  readonly ranMs: number;
}

/** How one attempt ended. */
type Attempted<T> =
  | { readonly ok: true; readonly result: Received<T> }
  | { readonly ok: false; readonly error: ShopwrightError; readonly tokenRenewed: boolean };

class RunningCall<T> {
  readonly #call: Call<T>;
  readonly #environment: CallEnvironment;
  readonly #startedAt: number;
  /** Monotonic milliseconds, or infinity. */
  readonly #deadlineAt: number;
  readonly #course = new RetryCourse();
  /** Requests sent. */
  #sent = 0;
  #waitedMs = 0;
  /** Wall time of the first send. */
  #firstSentAt: number | undefined;
  /** When the call first asked for points, in monotonic milliseconds. */
  #askedAt: number | undefined;
  /** Wall time of the last send. */
  #sentAt = 0;
  /** Whether an earlier send may have been carried out, with no response to settle the question since. */
  #unresolved = false;
  /** Set if there is a tracer. */
  #span: TracedSpan | undefined;
  #attemptSpan: TracedSpan | undefined;
  #id: string | undefined;

  /** @param startedAt Monotonic milliseconds from which the deadline counts. */
  constructor(call: Call<T>, environment: CallEnvironment, startedAt = environment.clock.monotonic()) {
    this.#call = call;
    this.#environment = environment;
    this.#startedAt = startedAt;
    this.#deadlineAt = startedAt + (call.deadlineMs ?? Number.POSITIVE_INFINITY);
  }

  run(): Promise<CallResult<T>> {
    const { shop, origin } = this.#environment;
    const { operation, kind } = this.#call;
    this.#span = tracing.tracer?.begin({ type: 'call', shop, operation, kind, origin });
    return this.#span ? this.#span.run(() => this.#run()) : this.#run();
  }

  /** The fields that all events of the call have. */
  #eventOf<Type extends string>(type: Type) {
    this.#id ??= uniqueId();
    return { type, shop: this.#environment.shop, operation: this.#call.operation, callId: this.#id };
  }

  async #run(): Promise<CallResult<T>> {
    const { clock, budget, random } = this.#environment;
    const { idempotency, signal } = this.#call;
    const course = this.#course;
    let isReplay = false;
    let lastError: ShopwrightError | undefined;
    for (;;) {
      try {
        const attempted = await this.#attempt();
        if (attempted.ok) {
          budget.succeeded(course.retries);
          this.#finish(null);
          return { ...attempted.result, attempts: this.#sent, waitedMs: this.#waitedMs };
        }
        lastError = attempted.error;
        if (attempted.tokenRenewed && !isReplay) {
          isReplay = true;
          continue;
        }
      } catch (unsent) {
        if (signal?.aborted) throw this.#aborted(signal.reason);
        // This attempt was not sent. Its error is thrown, unless an earlier attempt failed and this one was only
        // stopped by the deadline or the breaker.
        const isLate = isShopwrightError(unsent, 'CIRCUIT_OPEN', 'DEADLINE_EXCEEDED');
        throw this.#failure(isLate && lastError ? lastError : unsent);
      }

      const decision = course.decide({ error: lastError, idempotency }, this.#call.retry, random, clock.monotonic());
      if (decision.action === 'stop') throw this.#failure(lastError);
      const { delayMs } = decision;
      const isTooLate = clock.monotonic() + delayMs >= this.#deadlineAt || this.#keyIsForgotten(clock.now() + delayMs);
      if (isTooLate || (lastError.code !== 'THROTTLED' && !budget.spend())) throw this.#failure(lastError);
      await this.#waitForRetry(delayMs, lastError.code);
    }
  }

  /**
   * One attempt: wait for points, take the token, send, read the response, settle the points.
   *
   * @throws The error that prevented the send, or the caller's abort reason.
   */
  async #attempt(): Promise<Attempted<T>> {
    const { shop, tokens, breaker, breakerListener } = this.#environment;
    const { operation, signal } = this.#call;
    signal?.throwIfAborted();
    const news = breaker.refresh(breakerListener);
    if (news) await (signal ? untilAborted(news, signal) : news);
    breaker.assertClosed(operation);

    const permit = await this.#takePermit();
    try {
      // An abort or a listener may have run in between.
      signal?.throwIfAborted();
      const token = tokenAtHand(tokens, shop) ?? (await this.#inTime(false, (limit) => takeToken(tokens, shop, limit)));
      const sent = await breaker.run(
        operation,
        () => this.#send(permit, token),
        (result) => this.#classify(result),
        breakerListener,
      );
      if (sent.ok) return sent;
      const { error } = sent;
      if (!isShopwrightError(error) || this.#isAbort(error)) throw error;
      const tokenRenewed =
        error.code === 'AUTHENTICATION_FAILED' &&
        (await this.#inTime(false, (limit) => renewToken(tokens, { shop, token, error }, limit, signal))) &&
        // An unsafe call that may have been carried out is not repeated with another token.
        (this.#call.idempotency !== 'unsafe' || !mayHaveExecuted(error));
      return { ok: false, error, tokenRenewed };
    } finally {
      // Does nothing if the send has settled the permit.
      permit.refund();
    }
  }

  async #takePermit(): Promise<Permit> {
    const { shop, app, limiter, telemetry, clock } = this.#environment;
    const { protocol, priority, signal } = this.#call;
    const remainingMs = this.#remainingMs();
    const nowMs = clock.monotonic();
    this.#askedAt ??= nowMs;
    const permit = await limiter.acquire({
      shop,
      app,
      cost: protocol.cost(),
      costNow: () => protocol.cost(),
      priority,
      // A retry keeps the call's place in the queue.
      ...(nowMs > this.#askedAt && { ageMs: nowMs - this.#askedAt }),
      ...(signal && { signal }),
      ...(Number.isFinite(remainingMs) && { maxWaitMs: remainingMs }),
    });
    this.#waitedMs += permit.waitedMs;
    if (telemetry.hears('permit')) {
      const { cost, waitedMs } = permit;
      telemetry.emit({ ...this.#eventOf('permit'), attempt: this.#sent + 1, cost, waitedMs, priority });
    }
    return permit;
  }

  async #send(permit: Permit, token: string): Promise<Sent<T>> {
    const { clock, watch } = this.#environment;
    const { operation, protocol } = this.#call;
    const startedAt = clock.monotonic();
    // Both throw before the attempt counts as sent.
    this.#call.signal?.throwIfAborted();
    this.#remainingMs();
    this.#sent += 1;
    this.#sentAt = clock.now();
    this.#firstSentAt ??= this.#sentAt;

    const failed = (error: unknown): FailedSend => {
      // A request in flight when the caller aborted may still have arrived.
      if (this.#isAbort(error)) this.#unresolved = true;
      else if (isShopwrightError(error)) this.#noteOutcome(error);
      return { ok: false, error: withoutTokenInError(error, token), ranMs: clock.monotonic() - startedAt };
    };
    let response: TransportResponse;
    try {
      response = await this.#exchange(token);
    } catch (error) {
      // A lost response may have cost points; a connection that was never made has not.
      if (isShopwrightError(error) && !mayHaveExecuted(error) && !this.#isAbort(error)) permit.refund();
      else permit.settle({});
      this.#reportAttempt(startedAt, codeOf(error));
      return failed(error);
    }

    const repeatable = withoutToken(response, token);
    const decoded = protocol.decode(repeatable, { unresolved: this.#unresolved });
    permit.settle(decoded.feedback);
    this.#reportAttempt(startedAt, decoded.ok ? null : decoded.error.code, repeatable, decoded);
    watch.see(operation, repeatable.headers, decoded.feedback.throttleStatus);
    if (!decoded.ok) return failed(decoded.error);
    const requestId = repeatable.headers.get('x-request-id') ?? undefined;
    return { ok: true, result: { value: decoded.value, cost: decoded.cost, requestId, response } };
  }

  /** @throws NetworkError, TimeoutError, and the caller's abort reason. */
  #exchange(token: string): Promise<TransportResponse> {
    const { origin, headers, transport, maxResponseBytes } = this.#environment;
    return this.#inTime(true, async (limit) => {
      try {
        const { path, ...encoded } = this.#call.protocol.encode();
        const url = `${origin}${path}`;
        const all = {
          ...headers,
          ...encoded.headers,
          'x-shopify-access-token': token,
          [attemptHeader]: uniqueId(),
        };
        const request = { ...encoded, url, headers: all, signal: limit.signal, maxResponseBytes };
        const span = this.#beginAttempt(encoded.method, url);
        const exchange = span ? span.run(() => transport.send(request)) : transport.send(request);
        // The call must end even if the transport ignores the signal.
        const response = await limit.until(exchange);
        // Checked here, where it is known that the request was sent: later it would be an error like any other.
        if (typeof response.body !== 'string' || typeof response.headers.get !== 'function') throw new TypeError();
        // The transport ignored the limit and has read too much; the body is still refused.
        if (response.body.length > maxResponseBytes) throw responseTooLarge(maxResponseBytes);
        return response;
      } catch (thrown) {
        throw limit.signal.aborted ? limit.signal.reason : asNetworkError(thrown, transport.name);
      }
    });
  }

  #beginAttempt(method: string, url: string): TracedSpan | undefined {
    const { shop } = this.#environment;
    this.#attemptSpan = tracing.tracer?.begin({ type: 'attempt', shop, attempt: this.#sent, method, url });
    return this.#attemptSpan;
  }

  /** Returns what one send tells the breaker about the shop. */
  #classify(sent: Sent<T>): BreakerVerdict {
    if (sent.ok) return 'success';
    const { error, ranMs } = sent;
    // An abort tells nothing about the shop.
    if (!isShopwrightError(error) || this.#isAbort(error)) return 'neutral';
    if (error.code === 'DEADLINE_EXCEEDED' && ranMs < patienceMs) return 'neutral';
    return verdictOn(error);
  }

  /** Remembers whether a mutation may have been carried out. */
  #noteOutcome(error: ShopwrightError): void {
    if (mayHaveExecuted(error)) this.#unresolved = true;
    else if (error.code === 'USER_ERROR' || error.code === 'GRAPHQL_ERROR') this.#unresolved = false;
  }

  async #waitForRetry(delayMs: number, errorCode: ErrorCode): Promise<void> {
    const { clock, telemetry } = this.#environment;
    const { signal } = this.#call;
    if (telemetry.hears('retry'))
      telemetry.emit({ ...this.#eventOf('retry'), attempt: this.#sent, delayMs, errorCode });
    await sleep(clock, delayMs, signal).catch((reason: unknown) => {
      throw this.#aborted(reason);
    });
    this.#waitedMs += delayMs;
  }

  /** Whether Shopify may no longer recognize the key of a mutation that was sent long ago. */
  #keyIsForgotten(nowMs: number): boolean {
    if (this.#call.idempotency !== 'keyed' || !this.#unresolved) return false;
    return nowMs - (this.#firstSentAt ?? nowMs) >= keyLifeMs;
  }

  /** Ends the call. Returns the error to throw, with the number of requests sent. */
  #failure(error: unknown): unknown {
    const { idempotency } = this.#call;
    this.#course.sayHowLong(error, this.#environment.clock.monotonic());
    // After a lost response of a keyed mutation, only a response to a later send settles the question.
    const isUnknown = isShopwrightError(error) && (mayHaveExecuted(error) || this.#unresolved);
    const outcome = isUnknown && idempotency !== 'idempotent' ? this.#outcomeUnknown(error) : error;
    if (isShopwrightError(outcome)) outcome.attempts = this.#sent;
    this.#finish(codeOf(outcome));
    return outcome;
  }

  /**
   * Ends the call after an abort. Returns the caller's reason, or an `OutcomeUnknownError` if an earlier send may have
   * been carried out.
   */
  #aborted(reason: unknown): unknown {
    if (this.#unresolved && this.#call.idempotency !== 'idempotent') {
      const outcome = this.#outcomeUnknown(reason);
      outcome.attempts = this.#sent;
      this.#finish(outcome.code);
      return outcome;
    }
    this.#finish(codeOf(reason));
    return reason;
  }

  /** Whether this is the caller's abort reason, which can be any value, including an error of this package. */
  #isAbort(thrown: unknown): boolean {
    const { signal } = this.#call;
    return signal?.aborted === true && thrown === signal.reason;
  }

  #outcomeUnknown(cause: unknown): OutcomeUnknownError {
    const { operation, idempotencyKey } = this.#call;
    const { requestId, retryAfterMs, data } = isShopwrightError(cause) ? received(cause) : {};
    // Beside user errors a payload proves nothing by itself, and the errors about a key leave the outcome open.
    const isDone = isShopwrightError(cause, 'USER_ERROR')
      ? cause.mayHaveExecuted && !cause.userErrors.some(({ code }) => code?.startsWith('IDEMPOTENCY_'))
      : isRecord(data) && Object.values(data).some((value) => value !== null);
    const what = isDone
      ? `${operation} was carried out at least in part, but the response reports an error (${codeOf(cause)}); ` +
        'see error.data for its result.'
      : `${operation} was sent, but no response says whether Shopify carried it out (${codeOf(cause)}).`;
    // These errors recur until somebody changes a limit or the input, or checks where a redirect leads, so their
    // message is added. Other causes are temporary.
    const isToldBest = isShopwrightError(cause, 'INVALID_RESPONSE', 'HTTP_ERROR', 'USER_ERROR') && !cause.isRetryable;
    const why = isToldBest ? ` ${cause.message}` : '';
    return new OutcomeUnknownError(`${what} Read the state from Shopify before you send it again.${why}`, {
      sentAt: this.#sentAt,
      idempotencyKey,
      shop: this.#environment.shop,
      operation,
      cause,
      data,
      ...(requestId !== undefined && { requestId }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }

  /**
   * Returns the milliseconds until the deadline of the whole call.
   *
   * @throws TimeoutError if none are left.
   */
  #remainingMs(): number {
    const remainingMs = this.#deadlineAt - this.#environment.clock.monotonic();
    if (remainingMs <= 0) throw this.#timeout('DEADLINE_EXCEEDED', false);
    return remainingMs;
  }

  /** Creates the error for a call whose deadline passed before anything was sent. */
  lateError(): TimeoutError {
    return this.#timeout('DEADLINE_EXCEEDED', false);
  }

  /** Runs one part of an attempt within the limits of the attempt, the whole call and the caller's signal. */
  async #inTime<R>(mayHaveExecuted: boolean, part: (limit: LinkedSignal) => Promise<R>): Promise<R> {
    const { clock } = this.#environment;
    const { timeoutMs, signal } = this.#call;
    const remainingMs = this.#deadlineAt - clock.monotonic();
    const limit = linkSignal(clock, signal, Math.max(0, Math.min(timeoutMs, remainingMs)), () =>
      this.#timeout(remainingMs < timeoutMs ? 'DEADLINE_EXCEEDED' : 'TIMEOUT', mayHaveExecuted),
    );
    try {
      return await part(limit);
    } finally {
      limit.release();
    }
  }

  #timeout(code: 'TIMEOUT' | 'DEADLINE_EXCEEDED', mayHaveExecuted: boolean): TimeoutError {
    const { operation, timeoutMs, deadlineMs = 0 } = this.#call;
    const details = { code, mayHaveExecuted, shop: this.#environment.shop, operation };
    return code === 'TIMEOUT'
      ? new TimeoutError(
          `${operation} had no complete response within ${timeoutMs} ms. Raise timeoutMs if the shop is slow to respond.`,
          { ...details, timeoutMs },
        )
      : new TimeoutError(
          `${operation} did not finish within its deadline of ${deadlineMs} ms. Raise deadlineMs, or send less at a time.`,
          { ...details, timeoutMs: deadlineMs },
        );
  }

  /** @param decoded The decoded response, if there was one. */
  #reportAttempt(
    startedAt: number,
    errorCode: string | null,
    response?: TransportResponse,
    decoded?: Decoded<unknown>,
  ): void {
    const span = this.#attemptSpan;
    this.#attemptSpan = undefined;
    const { telemetry, clock } = this.#environment;
    if (!span && !telemetry.hears('attempt')) return;
    const event = {
      ...this.#eventOf('attempt'),
      attempt: this.#sent,
      status: response?.status ?? null,
      errorCode,
      durationMs: clock.monotonic() - startedAt,
      requestedCost: decoded?.cost?.requested ?? null,
      actualCost: decoded?.cost?.actual ?? null,
      available: decoded?.feedback.throttleStatus?.currentlyAvailable ?? null,
      requestId: response?.headers.get('x-request-id') ?? null,
    };
    span?.end(event);
    telemetry.emit(event);
  }

  #finish(errorCode: string | null): void {
    const span = this.#span;
    const { telemetry, clock } = this.#environment;
    if (!span && !telemetry.hears('call')) return;
    const event = {
      ...this.#eventOf('call'),
      kind: this.#call.kind,
      attempts: this.#sent,
      durationMs: clock.monotonic() - this.#startedAt,
      waitedMs: this.#waitedMs,
      errorCode,
    };
    span?.end(event);
    telemetry.emit(event);
  }
}

/** Milliseconds for which Shopify keeps an idempotency key: https://shopify.dev/docs/api/usage/idempotent-requests */
const keyLifeMs = 24 * 60 * 60 * 1000;

/** A shop that has not responded for so long is failing, however short the caller's deadline. */
const patienceMs = 5000;

/** Details of the response that the error of the call repeats. */
function received(error: ShopwrightError): {
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly data: unknown;
} {
  return {
    requestId: error.requestId,
    retryAfterMs: error.retryAfterMs,
    data: 'data' in error && mayHaveExecuted(error) ? error.data : undefined,
  };
}

function codeOf(error: unknown): string {
  return isShopwrightError(error) ? error.code : 'ABORTED';
}

/** Unique to each attempt, so that no cache on the way to Shopify mistakes one for another. */
const attemptHeader = 'x-shopwright-attempt';

let made = 0;
let firstAt: string | undefined;

/**
 * Returns a value that no other attempt has, even in another copy of this module or in another process whose responses
 * a framework may have cached. Made without random numbers and the time of day, which Next forbids in a prerender.
 */
function uniqueId(): string {
  firstAt ??= String(performance.timeOrigin + performance.now());
  made += 1;
  return `${firstAt}-${made}`;
}

/** A host's own transport can throw anything; it is then unknown how far the request got. */
function asNetworkError(thrown: unknown, transport: string): unknown {
  if (isShopwrightError(thrown) || isControlFlow(thrown)) return thrown;
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new NetworkError(`The transport "${transport}" failed with ${name}.`, { mayHaveExecuted: true });
}
