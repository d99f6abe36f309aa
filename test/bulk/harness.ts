import { createShopifyClient, type ShopifyClient } from 'shopwright';
import type { FakeShopifyOptions } from 'shopwright/testing';
import type { CommonOptions } from '../../src/client/options.ts';
import { type BulkHarness, createBulkHarness, seedProducts } from '../testing/bulk/harness.ts';

/** A shop on a fake with a manual clock, and its client. */
export interface BulkClientHarness extends BulkHarness {
  readonly shop: ShopifyClient;
  /** Creates another client of the same shop, like another process would. */
  client(options?: Partial<CommonOptions>): ShopifyClient;
  /** Reads all rows of a run while the clock runs. */
  rows<Row>(run: Promise<AsyncIterable<Row>>): Promise<Row[]>;
}

export async function bulkClient(
  {
    products = 0,
    variants = 1,
    ...options
  }: Partial<FakeShopifyOptions> & { products?: number; variants?: number } = {},
  clientOptions: Partial<CommonOptions> = {},
): Promise<BulkClientHarness> {
  const harness = createBulkHarness(options);
  if (products > 0) await seedProducts(harness, products, variants);
  const client = (more: Partial<CommonOptions> = {}): ShopifyClient =>
    createShopifyClient({
      ...{ shop: 'demo.myshopify.com', accessToken: 'shpat_fake', fetch: harness.fake.fetch, clock: harness.clock },
      ...clientOptions,
      ...more,
    });
  return {
    ...harness,
    shop: client(),
    client,
    rows: (run) => harness.clock.run(run.then(collected)),
  };
}

export async function collected<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** The error that a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('It did not reject.');
    },
    (error: unknown) => error,
  );
}

export const productsWithVariants = /* GraphQL */ `
  query Everything($search: String, $first: Int!, $after: String) {
    products(query: $search, first: $first, after: $after) {
      edges { cursor node { id handle variants(first: 50) { edges { node { id sku } } pageInfo { hasNextPage } } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

/** A product as `productsWithVariants` reads it in bulk. */
export interface Product {
  readonly id: string;
  readonly handle: string;
  readonly variants: readonly { readonly id: string; readonly sku: string }[];
}
