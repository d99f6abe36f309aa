// @ts-nocheck
import { type Background, createBackground } from '../../../src/testing/fake/background.ts';
import type { ResolverMap, ShopInfo } from '../../../src/testing/fake/graphql/context.ts';
import { createGraphqlEngine } from '../../../src/testing/fake/graphql/engine.ts';
import type { Executed, GraphqlEngine } from '../../../src/testing/fake/model.ts';
import { fakeSchemas } from '../../../src/testing/fake/schema.ts';
import type { FakeStore, StoreListener } from '../../../src/testing/fake/store/entity-store.ts';
import { createFakeStore, seedShop } from '../../../src/testing/fake/store/fake-store.ts';
import { createManualClock, type ManualClock } from '../../../src/testing/manual-clock.ts';

export const shop = 'demo.myshopify.com';

/** An engine over one shop with two sales channels, and what a test needs to talk to it. */
export interface Harness {
  readonly engine: GraphqlEngine;
  readonly store: FakeStore;
  readonly clock: ManualClock;
  /** Prepares and executes; errors of either come back as `errors`. */
  run(query: string, variables?: Record<string, unknown>, domain?: string): Promise<Executed>;
  /** As `run`, and fails on `errors`. The data is whatever the query asks for. */
  data(query: string, variables?: Record<string, unknown>): Promise<Record<string, unknown>>;
}

export interface HarnessOptions {
  readonly background?: Background;
  /** Default: one that starts on 2026-10-01. */
  readonly clock?: ManualClock;
  readonly onChange?: StoreListener;
  readonly store?: FakeStore;
  readonly info?: Partial<ShopInfo>;
  readonly resolvers?: ResolverMap;
}

export function createHarness(options: HarnessOptions = {}): Harness {
  const clock = options.clock ?? createManualClock({ now: Date.UTC(2026, 9, 1) });
  const store = options.store ?? createFakeStore(options.onChange ? { onChange: options.onChange } : {});
  seedShop(store, shop, ['Online Store', 'Point of Sale']);
  const info: ShopInfo = {
    name: 'Demo',
    plan: 'standard',
    scopes: ['read_products', 'write_products'],
    ...options.info,
  };
  const engine = createGraphqlEngine({
    schemas: fakeSchemas(),
    store,
    clock,
    shopInfo: () => info,
    background: options.background ?? createBackground(clock, (error) => Promise.reject(error)),
    ...(options.resolvers && { resolvers: options.resolvers }),
  });

  const run: Harness['run'] = async (query, variables, domain = shop) => {
    const prepared = engine.prepare({ query, ...(variables && { variables }) });
    if (!prepared.ok) return { data: null, errors: prepared.errors };
    const context = { shop: domain, app: 'default', origin: `https://${domain}` };
    // As over HTTP: plain objects come back, without the log of what was executed.
    const { fields: _, ...executed } = await engine.execute(prepared.operation, context);
    return JSON.parse(JSON.stringify(executed));
  };

  return {
    engine,
    store,
    clock,
    run,
    data: async (query, variables) => {
      const { data, errors } = await run(query, variables);
      if (errors || !data) throw new Error(JSON.stringify(errors));
      return { ...data };
    },
  };
}

/** What `push` selects of a product. */
export interface PushedProduct {
  readonly id: string;
  readonly handle: string;
  readonly title: string;
  readonly updatedAt: string;
  readonly tags: readonly string[];
  readonly options: readonly {
    readonly id: string;
    readonly name: string;
    readonly position: number;
    readonly optionValues: readonly { readonly id: string; readonly name: string }[];
  }[];
  readonly variants: { readonly nodes: readonly PushedVariant[] };
  readonly media: { readonly nodes: readonly { readonly id: string; readonly alt: string | null }[] };
  readonly metafields: {
    readonly nodes: readonly {
      readonly id: string;
      readonly namespace: string;
      readonly key: string;
      readonly value: string;
    }[];
  };
}

export interface PushedVariant {
  readonly id: string;
  readonly title: string;
  readonly sku: string | null;
  readonly price: string;
  readonly compareAtPrice: string | null;
  readonly position: number;
  readonly media: { readonly nodes: readonly { readonly id: string }[] };
}

export interface Pushed {
  readonly product: PushedProduct | null;
  readonly userErrors: readonly {
    readonly code: string;
    readonly field: readonly string[];
    readonly message: string;
  }[];
}

const pushDocument = `mutation Push($identifier: ProductSetIdentifiers, $input: ProductSetInput!) {
  productSet(identifier: $identifier, input: $input) {
    product {
      id handle title updatedAt tags
      options { id name position optionValues { id name } }
      variants(first: 250) { nodes { id title sku price compareAtPrice position media(first: 5) { nodes { id } } } }
      media(first: 250) { nodes { id alt } }
      metafields(first: 250) { nodes { id namespace key value } }
    }
    userErrors { code field message }
  }
}`;

/** Runs `productSet`. */
export async function push(harness: Harness, input: unknown, identifier?: unknown): Promise<Pushed> {
  const { productSet } = await harness.data(pushDocument, { input, ...(identifier !== undefined && { identifier }) });
  return productSet as Pushed;
}

/** Runs `productSet` that must succeed. */
export async function pushed(harness: Harness, input: unknown, identifier?: unknown): Promise<PushedProduct> {
  const { product, userErrors } = await push(harness, input, identifier);
  if (!product) throw new Error(JSON.stringify(userErrors));
  return product;
}

/** Runs `productSet` that must be refused; gives code and field of each problem. */
export async function refused(harness: Harness, input: unknown, identifier?: unknown): Promise<[string, string][]> {
  const before = JSON.stringify(harness.store.all(shop, 'Product'));
  const { product, userErrors } = await push(harness, input, identifier);
  if (product !== null) throw new Error('The product was accepted.');
  if (JSON.stringify(harness.store.all(shop, 'Product')) !== before)
    throw new Error('A refused productSet changed the store.');
  return userErrors.map(({ code, field }) => [code, field.join('.')]);
}

/** Creates a metafield definition for products. */
export async function defineMetafield(harness: Harness, definition: Record<string, unknown> = {}): Promise<void> {
  const { metafieldDefinitionCreate } = await harness.data(
    'mutation ($definition: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $definition) { userErrors { message } } }',
    { definition: { key: 'local_id', name: 'Local id', ownerType: 'PRODUCT', type: 'id', ...definition } },
  );
  const { userErrors } = metafieldDefinitionCreate as { userErrors: unknown[] };
  if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
}

/** A product with colours and sizes; one variant for each combination. */
export function shirt(colours: readonly string[], sizes: readonly string[]): Record<string, unknown> {
  return {
    title: 'Shirt',
    productOptions: [
      { name: 'Colour', values: colours.map((name) => ({ name })) },
      { name: 'Size', values: sizes.map((name) => ({ name })) },
    ],
    variants: colours.flatMap((colour) => sizes.map((size) => shirtVariant(colour, size))),
  };
}

export function shirtVariant(colour: string, size: string): Record<string, unknown> {
  const optionValues = [
    { optionName: 'Colour', name: colour },
    { optionName: 'Size', name: size },
  ];
  return { sku: `${colour}-${size}`, price: '10.00', optionValues };
}
