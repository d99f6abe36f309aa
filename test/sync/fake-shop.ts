import { createShopifyClient, memoryStores, type ShopifyClient, type Stores } from 'shopwright';
import { createProductSync, type ProductSync, type ProductSyncOptions } from 'shopwright/sync';
import {
  createFakeShopify,
  createManualClock,
  type FakeShopify,
  type FakeShopifyOptions,
  type ManualClock,
} from 'shopwright/testing';
import type { ProductDraftInput } from 'shopwright/validation';
import type { CommonOptions } from '../../src/client/options.ts';

export const domain = 'demo.myshopify.com';

export interface FakeSync {
  readonly fake: FakeShopify;
  readonly client: ShopifyClient;
  readonly stores: Stores;
  readonly sync: ProductSync;
  readonly clock: ManualClock;
}

/** A sync with a fake Shopify, all on one clock that a test drives. */
export function fakeSync(
  options: {
    fake?: FakeShopifyOptions;
    sync?: Partial<ProductSyncOptions>;
    client?: Partial<CommonOptions>;
    accessToken?: string;
  } = {},
): FakeSync {
  const clock = createManualClock();
  const fake = createFakeShopify({ clock, ...options.fake });
  const client = createShopifyClient({
    shop: domain,
    accessToken: options.accessToken ?? 'shpat_fake',
    fetch: fake.fetch,
    clock,
    isolated: true,
    ...options.client,
  });
  const stores = memoryStores();
  const sync = createProductSync({ client, stores, clock, ...options.sync });
  return { fake, client, stores, sync, clock };
}

/** A product with two sizes. */
export function tee(localId = 'tee-1', more: object = {}): ProductDraftInput {
  return {
    localId,
    title: `Tee ${localId}`,
    descriptionHtml: '<p>Soft.</p>',
    images: [{ url: `https://cdn.example.com/${localId}.jpg`, alt: 'A tee' }],
    variants: [
      { sku: `${localId}-S`, price: '24.90', options: { Size: 'S' } },
      {
        sku: `${localId}-M`,
        price: '24.90',
        options: { Size: 'M' },
        imageUrl: `https://cdn.example.com/${localId}.jpg`,
      },
    ],
    ...more,
  };
}
