/** The default limiter, and the port for a limiter of your own. */
export { type TokenBucketOptions, tokenBucketLimiter } from '../limiter/token-bucket.ts';
export type {
  AcquireRequest,
  BucketScope,
  CostSample,
  LimiterStatus,
  Permit,
  Priority,
  RateLimiter,
  SharedCosts,
  ThrottleFeedback,
  ThrottleStatus,
} from '../ports/rate-limiter.ts';
