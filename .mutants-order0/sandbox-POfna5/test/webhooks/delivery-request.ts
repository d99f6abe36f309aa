// @ts-nocheck
import { type EventToSign, signEvent, signWebhook, type WebhookToSign } from 'shopwright/testing';
import { secret } from './signed-delivery.ts';

const url = 'http://localhost/webhooks/shopify';
const shop = 'acme.myshopify.com';

/** A signed delivery as a `Request`; two calls with one `webhookId` are copies. */
export function deliveryOf(webhook: Pick<WebhookToSign, 'topic' | 'payload'> & Partial<WebhookToSign>): Request {
  const { body, headers } = signWebhook({ secret, shop, ...webhook });
  return new Request(url, { method: 'POST', headers, body });
}

/** A signed next-generation event as a `Request`. */
export function eventDeliveryOf(event: Pick<EventToSign, 'topic' | 'action'> & Partial<EventToSign>): Request {
  const { body, headers } = signEvent({ secret, shop, handle: 'catalogue', ...event });
  return new Request(url, { method: 'POST', headers, body });
}

/** An update of product 42 with its time. */
export function productUpdate(updatedAt: string, webhook: Partial<WebhookToSign> = {}): Request {
  return deliveryOf({ topic: 'products/update', payload: { id: 42, updated_at: updatedAt }, ...webhook });
}

/** A promise with its ends in hand. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
