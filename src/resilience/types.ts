/**
 * What a second send of the same operation does: `safe` says the whole state again and changes
 * nothing more; `keyed` is recognised by its idempotency key; `never` would do it twice.
 */
export type Safety = 'safe' | 'keyed' | 'never';

/** How often and how patiently a call is tried again. */
export interface RetryPolicy {
  /** Sends after the first. Default 5. */
  readonly maxRetries: number;
  /** Milliseconds of the first backoff; each further one doubles, with full jitter. Default 500. */
  readonly baseDelayMs: number;
  /** Milliseconds that no backoff exceeds. Default 30,000. What Shopify asks for by `Retry-After` is kept to, however long. */
  readonly maxDelayMs: number;
}

export interface BreakerPolicy {
  /** Failures in a row that open the breaker. Default 5. */
  readonly failures: number;
  /** Different operations that must be among them, so that one broken query does not stop a shop: 1 for a worker that runs a single one. Default 2. */
  readonly operations: number;
  /** Milliseconds it stays open. Default 300,000 (5 minutes). */
  readonly openMs: number;
  /** Calls let through at the same time to try the shop after that. Default 3. */
  readonly trials: number;
}

/**
 * Where processes tell one another that a shop's breaker is open: the part of a `KeyValueStore` that this
 * takes. Values are short texts.
 */
export interface BreakerStore {
  get(key: string): Promise<string | undefined>;
  /** Keeps the value for `ttlMs` milliseconds. */
  set(key: string, value: string, options: { readonly ttlMs: number }): Promise<void>;
  delete(key: string): Promise<unknown>;
}

export type BreakerState = 'closed' | 'open' | 'half-open';
