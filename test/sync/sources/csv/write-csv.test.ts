import { Readable } from 'node:stream';
import fc from 'fast-check';
import { isShopwrightError } from 'shopwright';
import { type CsvProductToWrite, readCsv, type WriteCsvOptions, writeCsv } from 'shopwright/sync';
import type { ProductDraftInput, ProductVariantDraftInput } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';

const write = async (products: readonly CsvProductToWrite[], options?: WriteCsvOptions): Promise<string> =>
  (await Readable.from(writeCsv(products, options)).toArray()).join('');

const read = async (text: string) => {
  const { products, issues } = await readCsv(text, { format: 'shopify' }).collect();
  expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  return products;
};

const jug: CsvProductToWrite = {
  published: true,
  category: 'Home > Jugs',
  stock: [3, null],
  draft: {
    localId: 'jug',
    title: 'Jug, "big"',
    descriptionHtml: '<p>a\r\nb</p>',
    status: 'DRAFT',
    tags: ['clay', 'blue'],
    images: [
      { url: 'https://img.test/2.jpg', position: 2 },
      { url: 'https://img.test/1.jpg', alt: 'Front', position: 1 },
      { url: 'https://img.test/3.jpg' },
    ],
    metafields: [{ namespace: 'custom', key: 'sizes', type: 'list.number_integer', value: '[1,2]' }],
    variants: [
      {
        ...{
          sku: 'J-S',
          price: 19,
          compareAtPrice: '25',
          barcode: '4006381333931',
          taxable: true,
          inventoryPolicy: 'DENY',
        },
        options: { Size: 'S' },
        inventoryItem: { cost: 7.1, tracked: true, requiresShipping: true, weight: { value: 2, unit: 'POUNDS' } },
        imageUrl: 'https://img.test/1.jpg',
        unitPrice: { quantityValue: 500, quantityUnit: 'ML', referenceValue: 1, referenceUnit: 'L' },
      },
      { price: '29.00', compareAtPrice: 0, options: { Size: 'L' } },
    ],
  },
};

describe('writeCsv', () => {
  it('keeps weights and the order of metafields, so that reading returns the same products', async () => {
    const metafield = (key: string) => ({ namespace: 'custom', key, value: key });
    const product = (localId: string, value: number, unit: 'OUNCES' | 'POUNDS' | 'GRAMS', keys: readonly string[]) => ({
      draft: {
        ...{ localId, sku: 'optional' as const, title: localId, handle: localId, metafields: keys.map(metafield) },
        variants: [{ price: '1.00', options: {}, inventoryItem: { tracked: false, weight: { value, unit } } }],
      },
    });
    const products = [
      product('a', 1.99, 'OUNCES', ['colour', 'size']),
      product('b', 0.3, 'POUNDS', ['care', 'colour']),
      product('c', 56.41595101856, 'GRAMS', ['size', 'use']),
    ];
    const again = await read(await write(products));
    expect(again.map(({ draft }) => ({ draft }))).toEqual(products);
  });

  it("writes what Shopify's newest exports write", async () => {
    const [header = '', ...rows] = (await write([jug])).split('\n');
    expect(header).toBe(
      'Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option1 Linked To,Option2 Name,Option2 Value,Option2 Linked To,Option3 Name,Option3 Value,Option3 Linked To,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Fulfillment Service,Variant Price,Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Unit Price Total Measure,Unit Price Total Measure Unit,Unit Price Base Measure,Unit Price Base Measure Unit,Variant Barcode,Image Src,Image Position,Image Alt Text,Gift Card,SEO Title,SEO Description,sizes (product.metafields.custom.sizes),Variant Image,Variant Weight Unit,Variant Tax Code,Cost per item,Status',
    );
    expect(rows.join('\n')).toBe(
      [
        'jug,"Jug, ""big""","<p>a\r',
        'b</p>",,Home > Jugs,"","clay, blue",true,Size,S,,,,,,,,J-S,907.18474,shopify,3,deny,manual,19.00,25.00,true,true,500.0,ml,1.0,l,4006381333931,https://img.test/1.jpg,1,Front,,,,1; 2,https://img.test/1.jpg,lb,,7.10,draft',
        'jug,,,,,,,,,L,,,,,,,,"",,,,,manual,29.00,,,,,,,,"",https://img.test/2.jpg,2,"",,,,,,,,,',
        'jug,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,https://img.test/3.jpg,3,"",,,,,,,,,',
        '',
      ].join('\n'),
    );
  });

  it('refuses a variant without a price, which no import accepts, unless unwritable is omit', async () => {
    const draft = { localId: 'a', title: 'A', price: 'warn', variants: [{ sku: 'A' }] } as const;
    await expect(write([{ draft }])).rejects.toThrow(/variants\[0\]\.price: is missing/);
    expect(await write([{ draft }], { unwritable: 'omit' })).toContain('\na,A,');
  });

  it('writes the default variant, gift cards, links and prices without decimals', async () => {
    const text = await write(
      [
        { draft: { localId: 'a', title: 'A', giftCard: true, publishTo: [], variants: [{ price: 3200 }] } },
        {
          draft: {
            ...{
              localId: 'b',
              title: 'B',
              options: ['C'],
              linkedOptions: { C: { namespace: 'shopify', key: 'color' } },
            },
            variants: [{ price: 1, options: { C: 'black' } }],
          },
        },
      ],
      { priceDecimals: 0 },
    );
    expect(text).toContain('\na,A,"",,,"","",false,Title,Default Title,');
    expect(text).toContain(',gift_card,3200,');
    expect(text).toContain(',C,black,product.metafields.shopify.color,');
  });

  it.each([
    ['collections', { collections: ['gid://shopify/Collection/1'] }, {}],
    ['templateSuffix', { templateSuffix: 'x' }, {}],
    ['publishTo', { publishTo: ['Shop'] }, {}],
    ['variants[0].metafields', {}, { metafields: [] }],
    ['variants[0].barcodes', {}, { barcodes: ['1', '2'] }],
    ['variants[0].inventoryItem.countryCodeOfOrigin', {}, { inventoryItem: { countryCodeOfOrigin: 'PT' } }],
    ['variants[0].sku', {}, { sku: "'0012" }],
  ] as const)('says what has no column, or leaves it out where that is wanted: %s', async (field, product, variant) => {
    const draft: ProductDraftInput = { localId: 'a', title: 'A', variants: [{ price: 1, ...variant }], ...product };
    const thrown = await write([{ draft }]).catch((error: unknown) => error);
    expect(isShopwrightError(thrown, 'VALIDATION_FAILED') && thrown.issues.map((issue) => issue.field)).toEqual([
      field,
    ]);
    expect(await write([{ draft }], { unwritable: 'omit' })).toContain('\na,A,');
  });

  it('accepts a stream, whose metafields are named in the options', async () => {
    async function* stream(): AsyncGenerator<CsvProductToWrite> {
      yield jug;
    }
    const told = (await Readable.from(writeCsv(stream(), { metafields: ['custom.sizes'] })).toArray()).join('');
    expect(told).toBe(await write([jug]));
    await expect(Readable.from(writeCsv(stream())).toArray()).rejects.toThrow(/metafields\[0\]/);
  });

  it.each([[{ priceDecimals: 9 }], [{ metafields: ['care'] }], [{ metafield: [] }]])('refuses %j', (options) => {
    expect(() => writeCsv([], options as WriteCsvOptions)).toThrow(/metafield|priceDecimals/);
  });

  it('writes what readCsv reads as the same, and writes the same again', async () => {
    const word = fc
      .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
      .map((text) => text.replaceAll('\uFFFD', '').trim())
      .filter((text) => text !== '' && !/^['#]|^n\/a$|^nan$|e[+-]?\d+$|^\d+[.,]0+$/i.test(text) && text.isWellFormed());
    const code = fc.oneof(fc.stringMatching(/^[A-Z]{2}-\d{1,6}$/), fc.stringMatching(/^[1-9]\d{3,19}$/));
    const price = fc.nat({ max: 1_000_000 }).map((cents) => (cents / 100).toFixed(2));
    const variant = (size: string) =>
      fc.record(
        {
          price,
          options: fc.constant({ Size: size }),
          sku: code,
          barcode: code,
          taxable: fc.boolean(),
          inventoryPolicy: fc.constantFrom('DENY' as const, 'CONTINUE' as const),
          inventoryItem: fc.record({
            tracked: fc.boolean(),
            requiresShipping: fc.boolean(),
            cost: price,
            weight: fc.record({
              value: fc.nat({ max: 100_000 }).map((value) => value / 1000),
              unit: fc.constantFrom('GRAMS' as const, 'KILOGRAMS' as const, 'OUNCES' as const, 'POUNDS' as const),
            }),
          }),
        },
        { requiredKeys: ['price', 'options', 'inventoryItem'] },
      );
    const sizes = fc.uniqueArray(word, {
      minLength: 1,
      maxLength: 5,
      selector: (text) => text.normalize('NFC').toLowerCase(),
    });
    const tags = fc.uniqueArray(
      fc.stringMatching(/^[a-z" ]{1,8}$/).filter((tag) => tag.trim() === tag),
      { maxLength: 4 },
    );
    const product = sizes
      .filter((all) => all[0]?.toLowerCase() !== 'default title')
      .chain((all) =>
        fc.record(
          {
            title: word,
            descriptionHtml: fc
              .string({ minLength: 1, unit: 'grapheme' })
              .filter((html) => html.trim() !== '' && html.isWellFormed() && !html.includes('\uFFFD')),
            vendor: word,
            tags: tags.filter((list) => list.length > 0),
            status: fc.constantFrom('ACTIVE' as const, 'DRAFT' as const),
            images: fc
              .uniqueArray(fc.nat({ max: 50 }), { minLength: 1, maxLength: 7 })
              .map((ids) => ids.map((id, at) => ({ url: `https://img.test/${id}.jpg`, position: at + 1 }))),
            variants: fc.tuple(...all.map(variant)) as fc.Arbitrary<ProductVariantDraftInput[]>,
          },
          { requiredKeys: ['title', 'variants'] },
        ),
      );
    await fc.assert(
      fc.asyncProperty(fc.array(product, { minLength: 1, maxLength: 4 }), async (list) => {
        const products = list.map((draft, at): CsvProductToWrite => {
          const { status, ...rest } = draft;
          const whole = { localId: `p-${at}`, sku: 'optional', handle: `p-${at}`, options: ['Size'], ...rest };
          return { draft: { ...whole, ...(status && { status }) } as ProductDraftInput };
        });
        const text = await write(products);
        const again = await read(text);
        expect(await write(again)).toBe(text);
        expect(
          again.map(({ draft: { localId, title, descriptionHtml, tags, images } }) => ({
            localId,
            title,
            descriptionHtml,
            tags,
            images,
          })),
        ).toEqual(
          products.map(({ draft: { localId, title, descriptionHtml, tags, images } }) => ({
            localId,
            title,
            descriptionHtml,
            tags,
            images,
          })),
        );
        expect(
          again.map(({ draft }) =>
            draft.variants.map(({ sku, price, barcode, options }) => [sku, price, barcode, options]),
          ),
        ).toEqual(
          products.map(({ draft }) =>
            draft.variants.map(({ sku, price, barcode, options }) => [sku, price, barcode, options]),
          ),
        );
      }),
      { numRuns: 100 },
    );
  });
});
