// @ts-nocheck
import { ConfigError } from '../errors/errors.ts';
import type { Clock } from '../internal/clock.ts';
import type { JobQueue } from '../ports/job-queue.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { Logger } from '../ports/logger.ts';
import type { WebhookPayload } from './payloads/by-topic.ts';
import type { ComplianceTopic, EventAction, EventTopic, WebhookTopic } from './topics.ts';
import type { WebhookDetails, WebhookHeaders, WebhookRefusal, WebhookSecrets } from './verify.ts';

/** A verified delivery with its body read. */
export interface WebhookEvent<Topic extends string = string> extends WebhookDetails {
  readonly topic: Topic;
  /** The body as JSON. Its shape is what Shopify documents, not checked. */
  readonly payload: WebhookPayload<Topic>;
  /** The body's bytes as they were signed. */
  readonly rawBody: Uint8Array;
  /**
   * The same in every copy and every further attempt of this delivery: Shopify's webhook id. Write it in one
   * transaction with what the handler does, and nothing is done twice.
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
/** Handles one topic's deliveries. What it throws is tried again: by the queue, or where there is none by Shopify. */
export type WebhookTopicHandler<Topic extends string> = {
  handle(event: WebhookEvent<Topic>, context: WebhookContext): unknown;
}['handle'];

/** Handles the next-generation events of one resource. */
export type ResourceEventHandler<Topic extends EventTopic, Action extends EventAction = EventAction> = {
  handle(event: ResourceEvent<Topic, Action>, context: WebhookContext): unknown;
}['handle'];

/** What `on` and `order` know by name: every classic topic, and for next-generation Events resource and action. */
type KnownTopic = WebhookTopic | ComplianceTopic | `${EventTopic}/${EventAction}` | EventTopic;

/** The handler of a known topic. */
type KnownTopicHandler<Topic extends string> =
  Topic extends `${infer Resource extends EventTopic}/${infer Action extends EventAction}`
    ? ResourceEventHandler<Resource, Action>
    : Topic extends EventTopic
      ? ResourceEventHandler<Topic>
      : WebhookTopicHandler<Topic>;

/**
 * What to do, by topic (wire name, such as `products/update`), and for next-generation Events by resource and action
 * (`Product/update`) or by resource (`Product`). Each handler gets the payload of its topic; a topic that does not exist
 * does not compile. Shopify waits five seconds in all for the response.
 *
 * `Custom` are the names of `customTopics`: their payload is any JSON.
 */
export type WebhookTopicHandlers<Custom extends string = never> = {
  readonly [Topic in KnownTopic]?: KnownTopicHandler<Topic>;
} & { readonly [Topic in Exclude<Custom, KnownTopic>]?: WebhookTopicHandler<Topic> };

/** Options of everything that receives webhooks. */
export interface ReceiveWebhookOptions {
  /** The app's client secret, or several while one is being replaced. */
  readonly secrets: WebhookSecrets;
  /** Largest body taken, in bytes. Default 5 MiB. A larger one gets 413. */
  readonly maxBodyBytes?: number;
  /**
   * Milliseconds for a body to arrive; then the response is 408 and the connection ends. Default 10,000. Shopify itself
   * gives up after 5,000.
   */
  readonly bodyTimeoutMs?: number;
  /** Told of every refused and failed delivery. Default: none. */
  readonly logger?: Logger;
  /** Time, for tests. */
  readonly clock?: Clock;
}

/**
 * Largest body to take, in bytes, with the option checked.
 *
 * @throws ConfigError when it is not a positive integer.
 */
export function maxBodyBytesOf({ maxBodyBytes = 5 * 1024 * 1024 }: ReceiveWebhookOptions): number {
  return wholeNumber('maxBodyBytes', maxBodyBytes);
}

/** @throws ConfigError when the option is not a positive integer. */
export function wholeNumber(field: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new ConfigError('Invalid configuration', { issues: [{ field, message: 'must be a whole number above 0' }] });
}

/** Options of `createWebhookHandler`. */
export interface WebhookHandlerOptions<Custom extends string = never> extends ReceiveWebhookOptions {
  readonly on: WebhookTopicHandlers<Custom>;
  /** Topics that `on` may have though the public API does not list them, such as those of a preview. Default: none. */
  readonly customTopics?: readonly Custom[];
  /** `false` answers 404 to everything: give it `webhooksEnabled` of `loadConfig`. Default `true`. */
  readonly enabled?: boolean;
  /**
   * Remembers what was handled, so that copies and what comes too late are skipped. Several processes must share it.
   * Default: none, and every delivery is handled.
   */
  readonly store?: KeyValueStore;
  /**
   * Handles deliveries after the response, with retries. Needs `store`. Default: none, and the response is sent when
   * the handler has ended.
   */
  readonly queue?: JobQueue;
  /** Milliseconds before each further attempt on the queue. Default 10, 30 and 60 seconds. */
  readonly retryDelaysMs?: readonly number[];
  /** Milliseconds for which it is known what was handled. Default 48 hours: Shopify tries again for four. */
  readonly dedupeTtlMs?: number;
  /** Milliseconds that store and queue may take before the response is 503. Default 3,000; Shopify waits 5,000. */
  readonly ackTimeoutMs?: number;
  /** By topic, where the default (see docs/webhooks.md) is not what you want, such as `{ 'products/create': 'newest' }`. */
  readonly order?: WebhookOrders<Custom>;
  /** Name of the app, as for its client: two apps on one store and queue share no jobs, no marks and no order. Default `default`. */
  readonly appId?: string;
  /**
   * Sets this handler apart from others on the same store and queue; it is the type of its jobs. Default `webhooks`, and
   * `webhooks <appId>` where there is an `appId`.
   */
  readonly name?: string;
  /** Called with how each delivery ended. An error thrown in it is logged and changes nothing. */
  readonly onEvent?: (event: WebhookHandlerEvent) => void;
}

/** Why a delivery got a response other than 200. */
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
 * How a delivery ended. `unhandled` is one without a handler for its topic; it is answered with 200. `failed` tells
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
 * The outcome of reading a body: the raw body, or why there is none. Where `rawBody` is not raw, because a parser
 * was there first, `fix` ends the message with what to do about it in that framework.
 */
export type BodyRead =
  | { readonly ok: true; readonly rawBody: unknown; readonly fix?: string }
  | { readonly ok: false; readonly reason: 'body-too-large' | 'body-unreadable' | 'body-timeout' };

/** One request, in a form that every framework's can be brought into. */
export interface WebhookDelivery {
  readonly method: string;
  readonly headers: WebhookHeaders;
  /** The topic that the URL stands for: a genuine delivery of another one is refused. Default: any topic. */
  readonly topic?: string;
  /** Reads the body, but stops once it is larger than `maxBytes`, or with `body-timeout` once `late` aborts. Must not reject. */
  readBody(maxBytes: number, late: AbortSignal): Promise<BodyRead>;
  /**
   * Called where the response is sent before the body has ended: ends the connection once `late` aborts, and calls
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

/** Receives deliveries. Call it with a `Request`, or hand it to the shim of a framework. */
export interface WebhookHandler {
  (request: Request): Promise<Response>;
  /** The same for a request of any framework: this is what the shims call. */
  process(delivery: WebhookDelivery): Promise<WebhookResponse>;
}

/** What changed in the resource of a next-generation event: paths such as `product[id: 'gid://shopify/Product/1'].title`. */
export interface FieldsChanged {
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly removed: readonly string[];
}

/** What a handler gets besides the event. */
export interface WebhookContext {
  /** `appId` of the webhook handler, where it has one. */
  readonly appId?: string;
  /** 1 for the first; more where the queue tries again after the handler threw. */
  readonly attempt: number;
  /**
   * Aborted when the attempt's time is up (the queue's; 5 minutes without one), its lock is lost, or the queue closes.
   * 5 seconds later it counts as failed, and other deliveries of its resource are handled. Never, without a store.
   */
  readonly signal: AbortSignal;
}

/** What happened to a delivery, besides being handled. Holds nothing of the body. */
export type WebhookStep =
  /** Safe in the queue, and answered with 200. */
  | { readonly type: 'queued' }
  /** The same delivery again; it was handled, or is in the queue. */
  | { readonly type: 'duplicate' }
  /** Older than what was applied to its resource, or the resource is deleted. */
  | { readonly type: 'stale' }
  /** Answered with 503, so that Shopify tries again. `busy`: another delivery of the resource is being handled. */
  | { readonly type: 'unavailable'; readonly reason: WebhookUnavailable; readonly error?: unknown };

/** Why a delivery could not be accepted now. */
export type WebhookUnavailable = 'busy' | 'store-failed' | 'queue-failed';

/** A step with the delivery that it belongs to. */
export type WebhookStepEvent = WebhookStep & WebhookDetails;

/**
 * Which deliveries of a topic are worth handling.
 *
 * - `newest`: those that are not older than the newest one applied to their resource, as long as it is not deleted.
 * - `until-deleted`: all, as long as their resource is not deleted.
 * - `always`: all.
 *
 * A delivery of `…/delete` is always handled, and unless it is `always`, what comes late after it is skipped.
 */
export type WebhookOrder = 'newest' | 'until-deleted' | 'always';

/** Orders by topic; for next-generation Events by resource and action (`Product/update`), else by resource (`Product`). */
export type WebhookOrders<Custom extends string = never> = {
  readonly [Topic in KnownTopic | Exclude<Custom, KnownTopic>]?: WebhookOrder;
};
