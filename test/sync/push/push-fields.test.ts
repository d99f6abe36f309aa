import type { ProductDraftInput } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { fakeSync, tee } from '../fake-shop.ts';

/** What a push of the draft sends, even fields that the fake does not know. */
async function inputOf(draft: ProductDraftInput, options: Parameters<typeof fakeSync>[0] = {}): Promise<unknown> {
  const { sync, fake, clock } = fakeSync(options);
  await clock.run(sync.push(draft));
  return fake.calls.find(({ operation }) => operation === 'ProductPush')?.variables?.['input'];
}

const simple = (variant: object, more: object = {}): ProductDraftInput =>
  tee('t', { variants: [{ sku: 'T', price: '1', options: { Size: 'S' }, ...variant }], ...more });

describe('a push', () => {
  it('sends the inventory item, tax and unit price of a variant', async () => {
    const variant = {
      taxCode: 'PC040100',
      barcodes: ['4006381333931'],
      inventoryItem: {
        ...{ cost: '9.50', tracked: true, requiresShipping: false, harmonizedSystemCode: '610910' },
        ...{ countryCodeOfOrigin: 'PT', weight: { value: 0.2, unit: 'KILOGRAMS' } },
      },
      unitPrice: { quantityValue: 500, quantityUnit: 'ML', referenceValue: 1, referenceUnit: 'L' },
      metafields: [{ namespace: 'custom', key: 'finish', type: 'single_line_text_field', value: 'matt' }],
      position: 1,
    };
    expect(await inputOf(simple(variant))).toMatchObject({
      variants: [
        {
          taxCode: 'PC040100',
          barcode: '4006381333931',
          inventoryItem: {
            ...{ cost: '9.5', tracked: true, requiresShipping: false, harmonizedSystemCode: '610910' },
            ...{ countryCodeOfOrigin: 'PT', measurement: { weight: { value: 0.2, unit: 'KILOGRAMS' } } },
          },
          unitPriceMeasurement: variant.unitPrice,
          metafields: variant.metafields,
          position: 1,
        },
      ],
    });
  });

  it('sends the fields of a product, its images by position, and null to clear', async () => {
    const more = {
      ...{ vendor: null, templateSuffix: 'preorder', giftCard: true, redirectNewHandle: true, collections: [] },
      images: [
        { url: 'https://cdn.example.com/2.jpg', position: 2 },
        { url: 'https://cdn.example.com/last.jpg' },
        { url: 'https://cdn.example.com/1.jpg', position: 1 },
      ],
    };
    const { images: _images, ...fields } = more;
    const sent = await inputOf(simple({ compareAtPrice: 0 }, more));
    expect(sent).toMatchObject({
      ...fields,
      files: ['1', '2', 'last'].map((name) => ({ originalSource: `https://cdn.example.com/${name}.jpg` })),
      variants: [{ compareAtPrice: null }],
    });
  });

  it('replaces all barcodes of a variant if there are, or were, several', async () => {
    const { sync, fake, clock } = fakeSync();
    const stored = () => {
      const [variant] = (fake.products()[0]?.['variants'] ?? []) as { barcode: string | null; barcodes?: string[] }[];
      return [variant?.barcode, variant?.barcodes];
    };
    const sent = () =>
      fake.calls.flatMap(({ operation, variables }) =>
        operation === 'ProductVariantsUpdate' ? (variables?.['variants'] as unknown[]) : [],
      );
    await clock.run(sync.push(simple({ barcodes: ['1', '2'] })));
    expect(stored()).toEqual(['1', ['1', '2']]);
    expect(await clock.run(sync.push(simple({ barcodes: ['1', '2'] }), { refresh: true }))).toMatchObject({
      outcome: 'unchanged',
    });
    await clock.run(sync.push(simple({ barcodes: ['3', '1', '2'] })));
    expect(stored()).toEqual(['3', ['3', '1', '2']]);
    await clock.run(sync.push(simple({ barcodes: ['3'] })));
    expect(stored()).toEqual(['3', undefined]);
    await clock.run(sync.push(simple({ barcodes: [] })));
    expect(stored()).toEqual([null, undefined]);
    expect(sent()).toMatchObject([
      { barcodes: [{ value: '3' }, { value: '1' }, { value: '2' }] },
      { barcodes: [{ value: '3' }] },
      { barcode: null },
    ]);
  });

  it('adopts a product by any of its barcodes', async () => {
    const { sync, clock } = fakeSync({ sync: { adoptBy: ['barcode'] } });
    await clock.run(sync.push(simple({ barcodes: ['1', '2'] }, { localId: 'first' })));
    const found = await clock.run(sync.push(simple({ barcodes: ['2'] }, { localId: 'second' })));
    expect(found).toMatchObject({ outcome: 'failed', error: { message: expect.stringContaining('"first"') } });
  });

  it('creates gift cards', async () => {
    const { sync, fake, clock } = fakeSync();
    expect(await clock.run(sync.push(simple({}, { giftCard: true })))).toMatchObject({ outcome: 'created' });
    expect(fake.products()[0]).toMatchObject({ isGiftCard: true });
  });

  it('does not send what the draft leaves out', async () => {
    const sent = await inputOf({ localId: 't', title: 'T', sku: 'optional', variants: [{ price: 1 }] });
    expect(sent).toEqual({
      title: 'T',
      metafields: [expect.objectContaining({ key: 'local_id', type: 'id' })],
      productOptions: [{ name: 'Title', values: [{ name: 'Default Title' }] }],
      variants: [{ price: '1', optionValues: [{ optionName: 'Title', name: 'Default Title' }] }],
    });
  });

  it('sends the values of a linked option as metaobjects, and not its metafield too', async () => {
    const gid = 'gid://shopify/Metaobject/1';
    const colour = { namespace: 'shopify', key: 'color-pattern' };
    const more = {
      linkedOptions: { Colour: colour },
      metafields: [{ ...colour, type: 'list.metaobject_reference', value: JSON.stringify([gid]) }],
    };
    expect(await inputOf(simple({ options: { Colour: gid } }, more))).toMatchObject({
      metafields: [{ key: 'local_id' }],
      productOptions: [{ name: 'Colour', linkedMetafield: { ...colour, values: [gid] } }],
      variants: [{ optionValues: [{ optionName: 'Colour', linkedMetafieldValue: gid }] }],
    });
  });

  it('resolves the category of a path', async () => {
    const asked: string[] = [];
    const resolveCategory = async (path: string) => {
      asked.push(path);
      return 'gid://shopify/TaxonomyCategory/aa-1';
    };
    const sent = await inputOf(simple({}, { category: 'Apparel > Clothing' }), { sync: { resolveCategory } });
    expect([asked, sent]).toMatchObject([['Apparel > Clothing'], { category: 'gid://shopify/TaxonomyCategory/aa-1' }]);
  });

  it.each([
    ['category', {}, { category: 'Apparel > Clothing' }],
    [
      'variants[0].imageUrls',
      { imageUrls: ['https://x.test/1', 'https://x.test/2'] },
      {
        images: [{ url: 'https://x.test/1' }, { url: 'https://x.test/2' }],
      },
    ],
    [
      'variants[0].options["Colour"]',
      { options: { Colour: 'off-white-1' } },
      {
        linkedOptions: { Colour: { namespace: 'shopify', key: 'color-pattern' } },
      },
    ],
    ['publishTo', {}, { publishTo: ['Nowhere'] }],
  ])('refuses what it cannot send, before anything is sent: %s', async (field, variant, more) => {
    const { sync, fake, clock } = fakeSync({ sync: { resolveCategory: () => undefined } });
    const result = await clock.run(sync.push(simple(variant, more)));
    expect(result).toMatchObject({ outcome: 'invalid', localId: 't', issues: [{ severity: 'error', field }] });
    expect(fake.calls.some(({ operation }) => operation === 'ProductPush')).toBe(false);
  });

  it("publishes to a product's own publications instead of those of the sync", async () => {
    const { sync, fake, clock } = fakeSync({ sync: { publishTo: ['Online Store'] } });
    const products = [tee('usual'), tee('none', { publishTo: [] }), tee('own', { publishTo: ['Point of Sale'] })];
    await clock.run(sync.pushMany(products));
    expect(fake.products().map(({ title, published }) => [title, (published as unknown[]).length])).toEqual(
      expect.arrayContaining([
        ['Tee none', 0],
        ['Tee own', 1],
        ['Tee usual', 1],
      ]),
    );
  });
});

describe('the types of a push', () => {
  it('know the fields of a draft, so that a misspelt one does not compile', () => {
    const { sync } = fakeSync();
    const variants = [{ sku: 'T', price: '1' }];
    const calls = [
      // @ts-expect-error `vendour` is not a field of a product.
      () => sync.push({ localId: 't', title: 'T', vendour: 'V', variants }),
      // @ts-expect-error `compareAt` is not a field of a variant.
      () => sync.push({ localId: 't', title: 'T', variants: [{ sku: 'T', price: '1', compareAt: '2' }] }),
      // @ts-expect-error `prise` is not a field of a variant.
      () => sync.pushMany([{ localId: 't', title: 'T', variants: [{ sku: 'T', prise: '1' }] }]),
      // @ts-expect-error `wieght` is not a field of an inventory item.
      () => sync.push({ localId: 't', title: 'T', variants: [{ price: 1, inventoryItem: { wieght: 1 } }] }),
      // @ts-expect-error A price is text, a number or null.
      () => sync.push({ localId: 't', title: 'T', variants: [{ price: 1, compareAtPrice: false }] }),
      () => sync.push({ localId: 't', title: 'T', vendor: null, variants: [{ price: 1, compareAtPrice: null }] }),
      () => sync.push({ localId: 't', title: 'T', price: 'warn', variants: [{ sku: 'T' }] }),
    ];
    expect(calls).toHaveLength(7);
  });
});
