// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { createHarness, defineMetafield, type Harness, pushed, refused, shop } from './harness.ts';
import { createListeningHarness } from './listening-harness.ts';

const gone = 'gid://shopify/Collection/99';

async function create(harness: Harness, fields: object, argument = 'collection'): Promise<string> {
  const type = argument === 'collection' ? 'CollectionCreateInput!' : 'CollectionInput!';
  const { collectionCreate } = await harness.data(
    `mutation ($fields: ${type}) { collectionCreate(${argument}: $fields) { collection { id } userErrors { field message } } }`,
    { fields },
  );
  const { collection, userErrors } = collectionCreate as { collection: { id: string } | null; userErrors: unknown };
  if (!collection) throw new Error(JSON.stringify(userErrors));
  return collection.id;
}

const selecting = (...ids: string[]): object => ({
  sources: [{ source: { title: 'By hand', inclusion: { selections: ids.map((productId) => ({ productId })) } } }],
});

async function titlesIn(harness: Harness, id: string, args = ''): Promise<unknown> {
  const { collection } = await harness.data(
    `query ($id: ID!) { collection(id: $id) { products(first: 10${args}) { nodes { title } } } }`,
    { id },
  );
  return (collection as { products: { nodes: { title: string }[] } }).products.nodes.map(({ title }) => title);
}

describe('a collection', () => {
  it('is made with what the input says', async () => {
    const harness = createListeningHarness();
    const fields = {
      title: ' Summer Sale ',
      descriptionHtml: '<p>Hot &amp; new</p>',
      sortOrder: 'ALPHA_ASC',
      templateSuffix: 'big',
      seo: { title: 'S' },
      metafields: [{ namespace: 'host', key: 'note', type: 'single_line_text_field', value: 'x' }],
    };
    const id = await create(harness, fields);
    const { collection } = await harness.data(
      `query ($id: ID!) { collection(id: $id) { id legacyResourceId title handle description short: description(truncateAt: 3) descriptionHtml sortOrder templateSuffix seo { title description }
        image { url } ruleSet { appliedDisjunctively } updatedAt productsCount { count } metafield(namespace: "host", key: "note") { value ownerType owner { ... on Node { id } } } } }`,
      { id },
    );
    expect(collection).toEqual({
      ...fields,
      metafields: undefined,
      id,
      legacyResourceId: id.split('/').at(-1),
      title: 'Summer Sale',
      handle: 'summer-sale',
      description: 'Hot & new',
      short: 'Hot',
      seo: { title: 'S', description: null },
      image: null,
      ruleSet: null,
      updatedAt: '2026-10-01T00:00:00Z',
      productsCount: { count: 0 },
      metafield: { value: 'x', ownerType: 'COLLECTION', owner: { id } },
    });
    expect(harness.topics()).toEqual(['collections/create']);
    expect(harness.events[0]?.payload).toMatchObject({
      title: 'Summer Sale',
      sort_order: 'alpha-asc',
      admin_graphql_api_id: id,
    });
  });

  it('is made with products, in the newer form and in the older', async () => {
    const harness = createListeningHarness();
    const a = await pushed(harness, { title: 'A' });
    const b = await pushed(harness, { title: 'B' });
    harness.topics();
    const newer = await create(harness, { title: 'New', ...selecting(b.id, a.id) });
    expect(await titlesIn(harness, newer)).toEqual(['B', 'A']);
    expect(harness.topics()).toEqual(['collections/create', 'collections/update']);
    const older = await create(harness, { title: 'Old', products: [a.id] }, 'input');
    expect(await titlesIn(harness, older)).toEqual(['A']);
    const { product } = await harness.data(
      'query ($id: ID!, $collection: ID!) { product(id: $id) { collections(first: 5) { nodes { title hasProduct(id: $id) } } inCollection(id: $collection) } }',
      { id: b.id, collection: older },
    );
    expect(product).toEqual({ collections: { nodes: [{ title: 'New', hasProduct: true }] }, inCollection: false });
  });

  it('is changed, and keeps what the input leaves out', async () => {
    const harness = createListeningHarness();
    const id = await create(harness, { title: 'Summer', descriptionHtml: 'x' });
    const update = `mutation ($collection: CollectionUpdateInput) { collectionUpdate(collection: $collection) {
      collection { title handle descriptionHtml templateSuffix } job { id } userErrors { field } } }`;
    harness.topics();
    const collection = { id, title: 'Autumn', templateSuffix: 'a' };
    expect(await harness.data(update, { collection })).toEqual({
      collectionUpdate: {
        collection: { title: 'Autumn', handle: 'summer', descriptionHtml: 'x', templateSuffix: 'a' },
        job: null,
        userErrors: [],
      },
    });
    expect(harness.topics()).toEqual(['collections/update']);
    expect(await harness.data(update, { collection: { id, handle: 'Fall', templateSuffix: null } })).toMatchObject({
      collectionUpdate: { collection: { handle: 'fall', templateSuffix: null } },
    });
    expect(await harness.data(update, { collection: { id: gone, title: 'x' } })).toMatchObject({
      collectionUpdate: { collection: null, userErrors: [{ field: null }] },
    });
    expect((await harness.run(update, { collection: { title: 'x' } })).errors).toMatchObject([
      { message: 'id must be specified on collectionUpdate', extensions: { code: 'BAD_REQUEST' } },
    ]);
    expect(await harness.data(update, { collection: { id, title: ' ' } })).toMatchObject({
      collectionUpdate: { collection: null, userErrors: [{ field: ['title'] }] },
    });
    const older = 'mutation ($input: CollectionInput!) { collectionUpdate(input: $input) { userErrors { field } } }';
    expect(await harness.data(older, { input: { id, products: [] } })).toEqual({
      collectionUpdate: { userErrors: [{ field: ['products'] }] },
    });
  });

  it('is deleted, and its products stay', async () => {
    const harness = createListeningHarness();
    const { id: product } = await pushed(harness, { title: 'A' });
    const id = await create(harness, { title: 'Summer', ...selecting(product) });
    harness.topics();
    const remove =
      'mutation ($id: ID!) { collectionDelete(input: {id: $id}) { deletedCollectionId shop { name } userErrors { field } } }';
    expect(await harness.data(remove, { id })).toEqual({
      collectionDelete: { deletedCollectionId: id, shop: { name: 'Demo' }, userErrors: [] },
    });
    expect(harness.topics()).toEqual(['collections/delete']);
    expect(harness.events.at(-1)?.payload).toEqual({ id: Number(id.split('/').at(-1)) });
    expect(harness.store.all(shop, 'Product')).toMatchObject([{ title: 'A', collectionIds: [] }]);
    expect(await harness.data(remove, { id })).toMatchObject({
      collectionDelete: { deletedCollectionId: null, userErrors: [{ field: ['id'] }] },
    });
  });

  it.each([
    [{ title: ' ' }, '["title"]'],
    [{ title: 'x'.repeat(256) }, '["title"]'],
    [{ title: 'B', handle: 'taken' }, '["handle"]'],
    [{ title: 'B', ...selecting('gid://shopify/Product/99') }, '["products","0"]'],
    [{ title: 'B', metafields: [{ namespace: 'host', key: 'note', value: 'x' }] }, '["metafields","0","type"]'],
  ])('is not made of %j', async (fields, field) => {
    const harness = createHarness();
    await create(harness, { title: 'Taken' });
    await expect(create(harness, fields)).rejects.toThrow(`"field":${field}`);
    expect(harness.store.all(shop, 'Collection')).toHaveLength(1);
  });

  it('is not made of nothing', async () => {
    const query = 'mutation { collectionCreate { collection { id } userErrors { field } } }';
    expect((await createHarness().run(query)).errors).toMatchObject([
      { path: ['collectionCreate'], extensions: { code: 'INVALID_FIELD_ARGUMENTS' } },
    ]);
  });

  it.each([
    [{ title: 'A', image: { src: 'https://a.example/a.jpg' } }, 'CollectionInput.image'],
    [
      { title: 'A', sources: [{ shareableSource: { sourceId: gone } }] },
      'CollectionCreateSourceTargetInput other than source',
    ],
    [
      { title: 'A', sources: [{ source: { title: 'S', exclusion: {} } }] },
      'CollectionCreateConditionsSourceInput.exclusion',
    ],
    [
      {
        title: 'A',
        sources: [
          {
            source: {
              title: 'S',
              inclusion: { conditions: [{ productTag: { relation: 'TAGGED_WITH', matchType: 'ANY', values: ['a'] } }] },
            },
          },
        ],
      },
      'CollectionCreateSourceInclusionInput.conditions',
    ],
    [
      {
        title: 'A',
        sources: [
          {
            source: {
              title: 'S',
              inclusion: {
                selections: [{ productId: 'gid://shopify/Product/1', variantIds: ['gid://shopify/ProductVariant/1'] }],
              },
            },
          },
        ],
      },
      'CollectionInclusionProductSelectionInput.variantIds',
    ],
  ])('that chooses by rules is not simulated: %j', async (fields, message) => {
    await expect(create(createHarness(), fields)).rejects.toThrow(message);
  });
});

describe('the products of a collection', () => {
  const orders = [
    // The default is by what sells best; of what was never sold the newest comes first. Recorded 2025-01.
    ['', ['Tee', 'Apple', 'Mug']],
    [', sortKey: BEST_SELLING', ['Tee', 'Apple', 'Mug']],
    [', sortKey: RELEVANCE', ['Tee', 'Apple', 'Mug']],
    [', sortKey: CREATED', ['Mug', 'Apple', 'Tee']],
    [', sortKey: MANUAL', ['Mug', 'Apple', 'Tee']],
    [', sortKey: TITLE', ['Apple', 'Mug', 'Tee']],
    [', sortKey: PRICE', ['Tee', 'Mug', 'Apple']],
    [', reverse: true', ['Mug', 'Apple', 'Tee']],
  ] as const;

  async function three(sortOrder?: string): Promise<{ readonly harness: Harness; readonly id: string }> {
    const harness = createHarness();
    const ids: string[] = [];
    for (const [title, price] of Object.entries({ Mug: '2', Apple: '3', Tee: '1' })) {
      await harness.clock.advance(1_000);
      const variants = [{ optionValues: [], price }];
      ids.push((await pushed(harness, { title, productOptions: [], variants })).id);
    }
    const id = await create(harness, { title: 'All', ...(sortOrder && { sortOrder }), ...selecting(...ids) });
    return { harness, id };
  }

  it.each(orders)('stand in the order asked for: %s', async (args, titles) => {
    const { harness, id } = await three();
    expect(await titlesIn(harness, id, args)).toEqual(titles);
  });

  it.each([
    ['ALPHA_DESC', ['Tee', 'Mug', 'Apple']],
    ['CREATED_DESC', ['Tee', 'Apple', 'Mug']],
    ['PRICE_DESC', ['Apple', 'Mug', 'Tee']],
    ['MANUAL', ['Mug', 'Apple', 'Tee']],
  ])('stand in its own order else: %s', async (sortOrder, titles) => {
    const { harness, id } = await three(sortOrder);
    expect(await titlesIn(harness, id)).toEqual(titles);
  });

  it('are added in the background, and removed', async () => {
    const harness = createListeningHarness();
    const { id: product } = await pushed(harness, { title: 'A' });
    const id = await create(harness, { title: 'Summer' });
    harness.topics();
    const run = async (mutation: string, variables: object): Promise<unknown> =>
      (
        await harness.data(
          `mutation ($id: ID!, $products: [ID!]!) { ${mutation}(id: $id, productIds: $products) { job { id done query { shop { name } } } userErrors { field } } }`,
          { ...variables },
        )
      )[mutation];
    const done = async (payload: unknown): Promise<unknown> => {
      const { job } = payload as { job: { id: string } };
      return (await harness.data('query ($id: ID!) { job(id: $id) { done query { shop { name } } } }', { id: job.id }))[
        'job'
      ];
    };
    const variables = { id, products: [product, 'gid://shopify/Product/99'] };
    const adding = await run('collectionAddProductsV2', variables);
    expect(adding).toEqual({ job: { id: expect.any(String), done: false, query: null }, userErrors: [] });
    expect(await done(adding)).toEqual({ done: false, query: null });
    expect(await titlesIn(harness, id)).toEqual([]);
    await harness.clock.advance(500);
    expect(await done(adding)).toEqual({ done: true, query: { shop: { name: 'Demo' } } });
    expect(await titlesIn(harness, id)).toEqual(['A']);
    expect(harness.topics()).toEqual(['collections/update']);

    await run('collectionRemoveProducts', variables);
    await harness.clock.advance(500);
    expect(await titlesIn(harness, id)).toEqual([]);
    for (const mutation of ['collectionAddProductsV2', 'collectionRemoveProducts']) {
      expect(await run(mutation, { id: gone, products: [] })).toEqual({ job: null, userErrors: [{ field: ['id'] }] });
    }
    expect(await harness.data('{ job(id: "gid://shopify/Job/99") { done } }')).toEqual({ job: null });
  });

  it('are not added to what was deleted meanwhile', async () => {
    const harness = createHarness();
    const { id: product } = await pushed(harness, { title: 'A' });
    const id = await create(harness, { title: 'Summer' });
    await harness.data(
      'mutation ($id: ID!, $products: [ID!]!) { collectionAddProductsV2(id: $id, productIds: $products) { job { id } } }',
      { id, products: [product] },
    );
    await harness.data('mutation ($id: ID!) { collectionDelete(input: {id: $id}) { deletedCollectionId } }', { id });
    await harness.clock.advance(500);
    expect(harness.store.all(shop, 'Product')).toMatchObject([{ collectionIds: [] }]);
  });

  it('are added at once by the older mutation, all or none', async () => {
    const harness = createHarness();
    const a = await pushed(harness, { title: 'A' });
    const b = await pushed(harness, { title: 'B' });
    const id = await create(harness, { title: 'Summer', ...selecting(a.id) });
    const add = async (collection: string, ...products: string[]) =>
      (
        await harness.data(
          'mutation ($id: ID!, $products: [ID!]!) { collectionAddProducts(id: $id, productIds: $products) { collection { productsCount { count } } userErrors { field message } } }',
          { id: collection, products },
        )
      )['collectionAddProducts'];
    expect(await add(id, b.id, a.id, 'gid://shopify/Product/99')).toEqual({
      collection: null,
      userErrors: [{ field: ['productIds', '2'], message: 'Product does not exist' }],
    });
    expect(await titlesIn(harness, id)).toEqual(['A']);
    expect(await add(id, b.id, a.id)).toEqual({ collection: { productsCount: { count: 2 } }, userErrors: [] });
    expect(await add(gone, b.id)).toMatchObject({ collection: null, userErrors: [{ field: ['id'] }] });
  });

  it('are set by productSet, which takes no collection that is not there', async () => {
    const harness = createHarness();
    const summer = await create(harness, { title: 'Summer' });
    const winter = await create(harness, { title: 'Winter' });
    const { id } = await pushed(harness, { title: 'A', collections: [summer] });
    await pushed(harness, { collections: [winter] }, { id });
    expect([await titlesIn(harness, summer), await titlesIn(harness, winter)]).toEqual([[], ['A']]);
    expect(await refused(harness, { collections: [gone] }, { id })).toEqual([['INVALID_INPUT', 'input.collections.0']]);
  });
});

describe('collections', () => {
  it('are found by gid, handle and custom id', async () => {
    const harness = createHarness();
    await defineMetafield(harness, { ownerType: 'COLLECTION' });
    const id = await create(harness, { title: 'Summer Sale', metafields: [{ key: 'local_id', value: '7' }] });
    const find = async (identifier: object) =>
      (
        await harness.data(
          'query ($identifier: CollectionIdentifierInput!) { collectionByIdentifier(identifier: $identifier) { id } }',
          {
            identifier,
          },
        )
      )['collectionByIdentifier'];
    for (const identifier of [{ id }, { handle: 'Summer Sale' }, { customId: { key: 'local_id', value: '7' } }]) {
      expect(await find(identifier)).toEqual({ id });
    }
    for (const identifier of [{ id: gone }, { handle: 'x' }, { customId: { key: 'local_id', value: '8' } }]) {
      expect(await find(identifier)).toBeNull();
    }
    expect(
      await harness.data(
        '{ collectionByHandle(handle: "summer-sale") { id } none: collectionByHandle(handle: "x") { id } collection(id: "gid://shopify/Collection/99") { id } }',
      ),
    ).toEqual({ collectionByHandle: { id }, none: null, collection: null });
    const byMetafield =
      'query ($id: ID!) { node(id: $id) { ... on Metafield { value owner { ... on Collection { title } } } } }';
    const { collection } = await harness.data(
      'query ($id: ID!) { collection(id: $id) { metafield(key: "local_id") { id } } }',
      { id },
    );
    const metafield = (collection as { metafield: { id: string } }).metafield.id;
    expect(await harness.data(byMetafield, { id: metafield })).toEqual({
      node: { value: '7', owner: { title: 'Summer Sale' } },
    });
  });

  it('have custom ids of which each is there once', async () => {
    const harness = createHarness();
    await defineMetafield(harness, { ownerType: 'COLLECTION' });
    const metafields = [{ key: 'local_id', value: '7' }];
    await create(harness, { title: 'A', metafields });
    await expect(create(harness, { title: 'B', metafields })).rejects.toThrow('"field":["metafields","0","value"]');
  });

  it('are listed, searched and counted', async () => {
    const harness = createHarness();
    await create(harness, { title: 'Winter' });
    await harness.clock.advance(1_000);
    await create(harness, { title: 'Summer Sale' });
    const list = async (args: string): Promise<unknown> => {
      const { collections } = await harness.data(`{ collections(first: 5${args}) { nodes { handle } } }`);
      return (collections as { nodes: { handle: string }[] }).nodes.map(({ handle }) => handle);
    };
    expect(await list('')).toEqual(['winter', 'summer-sale']);
    expect(await list(', sortKey: TITLE')).toEqual(['summer-sale', 'winter']);
    expect(await list(', sortKey: UPDATED_AT, reverse: true')).toEqual(['summer-sale', 'winter']);
    expect(await list(', query: "title:sale"')).toEqual(['summer-sale']);
    expect(await list(', query: "handle:winter"')).toEqual(['winter']);
    expect(await harness.data('{ collectionsCount(query: "title:sale") { count } }')).toEqual({
      collectionsCount: { count: 1 },
    });
    for (const field of [
      'collections(first: 1, query: "publishable_status:x") { nodes { id } }',
      'collections(first: 1, savedSearchId: "gid://shopify/SavedSearch/1") { nodes { id } }',
      'collectionsCount(savedSearchId: "gid://shopify/SavedSearch/1") { count }',
    ]) {
      expect((await harness.run(`{ ${field} }`)).errors).toMatchObject([{ extensions: { code: 'NOT_SIMULATED' } }]);
    }
  });
});

describe('tags', () => {
  const run = async (harness: Harness, mutation: string, id: string, tags: string[]) =>
    (
      await harness.data(
        `mutation ($id: ID!, $tags: [String!]!) { ${mutation}(id: $id, tags: $tags) { node { ... on Product { tags } } userErrors { field message } } }`,
        {
          id,
          tags,
        },
      )
    )[mutation];

  it('are added and removed, whatever their case', async () => {
    const harness = createListeningHarness();
    const { id } = await pushed(harness, { title: 'A', tags: ['b'] });
    harness.topics();
    expect(await run(harness, 'tagsAdd', id, ['c, a', 'B'])).toEqual({
      node: { tags: ['a', 'b', 'c'] },
      userErrors: [],
    });
    expect(await run(harness, 'tagsRemove', id, ['C', 'x'])).toEqual({ node: { tags: ['a', 'b'] }, userErrors: [] });
    expect(harness.topics()).toEqual(['products/update', 'products/update']);
    expect(await run(harness, 'tagsAdd', id, ['a'])).toMatchObject({ node: { tags: ['a', 'b'] } });
    expect(harness.topics()).toEqual([]);
  });

  it('are refused where there are too many, or nothing to tag', async () => {
    const harness = createHarness();
    const { id } = await pushed(harness, { title: 'A', tags: ['b'] });
    const many = Array.from({ length: 250 }, (_, index) => `t${index}`);
    expect(await run(harness, 'tagsAdd', id, many)).toEqual({
      node: null,
      userErrors: [{ field: ['tags'], message: 'A product cannot have more than 250 tags' }],
    });
    expect(await run(harness, 'tagsAdd', 'gid://shopify/Product/99', ['a'])).toEqual({
      node: null,
      userErrors: [{ field: ['id'], message: 'Product does not exist' }],
    });
    await expect(run(harness, 'tagsAdd', 'gid://shopify/DraftOrder/1', ['a'])).rejects.toThrow('tags of a DraftOrder');
  });
});
