import { type ErrorContext, ShopwrightError } from './base.ts';

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
