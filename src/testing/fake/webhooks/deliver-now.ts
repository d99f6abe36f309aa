import { ConfigError } from '../../../errors/errors.ts';
import type { Clock } from '../../../internal/clock.ts';
import {
  deliverWebhook,
  type WebhookDelivery,
  type WebhookReceipt,
  type WebhookToSign,
} from '../../webhooks/sign-webhook.ts';
import type { Shops } from '../shops.ts';
import type { ProductEntity } from '../store/entities.ts';
import type { FakeStore } from '../store/entity-store.ts';
import { idOf, productPayload } from './resource-payloads.ts';

/** A webhook of a fake: what is left out comes from its state. */
export interface FakeWebhook extends Omit<WebhookToSign, 'shop' | 'payload' | 'clock'>, WebhookDelivery {
  /** Default: the only shop. */
  readonly shop?: string;
  /** Default: made from `product`. */
  readonly payload?: object | string;
  /** Gid of a product, for the topics `products/…`. */
  readonly product?: string;
}

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
      issues: [{ field: 'payload', message: `is needed for ${topic}, or "product" for a products/… topic.` }],
    });
  }
  // What was deleted is no longer there, and Shopify sends its number only.
  if (topic === 'products/delete') return { id: idOf(gid) };
  const product = store.get(shop, 'Product', gid);
  if (!product)
    throw new ConfigError('Invalid configuration', {
      issues: [{ field: 'product', message: `is ${gid}, and ${shop} has no such product.` }],
    });
  return productPayload(product as ProductEntity);
}
