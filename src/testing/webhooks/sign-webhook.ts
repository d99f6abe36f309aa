import { createHmac, randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../../internal/clock.ts';

/** A webhook as Shopify would send it. */
export interface WebhookToSign {
  /** The app's client secret, or the webhook secret of the store admin. */
  readonly secret: string;
  /** Wire name, such as `products/update`. */
  readonly topic: string;
  /** Shop domain. */
  readonly shop: string;
  /** An object is written as JSON; a string is sent as it is. */
  readonly payload: object | string;
  /** Unique for each delivery. Default: a new UUID. */
  readonly webhookId?: string;
  /** The same for all deliveries from one action of the merchant. Default: a new UUID. */
  readonly eventId?: string;
  /** ISO 8601. Default: now. */
  readonly triggeredAt?: string;
  /** Default `2026-10`. */
  readonly apiVersion?: string;
  /** Name of the subscription. Left out by default. */
  readonly name?: string;
  /** The clock of `triggeredAt`. Default: the machine's. */
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
      'X-Shopify-API-Version': webhook.apiVersion ?? '2026-10',
      'X-Shopify-Webhook-Id': webhook.webhookId ?? randomUUID(),
      'X-Shopify-Event-Id': webhook.eventId ?? randomUUID(),
      'X-Shopify-Triggered-At': webhook.triggeredAt ?? now,
      ...(webhook.name !== undefined && { 'X-Shopify-Name': webhook.name }),
    },
  };
}
