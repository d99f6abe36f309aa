// @ts-nocheck
import { describe, expect, it } from 'vitest';
import { resolver } from '../../../src/testing/fake/graphql/context.ts';
import { notSimulated } from '../../../src/testing/fake/graphql/errors.ts';
import type { StoreChange } from '../../../src/testing/fake/store/entity-store.ts';
import { createFakeStore } from '../../../src/testing/fake/store/fake-store.ts';
import { createHarness, pushed, shop } from './harness.ts';

const create = (title: string) => `productSet(input: {title: "${title}"}) { product { id } userErrors { code } }`;

describe('what the fake does not simulate', () => {
  it('is an error, not null, and the rest is answered', async () => {
    const harness = createHarness();
    const { id } = await pushed(harness, { title: 'A' });
    const answer = await harness.run('query ($id: ID!) { product(id: $id) { title feedback { summary } } }', { id });
    expect(answer).toEqual({
      data: { product: { title: 'A', feedback: null } },
      errors: [
        {
          message: '`Product.feedback` is not simulated by the fake',
          locations: [{ line: 1, column: 45 }],
          path: ['product', 'feedback'],
          extensions: { code: 'NOT_SIMULATED' },
        },
      ],
    });
  });

  it.each([
    ['{ draftOrder(id: "gid://shopify/DraftOrder/1") { id } }', 'QueryRoot.draftOrder', { draftOrder: null }],
    ['{ shop { shopOwnerName } }', 'Shop.shopOwnerName', null],
    [
      'mutation { draftOrderDelete(input: { id: "gid://shopify/DraftOrder/1" }) { deletedId } }',
      'Mutation.draftOrderDelete',
      { draftOrderDelete: null },
    ],
  ])('is named: %s', async (query, field, data) => {
    expect(await createHarness().run(query)).toMatchObject({
      data,
      errors: [{ message: `\`${field}\` is not simulated by the fake`, extensions: { code: 'NOT_SIMULATED' } }],
    });
  });

  it('can be added by a resolver, which also wins over a built-in one', async () => {
    const harness = createHarness({
      resolvers: {
        QueryRoot: { shop: () => ({ name: 'Mine', email: 'a@example.com' }) },
        Order: { name: resolver<{ id: string }>(({ id }) => `#${id.split('/').at(-1)}`) },
      },
    });
    harness.store.put(shop, 'Order', { id: 'gid://shopify/Order/1', note: null });
    const query = '{ shop { name email } node(id: "gid://shopify/Order/1") { ... on Order { name note } } }';
    expect(await harness.data(query)).toEqual({
      shop: { name: 'Mine', email: 'a@example.com' },
      node: { name: '#1', note: null },
    });
  });
});

describe('a mutation', () => {
  const listening = () => {
    const batches: (readonly StoreChange[])[] = [];
    const store = createFakeStore({ onChange: (changes) => batches.push(changes) });
    const harness = createHarness({ store });
    batches.length = 0;
    return { harness, batches };
  };

  it('changes the store once, however many fields it has', async () => {
    const { harness, batches } = listening();
    await harness.data(`mutation { a: ${create('A')} b: ${create('B')} }`);
    expect(batches).toHaveLength(1);
    expect(batches[0]?.filter((change) => change.op === 'put' && change.kind === 'Product')).toHaveLength(2);
  });

  it('with userErrors changes nothing, and leaves its neighbours as they are', async () => {
    const { harness, batches } = listening();
    await harness.data(`mutation { a: ${create('A')} b: ${create('')} }`);
    expect(harness.store.all(shop, 'Product').map(({ title }) => title)).toEqual(['A']);
    await harness.data(`mutation { ${create('')} }`);
    expect(batches).toHaveLength(1);
  });

  it('sees what the one before it did', async () => {
    const { harness } = listening();
    const { b } = await harness.data(`mutation {
      a: productSet(identifier: {handle: "a"}, input: {title: "A"}) { product { id } }
      b: productSet(identifier: {handle: "a"}, input: {title: "B"}) { product { title variants(first: 1) { nodes { product { title } } } } }
    }`);
    expect(b).toEqual({ product: { title: 'B', variants: { nodes: [{ product: { title: 'B' } }] } } });
    expect(harness.store.all(shop, 'Product')).toHaveLength(1);
  });

  it('that cannot be stored rejects and changes nothing', async () => {
    let isFull = false;
    const store = createFakeStore({
      onChange: () => {
        if (isFull) throw new Error('disk full');
      },
    });
    const harness = createHarness({ store });
    isFull = true;
    await expect(harness.run(`mutation { ${create('A')} }`)).rejects.toThrow('disk full');
    expect(store.all(shop, 'Product')).toEqual([]);
  });

  it('of the user may be asynchronous, and is dropped when it reports userErrors', async () => {
    const add = (hasErrors: boolean) =>
      resolver(async (_source, _args, { store, shop: domain }) => {
        await Promise.resolve();
        store.put(domain, 'Tag', { id: store.nextId('Tag') });
        return { node: null, userErrors: hasErrors ? [{ message: 'no', field: null }] : [] };
      });
    const harness = createHarness({ resolvers: { Mutation: { tagsAdd: add(false), tagsRemove: add(true) } } });
    const args = '(id: "gid://shopify/Product/1", tags: [])';
    const query = `mutation { tagsAdd${args} { userErrors { message } } tagsRemove${args} { userErrors { message } } }`;
    expect(await harness.data(query)).toEqual({
      tagsAdd: { userErrors: [] },
      tagsRemove: { userErrors: [{ message: 'no' }] },
    });
    expect(harness.store.all(shop, 'Tag')).toHaveLength(1);
  });

  it('of the user may answer anything', async () => {
    const harness = createHarness({ resolvers: { Mutation: { tagsAdd: () => null } } });
    const query = 'mutation { tagsAdd(id: "gid://shopify/Product/1", tags: []) { userErrors { message } } }';
    expect(await harness.data(query)).toEqual({ tagsAdd: null });
  });

  it('with a list of more than 250 entries is refused', async () => {
    const harness = createHarness();
    const { id } = await pushed(harness, { title: 'A' });
    const query =
      'mutation ($id: ID!, $input: [PublicationInput!]!) { publishablePublish(id: $id, input: $input) { userErrors { message } } }';
    const input = (length: number) => Array.from({ length }, () => ({ publicationId: 'gid://shopify/Publication/1' }));
    expect(await harness.run(query, { id, input: input(251) })).toMatchObject({
      errors: [
        {
          message: 'The input array size of 251 is greater than the maximum allowed of 250.',
          path: ['publishablePublish', 'input'],
          extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' },
        },
      ],
    });
    expect((await harness.run(query, { id, input: input(250) })).errors).toBeUndefined();
    const tags = Array.from({ length: 251 }, (_, index) => `t${index}`);
    expect(
      await harness.run(
        'mutation ($tags: [String!]) { productSet(input: {title: "B", tags: $tags}) { product { id } } }',
        { tags },
      ),
    ).toMatchObject({
      errors: [{ path: ['productSet', 'input', 'tags'], extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' } }],
    });
  });
});

describe('a response', () => {
  it('keeps shops apart', async () => {
    const harness = createHarness();
    await pushed(harness, { title: 'A' });
    const { data } = await harness.run(
      '{ shop { myshopifyDomain } productsCount { count } }',
      {},
      'other.myshopify.com',
    );
    expect(data).toEqual({ shop: { myshopifyDomain: 'other.myshopify.com' }, productsCount: { count: 0 } });
  });

  it('gives an accident in a resolver a code', async () => {
    const harness = createHarness({
      resolvers: {
        QueryRoot: {
          shop: () => {
            throw new Error('oops');
          },
          order: () => {
            throw notSimulated('this order');
          },
        },
      },
    });
    const { errors } = await harness.run('{ shop { id } }');
    expect(errors).toMatchObject([{ message: 'oops', path: ['shop'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    const order = await harness.run('{ order(id: "gid://shopify/Order/1") { id } }');
    expect(order.errors).toMatchObject([{ extensions: { code: 'NOT_SIMULATED' } }]);
  });

  it('cannot say what an interface holds when a resolver gives no object', async () => {
    const harness = createHarness({
      resolvers: { QueryRoot: { node: () => 'text', nodes: () => [{ noId: 1 }, { __typename: 'Order', id: 'x' }] } },
    });
    const { data, errors } = await harness.run(
      '{ node(id: "gid://shopify/Product/1") { id } nodes(ids: []) { __typename id } }',
    );
    expect(data).toEqual({ node: null, nodes: [null, { __typename: 'Order', id: 'x' }] });
    expect(errors).toHaveLength(2);
  });

  it('includes introspection', async () => {
    expect(await createHarness().data('{ __type(name: "Shop") { name } __typename }')).toEqual({
      __type: { name: 'Shop' },
      __typename: 'QueryRoot',
    });
  });
});
