// @ts-nocheck
import { GraphQLError } from 'graphql';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { type ResolverMap, resolver } from '../../../src/testing/fake/graphql/context.ts';
import { ask } from '../ask.ts';
import { createHarness, shop } from './harness.ts';
import { change, problemsOf, quantitiesAt, stocked } from './inventory-harness.ts';

const hourMs = 3_600_000;
const refund = `mutation Refund($orderId: ID!, $key: String!) {
  refundCreate(input: {orderId: $orderId, note: "broken"}) @idempotent(key: $key) {
    refund { id note } order { id } userErrors { field message }
  }
}`;
const orderId = 'gid://shopify/Order/1';

interface RefundArgs {
  readonly input: { readonly orderId: string; readonly note: string };
}

/** A `refundCreate` of a user's own, which keeps its refunds in the store. */
function refunds(): { readonly made: string[]; readonly resolvers: ResolverMap } {
  const made: string[] = [];
  const refundCreate = resolver<unknown, RefundArgs>((_source, { input }, { store, shop: domain }) => {
    const entity = { id: store.nextId('Refund'), note: input.note };
    made.push(input.orderId);
    store.put(domain, 'Refund', entity);
    return { refund: entity, order: { id: input.orderId }, userErrors: [] };
  });
  return { made, resolvers: { Mutation: { refundCreate } } };
}

describe('a mutation that demands a key', () => {
  it.each([
    'refundCreate(input: {orderId: "gid://shopify/Order/1"}) { userErrors { message } }',
    'locationActivate(locationId: "gid://shopify/Location/1") { location { id } }',
    'inventoryTransferDuplicate(id: "gid://shopify/InventoryTransfer/1") { userErrors { message } }',
  ])('is refused without one, before it is executed: %s', async (field) => {
    let executed = 0;
    const run = (): unknown => {
      executed += 1;
      return {};
    };
    const harness = createHarness({
      resolvers: { Mutation: { refundCreate: run, locationActivate: run, inventoryTransferDuplicate: run } },
    });
    const name = field.slice(0, field.indexOf('('));
    expect(await harness.run(`mutation { ${field} }`)).toEqual({
      data: { [name]: null },
      errors: [
        {
          message: 'The @idempotent directive is required for this mutation but was not provided.',
          locations: [{ line: 1, column: 12 }],
          path: [name],
          extensions: { code: 'BAD_REQUEST' },
        },
      ],
      executed: false,
    });
    const blank = await harness.run(`mutation { ${field.replace(') {', ') @idempotent(key: " ") {')} }`);
    expect(blank.errors).toMatchObject([
      { message: "The key of the @idempotent directive can't be blank.", extensions: { code: 'BAD_REQUEST' } },
    ]);
    expect(executed).toBe(0);
  });

  it('is the only kind that takes one', async () => {
    const query = 'mutation { tagsAdd(id: "gid://shopify/Product/1", tags: []) @idempotent(key: "a") { node { id } } }';
    expect((await createHarness().run(query)).errors).toMatchObject([
      { message: 'The @idempotent directive is not supported for tagsAdd.', extensions: { code: 'BAD_REQUEST' } },
    ]);
  });
});

describe('a mutation that is sent twice with one key', () => {
  it('is executed once, also where a user has added it', async () => {
    const { made, resolvers } = refunds();
    const fake = createFakeShopify({ resolvers });
    const send = async (key: string) =>
      (await ask(fake.fetch, { query: refund, variables: { orderId, key } })).json.data;
    const first = await send('key-1');
    expect(first).toEqual({
      refundCreate: {
        refund: { id: 'gid://shopify/Refund/4', note: 'broken' },
        order: { id: orderId },
        userErrors: [],
      },
    });
    expect(await send('key-1')).toEqual(first);
    expect(made).toEqual([orderId]);
    expect(fake.store.all('demo.myshopify.com', 'Refund')).toHaveLength(1);
    expect(fake.calls).toMatchObject([
      { outcome: 'ok', idempotencyKeys: ['key-1'], executed: true },
      { outcome: 'ok', idempotencyKeys: ['key-1'], executed: false },
    ]);
    expect(fake.executed('key-1')).toBe(1);
    expect(fake.executed('refundCreate')).toBe(1);

    expect(await send('key-2')).not.toEqual(first);
    expect(fake.executed('key-2')).toBe(1);
    expect(made).toHaveLength(2);
  });

  it('is answered again after the first response was lost', async () => {
    const { made, resolvers } = refunds();
    const fake = createFakeShopify({ resolvers });
    fake.faults.next('reset-after', { operation: 'refundCreate' });
    const variables = { orderId, key: 'key-1' };
    await expect(ask(fake.fetch, { query: refund, variables })).rejects.toThrow('fetch failed');
    expect((await ask(fake.fetch, { query: refund, variables })).json.data.refundCreate.userErrors).toEqual([]);
    expect(made).toHaveLength(1);
  });

  it('is answered from the state of now', async () => {
    const harness = createHarness({ resolvers: refunds().resolvers });
    const variables = { orderId, key: 'key-1' };
    const { refundCreate } = await harness.data(refund, variables);
    const { id } = (refundCreate as { refund: { id: string } }).refund;
    harness.store.put(shop, 'Refund', { id, note: 'mended' });
    expect(await harness.data(refund, variables)).toMatchObject({ refundCreate: { refund: { id, note: 'mended' } } });
    harness.store.delete(shop, 'Refund', id);
    expect(await harness.data(refund, variables)).toMatchObject({ refundCreate: { refund: null, userErrors: [] } });
  });

  it('changes the stock once', async () => {
    const kit = await stocked();
    const changes = [{ inventoryItemId: kit.item, locationId: kit.location, delta: 5, changeFromQuantity: null }];
    const input = { name: 'available', reason: 'restock', changes };
    const first = await change(kit.harness, 'inventoryAdjustQuantities', input, 'key-1');
    expect(await change(kit.harness, 'inventoryAdjustQuantities', input, 'key-1')).toEqual(first);
    expect(await quantitiesAt(kit, kit.location)).toMatchObject({ available: 5 });
  });

  it('in one operation is executed once', async () => {
    const { made, resolvers } = refunds();
    const harness = createHarness({ resolvers });
    const field = `refundCreate(input: {orderId: "${orderId}", note: "x"}) @idempotent(key: "a") { refund { id } }`;
    const { a, b } = await harness.data(`mutation { a: ${field} b: ${field} }`);
    expect(a).toEqual(b);
    expect(made).toHaveLength(1);
  });

  it('is executed for each app and shop by itself', async () => {
    const { made, resolvers } = refunds();
    const shops = [
      { domain: 'one.myshopify.com', tokens: { a: 'crm', b: 'erp', c: 'crm' } },
      { domain: 'two.myshopify.com', tokens: { a: 'crm' } },
    ];
    const fake = createFakeShopify({ shops, resolvers });
    const query = refund;
    for (const [host, token] of [
      ['https://one.myshopify.com', 'a'],
      ['https://one.myshopify.com', 'b'],
      ['https://two.myshopify.com', 'a'],
      ['https://one.myshopify.com', 'c'],
    ] as const) {
      await ask(fake.fetch, { query, host, token, variables: { orderId, key: 'key-1' } });
    }
    expect(made).toHaveLength(3);
  });

  it('is executed again after 24 hours, and old keys are dropped', async () => {
    const { made, resolvers } = refunds();
    const clock = createManualClock();
    const fake = createFakeShopify({ resolvers, clock });
    const send = (key: string) => ask(fake.fetch, { query: refund, variables: { orderId, key } });
    await send('key-1');
    await clock.advance(hourMs);
    await send('key-2');
    await clock.advance(23 * hourMs - 1);
    await send('key-1');
    expect(made).toHaveLength(2);
    await clock.advance(1);
    await send('key-1');
    expect(made).toHaveLength(3);
    expect(fake.store.all('demo.myshopify.com', 'IdempotencyRecord')).toHaveLength(2);
    await clock.advance(24 * hourMs);
    await send('key-3');
    expect(fake.store.all('demo.myshopify.com', 'IdempotencyRecord')).toHaveLength(1);
  });

  it('is remembered in the state, which can be kept', async () => {
    const { made, resolvers } = refunds();
    const before = createFakeShopify({ resolvers });
    const variables = { orderId, key: 'key-1' };
    const first = await ask(before.fetch, { query: refund, variables });
    const after = createFakeShopify({ resolvers });
    after.restore(JSON.parse(JSON.stringify(before.snapshot())));
    expect((await ask(after.fetch, { query: refund, variables })).json.data).toEqual(first.json.data);
    expect(made).toHaveLength(1);
  });

  it('is remembered though its payload leads back to itself', async () => {
    let executed = 0;
    const refundCreate = (): unknown => {
      executed += 1;
      const order: Record<string, unknown> = { id: orderId, name: '#1' };
      order['self'] = { order };
      return { refund: null, order, userErrors: [] };
    };
    const harness = createHarness({ resolvers: { Mutation: { refundCreate } } });
    const query = `mutation { refundCreate(input: {orderId: "${orderId}"}) @idempotent(key: "a") { order { id name } } }`;
    const first = await harness.data(query);
    expect(await harness.data(query)).toEqual(first);
    expect(executed).toBe(1);
  });
});

describe('a key that does not fit', () => {
  it('because it was used with other input', async () => {
    const kit = await stocked();
    const input = (delta: number) => ({
      name: 'available',
      reason: 'restock',
      changes: [{ inventoryItemId: kit.item, locationId: kit.location, delta, changeFromQuantity: null }],
    });
    await change(kit.harness, 'inventoryAdjustQuantities', input(5), 'key-1');
    const other = await change(kit.harness, 'inventoryAdjustQuantities', input(6), 'key-1');
    expect(other).toEqual({
      inventoryAdjustmentGroup: null,
      userErrors: [
        {
          code: 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH',
          field: null,
          message: 'The same idempotency key cannot be used with different operation parameters.',
        },
      ],
    });
    expect(await quantitiesAt(kit, kit.location)).toMatchObject({ available: 5 });
  });

  it('or with another mutation', async () => {
    const kit = await stocked();
    const place = { inventoryItemId: kit.item, locationId: kit.location };
    const changes = [{ ...place, delta: 5, changeFromQuantity: null }];
    await change(kit.harness, 'inventoryAdjustQuantities', { name: 'available', reason: 'restock', changes }, 'key-1');
    const activate = `mutation { locationActivate(locationId: "${kit.location}") @idempotent(key: "key-1") {
      location { id } locationActivateUserErrors { code } } }`;
    expect(await kit.harness.data(activate)).toEqual({
      locationActivate: {
        location: null,
        locationActivateUserErrors: [{ code: 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH' }],
      },
    });
  });

  it('because the attempt with it failed', async () => {
    const kit = await stocked();
    const input = {
      name: 'available',
      reason: 'correction',
      quantities: [{ inventoryItemId: kit.item, locationId: kit.location, quantity: 5, changeFromQuantity: 1 }],
    };
    const first = await change(kit.harness, 'inventorySetQuantities', input, 'key-1');
    expect(first.userErrors).toMatchObject([{ code: 'CHANGE_FROM_QUANTITY_STALE' }]);
    const again = await change(kit.harness, 'inventorySetQuantities', input, 'key-1');
    expect(again.userErrors).toEqual([
      {
        code: 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED',
        field: null,
        message: 'A previous request with this idempotency key failed. Retry with a new idempotency key.',
      },
    ]);
    const quantities = input.quantities.map((quantity) => ({ ...quantity, changeFromQuantity: 0 }));
    expect(problemsOf(await change(kit.harness, 'inventorySetQuantities', { ...input, quantities }, 'key-2'))).toEqual(
      [],
    );
  });

  it('says so by its message where the errors have no codes', async () => {
    const userErrors = [{ field: ['orderId'], message: 'Order does not exist' }];
    const refundCreate = (): unknown => ({ refund: null, order: null, userErrors });
    const harness = createHarness({ resolvers: { Mutation: { refundCreate } } });
    const variables = { orderId, key: 'key-1' };
    expect(await harness.data(refund, variables)).toMatchObject({ refundCreate: { userErrors } });
    expect(await harness.data(refund, variables)).toEqual({
      refundCreate: {
        refund: null,
        order: null,
        userErrors: [
          {
            field: null,
            message: 'A previous request with this idempotency key failed. Retry with a new idempotency key.',
          },
        ],
      },
    });
  });

  it('is tried again where the errors have codes, but none for that', async () => {
    const { harness } = await stocked();
    const activate = (id: string) =>
      harness.data(
        'mutation ($id: ID!) { locationActivate(locationId: $id) @idempotent(key: "a") { location { id } locationActivateUserErrors { code } } }',
        { id },
      );
    const id = 'gid://shopify/Location/99';
    expect(await activate(id)).toMatchObject({
      locationActivate: { locationActivateUserErrors: [{ code: 'LOCATION_NOT_FOUND' }] },
    });
    expect(await activate(id)).toMatchObject({
      locationActivate: { locationActivateUserErrors: [{ code: 'LOCATION_NOT_FOUND' }] },
    });
  });

  it('is used up by a crash, and not by a request that was refused', async () => {
    const outcomes = [new GraphQLError('not now'), new Error('crash')];
    let executed = 0;
    const refundCreate = (): unknown => {
      executed += 1;
      throw outcomes.shift() ?? new Error('was not to be executed');
    };
    const harness = createHarness({ resolvers: { Mutation: { refundCreate } } });
    const variables = { orderId, key: 'key-1' };
    expect((await harness.run(refund, variables)).errors).toMatchObject([{ message: 'not now' }]);
    expect((await harness.run(refund, variables)).errors).toMatchObject([{ message: 'crash' }]);
    expect(await harness.data(refund, variables)).toMatchObject({
      refundCreate: { userErrors: [{ message: expect.stringContaining('previous request') }] },
    });
    expect(executed).toBe(2);
  });
});

describe('a key whose first request is still running', () => {
  /** A resolver that ends when it is told. */
  function slow(code: string) {
    const waiting: { readonly end: () => void; readonly fail: (error: Error) => void }[] = [];
    const resolve = (): Promise<unknown> =>
      new Promise((settle, fail) => {
        waiting.push({ end: () => settle({ [code]: [] }), fail });
      });
    return { waiting, resolve };
  }
  const set = (quantity: number) => ({
    query: `mutation ($quantity: Int!) { inventorySetQuantities(input: {name: "available", reason: "other", quantities:
      [{inventoryItemId: "gid://shopify/InventoryItem/1", locationId: "gid://shopify/Location/1", quantity: $quantity, changeFromQuantity: null}]}) @idempotent(key: "a") { userErrors { code } } }`,
    variables: { quantity },
  });

  it('is refused, and answered when that one is done', async () => {
    const { waiting, resolve } = slow('userErrors');
    const harness = createHarness({ resolvers: { Mutation: { inventorySetQuantities: resolve } } });
    const send = (quantity: number) => harness.run(set(quantity).query, set(quantity).variables);
    const first = send(1);
    expect((await send(1)).data).toEqual({
      inventorySetQuantities: { userErrors: [{ code: 'IDEMPOTENCY_CONCURRENT_REQUEST' }] },
    });
    expect((await send(2)).data).toEqual({
      inventorySetQuantities: { userErrors: [{ code: 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH' }] },
    });
    waiting[0]?.end();
    expect((await first).data).toEqual({ inventorySetQuantities: { userErrors: [] } });
    expect(await send(1)).toMatchObject({ data: { inventorySetQuantities: { userErrors: [] } }, executed: false });
    expect(waiting).toHaveLength(1);
  });

  it('can be used when that one was given up', async () => {
    const { waiting, resolve } = slow('userErrors');
    const harness = createHarness({ resolvers: { Mutation: { inventorySetQuantities: resolve } } });
    const send = () => harness.run(set(1).query, set(1).variables);
    const first = send();
    waiting[0]?.fail(new GraphQLError('not now'));
    expect((await first).errors).toMatchObject([{ message: 'not now' }]);
    const second = send();
    waiting[1]?.end();
    expect((await second).data).toEqual({ inventorySetQuantities: { userErrors: [] } });
  });

  it('can be used when that one could not be stored', async () => {
    let isFull = true;
    const { made, resolvers } = refunds();
    const harness = createHarness({
      resolvers,
      onChange: (changes) => {
        const isRefund = changes.some((entry) => entry.op === 'put' && entry.kind === 'Refund');
        if (isFull && isRefund) throw new Error('disk full');
      },
    });
    const variables = { orderId, key: 'key-1' };
    await expect(harness.run(refund, variables)).rejects.toThrow('disk full');
    isFull = false;
    expect(await harness.data(refund, variables)).toMatchObject({ refundCreate: { userErrors: [] } });
    expect(made).toHaveLength(2);
  });
});
