import type { BulkErrorCode } from '../store/bulk-entities.ts';

/** How fast bulk operations go, and when they fail. All times are of the fake's clock. */
export interface BulkOptions {
  /** Milliseconds from `CREATED` to `RUNNING`. Default 100. */
  readonly delayMs?: number;
  /** Lines that a bulk query writes in a second. Default 10,000. */
  readonly objectsPerSecond?: number;
  /** Rows that a bulk mutation executes in a second. Default 1,000. */
  readonly rowsPerSecond?: number;
  /** Operations with more lines than this fail after so many with `INTERNAL_SERVER_ERROR`. Default: none do. */
  readonly failAfterObjects?: number;
}

/** How one bulk operation fails. */
export interface BulkFailure {
  /** Default `INTERNAL_SERVER_ERROR`. */
  readonly errorCode?: BulkErrorCode;
  /** Lines it writes before; they are at `partialDataUrl`. One that has fewer fails after all of them. Default 0. */
  readonly afterObjects?: number;
}

/** Scripts what happens to bulk operations. */
export interface BulkScript {
  /** The next bulk operation that is accepted fails. Called twice, the next two do. */
  failNext(failure?: BulkFailure): void;
}
