import { type ErrorContext, ShopwrightError } from './base.ts';

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
