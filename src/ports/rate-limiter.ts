/** Priority of a call. `interactive`: a person waits for it, so it goes before `background` calls. */
export type Priority = 'interactive' | 'background';

/** Shopify's own numbers for a bucket, from `extensions.cost.throttleStatus`. They may be fractions. */
export interface ThrottleStatus {
  /** Size of the bucket, in points. */
  readonly maximumAvailable: number;
  /** Points left when Shopify sent its response. */
  readonly currentlyAvailable: number;
  /** Points restored per second. */
  readonly restoreRate: number;
}

/** Identifies a bucket, which belongs to one app on one shop, never to a token. */
export interface BucketScope {
  /** Shop domain, such as `acme.myshopify.com`. */
  readonly shop: string;
  /** App id; one app's calls never use another's points. */
  readonly app: string;
}

/** A request for a permit: what the call costs, who waits for it, and for how long. */
export interface AcquireRequest extends BucketScope {
  /** Points to reserve: the requested cost, which Shopify checks before it executes the call. */
  readonly cost: number;
  /**
   * Returns the cost as currently known. Called each time the call might be granted, so that it can use what other
   * responses have revealed. A cost larger than the bucket is refused, as with `cost`; a value that is not a number of
   * points leaves the cost unchanged; if it throws, the call is rejected. It must not use the limiter itself.
   */
  readonly costNow?: () => number;
  readonly priority: Priority;
  /**
   * Milliseconds since the call first asked for a permit, if it asks again after being throttled or after a failed
   * attempt: it is served as if it had arrived that much earlier. Not counted in `Permit.waitedMs`. Default 0.
   */
  readonly ageMs?: number;
  /** If aborted, the call leaves the queue and rejects at once with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds the caller is willing to wait. If the wait is known to be longer, `acquire` rejects at once. */
  readonly maxWaitMs?: number;
}

/** What a response says about points. Fields missing from the response are omitted. */
export interface ThrottleFeedback {
  /** Points charged after execution; the rest of the reservation is returned. */
  readonly actualCost?: number;
  readonly throttleStatus?: ThrottleStatus;
  /** Shopify refused for lack of points: nothing was charged. */
  readonly throttled?: boolean;
}

/** Permission to send one request. The first call of `settle` or `refund` ends it; later calls do nothing. */
export interface Permit {
  readonly cost: number;
  /** Milliseconds between `acquire` and the grant. */
  readonly waitedMs: number;
  /**
   * Reports that the request was sent. The bucket follows Shopify's numbers; without any (a lost response), the
   * reserved points count as spent.
   */
  settle(feedback: ThrottleFeedback): void;
  /** Reports that nothing was sent: the reserved points are returned. */
  refund(): void;
}

/** A bucket as the limiter sees it. Points may be fractions. */
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
  /** Points requested by waiting calls. */
  readonly waitingPoints: number;
  /** Whether Shopify's own numbers for this bucket are known. */
  readonly confirmed: boolean;
}

/** The cost Shopify requested for an operation, when it differed from its published rules. */
export interface CostSample {
  /** Points according to the published rules, not rounded. */
  readonly estimate: number;
  /** Points that Shopify requested (`requestedQueryCost`). */
  readonly requested: number;
}

/** What the processes sharing a limiter have learned about the costs of their operations, per bucket. */
export interface SharedCosts {
  /**
   * Returns the known samples of an operation, oldest first, as of the limiter's last update: it makes no request, and
   * is empty if nothing is known. The same sample is the same object each time.
   *
   * @param operation A hash that identifies it in all processes.
   */
  get(scope: BucketScope, operation: string): readonly CostSample[];
  /** Shares a sample with the other processes, along with the limiter's next update. */
  add(scope: BucketScope, operation: string, sample: CostSample): void;
}

/**
 * Hands out permits at a rate at which no request is throttled.
 *
 * @throws TimeoutError from `acquire` (code `DEADLINE_EXCEEDED`) if `maxWaitMs` cannot be met.
 * @throws MaxCostError from `acquire` if `cost` is more than the bucket can ever hold.
 */
export interface RateLimiter {
  /** Resolves when the call may be sent. */
  acquire(request: AcquireRequest): Promise<Permit>;
  /** Returns the state of a bucket; `undefined` if it has not been used yet. */
  status(scope: BucketScope): LimiterStatus | undefined;
  /** Omitted by a limiter that is not shared, or that shares points only. */
  readonly costs?: SharedCosts;
  /** Rejects all waiters and stops all timers. */
  close(): void;
}
