import type { WebhookDetails, WebhookHeaders } from './types.ts';

/** Names of one generation's headers, in lower case. Source: https://shopify.dev/docs/apps/build/webhooks/subscribe/https */
export interface HeaderNames {
  readonly generation: WebhookDetails['generation'];
  readonly hmac: string;
  readonly topic: string;
  readonly shop: string;
  readonly webhookId: string;
  readonly eventId: string;
  readonly triggeredAt: string;
  readonly apiVersion: string;
  readonly name: string;
  readonly action: string | null;
}

function shared(prefix: string) {
  return {
    hmac: `${prefix}shopify-hmac-sha256`,
    topic: `${prefix}shopify-topic`,
    shop: `${prefix}shopify-shop-domain`,
    webhookId: `${prefix}shopify-webhook-id`,
    eventId: `${prefix}shopify-event-id`,
    triggeredAt: `${prefix}shopify-triggered-at`,
    apiVersion: `${prefix}shopify-api-version`,
  };
}

export const classicHeaders: HeaderNames = {
  ...shared('x-'),
  generation: 'classic',
  name: 'x-shopify-name',
  action: null,
};

/** Source: https://shopify.dev/docs/apps/build/events/delivery-structure */
export const nextHeaders: HeaderNames = {
  ...shared(''),
  generation: 'next',
  name: 'shopify-handle',
  action: 'shopify-action',
};

/** Joins a repeated header as HTTP does; what is no text counts as missing. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'string'))
    return value.join(', ');
  return null;
}

/** One header's value, whatever the case of its name; `null` where it is missing. `name` is in lower case. */
export function headerOf(headers: WebhookHeaders, name: string): string | null {
  if (typeof headers.get === 'function') return textOf(headers.get(name));
  const record = headers as Readonly<Record<string, unknown>>;
  // node:http gives lower-case names: that one look is all it takes there.
  const direct = record[name];
  if (direct !== undefined) return textOf(direct);
  for (const key in record) {
    if (key.length === name.length && key.toLowerCase() === name) return textOf(record[key]);
  }
  return null;
}
