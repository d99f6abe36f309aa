import { validateProduct, validateProducts } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { errorsOf, messageOf, product, variant, warningsOf } from './drafts.ts';

const withVariant = (changes: object) => product({ variants: [variant(changes)] });
const withMetafield = (type: string | undefined, value: string) =>
  product({ metafields: [{ namespace: 'custom', key: 'x', type, value }] });

describe('a field of a catalogue', () => {
  it('is accepted unchanged', () => {
    const given = {
      redirectNewHandle: true,
      tags: ['Summer'],
      category: 'gid://shopify/TaxonomyCategory/aa-1-13',
      collections: ['gid://shopify/Collection/7'],
      templateSuffix: 'preorder',
      giftCard: false,
      publishTo: [],
      images: [
        { url: 'https://cdn.example.com/tee.jpg', position: 2 },
        { url: 'https://cdn.example.com/b.jpg', alt: 'B' },
      ],
    };
    const sold = {
      key: 'tee/m',
      taxCode: 'PC040100',
      barcodes: ['4006381333931', '0012345678905'],
      inventoryItem: {
        cost: 9.5,
        tracked: true,
        weight: { value: 0.2, unit: 'KILOGRAMS' },
        requiresShipping: true,
        harmonizedSystemCode: '610910',
        countryCodeOfOrigin: 'PT',
      },
      unitPrice: { quantityValue: 500, quantityUnit: 'ML', referenceValue: 1, referenceUnit: 'L' },
      metafields: [{ namespace: 'custom', key: 'finish', type: 'single_line_text_field', value: 'matt' }],
      imageUrls: ['https://cdn.example.com/tee.jpg', 'https://cdn.example.com/b.jpg'],
      position: 1,
    };
    const result = validateProduct(product({ ...given, variants: [variant(sold)] }));
    expect(result).toMatchObject({ ok: true, warnings: [] });
    expect(result.ok && result.draft).toMatchObject({
      ...given,
      variants: [{ ...sold, inventoryItem: { ...sold.inventoryItem, cost: '9.5' } }],
    });
  });

  it('is cleared by null, if Shopify can clear it', () => {
    const cleared = {
      ...{ descriptionHtml: null, vendor: null, productType: null, category: null, templateSuffix: null },
      seo: { title: null, description: null },
    };
    const sold = {
      ...{ barcode: null, taxCode: null, unitPrice: null, compareAtPrice: null },
      inventoryItem: { cost: null, harmonizedSystemCode: null, countryCodeOfOrigin: null },
    };
    const result = validateProduct(product({ ...cleared, variants: [variant(sold)] }));
    expect(result.ok && result.draft).toMatchObject({ ...cleared, variants: [sold] });
  });

  it.each([
    ['cost-invalid variants[0].inventoryItem.cost', { inventoryItem: { cost: '9,50' } }],
    ['tracked-invalid variants[0].inventoryItem.tracked', { inventoryItem: { tracked: 'shopify' } }],
    [
      'value-missing variants[0].inventoryItem.weight.value',
      { inventoryItem: { weight: { value: -1, unit: 'GRAMS' } } },
    ],
    ['unit-invalid variants[0].inventoryItem.weight.unit', { inventoryItem: { weight: { value: 1, unit: 'kg' } } }],
    [
      'country-code-of-origin-invalid variants[0].inventoryItem.countryCodeOfOrigin',
      { inventoryItem: { countryCodeOfOrigin: 'Portugal' } },
    ],
    [
      'quantity-unit-invalid variants[0].unitPrice.quantityUnit',
      {
        unitPrice: { quantityValue: 1, quantityUnit: 'litre', referenceValue: 1, referenceUnit: 'L' },
      },
    ],
    ['sku-too-long variants[0].sku', { sku: 'x'.repeat(256) }],
    ['barcode-too-long variants[0].barcode', { barcode: '1'.repeat(256) }],
    ['option-too-long variants[0].options.Size', { options: { Size: 'x'.repeat(256) } }],
    ['barcodes-too-many variants[0].barcodes', { barcodes: Array.from({ length: 21 }, String) }],
    ['barcodes-ambiguous variants[0].barcodes', { barcode: '1', barcodes: ['1', '2'] }],
    [
      'image-url-unknown variants[0].imageUrls[1]',
      {
        imageUrls: ['https://cdn.example.com/tee.jpg', 'https://cdn.example.com/other.jpg'],
      },
    ],
    [
      'image-urls-ambiguous variants[0].imageUrls',
      {
        imageUrl: 'https://cdn.example.com/tee.jpg',
        imageUrls: ['https://cdn.example.com/tee.jpg'],
      },
    ],
    ['position-missing variants[0].position', { position: 0 }],
  ])('is checked: %s', (expected, changes) => {
    expect(errorsOf(withVariant(changes))).toEqual([expected]);
  });

  it.each([
    ['collections-invalid collections[0]', { collections: ['Summer'] }],
    ['publish-to-invalid publishTo', { publishTo: 'Online Store' }],
    ['gift-card-invalid giftCard', { giftCard: 'true' }],
    ['tags-invalid tags[1]', { tags: ['dry', 'red, sweet'] }],
    ['local-id-invalid localId', { localId: 'te\0e' }],
    ['local-id-invalid localId', { localId: 'tee\ud83d' }],
    ['local-id-too-long localId', { localId: '🌻'.repeat(128) }],
    ['local-id-too-long localId', { localId: 'x'.repeat(256) }],
    ['key-missing linkedOptions.Colour.key', { linkedOptions: { Colour: { namespace: 'shopify' } } }],
  ])('of the product is checked: %s', (expected, changes) => {
    expect(errorsOf(product(changes))).toEqual([expected]);
  });

  it('may be a category by id, by its short form, or by path', () => {
    const categoryOf = (category: string) => {
      const result = validateProduct(product({ category }));
      return result.ok && result.draft.category;
    };
    expect(categoryOf(' aa-1-13-8 ')).toBe('gid://shopify/TaxonomyCategory/aa-1-13-8');
    expect(categoryOf('gid://shopify/TaxonomyCategory/aa')).toBe('gid://shopify/TaxonomyCategory/aa');
    expect(categoryOf('Vêtements > Robes')).toBe('Vêtements > Robes');
    expect(messageOf(product({ category: '1604' }))).toContain('is not a Shopify category');
  });

  it('reports unknown fields within it', () => {
    const changes = {
      inventoryItem: { Cost: 1, hsCode: 'x' },
      metafields: [{ namespace: 'a', key: 'b', type: 'json', value: '1', owner: 1 }],
    };
    expect(warningsOf(withVariant(changes))).toEqual([
      'unknown-field variants[0].inventoryItem.Cost',
      'unknown-field variants[0].inventoryItem.hsCode',
      'unknown-field variants[0].metafields[0].owner',
    ]);
  });
});

describe('SKUs', () => {
  const none = product({ variants: [variant({ sku: undefined }), variant({ sku: ' ', options: { Size: 'L' } })] });
  const twice = product({ variants: [variant(), variant({ options: { Size: 'L' } })] });

  it('are required, and each only once', () => {
    expect(errorsOf(none)).toEqual(['sku-missing variants[0].sku', 'sku-missing variants[1].sku']);
    expect(errorsOf(twice)).toEqual(['sku-duplicate variants[1].sku']);
  });

  it.each([
    ['warn', ['sku-missing', 'sku-missing'], ['sku-duplicate']],
    ['optional', [], ['sku-duplicate']],
  ] as const)('may be missing or repeated if the policy is %s', (sku, missing, repeated) => {
    for (const [input, codes] of [
      [none, missing],
      [twice, repeated],
    ] as const) {
      for (const result of [validateProduct(input, { sku }), validateProduct({ ...input, sku })]) {
        expect(result.ok).toBe(true);
        expect(result.warnings.map(({ code }) => code)).toEqual(codes);
      }
    }
    const result = validateProduct(none, { sku });
    expect(result.ok && result.draft.variants[1]).not.toHaveProperty('sku');
  });

  it("follow the draft's own policy before the option's", () => {
    expect(validateProduct({ ...none, sku: 'required' }, { sku: 'optional' }).ok).toBe(false);
    expect(validateProduct({ ...none, sku: 'sometimes' }).ok).toBe(false);
  });

  it('of other products are compared, but missing ones are not', () => {
    const { valid, warnings } = validateProducts(
      [
        { ...none, localId: 'a' },
        { ...none, localId: 'b' },
      ],
      {
        sku: 'optional',
      },
    );
    expect([valid.length, warnings]).toEqual([2, []]);
  });

  it('do not identify variants with keys, which must be unique', () => {
    const keyed = [variant({ key: 'a' }), variant({ key: 'a', sku: 'B', options: { Size: 'L' } })];
    expect(errorsOf(product({ variants: keyed }))).toEqual(['key-duplicate variants[1].key']);
  });
});

describe('metafields', () => {
  it.each([
    ['boolean', 'true', 'yes'],
    ['color', '#FF8800', 'orange'],
    ['date', '2026-12-31', '31/12/2026'],
    ['date', '2028-02-29', '2026-02-30'],
    ['date_time', '2026-12-31T10:30:00Z', '2026-12-31 10:30'],
    ['dimension', '{"value":5,"unit":"cm"}', '5 cm'],
    ['json', '{"a":[1]}', "{'a':1}"],
    ['link', '{"text":"More","url":"https://example.com"}', 'https://example.com'],
    ['money', '{"amount":"5.99","currency_code":"CAD"}', '5.99'],
    ['multi_line_text_field', 'a\nb', undefined],
    ['number_decimal', '-12.5', '12,5'],
    ['number_integer', '-12', '12.5'],
    ['number_integer', '9007199254740991', '9007199254740993'],
    ['rating', '{"value":"3.5","scale_min":"1.0","scale_max":"5.0"}', '3.5'],
    ['rich_text_field', '{"type":"root","children":[]}', '<p>text</p>'],
    ['single_line_text_field', 'a', 'a\nb'],
    ['url', 'https://example.com', 'example'],
    ['volume', '{"value":"1.5","unit":"l"}', '{"value":"big","unit":"l"}'],
    ['product_reference', 'gid://shopify/Product/1', 'green-bowl'],
    ['list.single_line_text_field', '["a","b"]', 'a; b'],
    ['list.number_integer', '[1,2]', '[1,2.5]'],
    ['list.color', '["#ffffff"]', '["white"]'],
    ['list.product_reference', '["gid://shopify/Product/1"]', '["bowl"]'],
    ['list.single_line_text_field', '[]', JSON.stringify(Array.from({ length: 129 }, String))],
    ['url', 'https://example.com', `https://example.com/${'x'.repeat(2048)}`],
    ['single_line_text_field', 'x'.repeat(65_536), 'x'.repeat(65_537)],
  ])('of type %s are checked', (type, right, wrong) => {
    expect(errorsOf(withMetafield(type, right))).toEqual([]);
    if (wrong === undefined) return;
    expect(errorsOf(withMetafield(type, wrong))).toEqual(['metafield-value-invalid metafields[0].value']);
    expect(messageOf(withMetafield(type, wrong))).toContain(`type ${type}`);
    const ofVariant = withVariant({ metafields: [{ namespace: 'a', key: 'b', type, value: wrong }] });
    expect(errorsOf(ofVariant)).toEqual(['metafield-value-invalid variants[0].metafields[0].value']);
  });

  it('without a type, or of an unknown one, are accepted with a warning', () => {
    for (const type of [undefined, 'hologram']) {
      expect(errorsOf(withMetafield(type, 'x'))).toEqual([]);
      expect(warningsOf(withMetafield(type, 'x'))).toEqual(['metafield-type-unknown metafields[0].type']);
    }
  });

  it('of a variant occur once', () => {
    const field = { namespace: 'custom', key: 'finish', type: 'json', value: '1' };
    expect(errorsOf(withVariant({ metafields: [field, field] }))).toEqual([
      'metafield-duplicate variants[0].metafields[1]',
    ]);
  });
});
