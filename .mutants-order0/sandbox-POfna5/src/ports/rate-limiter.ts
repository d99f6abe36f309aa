/** Who waits first: a person is in front of an `interactive` call; a `background` call gives way. */
// @ts-nocheck

export type Priority = 'interactive' | 'background';

/** Shopify's own numbers for one bucket, as in `extensions.cost.throttleStatus`. May be fractions. */
export interface ThrottleStatus {
  /** Size of the bucket in points. */
  readonly maximumAvailable: number;
  /** Points left when Shopify made its response. */
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

/** A call that wants to be sent: what it costs, who waits for it, and for how long. */
export interface AcquireRequest extends BucketScope {
  /** Points to reserve: the requested cost, which Shopify checks before it executes. */
  readonly cost: number;
  /**
   * The cost as it is known now, asked for each time the call might be granted, so that what responses have taught
   * meanwhile counts. More than the bucket holds is refused as in `cost`; a value that is not a number of points leaves
   * the cost as it was; an error that it throws rejects the call. It must not use the limiter itself.
   */
  readonly costNow?: () => number;
  readonly priority: Priority;
  /**
   * Milliseconds since the call first asked for a permit, where it asks again because it was throttled or its attempt
   * failed: it is served as if it had come so much earlier. `Permit.waitedMs` doesn't count them. Default 0.
   */
  readonly ageMs?: number;
  /** An abort rejects at once with the signal's reason, and gives up the place in the queue. */
  readonly signal?: AbortSignal;
  /** Milliseconds the caller can wait. Where the wait is known to be longer, `acquire` rejects at once. */
  readonly maxWaitMs?: number;
}

/** What a response says about the points. Fields that the response does not have are left out. */
export interface ThrottleFeedback {
  /** Points charged after execution; the rest of the reservation comes back. */
  readonly actualCost?: number;
  readonly throttleStatus?: ThrottleStatus;
  /** Shopify refused for lack of points: nothing was charged. */
  readonly throttled?: boolean;
}

/** Permission to send one request. Exactly one of `settle` and `refund` ends it; later calls do nothing. */
export interface Permit {
  readonly cost: number;
  /** Milliseconds between `acquire` and the grant. */
  readonly waitedMs: number;
  /**
   * The request was sent. The bucket follows Shopify's numbers; without any (a lost response) the reserved points
   * count as spent.
   */
  settle(feedback: ThrottleFeedback): void;
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
  /** Whether Shopify's own numbers for this bucket are known. */
  readonly confirmed: boolean;
}

/** What Shopify asked for an operation, where its rules as published gave another number. */
export interface CostSample {
  /** Points by the published rules, fractions kept. */
  readonly estimate: number;
  /** Points that Shopify asked for: `requestedQueryCost`. */
  readonly requested: number;
}

/** What the processes that share a limiter have learned of the costs of their operations, on each bucket. */
export interface SharedCosts {
  /**
   * What is known of an operation, oldest first, by what the limiter has last heard: asks nobody, and is empty where
   * nothing is known. The same sample is the same object each time.
   *
   * @param operation A hash that names it in all processes.
   */
  get(scope: BucketScope, operation: string): readonly CostSample[];
  /** Tells the other processes, with the next that the limiter has to tell them. */
  add(scope: BucketScope, operation: string, sample: CostSample): void;
}

/**
 * Hands out permits so that no request is throttled.
 *
 * @throws TimeoutError from `acquire` (code `DEADLINE_EXCEEDED`) when `maxWaitMs` cannot be met.
 * @throws MaxCostError from `acquire` when `cost` is more than the bucket can ever hold.
 */
export interface RateLimiter {
  /** Resolves when the call may be sent. */
  acquire(request: AcquireRequest): Promise<Permit>;
  /** `undefined` for a bucket that has not been used yet. */
  status(scope: BucketScope): LimiterStatus | undefined;
  /** Left out by a limiter that is not shared, or that shares points only. */
  readonly costs?: SharedCosts;
  /** Rejects all waiters and stops all timers. */
  close(): void;
}
