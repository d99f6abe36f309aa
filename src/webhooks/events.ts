import { ConfigError } from '../errors/errors.ts';
import type { Clock } from '../internal/clock.ts';
import type { JobQueue } from '../ports/job-queue.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { Logger } from '../ports/logger.ts';
import type { WebhookPayload } from './payloads/by-topic.ts';
import type { ComplianceTopic, EventAction, EventTopic, WebhookTopic } from './topics.ts';
import type { WebhookDetails, WebhookHeaders, WebhookRefusal, WebhookSecrets } from './verify.ts';

/** A verified delivery with its parsed body. */
export interface WebhookEvent<Topic extends string = string> extends WebhookDetails {
  readonly topic: Topic;
  /** The parsed JSON body. Its type is what Shopify documents; it is not checked. */
  readonly payload: WebhookPayload<Topic>;
  /** The body's signed bytes. */
  readonly rawBody: Uint8Array;
  /**
   * Shopify's webhook id: the same for every copy and attempt of this delivery. If you write it in one transaction with
   * the handler's work, nothing is done twice.
   */
  readonly idempotencyKey: string;
  /** What changed, for a next-generation event; `null` for a classic one. */
  readonly fieldsChanged: FieldsChanged | null;
}

/** A verified delivery of the next-generation Events. */
export interface ResourceEvent<Topic extends EventTopic = EventTopic, Action extends EventAction = EventAction>
  extends WebhookEvent<Topic> {
  readonly generation: 'next';
  readonly action: Action;
  readonly fieldsChanged: FieldsChanged;
}

// Declared as methods, so that a handler of one topic's payload fits where any topic's handler is asked for.
/**
 * Handles one topic's deliveries. If it throws, the delivery is tried again: by the queue, or by Shopify without one.
 */
export type WebhookTopicHandler<Topic extends string> = {
  handle(event: WebhookEvent<Topic>, context: WebhookContext): unknown;
}['handle'];

/** Handles the next-generation events of one resource. */
export type ResourceEventHandler<Topic extends EventTopic, Action extends EventAction = EventAction> = {
  handle(event: ResourceEvent<Topic, Action>, context: WebhookContext): unknown;
}['handle'];

/** The names that `on` and `order` accept: every classic topic, and for next-generation Events resource and action. */
type KnownTopic = WebhookTopic | ComplianceTopic | `${EventTopic}/${EventAction}` | EventTopic;

/** The handler of a known topic. */
type KnownTopicHandler<Topic extends string> =
  Topic extends `${infer Resource extends EventTopic}/${infer Action extends EventAction}`
    ? ResourceEventHandler<Resource, Action>
    : Topic extends EventTopic
      ? ResourceEventHandler<Topic>
      : WebhookTopicHandler<Topic>;

/**
 * Handlers by topic (wire name, such as `products/update`), and for next-generation Events by resource and action
 * (`Product/update`) or by resource (`Product`). Each handler receives its topic's payload; an unknown topic does not
 * compile. Shopify waits five seconds in total for the response.
 *
 * `Custom` is the names in `customTopics`: their payload is any JSON.
 */
export type WebhookTopicHandlers<Custom extends string = never> = {
  readonly [Topic in KnownTopic]?: KnownTopicHandler<Topic>;
} & { readonly [Topic in Exclude<Custom, KnownTopic>]?: WebhookTopicHandler<Topic> };

/** Options of everything that receives webhooks. */
export interface ReceiveWebhookOptions {
  /** The app's client secret, or several during a rotation. */
  readonly secrets: WebhookSecrets;
  /** Maximum size of a body in bytes. Default 5 MiB. A larger one gets a 413 response. */
  readonly maxBodyBytes?: number;
  /**
   * Time limit for a body to arrive, in milliseconds; then the response is 408 and the connection is closed. Default
   * 10,000. Shopify itself gives up after 5,000.
   */
  readonly bodyTimeoutMs?: number;
  /** Logs every refused or failed delivery. Default: none. */
  readonly logger?: Logger;
  /** Clock, for tests. */
  readonly clock?: Clock;
}

/**
 * Checks the option and returns the maximum size of a body in bytes.
 *
 * @throws ConfigError if it is not a positive integer.
 */
export function maxBodyBytesOf({ maxBodyBytes = 5 * 1024 * 1024 }: ReceiveWebhookOptions): number {
  return wholeNumber('maxBodyBytes', maxBodyBytes);
}

/** @throws ConfigError if the option is not a positive integer. */
export function wholeNumber(field: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new ConfigError('Invalid configuration', { issues: [{ field, message: 'must be a whole number above 0' }] });
}

/** Options of `createWebhookHandler`. */
export interface WebhookHandlerOptions<Custom extends string = never> extends ReceiveWebhookOptions {
  readonly on: WebhookTopicHandlers<Custom>;
  /** Additional topics for `on` that the public API does not list, such as previews. Default: none. */
  readonly customTopics?: readonly Custom[];
  /** Set it to `webhooksEnabled` of `loadConfig`: if `false`, every request gets a 404 response. Default `true`. */
  readonly enabled?: boolean;
  /**
   * Remembers handled deliveries, so that copies and stale deliveries are skipped. Several processes must share it.
   * Default: none; then every delivery is handled.
   */
  readonly store?: KeyValueStore;
  /**
   * Runs handlers after the response, with retries. Needs `store`. Default: none; then the response is sent when the
   * handler has finished.
   */
  readonly queue?: JobQueue;
  /** Milliseconds before each retry on the queue. Default 10, 30 and 60 seconds. */
  readonly retryDelaysMs?: readonly number[];
  /** Milliseconds for which handled deliveries are remembered. Default 48 hours: Shopify retries for four. */
  readonly dedupeTtlMs?: number;
  /** Time limit for store and queue in milliseconds; then the response is 503. Default 3,000; Shopify waits 5,000. */
  readonly ackTimeoutMs?: number;
  /** Order by topic, to override the defaults (see docs/webhooks.md), such as `{ 'products/create': 'newest' }`. */
  readonly order?: WebhookOrders<Custom>;
  /**
   * Name of the app, as for its client: two apps on one store and queue share no jobs, dedupe marks or order. Default
   * `default`.
   */
  readonly appId?: string;
  /**
   * Distinguishes this handler from others on the same store and queue; it is also the type of its jobs. Default
   * `webhooks`, or `webhooks <appId>` if there is an `appId`.
   */
  readonly name?: string;
  /** Called with the outcome of each delivery. Errors it throws are logged and have no other effect. */
  readonly onEvent?: (event: WebhookHandlerEvent) => void;
}

/** Why a delivery got a response other than 200, as reported by `refused` events. */
export type WebhookFailure =
  | WebhookRefusal
  | 'method-not-allowed'
  | 'body-too-large'
  | 'body-unreadable'
  | 'body-timeout'
  | 'body-not-json'
  | 'topic-unexpected'
  | 'handler-failed'
  | 'disabled'
  | WebhookUnavailable;

/**
 * The outcome of a delivery. `unhandled`: its topic has no handler, and the response is 200. `failed`: `willRetry` says
 * whether the queue or Shopify will try again.
 */
export type WebhookHandlerEvent =
  | { readonly type: 'refused'; readonly status: number; readonly reason: WebhookFailure }
  | ({ readonly type: 'handled' | 'unhandled' } & WebhookDetails)
  | ({
      readonly type: 'failed';
      readonly error: unknown;
      readonly attempt: number;
      readonly willRetry: boolean;
    } & WebhookDetails)
  | WebhookStepEvent;

/**
 * The result of reading a body: the raw body, or why there is none. If `rawBody` is not raw, because a parser came
 * first, `fix` is appended to the message: what to do about it in that framework.
 */
export type BodyRead =
  | { readonly ok: true; readonly rawBody: unknown; readonly fix?: string }
  | { readonly ok: false; readonly reason: 'body-too-large' | 'body-unreadable' | 'body-timeout' };

/** A request in a form independent of the framework. */
export interface WebhookDelivery {
  readonly method: string;
  readonly headers: WebhookHeaders;
  /** The topic of the URL: genuine deliveries of other topics are refused. Default: any topic. */
  readonly topic?: string;
  /** Reads the body, but stops once it is larger than `maxBytes`, or with `body-timeout` once `late` aborts. Must not reject. */
  readBody(maxBytes: number, late: AbortSignal): Promise<BodyRead>;
  /**
   * Called if the response is sent before the body has ended: closes the connection once `late` aborts, and calls
   * `ended` when there is nothing left to wait for. Default: the server's own limit.
   */
  leaveBody?(late: AbortSignal, ended: () => void): void;
}

/** The response to send. */
export interface WebhookResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or empty. */
  readonly body: string;
}

/** Receives deliveries. Call it with a `Request`, or pass it to a framework's adapter. */
export interface WebhookHandler {
  (request: Request): Promise<Response>;
  /** The same for a request of any framework; the adapters call this. */
  process(delivery: WebhookDelivery): Promise<WebhookResponse>;
}

/** What changed in the resource of a next-generation event: paths such as `product[id: 'gid://shopify/Product/1'].title`. */
export interface FieldsChanged {
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly removed: readonly string[];
}

/** The second argument of a handler. */
export interface WebhookContext {
  /** `appId` of the webhook handler, if it has one. */
  readonly appId?: string;
  /** Starts at 1, and is incremented when the queue tries again after the handler threw. */
  readonly attempt: number;
  /**
   * Aborted when the attempt times out (the queue's limit; 5 minutes without one), its lock is lost, or the queue
   * closes. 5 seconds later it counts as failed, and other deliveries of its resource are handled. Never aborted
   * without a store.
   */
  readonly signal: AbortSignal;
}

/** What happened to a delivery instead of being handled. Contains no part of the body. */
export type WebhookStep =
  /** Stored in the queue; the response is 200. */
  | { readonly type: 'queued' }
  /** A copy of a delivery that was handled or is in the queue. */
  | { readonly type: 'duplicate' }
  /** Older than what was already applied to its resource, or the resource is deleted. */
  | { readonly type: 'stale' }
  /** The response is 503, so that Shopify tries again. `busy`: another delivery of the resource is being handled. */
  | { readonly type: 'unavailable'; readonly reason: WebhookUnavailable; readonly error?: unknown };

/** Why a delivery could not be accepted for now. */
export type WebhookUnavailable = 'busy' | 'store-failed' | 'queue-failed';

/** A step with the details of its delivery. */
export type WebhookStepEvent = WebhookStep & WebhookDetails;

/**
 * Which deliveries of a topic are handled.
 *
 * - `newest`: those not older than the newest one applied to their resource, unless it is deleted.
 * - `until-deleted`: all, unless their resource is deleted.
 * - `always`: all.
 *
 * A delivery of `…/delete` is always handled; deliveries that arrive after it are skipped, except with `always`.
 */
export type WebhookOrder = 'newest' | 'until-deleted' | 'always';

/**
 * Orders by topic; for next-generation Events by resource and action (`Product/update`), or by resource (`Product`).
 */
export type WebhookOrders<Custom extends string = never> = {
  readonly [Topic in KnownTopic | Exclude<Custom, KnownTopic>]?: WebhookOrder;
};
