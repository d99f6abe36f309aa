// @ts-nocheck
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

/** A sync with a fake whose searches end after one page, as Shopify's do after 25,000 objects; `refused` counts those. */
export function limitedSync(
  operation: string,
  options: Parameters<typeof fakeSync>[0] = {},
): { readonly made: FakeSync; readonly refused: () => number } {
  let refused = 0;
  const made: FakeSync = fakeSync({
    ...options,
    client: {
      fetch: async (url, init) => {
        const body = String(init?.body ?? '');
        if (!body.includes(`query ${operation}(`) || !/"after":"/.test(body)) return made.fake.fetch(url, init);
        refused += 1;
        return Response.json({ errors: [{ message: 'Pagination is limited to 25000 objects.' }] });
      },
    },
  });
  return { made, refused: () => refused };
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

/** Sets the units in stock of a product's variants. */
export async function stockUp({ client, clock, fake }: FakeSync, title: string, units: number): Promise<void> {
  const id = fake.products().find((product) => product.title === title)?.id;
  interface Data {
    readonly product: {
      readonly variants: { readonly nodes: readonly { readonly inventoryItem: { readonly id: string } }[] };
    };
    readonly locations: { readonly nodes: readonly { readonly id: string }[] };
  }
  const { data } = await clock.run(
    client.graphql<Data>(
      `query ($id: ID!) {
        product(id: $id) { variants(first: 50) { nodes { inventoryItem { id } } } }
        locations(first: 1) { nodes { id } }
      }`,
      { id },
    ),
  );
  const [location] = data.locations.nodes;
  const quantities = data.product.variants.nodes.map(({ inventoryItem }) => ({
    ...{ inventoryItemId: inventoryItem.id, locationId: location?.id, quantity: units },
    changeFromQuantity: null,
  }));
  await clock.run(
    client.graphql(
      `mutation ($input: InventorySetQuantitiesInput!, $key: String!) {
        inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { message } }
      }`,
      { input: { name: 'available', reason: 'correction', quantities }, key: `${title} ${units}` },
    ),
  );
}
