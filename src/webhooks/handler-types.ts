import type { Logger } from '../telemetry/types.ts';
import type { WebhookPayload, WebhookPayloads } from './payload-types.ts';
import type { WebhookDetails, WebhookHeaders, WebhookRefusal, WebhookSecrets } from './types.ts';

/** A verified delivery with its body read. */
export interface WebhookEvent<Topic extends string = string> extends WebhookDetails {
  readonly topic: Topic;
  /** The body as JSON. Its shape is Shopify's word, not checked. */
  readonly payload: WebhookPayload<Topic>;
  /** The body's bytes as they were signed. */
  readonly rawBody: Uint8Array;
}

// Declared as a method, so that a handler of one topic's payload fits where any topic's handler is asked for.
/** Handles one topic's deliveries. What it throws makes the answer 500, and Shopify tries again. */
export type WebhookTopicHandler<Topic extends string> = { handle(event: WebhookEvent<Topic>): unknown }['handle'];

type KnownTopicHandlers = { readonly [Topic in keyof WebhookPayloads]?: WebhookTopicHandler<Topic> };

/** What to do, by topic (wire name, such as `products/update`). Shopify waits five seconds in all for the answer. */
export interface WebhookTopicHandlers extends KnownTopicHandlers {
  readonly [topic: string]: WebhookTopicHandler<string> | undefined;
}

/** Options of everything that takes webhooks in. */
export interface ReceiveWebhookOptions {
  /** The app's client secret, or several while one is being replaced. */
  readonly secrets: WebhookSecrets;
  /** Largest body taken, in bytes. Default 5 MiB. A larger one gets 413. */
  readonly maxBodyBytes?: number;
  /** Told of every refused and failed delivery. Default: nobody is. */
  readonly logger?: Logger;
}

/** Options of `createWebhookHandler`. */
export interface WebhookHandlerOptions extends ReceiveWebhookOptions {
  readonly on: WebhookTopicHandlers;
  /** Hears how each delivery ended. An error thrown in it is logged and changes nothing. */
  readonly onEvent?: (event: WebhookHandlerEvent) => void;
}

/** Why a delivery got another answer than 200 from a handler. */
export type WebhookFailure =
  | WebhookRefusal
  | 'method-not-allowed'
  | 'body-too-large'
  | 'body-unreadable'
  | 'body-not-json'
  | 'topic-unexpected'
  | 'handler-failed';

/** How a delivery ended. `unhandled` is one without a handler for its topic; it is answered with 200. */
export type WebhookHandlerEvent =
  | { readonly type: 'refused'; readonly status: number; readonly reason: WebhookFailure }
  | ({ readonly type: 'handled' | 'unhandled' } & WebhookDetails)
  | ({ readonly type: 'failed'; readonly error: unknown } & WebhookDetails);

/**
 * What came of reading a body: the raw body, or why there is none. Where `rawBody` is nothing raw, because a
 * parser was there first, `mend` ends the message with what to do about it in that framework.
 */
export type BodyRead =
  | { readonly ok: true; readonly rawBody: unknown; readonly mend?: string }
  | { readonly ok: false; readonly reason: 'body-too-large' | 'body-unreadable' };

/** One request, as every framework can put it. */
export interface WebhookDelivery {
  readonly method: string;
  readonly headers: WebhookHeaders;
  /** The topic that the URL stands for: a true delivery of another one is refused. Default: any topic. */
  readonly topic?: string;
  /** Reads the body, but stops once it is larger than `maxBytes`. Must not reject. */
  readBody(maxBytes: number): Promise<BodyRead>;
}

/** The answer to send. */
export interface WebhookAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or empty. */
  readonly body: string;
}

/** Takes deliveries in. Call it with a `Request`, or hand it to the shim of a framework. */
export interface WebhookHandler {
  (request: Request): Promise<Response>;
  /** The same for a request of any framework: this is what the shims call. */
  process(delivery: WebhookDelivery): Promise<WebhookAnswer>;
}
