/** The default limiter, and the port for a limiter of your own. */
export { type TokenBucketOptions, tokenBucketLimiter } from '../limiter/token-bucket.ts';
export type {
  AcquireRequest,
  BucketScope,
  LimiterStatus,
  Permit,
  Priority,
  RateLimiter,
  ThrottleFeedback,
  ThrottleStatus,
} from '../ports/rate-limiter.ts';
