import { describe, expect, it } from 'vitest';
import { type FakeSync, fakeSync, tee } from '../fake-shop.ts';

const draft = (sizes: Readonly<Record<string, string>>, more: object = {}) =>
  tee('tee-1', {
    images: [],
    variants: Object.entries(sizes).map(([sku, Size]) => ({ sku, price: '1', options: { Size } })),
    ...more,
  });

interface Shown {
  readonly id: string;
  readonly options: readonly {
    readonly id: string;
    readonly name: string;
    readonly optionValues: readonly { readonly name: string }[];
  }[];
  readonly variants: readonly {
    readonly id: string;
    readonly sku: string | null;
    readonly price: string;
    readonly title: string;
  }[];
}

const product = ({ fake }: FakeSync): Shown => fake.products()[0] as unknown as Shown;

/** `SKU price title` of each variant. */
const variants = (made: FakeSync): readonly string[] =>
  product(made).variants.map(({ sku, price, title }) => `${sku} ${price} ${title}`);

/** Option names with their values. */
const options = (made: FakeSync): readonly string[] =>
  product(made).options.map(({ name, optionValues }) => `${name}: ${optionValues.map((value) => value.name)}`);

const merchant = ({ client, clock, ...made }: FakeSync, mutation: string, variables: object = {}) =>
  clock.run(client.graphql(mutation, { id: product({ client, clock, ...made }).id, ...variables }));

const addVariant = (made: FakeSync, sku: string, value: string) =>
  merchant(
    made,
    `mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
      productVariantsBulkCreate(productId: $id, variants: $variants, strategy: PRESERVE_STANDALONE_VARIANT) { userErrors { code } }
    }`,
    {
      variants: [
        {
          price: '5',
          optionValues: product(made).options.map(({ name }) => ({ optionName: name, name: value })),
          inventoryItem: { sku },
        },
      ],
    },
  );

const deleteVariants = (made: FakeSync, ...skus: readonly string[]) =>
  merchant(
    made,
    'mutation ($id: ID!, $ids: [ID!]!) { productVariantsBulkDelete(productId: $id, variantsIds: $ids) { userErrors { code } } }',
    { ids: product(made).variants.flatMap(({ id, sku }) => (skus.includes(sku ?? '') ? [id] : [])) },
  );

const push = (made: FakeSync, wanted: ReturnType<typeof draft>, how: object = {}) =>
  made.clock.run(made.sync.push(wanted, how));

const rollback = async (made: FakeSync) => (await made.clock.run(made.sync.rollback({ localId: 'tee-1' }))).counts;

const limits = { maxDeletes: { variants: 5 } };

describe('a variant that a merchant has created', () => {
  it('is a conflict if the draft adds one with the same options, and is not overwritten', async () => {
    const made = fakeSync();
    await push(made, draft({ S: 'S' }));
    await addVariant(made, 'MINE', 'M');
    const both = draft({ S: 'S', M: 'M' });
    const conflicts = expect.arrayContaining([expect.objectContaining({ key: 'M', field: 'sku', theirs: 'MINE' })]);
    expect(await push(made, both)).toMatchObject({ outcome: 'conflict', conflicts });
    expect(await push(made, both)).toMatchObject({ outcome: 'conflict', conflicts });
    // It is still the merchant's: a draft without it does not delete it.
    await push(made, draft({ S: 'S' }), limits);
    expect(variants(made)).toEqual(['S 1.00 S', 'MINE 5.00 M']);
    await push(made, both, { onConflict: 'ours' });
    expect(variants(made)).toEqual(['S 1.00 S', 'M 1.00 M']);
  });

  it('is not matched with the draft if no variant of the draft is left', async () => {
    const made = fakeSync();
    await push(made, draft({ S: 'S' }));
    await addVariant(made, 'MINE', 'M');
    await deleteVariants(made, 'S');
    expect(await push(made, draft({ S: 'S', L: 'L' }))).toMatchObject({
      outcome: 'updated',
      drifts: [expect.objectContaining({ key: 'S', field: null })],
    });
    expect(variants(made)).toEqual(['MINE 5.00 M', 'L 1.00 L']);
  });

  it('blocks a push that would give it the same options as another variant', async () => {
    const made = fakeSync();
    const two = (more: object) => draft({}, { variants: [{ sku: 'A', price: '1', options: { Size: 'S', ...more } }] });
    await push(made, two({ Colour: 'Red' }));
    await merchant(
      made,
      `mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
        productVariantsBulkCreate(productId: $id, variants: $variants) { userErrors { code } }
      }`,
      {
        variants: [
          {
            price: '5',
            inventoryItem: { sku: 'MINE' },
            optionValues: [
              { optionName: 'Size', name: 'S' },
              { optionName: 'Colour', name: 'Blue' },
            ],
          },
        ],
      },
    );
    const calls = made.fake.executions.length;
    const result = await push(made, two({}), { ...limits, dryRun: true });
    expect(result).toMatchObject({ outcome: 'blocked' });
    expect(String('error' in result && result.error)).toContain('would give A and MINE the same option values');
    expect(await push(made, two({}), limits)).toMatchObject({ outcome: 'blocked' });
    expect(made.fake.executions.slice(calls).every(({ kind }) => kind === 'query')).toBe(true);
    expect(variants(made)).toEqual(['A 1.00 S / Red', 'MINE 5.00 S / Blue']);
  });
});

describe('a rollback', () => {
  it('keeps option values that no variant used before the push', async () => {
    const made = fakeSync();
    await push(made, draft({ S: 'S', M: 'M', L: 'L' }));
    await deleteVariants(made, 'S');
    expect(options(made)).toEqual(['Size: S,M,L']);
    await push(
      made,
      draft({ S: 'S', M: 'M', L: 'L', X: 'S' }, { variants: draft({ M: 'M', L: 'L', X: 'S' }).variants }),
    );
    expect((await rollback(made)).restored).toBe(1);
    expect(options(made)).toEqual(['Size: S,M,L']);
  });

  it('restores unused option values of an option that the push removed', async () => {
    const made = fakeSync();
    await push(made, draft({ A: 'S', B: 'M' }));
    await deleteVariants(made, 'B');
    await push(made, draft({}, { variants: [{ sku: 'A', price: '1', options: {} }] }));
    expect(options(made)).toEqual(['Title: Default Title']);
    expect((await rollback(made)).restored).toBe(1);
    expect(options(made)).toEqual(['Size: S,M']);
  });

  it("restores a variant at its place before a merchant's variant", async () => {
    const made = fakeSync();
    await push(made, draft({ A: 'S', B: 'M' }));
    await addVariant(made, 'MINE', 'L');
    await push(made, draft({ A: 'S' }), limits);
    expect((await rollback(made)).restored).toBe(1);
    expect(variants(made)).toEqual(['A 1.00 S', 'B 1.00 M', 'MINE 5.00 L']);
  });

  it("restores the name of an option that only a merchant's variant has", async () => {
    const made = fakeSync();
    await push(made, draft({ A: 'S' }));
    await addVariant(made, 'MINE', 'M');
    await deleteVariants(made, 'A');
    const renamed = draft({}, { variants: [{ sku: 'B', price: '1', options: { Fit: 'Slim' } }] });
    await push(made, renamed, limits);
    expect(options(made)).toEqual(['Fit: S,M,Slim']);
    expect((await rollback(made)).restored).toBe(1);
    expect(options(made)).toEqual(['Size: S,M']);
  });
});

describe('a metafield whose type a merchant has changed', () => {
  const written = { namespace: 'custom', key: 'fit', type: 'single_line_text_field' };

  const changed = async () => {
    const made = fakeSync();
    await push(made, draft({ S: 'Small' }, { metafields: [{ ...written, value: '7' }] }));
    await merchant(
      made,
      `mutation ($old: [MetafieldIdentifierInput!]!, $new: [MetafieldsSetInput!]!) {
        metafieldsDelete(metafields: $old) { userErrors { message } }
        metafieldsSet(metafields: $new) { userErrors { message } }
      }`,
      {
        old: [{ ownerId: product(made).id, namespace: 'custom', key: 'fit' }],
        new: [{ ...written, ownerId: product(made).id, type: 'number_integer', value: '7' }],
      },
    );
    return made;
  };

  const metafield = ({ fake }: FakeSync) => {
    const all = (fake.products()[0]?.['metafields'] ?? []) as (typeof written & { readonly value: string })[];
    return all.filter(({ key }) => key === 'fit').map(({ type, value }) => [type, value]);
  };

  it('is a conflict if the draft changes its value, and keeps its type', async () => {
    const made = await changed();
    const wanted = draft({ S: 'Small' }, { title: 'New', metafields: [{ ...written, value: '8' }] });
    const result = await push(made, wanted);
    expect(result).toMatchObject({
      outcome: 'updated',
      conflicts: [
        { list: 'metafields', key: 'custom.fit', field: 'type', theirs: 'number_integer' },
        { list: 'metafields', key: 'custom.fit', field: 'value', ours: '8', theirs: '7' },
      ],
    });
    expect(metafield(made)).toEqual([['number_integer', '7']]);
  });

  it('is replaced as a whole with onConflict: ours, and restored as a whole by a rollback', async () => {
    const made = await changed();
    const wanted = draft({ S: 'Small' }, { metafields: [{ ...written, value: '8' }] });
    expect((await push(made, wanted, { onConflict: 'ours' })).outcome).toBe('updated');
    expect(metafield(made)).toEqual([['single_line_text_field', '8']]);
    expect(await rollback(made)).toMatchObject({ restored: 1, partly: 0 });
    expect(metafield(made)).toEqual([['number_integer', '7']]);
  });
});
