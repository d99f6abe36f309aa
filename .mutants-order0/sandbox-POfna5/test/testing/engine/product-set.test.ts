// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { createHarness, defineMetafield, type Harness, push, pushed, refused, shop } from './harness.ts';

const gid = 'gid://shopify/Product/999';

describe('productSet on the product itself', () => {
  it('creates with what a new product has', async () => {
    const harness = createHarness();
    const { id } = await pushed(harness, { title: '  Mug ' });
    const fields = `id title handle descriptionHtml vendor productType tags status createdAt updatedAt publishedAt
      templateSuffix requiresSellingPlan seo { title description } category { id } hasOnlyDefaultVariant`;
    const { product } = await harness.data(`query ($id: ID!) { product(id: $id) { ${fields} } }`, { id });
    expect(product).toEqual({
      id,
      title: 'Mug',
      handle: 'mug',
      descriptionHtml: '',
      vendor: 'Demo',
      productType: '',
      tags: [],
      status: 'ACTIVE',
      createdAt: '2026-10-01T00:00:00Z',
      updatedAt: '2026-10-01T00:00:00Z',
      publishedAt: null,
      templateSuffix: null,
      requiresSellingPlan: false,
      seo: { title: null, description: null },
      category: null,
      hasOnlyDefaultVariant: true,
    });
  });

  it('changes what the input says, keeps what it leaves out, resets what it says is null', async () => {
    const harness = createHarness();
    const category = 'gid://shopify/TaxonomyCategory/sg-4-17';
    const full = {
      title: 'Mug',
      descriptionHtml: '<p>Hot</p>',
      vendor: 'Acme',
      productType: 'Cups',
      tags: ['a'],
      status: 'DRAFT',
      templateSuffix: 'x',
      requiresSellingPlan: true,
      seo: { title: 's' },
      category,
    };
    const { id } = await pushed(harness, full, { handle: 'mug' });
    const read = async () => {
      const query = `query ($id: ID!) { product(id: $id) { title descriptionHtml vendor productType tags status templateSuffix
        requiresSellingPlan seo { title description } category { id } createdAt updatedAt } }`;
      return (await harness.data(query, { id }))['product'];
    };
    await harness.clock.advance(60_000);
    await pushed(harness, { title: 'Cup', seo: { description: 'd' } }, { id });
    expect(await read()).toMatchObject({
      ...full,
      title: 'Cup',
      seo: { title: 's', description: 'd' },
      category: { id: category },
      createdAt: '2026-10-01T00:00:00Z',
      updatedAt: '2026-10-01T00:01:00Z',
    });
    await pushed(
      harness,
      { descriptionHtml: null, vendor: null, tags: [], status: null, seo: { title: null }, category: null },
      { id },
    );
    expect(await read()).toMatchObject({
      title: 'Cup',
      descriptionHtml: '',
      vendor: 'Demo',
      tags: [],
      status: 'ACTIVE',
      seo: { title: null, description: 'd' },
      category: null,
    });
  });

  it('keeps tags as Shopify does', async () => {
    const product = await pushed(createHarness(), { title: 'A', tags: [' zoo', 'Bar, apple', 'bar', 'été', ''] });
    expect(product.tags).toEqual(['apple', 'Bar', 'zoo', 'été']);
  });

  it.each([
    ['Crème brûlée №5', 'creme-brulee-5'],
    ["Men's (new) “Tee”", 'mens-new-tee'],
    ['日本のお茶 100%', '日本のお茶-100'],
    ['Straße & Łódź', 'strasse-lodz'],
    ['한국 차', '한국-차'],
    ['--- !!! ---', 'product'],
  ])('makes a handle of %s', async (title, handle) => {
    expect((await pushed(createHarness(), { title })).handle).toBe(handle);
  });

  it('makes room for a second product of the same title', async () => {
    const harness = createHarness();
    const handles = [];
    for (let count = 0; count < 3; count++) handles.push((await pushed(harness, { title: 'Mug' })).handle);
    expect(handles).toEqual(['mug', 'mug-1', 'mug-2']);
  });

  it('does not change the handle with the title', async () => {
    const harness = createHarness();
    const { id } = await pushed(harness, { title: 'Mug' });
    expect((await pushed(harness, { title: 'Cup' }, { id })).handle).toBe('mug');
    expect((await pushed(harness, { handle: 'My Cup' }, { id })).handle).toBe('my-cup');
  });

  it('takes collections that exist', async () => {
    const harness = createHarness();
    const id = 'gid://shopify/Collection/7';
    harness.store.put(shop, 'Collection', { id, title: 'Summer' });
    const product = await pushed(harness, { title: 'A', collections: [id, id] }, { handle: 'a' });
    const query = `query ($id: ID!, $collection: ID!) {
      product(id: $id) { collections(first: 5) { nodes { id title } } inCollection(id: $collection) }
    }`;
    const variables = { id: product.id, collection: id };
    expect(await harness.data(query, variables)).toEqual({
      product: { collections: { nodes: [{ id, title: 'Summer' }] }, inCollection: true },
    });
    await pushed(harness, { collections: [] }, { handle: 'a' });
    expect(await harness.data(query, variables)).toEqual({
      product: { collections: { nodes: [] }, inCollection: false },
    });
  });

  it.each([
    ['no title', {}, [['INVALID_PRODUCT', 'input.title']]],
    ['a blank title', { title: '  ' }, [['INVALID_PRODUCT', 'input.title']]],
    [
      'a title of 256 characters',
      { title: 'x'.repeat(256) },
      [
        ['INVALID_PRODUCT', 'input.title'],
        ['INVALID_PRODUCT', 'input'],
      ],
    ],
    ['a vendor of 256 characters', { title: 'A', vendor: 'x'.repeat(256) }, [['INVALID_PRODUCT', 'input']]],
    [
      '251 tags',
      { title: 'A', tags: Array.from({ length: 250 }, (_, index) => (index ? `t${index}` : 'a,b')) },
      [['INVALID_PRODUCT', 'input.tags']],
    ],
    ['a tag of 256 characters', { title: 'A', tags: ['x'.repeat(256)] }, [['INVALID_PRODUCT', 'input.tags']]],
    ['a category that is none', { title: 'A', category: gid }, [['INVALID_PRODUCT', 'input.category']]],
    [
      'a collection that is none',
      { title: 'A', collections: ['gid://shopify/Collection/1'] },
      [['INVALID_INPUT', 'input.collections.0']],
    ],
  ])('refuses %s', async (_name, input, problems) => {
    expect(await refused(createHarness(), input)).toEqual(problems);
  });

  it('refuses a handle that another product has', async () => {
    const harness = createHarness();
    await pushed(harness, { title: 'Mug' });
    expect(await refused(harness, { title: 'Other', handle: 'mug' })).toEqual([['HANDLE_NOT_UNIQUE', 'input.handle']]);
  });

  it('refuses a null title on a product that has one', async () => {
    const harness = createHarness();
    await pushed(harness, { title: 'Mug' });
    expect(await refused(harness, { title: null }, { handle: 'mug' })).toEqual([['INVALID_PRODUCT', 'input.title']]);
  });

  it.each([
    [{ combinedListingRole: 'PARENT' }, 'ProductSetInput.combinedListingRole'],
    [
      { files: [{ originalSource: 'https://a.example/a.mp4', contentType: 'VIDEO' }] },
      'FileSetInput.contentType VIDEO',
    ],
  ])('says so where it would have to ignore input: %j', async (input, field) => {
    const harness = createHarness();
    const { errors } = await harness.run(
      'mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } } }',
      {
        input: { title: 'A', ...input },
      },
    );
    expect(errors).toMatchObject([
      { message: `\`${field}\` is not simulated by the fake`, extensions: { code: 'NOT_SIMULATED' } },
    ]);
    expect(harness.store.all(shop, 'Product')).toEqual([]);
  });
});

describe('the identifier of productSet', () => {
  it('by id leads to the product or nowhere', async () => {
    const harness = createHarness();
    const { id } = await pushed(harness, { title: 'A' });
    expect((await pushed(harness, { title: 'B' }, { id })).id).toBe(id);
    expect(await refused(harness, {}, { id: gid })).toEqual([['PRODUCT_DOES_NOT_EXIST', 'identifier.id']]);
  });

  it('can still be the deprecated id of the input, but not both', async () => {
    const harness = createHarness();
    const { id } = await pushed(harness, { title: 'A' });
    expect((await pushed(harness, { id, title: 'B' })).id).toBe(id);
    expect(await refused(harness, { id: gid })).toEqual([['PRODUCT_DOES_NOT_EXIST', 'input.id']]);
    expect(await refused(harness, { id, title: 'B' }, { id })).toEqual([['ID_NOT_ALLOWED', 'input']]);
  });

  it('that is no gid is an error of the whole call', async () => {
    const { errors } = await createHarness().run(
      'mutation { productSet(identifier: {id: "7"}, input: {}) { product { id } } }',
    );
    expect(errors).toMatchObject([
      { message: "Invalid global id '7'", path: ['mutation', 'productSet', 'identifier', 'id'] },
    ]);
  });

  it('by handle creates or updates', async () => {
    const harness = createHarness();
    const created = await pushed(harness, { title: 'A' }, { handle: 'My Tee' });
    expect(created.handle).toBe('my-tee');
    const updated = await pushed(harness, { title: 'B', handle: 'my-tee' }, { handle: 'my-tee' });
    expect(updated).toMatchObject({ id: created.id, title: 'B' });
    expect(await refused(harness, { title: 'B', handle: 'other' }, { handle: 'my-tee' })).toEqual([
      ['INPUT_MISMATCH', 'input.handle'],
    ]);
    expect(await refused(harness, { title: 'B' }, { handle: '!' })).toEqual([['INVALID_INPUT', 'identifier.handle']]);
  });

  it('none creates another one each time', async () => {
    const harness = createHarness();
    await pushed(harness, { title: 'A' });
    await pushed(harness, { title: 'A' });
    expect(harness.store.all(shop, 'Product')).toHaveLength(2);
  });

  it('by custom id needs a definition that keeps values unique', async () => {
    const harness = createHarness();
    const identifier = { customId: { namespace: 'host', key: 'code', value: '7' } };
    expect(await refused(harness, { title: 'A' }, identifier)).toEqual([['INVALID_METAFIELD', 'identifier.customId']]);
    await defineMetafield(harness, { namespace: 'host', key: 'code', type: 'single_line_text_field' });
    expect(await refused(harness, { title: 'A' }, identifier)).toEqual([['INVALID_METAFIELD', 'identifier.customId']]);
    const { userErrors } = await push(harness, { title: 'A' }, identifier);
    expect(userErrors[0]?.message).toBe("Metafield definition of type 'id' is required when using custom ids.");
  });

  it('by custom id creates with the metafield, or updates', async () => {
    const harness = createHarness();
    await defineMetafield(harness);
    const identifier = { customId: { key: 'local_id', value: '7' } };
    const created = await pushed(harness, { title: 'A' }, identifier);
    expect(created.metafields.nodes).toMatchObject([{ namespace: 'app--1001', key: 'local_id', value: '7' }]);
    const updated = await pushed(
      harness,
      { title: 'B' },
      { customId: { namespace: '$app', key: 'local_id', value: '7' } },
    );
    expect(updated.id).toBe(created.id);
    expect(updated.metafields).toEqual(created.metafields);
    expect((await pushed(harness, { title: 'C' }, { customId: { key: 'local_id', value: '8' } })).id).not.toBe(
      created.id,
    );
  });

  it('by custom id takes any definition whose values are made unique', async () => {
    const harness = createHarness();
    await defineMetafield(harness, {
      namespace: 'host',
      key: 'code',
      type: 'number_integer',
      capabilities: { uniqueValues: { enabled: true } },
    });
    const identifier = { customId: { namespace: 'host', key: 'code', value: '7' } };
    const { id } = await pushed(harness, { title: 'A' }, identifier);
    expect((await pushed(harness, { title: 'B' }, identifier)).id).toBe(id);
  });

  it('by custom id must stand among the metafields, where those are given', async () => {
    const harness = createHarness();
    await defineMetafield(harness);
    const identifier = { customId: { key: 'local_id', value: '7' } };
    const problems = [['METAFIELD_MISMATCH', 'input.metafields']];
    expect(await refused(harness, { title: 'A', metafields: [] }, identifier)).toEqual(problems);
    expect(await refused(harness, { title: 'A', metafields: [{ key: 'local_id', value: '8' }] }, identifier)).toEqual(
      problems,
    );
    const metafields = [{ namespace: '$app', key: 'local_id', value: '7' }];
    expect((await pushed(harness, { title: 'A', metafields }, identifier)).metafields.nodes).toHaveLength(1);
  });
});

describe('productSet in the background', () => {
  const start = `mutation ($input: ProductSetInput!, $identifier: ProductSetIdentifiers) {
    productSet(input: $input, identifier: $identifier, synchronous: false) {
      product { id } productSetOperation { id status product { id } userErrors { code } } userErrors { code } } }`;
  const poll = `query ($id: ID!) { productOperation(id: $id) { __typename status product { title }
    ... on ProductSetOperation { userErrors { code field message } } } }`;

  async function started(harness: Harness, variables: Record<string, unknown>): Promise<string> {
    const { productSet } = await harness.data(start, variables);
    expect(productSet).toMatchObject({
      product: null,
      productSetOperation: { status: 'CREATED', product: null, userErrors: [] },
      userErrors: [],
    });
    return (productSet as { productSetOperation: { id: string } }).productSetOperation.id;
  }

  const polled = async (harness: Harness, id: string) => (await harness.data(poll, { id }))['productOperation'];

  it('answers with an operation, which the clock moves to its end', async () => {
    const harness = createHarness();
    const id = await started(harness, { input: { title: 'A' } });
    expect(await polled(harness, id)).toMatchObject({ __typename: 'ProductSetOperation', status: 'CREATED' });
    await harness.clock.advance(100);
    expect(await polled(harness, id)).toMatchObject({ status: 'ACTIVE', product: null });
    expect(harness.store.all(shop, 'Product')).toEqual([]);
    await harness.clock.advance(400);
    expect(await polled(harness, id)).toEqual({
      __typename: 'ProductSetOperation',
      status: 'COMPLETE',
      product: { title: 'A' },
      userErrors: [],
    });
  });

  it('tells its problems to who asks for the operation', async () => {
    const harness = createHarness();
    const id = await started(harness, { input: { title: '' } });
    await harness.clock.advance(500);
    expect(await polled(harness, id)).toEqual({
      __typename: 'ProductSetOperation',
      status: 'COMPLETE',
      product: null,
      userErrors: [{ code: 'INVALID_PRODUCT', field: ['input', 'title'], message: "Title can't be blank" }],
    });
    expect(harness.store.all(shop, 'Product')).toEqual([]);
  });

  it('tells there too what a call that waits would have got as an error', async () => {
    const harness = createHarness();
    const variables = { input: { title: 'A' }, identifier: { id: 'gid://elsewhere/Product/1' } };
    const { errors } = await harness.run(
      'mutation ($input: ProductSetInput!, $identifier: ProductSetIdentifiers) { productSet(input: $input, identifier: $identifier) { product { id } } }',
      variables,
    );
    expect(errors).toMatchObject([{ message: "Invalid global id 'gid://elsewhere/Product/1'" }]);
    const id = await started(harness, variables);
    await harness.clock.advance(500);
    expect(await polled(harness, id)).toMatchObject({
      status: 'COMPLETE',
      product: null,
      userErrors: [{ code: 'JOB_ERROR', field: null, message: errors?.[0]?.message }],
    });
    expect(harness.store.all(shop, 'Product')).toEqual([]);
  });

  it('works on what is there when it runs', async () => {
    const harness = createHarness();
    const { id: product } = await pushed(harness, { title: 'A' });
    const id = await started(harness, { input: { title: 'B' }, identifier: { id: product } });
    await harness.data('mutation ($id: ID!) { productDelete(input: {id: $id}) { deletedProductId } }', { id: product });
    await harness.clock.advance(500);
    expect(await polled(harness, id)).toMatchObject({ userErrors: [{ code: 'PRODUCT_DOES_NOT_EXIST' }] });
  });

  it('forgets a product that was deleted since', async () => {
    const harness = createHarness();
    const id = await started(harness, { input: { title: 'A' } });
    await harness.clock.advance(500);
    const [product] = harness.store.all(shop, 'Product');
    await harness.data('mutation ($id: ID!) { productDelete(input: {id: $id}) { deletedProductId } }', {
      id: product?.id,
    });
    expect(await polled(harness, id)).toMatchObject({ product: null });
  });

  it('goes on after a restart that came between', async () => {
    const before = createHarness();
    const id = await started(before, { input: { title: 'A' } });
    const after = createHarness({ store: before.store });
    await after.clock.advance(600);
    expect(await polled(after, id)).toMatchObject({ status: 'CREATED' });
    await after.clock.advance(0);
    expect(await polled(after, id)).toMatchObject({ status: 'COMPLETE', product: { title: 'A' } });
  });

  it('is given up where the state was replaced', async () => {
    const harness = createHarness();
    const empty = harness.store.snapshot();
    await started(harness, { input: { title: 'A' } });
    harness.store.restore(empty);
    await harness.clock.advance(1_000);
    expect(harness.store.all(shop, 'Product')).toEqual([]);
    expect(harness.store.all(shop, 'ProductSetOperation')).toEqual([]);
  });

  it('has no operation behind any other gid', async () => {
    const harness = createHarness();
    const { id } = await pushed(harness, { title: 'A' });
    expect(await polled(harness, id)).toBeNull();
    expect(await polled(harness, 'gid://shopify/ProductSetOperation/999')).toBeNull();
  });
});
