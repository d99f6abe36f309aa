import { ConfigError } from '../../../errors/errors.ts';
import type { Clock } from '../../../internal/clock.ts';
import { deliverWebhook, type WebhookReceipt } from '../../webhooks/sign-webhook.ts';
import type { FakeWebhook } from '../fake-shopify-options.ts';
import type { Shops } from '../shops.ts';
import type { ProductEntity } from '../store/entities.ts';
import type { FakeStore } from '../store/entity-store.ts';
import { idOf, productPayload } from './resource-payloads.ts';

/** Sends webhooks in the name of a fake's shops. */
export function deliverNow(context: {
  readonly shops: Shops;
  readonly store: FakeStore;
  readonly clock: Clock;
  readonly apiVersion: string;
}): (webhook: FakeWebhook) => Promise<WebhookReceipt> {
  const { shops, store, clock, apiVersion } = context;
  return async (webhook) => {
    const shop = shops.get(webhook.shop).domain;
    const payload = webhook.payload ?? payloadOf(webhook, shop, store);
    return deliverWebhook({ apiVersion, ...webhook, shop, payload, clock });
  };
}

function payloadOf({ topic, product: gid }: FakeWebhook, shop: string, store: FakeStore): object {
  if (gid === undefined || !topic.startsWith('products/')) {
    throw new ConfigError('Invalid configuration', {
      issues: [{ field: 'payload', message: `is required for ${topic}. For a products/… topic, "product" is enough.` }],
    });
  }
  // Shopify only sends the id of a deleted object.
  if (topic === 'products/delete') return { id: idOf(gid) };
  const product = store.get(shop, 'Product', gid);
  if (!product)
    throw new ConfigError('Invalid configuration', {
      issues: [{ field: 'product', message: `is ${gid}, but ${shop} has no such product.` }],
    });
  return productPayload(product as ProductEntity);
}
