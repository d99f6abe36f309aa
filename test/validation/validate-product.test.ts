import fc from 'fast-check';
import {
  type ProductDraft,
  type ProductDraftInput,
  productDraftSchema,
  type ValidationIssue,
  validateProduct,
} from 'shopwright/validation';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { errorsOf, product, variant, warningsOf } from './drafts.ts';

describe('validateProduct', () => {
  it('returns the draft, without unneeded warnings', () => {
    const input = product({
      vendor: 'V',
      productType: 'Tee',
      handle: 'tee',
      tags: ['a'],
      status: 'UNLISTED',
      category: 'gid://shopify/TaxonomyCategory/aa-1-13-8',
      seo: { title: 's', description: 'd' },
      metafields: [{ namespace: 'a', key: 'b', type: 'single_line_text_field', value: ' v ' }],
      variants: [variant({ taxable: false, inventoryPolicy: 'CONTINUE', imageUrl: 'https://cdn.example.com/tee.jpg' })],
    });
    expect(validateProduct(input)).toEqual({ ok: true, draft: { ...input, options: ['Size'] }, warnings: [] });
  });

  it('finds all problems at once, of single fields and of the whole', () => {
    const variants = [
      { sku: 'A', price: 'x', options: { Size: 'M' } },
      { sku: 'A', price: '1', options: { Size: 'm' } },
    ];
    expect(errorsOf({ localId: 'a', title: '', variants })).toEqual([
      'title-missing title',
      'price-invalid variants[0].price',
      'sku-duplicate variants[1].sku',
      'options-duplicate variants[1].options',
    ]);
  });

  it('warns if there is no description or no image', () => {
    const bare = ['description-missing descriptionHtml', 'images-missing images'];
    expect(warningsOf(product({ descriptionHtml: undefined, images: undefined }))).toEqual(bare);
    expect(warningsOf(product({ descriptionHtml: ' ', images: [] }))).toEqual(bare);
  });

  it('returns the local id of a refused product, if it has one', () => {
    expect(validateProduct({ localId: 'a' })).toMatchObject({ ok: false, localId: 'a' });
    expect(validateProduct({ localId: 7 })).not.toHaveProperty('localId');
  });

  it('refuses 3,000 variants with one clear error, however invalid they are', () => {
    const variants = Array.from({ length: 3000 }, () => ({ sku: 'A', nonsense: 1 }));
    expect(validateProduct(product({ variants }))).toEqual({
      ok: false,
      localId: 'tee',
      errors: [
        {
          severity: 'error',
          code: 'variants-too-many',
          field: 'variants',
          message: 'has 3000 entries, but Shopify accepts 2048: remove some',
        },
      ],
      warnings: [],
    });
  });

  it('accepts 2,048 variants', () => {
    const variants = Array.from({ length: 2048 }, (_, index) =>
      variant({ sku: `S${index}`, options: { Size: `${index}` } }),
    );
    expect(validateProduct(product({ variants }))).toMatchObject({ ok: true, warnings: [] });
  });

  it('describes thousands of wrong option names with a short message', () => {
    const variants = Array.from({ length: 2048 }, (_, index) =>
      variant({ sku: `S${index}`, options: { [`O${index}`]: 'x' } }),
    );
    expect(errorsOf(product({ variants }))).toEqual(['options-too-many options']);
  });

  it('refuses an image of a variant that is not among those of the product', () => {
    const variants = [variant({ imageUrl: 'https://cdn.example.com/other.jpg' })];
    expect(errorsOf(product({ variants }))).toEqual(['image-url-unknown variants[0].imageUrl']);
    expect(errorsOf(product({ variants, images: undefined }))).toEqual(['image-url-unknown variants[0].imageUrl']);
    expect(errorsOf(product({ variants, images: 'x' }))).toEqual(['images-invalid images']);
    expect(errorsOf(product({ variants, images: [5] }))).toEqual([
      'images-invalid images[0]',
      'image-url-unknown variants[0].imageUrl',
    ]);
  });

  it('warns of an image that occurs twice', () => {
    const images = [{ url: 'https://x.test/1' }, { url: 'https://x.test/2' }, { url: ' https://x.test/1' }];
    expect(warningsOf(product({ images }))).toEqual(['image-duplicate images[2].url']);
  });

  it('refuses a metafield that is set twice', () => {
    const metafield = { namespace: 'a', key: 'b', type: 'single_line_text_field', value: 'v' };
    expect(errorsOf(product({ metafields: [metafield, { ...metafield, key: 'c' }, metafield] }))).toEqual([
      'metafield-duplicate metafields[2]',
    ]);
    expect(errorsOf(product({ metafields: [{ ...metafield, key: '' }, { ...metafield, key: '' }, 5] }))).toEqual([
      'key-missing metafields[0].key',
      'key-missing metafields[1].key',
      'metafields-invalid metafields[2]',
    ]);
  });
});

describe('an unknown field of a draft', () => {
  const input = product({
    colour: 'red',
    nothing: undefined,
    seo: { headline: 'x' },
    images: [{ url: 'https://x.test', width: 1 }],
    metafields: [{ namespace: 'a', key: 'b', type: 'single_line_text_field', value: 'v', id: 1 }],
    variants: [
      variant(),
      variant({ sku: 'B', options: { Size: 'L' }, compare_at_price: 1 }),
      variant({ sku: 'C', options: { Size: 'S' }, compare_at_price: 2 }),
    ],
  });
  const found = [
    'unknown-field colour',
    'unknown-field seo.headline',
    'unknown-field images[0].width',
    'unknown-field metafields[0].id',
    'unknown-field variants[1].compare_at_price',
  ];

  it('is a warning, once for all variants, and is not in the draft', () => {
    expect(warningsOf(input)).toEqual(found);
    const result = validateProduct(input);
    expect(result).toMatchObject({ ok: true });
    expect(JSON.stringify(result.ok && result.draft)).not.toMatch(/colour|headline|width|compare_at/);
  });

  it('is reported with the name that was meant, and how often it occurs', () => {
    expect(validateProduct(input).warnings.at(-1)?.message).toBe(
      'is not a field of a draft (the same in 1 more): write "compareAtPrice", or it is not sent',
    );
  });

  it('can be an error, or be ignored', () => {
    const strict = validateProduct(input, { unknownFields: 'error' });
    expect(strict).toMatchObject({ ok: false, warnings: [] });
    expect(strict.ok || strict.errors.map(({ code, field }) => `${code} ${field}`)).toEqual(found);
    expect(validateProduct(input, { unknownFields: 'ignore' })).toMatchObject({ ok: true, warnings: [] });
  });
});

describe('productDraftSchema', () => {
  it('reports the same errors as validateProduct', () => {
    expect(productDraftSchema.parse(product())).toEqual({ ...product(), options: ['Size'] });
    const variants = [variant(), variant()];
    const { error } = productDraftSchema.safeParse(product({ title: '', variants }));
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual(['title', 'variants.1.sku', 'variants.1.options']);
  });

  it('accepts a draft as input, and returns a draft', () => {
    expectTypeOf<ProductDraft>().toExtend<ProductDraftInput>();
    expectTypeOf(productDraftSchema.parse).returns.toEqualTypeOf<ProductDraft>();
  });
});

describe('any input', () => {
  const optionName = fc.constantFrom('Colour', 'colour', ' Size', 'Size', '', '__proto__', 'X');
  // Instead of `fc.webUrl()`, which takes seconds to create.
  const url = fc
    .tuple(fc.domain(), fc.string({ unit: 'grapheme' }))
    .map(([domain, path]) => `https://${domain}/${encodeURIComponent(path)}`);
  const wildVariant = fc.record(
    {
      sku: fc.oneof(fc.constantFrom('A', 'B', 'C'), fc.string(), fc.jsonValue()),
      price: fc.oneof(fc.double(), fc.constantFrom('1', '-0', '', '1,5'), fc.jsonValue()),
      options: fc.oneof(
        fc.dictionary(optionName, fc.oneof(fc.constantFrom('Red', 'red', ' RED ', '', 'M'), fc.jsonValue())),
        fc.jsonValue(),
      ),
      imageUrl: fc.oneof(url, fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  const wildProduct = fc.record(
    {
      localId: fc.oneof(fc.string(), fc.jsonValue()),
      title: fc.oneof(fc.string({ unit: 'grapheme' }), fc.jsonValue()),
      images: fc.oneof(fc.array(fc.record({ url: fc.oneof(url, fc.string()) })), fc.jsonValue()),
      options: fc.oneof(fc.array(optionName), fc.jsonValue()),
      seo: fc.jsonValue(),
      tags: fc.jsonValue(),
      metafields: fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()),
      variants: fc.oneof(fc.array(wildVariant, { maxLength: 5 }), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );

  const isIssue = ({ severity, code, field, message }: ValidationIssue) =>
    ['error', 'warning'].includes(severity) && /^[a-z]+(-[a-z]+)*$/.test(code) && field !== '' && message !== '';

  it('results in a draft or in errors, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.jsonValue(), wildProduct), (input) => {
        const result = validateProduct(input);
        expect(result.ok || result.errors.length > 0).toBe(true);
        const issues = [...(result.ok ? [] : result.errors), ...result.warnings];
        expect(issues.filter((issue) => !isIssue(issue))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives a draft that stays valid and equal after a round trip through JSON', () => {
    const name = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((text) => text.trim() !== '');
    const values = fc.uniqueArray(name, {
      minLength: 1,
      maxLength: 6,
      selector: (text) => text.trim().normalize('NFC').toLowerCase(),
    });
    const cents = fc.nat().map((amount) => amount / 100);
    const price = fc.oneof(cents, fc.nat(), fc.constantFrom('1.50', '0', '-0'));
    const valid = fc
      .tuple(name, name, name, values, fc.array(price, { minLength: 6, maxLength: 6 }))
      .map(([id, title, option, names, prices]) => ({
        localId: `x${id.replace(/\s/g, '')}`,
        title,
        variants: names.map((value, index) => ({
          sku: `S${index}`,
          price: prices[index],
          options: { [option]: value },
        })),
      }));
    fc.assert(
      fc.property(valid, (input) => {
        const first = validateProduct(input);
        expect(first).toMatchObject({ ok: true });
        const draft: unknown = first.ok && first.draft;
        expect(validateProduct(JSON.parse(JSON.stringify(draft)))).toMatchObject({ ok: true, draft });
      }),
      { numRuns: 500 },
    );
  });
});
