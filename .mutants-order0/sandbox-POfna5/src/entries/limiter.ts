/** The default limiter, the port for a limiter of your own, and what an operation costs. */
// @ts-nocheck

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
