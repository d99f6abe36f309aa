/** Who waits first: a person is in front of an `interactive` call; a `background` call gives way. */
export type Priority = 'interactive' | 'background';

/** Shopify's own numbers for one bucket, as in `extensions.cost.throttleStatus`. May be fractions. */
export interface ThrottleStatus {
  /** Size of the bucket in points. */
  readonly maximumAvailable: number;
  /** Points left when the answer was made. */
  readonly currentlyAvailable: number;
  /** Points that come back per second. */
  readonly restoreRate: number;
}

/** A bucket belongs to one app on one shop, never to a token. */
export interface BucketScope {
  /** Shop domain, such as `acme.myshopify.com`. */
  readonly shop: string;
  /** App id; one app's calls never eat another's points. */
  readonly app: string;
}

export interface AcquireRequest extends BucketScope {
  /** Points to reserve: the requested cost, which Shopify checks before it executes. */
  readonly cost: number;
  /**
   * The points as they are known now, asked again each time a waiter might be served: what an answer has
   * taught meanwhile counts. More than the bucket holds is refused as in `cost`; what is no number of points
   * leaves the cost as it was, and what it throws rejects the waiter. It must not use the limiter itself.
   */
  readonly costNow?: () => number;
  readonly priority: Priority;
  /** An abort removes the waiter at once and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds the caller can wait. Where the wait is known to be longer, `acquire` rejects at once. */
  readonly maxWaitMs?: number;
}

/** What an answer told about the points. Fields that the answer did not hold are left out. */
export interface ThrottleFeedback {
  /** Points charged after execution; the rest of the reservation comes back. */
  readonly actualCost?: number;
  readonly throttleStatus?: ThrottleStatus;
  /** Shopify refused for lack of points: nothing was charged. */
  readonly throttled?: boolean;
}

/** Leave to send one request. Exactly one of `settle` and `refund` ends it; later calls do nothing. */
export interface Permit {
  readonly cost: number;
  /** Milliseconds between `acquire` and the grant. */
  readonly waitedMs: number;
  /**
   * The request was sent. With Shopify's numbers the bucket follows them; without any (a lost
   * answer) the reserved points count as spent.
   */
  settle(answer: ThrottleFeedback): void;
  /** Nothing was sent: the reserved points come back. */
  refund(): void;
}

/** One bucket as the limiter sees it. Points may be fractions. */
export interface LimiterStatus {
  readonly maximumAvailable: number;
  /** Points that can be granted now. */
  readonly available: number;
  /** Points per second. */
  readonly restoreRate: number;
  /** Points reserved by permits that are not settled yet. */
  readonly reserved: number;
  readonly inFlight: number;
  readonly waiting: number;
  /** Points the waiters ask for. */
  readonly waitingPoints: number;
  /** `false` until Shopify has told its numbers for this bucket. */
  readonly confirmed: boolean;
}

/**
 * Hands out permits so that no request is throttled.
 *
 * @throws TimeoutError from `acquire` (code `DEADLINE_EXCEEDED`) when `maxWaitMs` cannot be met.
 * @throws MaxCostError from `acquire` when `cost` is more than the bucket can ever hold.
 */
export interface RateLimiter {
  acquire(request: AcquireRequest): Promise<Permit>;
  /** `undefined` for a bucket nobody has used yet. */
  status(scope: BucketScope): LimiterStatus | undefined;
  /** Rejects all waiters and stops all timers. */
  close(): void;
}
