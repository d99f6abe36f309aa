import { createHmac, randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../../internal/clock.ts';
import type { EventAction, EventTopic } from '../../webhooks/topics.ts';
import type { SignedWebhook } from './sign-webhook.ts';

/** The parts of a next-generation event that tell what happened; the rest says how it is sent. */
export interface EventContent {
  /** The resource, such as `Product`. */
  readonly topic: EventTopic;
  readonly action: EventAction;
  /** Paths of what changed, such as `product[id: 'gid://shopify/Product/1'].title`. Default: nothing. */
  readonly fieldsChanged?: {
    readonly added?: readonly string[];
    readonly updated?: readonly string[];
    readonly removed?: readonly string[];
  };
  /** What the subscription's query is given, as a rule the gids of the resource. Default `{}`. */
  readonly queryVariables?: Readonly<Record<string, unknown>>;
  /** Answer of the subscription's query. Left out by default, as where there is no query. */
  readonly data?: unknown;
  /** Errors of the subscription's query. Left out by default. */
  readonly errors?: readonly unknown[];
}

/** A next-generation event as Shopify would send it. */
export interface EventToSign extends EventContent {
  /** The app's client secret. */
  readonly secret: string;
  /** Shop domain. */
  readonly shop: string;
  /** The subscription's, from the app's configuration. */
  readonly handle: string;
  /** Unique for each delivery. Default: a new UUID. */
  readonly webhookId?: string;
  /** ISO 8601. Default: now. */
  readonly triggeredAt?: string;
  /** Default `2026-10`. */
  readonly apiVersion?: string;
  /** The clock of `triggeredAt`. Default: the machine's. */
  readonly clock?: Clock;
}

/** The body of a next-generation event. https://shopify.dev/docs/apps/build/events/delivery-structure */
export function eventBody(event: EventContent & { readonly handle: string }): Readonly<Record<string, unknown>> {
  const { added = [], updated = [], removed = [] } = event.fieldsChanged ?? {};
  return {
    topic: event.topic,
    action: event.action,
    handle: event.handle,
    fields_changed: { added, updated, removed },
    query_variables: event.queryVariables ?? {},
    ...(event.data !== undefined && { data: event.data }),
    ...(event.errors !== undefined && { errors: event.errors }),
  };
}

/**
 * Signs a next-generation event as Shopify does: the HMAC of a webhook, with headers that have no `X-`.
 *
 * @example
 * const { body, headers } = signEvent({ secret, shop, handle: 'titles', topic: 'Product', action: 'update' });
 */
export function signEvent(event: EventToSign): SignedWebhook {
  const body = JSON.stringify(eventBody(event));
  return { body, headers: eventHeaders(event, body) };
}

/** The headers over a body that is written already. */
export function eventHeaders(event: Omit<EventToSign, keyof EventContent> & EventName, body: string): EventHeaders {
  const now = new Date((event.clock ?? systemClock).now()).toISOString();
  return {
    'Content-Type': 'application/json',
    'shopify-topic': event.topic,
    'shopify-action': event.action,
    'shopify-handle': event.handle,
    'shopify-hmac-sha256': createHmac('sha256', event.secret).update(body).digest('base64'),
    'shopify-shop-domain': event.shop,
    'shopify-api-version': event.apiVersion ?? '2026-10',
    'shopify-webhook-id': event.webhookId ?? randomUUID(),
    'shopify-triggered-at': event.triggeredAt ?? now,
  };
}

type EventHeaders = SignedWebhook['headers'];

/** As text: a delivery that waits in a store knows no more. */
interface EventName {
  readonly topic: string;
  readonly action: string;
}
