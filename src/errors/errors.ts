// All errors are in one file, so that a reader finds on one page what each contains and what it hides. The base class
// and `ConfigError` are in base.ts, for entries that need no other error.
import { unknownNames } from '../internal/names.ts';
import { redactText } from '../internal/redact.ts';
import {
  ConfigError,
  type ErrorCode,
  type ErrorDetails,
  errorBrand,
  type Issue,
  listed,
  ShopwrightError,
} from './base.ts';

export { ConfigError, type ErrorCode, type ErrorDetails, type Issue, ShopwrightError };

/** Details of a call that was refused or failed with an HTTP response. */
export interface ResponseErrorDetails extends ErrorDetails {
  /** HTTP status. */
  readonly status?: number;
}

/**
 * Thrown when Shopify refused a call for lack of points or requests. Nothing was executed, unless Shopify charged for
 * it (`mayHaveExecuted`). Code `THROTTLED`.
 */
export class ThrottledError extends ShopwrightError {
  override readonly name = 'ThrottledError';
  declare readonly code: 'THROTTLED';
  readonly status: number | undefined;
  /** Data that Shopify sent despite the error. Not part of `toJSON`. */
  declare readonly data: unknown;
  /** Milliseconds from the first throttled response of the call to its end, set when the call gives up. */
  throttledMs = 0;

  constructor(message: string, details: ResponseErrorDetails = {}) {
    super(message, { ...details, code: 'THROTTLED', isRetryable: true });
    this.status = details.status;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), ...(this.throttledMs > 0 && { throttledMs: this.throttledMs }) };
  }
}

/** Thrown for an HTTP status that has no error class of its own. Code `HTTP_ERROR`. */
export class HttpError extends ShopwrightError {
  override readonly name = 'HttpError';
  declare readonly code: 'HTTP_ERROR';
  readonly status: number;
  /** Data that Shopify sent despite the error. Not part of `toJSON`. */
  declare readonly data: unknown;
  /** `false` only for a status that means that Shopify carried out nothing. */
  declare readonly mayHaveExecuted: boolean;

  constructor(message: string, details: ErrorDetails & { readonly status: number; readonly isRetryable?: boolean }) {
    const isRetryable = details.isRetryable ?? false;
    super(message, { mayHaveExecuted: isRetryable, ...details, code: 'HTTP_ERROR', isRetryable });
    this.status = details.status;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), status: this.status };
  }
}

/**
 * Why there is no token for a shop. With the first four, the app has no access until somebody opens it in that shop, or
 * installs it again; the others must be fixed in the app.
 *
 * - `not-installed`: Shopify says that the app is not installed on the shop.
 * - `revoked`: Shopify no longer accepts the refresh token, or the token that never expires.
 * - `refresh-token-expired`: the same, because of 90 days without a renewal.
 * - `no-token`: the token store has none, or one that Shopify has refused and that has no refresh token.
 * - `shop-not-permitted`: client credentials work only on stores of the app's own organization.
 * - `app-credentials`: Shopify does not know the client id, or the secret does not match it.
 * - `session-token`: Shopify does not accept the session token, or it belongs to another shop.
 */
export type TokenFailure =
  | 'not-installed'
  | 'revoked'
  | 'refresh-token-expired'
  | 'no-token'
  | 'shop-not-permitted'
  | 'app-credentials'
  | 'session-token';

/**
 * Thrown for missing, wrong or expired credentials (401), or a kind of token that Shopify no longer accepts (403). Code
 * `AUTHENTICATION_FAILED`.
 */
export class AuthenticationError extends ShopwrightError {
  override readonly name = 'AuthenticationError';
  declare readonly code: 'AUTHENTICATION_FAILED';
  /** Data that Shopify sent despite the error. Not part of `toJSON`. */
  declare readonly data: unknown;
  /** Why a token source of `shopwright/auth` has no token; otherwise `undefined`. */
  readonly reason: TokenFailure | undefined;

  constructor(message: string, details: ResponseErrorDetails & { readonly reason?: TokenFailure | undefined } = {}) {
    super(message, { ...details, code: 'AUTHENTICATION_FAILED', isRetryable: false });
    this.reason = details.reason;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), ...(this.reason && { reason: this.reason }) };
  }
}

/**
 * Thrown when the token lacks a scope or the app may not do this (403, or `ACCESS_DENIED`; code `ACCESS_DENIED`), or
 * when calls from this address are refused (a plain 403; code `IP_NOT_ALLOWED`).
 */
export class AccessDeniedError extends ShopwrightError {
  override readonly name = 'AccessDeniedError';
  declare readonly code: 'ACCESS_DENIED' | 'IP_NOT_ALLOWED';
  /** What Shopify says is needed, such as "`write_products` access scope". */
  readonly requiredAccess: string | undefined;
  /**
   * The scopes that Shopify names, such as `write_products`; empty if it names none. If there are several, one may
   * suffice.
   */
  readonly requiredScopes: readonly string[];
  /** Data of the fields that were allowed, if Shopify sent any. Not part of `toJSON`. */
  declare readonly data: unknown;

  constructor(
    message: string,
    details: ResponseErrorDetails & {
      /** Default `ACCESS_DENIED`. */
      readonly code?: 'ACCESS_DENIED' | 'IP_NOT_ALLOWED';
      readonly requiredAccess?: string | undefined;
    } = {},
  ) {
    super(message, { ...details, code: details.code ?? 'ACCESS_DENIED', isRetryable: false });
    this.requiredAccess = details.requiredAccess === undefined ? undefined : redactText(details.requiredAccess);
    // REST names the scopes in its message only.
    this.requiredScopes = [...new Set((this.requiredAccess ?? message).match(/\b(?:[a-z]+_)?(?:read|write)_[a-z_]+/g))];
  }
}

/**
 * Thrown when the shop is frozen (402), locked (423), inactive or gone, or has uninstalled the app. Code
 * `SHOP_UNAVAILABLE`.
 */
export class ShopUnavailableError extends ShopwrightError {
  override readonly name = 'ShopUnavailableError';
  declare readonly code: 'SHOP_UNAVAILABLE';
  readonly status: number | undefined;
  /** Data that Shopify sent despite the error. Not part of `toJSON`. */
  declare readonly data: unknown;

  constructor(message: string, details: ResponseErrorDetails = {}) {
    super(message, { ...details, code: 'SHOP_UNAVAILABLE', isRetryable: false });
    this.status = details.status;
  }
}

/**
 * Thrown when a response is not what the API promises (HTML, truncated JSON, an empty body), or is larger than
 * `maxResponseBytes`, which is not retried. Code `INVALID_RESPONSE`.
 */
export class InvalidResponseError extends ShopwrightError {
  override readonly name = 'InvalidResponseError';
  declare readonly code: 'INVALID_RESPONSE';
  readonly status: number | undefined;

  constructor(message: string, details: ResponseErrorDetails & { readonly isRetryable?: boolean } = {}) {
    super(message, { mayHaveExecuted: true, isRetryable: true, ...details, code: 'INVALID_RESPONSE' });
    this.status = details.status;
  }
}

/**
 * Thrown when a connection could not be read to its end: a cursor repeats (code `PAGE_CURSOR_REPEATED`), a page lacks
 * its page info (`PAGE_INFO_MISSING`), or Shopify does not page past 25,000 nodes (`PAGE_LIMIT_REACHED`). Recognize it
 * by its code: there is no class to import.
 */
export interface PaginationError extends ShopwrightError {
  readonly code: 'PAGE_CURSOR_REPEATED' | 'PAGE_INFO_MISSING' | 'PAGE_LIMIT_REACHED';
  /** Path of the connection: response keys from the root, joined by dots, such as `product.variants`. */
  readonly path: string;
  /** Pass it as `after` (or `before`) to continue there; `null` is the beginning. */
  readonly cursor: string | null;
}

/** Thrown when no complete response arrived. Code `NETWORK_ERROR`. */
export class NetworkError extends ShopwrightError {
  override readonly name = 'NetworkError';
  declare readonly code: 'NETWORK_ERROR';
  /** `false` only if nothing can have reached the server. */
  declare readonly mayHaveExecuted: boolean;

  constructor(message: string, details: ErrorDetails & { readonly mayHaveExecuted: boolean }) {
    super(message, { ...details, code: 'NETWORK_ERROR', isRetryable: true });
  }
}

/**
 * Thrown when time ran out: for one attempt (code `TIMEOUT`), or for the whole call including its waits (code
 * `DEADLINE_EXCEEDED`).
 */
export class TimeoutError extends ShopwrightError {
  override readonly name = 'TimeoutError';
  declare readonly code: 'TIMEOUT' | 'DEADLINE_EXCEEDED';
  /** The limit in milliseconds. */
  readonly timeoutMs: number;
  /** `false` if the time ran out before anything was sent. */
  declare readonly mayHaveExecuted: boolean;

  constructor(
    message: string,
    details: ErrorDetails & {
      readonly code: 'TIMEOUT' | 'DEADLINE_EXCEEDED';
      readonly timeoutMs: number;
      readonly mayHaveExecuted: boolean;
    },
  ) {
    super(message, { ...details, isRetryable: true });
    this.timeoutMs = details.timeoutMs;
  }
}

/** Thrown while the shop's circuit breaker is open; nothing was sent. Code `CIRCUIT_OPEN`. */
export class CircuitOpenError extends ShopwrightError {
  override readonly name = 'CircuitOpenError';
  declare readonly code: 'CIRCUIT_OPEN';
  /** Milliseconds until the next trial call. */
  declare readonly retryAfterMs: number;

  constructor(message: string, details: ErrorDetails & { readonly retryAfterMs: number }) {
    super(message, { ...details, code: 'CIRCUIT_OPEN', isRetryable: true });
  }
}

/**
 * Thrown when a request was sent and may have been carried out: no response arrived, the response is ambiguous, or the
 * caller aborted. Sending it again could do it twice: read the state from Shopify before you try again. Code
 * `OUTCOME_UNKNOWN`; the `cause` is what happened last, such as the caller's abort reason.
 */
export class OutcomeUnknownError extends ShopwrightError {
  override readonly name = 'OutcomeUnknownError';
  declare readonly code: 'OUTCOME_UNKNOWN';
  /** The mutation's idempotency key, if it had one: sending it again with this key within 24 hours is safe. */
  readonly idempotencyKey: string | undefined;
  /** When the request was sent, in milliseconds since the epoch: look for what was created after that. */
  readonly sentAt: number;
  /** The part of the result that Shopify sent, if any: that part was carried out. Not part of `toJSON`. */
  declare readonly data: unknown;

  constructor(
    message: string,
    details: ErrorDetails & {
      readonly sentAt: number;
      readonly idempotencyKey?: string | undefined;
    },
  ) {
    super(message, { mayHaveExecuted: true, ...details, code: 'OUTCOME_UNKNOWN', isRetryable: false });
    this.sentAt = details.sentAt;
    this.idempotencyKey = details.idempotencyKey;
  }

  override toJSON(): Record<string, unknown> {
    return {
      ...super.toJSON(),
      sentAt: this.sentAt,
      ...(this.idempotencyKey && { idempotencyKey: this.idempotencyKey }),
    };
  }
}

/** An entry of a response's `errors`. */
export interface GraphqlErrorEntry {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  /** Places in the document. */
  readonly locations?: readonly unknown[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Thrown when Shopify responded with `errors` that have no class of their own. Code `GRAPHQL_ERROR`. */
export class GraphqlError extends ShopwrightError {
  override readonly name = 'GraphqlError';
  declare readonly code: 'GRAPHQL_ERROR';
  /** The `extensions` of an entry can contain the caller's variables: they are available by name, but never printed. */
  readonly errors: readonly GraphqlErrorEntry[];
  /** Partial data, if Shopify sent any. Not part of `toJSON`. */
  declare readonly data: unknown;
  /** `false` only if the errors say that nothing was executed, such as for an invalid document. */
  declare readonly mayHaveExecuted: boolean;

  constructor(
    message: string,
    details: ResponseErrorDetails & {
      readonly errors: readonly GraphqlErrorEntry[];
      readonly isRetryable?: boolean;
    },
  ) {
    const isRetryable = details.isRetryable ?? false;
    super(message, { mayHaveExecuted: isRetryable, ...details, code: 'GRAPHQL_ERROR', isRetryable });
    this.errors = details.errors.map(withHiddenExtensions);
  }
}

function withHiddenExtensions({ extensions, ...entry }: GraphqlErrorEntry): GraphqlErrorEntry {
  return extensions ? Object.defineProperty(entry, 'extensions', { value: extensions, enumerable: false }) : entry;
}

/** An entry of a mutation's `userErrors`. */
export interface UserErrorEntry {
  /** Path of the input field, such as `['input', 'variants', '0', 'price']`. */
  readonly field?: readonly string[] | null;
  readonly message: string;
  readonly code?: string | null;
}

/** Thrown when Shopify refused a mutation with `userErrors`. Code `USER_ERROR`. */
export class ShopifyUserError extends ShopwrightError {
  override readonly name = 'ShopifyUserError';
  declare readonly code: 'USER_ERROR';
  readonly userErrors: readonly UserErrorEntry[];
  /** The whole data of the response: with several mutations in one document, some may have been executed. */
  declare readonly data: unknown;
  /**
   * `true` if an earlier send of the same mutation was or may still be carried out, or another mutation of the document
   * was.
   */
  declare readonly mayHaveExecuted: boolean;

  constructor(
    message: string,
    details: ResponseErrorDetails & {
      readonly userErrors: readonly UserErrorEntry[];
      readonly isRetryable?: boolean;
    },
  ) {
    super(message, { ...details, code: 'USER_ERROR', isRetryable: details.isRetryable ?? false });
    this.userErrors = details.userErrors;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), userErrors: this.userErrors };
  }
}

/**
 * Thrown when a query costs more points than a single query may, or than the bucket can hold. Code `MAX_COST_EXCEEDED`.
 */
export class MaxCostError extends ShopwrightError {
  override readonly name = 'MaxCostError';
  declare readonly code: 'MAX_COST_EXCEEDED';
  /** Points that the query costs. */
  readonly cost: number | undefined;
  /** Points that a single query may cost. */
  readonly maxCost: number | undefined;

  constructor(
    message: string,
    details: ResponseErrorDetails & {
      readonly cost?: number | undefined;
      readonly maxCost?: number | undefined;
    } = {},
  ) {
    super(message, { ...details, code: 'MAX_COST_EXCEEDED', isRetryable: false });
    this.cost = details.cost;
    this.maxCost = details.maxCost;
  }
}

/**
 * Checks the names of a call's options. An `undefined` option counts as not given.
 *
 * @throws ValidationError for an unknown name, suggesting the nearest known one.
 */
export function checkNames(options: object | undefined, known: Readonly<Record<string, unknown>>): void {
  const issues = unknownNames(options, known);
  if (issues.length > 0) throw new ValidationError('The options are invalid', { issues });
}

/** Thrown when input data is invalid; nothing was sent. Code `VALIDATION_FAILED`. */
export class ValidationError extends ShopwrightError {
  override readonly name = 'ValidationError';
  declare readonly code: 'VALIDATION_FAILED';
  readonly issues: readonly Issue[];

  /** @param message The first line, without its colon: the issues are listed below it. */
  constructor(message: string, details: ErrorDetails & { readonly issues: readonly Issue[] }) {
    super(`${message}:${listed(details.issues)}`, { ...details, code: 'VALIDATION_FAILED', isRetryable: false });
    this.issues = details.issues;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), issues: this.issues };
  }
}

/**
 * Thrown when a store could not be read or written. `isRetryable` if the store was only busy. Code `STORAGE_FAILED`.
 */
export class StorageError extends ShopwrightError {
  override readonly name = 'StorageError';
  declare readonly code: 'STORAGE_FAILED';
  /** `true` if a write was sent and no response came: read the state before you try again. */
  declare readonly mayHaveExecuted: boolean;

  constructor(message: string, details: ErrorDetails & { readonly isRetryable?: boolean } = {}) {
    super(message, { ...details, code: 'STORAGE_FAILED', isRetryable: details.isRetryable ?? false });
  }
}

/**
 * Thrown when a lock's lease ran out before its holder was done; another process may have taken over the work. Code
 * `LOCK_LOST`.
 */
export class LockLostError extends ShopwrightError {
  override readonly name = 'LockLostError';
  declare readonly code: 'LOCK_LOST';

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { ...details, code: 'LOCK_LOST', isRetryable: false });
  }
}

/** Creates the error for a lock whose lease ran out. */
export function lockLost(key: string, details?: ErrorDetails): LockLostError {
  const what = `The lock on ${JSON.stringify(key)} was lost: its lease ran out.`;
  return new LockLostError(`${what} Stop this work, take the lock again and read the state again.`, details);
}

/**
 * Thrown when a queue could not add, return or change a job. `isRetryable` if it was only unreachable. Code
 * `QUEUE_FAILED`.
 */
export class QueueError extends ShopwrightError {
  override readonly name = 'QueueError';
  declare readonly code: 'QUEUE_FAILED';

  constructor(message: string, details: ErrorDetails & { readonly isRetryable?: boolean } = {}) {
    super(message, { ...details, code: 'QUEUE_FAILED', isRetryable: details.isRetryable ?? false });
  }
}

/** `BulkNotEnabledError` of `shopwright/bulk`: its class is loaded with the code that throws it. */
interface BulkNotEnabled extends ShopwrightError {
  readonly code: 'BULK_NOT_ENABLED';
  readonly kind: 'queries' | 'mutations';
}

/** `BulkFailedError` of `shopwright/bulk`. */
interface BulkFailed extends ShopwrightError {
  readonly code: 'BULK_FAILED';
  readonly operationId: string;
  readonly status: string;
  readonly errorCode: string | null;
  readonly hasPartialData: boolean;
}

/** `BulkIncompleteError` of `shopwright/bulk`. */
interface BulkIncomplete extends ShopwrightError {
  readonly code: 'BULK_INCOMPLETE';
  readonly operationId: string;
  readonly expected: number | undefined;
  readonly received: number;
}

/** The class behind each code, for `isShopwrightError`. */
interface ErrorOfCode {
  THROTTLED: ThrottledError;
  HTTP_ERROR: HttpError;
  GRAPHQL_ERROR: GraphqlError;
  USER_ERROR: ShopifyUserError;
  MAX_COST_EXCEEDED: MaxCostError;
  AUTHENTICATION_FAILED: AuthenticationError;
  ACCESS_DENIED: AccessDeniedError;
  IP_NOT_ALLOWED: AccessDeniedError;
  SHOP_UNAVAILABLE: ShopUnavailableError;
  NETWORK_ERROR: NetworkError;
  TIMEOUT: TimeoutError;
  DEADLINE_EXCEEDED: TimeoutError;
  CIRCUIT_OPEN: CircuitOpenError;
  OUTCOME_UNKNOWN: OutcomeUnknownError;
  INVALID_RESPONSE: InvalidResponseError;
  PAGE_CURSOR_REPEATED: PaginationError;
  PAGE_INFO_MISSING: PaginationError;
  PAGE_LIMIT_REACHED: PaginationError;
  CONFIG_INVALID: ConfigError;
  VALIDATION_FAILED: ValidationError;
  STORAGE_FAILED: StorageError;
  LOCK_LOST: LockLostError;
  QUEUE_FAILED: QueueError;
  BULK_NOT_ENABLED: BulkNotEnabled;
  BULK_FAILED: BulkFailed;
  BULK_INCOMPLETE: BulkIncomplete;
}

/** The error of one of these codes, narrowed to them. */
type ErrorWith<Code extends ErrorCode> = ErrorOfCode[Code] & { readonly code: Code };

/**
 * Checks whether a value is an error of this package, with one of these codes if any are given. Unlike `instanceof`, it
 * also recognizes errors from another copy of the package.
 *
 * @example
 * try {
 *   await shop.graphql(document);
 * } catch (error) {
 *   if (isShopwrightError(error, 'THROTTLED')) console.log(error.retryAfterMs);
 *   else throw error;
 * }
 */
export function isShopwrightError(value: unknown): value is ShopwrightError;
export function isShopwrightError<Code extends ErrorCode>(
  value: unknown,
  ...codes: readonly [Code, ...Code[]]
): value is ErrorWith<Code>;
export function isShopwrightError(value: unknown, ...codes: readonly ErrorCode[]): boolean {
  if (typeof value !== 'object' || value === null || !(errorBrand in value)) return false;
  return codes.length === 0 || codes.includes((value as Partial<ShopwrightError>).code as ErrorCode);
}

/**
 * Whether this is a framework's control flow and not a failure, thrown by its patched `fetch` or by a host's plug-in:
 * Next redirects, or leaves a prerender, this way. It must reach the framework as the same object.
 */
export function isControlFlow(thrown: unknown): boolean {
  if (typeof thrown !== 'object' || thrown === null) return false;
  return ('digest' in thrown && typeof thrown.digest === 'string') || '$$typeof' in thrown;
}
