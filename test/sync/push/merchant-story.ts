import fc from 'fast-check';
import { createProductSync, type ProductChange, type PushOptions, type PushResult } from 'shopwright/sync';
import type { KillPoint } from 'shopwright/testing';
import type { ProductDraftInput } from 'shopwright/validation';
import { expect } from 'vitest';
import { domain, type FakeSync, fakeSync } from '../fake-shop.ts';

/** A variant of a draft. `n` identifies it through all edits. */
interface VariantModel {
  readonly n: number;
  readonly options: Readonly<Record<string, string>>;
  readonly price: string;
  readonly compareAt?: string | null;
  readonly care?: string;
}

/** A draft that can be edited. */
export interface DraftModel {
  /** What identifies variants. */
  readonly identity: 'sku' | 'key' | 'values';
  readonly options: readonly string[];
  readonly variants: readonly VariantModel[];
  readonly fields: {
    readonly title: string;
    readonly vendor?: string;
    readonly tags?: readonly string[];
    readonly metafields?: Readonly<Record<string, string>>;
    readonly images?: readonly string[];
    readonly alt: string;
  };
}

const word = fc.constantFrom('alpha', 'beta', 'gamma', 'delta');
const value = fc.constantFrom('a', 'b', 'c', 'd');
const optionName = fc.constantFrom('Size', 'Colour', 'Fit', 'Fabric');
const price = fc.constantFrom('1', '2.50', '10.00', '99.90');
const place = fc.nat({ max: 5 });

const fields = fc.record(
  {
    title: word,
    vendor: word,
    tags: fc.uniqueArray(word, { maxLength: 3 }),
    metafields: fc.dictionary(word, word, { maxKeys: 2 }),
    images: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 }),
    alt: word,
  },
  { requiredKeys: ['title', 'alt'] },
);

const variant = fc.record(
  {
    values: fc.tuple(value, value, value),
    price,
    compareAt: fc.constantFrom(null, '200'),
    care: word,
  },
  { requiredKeys: ['values', 'price'] },
);

/** Drafts with zero to three options and one to four variants. */
const draft: fc.Arbitrary<DraftModel> = fc
  .record({
    identity: fc.constantFrom('sku', 'key', 'values'),
    options: fc.uniqueArray(optionName, { maxLength: 3 }),
    variants: fc.array(variant, { minLength: 1, maxLength: 4 }),
    fields,
  })
  .map(({ variants, options, ...rest }) =>
    valid({
      ...rest,
      options,
      variants: variants.map(({ values, ...one }, n) => ({
        ...one,
        n,
        options: Object.fromEntries(options.map((name, index) => [name, values[index] ?? 'a'])),
      })),
    } as DraftModel),
  );

/** The draft without duplicate variants. */
function valid(model: DraftModel): DraftModel {
  const seen = new Set<string>();
  const variants = model.variants.filter(({ options }) => {
    const key = JSON.stringify(model.options.map((name) => options[name]));
    return seen.has(key) ? false : seen.add(key);
  });
  return { ...model, variants };
}

const draftEdit = fc.oneof(
  fc.record({ do: fc.constant('rename option' as const), at: place, name: optionName }),
  fc.record({ do: fc.constant('add option' as const), name: optionName, value }),
  fc.record({ do: fc.constant('drop option' as const), at: place }),
  fc.record({ do: fc.constant('move option' as const), at: place }),
  fc.record({ do: fc.constant('change value' as const), at: place, option: place, value }),
  fc.record({ do: fc.constant('rename value' as const), at: place, option: place, value }),
  fc.record({ do: fc.constant('swap variants' as const), at: place, other: place }),
  fc.record({ do: fc.constant('drop variant' as const), at: place }),
  fc.record({ do: fc.constant('add variant' as const), values: fc.tuple(value, value, value), price }),
  fc.record({ do: fc.constant('move variant' as const), at: place }),
  fc.record({ do: fc.constant('price' as const), at: place, price }),
  fc.record({ do: fc.constant('fields' as const), fields }),
);

export type DraftEdit = typeof draftEdit extends fc.Arbitrary<infer T> ? T : never;

const at = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

/** Applies an edit of its owner to the draft. */
export function edited(model: DraftModel, edit: DraftEdit): DraftModel {
  const { options, variants } = model;
  const withVariants = (change: (one: VariantModel) => VariantModel): DraftModel =>
    valid({ ...model, variants: variants.map(change) });
  const renamed = (names: readonly string[], from: string, to: string): DraftModel =>
    valid({
      ...model,
      options: names,
      variants: variants.map((one) => ({
        ...one,
        options: Object.fromEntries(
          Object.entries(one.options).map(([name, said]) => [name === from ? to : name, said]),
        ),
      })),
    });
  switch (edit.do) {
    case 'rename option': {
      if (options.length === 0 || options.includes(edit.name)) return model;
      const from = at(options, edit.at);
      return renamed(
        options.map((name) => (name === from ? edit.name : name)),
        from,
        edit.name,
      );
    }
    case 'add option': {
      if (options.includes(edit.name) || options.length === 3) return model;
      const names = [...options, edit.name];
      return valid({
        ...model,
        options: names,
        variants: variants.map((one) => ({ ...one, options: { ...one.options, [edit.name]: edit.value } })),
      });
    }
    case 'drop option': {
      if (options.length === 0) return model;
      const gone = at(options, edit.at);
      return valid({
        ...model,
        options: options.filter((name) => name !== gone),
        variants: variants.map((one) => ({
          ...one,
          options: Object.fromEntries(Object.entries(one.options).filter(([name]) => name !== gone)),
        })),
      });
    }
    case 'move option': {
      if (options.length === 0) return model;
      const moved = at(options, edit.at);
      return { ...model, options: [moved, ...options.filter((name) => name !== moved)] };
    }
    case 'change value': {
      if (options.length === 0) return model;
      const [changed, name] = [at(variants, edit.at), at(options, edit.option)];
      return withVariants((one) =>
        one === changed ? { ...one, options: { ...one.options, [name]: edit.value } } : one,
      );
    }
    case 'rename value': {
      if (options.length === 0) return model;
      const name = at(options, edit.option);
      const from = at(variants, edit.at).options[name];
      return withVariants((one) =>
        one.options[name] === from ? { ...one, options: { ...one.options, [name]: edit.value } } : one,
      );
    }
    case 'swap variants': {
      const [a, b] = [at(variants, edit.at), at(variants, edit.other)];
      return withVariants((one) =>
        one === a ? { ...one, options: b.options } : one === b ? { ...one, options: a.options } : one,
      );
    }
    case 'drop variant': {
      const gone = at(variants, edit.at);
      return variants.length === 1 ? model : { ...model, variants: variants.filter((one) => one !== gone) };
    }
    case 'add variant': {
      const n = Math.max(...variants.map((one) => one.n)) + 1;
      const values = Object.fromEntries(options.map((name, index) => [name, edit.values[index] ?? 'a']));
      return valid({ ...model, variants: [...variants, { n, price: edit.price, options: values }] });
    }
    case 'move variant': {
      const moved = at(variants, edit.at);
      return { ...model, variants: [moved, ...variants.filter((one) => one !== moved)] };
    }
    case 'price': {
      const changed = at(variants, edit.at);
      return withVariants((one) => (one === changed ? { ...one, price: edit.price } : one));
    }
    case 'fields':
      return { ...model, fields: edit.fields };
  }
}

/** The draft in the form in which it is pushed. */
export function draftOf({ identity, options, variants, fields: said }: DraftModel): ProductDraftInput {
  const { images, alt, metafields, ...more } = said;
  const address = (name: string): string => `https://cdn.example.com/${name}.jpg`;
  return {
    localId: 'p',
    sku: identity === 'sku' ? 'required' : 'optional',
    ...more,
    ...(metafields && {
      metafields: Object.entries(metafields).map(([key, text]) => ({
        ...{ namespace: 'own', key, type: 'single_line_text_field', value: text },
      })),
    }),
    ...(images && { images: images.map((name) => ({ url: address(name), alt })) }),
    ...(options.length > 0 && { options: [...options] }),
    variants: variants.map(({ n, compareAt, care, ...one }) => ({
      ...(identity === 'sku' && { sku: `S${n}` }),
      ...(identity === 'key' && { key: `k${n}` }),
      ...(compareAt !== undefined && { compareAtPrice: compareAt }),
      ...(care !== undefined && {
        metafields: [{ namespace: 'own', key: 'care', type: 'single_line_text_field', value: care }],
      }),
      ...{ price: one.price, options: one.options },
    })),
  };
}

const merchantEdit = fc.oneof(
  fc.record({ do: fc.constant('rename option' as const), at: place, name: fc.oneof(optionName, fc.constant('Cut')) }),
  fc.record({
    do: fc.constant('rename value' as const),
    at: place,
    value: place,
    name: fc.oneof(value, fc.constant('z')),
  }),
  fc.record({ do: fc.constant('delete variant' as const), at: place }),
  fc.record({ do: fc.constant('delete all variants but' as const), at: place }),
  fc.record({
    do: fc.constant('add variant' as const),
    values: fc.tuple(value, value, value),
    sku: fc.option(fc.constantFrom('M1', 'S1', 'S3'), { nil: undefined }),
  }),
  fc.record({ do: fc.constant('add option' as const), name: fc.oneof(optionName, fc.constant('Cut')), value }),
  fc.record({ do: fc.constant('delete option' as const), at: place }),
  fc.record({ do: fc.constant('delete all options' as const) }),
  fc.record({ do: fc.constant('move option' as const), at: place }),
  fc.record({ do: fc.constant('move variant' as const), at: place }),
  fc.record({ do: fc.constant('price' as const), at: place, price: fc.constantFrom('2.50', '7.77') }),
  fc.record({ do: fc.constant('sku' as const), at: place, sku: fc.constantFrom('M2', '') }),
  fc.record({ do: fc.constant('option values' as const), at: place, values: fc.tuple(value, value, value) }),
  fc.record({ do: fc.constant('title' as const), title: fc.oneof(word, fc.constant('by hand')) }),
  fc.record({ do: fc.constant('tag' as const), tag: fc.oneof(word, fc.constant('By hand')) }),
  fc.record({ do: fc.constant('untag' as const), tag: word }),
  fc.record({
    do: fc.constant('metafield' as const),
    namespace: fc.constantFrom('own', 'custom'),
    key: word,
    value: word,
  }),
  fc.record({ do: fc.constant('no metafield' as const), key: word }),
  fc.record({ do: fc.constant('image' as const) }),
  fc.record({ do: fc.constant('no image' as const), at: place }),
  fc.record({ do: fc.constant('sale' as const), at: place }),
);

export type MerchantEdit = typeof merchantEdit extends fc.Arbitrary<infer T> ? T : never;

/** The first draft, the edits of merchants in the shop, and the edits of the draft before the second push. */
export const anyStory = fc.record({
  first: draft,
  /** Whether another push has read the product since its creation, so that the record has the ids of its variants. */
  isSettled: fc.boolean(),
  byMerchant: fc.array(merchantEdit, { maxLength: 5 }),
  toDraft: fc.array(draftEdit, { minLength: 1, maxLength: 4 }),
  policy: fc.constantFrom(undefined, undefined, 'ours' as const, 'theirs' as const),
  mayDelete: fc.boolean(),
  /** Where the second push and its rollback are first killed: a fraction (0 to 1) of the possible points. */
  isUndoneByProduct: fc.boolean(),
  killedAt: fc.option(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { nil: undefined }),
});

export type Story = typeof anyStory extends fc.Arbitrary<infer T> ? T : never;

/** The parts of the fake's stored product that the stories check. */
export interface Stored {
  readonly id: string;
  readonly title: string;
  readonly vendor: string;
  readonly tags: readonly string[];
  readonly options: readonly {
    readonly id: string;
    readonly name: string;
    readonly optionValues: readonly { readonly id: string; readonly name: string }[];
  }[];
  readonly media: readonly { readonly id: string; readonly alt: string | null }[];
  readonly metafields: readonly StoredMetafield[];
  readonly variants: readonly StoredVariant[];
}

export interface StoredVariant {
  readonly id: string;
  readonly sku: string | null;
  readonly price: string;
  readonly compareAtPrice: string | null;
  readonly selectedOptions: readonly { readonly name: string; readonly value: string }[];
  readonly metafields: readonly StoredMetafield[];
  readonly inventoryItem: { readonly id: string };
}

export const stored = ({ fake }: Pick<FakeSync, 'fake'>): Stored => fake.products()[0] as unknown as Stored;

/** Units in stock, by variant. */
export function stockOf({ fake }: Pick<FakeSync, 'fake'>, { variants }: Stored): Readonly<Record<string, number>> {
  const levels = fake.store.all(domain, 'InventoryLevel') as unknown as readonly {
    readonly itemId: string;
    readonly quantities: { readonly available: number };
  }[];
  const units = new Map(levels.map(({ itemId, quantities }) => [itemId, quantities.available]));
  return Object.fromEntries(variants.map(({ id, inventoryItem }) => [id, units.get(inventoryItem.id) ?? 0]));
}

/** Makes a merchant's edit in the admin. Edits that Shopify refuses have no effect. */
export async function edit(made: FakeSync, what: MerchantEdit): Promise<void> {
  const { id, options, variants, media } = stored(made);
  const send = (mutation: string, variables: object = {}) =>
    made.clock.run(made.client.graphql(mutation, { id, ...variables }, { userErrors: 'return' }));
  const pairs = (values: readonly string[]) =>
    options.map(({ name }, index) => ({ optionName: name, name: values[index] ?? 'a' }));
  switch (what.do) {
    case 'rename option':
      return void (await send(
        `mutation ($id: ID!, $option: OptionUpdateInput!) {
          productOptionUpdate(productId: $id, option: $option) { userErrors { code } }
        }`,
        { option: { id: at(options, what.at).id, name: what.name } },
      ));
    case 'rename value': {
      const { id: option, optionValues } = at(options, what.at);
      return void (await send(
        `mutation ($id: ID!, $option: OptionUpdateInput!, $values: [OptionValueUpdateInput!]) {
          productOptionUpdate(productId: $id, option: $option, optionValuesToUpdate: $values) { userErrors { code } }
        }`,
        { option: { id: option }, values: [{ id: at(optionValues, what.value).id, name: what.name }] },
      ));
    }
    case 'delete variant':
    case 'delete all variants but': {
      const one = at(variants, what.at);
      const gone = what.do === 'delete variant' ? [one] : variants.filter((other) => other !== one);
      if (gone.length === 0) return;
      return void (await send(
        `mutation ($id: ID!, $ids: [ID!]!) {
          productVariantsBulkDelete(productId: $id, variantsIds: $ids) { userErrors { code } }
        }`,
        { ids: gone.map((variant) => variant.id) },
      ));
    }
    case 'add variant':
      return void (await send(
        `mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
          productVariantsBulkCreate(productId: $id, variants: $variants) { userErrors { code } }
        }`,
        {
          variants: [
            { price: '5', optionValues: pairs(what.values), ...(what.sku && { inventoryItem: { sku: what.sku } }) },
          ],
        },
      ));
    case 'add option':
      return void (await send(
        `mutation ($id: ID!, $options: [OptionCreateInput!]!) {
          productOptionsCreate(productId: $id, options: $options) { userErrors { code } }
        }`,
        { options: [{ name: what.name, values: [{ name: what.value }] }] },
      ));
    case 'delete option':
    case 'delete all options':
      return void (await send(
        `mutation ($id: ID!, $ids: [ID!]!) {
          productOptionsDelete(productId: $id, options: $ids, strategy: POSITION) { userErrors { code } }
        }`,
        { ids: what.do === 'delete option' ? [at(options, what.at).id] : options.map((option) => option.id) },
      ));
    case 'move option': {
      const moved = at(options, what.at);
      return void (await send(
        `mutation ($id: ID!, $options: [OptionReorderInput!]!) {
          productOptionsReorder(productId: $id, options: $options) { userErrors { code } }
        }`,
        { options: [moved, ...options.filter((option) => option !== moved)].map((option) => ({ id: option.id })) },
      ));
    }
    case 'move variant':
      return void (await send(
        `mutation ($id: ID!, $positions: [ProductVariantPositionInput!]!) {
          productVariantsBulkReorder(productId: $id, positions: $positions) { userErrors { code } }
        }`,
        { positions: [{ id: at(variants, what.at).id, position: 1 }] },
      ));
    case 'price':
    case 'sku':
    case 'option values':
      return void (await send(
        `mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
          productVariantsBulkUpdate(productId: $id, variants: $variants) { userErrors { code } }
        }`,
        {
          variants: [
            {
              id: at(variants, what.at).id,
              ...(what.do === 'price' && { price: what.price }),
              ...(what.do === 'sku' && { inventoryItem: { sku: what.sku } }),
              ...(what.do === 'option values' && { optionValues: pairs(what.values) }),
            },
          ],
        },
      ));
    case 'title':
      return void (await send(
        'mutation ($product: ProductUpdateInput!) { productUpdate(product: $product) { userErrors { message } } }',
        { product: { id, title: what.title } },
      ));
    case 'tag':
    case 'untag': {
      const field = what.do === 'tag' ? 'tagsAdd' : 'tagsRemove';
      return void (await send(
        `mutation ($id: ID!, $tags: [String!]!) { ${field}(id: $id, tags: $tags) { userErrors { message } } }`,
        {
          tags: [what.tag],
        },
      ));
    }
    case 'metafield': {
      const { namespace, key, value: text } = what;
      const metafields = [{ ownerId: id, namespace, key, type: 'single_line_text_field', value: text }];
      return void (await send(
        'mutation ($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) { userErrors { code } } }',
        { metafields },
      ));
    }
    case 'no metafield':
      return void (await send(
        `mutation ($metafields: [MetafieldIdentifierInput!]!) {
          metafieldsDelete(metafields: $metafields) { userErrors { message } }
        }`,
        { metafields: [{ ownerId: id, namespace: 'own', key: what.key }] },
      ));
    case 'image':
      return void (await send(
        `mutation ($product: ProductUpdateInput!, $media: [CreateMediaInput!]) {
          productUpdate(product: $product, media: $media) { userErrors { message } }
        }`,
        {
          product: { id },
          media: [{ originalSource: 'https://cdn.example.com/mine.jpg', alt: 'mine', mediaContentType: 'IMAGE' }],
        },
      ));
    case 'no image': {
      const gone = media[what.at % Math.max(1, media.length)];
      if (!gone) return;
      return void (await send(
        'mutation ($files: [FileUpdateInput!]!) { fileUpdate(files: $files) { userErrors { code } } }',
        { files: [{ id: gone.id, referencesToRemove: [id] }] },
      ));
    }
    case 'sale':
      return stockUp(made, [at(variants, what.at)], 1);
  }
}

/** Sets the stock of variants. */
export async function stockUp(made: FakeSync, variants: readonly StoredVariant[], units: number): Promise<void> {
  const [location] = made.fake.store.all(domain, 'Location');
  const quantities = variants.map(({ inventoryItem }, index) => ({
    ...{ inventoryItemId: inventoryItem.id, locationId: location?.id, quantity: units + index },
    changeFromQuantity: null,
  }));
  await made.clock.run(
    made.client.graphql(
      `mutation ($input: InventorySetQuantitiesInput!, $key: String!) {
        inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { message } }
      }`,
      { input: { name: 'available', reason: 'correction', quantities }, key: `${made.fake.executions.length}` },
    ),
  );
}

const mutations = ({ fake }: FakeSync): number => fake.executions.filter(({ kind }) => kind === 'mutation').length;

/** The state without times. */
const withoutTimes = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, inner) => (/At(Ms)?$/.test(key) ? undefined : inner)));

/** Also without ids, which differ for entries that were created again. Sorts metafields, which have no order. */
const withoutIds = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(withoutTimes(value), (key, inner) => {
      if (key === 'metafields')
        return inner.toSorted((a: StoredMetafield, b: StoredMetafield) => nameOf(a).localeCompare(nameOf(b)));
      return key === 'id' || key === 'productId' || key === 'mediaIds' ? undefined : inner;
    }),
  );

/** Also without order: a rollback of a killed push restores only the order that its last try found. */
const withoutPlaces = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(withoutIds(value), (key, inner) => {
      if (key === 'position' || key === 'title') return undefined;
      if (Array.isArray(inner))
        return inner
          .map((one) => withoutPlaces(one))
          .toSorted((x, y) => (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1));
      // Entries that were created again have their fields in another order.
      return inner !== null && typeof inner === 'object'
        ? Object.fromEntries(Object.entries(inner).toSorted(([x], [y]) => (x < y ? -1 : 1)))
        : inner;
    }),
  );

interface StoredMetafield {
  readonly namespace: string;
  readonly key: string;
  readonly value: string;
}

const nameOf = ({ namespace, key }: StoredMetafield): string => `${namespace}.${key}`;

const limits = { products: 0, variants: 10, variantsWithStock: 10 };

interface Chapter {
  readonly made: FakeSync;
  readonly push: (draft: ProductDraftInput, more?: PushOptions) => Promise<PushResult>;
  readonly options: PushOptions;
}

/** Pushes the first draft, and stocks its variants. */
async function begin({ first, isSettled, policy, mayDelete }: Story): Promise<Chapter> {
  const bucket = { maximumAvailable: 1_000_000, restoreRate: 1_000_000 };
  const made = fakeSync({ fake: { shops: [{ bucket }] } });
  const { sync, clock } = made;
  const options: PushOptions = {
    ...(policy && { onDrift: policy, onConflict: policy }),
    ...(mayDelete && { maxDeletes: limits }),
  };
  const push = (draft: ProductDraftInput, more: PushOptions = {}) =>
    clock.run(sync.push(draft, { ...options, ...more }));
  expect((await push(draftOf(first))).outcome).toBe('created');
  if (isSettled) await push(draftOf({ ...first, fields: { ...first.fields, title: 'settled' } }));
  await stockUp(made, stored(made).variants, 10);
  await clock.advance(60_000);
  return { made, push, options };
}

/** Runs a story. Checks that nothing is lost, all is reported, nothing is sent twice, and all can be undone. */
export async function tell(story: Story): Promise<void> {
  const { made, push } = await begin(story);
  const { sync, clock, fake, stores } = made;
  const own = stored(made);
  for (const one of story.byMerchant) await edit(made, one);
  await clock.advance(60_000);
  const before = stored(made);
  const stockBefore = stockOf(made, before);
  const second = draftOf(story.toDraft.reduce(edited, story.first));

  // A dry run writes nothing, and reports what a push does.
  const state = JSON.stringify([fake.snapshot(), await stores.records.get(domain, 'p')]);
  const sent = mutations(made);
  const planned = await push(second, { dryRun: true, refresh: true });
  expect(mutations(made)).toBe(sent);
  expect(JSON.stringify([fake.snapshot(), await stores.records.get(domain, 'p')])).toBe(state);
  fake.hooks.clear();
  const result = await push(second, { refresh: true });
  const points = fake.hooks.killPoints();
  await clock.advance(60_000);
  const after = stored(made);
  expect(result).toMatchObject({ outcome: planned.outcome === 'would-update' ? 'updated' : planned.outcome });
  expect(['updated', 'unchanged', 'conflict', 'blocked']).toContain(result.outcome);
  const plan = 'plan' in planned && planned.plan ? planned.plan.changes : [];
  if (result.outcome === 'blocked') {
    expect(withoutTimes(after)).toEqual(withoutTimes(before));
    return;
  }
  expectNothingLost(story, { own, before, after, plan });
  expect(stockOf(made, after)).toMatchObject(
    Object.fromEntries(Object.entries(stockBefore).filter(([id]) => after.variants.some((one) => one.id === id))),
  );

  // Another push sends nothing, and reports the differences again.
  const sentBy = mutations(made);
  const again = await push(second, { refresh: true });
  expect({ outcome: again.outcome, sent: mutations(made) - sentBy }).toEqual({
    outcome: 'conflicts' in again ? 'conflict' : 'unchanged',
    sent: 0,
  });
  expect(withoutTimes(stored(made))).toEqual(withoutTimes(after));

  if (result.outcome === 'updated') {
    const { counts, notable } = await clock.run(sync.rollback({ localId: 'p' }));
    expect({ counts, others: notable.flatMap(({ others }) => others) }).toMatchObject({
      counts: { partly: 0, failed: 0, gone: 0 },
      others: [],
    });
    const remade = new Set(notable.flatMap((one) => one.remade));
    expectUndone(stored(made), before, remade.size);
    const undone = mutations(made);
    expect((await clock.run(sync.rollback({ localId: 'p' }))).counts.unchanged).toBe(1);
    expect(mutations(made)).toBe(undone);
  }
  const third = await push(draftOf(story.first));
  expect(['updated', 'unchanged', 'conflict', 'blocked']).toContain(third.outcome);
  const point = points[Math.floor((story.killedAt ?? 1) * points.length)];
  if (point !== undefined) await expectSameAfterKill(story, point, { before, after });
}

/** If a process is killed in the second push, another push completes it, and a rollback undoes all of it. */
async function expectSameAfterKill(
  story: Story,
  point: KillPoint,
  { before, after }: Pick<Sides, 'before' | 'after'>,
): Promise<void> {
  const { made, push, options } = await begin(story);
  for (const one of story.byMerchant) await edit(made, one);
  const { client, clock, fake, sync } = made;
  await clock.advance(60_000);
  const second = draftOf(story.toDraft.reduce(edited, story.first));
  let isDead = false;
  const dying = <T extends object>(store: T): T =>
    new Proxy(store, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        return typeof method !== 'function'
          ? method
          : (...given: unknown[]) => (isDead ? Promise.reject(new Error('killed')) : method.apply(target, given));
      },
    });
  const { records, journal, keyValue } = made.stores;
  const stores = { ...made.stores, records: dying(records), journal: dying(journal), keyValue: dying(keyValue) };
  const stopping = new AbortController();
  fake.hooks.clear();
  void fake.hooks.killAt(point, () => {
    isDead = true;
    stopping.abort(new Error('killed'));
  });
  const first = createProductSync({ client, stores, clock });
  const run = { ...options, refresh: true, runId: 'run' };
  await expect(clock.run(first.push(second, { ...run, signal: stopping.signal }))).rejects.toThrow('killed');
  fake.hooks.clear();
  const result = await push(second, run);
  expect(['updated', 'unchanged', 'conflict']).toContain(result.outcome);
  expect(withoutIds(stored(made))).toEqual(withoutIds(after));
  const { notable } = await clock.run(sync.rollback(story.isUndoneByProduct ? { localId: 'p' } : { runId: 'run' }));
  expect(notable.flatMap(({ others }) => others)).toEqual([]);
  expect(withoutPlaces(stored(made))).toEqual(withoutPlaces(before));
}

interface Sides {
  /** Right after the first push. */
  readonly own: Stored;
  readonly before: Stored;
  readonly after: Stored;
  readonly plan: readonly ProductChange[];
}

/** Values that merchants added or changed are kept, except for the changes in the plan. */
function expectNothingLost({ first, policy }: Story, { own, before, after, plan }: Sides): void {
  const ownIds = new Set(own.variants.map(({ id }) => id));
  const removed = new Set(
    plan.flatMap(({ list, kind, gid }) => (list === 'variants' && kind === 'remove' ? [gid] : [])),
  );
  const now = new Map(after.variants.map((one) => [one.id, one]));
  const known = new Map(own.variants.map((one) => [one.id, one]));
  for (const one of before.variants) {
    const isOwn = ownIds.has(one.id);
    const there = now.get(one.id);
    expect({ variant: one.id, isThere: there !== undefined }).toEqual({
      variant: one.id,
      isThere: !(isOwn && removed.has(one.id)),
    });
    if (!there) continue;
    const fields = plan.find(({ list, gid }) => list === 'variants' && gid === one.id)?.fields ?? {};
    // Fields that are not in the plan are kept.
    for (const field of ['price', 'sku', 'compareAtPrice'] as const)
      if (!(field in fields)) expect({ [field]: there[field] }).toEqual({ [field]: one[field] });
    if (policy === 'ours') continue;
    if (!isOwn)
      expect({ sku: one.sku ? there.sku : one.sku, price: there.price }).toEqual({ sku: one.sku, price: one.price });
    // A price that a merchant has set is kept.
    else if (known.get(one.id)?.price !== one.price) expect(there.price).toBe(one.price);
  }
  if (policy !== 'ours' && own.title !== before.title) expect(after.title).toBe(before.title);
  const ownTags = new Set(own.tags.map((tag) => tag.toLowerCase()));
  for (const tag of before.tags) if (!ownTags.has(tag.toLowerCase())) expect(after.tags).toContain(tag);
  const ownKeys = new Set(Object.keys(first.fields.metafields ?? {}));
  const values = new Map(after.metafields.map(({ namespace, key, value: text }) => [`${namespace}.${key}`, text]));
  for (const { namespace, key, value: text } of before.metafields)
    if (namespace === 'custom') expect(values.get(`${namespace}.${key}`)).toBe(text);
    else if (namespace === 'own' && !ownKeys.has(key)) expect(values.has(`${namespace}.${key}`)).toBe(true);
  const ownMedia = new Set(own.media.map(({ id }) => id));
  for (const { id } of before.media) if (!ownMedia.has(id)) expect(after.media.map((one) => one.id)).toContain(id);
}

/** The product is as before, except for the ids of entries that were created again. */
function expectUndone(now: Stored, before: Stored, remade: number): void {
  if (remade === 0) expect(now.variants.map(({ id }) => id).sort()).toEqual(before.variants.map(({ id }) => id).sort());
  expect(withoutIds(now)).toEqual(withoutIds(before));
}
