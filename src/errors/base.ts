import { redactText } from '../internal/redact.ts';

/** Every `code` that an error of this package can have. */
export type ErrorCode =
  | 'THROTTLED'
  | 'HTTP_ERROR'
  | 'GRAPHQL_ERROR'
  | 'USER_ERROR'
  | 'MAX_COST_EXCEEDED'
  | 'AUTHENTICATION_FAILED'
  | 'ACCESS_DENIED'
  | 'IP_NOT_ALLOWED'
  | 'SHOP_UNAVAILABLE'
  | 'NETWORK_ERROR'
  | 'TIMEOUT'
  | 'DEADLINE_EXCEEDED'
  | 'CIRCUIT_OPEN'
  | 'OUTCOME_UNKNOWN'
  | 'INVALID_RESPONSE'
  | 'PAGE_CURSOR_REPEATED'
  | 'PAGE_INFO_MISSING'
  | 'PAGE_LIMIT_REACHED'
  | 'CONFIG_INVALID'
  | 'VALIDATION_FAILED'
  | 'STORAGE_FAILED'
  | 'LOCK_LOST'
  | 'QUEUE_FAILED'
  | 'BULK_NOT_ENABLED'
  | 'BULK_FAILED'
  | 'BULK_INCOMPLETE';

/** Details of the call that failed. */
export interface ErrorDetails {
  /** Shop domain. */
  readonly shop?: string;
  /** Operation name. */
  readonly operation?: string;
  /** Shopify's `X-Request-Id`: quote it to Shopify's support. */
  readonly requestId?: string;
  /** Milliseconds after which it makes sense to try again, if the response named a time. */
  readonly retryAfterMs?: number;
  /** Whether Shopify may have carried out the request, at least in part. */
  readonly mayHaveExecuted?: boolean;
  /** Data that Shopify sent despite the error. */
  readonly data?: unknown;
  readonly cause?: unknown;
}

export const errorBrand: unique symbol = Symbol.for('shopwright.error') as never;

/**
 * Base class of all errors of this package. Check `code` or use `isShopwrightError(error, code)`, which also works for
 * errors from another copy of the package; `instanceof` does not.
 *
 * The constructors of all error classes take a message and an object of details. They are internal, for this package
 * and for adapters that throw `StorageError`, `QueueError` or `NetworkError`.
 */
export abstract class ShopwrightError extends Error {
  abstract override readonly name: string;
  readonly code: ErrorCode;
  /** Whether the same call can safely be tried again later and may then succeed. */
  readonly isRetryable: boolean;
  readonly shop: string | undefined;
  readonly operation: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** `true` if the request may have been carried out, at least in part: read the state before you try again. */
  readonly mayHaveExecuted: boolean;
  /** Number of requests sent for this call, set when the call gives up. */
  attempts = 0;
  /**
   * Where `paginate` can continue, set on errors it throws; `null` is the beginning. Not part of `toJSON`: a cursor can
   * contain what Shopify sorts by, such as a name.
   */
  declare readonly cursor?: string | null;

  constructor(message: string, details: ErrorDetails & { readonly code: ErrorCode; readonly isRetryable: boolean }) {
    super(redactText(message), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.isRetryable = details.isRetryable;
    this.shop = details.shop;
    this.operation = details.operation;
    this.requestId = details.requestId === undefined ? undefined : redactText(details.requestId);
    this.retryAfterMs = details.retryAfterMs;
    this.mayHaveExecuted = details.mayHaveExecuted ?? false;
    Object.defineProperty(this, errorBrand, { value: true });
    // Customer data: only available by name.
    if ('data' in details) Object.defineProperty(this, 'data', { value: details.data });
  }

  /** Returns what a log line needs, without cause, body or secrets. */
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
      ...(this.mayHaveExecuted && { mayHaveExecuted: true }),
      ...(this.attempts > 0 && { attempts: this.attempts }),
    };
  }
}

/** An issue in options, the environment or input data. */
export interface Issue {
  /** Name of the option, variable or field, such as `SHOPIFY_STORE_URL` or `variants[2].price`. */
  readonly field: string;
  /** What is wrong and how to fix it. */
  readonly message: string;
}

/** Issues as the lines below an error's message. */
export const listed = (issues: readonly Issue[]): string =>
  issues.map(({ field, message }) => `\n  - ${field}: ${message}`).join('');

/**
 * Thrown when options or environment variables are invalid. Lists every issue, not just the first. Code
 * `CONFIG_INVALID`.
 */
export class ConfigError extends ShopwrightError {
  override readonly name = 'ConfigError';
  declare readonly code: 'CONFIG_INVALID';
  readonly issues: readonly Issue[];

  /** @param message The first line, without its colon: the issues are listed below it. */
  constructor(message: string, details: ErrorDetails & { readonly issues: readonly Issue[] }) {
    super(`${message}:${listed(details.issues)}`, { ...details, code: 'CONFIG_INVALID', isRetryable: false });
    this.issues = details.issues;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), issues: this.issues };
  }
}

/** @throws ConfigError if there are issues. */
export function assertValid(issues: readonly Issue[]): void {
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
}
