import { redactText } from '../internal/redact.ts';

/** Every `code` an error of this package can have. */
export type ErrorCode =
  | 'THROTTLED'
  | 'HTTP_ERROR'
  | 'GRAPHQL_ERROR'
  | 'USER_ERROR'
  | 'MAX_COST_EXCEEDED'
  | 'AUTHENTICATION_FAILED'
  | 'ACCESS_DENIED'
  | 'SHOP_UNAVAILABLE'
  | 'NETWORK_ERROR'
  | 'TIMEOUT'
  | 'DEADLINE_EXCEEDED'
  | 'CIRCUIT_OPEN'
  | 'OUTCOME_UNKNOWN'
  | 'INVALID_RESPONSE'
  | 'CONFIG_INVALID'
  | 'VALIDATION_FAILED'
  | 'STORAGE_FAILED'
  | 'LOCK_LOST'
  | 'QUEUE_FAILED';

/** What is known about the call that failed. */
export interface ErrorContext {
  /** Shop domain. */
  readonly shop?: string;
  /** Operation name. */
  readonly operation?: string;
  /** Shopify's `X-Request-Id`: quote it to Shopify's support. */
  readonly requestId?: string;
  /** Milliseconds after which a new try makes sense, where the answer said so. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

const errorBrand: unique symbol = Symbol.for('shopwright.error') as never;

/**
 * The ancestor of all errors of this package. Decide by `code` or with `isShopwrightError(error, code)`,
 * which also works on errors from another copy of the module; `instanceof` does not.
 */
export abstract class ShopwrightError extends Error {
  abstract override readonly name: string;
  readonly code: ErrorCode;
  /** Whether the same call can succeed later without a change and without harm. */
  readonly isRetryable: boolean;
  readonly shop: string | undefined;
  readonly operation: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** Requests sent for this call, set when the call gives up. */
  attempts = 0;

  constructor(code: ErrorCode, message: string, isRetryable: boolean, context: ErrorContext = {}) {
    super(redactText(message), context.cause === undefined ? undefined : { cause: context.cause });
    this.code = code;
    this.isRetryable = isRetryable;
    this.shop = context.shop;
    this.operation = context.operation;
    this.requestId = context.requestId;
    this.retryAfterMs = context.retryAfterMs;
    Object.defineProperty(this, errorBrand, { value: true });
  }

  /** What a log line needs; no cause, no body, no secret. */
  toJSON(): Record<string, unknown> {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      isRetryable: this.isRetryable,
      ...(this.shop !== undefined && { shop: this.shop }),
      ...(this.operation !== undefined && { operation: this.operation }),
      ...(this.requestId !== undefined && { requestId: this.requestId }),
      ...(this.retryAfterMs !== undefined && { retryAfterMs: this.retryAfterMs }),
      ...(this.attempts > 0 && { attempts: this.attempts }),
    };
  }
}

/** Context of an error that came with an HTTP answer. */
export interface AnswerContext extends ErrorContext {
  /** HTTP status. */
  readonly status?: number;
}

/** Shopify refused for lack of points or of requests: nothing was executed. Code `THROTTLED`. */
export class ThrottledError extends ShopwrightError {
  override readonly name = 'ThrottledError';
  readonly status: number | undefined;

  constructor(message: string, context?: AnswerContext) {
    super('THROTTLED', message, true, context);
    this.status = context?.status;
  }
}

/** An HTTP status that has no error class of its own. Code `HTTP_ERROR`. */
export class HttpError extends ShopwrightError {
  override readonly name = 'HttpError';
  readonly status: number;

  constructor(message: string, isRetryable: boolean, context: AnswerContext & { readonly status: number }) {
    super('HTTP_ERROR', message, isRetryable, context);
    this.status = context.status;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), status: this.status };
  }
}

/** Missing, wrong or expired credentials (401). Code `AUTHENTICATION_FAILED`. */
export class AuthenticationError extends ShopwrightError {
  override readonly name = 'AuthenticationError';

  constructor(message: string, context?: AnswerContext) {
    super('AUTHENTICATION_FAILED', message, false, context);
  }
}

/** The token lacks a scope, or the app may not do this (403, or `ACCESS_DENIED`). Code `ACCESS_DENIED`. */
export class AccessDeniedError extends ShopwrightError {
  override readonly name = 'AccessDeniedError';
  /** What Shopify says is needed, such as "`write_products` access scope". */
  readonly requiredAccess: string | undefined;
  /** Data of the fields that were allowed, where Shopify sent some. Not part of `toJSON`. */
  readonly data: unknown;

  constructor(
    message: string,
    details: { readonly requiredAccess?: string | undefined; readonly data?: unknown },
    context?: AnswerContext,
  ) {
    super('ACCESS_DENIED', message, false, context);
    this.requiredAccess = details.requiredAccess;
    Object.defineProperty(this, 'data', { value: details.data, enumerable: false });
  }
}

/** The shop is frozen (402), locked (423), inactive, gone, or has uninstalled the app. Code `SHOP_UNAVAILABLE`. */
export class ShopUnavailableError extends ShopwrightError {
  override readonly name = 'ShopUnavailableError';
  readonly status: number | undefined;

  constructor(message: string, context?: AnswerContext) {
    super('SHOP_UNAVAILABLE', message, false, context);
    this.status = context?.status;
  }
}

/** The answer is not what the API promises: HTML, truncated JSON, nothing. Code `INVALID_RESPONSE`. */
export class InvalidResponseError extends ShopwrightError {
  override readonly name = 'InvalidResponseError';
  readonly status: number | undefined;

  constructor(message: string, context?: AnswerContext) {
    super('INVALID_RESPONSE', message, true, context);
    this.status = context?.status;
  }
}

/** No complete answer came. Code `NETWORK_ERROR`. */
export class NetworkError extends ShopwrightError {
  override readonly name = 'NetworkError';
  /** `false` only where nothing can have reached the server. */
  readonly mayHaveExecuted: boolean;

  constructor(message: string, mayHaveExecuted: boolean, context?: ErrorContext) {
    super('NETWORK_ERROR', message, true, context);
    this.mayHaveExecuted = mayHaveExecuted;
  }
}

/**
 * Time ran out: of one attempt (code `TIMEOUT`), or of the whole call with its
 * waits (code `DEADLINE_EXCEEDED`).
 */
export class TimeoutError extends ShopwrightError {
  override readonly name = 'TimeoutError';
  /** The limit in milliseconds. */
  readonly timeoutMs: number;
  /** `false` where the time ran out before anything was sent. */
  readonly mayHaveExecuted: boolean;

  constructor(
    code: 'TIMEOUT' | 'DEADLINE_EXCEEDED',
    message: string,
    details: { readonly timeoutMs: number; readonly mayHaveExecuted: boolean },
    context?: ErrorContext,
  ) {
    super(code, message, true, context);
    this.timeoutMs = details.timeoutMs;
    this.mayHaveExecuted = details.mayHaveExecuted;
  }
}

/** The shop's circuit breaker is open: nothing was sent. Code `CIRCUIT_OPEN`. */
export class CircuitOpenError extends ShopwrightError {
  override readonly name = 'CircuitOpenError';
  /** Milliseconds until the next trial call. */
  declare readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number, context?: ErrorContext) {
    super('CIRCUIT_OPEN', message, true, { ...context, retryAfterMs });
  }
}

/**
 * The request was sent, no answer came, and sending it again could do it twice. Read the state from
 * Shopify before another try. Code `OUTCOME_UNKNOWN`.
 */
export class OutcomeUnknownError extends ShopwrightError {
  override readonly name = 'OutcomeUnknownError';
  /** The key the mutation was sent with, where it had one: a replay with it within 24 hours is safe. */
  readonly idempotencyKey: string | undefined;
  /** Wall time of the send, in milliseconds since the epoch: look for what was made after it. */
  readonly sentAt: number;

  constructor(
    message: string,
    details: { readonly sentAt: number; readonly idempotencyKey?: string | undefined },
    context?: ErrorContext,
  ) {
    super('OUTCOME_UNKNOWN', message, false, context);
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

/** One entry of an answer's `errors`. */
export interface GraphqlErrorEntry {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Shopify answered with `errors` that have no class of their own. Code `GRAPHQL_ERROR`. */
export class GraphqlError extends ShopwrightError {
  override readonly name = 'GraphqlError';
  readonly errors: readonly GraphqlErrorEntry[];
  /** Partial data, where Shopify sent some. Not part of `toJSON`. */
  readonly data: unknown;
  /** `true` where something broke inside Shopify, so that nobody knows how far it came. */
  readonly mayHaveExecuted: boolean;

  constructor(
    message: string,
    details: {
      readonly errors: readonly GraphqlErrorEntry[];
      readonly data?: unknown;
      readonly isRetryable?: boolean;
      readonly mayHaveExecuted?: boolean;
    },
    context?: AnswerContext,
  ) {
    super('GRAPHQL_ERROR', message, details.isRetryable ?? false, context);
    this.mayHaveExecuted = details.mayHaveExecuted ?? details.isRetryable ?? false;
    this.errors = details.errors;
    Object.defineProperty(this, 'data', { value: details.data, enumerable: false });
  }
}

/** One entry of a mutation's `userErrors`. */
export interface UserErrorEntry {
  /** Path of the input field, such as `['input', 'variants', '0', 'price']`. */
  readonly field?: readonly string[] | null;
  readonly message: string;
  readonly code?: string | null;
}

/** A mutation was understood and refused (`userErrors`). Code `USER_ERROR`. */
export class ShopifyUserError extends ShopwrightError {
  override readonly name = 'ShopifyUserError';
  readonly userErrors: readonly UserErrorEntry[];
  /** The whole data of the answer: with several mutations in one document, some may have been executed. */
  readonly data: unknown;
  /** `true` where Shopify is still busy with an earlier send of the same mutation. */
  readonly mayHaveExecuted: boolean;

  constructor(
    message: string,
    details: {
      readonly userErrors: readonly UserErrorEntry[];
      readonly data?: unknown;
      readonly isRetryable?: boolean;
      readonly mayHaveExecuted?: boolean;
    },
    context?: AnswerContext,
  ) {
    super('USER_ERROR', message, details.isRetryable ?? false, context);
    this.mayHaveExecuted = details.mayHaveExecuted ?? false;
    this.userErrors = details.userErrors;
    Object.defineProperty(this, 'data', { value: details.data, enumerable: false });
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), userErrors: this.userErrors };
  }
}

/** One query asks for more points than a query may, or than the bucket can hold. Code `MAX_COST_EXCEEDED`. */
export class MaxCostError extends ShopwrightError {
  override readonly name = 'MaxCostError';
  /** Points the query asks for. */
  readonly cost: number | undefined;
  /** Points a query may ask for. */
  readonly maxCost: number | undefined;

  constructor(
    message: string,
    details: { readonly cost?: number | undefined; readonly maxCost?: number | undefined },
    context?: AnswerContext,
  ) {
    super('MAX_COST_EXCEEDED', message, false, context);
    this.cost = details.cost;
    this.maxCost = details.maxCost;
  }
}

/** One issue in options, in the environment or in input data. */
export interface Issue {
  /** Name of the option, variable or field, such as `SHOPIFY_STORE_URL` or `variants[2].price`. */
  readonly field: string;
  /** What is wrong and how to fix it. */
  readonly message: string;
}

const listed = (issues: readonly Issue[]): string =>
  issues.map(({ field, message }) => `\n  - ${field}: ${message}`).join('');

/** Options or environment variables are invalid. Lists every issue, not only the first. Code `CONFIG_INVALID`. */
export class ConfigError extends ShopwrightError {
  override readonly name = 'ConfigError';
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[], context?: ErrorContext) {
    super('CONFIG_INVALID', `Invalid configuration:${listed(issues)}`, false, context);
    this.issues = issues;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), issues: this.issues };
  }
}

/** Input data is invalid; nothing was sent. Code `VALIDATION_FAILED`. */
export class ValidationError extends ShopwrightError {
  override readonly name = 'ValidationError';
  readonly issues: readonly Issue[];

  constructor(subject: string, issues: readonly Issue[], context?: ErrorContext) {
    super('VALIDATION_FAILED', `${subject} is invalid:${listed(issues)}`, false, context);
    this.issues = issues;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), issues: this.issues };
  }
}

/** What is known about the work at a store that failed. */
interface StorageErrorContext extends ErrorContext {
  /** Whether a write was sent and no answer came. Default `false`. */
  readonly mayHaveExecuted?: boolean;
}

/** A store could not be read or written. `isRetryable` where the store was only busy. Code `STORAGE_FAILED`. */
export class StorageError extends ShopwrightError {
  override readonly name = 'StorageError';
  /** `true` where a write was sent and no answer came: read the state before another try. */
  readonly mayHaveExecuted: boolean;

  constructor(message: string, isRetryable: boolean, context?: StorageErrorContext) {
    super('STORAGE_FAILED', message, isRetryable, context);
    this.mayHaveExecuted = context?.mayHaveExecuted ?? false;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), ...(this.mayHaveExecuted && { mayHaveExecuted: true }) };
  }
}

/** A lock's lease ran out before this holder was done; what it did not finish may be somebody else's work now. Code `LOCK_LOST`. */
export class LockLostError extends ShopwrightError {
  override readonly name = 'LockLostError';

  constructor(key: string, context?: ErrorContext) {
    super(
      'LOCK_LOST',
      `The lock on ${JSON.stringify(key)} was lost: its lease ran out. Stop this work, take the lock again and read the state anew.`,
      false,
      context,
    );
  }
}

/** A queue could not take, give or change a job. `isRetryable` where it was only out of reach. Code `QUEUE_FAILED`. */
export class QueueError extends ShopwrightError {
  override readonly name = 'QueueError';

  constructor(message: string, isRetryable: boolean, context?: ErrorContext) {
    super('QUEUE_FAILED', message, isRetryable, context);
  }
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
  SHOP_UNAVAILABLE: ShopUnavailableError;
  NETWORK_ERROR: NetworkError;
  TIMEOUT: TimeoutError;
  DEADLINE_EXCEEDED: TimeoutError;
  CIRCUIT_OPEN: CircuitOpenError;
  OUTCOME_UNKNOWN: OutcomeUnknownError;
  INVALID_RESPONSE: InvalidResponseError;
  CONFIG_INVALID: ConfigError;
  VALIDATION_FAILED: ValidationError;
  STORAGE_FAILED: StorageError;
  LOCK_LOST: LockLostError;
  QUEUE_FAILED: QueueError;
}

/**
 * Whether a value is an error of this package, and has one of the codes if any are given. Unlike `instanceof` it
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
export function isShopwrightError<Code extends ErrorCode = never>(
  value: unknown,
  ...codes: readonly Code[]
): value is [Code] extends [never] ? ShopwrightError : ErrorOfCode[Code] {
  return (
    typeof value === 'object' &&
    value !== null &&
    errorBrand in value &&
    (codes.length === 0 || codes.includes((value as Partial<ShopwrightError>).code as Code))
  );
}
