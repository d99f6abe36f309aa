import { describe, expect, it } from 'vitest';
import { type FakeSync, fakeSync, tee } from '../fake-shop.ts';

type Options = Readonly<Record<string, string>>;

const draft = (variants: readonly object[], more: object = {}) => tee('tee-1', { images: [], variants, ...more });

interface ShopVariant {
  readonly id: string;
  readonly sku: string | null;
  readonly selectedOptions: readonly { readonly name: string; readonly value: string }[];
}

/** Option values of the only product's variants, by id. */
const inShop = ({ fake }: FakeSync): Readonly<Record<string, string>> => {
  const [product] = fake.products() as unknown as { readonly variants: readonly ShopVariant[] }[];
  return Object.fromEntries(
    (product?.variants ?? []).map(({ id, selectedOptions }) => [
      id,
      selectedOptions.map(({ value }) => value).join('/'),
    ]),
  );
};

describe('options in another order', () => {
  const sized = { S: { Size: 'S', Colour: 'Red' }, M: { Size: 'M', Colour: 'Blue' } };
  const turned = { S: { Colour: 'Red', Size: 'S' }, M: { Colour: 'Blue', Size: 'M' } };

  /** The same variants, with their options in the other order. */
  const reversed = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(values).map(([id, value]) => [id, value.split('/').reverse().join('/')]));

  it('are sorted in that order, and no drift is reported', async () => {
    const made = fakeSync();
    const push = (options: Readonly<Record<string, Options>>, more?: object, how?: object) =>
      made.clock.run(
        made.sync.push(
          draft(
            Object.entries(options).map(([sku, one]) => ({ sku, price: '1', options: one })),
            more,
          ),
          how,
        ),
      );
    await push(sized);
    const before = inShop(made);
    const pushed = await push(turned);
    expect(pushed).toMatchObject({ outcome: 'updated' });
    expect(pushed).not.toHaveProperty('drifts');
    const looked = await push(turned, {}, { refresh: true });
    expect(looked).toMatchObject({ outcome: 'unchanged' });
    expect(looked).not.toHaveProperty('drifts');
    expect(await push(turned, { title: 'New' })).not.toHaveProperty('drifts');
    expect(inShop(made)).toEqual(reversed(before));
  });

  it('do not change variants without a SKU', async () => {
    const made = fakeSync();
    const push = (options: Readonly<Record<string, Options>>, more?: object) =>
      made.clock.run(
        made.sync.push(
          draft(
            Object.values(options).map((one) => ({ price: '1', options: one })),
            { sku: 'optional', ...more },
          ),
        ),
      );
    await push(sized);
    const before = inShop(made);
    expect((await push(turned, { vendor: 'New' })).outcome).toBe('updated');
    expect(inShop(made)).toEqual(reversed(before));
  });

  it('are a change if two options swap names', async () => {
    const made = fakeSync();
    const push = (options: Options) => made.clock.run(made.sync.push(draft([{ sku: 'A', price: '1', options }])));
    await push({ Size: 'S', Colour: 'Red' });
    const [id = ''] = Object.keys(inShop(made));
    expect((await push({ Size: 'Red', Colour: 'S' })).outcome).toBe('updated');
    expect(inShop(made)).toEqual({ [id]: 'Red/S' });
  });
});

describe('an option that is removed', () => {
  const push = (made: FakeSync, options: Readonly<Record<string, Options>>) =>
    made.clock.run(
      made.sync.push(draft(Object.entries(options).map(([sku, one]) => ({ sku, price: '1', options: one })))),
    );

  it('keeps variants that would be identical without it if other options tell them apart', async () => {
    const made = fakeSync();
    const two = {
      A: { Colour: 'Red', Size: 'M' },
      B: { Colour: 'Blue', Size: 'S' },
      C: { Colour: 'Green', Size: 'M' },
      D: { Colour: 'Red', Size: 'S' },
    };
    await push(made, two);
    const ids = Object.keys(inShop(made));
    const one = { A: { Size: 'S' }, B: { Size: 'L' }, C: { Size: 'XL' }, D: { Size: 'M' } };
    expect((await push(made, one)).outcome).toBe('updated');
    expect(inShop(made)).toEqual(Object.fromEntries(ids.map((id, index) => [id, Object.values(one)[index]?.Size])));
    await made.clock.run(made.sync.rollback({ localId: 'tee-1' }));
    const before = Object.values(two).map(({ Colour, Size }) => `${Colour}/${Size}`);
    expect(inShop(made)).toEqual(Object.fromEntries(ids.map((id, index) => [id, before[index]])));
  });
});

describe('an option whose name changes its case', () => {
  const push = (made: FakeSync, options: Options) =>
    made.clock.run(made.sync.push(draft([{ sku: 'A', price: '1', options }])));

  it.each<readonly [what: string, from: Options, to: Options, there: string]>([
    ['another is removed', { Fit: 'Slim', Size: 'S' }, { size: 'S' }, 'S'],
    ['another is added before it', { Size: 'S' }, { Fit: 'Slim', size: 'S' }, 'Slim/S'],
    ['another is renamed', { Fit: 'Slim', Size: 'S' }, { size: 'S', Colour: 'Red' }, 'S/Red'],
  ])('keeps its id while %s, and a rollback restores its name', async (_what, from, to, there) => {
    const made = fakeSync();
    const options = () =>
      ((made.fake.products()[0]?.['options'] ?? []) as { id: string; name: string }[]).map(({ id, name }) => ({
        id,
        name,
      }));
    await push(made, from);
    const [id = ''] = Object.keys(inShop(made));
    const size = options().find(({ name }) => name === 'Size');
    expect((await push(made, to)).outcome).toBe('updated');
    expect(inShop(made)).toEqual({ [id]: there });
    expect(options()).toContainEqual({ ...size, name: 'size' });
    expect((await push(made, to)).outcome).toBe('unchanged');
    const { counts } = await made.clock.run(made.sync.rollback({ localId: 'tee-1' }));
    expect(counts.restored).toBe(1);
    expect(inShop(made)).toEqual({ [id]: Object.values(from).join('/') });
    expect(options()).toContainEqual(size);
  });
});

describe('variants identified only by their keys', () => {
  const push = (made: FakeSync, sizes: Readonly<Record<string, string>>, more?: object) =>
    made.clock.run(
      made.sync.push(
        draft(
          Object.entries(sizes).map(([key, Size]) => ({ key, price: '1', options: { Size } })),
          { sku: 'optional', ...more },
        ),
      ),
    );

  it.each([
    ['swap values', { a: 'M', b: 'S', c: 'L' }],
    ['take over the value of another variant', { a: 'XL', b: 'S', c: 'L' }],
    ['rotate their values', { a: 'M', b: 'L', c: 'S' }],
  ])('keep their ids if they %s, even right after they were created', async (_what, sizes) => {
    const made = fakeSync();
    await push(made, { a: 'S', b: 'M', c: 'L' });
    const ids = Object.keys(inShop(made));
    const pushed = await push(made, sizes);
    expect(pushed).toMatchObject({ outcome: 'updated' });
    expect(pushed).not.toHaveProperty('drifts');
    expect(inShop(made)).toEqual(Object.fromEntries(ids.map((id, index) => [id, Object.values(sizes)[index]])));
    expect((await push(made, sizes, { title: 'New' })).outcome).toBe('updated');
    expect(inShop(made)).toEqual(Object.fromEntries(ids.map((id, index) => [id, Object.values(sizes)[index]])));
  });
});

describe('variants with the same SKU', () => {
  const push = (made: FakeSync, values: readonly string[], more?: object) =>
    made.clock.run(
      made.sync.push(
        draft(
          values.map((Size) => ({ sku: 'ONE', price: '1', options: { Size } })),
          { sku: 'optional', ...more },
        ),
      ),
    );

  it('keep their ids in another order', async () => {
    const made = fakeSync();
    await push(made, ['S', 'M', 'L']);
    const before = inShop(made);
    expect((await push(made, ['L', 'S', 'M'])).outcome).toBe('updated');
    expect(inShop(made)).toEqual(before);
  });

  it('keep their ids if one of them is corrected', async () => {
    const made = fakeSync();
    await push(made, ['S', 'Medum', 'L']);
    const before = inShop(made);
    expect((await push(made, ['Medium', 'S', 'L'])).outcome).toBe('updated');
    const corrected = Object.entries(before).map(([id, value]) => [id, value === 'Medum' ? 'Medium' : value]);
    expect(inShop(made)).toEqual(Object.fromEntries(corrected));
  });

  it('keep their ids when a second one is added', async () => {
    const made = fakeSync();
    await push(made, ['S']);
    const before = inShop(made);
    expect((await push(made, ['M', 'S'])).outcome).toBe('updated');
    expect(inShop(made)).toMatchObject(before);
    expect(Object.keys(inShop(made))).toHaveLength(2);
  });
});

describe('variants without a SKU, with an option that a merchant added', () => {
  it.each(['Size', 'Fit'])('keep their ids after the first push, even if "Size" is "%s"', async (name) => {
    const made = fakeSync();
    const push = (...colours: readonly string[]) =>
      made.clock.run(
        made.sync.push(
          draft(
            colours.map((colour, index) => ({
              price: '1',
              options: { Size: ['S', 'M'][index] ?? 'L', Colour: colour },
            })),
            { sku: 'optional' },
          ),
          { maxDeletes: { variants: 1 } },
        ),
      );
    await push('Red', 'Blue');
    const ask = (query: string, variables: object = {}) =>
      made.clock.run(made.client.graphql(query, { id: made.fake.products()[0]?.id, ...variables }));
    const options = () => (made.fake.products()[0]?.['options'] ?? []) as { id: string; name: string }[];
    const [size] = options();
    await ask(
      'mutation ($id: ID!) { productOptionsCreate(productId: $id, options: [{ name: "Fabric", values: [{ name: "Wool" }] }]) { userErrors { code } } }',
    );
    if (name !== 'Size')
      await ask(
        'mutation ($id: ID!, $option: OptionUpdateInput!) { productOptionUpdate(productId: $id, option: $option) { userErrors { code } } }',
        { option: { id: size?.id, name } },
      );
    const before = inShop(made);
    expect(Object.values(before)).toEqual(['S/Red/Wool', 'M/Blue/Wool']);
    expect((await push('Red', 'Green')).outcome).toBe('updated');
    const [[first, values] = []] = Object.entries(before);
    expect(inShop(made)).toHaveProperty([first ?? ''], values);
    expect(Object.values(inShop(made))).toEqual(['S/Red/Wool', 'M/Green/Wool']);
    const names = options().map((option) => option.name);
    expect(names).toEqual([name, 'Colour', 'Fabric']);
  });
});

describe('the last variant, after a merchant deleted the others', () => {
  const listed = (skus: string, more: object = {}) =>
    draft(
      skus.split(' ').map((sku) => ({ sku, price: sku === 'A' ? '1' : '2', options: { Size: sku } })),
      more,
    );

  it.each([
    ['the only one of the draft', 'B', ['A', 'B'], ['B'], ['B']],
    ['one of two', 'B C', ['A', 'B'], ['B'], ['B', 'C']],
    ['one of those that are gone', 'B C', ['A', 'B', 'C'], ['B', 'C'], ['B']],
  ])('becomes %s, and a rollback restores it', async (_what, after, before, gone, expected) => {
    const made = fakeSync();
    const push = (skus: string, how: object = {}) => made.clock.run(made.sync.push(listed(skus), how));
    await push(before.join(' '));
    await made.clock.run(made.sync.push(listed(before.join(' '), { vendor: 'New' })));
    const [product] = made.fake.products() as unknown as { id: string; variants: readonly ShopVariant[] }[];
    const variantsIds = product?.variants.flatMap(({ id, sku }) => (gone.includes(sku ?? '') ? [id] : []));
    await made.clock.run(
      made.client.graphql(
        'mutation ($id: ID!, $variantsIds: [ID!]!) { productVariantsBulkDelete(productId: $id, variantsIds: $variantsIds) { userErrors { message } } }',
        { id: product?.id, variantsIds },
      ),
    );
    const [[id = ''] = []] = Object.entries(inShop(made));

    expect((await push(after)).outcome).toBe('updated');
    expect(Object.values(inShop(made))).toEqual(expected);
    expect(inShop(made)).toHaveProperty([id], 'B');
    expect((await push(after, { refresh: true })).outcome).toBe('unchanged');

    const { counts } = await made.clock.run(made.sync.rollback({ localId: 'tee-1' }));
    expect([counts.restored, inShop(made)]).toEqual([1, { [id]: 'A' }]);
    const drifts = gone.map((key) => expect.objectContaining({ list: 'variants', key, field: null }));
    expect(await push(before.join(' '))).toMatchObject({ outcome: 'unchanged', drifts });
    await push(before.join(' '), { onDrift: 'ours', refresh: true });
    expect(inShop(made)).toHaveProperty([id], 'A');
    expect(Object.values(inShop(made)).sort()).toEqual(before);
  });
});

describe('options that a push adds', () => {
  it('get the draft’s values in an existing variant, and a rollback removes them', async () => {
    const made = fakeSync();
    const push = (...sizes: readonly string[]) =>
      made.clock.run(made.sync.push(draft(sizes.map((size) => ({ sku: size, price: '1', options: { Size: size } })))));
    await push('S', 'M');
    const ask = (query: string, variables: object) => made.clock.run(made.client.graphql(query, variables));
    const { id = '', options = [] } = (made.fake.products()[0] ?? {}) as { id?: string; options?: { id: string }[] };
    const [small = ''] = Object.keys(inShop(made));
    await ask(
      'mutation ($id: ID!, $ids: [ID!]!) { productVariantsBulkDelete(productId: $id, variantsIds: $ids) { userErrors { code } } }',
      { id, ids: [small] },
    );
    await ask(
      'mutation ($id: ID!, $ids: [ID!]!) { productOptionsDelete(productId: $id, options: $ids, strategy: POSITION) { userErrors { code } } }',
      { id, ids: options.map((option) => option.id) },
    );
    const before = inShop(made);
    expect(Object.values(before)).toEqual(['Default Title']);

    expect((await push('S', 'M', 'L')).outcome).toBe('updated');
    expect(Object.values(inShop(made))).toEqual(['M', 'L']);
    const { counts } = await made.clock.run(made.sync.rollback({ localId: 'tee-1' }));
    expect([counts.restored, inShop(made)]).toEqual([1, before]);
  });
});
