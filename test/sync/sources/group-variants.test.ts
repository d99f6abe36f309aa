import { validateProducts } from 'shopwright/validation';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { VariantMapping } from '../../../src/sync/sources/rows.ts';
import { groupVariants } from '../../../src/sync/sources/rows.ts';

interface Row {
  readonly style_code?: string | number | boolean | null;
  readonly name?: string;
  readonly colour?: string | null;
  readonly size?: string | number;
  readonly sku?: string | number;
  readonly price?: string | number;
  readonly tags?: unknown;
  readonly image?: unknown;
  readonly image2?: unknown;
}

const mapping: VariantMapping<Row> = {
  groupBy: 'style_code',
  product: { title: 'name', tags: 'tags', status: () => 'ACTIVE' },
  options: { Colour: 'colour', Size: 'size' },
  variant: { sku: 'sku', price: 'price' },
  images: ['image', 'image2'],
};

const group = (rows: Iterable<Row>, changes: Partial<VariantMapping<Row>> = {}) =>
  groupVariants(rows, { ...mapping, ...changes });

describe('groupVariants', () => {
  it('makes one product from the rows of a style, in any order', () => {
    const { products, rejected } = group([
      { style_code: 'B', name: 'Bowl', sku: 'B1', price: 4 },
      { style_code: 'A', name: 'Tee', colour: 'Red', size: 'M', sku: 'A1', price: '9.90' },
      { style_code: ' B ', sku: 'B2', price: 5 },
    ]);
    expect(rejected).toEqual([]);
    expect(products).toEqual([
      {
        localId: 'B',
        title: 'Bowl',
        status: 'ACTIVE',
        variants: [
          { sku: 'B1', price: 4, options: {} },
          { sku: 'B2', price: 5, options: {} },
        ],
      },
      {
        localId: 'A',
        title: 'Tee',
        status: 'ACTIVE',
        options: ['Colour', 'Size'],
        variants: [{ sku: 'A1', price: '9.90', options: { Colour: 'Red', Size: 'M' } }],
      },
    ]);
  });

  it('leaves out empty cells, so that validation says what is missing', () => {
    const { products } = group([{ style_code: 'A', name: ' ', colour: null, size: '', sku: 'A1' }]);
    expect(products).toEqual([{ localId: 'A', status: 'ACTIVE', variants: [{ sku: 'A1', options: {} }] }]);
    expect(validateProducts(products).summary.errorsByCode).toEqual({ 'title-missing': 1, 'price-missing': 1 });
  });

  it('takes a field of the product from the first row that has it', () => {
    const { products } = group([
      { style_code: 'A' },
      { style_code: 'A', name: 'Tee' },
      { style_code: 'A', name: 'Other' },
    ]);
    expect(products[0]?.title).toBe('Tee');
  });

  it('turns numbers into text for ids, options and SKUs, and leaves prices to validation', () => {
    const { products } = group([{ style_code: 7, name: 'Boot', size: 38, sku: 1001, price: 1e-7 }]);
    expect(products[0]).toMatchObject({
      localId: '7',
      variants: [{ sku: '1001', price: 1e-7, options: { Size: '38' } }],
    });
  });

  it('splits tags at commas and leaves lists as they are', () => {
    const tagsOf = (tags: unknown) => group([{ style_code: 'A', tags }]).products[0]?.tags;
    expect(tagsOf('red, , summer sale,')).toEqual(['red', 'summer sale']);
    expect(tagsOf(['a,b'])).toEqual(['a,b']);
  });

  it('collects images of all rows in order, each address once', () => {
    const { products } = group([
      { style_code: 'A', image: 'https://x.test/1.jpg', image2: ['https://x.test/2.jpg', ''] },
      { style_code: 'A', image: ' https://x.test/2.jpg', image2: { url: 'https://x.test/1.jpg', alt: 'front' } },
      { style_code: 'A', image: { url: 'https://x.test/3.jpg', alt: 'back' }, image2: 5 },
    ]);
    expect(products[0]?.images).toEqual([
      { url: 'https://x.test/1.jpg' },
      { url: 'https://x.test/2.jpg' },
      { url: 'https://x.test/3.jpg', alt: 'back' },
      5,
    ]);
  });

  it('makes no variant of a row with only an image, unless there is no other', () => {
    const cells = {
      groupBy: 'handle',
      product: { title: 'title' },
      options: { Size: 'size' },
      variant: { sku: 'sku', price: 'price' },
      images: 'image',
    } as const;
    const first = { handle: 'mug', title: 'Mug', size: 'S', sku: 'M-S', price: '5', image: 'https://x.test/1.jpg' };
    const second = { handle: 'mug', title: '', size: '', sku: '', price: '', image: 'https://x.test/2.jpg' };
    const [mug] = groupVariants([first, second], cells).products;
    expect(mug?.variants).toEqual([{ sku: 'M-S', price: '5', options: { Size: 'S' } }]);
    expect(mug?.images).toHaveLength(2);
    expect(groupVariants([second], cells).products[0]?.variants).toHaveLength(1);
    expect(groupVariants([first, { ...second, image: '' }], cells).products[0]?.variants).toHaveLength(2);
  });

  it('takes one column for images, and none', () => {
    const row = { style_code: 'A', image: 'https://x.test/1.jpg' };
    expect(group([row], { images: 'image' }).products[0]?.images).toEqual([{ url: 'https://x.test/1.jpg' }]);
    const { images: _images, ...without } = mapping;
    expect(groupVariants<Row>([row], without).products[0]).not.toHaveProperty('images');
  });

  it('lets functions make product, variant, key and cells', () => {
    const { products } = groupVariants<Row>(
      [
        { style_code: 'A', sku: 'A-1', size: 'M', image: 'https://x.test/1.jpg' },
        { style_code: 'A', sku: 'A-2', size: 'L' },
      ],
      {
        groupBy: (row) => String(row.sku).split('-')[0],
        product: (rows) => ({ title: `Set of ${rows.length}`, localId: 'ignored' }),
        variant: (row) => ({ sku: row.sku, price: '1', options: { Size: row.size } }),
        images: (row) => row.image,
      },
    );
    expect(products).toEqual([
      {
        localId: 'A',
        title: 'Set of 2',
        images: [{ url: 'https://x.test/1.jpg' }],
        variants: [
          { sku: 'A-1', price: '1', options: { Size: 'M' } },
          { sku: 'A-2', price: '1', options: { Size: 'L' } },
        ],
      },
    ]);
  });

  it('rejects rows without a key or without fields, and goes on', () => {
    const rows = [
      null,
      { style_code: 'A' },
      'row',
      [],
      { name: 'x' },
      { style_code: true },
      { style_code: Number.NaN },
    ];
    const { products, rejected } = groupVariants(rows as Row[], mapping);
    expect(products).toHaveLength(1);
    expect(rejected).toEqual([
      { index: 0, row: null, reason: 'is not an object: pass an object with a field for each column' },
      { index: 2, row: 'row', reason: 'is not an object: pass an object with a field for each column' },
      { index: 3, row: [], reason: 'is not an object: pass an object with a field for each column' },
      { index: 4, row: { name: 'x' }, reason: 'has no "style_code": fill it in' },
      { index: 5, row: { style_code: true }, reason: '"style_code" must be text or a number' },
      { index: 6, row: { style_code: Number.NaN }, reason: '"style_code" must be text or a number' },
    ]);
  });

  it('rejects all rows of a product whose mapping throws, so that no variant is lost in the shop', () => {
    const rows: Row[] = [{ style_code: 'A', price: 1 }, { style_code: 'B', price: 2 }, { style_code: 'A' }];
    const variant = (row: Row) => ({ price: row.price?.toString() ?? fail() });
    const fail = (): never => {
      throw new Error('no price');
    };
    const { products, rejected } = group(rows, { variant });
    expect(products.map(({ localId }) => localId)).toEqual(['B']);
    expect(rejected).toEqual([
      { index: 0, row: rows[0], reason: 'the mapping of product "A" failed: no price' },
      { index: 2, row: rows[2], reason: 'the mapping of product "A" failed: no price' },
    ]);
  });

  it('rejects a row whose key cannot be read', () => {
    const groupBy = (row: Row) => {
      if (row.name === undefined) throw 'broken';
      return row.name;
    };
    const { products, rejected } = group([{ name: 'A' }, {}], { groupBy });
    expect(products).toHaveLength(1);
    expect(rejected).toEqual([{ index: 1, row: {}, reason: 'the group key could not be read: broken' }]);
  });

  it('is not confused by keys that objects have by nature', () => {
    const { products } = group(['__proto__', 'constructor', 'toString'].map((code) => ({ style_code: code })));
    expect(products.map(({ localId }) => localId)).toEqual(['__proto__', 'constructor', 'toString']);
  });

  it('groups 50,000 rows of one style', () => {
    const rows = Array.from({ length: 50_000 }, (_, index) => ({ style_code: 'A', sku: `A${index}` }));
    expect(group(rows).products[0]?.variants).toHaveLength(50_000);
  });

  it('knows the columns of the rows', () => {
    expectTypeOf<'style_code'>().toExtend<VariantMapping<Row>['groupBy']>();
    expectTypeOf<'stile_code'>().not.toExtend<VariantMapping<Row>['groupBy']>();
  });
});
