import { redactText } from './redact.ts';

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

export const errorBrand: unique symbol = Symbol.for('shopwright.error') as never;

/**
 * The ancestor of all errors of this package. Decide by `code` or by a guard such as
 * `isThrottledError`: guards also work on errors from another copy of the module, `instanceof` does not.
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
