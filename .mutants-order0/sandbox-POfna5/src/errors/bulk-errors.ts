// @ts-nocheck
import { type ErrorDetails, ShopwrightError } from './errors.ts';

/** Bulk operations of that kind are not enabled for the app; nothing was started. Code `BULK_NOT_ENABLED`. */
export class BulkNotEnabledError extends ShopwrightError {
  override readonly name = 'BulkNotEnabledError';
  declare readonly code: 'BULK_NOT_ENABLED';
  readonly kind: 'queries' | 'mutations';

  constructor(message: string, details: ErrorDetails & { readonly kind: 'queries' | 'mutations' }) {
    super(message, { ...details, code: 'BULK_NOT_ENABLED', isRetryable: false });
    this.kind = details.kind;
  }
}

/** A bulk operation failed, was canceled, or its result is no longer kept. Code `BULK_FAILED`. */
export class BulkFailedError extends ShopwrightError {
  override readonly name = 'BulkFailedError';
  declare readonly code: 'BULK_FAILED';
  /** Gid of the bulk operation. */
  readonly operationId: string;
  readonly status: string;
  /** Shopify's reason, such as `TIMEOUT`; `null` where it gives none. */
  readonly errorCode: string | null;
  /** Whether what came before can be read with `bulk.resume(operationId, { partial: true })`. */
  readonly hasPartialData: boolean;

  constructor(
    message: string,
    details: ErrorDetails & {
      readonly operationId: string;
      readonly status: string;
      readonly errorCode: string | null;
      readonly hasPartialData: boolean;
    },
  ) {
    super(message, { ...details, code: 'BULK_FAILED', isRetryable: false });
    this.operationId = details.operationId;
    this.status = details.status;
    this.errorCode = details.errorCode;
    this.hasPartialData = details.hasPartialData;
  }

  override toJSON(): Record<string, unknown> {
    const { operationId, status, errorCode, hasPartialData } = this;
    return { ...super.toJSON(), operationId, status, errorCode, hasPartialData };
  }
}

/**
 * The file of a bulk operation is not whole: it has fewer or more lines than Shopify counted, its last line is cut, or
 * a line names a parent that is not there. Code `BULK_INCOMPLETE`.
 */
export class BulkIncompleteError extends ShopwrightError {
  override readonly name = 'BulkIncompleteError';
  declare readonly code: 'BULK_INCOMPLETE';
  /** Gid of the bulk operation. */
  readonly operationId: string;
  /** Lines that Shopify counted (`objectCount`). */
  readonly expected: number | undefined;
  /** Lines that were read. */
  readonly received: number;

  constructor(
    message: string,
    details: ErrorDetails & {
      readonly operationId: string;
      readonly expected?: number | undefined;
      readonly received: number;
    },
  ) {
    super(message, { ...details, code: 'BULK_INCOMPLETE', isRetryable: false });
    this.operationId = details.operationId;
    this.expected = details.expected;
    this.received = details.received;
  }

  override toJSON(): Record<string, unknown> {
    const { operationId, expected, received } = this;
    return { ...super.toJSON(), operationId, ...(expected !== undefined && { expected }), received };
  }
}
