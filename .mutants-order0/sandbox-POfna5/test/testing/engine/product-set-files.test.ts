// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { createHarness, defineMetafield, pushed, refused } from './harness.ts';

const source = (name: string, more: object = {}) => ({ originalSource: `https://images.example/${name}.jpg`, ...more });
const productOptions = [{ name: 'Size', values: [{ name: 'S' }, { name: 'M' }] }];
const variant = (name: string, more: object = {}) => ({ optionValues: [{ optionName: 'Size', name }], ...more });

describe('productSet on files', () => {
  it('makes images of sources, in their order', async () => {
    const harness = createHarness();
    const { id } = await pushed(harness, {
      title: 'A',
      files: [source('a', { alt: 'Front' }), source('b b', { filename: 'back.png' })],
    });
    const query = `query ($id: ID!) { product(id: $id) {
      mediaCount { count } featuredImage { altText } featuredMedia { __typename }
      media(first: 5) { nodes { __typename alt status mediaContentType mediaErrors { code } mediaWarnings { code } preview { status image { altText } }
        ... on MediaImage { fileStatus fileErrors { code } image { url altText originalSrc src } originalSource { url } } } }
      images(first: 1) { nodes { altText } pageInfo { hasNextPage } } } }`;
    const pending = { status: 'UPLOADED', image: null };
    expect((await harness.data(query, { id }))['product']).toMatchObject({
      featuredImage: null,
      media: { nodes: [{ ...pending, preview: pending }, pending] },
      images: { nodes: [] },
    });
    await harness.clock.advance(500);
    const { product } = await harness.data(query, { id });
    expect(product).toMatchObject({
      mediaCount: { count: 2 },
      featuredImage: { altText: 'Front' },
      featuredMedia: { __typename: 'MediaImage' },
      media: {
        nodes: [
          {
            __typename: 'MediaImage',
            alt: 'Front',
            status: 'READY',
            fileStatus: 'READY',
            mediaContentType: 'IMAGE',
            mediaErrors: [],
            mediaWarnings: [],
            fileErrors: [],
            preview: { status: 'READY', image: { altText: 'Front' } },
            image: { altText: 'Front', url: expect.stringMatching(/^https:\/\/cdn\.shopify\.com\/.*\/a\.jpg$/) },
            originalSource: { url: 'https://images.example/a.jpg' },
          },
          {
            alt: null,
            image: { src: expect.stringMatching(/\/back\.png$/), originalSrc: expect.stringMatching(/\/back\.png$/) },
          },
        ],
      },
      images: { nodes: [{ altText: 'Front' }], pageInfo: { hasNextPage: true } },
    });
  });

  it('uploads the same source again, and keeps an image by its gid', async () => {
    const harness = createHarness();
    const before = (
      await pushed(harness, { title: 'A', files: [source('a', { alt: 'x' }), source('b')] }, { handle: 'a' })
    ).media.nodes;
    const files = [source('a'), { id: before[0]?.id }];
    const after = (await pushed(harness, { files }, { handle: 'a' })).media.nodes;
    expect(after).toHaveLength(2);
    expect(after[1]).toEqual(before[0]);
    expect(before.map(({ id }) => id)).not.toContain(after[0]?.id);
    const renamed = await pushed(harness, { files: [{ id: before[0]?.id, alt: null }] }, { handle: 'a' });
    expect(renamed.media.nodes).toEqual([{ id: before[0]?.id, alt: null }]);
  });

  it('leaves images alone where the input has no files, and deletes them with an empty list', async () => {
    const harness = createHarness();
    const before = await pushed(harness, { title: 'A', files: [source('a')] }, { handle: 'a' });
    expect((await pushed(harness, { title: 'B' }, { handle: 'a' })).media).toEqual(before.media);
    expect((await pushed(harness, { files: [] }, { handle: 'a' })).media.nodes).toEqual([]);
  });

  it('takes an image of another product', async () => {
    const harness = createHarness();
    const first = await pushed(harness, { title: 'A', files: [source('a')] });
    const id = first.media.nodes[0]?.id;
    expect((await pushed(harness, { title: 'B', files: [{ id }] })).media.nodes).toEqual([{ id, alt: null }]);
  });

  it('gives variants an image of the product, by source or by gid', async () => {
    const harness = createHarness();
    const files = [source('s'), source('m')];
    const variants = [variant('S', { file: source('m') }), variant('M')];
    const created = await pushed(harness, { title: 'A', files, productOptions, variants }, { handle: 'a' });
    const [first, second] = created.media.nodes;
    expect(created.variants.nodes.map(({ media }) => media.nodes.map(({ id }) => id))).toEqual([[second?.id], []]);

    const kept = {
      files: [{ id: first?.id }],
      productOptions,
      variants: [variant('S'), variant('M', { file: { id: first?.id } })],
    };
    const updated = await pushed(harness, kept, { handle: 'a' });
    expect(updated.variants.nodes.map(({ media }) => media.nodes.map(({ id }) => id))).toEqual([[], [first?.id]]);
    await harness.clock.advance(500);
    const query = 'query ($id: ID!) { productVariant(id: $id) { image { url } } }';
    expect(await harness.data(query, { id: updated.variants.nodes[1]?.id })).toMatchObject({
      productVariant: { image: { url: expect.stringMatching(/s\.jpg$/) } },
    });
    expect(await harness.data(query, { id: updated.variants.nodes[0]?.id })).toEqual({
      productVariant: { image: null },
    });

    const without = await pushed(harness, { files: [] }, { handle: 'a' });
    expect(without.variants.nodes.map(({ media }) => media.nodes)).toEqual([[], []]);
  });

  it.each([
    ['a file without id and source', [{ alt: 'x' }], [['INVALID_INPUT', 'input.files.0']]],
    ['a file with both', [{ id: 'gid://shopify/MediaImage/1', ...source('a') }], [['INVALID_INPUT', 'input.files.0']]],
    [
      'a file that does not exist',
      [source('a'), { id: 'gid://shopify/MediaImage/999' }],
      [['INVALID_INPUT', 'input.files.1.id']],
    ],
    [
      'a source that is no address',
      [{ originalSource: 'images/a.jpg' }],
      [['INVALID_INPUT', 'input.files.0.originalSource']],
    ],
    [
      'a source that is no web address',
      [{ originalSource: 'https://' }],
      [['INVALID_INPUT', 'input.files.0.originalSource']],
    ],
  ])('refuses %s', async (_name, files, problems) => {
    expect(await refused(createHarness(), { title: 'A', files })).toEqual(problems);
  });

  it('refuses one image given twice', async () => {
    const harness = createHarness();
    const { media } = await pushed(harness, { title: 'A', files: [source('a')] }, { handle: 'a' });
    const file = { id: media.nodes[0]?.id };
    expect(await refused(harness, { files: [file, file] }, { handle: 'a' })).toEqual([
      ['INVALID_INPUT', 'input.files.1'],
    ]);
  });

  it.each([
    ['another source', [source('a')], source('b')],
    ['no source', [source('a')], { alt: 'x' }],
    ['no files at all', undefined, source('a')],
  ])("refuses a variant's file that is not among the product's: %s", async (_name, files, file) => {
    const input = { title: 'A', ...(files && { files }), productOptions, variants: [variant('S', { file })] };
    expect(await refused(createHarness(), input)).toEqual([['INVALID_VARIANT', 'input.variants.0.file']]);
  });
});

describe('productSet on metafields', () => {
  const text = (key: string, value: string, more: object = {}) => ({
    namespace: 'host',
    key,
    value,
    type: 'single_line_text_field',
    ...more,
  });

  it('sets those given, keeps their gids and deletes the others', async () => {
    const harness = createHarness();
    const before = (
      await pushed(harness, { title: 'A', metafields: [text('a', '1'), text('b', '1')] }, { handle: 'a' })
    ).metafields.nodes;
    const metafields = [text('b', '2'), text('c', '3'), { key: 'own', value: 'x', type: 'single_line_text_field' }];
    const after = (await pushed(harness, { metafields }, { handle: 'a' })).metafields.nodes;
    expect(after.map(({ namespace, key, value }) => `${namespace}.${key}=${value}`)).toEqual([
      'host.b=2',
      'host.c=3',
      'app--1001.own=x',
    ]);
    expect(after[0]?.id).toBe(before[1]?.id);
    expect((await pushed(harness, { title: 'B' }, { handle: 'a' })).metafields.nodes).toEqual(after);
    expect(
      (await pushed(harness, { metafields: [{ id: after[1]?.id, value: '4' }] }, { handle: 'a' })).metafields.nodes,
    ).toMatchObject([{ id: after[1]?.id, namespace: 'host', key: 'c', value: '4' }]);
    expect((await pushed(harness, { metafields: [] }, { handle: 'a' })).metafields.nodes).toEqual([]);
  });

  it('sets those of variants, and leaves them where the input has none', async () => {
    const harness = createHarness();
    const query =
      'query ($id: ID!) { productVariant(id: $id) { metafield(namespace: "host", key: "a") { value ownerType } } }';
    const input = { title: 'A', productOptions, variants: [variant('S', { metafields: [text('a', '1')] })] };
    const first = await pushed(harness, input, { handle: 'a' });
    const id = first.variants.nodes[0]?.id;
    expect(await harness.data(query, { id })).toEqual({
      productVariant: { metafield: { value: '1', ownerType: 'PRODUCTVARIANT' } },
    });
    await pushed(harness, { productOptions, variants: [variant('S')] }, { handle: 'a' });
    expect(await harness.data(query, { id })).toMatchObject({ productVariant: { metafield: { value: '1' } } });
    await pushed(harness, { productOptions, variants: [variant('S', { metafields: [] })] }, { handle: 'a' });
    expect(await harness.data(query, { id })).toEqual({ productVariant: { metafield: null } });
  });

  it('takes the type from the definition', async () => {
    const harness = createHarness();
    await defineMetafield(harness, { namespace: 'host', key: 'count', type: 'number_integer' });
    const metafields = [{ namespace: 'host', key: 'count', value: '3' }];
    expect((await pushed(harness, { title: 'A', metafields })).metafields.nodes).toHaveLength(1);
    const wrong = [{ namespace: 'host', key: 'count', value: '3', type: 'json' }];
    expect(await refused(harness, { title: 'A', metafields: wrong })).toEqual([
      ['INVALID_METAFIELD', 'input.metafields.0.type'],
    ]);
  });

  it('keeps unique values unique', async () => {
    const harness = createHarness();
    await defineMetafield(harness);
    const metafields = [{ key: 'local_id', value: '7' }];
    const { id } = await pushed(harness, { title: 'A', metafields });
    expect(await refused(harness, { title: 'B', metafields })).toEqual([
      ['CAPABILITY_VIOLATION', 'input.metafields.0.value'],
    ]);
    expect((await pushed(harness, { metafields }, { id })).id).toBe(id);
    await harness.data('mutation ($id: ID!) { productDelete(input: {id: $id}) { deletedProductId } }', { id });
    expect((await pushed(harness, { title: 'B', metafields })).id).not.toBe(id);
  });

  it.each([
    ['an id of nowhere', { id: 'gid://shopify/Metafield/9', value: '1' }, 'id'],
    ['no key', { namespace: 'host', value: '1', type: 'id' }, 'key'],
    ['no type', { namespace: 'host', key: 'a', value: '1' }, 'type'],
    ['an unknown type', text('a', '1', { type: 'text' }), 'type'],
    ['a list of what has no list', text('a', '[]', { type: 'list.json' }), 'type'],
    ['no value', { namespace: 'host', key: 'a', type: 'id' }, 'value'],
    ['a word for a number', text('a', 'x', { type: 'number_integer' }), 'value'],
    ['a word for a list', text('a', 'x', { type: 'list.number_integer' }), 'value'],
    ['a word for a boolean', text('a', 'x', { type: 'boolean' }), 'value'],
    ['a word for a decimal', text('a', 'x', { type: 'number_decimal' }), 'value'],
    ['a word for a date', text('a', 'x', { type: 'date' }), 'value'],
    ['a word for an address', text('a', 'x', { type: 'url' }), 'value'],
    ['a word for a colour', text('a', 'x', { type: 'color' }), 'value'],
    ['a word for JSON', text('a', 'x', { type: 'json' }), 'value'],
    ['a word for a reference', text('a', 'x', { type: 'product_reference' }), 'value'],
    ['two lines for one', text('a', 'x\ny'), 'value'],
    ['an id of 256 characters', text('a', 'x'.repeat(256), { type: 'id' }), 'value'],
  ])('refuses %s', async (_name, metafield, part) => {
    expect(await refused(createHarness(), { title: 'A', metafields: [metafield] })).toEqual([
      ['INVALID_METAFIELD', `input.metafields.0.${part}`],
    ]);
  });

  it('refuses one metafield given twice', async () => {
    expect(await refused(createHarness(), { title: 'A', metafields: [text('a', '1'), text('a', '2')] })).toEqual([
      ['INVALID_METAFIELD', 'input.metafields.1'],
    ]);
  });
});
