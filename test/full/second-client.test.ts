import { createShopifyClient, memoryStores } from 'shopwright';
import { createProductSync, type PushResult } from 'shopwright/sync';
import { createFakeShopify, createManualClock, type FakeCall } from 'shopwright/testing';
import type { ProductDraftInput } from 'shopwright/validation';
import { expect, it } from 'vitest';

/**
 * Products of the run: each kind of edit affects a quarter of them, and a fortieth has its title edited. 2000 for the
 * whole test.
 */
const total = Number(process.env['STRUCK_PRODUCTS'] ?? 2_000);

const domain = 'demo.myshopify.com';
const points = 1_000_000_000;
const clock = createManualClock();
const fake = createFakeShopify({
  clock,
  shops: [
    {
      domain,
      bucket: { maximumAvailable: points, restoreRate: points },
      tokens: { shpat_ours: 'ours', shpat_theirs: 'theirs' },
    },
  ],
});
const [client, merchant] = ['shpat_ours', 'shpat_theirs'].map((accessToken) =>
  createShopifyClient({ shop: domain, accessToken, fetch: fake.fetch, clock, isolated: true }),
) as [ReturnType<typeof createShopifyClient>, ReturnType<typeof createShopifyClient>];

type HookedCall = Pick<FakeCall, 'app' | 'kind' | 'variables'>;

type Json = Record<string, unknown>;

interface Variant extends Json {
  readonly id: string;
  readonly inventoryItem: { readonly id: string };
  readonly selectedOptions: readonly { readonly optionValue: { readonly id: string } }[];
}

interface Product extends Json {
  readonly id: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly collectionIds: readonly string[];
  readonly metafields: readonly Json[];
  readonly media: readonly Json[];
  readonly options: readonly [Json & { readonly optionValues: readonly Json[] }];
  readonly variants: readonly [Variant, Variant, ...Variant[]];
}

/** How each product is edited. */
const strikes = {
  metafield: (index: number) => index % 4 === 0,
  variant: (index: number) => index % 4 === 1,
  tag: (index: number) => index % 4 === 2,
  image: (index: number) => index % 4 === 3,
  collection: (index: number) => (index >> 2) % 4 === 1,
  sale: (index: number) => (index >> 2) % 4 === 2,
  /** Titles that the run changes too, and titles that it does not. */
  conflict: (index: number) => index % 40 === 7,
  drift: (index: number) => index % 40 === 8,
};

/** What the run changes besides all prices. */
const changes = {
  title: (index: number) => index % 2 === 1,
  tags: (index: number) => index % 3 === 0,
  metafield: (index: number) => index % 5 === 0,
  alt: (index: number) => index % 3 === 1,
  image: (index: number) => index % 6 === 3,
  variant: (index: number) => index % 7 === 0,
  value: (index: number) => index % 11 === 0,
  collection: (index: number) => index % 13 === 0,
};

async function makeCollection(title: string): Promise<string> {
  interface Data {
    readonly collectionCreate: { readonly collection: { readonly id: string } };
  }
  const { data } = await merchant.graphql<Data>(
    'mutation ($title: String!) { collectionCreate(collection: { title: $title }) { collection { id } userErrors { message } } }',
    { title },
  );
  return data.collectionCreate.collection.id;
}

const address = (index: number, number: number): string => `https://cdn.example.com/${index}-${number}.jpg`;

function draft(index: number, [summer, winter]: readonly string[], isSecond: boolean): ProductDraftInput {
  const is = (change: keyof typeof changes): boolean => isSecond && changes[change](index);
  const price = isSecond ? '12.00' : '10.00';
  const images = is('image') ? [1, 2] : [1];
  return {
    localId: `p-${index}`,
    title: is('title') ? `New ${index}` : `Product ${index}`,
    descriptionHtml: '<p>Soft.</p>',
    vendor: 'Us',
    tags: is('tags') ? ['one', 'two'] : ['one', `t-${index % 7}`],
    collections: [String(is('collection') ? winter : summer)],
    metafields: [
      { namespace: 'own', key: 'care', type: 'single_line_text_field', value: is('metafield') ? 'hand' : '30' },
    ],
    images: images.map((number) => ({ url: address(index, number), alt: is('alt') ? 'A new text' : 'A text' })),
    variants: ['S', is('value') ? 'Medium' : 'M', ...(is('variant') ? ['L'] : [])].map((Size) => ({
      ...{ sku: `${index}-${Size === 'Medium' ? 'M' : Size}`, price, options: { Size } },
      inventoryItem: { tracked: true },
    })),
  };
}

/** What the other client does to a product, in one call. */
async function strike(index: number, { id, variants: [{ inventoryItem }] }: Product, place: Place): Promise<void> {
  const is = (kind: keyof typeof strikes): boolean => strikes[kind](index);
  const isEdited = is('conflict') || is('drift');
  const isUpdated = isEdited || is('image') || is('collection');
  const fields = [
    is('metafield') &&
      'metafieldsSet(metafields: [{ ownerId: $id, namespace: "custom", key: "theirs", type: "single_line_text_field", value: "theirs" }]) { userErrors { message } }',
    is('variant') &&
      `productVariantsBulkCreate(productId: $id, variants: [{ price: "5.00", optionValues: [{ optionName: "Size", name: "XL" }], inventoryItem: { sku: "theirs-${index}", tracked: true } }]) { userErrors { message } }`,
    is('tag') && 'tagsAdd(id: $id, tags: ["theirs"]) { userErrors { message } }',
    isUpdated &&
      `productUpdate(product: { id: $id${isEdited ? `, title: "Theirs ${index}"` : ''}${is('collection') ? `, collectionsToJoin: ["${place.collection}"]` : ''} }${is('image') ? `, media: [{ originalSource: "https://cdn.example.com/theirs-${index}.jpg", alt: "theirs", mediaContentType: IMAGE }]` : ''}) { userErrors { message } }`,
    is('sale') &&
      `inventoryAdjustQuantities(input: { reason: "correction", name: "available", changes: [{ delta: -1, inventoryItemId: "${inventoryItem.id}", locationId: "${place.location}", changeFromQuantity: null }] }) @idempotent(key: "sale-${index}") { userErrors { message } }`,
  ].filter((field) => field !== false);
  if (fields.length > 0) await merchant.graphql(`mutation ($id: ID!) { ${fields.join(' ')} }`, { id });
}

interface Place {
  readonly location: string;
  /** Edits of the other client. */
  readonly collection: string;
}

/** Gives each product's first variant ten units of stock. */
async function stockUp(products: readonly Product[], location: string): Promise<void> {
  for (let at = 0; at < products.length; at += 250) {
    const quantities = products.slice(at, at + 250).map(({ variants: [{ inventoryItem }] }) => ({
      ...{ inventoryItemId: inventoryItem.id, locationId: location, quantity: 10, changeFromQuantity: null },
    }));
    await merchant.graphql(
      'mutation ($input: InventorySetQuantitiesInput!, $key: String!) { inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { message } } }',
      { input: { name: 'available', reason: 'correction', quantities }, key: `stock-${at}` },
    );
  }
}

const productsNow = (): readonly Product[] => structuredClone(fake.products(domain)) as unknown as readonly Product[];

/** All objects of the shop, by kind and gid. */
function shopNow(): ReadonlyMap<string, Readonly<Record<string, Json>>> {
  const kinds = new Map<string, Record<string, Json>>();
  for (const change of fake.snapshot()) {
    if (change.op !== 'put' || change.kind === 'Product') continue;
    const { id, ...entity } = structuredClone(change.entity);
    const entities = kinds.get(change.kind) ?? {};
    entities[id] = entity;
    kinds.set(change.kind, entities);
  }
  return kinds;
}

/** Without times, and without the ids of new objects. */
function comparable(value: unknown, known: ReadonlySet<string>): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) => {
      if (/^(updatedAt|createdAt|uploadedAtMs)$/.test(key)) return undefined;
      if (typeof inner !== 'string' || known.has(inner)) return inner;
      // A URL of the CDN contains its own number.
      if (/^https:\/\/cdn\.shopify\.com/.test(inner)) return inner.replace(/\/files\/\d+\//, '/files/new/');
      return inner.startsWith('gid://') ? 'new' : inner;
    }),
  );
}

const idsIn = (value: unknown): ReadonlySet<string> =>
  new Set(JSON.stringify(value).match(/gid:\/\/shopify\/\w+\/\d+/g) ?? []);

/** The expected final state of a product: the initial one, with the other client's changes, and then the run's. */
function expected(index: number, before: Product, collections: Collections): Product {
  const was = (kind: keyof typeof strikes): boolean => strikes[kind](index);
  const is = (change: keyof typeof changes): boolean => changes[change](index);
  const [option] = before.options;
  const [small, medium] = before.variants;
  const renamed = (name: unknown): unknown => (is('value') && name === 'M' ? 'Medium' : name);
  const newValue = (name: string): Json => ({ id: 'new', name });
  const added = [
    ...(was('variant') ? [{ name: 'XL', sku: `theirs-${index}`, price: '5.00' }] : []),
    ...(is('variant') ? [{ name: 'L', sku: `${index}-L`, price: '12.00' }] : []),
  ];
  const ours = [small, medium].map((variant) => ({
    ...variant,
    title: renamed(variant['title']),
    price: '12.00',
    selectedOptions: variant.selectedOptions.map((selected) => {
      const { value, optionValue, ...rest } = selected as Json & { readonly optionValue: Json };
      return { ...rest, value: renamed(value), optionValue: { ...optionValue, name: renamed(optionValue['name']) } };
    }),
  }));
  const theirs = added.map(({ name, sku, price }, place) => ({
    ...{ ...small, id: 'new', sku, price, title: name, position: 3 + place },
    inventoryItem: { ...small.inventoryItem, id: 'new', sku },
    selectedOptions: [{ ...small.selectedOptions[0], value: name, optionValue: newValue(name) }],
  }));
  const image = (source: string, alt: string): Json => ({
    ...{ id: 'new', alt, mediaContentType: 'IMAGE', originalSource: { url: source } },
    image: { id: 'new', url: `https://cdn.shopify.com/s/files/new/${source.split('/').at(-1)}`, altText: alt },
  });
  const alt = is('alt') ? 'A new text' : 'A text';
  return {
    ...before,
    title: was('conflict') || was('drift') ? `Theirs ${index}` : is('title') ? `New ${index}` : before.title,
    tags: [...(is('tags') ? ['one', 'two'] : before.tags), ...(was('tag') ? ['theirs'] : [])].sort(),
    collectionIds: [
      ...(is('collection') ? [collections.winter] : before.collectionIds),
      ...(was('collection') ? [collections.theirs] : []),
    ].sort(),
    metafields: [
      ...before.metafields.map((one) => (one['key'] === 'care' && is('metafield') ? { ...one, value: 'hand' } : one)),
      ...(was('metafield')
        ? [{ id: 'new', namespace: 'custom', key: 'theirs', type: 'single_line_text_field', value: 'theirs' }]
        : []),
    ],
    media: [
      ...before.media.map((one) => ({ ...one, alt, image: { ...(one['image'] as Json), altText: alt } })),
      ...(was('image') ? [image(`https://cdn.example.com/theirs-${index}.jpg`, 'theirs')] : []),
      ...(is('image') ? [image(address(index, 2), alt)] : []),
    ],
    options: [
      {
        ...option,
        optionValues: [
          ...option.optionValues.map((value) => ({ ...value, name: renamed(value['name']) })),
          ...added.map(({ name }) => newValue(name)),
        ],
      },
    ],
    variants: [...ours, ...theirs] as unknown as Product['variants'],
  };
}

interface Collections {
  readonly winter: string;
  readonly theirs: string;
}

const sorted = (product: Product): Product => ({
  ...product,
  collectionIds: [...product.collectionIds].sort(),
  metafields: [...product.metafields].sort((a, b) => (String(a['key']) < String(b['key']) ? -1 : 1)),
});

it(`a push of ${total} products keeps all that a second client does between its readings and its writes`, async () => {
  const sync = createProductSync({ client, stores: memoryStores(), clock });
  const [summer, winter, theirs] = await clock.run(
    Promise.all(['Summer', 'Winter', 'Theirs'].map((title) => makeCollection(title))),
  );
  const collections: Collections = { winter: String(winter), theirs: String(theirs) };
  const ours = [String(summer), collections.winter];
  const location = String(fake.store.all(domain, 'Location')[0]?.id);
  const numbers = Array.from({ length: total }, (_, index) => index);
  const made = await clock.run(sync.pushMany(numbers.map((index) => draft(index, ours, false))));
  expect(made.counts).toMatchObject({ created: total });
  await clock.run(stockUp(productsNow(), location));
  await clock.advance(60_000);

  const before = new Map(productsNow().map((product) => [Number(/\d+$/.exec(product.title)?.[0]), product]));
  const shopBefore = shopNow();
  const known = idsIn([...before.values(), ...shopBefore.values()]);
  const place: Place = { location, collection: collections.theirs };
  let struck = 0;
  for (const [index, product] of before) {
    const hook = async (): Promise<void> => {
      struck += 1;
      await strike(index, product, place);
    };
    const isRead = ({ app, kind }: HookedCall): boolean => app === 'ours' && kind === 'query';
    const isWrite = ({ kind, variables }: HookedCall): boolean =>
      kind === 'mutation' && JSON.stringify(variables).includes(`"${product.id}"`);
    fake.hooks.between(isRead, isWrite, hook, { id: product.id });
  }
  const results = new Map<number, PushResult>();
  const note = ({ result }: { readonly result: PushResult }): void =>
    void results.set(Number(/\d+$/.exec(result.localId ?? '')?.[0]), result);
  const again = numbers.map((index) => draft(index, ours, true));
  const { counts } = await clock.run(sync.pushMany(again, { onProgress: note }));
  expect(struck).toBe(total);
  // Sales and additions never conflict.
  expect(counts).toMatchObject({ updated: total, conflict: 0, failed: 0, invalid: 0, outdated: 0, blocked: 0 });

  const conflicts = numbers.filter(strikes.conflict);
  const told = (index: number, word: 'conflicts' | 'drifts'): unknown => {
    const result = results.get(index);
    return result && word in result ? (result as unknown as Json)[word] : undefined;
  };
  expect(numbers.filter((index) => told(index, 'conflicts') !== undefined)).toEqual(conflicts);
  for (const index of conflicts)
    expect(told(index, 'conflicts')).toMatchObject([
      { field: 'title', base: `Product ${index}`, ours: `New ${index}`, theirs: `Theirs ${index}` },
    ]);

  const after = new Map(productsNow().map((product) => [product.id, product]));
  expect(after.size).toBe(total);
  for (const [index, product] of before) {
    const now = after.get(product.id);
    if (!now) throw new Error(`${product.title} is gone`);
    expect(comparable(sorted(now), known)).toEqual(comparable(sorted(expected(index, product, collections)), known));
  }
  // The rest of the shop: sold units are gone from the stock, and everything else is unchanged.
  const sold = new Set(numbers.filter(strikes.sale).map((index) => before.get(index)?.variants[0].inventoryItem.id));
  const logs = /^(?:InventoryAdjustmentGroup|Idempotency.*|Job|Deferred.*)$/;
  const shopAfter = shopNow();
  for (const [kind, entities] of shopBefore) {
    const now = shopAfter.get(kind);
    if (logs.test(kind)) continue;
    for (const [id, entity] of Object.entries(entities)) {
      const isSold = kind === 'InventoryLevel' && sold.has(String(entity['itemId']));
      const quantities = entity['quantities'] as { readonly available: number };
      const wanted = isSold
        ? { ...entity, quantities: { ...quantities, available: quantities.available - 1 } }
        : entity;
      expect(comparable({ ...now?.[id], changedAt: null }, known)).toEqual(
        comparable({ ...wanted, changedAt: null }, known),
      );
    }
  }

  // A later check finds the edits that the run had read too early to see, and nothing left to do.
  results.clear();
  const calls = fake.calls.length;
  const looked = await clock.run(sync.pushMany(again, { refresh: true, onProgress: note }));
  expect(looked.counts).toMatchObject({ unchanged: total - conflicts.length, conflict: conflicts.length });
  expect(fake.calls.slice(calls).filter(({ kind }) => kind === 'mutation')).toEqual([]);
  expect(numbers.filter((index) => told(index, 'drifts') !== undefined)).toEqual(numbers.filter(strikes.drift));
  for (const index of numbers.filter(strikes.drift))
    expect(told(index, 'drifts')).toMatchObject([{ field: 'title', theirs: `Theirs ${index}` }]);
  expect(numbers.filter((index) => told(index, 'conflicts') !== undefined)).toEqual(conflicts);
}, 1_800_000);
