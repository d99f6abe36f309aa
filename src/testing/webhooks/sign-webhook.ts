import { createHmac, randomUUID } from 'node:crypto';
import { generatedApiVersion } from '../../config/generated/api-versions.ts';
import { type Clock, systemClock } from '../../internal/clock.ts';
import type { EventAction, EventTopic } from '../../webhooks/topics.ts';

/** A webhook as Shopify would send it. */
export interface WebhookToSign {
  /** The app's client secret, or the webhook secret of the store admin. */
  readonly secret: string;
  /** Wire name, such as `products/update`. */
  readonly topic: string;
  /** Shop domain. */
  readonly shop: string;
  /** An object is serialized as JSON; a string is sent as it is. */
  readonly payload: object | string;
  /** Unique for each delivery. Default: a new UUID. */
  readonly webhookId?: string;
  /** Shared by all deliveries caused by one action of the merchant. Default: a new UUID. */
  readonly eventId?: string;
  /** ISO 8601. Default: now. */
  readonly triggeredAt?: string;
  /** Default `2026-10`. */
  readonly apiVersion?: string;
  /** Name of the subscription. Left out by default. */
  readonly name?: string;
  /** The clock for `triggeredAt`. Default: the system clock. */
  readonly clock?: Clock;
}

/** Body and headers, ready to send. */
export interface SignedWebhook {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Signs a webhook as Shopify does: base64 HMAC-SHA256 of the raw body, with the classic set of headers.
 * https://shopify.dev/docs/apps/build/webhooks/subscribe/https
 *
 * @example
 * const { body, headers } = signWebhook({ secret, topic: 'products/update', shop: 'acme.myshopify.com', payload });
 * await app.inject({ method: 'POST', url: '/webhooks', payload: body, headers });
 */
export function signWebhook(webhook: WebhookToSign): SignedWebhook {
  const body = typeof webhook.payload === 'string' ? webhook.payload : JSON.stringify(webhook.payload);
  const now = new Date((webhook.clock ?? systemClock).now()).toISOString();
  return {
    body,
    headers: {
      'Content-Type': 'application/json',
      'X-Shopify-Topic': webhook.topic,
      'X-Shopify-Hmac-Sha256': createHmac('sha256', webhook.secret).update(body).digest('base64'),
      'X-Shopify-Shop-Domain': webhook.shop,
      'X-Shopify-API-Version': webhook.apiVersion ?? generatedApiVersion,
      'X-Shopify-Webhook-Id': webhook.webhookId ?? randomUUID(),
      'X-Shopify-Event-Id': webhook.eventId ?? randomUUID(),
      'X-Shopify-Triggered-At': webhook.triggeredAt ?? now,
      ...(webhook.name !== undefined && { 'X-Shopify-Name': webhook.name }),
    },
  };
}

/** The content of a next-generation event: what happened, without how it is sent. */
export interface EventContent {
  /** The resource, such as `Product`. */
  readonly topic: EventTopic;
  readonly action: EventAction;
  /** Paths of the changed fields, such as `product[id: 'gid://shopify/Product/1'].title`. Default: none. */
  readonly fieldsChanged?: {
    readonly added?: readonly string[];
    readonly updated?: readonly string[];
    readonly removed?: readonly string[];
  };
  /** Variables of the subscription's query, usually the gids of the resource. Default `{}`. */
  readonly queryVariables?: Readonly<Record<string, unknown>>;
  /** Result of the subscription's query. Left out by default, as when there is no query. */
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
  /** Handle of the subscription, from the app's configuration. */
  readonly handle: string;
  /** Unique for each delivery. Default: a new UUID. */
  readonly webhookId?: string;
  /** ISO 8601. Default: now. */
  readonly triggeredAt?: string;
  /** Default `2026-10`. */
  readonly apiVersion?: string;
  /** The clock for `triggeredAt`. Default: the system clock. */
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
    'shopify-api-version': event.apiVersion ?? generatedApiVersion,
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

/** Where a webhook goes. */
export interface WebhookDelivery {
  readonly url: string | URL;
  /** Default: the global `fetch` at the time of the call. */
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
}

/** What the receiver answered. Shopify counts any 2xx as received and everything else as a failure. */
export interface WebhookReceipt {
  readonly status: number;
}

/**
 * Signs a webhook and posts it, once. Redirects are not followed, as on Shopify. Rejects like `fetch` if nobody
 * answers.
 *
 * @example
 * ```ts
 * const payload = productPayload({ title: 'Tee' });
 * await deliverWebhook({ url, secret, shop, topic: 'products/update', payload }); // { status: 200 }
 * ```
 */
export async function deliverWebhook(webhook: WebhookToSign & WebhookDelivery): Promise<WebhookReceipt> {
  const { body, headers } = signWebhook(webhook);
  const send = webhook.fetch ?? globalThis.fetch;
  const response = await send(webhook.url, {
    method: 'POST',
    headers,
    body,
    redirect: 'manual',
    ...(webhook.signal && { signal: webhook.signal }),
  });
  // The body is read to its end so that the connection is free again.
  await response.arrayBuffer();
  return { status: response.status };
}
