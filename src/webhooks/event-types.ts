import type { WebhookDetails } from './types.ts';

/** What changed in the resource of a next-generation event: paths such as `product[id: 'gid://shopify/Product/1'].title`. */
export interface FieldsChanged {
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly removed: readonly string[];
}

/** What a handler may want to know of its call. */
export interface WebhookContext {
  /** 1 for the first; more where the queue tries again after the handler threw. */
  readonly attempt: number;
  /**
   * Aborted when the attempt's time is up (the queue's; 5 minutes without one), its lock is lost, or the queue closes.
   * 5 seconds later it counts as failed, and other deliveries of its resource are handled. Never, without a store.
   */
  readonly signal: AbortSignal;
}

/** How one delivery went on, besides being handled. Holds nothing of the body. */
export type WebhookStep =
  /** Safe in the queue, and answered with 200. */
  | { readonly type: 'queued' }
  /** The same delivery again; it was handled, or is in the queue. */
  | { readonly type: 'duplicate' }
  /** Older than what was applied to its resource, or the resource is deleted. */
  | { readonly type: 'stale' }
  /** Answered with 503, so that Shopify tries again. `busy`: another delivery of the resource is being handled. */
  | { readonly type: 'unavailable'; readonly reason: WebhookUnavailable; readonly error?: unknown };

/** Why a delivery could not be taken in just now. */
export type WebhookUnavailable = 'busy' | 'store-failed' | 'queue-failed';

/** A step with the delivery that it belongs to. */
export type WebhookStepEvent = WebhookStep & WebhookDetails;
