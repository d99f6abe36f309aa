import {
  type Event,
  EventEmitter,
  type IDefaultPolicyContext,
  type IFailureEvent,
  type IPolicy,
  type ISuccessEvent,
} from 'cockatiel';
import { parseShopDomain } from '../config/shop-domain.ts';
import {
  ConfigError,
  type ErrorCode,
  type Issue,
  isShopwrightError,
  type ShopwrightError,
  TimeoutError,
} from '../errors/errors.ts';
import { createDocumentParser, type TypedDocument, type UntypedDocument } from '../graphql/document.ts';
import { idempotencyOf } from '../graphql/graphql.ts';
import type { ParsedOperation } from '../graphql/parse.ts';
import { decodeResponse } from '../graphql/response.ts';
import { withDefaults } from '../http/request-options.ts';
import { sleep } from '../internal/abort.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { isRecord } from '../internal/json.ts';
import { lateModule } from '../internal/late-module.ts';
import { unknownNames, unknownValue } from '../internal/names.ts';
import type { BreakerState } from '../ports/events.ts';
import type { TransportResponse } from '../ports/transport.ts';
import { type BreakerPolicy, ShopBreaker, verdictOn } from '../resilience/breaker.ts';
import { type Idempotency, mayHaveExecuted, RetryCourse, type RetryPolicy } from '../resilience/retry.ts';
import { breakerProblems, defaultBreaker, defaultRetry, retryProblems } from './options.ts';

/** Options of `shopifyRetry`. */
export interface ShopifyRetryOptions extends Partial<RetryPolicy> {
  /** What sending the call a second time does. Default: derived from `document`, or `unsafe` without one. */
  readonly idempotency?: Idempotency;
  /**
   * The GraphQL document of the call, which determines what a second send does: queries are `idempotent`, mutations
   * with an idempotency key `keyed`, and other mutations `unsafe`.
   */
  readonly document?: string | UntypedDocument | TypedDocument<unknown, never>;
  /** The variables of the document: some mutations are idempotent only with certain values. */
  readonly variables?: object;
  /** Clock, for tests. */
  readonly clock?: Clock;
}

/** The context passed to the function that the policy runs. */
export interface ShopifyRetryContext extends IDefaultPolicyContext {
  /** Starts at 0. */
  readonly attempt: number;
}

/** A retry, reported before the wait for it. */
export interface ShopifyRetryEvent {
  /** Starts at 1. */
  readonly attempt: number;
  /** Milliseconds until the retry is sent. */
  readonly delayMs: number;
  /** Why the previous send failed, as an error code of this package. */
  readonly errorCode: ErrorCode;
}

/** A cockatiel policy that retries calls where Shopify's rules allow it. */
export interface ShopifyRetryPolicy extends IPolicy<ShopifyRetryContext> {
  readonly onRetry: Event<ShopifyRetryEvent>;
}

/**
 * Creates a retry policy for calls of other clients (`@shopify/admin-api-client`, `@shopify/shopify-api`, ky, `fetch`),
 * with the rules of this package's own clients: 429 with `Retry-After`, `THROTTLED` with its cost, 5xx, responses that
 * are not JSON, and failed connections. A call that is `unsafe` and may have been carried out is not sent again.
 *
 * The function returns or throws what its client does; `execute` returns or throws the last of these, unchanged.
 * Aborting the signal ends a wait at once, with its reason. Turn off the client's own retries.
 *
 * @experimental Names and behaviour may change with any minor version: docs/stability.md.
 *
 * @throws ConfigError for an invalid option. `execute` throws ValidationError if the document is not valid GraphQL.
 *
 * @example
 * const retry = shopifyRetry({ document: ProductByHandle });
 * const { data } = await retry.execute(() => adminClient.request(ProductByHandle, { variables }));
 */
export function shopifyRetry(options: ShopifyRetryOptions = {}): ShopifyRetryPolicy {
  const { idempotency, document, variables, clock, ...given } = options;
  const problems: Issue[] = [
    ...retryProblems(given, { idempotency: true, document: true, variables: true, clock: true }),
    ...unknownValue('idempotency', idempotency, ['idempotent', 'keyed', 'unsafe']),
  ];
  if (variables !== undefined && document === undefined)
    problems.push({ field: 'variables', message: 'have no effect without the document. Pass it too, or omit them.' });
  refuse(problems);
  return new RetryForOthers(options, withDefaults(defaultRetry, given));
}

/** Options of `shopifyBreaker`. */
export interface ShopifyBreakerOptions extends Partial<Omit<BreakerPolicy, 'operations'>> {
  /** The shop whose calls it stops, `acme` or `acme.myshopify.com`: create one breaker per shop, and keep it. */
  readonly shop: string;
  /** Clock, for tests. */
  readonly clock?: Clock;
}

/** A cockatiel policy that stops calls to a failing shop. */
export interface ShopifyBreakerPolicy extends IPolicy {
  readonly state: BreakerState;
  readonly onStateChange: Event<BreakerState>;
}

/**
 * Creates a circuit breaker for calls of other clients: after `failures` failures in a row (5xx, timeouts, connections,
 * responses that are not JSON) it refuses calls for `openMs` with a `CircuitOpenError`, then lets `trials` calls
 * through. Throttling and refusals count as a healthy shop. `execute` does not know the operation, so all calls count
 * alike.
 *
 * @experimental Names and behaviour may change with any minor version: docs/stability.md.
 *
 * @throws ConfigError for an invalid option. `execute` throws CircuitOpenError while open; then nothing was sent.
 *
 * @example
 * import { wrap } from 'cockatiel';
 * const policy = wrap(shopifyRetry({ idempotency: 'idempotent' }), shopifyBreaker({ shop: 'acme.myshopify.com' }));
 * const response = await policy.execute(({ signal }) => fetch(url, { signal }));
 */
export function shopifyBreaker(options: ShopifyBreakerOptions): ShopifyBreakerPolicy {
  const { shop, clock = systemClock, ...given } = options;
  const domain = parseShopDomain(shop);
  const problems: Issue[] = [
    ...unknownNames(given, { failures: true, openMs: true, trials: true }),
    ...breakerProblems(given),
  ];
  if (!domain.ok) problems.push({ field: 'shop', message: domain.message });
  refuse(problems);
  const policy = { ...withDefaults(defaultBreaker, given), operations: 1 };
  return new BreakerForOthers(new ShopBreaker({ shop: domain.ok ? domain.domain : shop, policy, clock }), clock);
}

function refuse(issues: readonly Issue[]): void {
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
}

/** What the host's function returned or threw. */
type Outcome<T> = { readonly value: T } | { readonly error: unknown };

type Work<C, T> = (context: C) => PromiseLike<T> | T;

const documents = createDocumentParser();

/** Used for all calls without a document. */
const someCall: OperationOfOthers = { name: 'The call', kind: 'mutation', rootFields: [] };

/** The events that both policies report, as cockatiel's own do. */
abstract class ForOthers {
  declare readonly _altReturn: never;
  readonly #succeeded = new EventEmitter<ISuccessEvent>();
  readonly #failed = new EventEmitter<IFailureEvent>();
  readonly onSuccess = this.#succeeded.addListener;
  readonly onFailure = this.#failed.addListener;

  protected readonly clock: Clock;

  protected constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Ends `execute`: returns or throws what the host's function did. */
  protected end<T>(outcome: Outcome<T>, failure: ShopwrightError | undefined, startedAt: number): T {
    const duration = this.clock.monotonic() - startedAt;
    const handled = failure !== undefined;
    if (handled || 'error' in outcome) this.#failed.emit({ duration, handled, reason: outcome });
    else this.#succeeded.emit({ duration });
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }
}

class RetryForOthers extends ForOthers implements ShopifyRetryPolicy {
  readonly #options: ShopifyRetryOptions;
  readonly #policy: RetryPolicy;
  readonly #retried = new EventEmitter<ShopifyRetryEvent>();
  readonly onRetry = this.#retried.addListener;

  constructor(options: ShopifyRetryOptions, policy: RetryPolicy) {
    super(options.clock ?? systemClock);
    this.#options = options;
    this.#policy = policy;
  }

  async execute<T>(work: Work<ShopifyRetryContext, T>, signal: AbortSignal = new AbortController().signal): Promise<T> {
    const { clock } = this;
    const { document, variables = {} } = this.#options;
    signal.throwIfAborted();
    const parsed = document === undefined ? undefined : await documents.parse(document);
    const idempotency = this.#options.idempotency ?? (parsed ? idempotencyOf(parsed, { ...variables }) : 'unsafe');
    const course = new RetryCourse();
    const startedAt = clock.monotonic();
    const before = { unresolved: false };
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await outcomeOf(work, { signal, attempt });
      const failure = await failureIn(outcome, parsed, { idempotency, before, nowMs: clock.now() });
      if (!failure || signal.aborted) return this.end(outcome, failure, startedAt);
      const decision = course.decide({ error: failure, idempotency }, this.#policy, Math.random, clock.monotonic());
      if (decision.action === 'stop') return this.end(outcome, failure, startedAt);
      before.unresolved ||= mayHaveExecuted(failure);
      if ('value' in outcome) letGo(outcome.value);
      this.#retried.emit({ attempt: attempt + 1, delayMs: decision.delayMs, errorCode: failure.code });
      await sleep(clock, decision.delayMs, signal);
    }
  }
}

class BreakerForOthers extends ForOthers implements ShopifyBreakerPolicy {
  readonly #breaker: ShopBreaker;
  readonly #changed = new EventEmitter<BreakerState>();
  readonly onStateChange = this.#changed.addListener;

  constructor(breaker: ShopBreaker, clock: Clock) {
    super(clock);
    this.#breaker = breaker;
  }

  get state(): BreakerState {
    return this.#breaker.state();
  }

  async execute<T>(
    work: Work<IDefaultPolicyContext, T>,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<T> {
    const startedAt = this.clock.monotonic();
    const reading = { idempotency: 'unsafe', before: { unresolved: false }, nowMs: this.clock.now() } as const;
    const { outcome, failure } = await this.#breaker.run(
      someCall.name,
      async () => {
        const outcome = await outcomeOf(work, { signal });
        return { outcome, failure: await failureIn(outcome, undefined, reading) };
      },
      ({ outcome, failure }) => {
        if (failure) return verdictOn(failure);
        // An abort, or an error of the host's code, says nothing about the shop.
        return 'error' in outcome ? 'neutral' : 'success';
      },
      { changed: (state) => this.#changed.emit(state), storeFailed: () => undefined },
    );
    return this.end(outcome, failure, startedAt);
  }
}

async function outcomeOf<C, T>(work: Work<C, T>, context: C): Promise<Outcome<T>> {
  try {
    return { value: await work(context) };
  } catch (error) {
    return { error };
  }
}

/** Checks the shape, not the class: the package undici has its own `Response`. */
function isResponse(value: unknown): value is Response {
  if (!isRecord(value)) return false;
  const { status, headers, clone } = value;
  return typeof status === 'number' && typeof clone === 'function' && isRecord(headers) && 'get' in headers;
}

/** Cancels the body: a response that nobody reads keeps its connection. */
function letGo(value: unknown): void {
  if (isResponse(value) && !value.bodyUsed) value.body?.cancel().catch(() => undefined);
}

/** The parts of an operation that are needed to read its response. */
type OperationOfOthers = Pick<ParsedOperation, 'name' | 'kind' | 'rootFields'>;

interface Reading {
  readonly idempotency: Idempotency;
  readonly before: { readonly unresolved: boolean };
  readonly nowMs: number;
}

/** Loaded with the first failure without a response. */
const loadNetworkError = lateModule(() => import('../http/network-error.ts'));

/**
 * Returns the error that a client of this package would have thrown; `undefined` if the outcome is good, or unrelated
 * to Shopify.
 */
async function failureIn(
  outcome: Outcome<unknown>,
  operation: OperationOfOthers | undefined,
  reading: Reading,
): Promise<ShopwrightError | undefined> {
  if ('error' in outcome && isShopwrightError(outcome.error)) return outcome.error;
  const response = await ('error' in outcome ? responseOfError(outcome.error) : responseIn(outcome.value, operation));
  if (isShopwrightError(response)) return response;
  if (response) {
    const shop = 'The shop';
    const decoded = decodeResponse(response, {
      shop,
      operation: operation ?? someCall,
      userErrors: 'return',
      errors: 'throw',
      keys: undefined,
      ...reading,
    });
    return decoded.ok ? undefined : decoded.error;
  }
  return 'error' in outcome ? failureWithoutResponse(outcome.error) : undefined;
}

/** Returns the error of a send without a response; `undefined` for other errors. */
async function failureWithoutResponse(thrown: unknown): Promise<ShopwrightError | undefined> {
  if (thrown instanceof Error && thrown.name === 'TimeoutError') {
    const details = { code: 'TIMEOUT', timeoutMs: 0, mayHaveExecuted: true } as const;
    return new TimeoutError('The call timed out.', details);
  }
  const { isNetworkFailure, networkError } = await loadNetworkError();
  return isNetworkFailure(thrown) ? networkError(thrown) : undefined;
}

/**
 * Returns the response in what a client returned: a `Response` of `fetch` or ky, a result of
 * `@shopify/admin-api-client`, or the body of a GraphQL response. `undefined` for anything else, which counts as a
 * success.
 */
async function responseIn(
  value: unknown,
  operation: OperationOfOthers | undefined,
): Promise<TransportResponse | ShopwrightError | undefined> {
  if (isResponse(value)) {
    const { status, headers } = value;
    if (value.bodyUsed) return value.ok ? undefined : { status, headers, body: '' };
    try {
      const body = await value.clone().text();
      return !value.ok || operation || isTrouble(body, headers) ? { status, headers, body } : undefined;
    } catch (error) {
      // The body broke off, so the response is incomplete, whatever the error is.
      return value.ok ? (await loadNetworkError()).networkError(error) : { status, headers, body: '' };
    }
  }
  if (!isRecord(value)) return undefined;
  const { errors, headers } = value;
  if (Array.isArray(errors) || (operation && errors === undefined && isRecord(value['data']))) {
    return { status: 200, headers: lookup(headers), body: JSON.stringify(value) };
  }
  return isRecord(errors) ? responseOfResult(value, errors) : undefined;
}

/** Whether a response fails despite its good status: GraphQL errors, HTML, or truncated JSON. */
function isTrouble(body: string, headers: TransportResponse['headers']): boolean {
  if (/^\s*</.test(body)) return true;
  if (body === '' || !/json/.test(headers.get('content-type') ?? '')) return false;
  try {
    const parsed: unknown = JSON.parse(body);
    return isRecord(parsed) && Array.isArray(parsed['errors']);
  } catch {
    return true;
  }
}

/** Reads a result with `errors` of `@shopify/admin-api-client`, which throws nothing. */
async function responseOfResult(
  { data, extensions }: Record<string, unknown>,
  { networkStatusCode, message, graphQLErrors, response }: Record<string, unknown>,
): Promise<TransportResponse | ShopwrightError | undefined> {
  if (typeof networkStatusCode !== 'number') {
    // Only the text is left of the error that `fetch` threw.
    return failureWithoutResponse(new Error(String(message)));
  }
  const headers = lookup(isRecord(response) ? response['headers'] : undefined);
  // Without data and errors it was not a GraphQL response, or the client has not read it.
  const body = Array.isArray(graphQLErrors)
    ? JSON.stringify({ data, extensions, errors: graphQLErrors })
    : await unreadBody(response);
  return { status: networkStatusCode, headers, body };
}

/** A refusal can contain a payload: then what it refuses was carried out. */
async function unreadBody(response: unknown): Promise<string> {
  if (!isResponse(response) || response.bodyUsed) return '';
  try {
    return await response.clone().text();
  } catch {
    // The body broke off: the status has to suffice.
    return '';
  }
}

/** Returns the response attached to an error, as ky, `@shopify/shopify-api` and clients like axios do. */
async function responseOfError(error: unknown): Promise<TransportResponse | undefined> {
  if (!isRecord(error)) return undefined;
  const { response, body, headers, data: read } = error;
  if (!isRecord(response)) return undefined;
  const status = [response['status'], response['code'], response['statusCode']].find(
    (code) => typeof code === 'number',
  );
  if (typeof status !== 'number') return undefined;
  const said = isRecord(body) && isRecord(body['errors']) ? body['errors']['graphQLErrors'] : undefined;
  const data = isRecord(body) ? { data: body['data'], extensions: body['extensions'] } : {};
  return {
    status,
    headers: lookup(response['headers'] ?? headers),
    body: Array.isArray(said) ? JSON.stringify({ ...data, errors: said }) : await bodyOfError(response, read),
  };
}

/** The body from the error (ky) or its response (axios), otherwise read from the response. */
async function bodyOfError(response: Record<string, unknown>, read: unknown): Promise<string> {
  const known = read ?? response['data'] ?? response['body'];
  if (typeof known === 'string') return known;
  return isRecord(known) && !(Symbol.asyncIterator in known) ? JSON.stringify(known) : await unreadBody(response);
}

/** Looks up headers in a client's own form: an object with `get`, or of texts or lists under names in any case. */
function lookup(headers: unknown): TransportResponse['headers'] {
  if (isLookup(headers)) return headers;
  const given = isRecord(headers) ? Object.entries(headers) : [];
  return {
    get(name) {
      const [, value] = given.find(([key]) => key.toLowerCase() === name.toLowerCase()) ?? [];
      return value === undefined || value === null ? null : String(Array.isArray(value) ? value[0] : value);
    },
  };
}

function isLookup(headers: unknown): headers is TransportResponse['headers'] {
  return isRecord(headers) && typeof headers['get'] === 'function';
}
