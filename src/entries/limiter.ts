/** The default limiter, the interface for a limiter of your own, and the cost of an operation. */
export { type CostExplanation, explainCost, type FieldCost } from '../graphql/cost/explain.ts';
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
