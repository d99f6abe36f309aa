/** Retries and a circuit breaker for calls of other clients, as policies of cockatiel. */
// @ts-nocheck

export {
  type ShopifyBreakerOptions,
  type ShopifyBreakerPolicy,
  type ShopifyRetryContext,
  type ShopifyRetryEvent,
  type ShopifyRetryOptions,
  type ShopifyRetryPolicy,
  shopifyBreaker,
  shopifyRetry,
} from '../client/policies.ts';
export type { TypedDocument, UntypedDocument } from '../graphql/document.ts';
export type { BreakerState } from '../ports/events.ts';
export type { Idempotency, RetryPolicy } from '../resilience/retry.ts';
