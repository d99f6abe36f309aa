export const group = 'validation';

const variant = (changes = {}) => ({ sku: 'TEE-M', price: '24.90', options: { Size: 'M' }, ...changes });
const product = (changes = {}) => ({
  localId: 'tee',
  title: 'Linen tee',
  descriptionHtml: '<p>Soft.</p>',
  images: [{ url: 'https://cdn.example.com/tee.jpg' }],
  variants: [variant()],
  ...changes,
});
const many = (count, make) => Array.from({ length: count }, (_, at) => make(at));
const metafield = { namespace: 'care', key: 'wash', type: 'single_line_text_field', value: '30' };

const drafts = {
  'nothing wrong': product(),
  null: null,
  text: 'text',
  list: [],
  empty: {},
  'no id': product({ localId: undefined }),
  'an id of blanks': product({ localId: '  ' }),
  'an id that is a number': product({ localId: 7 }),
  'an id with NUL': product({ localId: 'a\0b' }),
  'no title': product({ title: '' }),
  'a title of 256': product({ title: 'x'.repeat(256) }),
  'a title that is a list': product({ title: ['x'] }),
  'a handle in capitals': product({ handle: 'The Tee' }),
  'a handle of 256': product({ handle: 'x'.repeat(256) }),
  'no variants': product({ variants: [] }),
  'variants that are none': product({ variants: 'x' }),
  'a variant that is none': product({ variants: [null, 7] }),
  '2049 variants': product({ variants: many(2049, (at) => variant({ sku: `s-${at}`, options: { Size: `${at}` } })) }),
  'no SKU': product({ variants: [variant({ sku: undefined })] }),
  'an empty SKU': product({ variants: [variant({ sku: ' ' })] }),
  'one SKU twice': product({ variants: [variant(), variant({ options: { Size: 'L' } })] }),
  'no price': product({ variants: [variant({ price: undefined })] }),
  'a price that is a number': product({ variants: [variant({ price: 24.9 })] }),
  'a price with a comma': product({ variants: [variant({ price: '24,90' })] }),
  'a price with a currency': product({ variants: [variant({ price: '€ 24.90' })] }),
  'a negative price': product({ variants: [variant({ price: -1 })] }),
  'a price that is NaN': product({ variants: [variant({ price: Number.NaN })] }),
  'a price of many digits': product({ variants: [variant({ price: '12345678901234567890.123' })] }),
  'a price of 1e-7': product({ variants: [variant({ price: 1e-7 })] }),
  'compared with a lower price': product({ variants: [variant({ compareAtPrice: '1.00' })] }),
  'compared with an odd price': product({ variants: [variant({ compareAtPrice: 'x' })] }),
  'options that repeat': product({ variants: [variant(), variant({ sku: 'b' })] }),
  'options that differ': product({ variants: [variant(), variant({ sku: 'b', options: { Colour: 'Red' } })] }),
  'four options': product({ variants: [variant({ options: { a: '1', b: '2', c: '3', d: '4' } })] }),
  'an option value that is missing': product({ options: ['Size', 'Colour'] }),
  'option names that repeat': product({ options: ['Size', 'size'] }),
  'an option that no variant has': product({ options: ['Colour'] }),
  'an empty option value': product({ variants: [variant({ options: { Size: '' } })] }),
  'an option value of 256': product({ variants: [variant({ options: { Size: 'x'.repeat(256) } })] }),
  'without options, two variants': product({
    variants: [variant({ options: {} }), variant({ sku: 'b', options: {} })],
  }),
  '251 tags': product({ tags: many(251, String) }),
  'a tag of 256': product({ tags: ['x'.repeat(256)] }),
  'tags that repeat, and one with a comma': product({ tags: ['a', 'A', 'b,c', ''] }),
  'tags that are text': product({ tags: 'a, b' }),
  'an odd status': product({ status: 'active' }),
  'a status of 7': product({ status: 7 }),
  'an odd category': product({ category: 'sg-4' }),
  'a category': product({ category: 'gid://shopify/TaxonomyCategory/sg-4-17-2-17' }),
  'an image without an address': product({ images: [{ alt: 'x' }] }),
  'an image with an odd address': product({
    images: [{ url: 'ftp://x' }, { url: 'tee.jpg' }, { url: 'http://localhost/x' }],
  }),
  'an image twice': product({ images: [{ url: 'https://a/b.jpg' }, { url: 'https://a/b.jpg' }] }),
  '251 images': product({ images: many(251, (at) => ({ url: `https://a/${at}.jpg` })) }),
  'no images and no description': product({ images: [], descriptionHtml: '' }),
  'an image of a variant that is not there': product({ variants: [variant({ imageUrl: 'https://a/other.jpg' })] }),
  'an alt text of 600': product({ images: [{ url: 'https://a/b.jpg', alt: 'x'.repeat(600) }] }),
  'a description with a script': product({ descriptionHtml: '<script>x</script>' }),
  metafields: product({ metafields: [metafield] }),
  'a metafield twice': product({ metafields: [metafield, metafield] }),
  'metafields with holes': product({ metafields: [{}, { ...metafield, type: '' }, { ...metafield, value: 7 }, null] }),
  '250 metafields': product({ metafields: many(250, (at) => ({ ...metafield, key: `k${at}` })) }),
  'fields that are misspelt': product({
    titel: 'x',
    vendro: 'y',
    variants: [variant({ skuu: 'x', barcod: 1 })],
    'odd name': 1,
  }),
  'a seo that is text': product({ seo: 'x' }),
  'a long seo': product({ seo: { title: 'x'.repeat(100), description: 'x'.repeat(400), more: 1 } }),
  'odd kinds': product({
    vendor: 7,
    productType: {},
    variants: [variant({ barcode: 7, taxable: 'yes', inventoryPolicy: 'deny' })],
  }),
  'undefined all over': product({
    vendor: undefined,
    seo: undefined,
    tags: undefined,
    variants: [variant({ barcode: undefined })],
  }),
  'lone surrogates': product({ title: 'x\ud800' }),
};

export function define({ add, api }) {
  for (const [name, draft] of Object.entries(drafts)) {
    add(name, async ({ tried }) => {
      const { value, thrown } = await tried(() => api.get('validateProduct')(draft));
      const shown = (list) => list?.map(({ severity, code, field }) => ({ severity, code, field }));
      return {
        thrown,
        ok: value?.ok,
        draft: value?.draft,
        localId: value?.localId,
        errors: shown(value?.errors),
        warnings: shown(value?.warnings),
        whole: value,
      };
    });
  }
  add('the whole list', async ({ tried }) =>
    tried(() =>
      api.get('validateProducts')(Object.values(drafts).filter((draft) => JSON.stringify(draft)?.length < 5000)),
    ),
  );
  add('ids and SKUs that two have', async ({ tried }) =>
    tried(() => api.get('validateProducts')([product(), product(), product({ localId: 'b' })])),
  );
  add('the schema itself', async ({ tried }) =>
    tried(() =>
      api
        .get('productDraftSchema')
        .safeParse(drafts['fields that are misspelt'])
        .error?.issues.map(({ code, path }) => ({ code, path })),
    ),
  );

  const rows = [
    { style_code: 'B', name: 'Bowl', sku: 'B1', price: 4 },
    {
      style_code: 'A',
      name: 'Tee',
      colour: 'Red',
      size: 'M',
      sku: 'A1',
      price: '9.90',
      tags: 'a, b,,c',
      image: 'https://a/1.jpg',
      image2: 'https://a/2.jpg',
    },
    { style_code: ' B ', sku: 'B2', price: 5 },
    { style_code: 'A', name: 'Other', colour: 'Red', size: 38, sku: 1001, price: 1e-7, image: 'https://a/1.jpg' },
    { style_code: null, name: 'Lost' },
    { style_code: '', name: 'Lost' },
    { style_code: 7, name: 'Boot', tags: ['x', 1] },
    { style_code: true },
    null,
    'text',
    { style_code: { a: 1 }, name: 'x' },
  ];
  const mapping = {
    groupBy: 'style_code',
    product: { title: 'name', tags: 'tags', status: () => 'ACTIVE' },
    options: { Colour: 'colour', Size: 'size' },
    variant: { sku: 'sku', price: 'price' },
    images: ['image', 'image2'],
  };
  for (const [name, changes] of Object.entries({
    plain: {},
    'by a function': { groupBy: (row) => row.name },
    'a column that throws': {
      product: {
        title: () => {
          throw new Error('scenario: column');
        },
      },
    },
    'images by a function': { images: (row) => [row.image] },
    'an image of the variant': { variant: { sku: 'sku', price: 'price', imageUrl: 'image' } },
    'an odd mapping': { groupBy: undefined },
  })) {
    add(`rows grouped, ${name}`, async ({ tried }) => {
      const { value, thrown } = await tried(() => api.get('groupVariants')(rows, { ...mapping, ...changes }));
      return { thrown, products: value?.products, rejected: value?.rejected.map(({ reason, ...rest }) => rest) };
    });
  }
  for (const text of [
    '[{"a":1},{"a":2}]',
    '\uFEFF \n[{"a":1}]',
    '{"a":1}\r\n\r\n{"a":2}\r\n',
    '{"a":1}\n\n{"a":2,}\n{"a":3}\n{"a":',
    '[\n{"a":1}\n{"a":2}\n]',
    '[{"a":1}',
    '',
    ' \n',
    'style,name\nA1,Tee\n',
    '<!doctype html>',
    '{\n "products": [1]\n}',
    '[1,"x",null]',
    '7',
    '{"id":9007199254740993}',
  ]) {
    add(`rows read from ${JSON.stringify(text)}`, async ({ tried }) => {
      const { value, thrown } = await tried(() => api.get('parseRows')(text, { name: 'feed.json' }));
      return { thrown, rows: value?.rows, rejected: value?.rejected.map(({ reason, ...rest }) => rest) };
    });
  }
}
