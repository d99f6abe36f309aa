// @ts-nocheck
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { ask } from '../ask.ts';
import { makeProducts, rest } from './rest.ts';

const shirt = {
  title: 'Shirt',
  body_html: '<p>Soft</p>',
  vendor: 'Acme',
  product_type: 'Clothes',
  tags: 'summer, cotton',
  status: 'draft',
  template_suffix: 'wide',
  options: [{ name: 'Size' }, { name: 'Colour' }],
  variants: [
    {
      option1: 'S',
      option2: 'Red',
      price: '10.5',
      sku: 'S-RED',
      inventory_management: 'shopify',
      weight: 2,
      weight_unit: 'lb',
    },
    { option1: 'M', option2: 'Red', price: 12, compare_at_price: '15.00', inventory_policy: 'continue', grams: 300 },
  ],
  images: [{ src: 'https://pictures.example/front.png', alt: 'Front' }, { src: 'https://pictures.example/back.png' }],
  metafields: [{ namespace: 'care', key: 'wash', type: 'single_line_text_field', value: 'cold' }],
};

describe('products over REST', () => {
  it('are created with all that the body says, and read back the same', async () => {
    const fake = createFakeShopify();
    const made = await rest(fake, 'POST products.json', { body: { product: shirt } });
    expect(made.status).toBe(201);
    expect(made.json.product).toMatchObject({
      id: expect.any(Number),
      admin_graphql_api_id: expect.stringMatching(/^gid:\/\/shopify\/Product\/\d+$/),
      title: 'Shirt',
      body_html: '<p>Soft</p>',
      vendor: 'Acme',
      product_type: 'Clothes',
      handle: 'shirt',
      status: 'draft',
      tags: 'cotton, summer',
      template_suffix: 'wide',
      published_scope: 'web',
      options: [
        { name: 'Size', position: 1, values: ['S', 'M'] },
        { name: 'Colour', position: 2, values: ['Red'] },
      ],
      variants: [
        {
          title: 'S / Red',
          price: '10.50',
          sku: 'S-RED',
          inventory_management: 'shopify',
          weight: 2,
          weight_unit: 'lb',
          grams: 907,
          inventory_policy: 'deny',
        },
        {
          title: 'M / Red',
          price: '12.00',
          compare_at_price: '15.00',
          inventory_management: null,
          weight_unit: 'g',
          grams: 300,
          inventory_policy: 'continue',
          inventory_quantity: 0,
        },
      ],
      images: [
        { alt: 'Front', position: 1, src: expect.stringContaining('front.png') },
        { alt: null, position: 2 },
      ],
    });
    const { json } = await rest(fake, `GET products/${made.json.product.id}.json`);
    expect(json).toEqual(made.json);
  });

  it('are the products of GraphQL', async () => {
    const fake = createFakeShopify();
    const [number] = await makeProducts(fake, 'Shirt');
    const query = `{ product(id: "gid://shopify/Product/${number}") { title publishedAt variants(first: 5) { nodes { title } } } }`;
    const { json } = await ask(fake.fetch, { query });
    expect(json.data.product).toMatchObject({ title: 'Shirt', variants: { nodes: [{ title: 'Default Title' }] } });
    expect(json.data.product.publishedAt).not.toBeNull();
  });

  it('are published at once, but for those that say no', async () => {
    const fake = createFakeShopify();
    const made = await rest(fake, 'POST products.json', { body: { product: { title: 'Hidden', published: false } } });
    expect(made.json.product.published_at).toBeNull();
    const bare = createFakeShopify({ shops: [{ publications: [] }] });
    const unpublished = await rest(bare, 'POST products.json', { body: { product: { title: 'Nowhere' } } });
    expect(unpublished.json.product.published_at).toBeNull();
  });

  it('make room for a handle that is taken on creation, and refuse it on change', async () => {
    const fake = createFakeShopify();
    const [, second] = await makeProducts(fake, 'Shirt', 'Other');
    const made = await rest(fake, 'POST products.json', { body: { product: { title: 'X', handle: 'shirt' } } });
    expect(made.json.product.handle).toBe('shirt-1');
    const changed = await rest(fake, `PUT products/${second}.json`, { body: { product: { handle: 'shirt' } } });
    expect([changed.status, changed.json]).toEqual([422, { errors: { handle: ['has already been taken'] } }]);
  });

  it('change only where the body says so', async () => {
    const clock = createManualClock();
    const fake = createFakeShopify({ clock });
    const made = (await rest(fake, 'POST products.json', { body: { product: shirt } })).json.product;
    await clock.advance(60_000);
    const body = { product: { title: 'Blouse', tags: ['a', 'b'], metafields_global_title_tag: 'Buy it' } };
    const { status, json } = await rest(fake, `PUT products/${made.id}.json`, { body });
    expect(status).toBe(200);
    expect(json.product).toMatchObject({ title: 'Blouse', tags: 'a, b', handle: 'shirt', body_html: '<p>Soft</p>' });
    expect(json.product.variants.map((variant: { id: number }) => variant.id)).toEqual(
      made.variants.map((variant: { id: number }) => variant.id),
    );
    expect(json.product.images).toHaveLength(2);
    expect(json.product.updated_at > made.updated_at).toBe(true);
    expect(fake.products()[0]?.seo).toEqual({ title: 'Buy it', description: null });
  });

  it('keep the variants that a list names, with new ones beside them, and lose the others', async () => {
    const fake = createFakeShopify();
    const made = (await rest(fake, 'POST products.json', { body: { product: shirt } })).json.product;
    const [small] = made.variants;
    const variants = [
      { id: small.id, price: '11.00' },
      { option1: 'L', option2: 'Blue' },
    ];
    const { json } = await rest(fake, `PUT products/${made.id}.json`, { body: { product: { variants } } });
    expect(json.product.variants).toMatchObject([
      { id: small.id, title: 'S / Red', price: '11.00', sku: 'S-RED' },
      { title: 'L / Blue', price: '0.00' },
    ]);
    expect(json.product.options).toMatchObject([{ values: ['S', 'L'] }, { values: ['Red', 'Blue'] }]);
  });

  it('rename options and keep the variants', async () => {
    const fake = createFakeShopify();
    const made = (await rest(fake, 'POST products.json', { body: { product: shirt } })).json.product;
    const options = [{ id: made.options[0].id, name: 'Taille' }, { name: 'Couleur' }];
    const { json } = await rest(fake, `PUT products/${made.id}.json`, { body: { product: { options } } });
    expect(json.product.options).toMatchObject([
      { id: made.options[0].id, name: 'Taille', values: ['S', 'M'] },
      { id: made.options[1].id, name: 'Couleur', values: ['Red'] },
    ]);
    expect(json.product.variants).toMatchObject([{ id: made.variants[0].id }, { id: made.variants[1].id }]);
  });

  it('give a variant one of the images, and keep images by their number', async () => {
    const fake = createFakeShopify();
    const made = (await rest(fake, 'POST products.json', { body: { product: shirt } })).json.product;
    const [front, back] = made.images;
    const variants = [{ id: made.variants[0].id, image_id: back.id }];
    const given = await rest(fake, `PUT products/${made.id}.json`, { body: { product: { variants } } });
    expect(given.json.product.variants).toMatchObject([{ image_id: back.id }]);
    expect(given.json.product.images).toHaveLength(2);
    const images = [{ id: front.id, alt: 'New' }];
    const { json } = await rest(fake, `PUT products/${made.id}.json`, { body: { product: { images } } });
    expect(json.product.images).toMatchObject([{ id: front.id, alt: 'New' }]);
  });

  it('take values of options without variants, and variants without options', async () => {
    const fake = createFakeShopify();
    const options = [{ name: 'Size', values: ['S', 'M'] }, { name: 'Fit' }];
    const sized = await rest(fake, 'POST products.json', {
      body: { product: { title: 'A', options: options.slice(0, 1) } },
    });
    expect(sized.json.product.variants).toMatchObject([{ title: 'S' }]);
    const unsized = await rest(fake, 'POST products.json', { body: { product: { title: 'B', options } } });
    expect(unsized.json).toEqual({ errors: { options: ['Option values are required'] } });
    const variants = [
      { option1: 'S', option2: 'Slim' },
      { option1: 'M', option2: 'Slim' },
    ];
    const named = await rest(fake, 'POST products.json', { body: { product: { title: 'C', variants } } });
    expect(named.json.product.options).toMatchObject([{ name: 'Title' }, { name: 'Option2' }]);
    const plain = await rest(fake, 'POST products.json', {
      body: { product: { title: 'D', variants: [{ price: '3' }] } },
    });
    expect(plain.json.product.variants).toMatchObject([{ title: 'Default Title', price: '3.00' }]);
  });

  it('go with DELETE, and then are not found', async () => {
    const fake = createFakeShopify();
    const [number] = await makeProducts(fake, 'Shirt');
    const gone = await rest(fake, `DELETE products/${number}.json`);
    expect([gone.status, gone.json]).toEqual([200, {}]);
    for (const call of [`GET products/${number}.json`, `DELETE products/${number}.json`]) {
      const { status, json } = await rest(fake, call);
      expect([status, json]).toEqual([404, { errors: 'Not Found' }]);
    }
  });

  it.each([
    [{}, { title: ["can't be blank"] }],
    [{ title: 'A', variants: [{ price: '-1' }] }, { price: ['must be greater than or equal to 0'] }],
    [
      { title: 'A', variants: [{ option1: 'S' }, { option1: 'S' }] },
      { base: [expect.stringContaining('already exists')] },
    ],
    [{ title: 'A', images: [{ src: 'nowhere' }] }, { images: ['Image URL is invalid'] }],
    [{ title: 'A', status: 'open' }, { status: ['is not included in the list'] }],
    [{ title: 'A', variants: [{ inventory_policy: 'maybe' }] }, { inventory_policy: ['is not included in the list'] }],
  ])('%j is refused with 422 and changes nothing', async (product, errors) => {
    const fake = createFakeShopify();
    const { status, json } = await rest(fake, 'POST products.json', { body: { product } });
    expect([status, json]).toEqual([422, { errors }]);
    expect(fake.products()).toEqual([]);
    expect(fake.calls).toMatchObject([{ outcome: 'refused', status: 422, executed: false }]);
  });

  it('are refused on change as on creation', async () => {
    const fake = createFakeShopify();
    const [number] = await makeProducts(fake, 'Shirt');
    const change = (product: object) => rest(fake, `PUT products/${number}.json`, { body: { product } });
    expect((await change({ status: 'open' })).json).toEqual({ errors: { status: ['is not included in the list'] } });
    expect((await change({ title: ' ' })).json).toEqual({ errors: { title: ["can't be blank"] } });
  });

  it('keep the metafields that a body does not name', async () => {
    const fake = createFakeShopify();
    const made = (await rest(fake, 'POST products.json', { body: { product: shirt } })).json.product;
    const stored = () => fake.products()[0]?.metafields as { id: string; key: string; value: string }[];
    const [wash] = stored();
    const dry = { namespace: 'care', key: 'dry', type: 'single_line_text_field', value: 'flat' };
    await rest(fake, `PUT products/${made.id}.json`, { body: { product: { metafields: [dry] } } });
    expect(stored()).toMatchObject([
      { id: wash?.id, key: 'wash', value: 'cold' },
      { key: 'dry', value: 'flat' },
    ]);
    const number = Number(wash?.id.split('/').at(-1));
    const warm = [
      { id: number, value: 'warm', type: 'single_line_text_field' },
      { ...dry, value: 'hung' },
    ];
    await rest(fake, `PUT products/${made.id}.json`, { body: { product: { metafields: warm } } });
    expect(stored()).toMatchObject([
      { id: wash?.id, key: 'wash', value: 'warm' },
      { key: 'dry', value: 'hung' },
    ]);
  });

  it('do not take pictures as text, nor lose all variants', async () => {
    const fake = createFakeShopify();
    const images = [{ attachment: 'R0lGODlh' }];
    const { status } = await rest(fake, 'POST products.json', { body: { product: { title: 'A', images } } });
    expect(status).toBe(501);
    const [number] = await makeProducts(fake, 'Shirt');
    const bare = await rest(fake, `PUT products/${number}.json`, { body: { product: { variants: [] } } });
    expect([bare.status, fake.products()]).toMatchObject([422, [{ variants: [{ title: 'Default Title' }] }]]);
  });

  it('may have numbers that no JavaScript number holds', async () => {
    const fake = createFakeShopify();
    const [small] = await makeProducts(fake, 'Small');
    const [stored] = fake.products();
    const id = 'gid://shopify/Product/9007199254740993';
    const variant = {
      ...(stored?.variants as object[] | undefined)?.[0],
      id: 'gid://shopify/ProductVariant/9007199254740995',
      productId: id,
    };
    fake.store.put('demo.myshopify.com', 'Product', { ...stored, id, handle: 'large', variants: [variant] });
    const { text } = await rest(fake, 'GET products/9007199254740993.json');
    expect(text).toContain('{"product":{"id":9007199254740993,');
    expect(text).toContain('"product_id":9007199254740993');

    const body = '{"product":{"variants":[{"id":9007199254740995,"price":"7.00"}]}}';
    const headers = { 'content-type': 'application/json' };
    const changed = await rest(fake, 'PUT products/9007199254740993.json', { body, headers });
    expect(changed.text).toContain('"variants":[{"id":9007199254740995,');
    const after = await rest(fake, `GET products.json?since_id=${small}`);
    expect(after.text).toContain('9007199254740993');
    expect((await rest(fake, 'GET products.json?since_id=9007199254740993')).json.products).toEqual([]);
  });
});

describe('a variant over REST', () => {
  const open = async () => {
    const fake = createFakeShopify();
    const { json } = await rest(fake, 'POST products.json', { body: { product: shirt } });
    return { fake, product: json.product, variant: json.product.variants[0] };
  };

  it('is read alone and among those of its product', async () => {
    const { fake, product, variant } = await open();
    expect((await rest(fake, `GET variants/${variant.id}.json`)).json).toEqual({ variant });
    expect((await rest(fake, `GET variants/${variant.id}.json?fields=id,price`)).json).toEqual({
      variant: { id: variant.id, price: '10.50' },
    });
    const { json } = await rest(fake, `GET products/${product.id}/variants.json?limit=1&since_id=${variant.id}`);
    expect(json.variants).toEqual([product.variants[1]]);
    expect((await rest(fake, `GET products/${product.id}/variants.json?page=2`)).status).toBe(400);
  });

  it('changes alone', async () => {
    const { fake, product, variant } = await open();
    const body = {
      variant: { id: variant.id, price: 8, option1: 'XS', requires_shipping: false, cost: '2.5', barcode: null },
    };
    const { status, json } = await rest(fake, `PUT variants/${variant.id}.json`, { body });
    expect(status).toBe(200);
    expect(json.variant).toMatchObject({
      id: variant.id,
      price: '8.00',
      title: 'XS / Red',
      requires_shipping: false,
      sku: 'S-RED',
    });
    const now = (await rest(fake, `GET products/${product.id}.json`)).json.product;
    expect(now.variants).toHaveLength(2);
    expect(now.variants[1]).toMatchObject({ id: product.variants[1].id, price: '12.00', title: 'M / Red' });
  });

  it('is refused in the words of REST', async () => {
    const { fake, variant } = await open();
    const change = (given: object) => rest(fake, `PUT variants/${variant.id}.json`, { body: { variant: given } });
    const negative = await change({ price: '-1' });
    expect([negative.status, negative.json]).toEqual([
      422,
      { errors: { price: ['must be greater than or equal to 0'] } },
    ]);
    const twin = await change({ option1: 'M' });
    expect(twin.json).toEqual({ errors: { base: [expect.stringContaining("'M / Red' already exists")] } });
    expect((await change({ inventory_policy: 'x' })).status).toBe(422);
    expect((await rest(fake, 'GET variants/1234567.json')).status).toBe(404);
  });
});
