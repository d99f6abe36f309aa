// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { createHarness, defineMetafield, type Harness, pushed, refused, shop } from './harness.ts';
import { createListeningHarness } from './listening-harness.ts';

const fields = `id title handle descriptionHtml vendor tags status category { id } seo { title } publishedAt
  options { name values } variants(first: 5) { nodes { title price inventoryQuantity } } media(first: 5) { nodes { alt } }
  collections(first: 5) { nodes { title } } metafields(first: 5) { nodes { key value } }`;

async function create(harness: Harness, product: object, media?: readonly object[]) {
  const { productCreate } = await harness.data(
    `mutation ($product: ProductCreateInput, $media: [CreateMediaInput!]) { productCreate(product: $product, media: $media) { product { ${fields} } shop { name } userErrors { field message } } }`,
    { product, ...(media && { media }) },
  );
  return productCreate as { product: Record<string, unknown> & { id: string }; userErrors: { field: string[] }[] };
}

async function update(
  harness: Harness,
  product: object,
  rest: { media?: readonly object[]; identifier?: object } = {},
) {
  const { productUpdate } = await harness.data(
    `mutation ($product: ProductUpdateInput, $media: [CreateMediaInput!], $identifier: ProductUpdateIdentifiers) {
      productUpdate(product: $product, media: $media, identifier: $identifier) { product { ${fields} } userErrors { field message } } }`,
    { product, ...rest },
  );
  return productUpdate as { product: Record<string, unknown> | null; userErrors: { field: string[] }[] };
}

async function collection(harness: Harness, title: string): Promise<string> {
  const { collectionCreate } = await harness.data(
    'mutation ($title: String!) { collectionCreate(collection: {title: $title}) { collection { id } } }',
    { title },
  );
  return (collectionCreate as { collection: { id: string } }).collection.id;
}

const image = { originalSource: 'https://a.example/a.jpg', mediaContentType: 'IMAGE', alt: 'front' };

describe('productCreate', () => {
  it('makes a product with its first variant only, published nowhere', async () => {
    const harness = createListeningHarness();
    const summer = await collection(harness, 'Summer');
    harness.topics();
    const { product, userErrors } = await create(
      harness,
      {
        title: 'Shirt',
        tags: ['b', 'a'],
        status: 'DRAFT',
        seo: { title: 's' },
        productOptions: [
          { name: 'Colour', values: [{ name: 'Red' }, { name: 'Blue' }] },
          { name: 'Size', values: [{ name: 'S' }] },
        ],
        collectionsToJoin: [summer],
        metafields: [{ namespace: 'host', key: 'note', type: 'single_line_text_field', value: 'x' }],
      },
      [image],
    );
    expect(userErrors).toEqual([]);
    expect(product).toEqual({
      id: product.id,
      title: 'Shirt',
      handle: 'shirt',
      descriptionHtml: '',
      vendor: 'Demo',
      tags: ['a', 'b'],
      status: 'DRAFT',
      category: null,
      seo: { title: 's' },
      publishedAt: null,
      options: [
        { name: 'Colour', values: ['Red'] },
        { name: 'Size', values: ['S'] },
      ],
      variants: { nodes: [{ title: 'Red / S', price: '0.00', inventoryQuantity: 0 }] },
      media: { nodes: [{ alt: 'front' }] },
      collections: { nodes: [{ title: 'Summer' }] },
      metafields: { nodes: [{ key: 'note', value: 'x' }] },
    });
    expect(harness.topics()).toEqual(['products/create']);
    expect(harness.events.at(-1)?.payload).toMatchObject({
      title: 'Shirt',
      status: 'draft',
      admin_graphql_api_id: product.id,
    });
  });

  it('takes the older argument too', async () => {
    const query =
      'mutation { productCreate(input: {title: "Mug"}) { product { title hasOnlyDefaultVariant } userErrors { field } } }';
    expect(await createHarness().data(query)).toEqual({
      productCreate: { product: { title: 'Mug', hasOnlyDefaultVariant: true }, userErrors: [] },
    });
  });

  it.each([
    [{ title: ' ' }, [], ['title']],
    [{ title: 'A', productOptions: [{ name: 'Size' }] }, [], ['productOptions', '0', 'values']],
    [{ title: 'A', productOptions: [{ name: 'Size / Fit', values: [{ name: 'S' }] }] }, [], ['options']],
    [{ title: 'A', productOptions: [{ values: [{ name: 'S' }] }] }, [], ['productOptions', '0', 'name']],
    [
      { title: 'A', productOptions: [{ name: 'Size', values: [{}] }] },
      [],
      ['productOptions', '0', 'values', '0', 'name'],
    ],
    [{ title: 'A' }, [{ ...image, originalSource: 'ftp://a' }], ['media', '0', 'originalSource']],
  ])('refuses %j', async (product, media, field) => {
    const harness = createHarness();
    expect(await create(harness, product, media)).toMatchObject({ product: null, userErrors: [{ field }] });
    expect(harness.store.all(shop, 'Product')).toEqual([]);
  });

  it.each([
    ['productCreate(input: {id: "gid://shopify/Product/1"}) { product { id } userErrors { field } }', ['input']],
  ])('refuses %s', async (query, field) => {
    expect(await createHarness().data(`mutation { ${query} }`)).toEqual({
      productCreate: {
        product: null,
        userErrors: [{ field, message: undefined }].map(({ field: path }) => ({ field: path })),
      },
    });
  });

  it.each([
    ['product: {title: "A", giftCard: true}', 'product.giftCard'],
    ['input: {title: "A", publishOn: "2026-01-01T00:00:00Z"}', 'input.publishOn'],
    ['input: {title: "A", collectionsToLeave: ["gid://shopify/Collection/1"]}', 'input.collectionsToLeave on create'],
    [
      'product: {title: "A"}, media: [{originalSource: "https://a.example/a.mp4", mediaContentType: VIDEO}]',
      'CreateMediaInput.mediaContentType VIDEO',
    ],
  ])('says so where it would have to ignore %s', async (args, what) => {
    const { errors } = await createHarness().run(`mutation { productCreate(${args}) { product { id } } }`);
    expect(errors).toMatchObject([{ message: `\`${what}\` is not simulated by the fake` }]);
  });

  it('does not mind what is said not to be', async () => {
    const { product } = await create(createHarness(), { title: 'A', giftCard: false, combinedListingRole: null });
    expect(product).toMatchObject({ title: 'A' });
  });
});

describe('productUpdate', () => {
  it('changes what the input says, and adds to lists', async () => {
    const harness = createListeningHarness();
    const [summer, winter] = [await collection(harness, 'Summer'), await collection(harness, 'Winter')];
    const text = { namespace: 'host', type: 'single_line_text_field' };
    const { product } = await create(
      harness,
      {
        title: 'A',
        vendor: 'Acme',
        collectionsToJoin: [summer],
        metafields: [
          { ...text, key: 'one', value: '1' },
          { ...text, key: 'two', value: '2' },
        ],
      },
      [image],
    );
    harness.topics();
    const changed = await update(
      harness,
      {
        id: product.id,
        title: 'B',
        collectionsToJoin: [winter],
        collectionsToLeave: [summer],
        metafields: [
          { ...text, key: 'two', value: '22' },
          { ...text, key: 'three', value: '3' },
        ],
      },
      { media: [{ ...image, alt: 'back' }] },
    );
    expect(changed.userErrors).toEqual([]);
    expect(changed.product).toMatchObject({
      title: 'B',
      handle: 'a',
      vendor: 'Acme',
      media: { nodes: [{ alt: 'front' }, { alt: 'back' }] },
      collections: { nodes: [{ title: 'Winter' }] },
      metafields: {
        nodes: [
          { key: 'one', value: '1' },
          { key: 'two', value: '22' },
          { key: 'three', value: '3' },
        ],
      },
    });
    expect(harness.topics()).toEqual(['products/update']);
    expect((await update(harness, { id: product.id, tags: ['a'] })).product).toMatchObject({
      title: 'B',
      media: { nodes: [{}, {}] },
      collections: { nodes: [{}] },
      metafields: { nodes: [{}, {}, {}] },
    });
  });

  it('finds the product by any identifier', async () => {
    const harness = createHarness();
    await defineMetafield(harness);
    const { id } = await pushed(harness, { title: 'A' }, { customId: { key: 'local_id', value: '7' } });
    for (const identifier of [{ id }, { handle: 'A' }, { customId: { key: 'local_id', value: '7' } }]) {
      expect((await update(harness, { title: JSON.stringify(identifier) }, { identifier })).product).toMatchObject({
        id,
      });
    }
    for (const identifier of [
      { id: 'gid://shopify/Product/99' },
      { handle: 'x' },
      { customId: { key: 'local_id', value: '8' } },
    ]) {
      expect(await update(harness, { title: 'B' }, { identifier })).toEqual({
        product: null,
        userErrors: [{ field: ['id'], message: 'Product does not exist' }],
      });
    }
    expect(await update(harness, { title: 'B' })).toMatchObject({ product: null, userErrors: [{ field: ['id'] }] });
  });

  it('refuses what does not fit, and changes nothing then', async () => {
    const harness = createHarness();
    const { id } = await pushed(harness, { title: 'A' });
    await pushed(harness, { title: 'B' });
    const metafields = [{ namespace: 'host', key: 'note', value: 'x' }];
    expect((await update(harness, { id, handle: 'b', title: '', metafields })).userErrors).toMatchObject([
      { field: ['title'] },
      { field: ['input', 'handle'] },
      { field: ['metafields', '0', 'type'] },
    ]);
    expect(harness.store.all(shop, 'Product')).toMatchObject([{ title: 'A' }, { title: 'B' }]);
  });

  it('with options is not simulated', async () => {
    const harness = createHarness();
    const query =
      'mutation { productUpdate(input: {id: "gid://shopify/Product/1", productOptions: [{name: "A"}]}) { product { id } } }';
    expect((await harness.run(query)).errors).toMatchObject([{ extensions: { code: 'NOT_SIMULATED' } }]);
  });
});

describe('productDelete in the background', () => {
  const start = `mutation ($id: ID!) { productDelete(input: {id: $id}, synchronous: false) { deletedProductId productDeleteOperation { id status deletedProductId } userErrors { field } } }`;
  const poll = `query ($id: ID!) { productOperation(id: $id) { __typename status product { id } ... on ProductDeleteOperation { deletedProductId userErrors { field message } } } }`;

  async function begin(harness: Harness, id: string): Promise<string> {
    const { productDelete } = await harness.data(start, { id });
    return (productDelete as { productDeleteOperation: { id: string } }).productDeleteOperation.id;
  }

  it('deletes when the clock has come there', async () => {
    const harness = createListeningHarness();
    const { id } = await pushed(harness, { title: 'A' });
    harness.topics();
    const operation = await begin(harness, id);
    expect(harness.store.all(shop, 'Product')).toHaveLength(1);
    await harness.clock.advance(500);
    expect(await harness.data(poll, { id: operation })).toEqual({
      productOperation: {
        __typename: 'ProductDeleteOperation',
        status: 'COMPLETE',
        product: null,
        deletedProductId: id,
        userErrors: [],
      },
    });
    expect(harness.store.all(shop, 'Product')).toEqual([]);
    expect(harness.topics()).toEqual(['products/delete']);
    expect(await harness.data(start, { id })).toMatchObject({
      productDelete: { productDeleteOperation: null, userErrors: [{ field: ['id'] }] },
    });
  });

  it('says so where another was faster', async () => {
    const harness = createHarness();
    const { id } = await pushed(harness, { title: 'A' });
    const operation = await begin(harness, id);
    expect(await harness.data(start, { id })).toMatchObject({
      productDelete: { productDeleteOperation: null, userErrors: [{ field: null }] },
    });
    await harness.data('mutation ($id: ID!) { productDelete(input: {id: $id}) { deletedProductId } }', { id });
    await harness.clock.advance(500);
    expect(await harness.data(poll, { id: operation })).toMatchObject({
      productOperation: { deletedProductId: null, userErrors: [{ field: ['id'], message: 'Product does not exist' }] },
    });
  });
});

describe('variants of all products', () => {
  it('are listed, searched and counted', async () => {
    const harness = createHarness();
    const first = await pushed(harness, {
      title: 'A',
      productOptions: [],
      variants: [{ optionValues: [], sku: 'a-1', barcode: '12' }],
    });
    await pushed(harness, {
      title: 'B',
      status: 'DRAFT',
      productOptions: [],
      variants: [{ optionValues: [], sku: 'b-1' }],
    });
    const list = async (query: string): Promise<unknown> => {
      const { productVariants } = await harness.data(
        `query ($query: String) { productVariants(first: 5, query: $query) { nodes { sku } } }`,
        { query },
      );
      return (productVariants as { nodes: { sku: string }[] }).nodes.map(({ sku }) => sku);
    };
    expect(await list('')).toEqual(['a-1', 'b-1']);
    expect(await list('sku:b-1')).toEqual(['b-1']);
    expect(await list('barcode:12')).toEqual(['a-1']);
    expect(await list('title:default')).toEqual(['a-1', 'b-1']);
    expect(await list(`product_id:${first.id.split('/').at(-1)}`)).toEqual(['a-1']);
    expect(await list('product_status:draft')).toEqual(['b-1']);
    expect(await harness.data('{ productVariantsCount(query: "sku:a-1") { count } }')).toEqual({
      productVariantsCount: { count: 1 },
    });
    for (const field of [
      'productVariants(first: 1, sortKey: INVENTORY_LEVELS_AVAILABLE) { nodes { id } }',
      'productVariants(first: 1, savedSearchId: "gid://shopify/SavedSearch/1") { nodes { id } }',
    ]) {
      expect((await harness.run(`{ ${field} }`)).errors).toMatchObject([{ extensions: { code: 'NOT_SIMULATED' } }]);
    }
  });
});

describe('files', () => {
  const read =
    'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on MediaImage { fileStatus status alt image { url altText } preview { status image { url } } } } }';

  async function upload(harness: Harness, files: readonly object[]) {
    const { fileCreate } = await harness.data(
      'mutation ($files: [FileCreateInput!]!) { fileCreate(files: $files) { files { id fileStatus alt } userErrors { code field } } }',
      { files },
    );
    return fileCreate as {
      files: { id: string; fileStatus: string }[] | null;
      userErrors: { code: string; field: string[] }[];
    };
  }

  async function change(harness: Harness, files: readonly object[]) {
    const { fileUpdate } = await harness.data(
      'mutation ($files: [FileUpdateInput!]!) { fileUpdate(files: $files) { files { id alt } userErrors { code field } } }',
      { files },
    );
    return fileUpdate as { files: unknown; userErrors: { code: string; field: string[] }[] };
  }

  const source = 'https://a.example/a.jpg';

  it('are ready after a moment of the clock', async () => {
    const harness = createHarness();
    const { files } = await upload(harness, [{ originalSource: source, alt: 'x', contentType: 'IMAGE' }]);
    expect(files).toMatchObject([{ fileStatus: 'UPLOADED', alt: 'x' }]);
    const ids = files?.map(({ id }) => id) ?? [];
    const status = async (): Promise<unknown> => (await harness.data(read, { ids }))['nodes'];
    await harness.clock.advance(100);
    expect(await status()).toMatchObject([
      { fileStatus: 'PROCESSING', status: 'PROCESSING', image: null, preview: { status: 'PROCESSING', image: null } },
    ]);
    expect(await change(harness, [{ id: ids[0], alt: 'y' }])).toMatchObject({
      files: [],
      userErrors: [{ code: 'NON_READY_STATE', field: ['files'] }],
    });
    await harness.clock.advance(400);
    const url = expect.stringContaining('a.jpg');
    expect(await status()).toEqual([
      {
        fileStatus: 'READY',
        status: 'READY',
        alt: 'x',
        image: { url, altText: 'x' },
        preview: { status: 'READY', image: { url } },
      },
    ]);
    expect(await change(harness, [{ id: ids[0], alt: 'y' }])).toEqual({
      files: [{ id: ids[0], alt: 'y' }],
      userErrors: [],
    });
  });

  it('fail where no download can find them', async () => {
    const harness = createHarness();
    const { files } = await upload(harness, [{ originalSource: 'https://cdn.invalid/a.jpg' }]);
    await harness.clock.advance(500);
    const errors = [{ code: 'IMAGE_DOWNLOAD_FAILURE', message: 'The image could not be downloaded.' }];
    const selection = 'status fileStatus image { url } mediaErrors { code message } fileErrors { code message }';
    const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on MediaImage { ${selection} } } }`;
    expect(await harness.data(query, { ids: files?.map(({ id }) => id) })).toEqual({
      nodes: [{ status: 'FAILED', fileStatus: 'FAILED', image: null, mediaErrors: errors, fileErrors: errors }],
    });
    expect(await change(harness, [{ id: files?.[0]?.id, alt: 'y' }])).toMatchObject({
      userErrors: [{ code: 'NON_READY_STATE' }],
    });
  });

  it('of a product are put in another order, one move after the other, in the background', async () => {
    const harness = createHarness();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ originalSource: `https://a.example/${name}.jpg` }));
    const { id, media } = await pushed(harness, { title: 'A', files: [a, b, c] });
    const [first, second, third] = media.nodes.map((one) => one.id);
    const reorder = async (moves: readonly object[]) => {
      const mutation =
        'mutation ($id: ID!, $moves: [MoveInput!]!) { productReorderMedia(id: $id, moves: $moves) { job { id done } mediaUserErrors { code field } } }';
      return (await harness.data(mutation, { id, moves }))['productReorderMedia'];
    };
    const order = (): unknown => harness.store.all(shop, 'Product')[0]?.['media'];
    const moves = [
      { id: first, newPosition: '2' },
      { id: third, newPosition: '0' },
    ];
    expect(await reorder(moves)).toEqual({ job: { id: expect.any(String), done: false }, mediaUserErrors: [] });
    expect(order()).toMatchObject([{ id: first }, { id: second }, { id: third }]);
    await harness.clock.advance(500);
    expect(order()).toMatchObject([{ id: third }, { id: second }, { id: first }]);
    expect(await reorder([{ id: 'gid://shopify/MediaImage/999', newPosition: '0' }])).toEqual({
      job: null,
      mediaUserErrors: [{ code: 'MEDIA_DOES_NOT_EXIST_ON_PRODUCT', field: ['moves', '0', 'id'] }],
    });
  });

  it('come to products and leave them', async () => {
    const harness = createListeningHarness();
    const { files } = await upload(harness, [{ originalSource: source }]);
    await harness.clock.advance(500);
    const id = files?.[0]?.id ?? '';
    const input = { title: 'A', files: [{ id }, { originalSource: 'https://a.example/b.jpg' }] };
    const { id: product, media } = await pushed(harness, input);
    const other = await pushed(harness, { title: 'B' });
    await harness.clock.advance(500);
    harness.topics();
    await change(harness, [{ id, alt: 'new', referencesToAdd: [other.id, product] }]);
    expect(harness.store.all(shop, 'Product')).toMatchObject([
      { media: [{ id, alt: 'new' }, {}] },
      { media: [{ id, alt: 'new' }] },
    ]);
    expect(harness.topics()).toEqual(['products/update', 'products/update']);
    const own = media.nodes[1]?.id;
    await change(harness, [{ id: own, referencesToRemove: [product] }]);
    expect(harness.store.all(shop, 'Product')[0]).toMatchObject({ media: [{ id }] });
    const { files: all } = await harness.data('{ files(first: 5) { nodes { id } } }');
    expect(new Set((all as { nodes: { id: string }[] }).nodes.map((file) => file.id))).toEqual(new Set([id, own]));

    const remove = 'mutation ($ids: [ID!]!) { fileDelete(fileIds: $ids) { deletedFileIds userErrors { code field } } }';
    expect(await harness.data(remove, { ids: [id] })).toEqual({ fileDelete: { deletedFileIds: [id], userErrors: [] } });
    expect(harness.store.all(shop, 'Product')).toMatchObject([{ media: [] }, { media: [] }]);
    expect(await harness.data(remove, { ids: [id] })).toEqual({
      fileDelete: { deletedFileIds: null, userErrors: [{ code: 'FILE_DOES_NOT_EXIST', field: ['fileIds'] }] },
    });
    expect(await refused(harness, { title: 'C', files: [{ id }] })).toEqual([['INVALID_INPUT', 'input.files.0.id']]);
  });

  it("that a variant shows are gone from it with the product's", async () => {
    const harness = createHarness();
    const file = { originalSource: source };
    const { media } = await pushed(harness, {
      title: 'A',
      files: [file],
      productOptions: [],
      variants: [{ optionValues: [], file }],
    });
    await harness.data('mutation ($ids: [ID!]!) { fileDelete(fileIds: $ids) { deletedFileIds } }', {
      ids: media.nodes.map(({ id }) => id),
    });
    expect(harness.store.all(shop, 'Product')).toMatchObject([{ media: [], variants: [{ mediaIds: [] }] }]);
  });

  it('are searched by id, status and type', async () => {
    const harness = createHarness();
    await pushed(harness, { title: 'A', files: [{ originalSource: source }] });
    await harness.clock.advance(500);
    await upload(harness, [{ originalSource: source }]);
    const count = async (query: string): Promise<number> => {
      const { files } = await harness.data(
        'query ($query: String) { files(first: 5, query: $query, sortKey: CREATED_AT) { nodes { id } } }',
        { query },
      );
      return (files as { nodes: unknown[] }).nodes.length;
    };
    expect([
      await count(''),
      await count('status:ready'),
      await count('media_type:IMAGE'),
      await count('id:999'),
    ]).toEqual([2, 1, 2, 0]);
  });

  it.each([
    [{ originalSource: 'nowhere' }, 'INVALID_IMAGE_SOURCE_URL', 'originalSource'],
    [{ originalSource: source, alt: 'x'.repeat(513) }, 'ALT_VALUE_LIMIT_EXCEEDED', 'alt'],
  ])('are not made of %j', async (file, code, field) => {
    expect(await upload(createHarness(), [file])).toEqual({
      files: [],
      userErrors: [{ code, field: ['files', '0', field] }],
    });
  });

  it('are not changed where file or product is gone', async () => {
    const harness = createHarness();
    const { media } = await pushed(harness, { title: 'A', files: [{ originalSource: source }] });
    await harness.clock.advance(500);
    expect(await change(harness, [{ id: 'gid://shopify/MediaImage/99' }])).toMatchObject({
      userErrors: [{ code: 'FILE_DOES_NOT_EXIST' }],
    });
    const referencesToAdd = ['gid://shopify/Product/99'];
    expect(await change(harness, [{ id: media.nodes[0]?.id, referencesToAdd, alt: 'x'.repeat(513) }])).toMatchObject({
      userErrors: [{ code: 'REFERENCE_TARGET_DOES_NOT_EXIST', field: ['files'] }],
    });
    expect(await change(harness, [{ id: media.nodes[0]?.id, referencesToAdd }])).toMatchObject({
      userErrors: [{ code: 'REFERENCE_TARGET_DOES_NOT_EXIST', field: ['files'] }],
    });
  });

  it.each([
    'mutation { fileCreate(files: [{originalSource: "https://a.example/a.mp4", contentType: VIDEO}]) { files { id } } }',
    'mutation { fileCreate(files: [{originalSource: "https://a.example/a.jpg", contentType: IMAGE, filename: "a.jpg", duplicateResolutionMode: REPLACE}]) { files { id } } }',
    '{ files(first: 1, sortKey: ORIGINAL_UPLOAD_SIZE) { nodes { id } } }',
    '{ files(first: 1, savedSearchId: "gid://shopify/SavedSearch/1") { nodes { id } } }',
  ])('are not simulated in %s', async (query) => {
    expect((await createHarness().run(query)).errors).toMatchObject([{ extensions: { code: 'NOT_SIMULATED' } }]);
  });
});
