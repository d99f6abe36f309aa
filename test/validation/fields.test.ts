import { validateProduct } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { errorsOf, messageOf, product, variant, warningsOf } from './drafts.ts';

const many = (count: number, make: (index: number) => unknown): unknown[] =>
  Array.from({ length: count }, (_, i) => make(i));
const withVariant = (changes: object) => product({ variants: [variant(changes)] });

describe('a product that is not an object', () => {
  it.each([
    [null, 'must be an object, but is null'],
    [undefined, 'is missing: fill it in'],
    ['tee', 'must be an object, but is text'],
    [7, 'must be an object, but is a number'],
    [[], 'must be an object, but is a list'],
    [() => 7, 'must be an object, but is a function'],
  ])('is one error and does not throw: %j', (input, message) => {
    expect(validateProduct(input)).toMatchObject({ ok: false, errors: [{ field: 'product', message }], warnings: [] });
  });
});

describe('text fields', () => {
  it('are trimmed', () => {
    const input = product({
      title: ' Tee ',
      vendor: ' V ',
      tags: [' a '],
      handle: ' tee ',
      variants: [variant({ sku: ' A ', barcode: ' 1 ', options: { ' Size ': ' M ' } })],
    });
    expect(validateProduct(input)).toMatchObject({
      draft: {
        title: 'Tee',
        vendor: 'V',
        tags: ['a'],
        handle: 'tee',
        options: ['Size'],
        variants: [{ sku: 'A', barcode: '1', options: { Size: 'M' } }],
      },
    });
  });

  it.each([
    ['local-id-missing localId', { localId: '' }],
    ['local-id-missing localId', { localId: undefined }],
    ['local-id-invalid localId', { localId: ' tee' }],
    ['local-id-invalid localId', { localId: 'te\ne' }],
    ['local-id-too-long localId', { localId: 'x'.repeat(256) }],
    ['title-missing title', { title: '  ' }],
    ['title-too-long title', { title: 'x'.repeat(256) }],
    ['title-invalid title', { title: 5 }],
    ['description-html-invalid descriptionHtml', { descriptionHtml: [] }],
    ['handle-missing handle', { handle: '' }],
    ['handle-too-long handle', { handle: 'x'.repeat(256) }],
    ['status-invalid status', { status: 'active' }],
    ['category-invalid category', { category: '1604' }],
    ['category-invalid category', { category: 'gid://shopify/Product/1' }],
    ['seo-invalid seo', { seo: 'x' }],
    ['title-invalid seo.title', { seo: { title: 1 } }],
    ['tags-missing tags[1]', { tags: ['a', ' '] }],
    ['tags-too-long tags[0]', { tags: ['x'.repeat(256)] }],
    ['tags-too-many tags', { tags: many(251, String) }],
    ['tags-invalid tags', { tags: 'a,b' }],
    ['images-too-many images', { images: many(251, () => 5) }],
    ['url-missing images[0].url', { images: [{}] }],
    ['url-invalid images[0].url', { images: [{ url: '//cdn.example.com/a.jpg' }] }],
    ['url-invalid images[0].url', { images: [{ url: 'ftp://cdn.example.com/a.jpg' }] }],
    ['alt-invalid images[0].alt', { images: [{ url: 'https://x.test', alt: null }] }],
    ['value-missing metafields[0].value', { metafields: [{ namespace: 'a', key: 'b', type: 'c', value: '' }] }],
    ['metafields-too-many metafields', { metafields: many(251, () => 5) }],
    ['variants-missing variants', { variants: [] }],
    ['variants-missing variants', { variants: undefined }],
    ['variants-invalid variants', { variants: {} }],
    ['variants-invalid variants[0]', { variants: [null] }],
  ])('%s', (expected, changes) => {
    expect(errorsOf(product(changes))).toEqual([expected]);
  });

  it.each([
    ['sku-missing variants[0].sku', { sku: undefined }],
    ['sku-missing variants[0].sku', { sku: ' ' }],
    ['sku-invalid variants[0].sku', { sku: 7 }],
    ['barcode-invalid variants[0].barcode', { barcode: 4006381333931 }],
    ['taxable-invalid variants[0].taxable', { taxable: 1 }],
    ['inventory-policy-invalid variants[0].inventoryPolicy', { inventoryPolicy: 'deny' }],
    ['image-url-invalid variants[0].imageUrl', { imageUrl: 'tee.jpg' }],
    ['options-invalid variants[0].options', { options: 'Size M' }],
    ['option-invalid variants[0].options["Shoe size"]', { options: { 'Shoe size': 38 } }],
  ])('%s', (expected, changes) => {
    expect(errorsOf(withVariant(changes))).toContain(expected);
  });

  it('may have 255 characters, counted as code points', () => {
    expect(errorsOf(product({ title: 'x'.repeat(255), localId: 'y'.repeat(255) }))).toEqual([]);
    expect(errorsOf(product({ title: '🌻'.repeat(255) }))).toEqual([]);
    expect(errorsOf(product({ title: '🌻'.repeat(256) }))).toEqual(['title-too-long title']);
  });

  it('that are undefined count as omitted, and are not in the draft', () => {
    const result = validateProduct(
      product({
        vendor: undefined,
        seo: { title: undefined, description: 'x' },
        variants: [variant({ barcode: undefined })],
      }),
    );
    expect(result).toMatchObject({ ok: true, warnings: [] });
    const draft = result.ok ? result.draft : undefined;
    expect(draft).not.toHaveProperty('vendor');
    expect(draft?.seo).toStrictEqual({ description: 'x' });
    expect(draft?.variants[0]).not.toHaveProperty('barcode');
  });

  it('are read from objects of any class, such as those of an ORM', () => {
    class Model {
      get localId() {
        return 'tee';
      }
      get title() {
        return 'Tee';
      }
      variants = [variant()];
    }
    expect(validateProduct(new Model())).toMatchObject({ ok: true, draft: { localId: 'tee', title: 'Tee' } });
  });
});

describe('messages', () => {
  it.each([
    [product({ title: null }), 'must be text, but is null: omit it if there is none'],
    [withVariant({ sku: 7 }), 'must be text, but is a number: put it in quotes'],
    [withVariant({ taxable: 1 }), 'must be true or false, but is a number'],
    [product({ status: 'GONE' }), 'must be one of ACTIVE, ARCHIVED, DRAFT, UNLISTED'],
    [product({ tags: many(300, String) }), 'has 300 entries, but Shopify accepts 250: remove some'],
    [product({ title: undefined }), 'is missing: give the product a name'],
    [product({ title: '' }), 'is empty: give the product a name'],
    [product({ variants: [] }), 'is empty: a product needs at least one variant'],
    [
      withVariant({ price: 'x'.repeat(500) }),
      `is not a decimal number ("${'x'.repeat(59)}…"): write digits with a point, such as "12.50", without currency`,
    ],
  ])('say what is wrong and how to fix it', (input, message) => {
    expect(messageOf(input)).toBe(message);
  });
});

describe('prices', () => {
  it.each([
    ['12.50', '12.50'],
    [' 12 ', '12'],
    ['12.3400', '12.3400'],
    [12.5, '12.5'],
    [0.1, '0.1'],
    [19.99, '19.99'],
    [1e15, '1000000000000000'],
    ['0.0001', '0.0001'],
    [9007199254740993n.toString(), '9007199254740993'],
  ])('%j becomes %s', (price, text) => {
    expect(validateProduct(withVariant({ price }))).toMatchObject({
      ok: true,
      draft: { variants: [{ price: text }] },
      warnings: [],
    });
    expect(validateProduct(withVariant({ price: 0, compareAtPrice: price }))).toMatchObject({
      draft: { variants: [{ compareAtPrice: text }] },
    });
  });

  it.each([undefined, '', '  '])('that are missing are errors: %j', (price) => {
    expect(errorsOf(withVariant({ price }))).toEqual(['price-missing variants[0].price']);
  });

  it.each([
    '12,50',
    '1.299,00',
    '€12',
    '12.50 EUR',
    '1e3',
    '.5',
    '5.',
    '+5',
    '0x10',
    'on request',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    true,
    {},
    null,
  ])('that are not numbers are errors: %s', (price) => {
    expect(errorsOf(withVariant({ price }))).toEqual(['price-invalid variants[0].price']);
  });

  it.each([
    [-1, 'is below zero ("-1"), which Shopify refuses'],
    ['-0.01', 'is below zero ("-0.01"), which Shopify refuses'],
    [1e21, 'has 22 digits before the point, which Shopify refuses: check it'],
    ['1000000000000000000', 'has 19 digits before the point, which Shopify refuses: check it'],
    [12.1 + 0.2, 'has 15 decimals ("12.299999999999999"): round it to those of the currency'],
    [1.5e-7, 'has 8 decimals ("0.00000015"): round it to those of the currency'],
    [5e-324, `has 324 decimals ("0.${'0'.repeat(57)}…"): round it to those of the currency`],
  ])('that Shopify refuses or rounds are errors: %j', (price, message) => {
    expect(errorsOf(withVariant({ price }))).toEqual(['price-invalid variants[0].price']);
    expect(messageOf(withVariant({ price }))).toBe(message);
    expect(messageOf(withVariant({ compareAtPrice: price }))).toBe(message);
    expect(messageOf(withVariant({ inventoryItem: { cost: price } }))).toBe(message);
  });

  it.each([0, '0', '0.00', -0])('of zero are warnings: %j', (price) => {
    expect(errorsOf(withVariant({ price }))).toEqual([]);
    expect(validateProduct(withVariant({ price })).warnings).toMatchObject([
      { code: 'price-not-positive', message: expect.stringContaining('costs nothing') },
    ]);
  });

  it.each([0, '0', '0.00', null])('before the discount of %j mean that there is none', (compareAtPrice) => {
    const result = validateProduct(withVariant({ compareAtPrice }));
    expect(result).toMatchObject({ ok: true, draft: { variants: [{ compareAtPrice: null }] }, warnings: [] });
  });

  it.each(['24.90', 24.9, '12'])('before the discount that are not above the price are warnings: %j', (price) => {
    const warned = ['compare-at-not-above-price variants[0].compareAtPrice'];
    expect(warningsOf(withVariant({ price: '24.90', compareAtPrice: price }))).toEqual(warned);
    expect(errorsOf(withVariant({ price: '24.90', compareAtPrice: price }))).toEqual([]);
  });
});
