import { type CsvContents, type ReadCsvOptions, readCsv } from 'shopwright/sync';
import { validateProduct } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';

const read = (text: string | Uint8Array, options: Partial<ReadCsvOptions> = {}): Promise<CsvContents> =>
  readCsv(text, { format: 'shopify', ...options }).collect();

/** The issues, as `severity code row column`. */
const found = ({ issues }: CsvContents): readonly string[] =>
  issues.map(({ severity, code, row, column }) => `${severity} ${code} ${row} ${column}`.trimEnd());

/** A file with these columns before handle, title and price, with one product per row. */
const file = (columns: string, ...rows: string[]): string =>
  [`Handle,Title,Variant Price,${columns}`, ...rows.map((row, at) => `p-${at + 1},P ${at + 1},5.00,${row}`)].join('\n');

/** The first variant of each product. */
const variants = ({ products }: CsvContents) => products.map(({ draft }) => draft.variants[0]);

const exported = `Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Fulfillment Service,Variant Price,Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Variant Barcode,Image Src,Image Position,Image Alt Text,Gift Card,SEO Title,SEO Description,Variant Image,Variant Weight Unit,Variant Tax Code,Cost per item,Status
jug,Jug,"<p>One
two</p>",Kiln,Jug,"clay, blue",false,Glaze,Blue,Size,S,J-B-S,450.0,shopify,3,deny,manual,19.00,25.00,true,true,'4006381333931,https://img.test/1.jpg?v=3,1,Front,false,A jug,Of clay,,kg,PC1,7.10,active
jug,,,,,,,,Blue,,L,'0815,900.0,shopify,-1,continue,manual,29.00,0.00,true,false,,https://img.test/2.jpg,2,,,,,https://img.test/1.jpg?v=4,kg,,,
jug,,,,,,,,,,,,,,,,,,,,,,https://img.test/3.jpg,3,Both,,,,,,,,
`;

describe('an export of Shopify', () => {
  it('is read column by column, without an issue', async () => {
    const contents = await read(exported);
    expect(contents.issues).toEqual([]);
    expect(contents.products).toEqual([
      {
        row: 2,
        published: false,
        stock: [3, -1],
        issues: [],
        draft: {
          localId: 'jug',
          sku: 'optional',
          title: 'Jug',
          handle: 'jug',
          descriptionHtml: '<p>One\ntwo</p>',
          vendor: 'Kiln',
          productType: 'Jug',
          tags: ['clay', 'blue'],
          status: 'ACTIVE',
          seo: { title: 'A jug', description: 'Of clay' },
          images: [
            { url: 'https://img.test/1.jpg?v=3', alt: 'Front', position: 1 },
            { url: 'https://img.test/2.jpg', position: 2 },
            { url: 'https://img.test/3.jpg', alt: 'Both', position: 3 },
          ],
          options: ['Glaze', 'Size'],
          giftCard: false,
          publishTo: [],
          variants: [
            {
              sku: 'J-B-S',
              price: '19.00',
              compareAtPrice: '25.00',
              barcode: '4006381333931',
              taxable: true,
              taxCode: 'PC1',
              inventoryPolicy: 'DENY',
              inventoryItem: {
                ...{ cost: '7.10', tracked: true, requiresShipping: true },
                weight: { value: 0.45, unit: 'KILOGRAMS' },
              },
              options: { Glaze: 'Blue', Size: 'S' },
            },
            {
              sku: '0815',
              price: '29.00',
              taxable: false,
              inventoryPolicy: 'CONTINUE',
              inventoryItem: { tracked: true, requiresShipping: true, weight: { value: 0.9, unit: 'KILOGRAMS' } },
              options: { Glaze: 'Blue', Size: 'L' },
              imageUrl: 'https://img.test/1.jpg?v=3',
            },
          ],
        },
      },
    ]);
    expect(contents.drafts.map((draft) => validateProduct(draft))).toMatchObject([{ ok: true, warnings: [] }]);
  });

  it('may have the names of the template since 2026', async () => {
    const contents = await read(
      [
        'Title,URL handle,Description,Published on online store,SKU,Option1 name,Option1 value,Price,Charge tax,Unit price total measure,Unit price total measure unit,Unit price base measure,Unit price base measure unit,Continue selling when out of stock,Weight value (grams),Weight unit for display,Product image URL,Variant image URL,Google Shopping / Gender,Google Shopping / Condition',
        'Oil,oil,Cold,TRUE,O-1,Size,1/2 l,9,TRUE,500,ml,1,L,CONTINUE,453.59237,lb,https://img.test/o.jpg,https://img.test/o.jpg,unisex,',
      ].join('\r\n'),
    );
    expect(found(contents)).toEqual(['warning column-not-read 1 Google Shopping / Gender']);
    expect(contents.products).toMatchObject([
      {
        published: true,
        draft: {
          ...{ localId: 'oil', descriptionHtml: 'Cold', images: [{ url: 'https://img.test/o.jpg' }] },
          variants: [
            {
              ...{ price: '9', taxable: true, inventoryPolicy: 'CONTINUE', imageUrl: 'https://img.test/o.jpg' },
              inventoryItem: { weight: { value: 1, unit: 'POUNDS' } },
              unitPrice: { quantityValue: 500, quantityUnit: 'ML', referenceValue: 1, referenceUnit: 'L' },
            },
          ],
        },
      },
    ]);
    expect(contents.drafts[0]).not.toHaveProperty('publishTo');
  });

  it.each([
    [
      'other capitals and spaces',
      'Handle ,TITLE,variant  price,Tags',
      ['header-padded 1 Handle', 'header-other-case 1 TITLE', 'header-other-case 1 variant  price'],
    ],
    ['a column twice', 'Handle,Title,Variant Price,Price', ['column-twice 1 Price']],
    ['columns of others', 'Handle,Title,Variant Price,Shelf', ['column-unknown 1 Shelf']],
  ])('may have %s in its header, with a warning', async (_name, header, codes) => {
    const contents = await read(`${header}\na,A,1.00,x\n`);
    expect(found(contents)).toEqual(codes.map((code) => `warning ${code}`));
    expect(variants(contents)).toMatchObject([{ price: '1.00' }]);
  });

  it('may be of Matrixify, whose commands are not executed', async () => {
    const contents = await read(
      [
        'Handle,Command,Title,Body HTML,Image Src,Option1 Name,Option1 Value,Variant Price,Variant Weight,Variant Weight Unit,Metafield: custom.care [boolean]',
        'a,MERGE,A,<p>,https://img.test/1.jpg;https://img.test/2.jpg,Size,S,1.00,0.5,kg,TRUE',
        'b,DELETE,B,,,Size,S,1.00,,,',
      ].join('\n'),
    );
    expect(found(contents)).toEqual([
      'warning matrixify-file 1',
      'warning column-not-read 1 Command',
      'error command-not-read 3 Command',
    ]);
    expect(contents.drafts).toMatchObject([
      {
        localId: 'a',
        images: [{ url: 'https://img.test/1.jpg' }, { url: 'https://img.test/2.jpg' }],
        metafields: [{ namespace: 'custom', key: 'care', type: 'boolean', value: 'true' }],
        variants: [{ inventoryItem: { weight: { value: 0.5, unit: 'KILOGRAMS' } } }],
      },
    ]);
  });

  it.each([
    [
      'an inventory file',
      'Handle,Title,Option1 Name,Option1 Value,SKU,Location,Available\na,A,,,S,Main,4',
      'not-a-product-file',
    ],
    ['an order file', 'Name,Email,Financial Status\n#1,a@example.com,paid', 'not-a-product-file'],
    ['a web page', '<!doctype html>\n<p>Please log in</p>', 'not-a-product-file'],
    ['an empty file', '', 'not-a-product-file'],
  ])('is not %s', async (_name, text, code) => {
    const contents = await read(text);
    expect(contents).toMatchObject({ products: [], drafts: [], issues: [{ severity: 'error', code, row: 1 }] });
  });

  it('may be only a header, or have no prices', async () => {
    expect(found(await read('Handle,Title,Variant Price\n'))).toEqual(['warning no-rows 1']);
    const contents = await read('Handle,Title,Vendor\na,A,V\nb,B,V\n');
    expect(found(contents)).toEqual(['warning column-missing 1 Variant Price']);
    expect(contents.drafts).toMatchObject([
      { localId: 'a', price: 'warn' },
      { localId: 'b', price: 'warn' },
    ]);
    expect(contents.drafts.every((draft) => validateProduct(draft).ok)).toBe(true);
    // A column of prices under another name is noticed.
    const renamed = await read('Handle,Title,variant_price\na,A,1.00\n');
    expect(found(renamed)).toEqual(['error column-missing 1 Variant Price', 'warning column-unknown 1 variant_price']);
    expect(renamed.drafts.filter((draft) => validateProduct(draft).ok)).toEqual([]);
  });
});

describe('the rows of a product', () => {
  it('are combined, in any order', async () => {
    const contents = await read(
      'Handle,Title,Option1 Name,Option1 Value,Variant Price\na,A,Size,S,1.00\nb,B,Title,Default Title,1.00\na,,,M,1.00\nb,B,Title,Default Title,1.00\n',
    );
    expect(contents.products.map(({ draft }) => draft.variants.map(({ options }) => options))).toEqual([
      [{ Size: 'S' }, { Size: 'M' }],
      [{}],
    ]);
    expect(found(contents)).toEqual([
      'warning handle-returns 4 Handle',
      'warning handle-returns 5 Handle',
      'error options-repeated 5 Option1 Value',
    ]);
  });

  it('have the same values for the product, or the first row is used', async () => {
    const contents = await read(
      'Handle,Title,Vendor,Tags,Option1 Name,Option1 Value,Variant Price,Care (product.metafields.custom.care)\na,A,V,x,Size,S,1.00,cold\na,A,V,x,Size,M,1.00,cold\na,B,W,y,Sizes,L,1.00,hot\nb,,,,Size,S,1.00,\nb,Late,,,,M,1.00,\n',
    );
    expect(
      contents.products.map(({ draft: { title, vendor, tags, options } }) => [title, vendor, tags, options]),
    ).toEqual([
      ['A', 'V', ['x'], ['Size']],
      ['Late', undefined, undefined, ['Size']],
    ]);
    expect(found(contents)).toEqual([
      ...['Title', 'Option1 Name', 'Vendor', 'Tags', 'Care (product.metafields.custom.care)'].map(
        (column) => `warning differs-from-first-row 4 ${column}`,
      ),
      'warning title-not-on-first-row 6 Title',
    ]);
  });

  it('need a handle or a title, and data', async () => {
    const contents = await read(
      'Handle,Title,Option1 Name,Option1 Value,Variant Price\n,,,,2.00\nBig Jug,Jug,,,1.00\n,New jug,Size,S,1.00\n,,,M,1.00\nbig jug,Jug 2,,,1.00\nonly,,,,\nno-title,,,,1.00\n',
    );
    expect(found(contents)).toEqual([
      'error row-without-handle 2 Handle',
      'warning handle-will-change 3 Handle',
      'warning handle-missing 4 Handle',
      'error row-without-handle 5 Handle',
      'warning handle-will-change 6 Handle',
      'warning handle-differs-only-in-case 6 Handle',
      'error row-without-data 7 Title',
      'error title-missing 8 Title',
    ]);
    expect(contents.products.map(({ draft }) => [draft.localId, draft.handle, draft.variants.length])).toEqual([
      ['Big Jug', 'Big Jug', 1],
      ['new-jug', undefined, 2],
      ['big jug', 'big jug', 1],
      ['no-title', 'no-title', 1],
    ]);
    expect(contents.drafts.map(({ localId }) => localId)).toEqual(['Big Jug', 'big jug']);
  });

  it('belong to no draft if another product would have the same id', async () => {
    const contents = await read(
      'Handle,Title,Variant Price\n,Mug,1.00\n,mug!,2.00\njug,Jug,3.00\n,Jug,4.00\nplate,Plate,5.00\n',
    );
    expect(found(contents).filter((issue) => issue.startsWith('error'))).toEqual([
      'error product-repeated 3 Title',
      'error product-repeated 5 Title',
    ]);
    expect(contents.drafts.map(({ localId }) => localId)).toEqual(['mug', 'jug', 'plate']);
  });

  it('that have only an image, or also defaults of a generator, are not variants', async () => {
    const contents = await read(
      'Handle,Title,Option1 Name,Option1 Value,Variant Price,Variant Inventory Tracker,Variant Inventory Policy,Image Src,Image Position,Image Alt Text\na,A,Title,Default Title,1.00,shopify,deny,https://img.test/2.jpg,2.0,\na,,,,,shopify,deny,https://img.test/1.jpg,1,One\na,,,,,,,https://img.test/1.jpg?v=9,3,\na,,,,,,,,4,\na,,,,,,,,,Lost\na,,,,,,,photos/x.jpg,5,\na,,,,,,,N/A,x,\na,,,,,,,,,\n',
    );
    expect(contents.products[0]?.draft.variants).toHaveLength(1);
    expect(contents.products[0]?.draft.images).toEqual([
      { url: 'https://img.test/1.jpg', alt: 'One', position: 1 },
      { url: 'https://img.test/2.jpg', position: 2 },
    ]);
    expect(found(contents)).toEqual([
      'warning image-repeated 4 Image Src',
      'warning position-without-image 5 Image Position',
      'warning alt-without-image 6 Image Alt Text',
      'error image-not-a-url 7 Image Src',
      'error position-not-a-number 8 Image Position',
      'error image-not-a-url 8 Image Src',
      'warning row-without-data 9',
    ]);
  });

  it('add the image of a variant to those of the product', async () => {
    const contents = await read(
      'Handle,Title,Variant Price,Image Src,Variant Image\na,A,1.00,https://img.test/a?id=1&v=1,https://img.test/a?id=2\n',
    );
    expect(contents.drafts).toMatchObject([
      { images: [{ url: 'https://img.test/a?id=1&v=1' }, { url: 'https://img.test/a?id=2', position: 2 }] },
    ]);
    expect(found(contents)).toEqual(['warning image-added-to-list 2 Variant Image']);
  });
});

describe('options', () => {
  const options = (...rows: string[]) =>
    read(['Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant Price', ...rows].join('\n'));

  it('are none for the default variant, however it is written', async () => {
    const contents = await options(
      'a,A,Title,Default Title,,,1',
      'b,B,,,,,1',
      'c,C,title,DEFAULT TITLE,,,1',
      'd,D,,Default Title,,,1',
    );
    expect(contents.products.map(({ draft }) => [draft.options, draft.variants[0]?.options])).toEqual(
      Array.from({ length: 4 }, () => [undefined, {}]),
    );
    expect(found(contents)).toEqual([]);
  });

  it.each([
    [
      'a default title under another name',
      ['a,A,Titel,Default Title,,,1'],
      ['warning default-title-under-other-name 2 Option1 Name'],
    ],
    [
      'a default title beside others',
      ['a,A,Title,Default Title,,,1', 'a,,,Tall,,,2'],
      ['warning default-title-beside-others 2 Option1 Value'],
    ],
    [
      'other capitals',
      ['a,A,Size,Red,,,1', 'a,,,red,,,1', 'a,,, Blue ,,,1'],
      ['error options-repeated 3 Option1 Value'],
    ],
    [
      'a value in another spelling',
      ['a,A,C,Red,Size,S,1', 'a,,,RED,,M,1'],
      ['warning option-value-other-case 3 Option1 Value'],
    ],
    ['no name', ['a,A,,Red,,,1', 'a,,,Blue,,,1'], ['error option-name-missing 2 Option1 Name']],
    ['no values', ['a,A,C,Red,Size,,1'], ['warning option-without-values 2 Option2 Name']],
    ['a value that is missing', ['a,A,C,Red,Size,S,1', 'a,,,Blue,,,1'], ['error option-value-missing 3 Option2 Value']],
    [
      'dates and errors of a spreadsheet',
      ['a,A,Size,2-Jan,,,1', 'a,,,#REF!,,,1'],
      ['warning looks-like-a-date 2 Option1 Value', 'warning spreadsheet-error-value 3 Option1 Value'],
    ],
  ])('are reported with %s', async (_name, rows, issues) => {
    expect(found(await options(...rows))).toEqual(issues);
  });

  it('are three at most', async () => {
    const contents = await read(
      'Handle,Title,Option1 Name,Option1 Value,Option4 Name,Option4 Value,Variant Price\na,A,C,Red,Legs,Oak,1\nb,B,C,Red,,,1\n',
    );
    expect(found(contents)).toEqual(['error too-many-options 2 Option4 Name']);
    expect(contents.drafts.map(({ localId }) => localId)).toEqual(['b']);
  });

  it('have different names, or the values of the second would be lost', async () => {
    const contents = await read(
      'Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant Price\na,A,Size,S,Size,30,1\nb,B,Size,S,size ,30,1\nc,C,Size,S,Length,30,1\n',
    );
    expect(found(contents)).toEqual([
      'error option-name-repeated 2 Option2 Name',
      'error option-name-repeated 3 Option2 Name',
    ]);
    expect(contents.drafts.map(({ options }) => options)).toEqual([['Size', 'Length']]);
  });

  it('without values report their links', async () => {
    const contents = await read(
      'Handle,Title,Option1 Name,Option1 Value,Option1 Linked To,Variant Price\na,A,Title,Default Title,product.metafields.shopify.size,1\nb,B,,,product.metafields.shopify.size,1\n',
    );
    expect(found(contents)).toEqual([
      'warning option-without-values 2 Option1 Linked To',
      'warning option-without-values 3 Option1 Linked To',
    ]);
    expect(contents.drafts.map(({ options, linkedOptions }) => [options, linkedOptions])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  const linked =
    'Handle,Title,Option1 Name,Option1 Value,Option1 Linked To,Variant Price,C (product.metafields.shopify.color-pattern)\na,A,Farbe,black,product.metafields.shopify.color-pattern,1,black; white-1\na,,,white-1,,1,\n';

  it('that are linked stay linked, and are never text', async () => {
    const contents = await read(linked);
    expect(found(contents)).toEqual(['warning linked-option 2 Option1 Linked To']);
    expect(contents.drafts).toMatchObject([
      {
        linkedOptions: { Farbe: { namespace: 'shopify', key: 'color-pattern' } },
        variants: [{ options: { Farbe: 'black' } }, {}],
      },
    ]);
    const broken = linked.replace('product.metafields.shopify.color-pattern,1', 'color,1');
    expect(found(await read(broken))).toEqual(['error linked-to-unknown 2 Option1 Linked To']);
  });

  it('that are linked get the gids of their values from the shop', async () => {
    const asked: string[] = [];
    const contents = await read(linked, {
      definitionType: () => 'list.metaobject_reference',
      resolveReference: async (handle, { namespace, key }, type) => {
        asked.push(`${namespace}.${key} ${type} ${handle}`);
        return `gid://shopify/Metaobject/${handle.length}`;
      },
    });
    expect(found(contents)).toEqual([]);
    expect(contents.drafts).toMatchObject([
      {
        metafields: [
          { type: 'list.metaobject_reference', value: '["gid://shopify/Metaobject/5","gid://shopify/Metaobject/7"]' },
        ],
        variants: [
          { options: { Farbe: 'gid://shopify/Metaobject/5' } },
          { options: { Farbe: 'gid://shopify/Metaobject/7' } },
        ],
      },
    ]);
    expect(asked).toContain('shopify.color-pattern list.metaobject_reference white-1');
  });
});

describe('cells', () => {
  it.each([
    [
      'Variant Compare At Price',
      ['$9', '"9,50"', '"1.299,00"', 'EUR 9', '9 kr', '1.2E+3', 'on sale', '-9', '9.123456', '4.00', '0', '9'],
      [
        ...['with-currency', 'with-comma', 'with-comma', 'with-currency', 'with-currency'].map(
          (code, at) => `error compare-at-${code} ${at + 2}`,
        ),
        ...['error number-damaged 7', 'error compare-at-not-a-number 8', 'error compare-at-negative 9'],
        ...['warning compare-at-too-many-decimals 10', 'warning compare-at-not-above-price 11'],
      ],
    ],
    [
      'Variant Inventory Qty',
      ['5.0', '-3', '2.5', 'many', "'7"],
      ['error quantity-not-whole 4', 'error quantity-not-a-number 5'],
    ],
    ['Variant Inventory Policy', ['Deny', 'CONTINUE', 'FALSE', ''], ['error policy-unknown 4']],
    [
      'Continue selling when out of stock',
      ['TRUE', 'FALSE', 'maybe'],
      ['warning policy-unusual 2', 'warning policy-unusual 3', 'error policy-unknown 4'],
    ],
    ['Status', ['Active', 'unlisted', 'live', ''], ['error status-unknown 4']],
    [
      'Published',
      ['True', 'YES', '0', 'web'],
      ['warning boolean-unusual 3', 'warning boolean-unusual 4', 'error boolean-unknown 5'],
    ],
    ['Variant Inventory Tracker', ['shopify', 'SHOPIFY', 'depot', ''], ['warning tracked-by-other-service 4']],
    ['Variant Fulfillment Service', ['manual', 'dropper', 'dropper', ''], ['warning service-not-read 3']],
    ['Tags', ['"a, A, ,b"', 'a;b', 'R&amp;D', ' '], ['warning tag-has-other-separator 3']],
    ['Vendor', ['#N/A', '#1 Toys'], ['warning spreadsheet-error-value 2']],
    ['Gift Card', ['true', 'FALSE'], ['warning gift-card 2']],
    [
      'Product Category',
      [
        'aa-1',
        'gid://shopify/TaxonomyCategory/aa',
        'Toys > Games',
        '1604',
        'AA-1-2',
        'gid://shopify/ProductTaxonomyNode/1',
      ],
      ['warning category-is-a-path 4', 'warning category-is-a-path 5', 'warning category-is-a-path 7'],
    ],
  ])('of "%s" that cannot be read are reported, and left out', async (column, values, issues) => {
    const contents = await read(file(column, ...values));
    const wanted = issues.map((issue) => `${issue} ${column}`);
    expect(found(contents)).toEqual(wanted);
  });

  it('of true and false may be what spreadsheets of other languages write', async () => {
    const contents = await read(file('Variant Taxable', 'WAHR', 'FALSCH', 'vrai', 'faux', 'Verdadero', 'FALSO', 'OUI'));
    expect(variants(contents).map((variant) => variant?.taxable)).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
      undefined,
    ]);
    expect(found(contents)).toEqual([
      ...[2, 3, 4, 5, 6, 7].map((row) => `warning boolean-unusual ${row} Variant Taxable`),
      'error boolean-unknown 8 Variant Taxable',
    ]);
  });

  it('of images have one URL each', async () => {
    const contents = await read(
      file(
        'Image Src',
        '"https://img.test/1.jpg, https://img.test/2.jpg"',
        'https://img.test/f?u=https://img.test/3.jpg',
      ),
    );
    expect(contents.issues.map(({ row, message }) => [row, message])).toEqual([
      [2, 'has several URLs: give each its own row'],
    ]);
    expect(contents.drafts.map(({ images }) => images)).toEqual([
      [{ url: 'https://img.test/f?u=https://img.test/3.jpg', position: 1 }],
    ]);
  });

  it('of gift cards in the fulfilment service are reported if the product is not one', async () => {
    const contents = await read(file('Gift Card,Variant Fulfillment Service', 'true,gift_card', 'false,gift_card'));
    expect(found(contents)).toEqual([
      'warning gift-card 2 Gift Card',
      'warning service-not-read 3 Variant Fulfillment Service',
    ]);
  });

  it('of a price that cannot be read leave the draft without one', async () => {
    const contents = await read('Handle,Title,Variant Price\na,A,"1,299"\nb,B,\nc,C,-1\nd,D,0.00\n');
    expect(found(contents)).toEqual([
      'error price-with-comma 2 Variant Price',
      'error price-missing 3 Variant Price',
      'error price-negative 4 Variant Price',
    ]);
    expect(variants(contents).map((variant) => variant?.price)).toEqual([undefined, undefined, undefined, '0.00']);
  });

  it('of weights are grams, whatever the unit says', async () => {
    const contents = await read(
      file(
        'Variant Grams,Variant Weight Unit',
        '100.0,kg',
        '28.349523125,oz',
        '0.0,kg',
        '500,',
        '1200,KG',
        '3,stone',
        'heavy,g',
        '-1,g',
      ),
    );
    expect(variants(contents).map((variant) => variant?.inventoryItem?.weight)).toEqual([
      { value: 0.1, unit: 'KILOGRAMS' },
      { value: 1, unit: 'OUNCES' },
      { value: 0, unit: 'KILOGRAMS' },
      { value: 500, unit: 'GRAMS' },
      { value: 1.2, unit: 'KILOGRAMS' },
      { value: 3, unit: 'GRAMS' },
      undefined,
      undefined,
    ]);
    expect(found(contents)).toEqual([
      'warning weight-unit-unknown 7 Variant Weight Unit',
      'error weight-not-a-number 8 Variant Grams',
      'error weight-negative 9 Variant Grams',
    ]);
    const other = await read(file('Variant Weight,Variant Weight Unit', '2,lb', '2,'));
    expect(variants(other)[0]?.inventoryItem?.weight).toEqual({ value: 2, unit: 'POUNDS' });
    expect(found(other)).toEqual(['error weight-without-unit 3 Variant Weight']);
  });

  it('of SKUs and barcodes keep every digit, and lose only the apostrophe of exports', async () => {
    const contents = await read(
      file(
        'Variant SKU,Variant Barcode',
        "'0012,'4006381333931",
        "'90S,",
        '9007199254740993,376104250021234569',
        '1.2E+11,3.6E+11',
        '44.0,44.0',
        'N/A,#REF!',
        ',',
        "'0012,",
      ),
    );
    expect(variants(contents).map((variant) => [variant?.sku, variant?.barcode])).toEqual([
      ['0012', '4006381333931'],
      ["'90S", undefined],
      ['9007199254740993', '376104250021234569'],
      ['1.2E+11', undefined],
      ['44.0', undefined],
      ['N/A', undefined],
      [undefined, undefined],
      ['0012', undefined],
    ]);
    expect(found(contents)).toEqual([
      'error number-damaged 5 Variant SKU',
      'error number-damaged 5 Variant Barcode',
      'warning looks-like-a-number-with-decimals 6 Variant SKU',
      'error number-damaged 6 Variant Barcode',
      'warning spreadsheet-error-value 7 Variant SKU',
      'error spreadsheet-error-value 7 Variant Barcode',
      'warning sku-empty 8 Variant SKU',
      'warning sku-in-other-product 9 Variant SKU',
    ]);
  });

  it('with an E between digits are text, as no spreadsheet writes a number without a point or a sign', async () => {
    const codes = ['36E5', '1e3', '0012E7', '5E10'];
    const contents = await read(file('Variant SKU,Variant Barcode', ...codes.map((code) => `${code},${code}`)));
    expect(variants(contents).map((variant) => [variant?.sku, variant?.barcode])).toEqual(
      codes.map((code) => [code, code]),
    );
    expect(found(contents)).toEqual([]);
    const damaged = await read(file('Variant SKU', '1.2E11', '"3,6e+11"', '4E+12', '5e-7'));
    expect(found(damaged)).toEqual([2, 3, 4, 5].map((row) => `error number-damaged ${row} Variant SKU`));
  });

  it('that are formulas, with which spreadsheets keep codes as text, have that text', async () => {
    const contents = await read(file('Variant SKU,Variant Barcode', '"=""00123""","=""0400638"""', '=,"=""a"" & 1"'));
    expect(variants(contents).map((variant) => [variant?.sku, variant?.barcode])).toEqual([
      ['00123', '0400638'],
      ['=', '="a" & 1'],
    ]);
    expect(found(contents)).toEqual([
      'warning spreadsheet-formula 2 Variant SKU',
      'warning spreadsheet-formula 2 Variant Barcode',
    ]);
  });

  it('that are formulas of no text are empty, and those of a damaged number are damaged', async () => {
    const contents = await read(file('Variant SKU,Variant Barcode', '"=""""",', '"=""""","=""4.00638E+12"""'));
    expect(variants(contents).map((variant) => [variant?.sku, variant?.barcode])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
    expect(found(contents)).toEqual([
      'warning spreadsheet-formula 2 Variant SKU',
      'warning sku-empty 2 Variant SKU',
      'warning spreadsheet-formula 3 Variant SKU',
      'warning sku-empty 3 Variant SKU',
      'error number-damaged 3 Variant Barcode',
    ]);
  });

  it('of a SKU twice in a product are a warning, and the draft is valid', async () => {
    const contents = await read(
      'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\na,A,Size,S,X,1\na,,,M,X,1\na,,,L,,1\n',
    );
    expect(found(contents)).toEqual([
      'warning sku-repeated-in-product 3 Variant SKU',
      'warning sku-empty 4 Variant SKU',
    ]);
    expect(contents.drafts.map((draft) => validateProduct(draft).ok)).toEqual([true]);
  });

  it('of stock that is tracked but empty are a warning if the file has quantities', async () => {
    const counted = await read(file('Variant Inventory Tracker,Variant Inventory Qty', 'shopify,', ',7'));
    expect(found(counted)).toEqual(['warning quantity-missing 2 Variant Inventory Qty']);
    expect(counted.products.map(({ stock }) => stock)).toEqual([undefined, [7]]);
    expect(found(await read(file('Variant Inventory Tracker', 'shopify')))).toEqual([]);
  });

  it('of a unit price need all four columns', async () => {
    const columns =
      'Unit Price Total Measure,Unit Price Total Measure Unit,Unit Price Base Measure,Unit Price Base Measure Unit';
    const contents = await read(
      file(columns, '1.0,item,1.0,item', '16,fl oz,1,oz', '500,ml,,', '500,barrel,1,L', '0.0,,0.0,'),
    );
    expect(variants(contents).map((variant) => variant?.unitPrice)).toMatchObject([
      { quantityUnit: 'ITEM' },
      { quantityUnit: 'FLOZ', referenceUnit: 'OZ' },
      ...[{}, {}, {}].map(() => undefined),
    ]);
    expect(found(contents)).toEqual([
      'warning unit-price-incomplete 4 Unit Price Total Measure',
      'error unit-unknown 5 Unit Price Total Measure Unit',
      'warning unit-price-incomplete 5 Unit Price Total Measure',
    ]);
  });

  it('of market prices are never the price, and are reported once for each column with values', async () => {
    const contents = await read(
      file('Included / Norway,Price / Norway,Compare-at price / Norway,Collection', 'true,149.00,,', 'false,,,Summer'),
    );
    expect(variants(contents).map((variant) => variant?.price)).toEqual(['5.00', '5.00']);
    expect(found(contents)).toEqual(
      ['Included / Norway', 'Price / Norway', 'Collection'].map((column) => `warning column-not-read 1 ${column}`),
    );
  });

  it('of HTML are passed on as they are, also the line breaks in them', async () => {
    const html = ' <p>“Smart” &amp; ""big""</p>\r\n<script>alert(1)</script>\n';
    const contents = await read(file('Body (HTML)', `"${html}"`));
    expect(contents.drafts[0]?.descriptionHtml).toBe(html.replaceAll('""', '"'));
    expect(contents.issues).toEqual([]);
  });
});

describe('metafields', () => {
  const columns = [
    'Care (product.metafields.custom.care)',
    'Size (EU) (product.metafields.custom.size_eu)',
    'Vegan (product.metafields.custom.vegan)',
    'Stars (product.metafields.reviews.rating_count)',
    'Finish (variant.metafields.custom.finish)',
  ];
  const text = file(columns.join(), `"Cold,\nno bleach",38; 39.5,TRUE,'42,matt`);

  it('that have two columns use the first, and the second is reported', async () => {
    const contents = await read(
      file('A (product.metafields.custom.a),B (product.metafields.custom.a)', 'one,two', 'one,'),
    );
    expect(found(contents)).toEqual(['warning column-twice 1 B (product.metafields.custom.a)']);
    expect(contents.drafts.map(({ metafields }) => metafields)).toEqual([
      [{ namespace: 'custom', key: 'a', value: 'one' }],
      [{ namespace: 'custom', key: 'a', value: 'one' }],
    ]);
  });

  it('are text if their types are unknown', async () => {
    const contents = await read(text);
    expect(contents.drafts[0]?.metafields).toEqual([
      { namespace: 'custom', key: 'care', value: 'Cold,\nno bleach' },
      { namespace: 'custom', key: 'size_eu', value: '38; 39.5' },
      { namespace: 'custom', key: 'vegan', value: 'TRUE' },
      { namespace: 'reviews', key: 'rating_count', value: '42' },
    ]);
    expect(found(contents)).toEqual([`warning variant-metafield-not-read 1 ${columns[4]}`]);
  });

  it('are left out if the shop has no definition, which is reported once for each column', async () => {
    const contents = await read(`${text}\np-2,P 2,5.00,warm,,,,\n`, {
      definitionType: ({ key }) => (key === 'vegan' ? 'boolean' : undefined),
      types: { 'reviews.rating_count': 'number_integer' },
    });
    expect(contents.drafts.map(({ metafields }) => metafields)).toEqual([
      [
        { namespace: 'custom', key: 'vegan', type: 'boolean', value: 'true' },
        { namespace: 'reviews', key: 'rating_count', type: 'number_integer', value: '42' },
      ],
      undefined,
    ]);
    expect(found(contents).filter((issue) => issue.includes('undefined'))).toEqual([
      `warning metafield-undefined 2 ${columns[0]}`,
      `warning metafield-undefined 2 ${columns[1]}`,
    ]);
  });

  it('use the types of the definitions, otherwise those of the options', async () => {
    const asked: string[] = [];
    const contents = await read(`${text}\np-2,P 2,5.00,a\nb,,,x,\n`, {
      definitionType: async ({ namespace, key }) => {
        asked.push(`${namespace}.${key}`);
        return key === 'size_eu' ? 'list.number_decimal' : undefined;
      },
      types: {
        'custom.vegan': 'boolean',
        'custom.size_eu': 'json',
        'reviews.rating_count': 'number_integer',
        'custom.care': 'single_line_text_field',
      },
    });
    expect(contents.products[0]?.draft.metafields).toEqual([
      { namespace: 'custom', key: 'size_eu', type: 'list.number_decimal', value: '[38,39.5]' },
      { namespace: 'custom', key: 'vegan', type: 'boolean', value: 'true' },
      { namespace: 'reviews', key: 'rating_count', type: 'number_integer', value: '42' },
    ]);
    expect(found(contents).filter((issue) => issue.includes('metafield-value'))).toEqual([
      `error metafield-value-invalid 2 ${columns[0]}`,
    ]);
    expect(asked.filter((name) => name === 'custom.vegan')).toHaveLength(1);
  });

  it.each([
    ['list.single_line_text_field', '"a; b;c"', '["a","b","c"]'],
    ['list.single_line_text_field', '"a\nb"', '["a","b"]'],
    ['list.single_line_text_field', '"[""a"",""b""]"', '["a","b"]'],
    ['list.number_integer', '1; 2', '[1,2]'],
    ['number_integer', '5.0', '5'],
    ['boolean', 'No', 'false'],
    ['product_reference', 'gid://shopify/Product/1', 'gid://shopify/Product/1'],
  ])('of type %s are written as the API takes them', async (type, cell, value) => {
    const contents = await read(file('X (product.metafields.custom.x)', cell), { types: { 'custom.x': type } });
    expect(contents.drafts[0]?.metafields).toEqual([{ namespace: 'custom', key: 'x', type, value }]);
  });

  it('that refer to something by its handle are reported, and left out', async () => {
    const contents = await read(file('X (product.metafields.custom.x)', 'blue-jug'), {
      types: { 'custom.x': 'product_reference' },
    });
    expect(found(contents)).toEqual(['warning metafield-reference 2 X (product.metafields.custom.x)']);
    expect(contents.drafts[0]).not.toHaveProperty('metafields');
  });
});

describe('categories', () => {
  it('by path are looked up, once each, or kept beside the draft', async () => {
    const asked: string[] = [];
    const contents = await read(file('Product Category', 'Toys', 'Toys', 'Spielzeug'), {
      resolveCategory: (path) => {
        asked.push(path);
        return path === 'Toys' ? 'gid://shopify/TaxonomyCategory/tg' : undefined;
      },
    });
    expect(asked).toEqual(['Toys', 'Spielzeug']);
    expect(contents.products.map(({ draft, category }) => [draft.category, category])).toEqual([
      ['gid://shopify/TaxonomyCategory/tg', 'Toys'],
      ['gid://shopify/TaxonomyCategory/tg', 'Toys'],
      [undefined, 'Spielzeug'],
    ]);
    expect(found(contents)).toEqual(['warning category-is-a-path 4 Product Category']);
  });
});

describe('a file that is not quite a product CSV', () => {
  it.each<[string, string, readonly string[]]>([
    [
      'a first column without a name, reported once',
      ',Handle,Title,Variant Price\n0,a,A,1\n1,b,B,1\n',
      ['warning value-in-nameless-column 2'],
    ],
    ['a value beyond the header', 'Handle,Title,Variant Price\na,A,1,x\n', ['warning value-in-nameless-column 2']],
    [
      'a row that is too short',
      'Handle,Title,Variant Price\na,A\n',
      ['warning row-too-short 2', 'error price-missing 2 Variant Price'],
    ],
    [
      'a quote in a column that is not read',
      'Handle,Title,Variant Price,Shelf\na,A,1,B"7\n',
      ['warning column-unknown 1 Shelf', 'warning stray-quote 2'],
    ],
    ['titles without handles', 'Title,Variant Price\nA,1\nB,2\n', []],
    ['a title of signs alone', 'Title,Variant Price\n!!!,1\n', []],
    ['a broken quote before any product', 'Title,Variant Price\n"A" x,1\nB,2\n', ['error bad-quoting 2 Title']],
    [
      'an unused first option named Title',
      'Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant Price\na,A,Title,,Size,S,1\na,,,,,M,1\n',
      [],
    ],
    ['tags that are commas alone', 'Handle,Title,Tags,Variant Price\na,A,"  , ,",1\n', []],
  ])('%s', async (_what, text, issues) => {
    expect(found(await read(text))).toEqual(issues);
  });

  it('handles and images alone are products without titles', async () => {
    const contents = await read('Handle,Image Src\na,https://img.test/1.jpg\n');
    expect(found(contents)).toContain('error column-missing 1 Title');
    expect(contents.drafts).toEqual([]);
  });

  it('a product without a handle is identified by its title, or by the word product', async () => {
    const { drafts } = await read('Title,Variant Price\nBlue Jug,1\n!!!,2\n');
    expect(drafts.map(({ localId }) => localId)).toEqual(['blue-jug', 'product']);
  });

  it('values that do not fit the type of a metafield are errors, and the text is not changed', async () => {
    for (const [type, text] of [
      ['boolean', 'perhaps'],
      ['number_integer', '1.5'],
    ] as const) {
      const contents = await read(file('X (product.metafields.custom.x)', text), { types: { 'custom.x': type } });
      expect(found(contents)).toEqual(['error metafield-value-invalid 2 X (product.metafields.custom.x)']);
      expect(contents.drafts).toEqual([]);
    }
  });

  it('a list of references is left out completely if one is not found', async () => {
    const read2 = (known: readonly string[]) =>
      read(file('X (product.metafields.custom.x)', 'blue; red'), {
        types: { 'custom.x': 'list.metaobject_reference' },
        resolveReference: async (handle) => (known.includes(handle) ? `gid://shopify/Metaobject/${handle}` : undefined),
      });
    const whole = await read2(['blue', 'red']);
    expect(whole.drafts[0]?.metafields).toMatchObject([
      { value: '["gid://shopify/Metaobject/blue","gid://shopify/Metaobject/red"]' },
    ]);
    const part = await read2(['blue']);
    expect(found(part)).toEqual(['warning metafield-reference 2 X (product.metafields.custom.x)']);
    expect(part.drafts[0]?.metafields).toBeUndefined();
  });

  it('a measure of a unit price that is not a number is reported, and the unit price left out', async () => {
    const columns =
      'Unit Price Total Measure,Unit Price Total Measure Unit,Unit Price Base Measure,Unit Price Base Measure Unit';
    const contents = await read(file(columns, 'much,ml,100,ml'));
    expect(found(contents)).toContain('error measure-not-a-number 2 Unit Price Total Measure');
    expect(variants(contents)[0]).not.toHaveProperty('unitPrice');
  });

  it('the image of a variant is the first if the product has none', async () => {
    const contents = await read(file('Variant Image', 'https://img.test/v.jpg'));
    expect(contents.drafts[0]?.images).toEqual([{ url: 'https://img.test/v.jpg', position: 1 }]);
  });
});
