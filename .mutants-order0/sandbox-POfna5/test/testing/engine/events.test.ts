// @ts-nocheck
import { describe, expect, it } from 'vitest';
import type { ShopEvent } from '../../../src/testing/fake/background.ts';
import { resolver } from '../../../src/testing/fake/graphql/context.ts';
import { createHarness, push, pushed, shirt, shop } from './harness.ts';
import { change, stocked } from './inventory-harness.ts';
import { createListeningHarness } from './listening-harness.ts';

describe('events', () => {
  it('tell of products that come, change and go', async () => {
    const harness = createListeningHarness();
    const { id } = await pushed(harness, { title: 'A' });
    await pushed(harness, { title: 'B' }, { id });
    const { publications } = await harness.data('{ publications(first: 1) { nodes { id } } }');
    const input = (publications as { nodes: { id: string }[] }).nodes.map((node) => ({ publicationId: node.id }));
    await harness.data(
      'mutation ($id: ID!, $input: [PublicationInput!]!) { publishablePublish(id: $id, input: $input) { userErrors { field } } }',
      { id, input },
    );
    await harness.data('mutation ($id: ID!) { productDelete(input: {id: $id}) { deletedProductId } }', { id });
    expect(harness.topics()).toEqual(['products/create', 'products/update', 'products/update', 'products/delete']);
    expect(harness.events.map((event) => event.shop)).toEqual([shop, shop, shop, shop]);
    expect(harness.events.map(({ payload }) => payload)).toMatchObject([
      { title: 'A' },
      { title: 'B', published_at: null },
      { title: 'B', published_at: '2026-10-01T00:00:00Z' },
      { id: Number(id.split('/').at(-1)) },
    ]);
  });

  it('tell of stock that changes', async () => {
    const harness = createListeningHarness();
    const { item, location, elsewhere } = await stocked(harness);
    harness.topics();
    const quantity = (locationId: string, value: number) => ({
      inventoryItemId: item,
      locationId,
      quantity: value,
      changeFromQuantity: null,
    });
    const quantities = [quantity(location, 5), quantity(elsewhere, 0)];
    await change(harness, 'inventorySetQuantities', { name: 'available', reason: 'other', quantities });
    expect(harness.topics()).toEqual(['inventory_levels/update', 'inventory_levels/update']);
    const [first] = harness.events.slice(-2);
    expect(first?.payload).toEqual({
      inventory_item_id: Number(item.split('/').at(-1)),
      location_id: Number(location.split('/').at(-1)),
      available: 5,
      updated_at: '2026-10-01T00:00:00Z',
      admin_graphql_api_id: expect.stringContaining('gid://shopify/InventoryLevel/'),
    });
    await change(harness, 'inventorySetQuantities', { name: 'available', reason: 'other', quantities });
    expect(harness.topics()).toEqual([]);
  });

  it('are not told of what did not happen', async () => {
    const harness = createListeningHarness();
    await push(harness, { title: '' });
    await harness.data(
      `mutation { a: productSet(input: {title: "A"}) { product { id } } b: productSet(input: {title: ""}) { product { id } } }`,
    );
    expect(harness.topics()).toEqual(['products/create']);
  });

  it('are told of when it has been stored', async () => {
    const told: string[] = [];
    let isFull = false;
    const harness = createListeningHarness({
      onChange: () => {
        told.push('stored');
        if (isFull) throw new Error('disk full');
      },
    });
    told.length = 0;
    await pushed(harness, { title: 'A' });
    expect(told).toEqual(['stored']);
    expect(harness.topics()).toEqual(['products/create']);
    isFull = true;
    await expect(pushed(harness, { title: 'B' })).rejects.toThrow('disk full');
    expect(harness.topics()).toEqual([]);
  });

  it('are told of once, however many listen, and their payload is made when it is looked at', async () => {
    let made = 0;
    const refundCreate = resolver((_source, _args, context) => {
      context.announce('refunds/create', () => ({ id: ++made }));
      return { refund: null, order: null, userErrors: [] };
    });
    const harness = createListeningHarness({ resolvers: { Mutation: { refundCreate } } });
    const query =
      'mutation { refundCreate(input: {orderId: "gid://shopify/Order/1"}) @idempotent(key: "a") { userErrors { field } } }';
    await harness.data(query);
    await harness.data(query);
    expect(harness.topics()).toEqual(['refunds/create']);
    expect(made).toBe(0);
    const [event] = harness.events as readonly [ShopEvent];
    expect([event.payload, event.payload]).toEqual([{ id: 1 }, { id: 1 }]);
  });

  it('come from a unit that a resolver begins only if that is committed', async () => {
    const refundCreate = resolver<unknown, { input: { note?: string } }>((_source, { input }, context) => {
      const unit = context.begin();
      unit.context.store.put(shop, 'Refund', { id: 'gid://shopify/Refund/77' });
      unit.context.announce('refunds/create', () => ({}));
      if (input.note === 'keep') unit.commit();
      return { refund: null, order: null, userErrors: [] };
    });
    const harness = createListeningHarness({ resolvers: { Mutation: { refundCreate } } });
    const send = (note: string) =>
      harness.data(
        `mutation { refundCreate(input: {orderId: "gid://shopify/Order/1", note: "${note}"}) @idempotent(key: "${note}") { userErrors { field } } }`,
      );
    await send('drop');
    expect(harness.store.all(shop, 'Refund')).toEqual([]);
    expect(harness.topics()).toEqual([]);
    await send('keep');
    expect(harness.store.all(shop, 'Refund')).toHaveLength(1);
    expect(harness.topics()).toEqual(['refunds/create']);
  });

  it('and work for later come from deferred work, each as one', async () => {
    const refundCreate = resolver((_source, _args, context) => {
      context.later(100, (later) => {
        later.store.put(shop, 'Refund', { id: 'gid://shopify/Refund/77' });
        later.announce('refunds/create', () => ({}));
        later.later(100, (last) => last.announce('orders/updated', () => ({})));
      });
      return { refund: null, order: null, userErrors: [] };
    });
    const harness = createListeningHarness({ resolvers: { Mutation: { refundCreate } } });
    await harness.data(
      'mutation { refundCreate(input: {orderId: "gid://shopify/Order/1"}) @idempotent(key: "a") { userErrors { field } } }',
    );
    expect(harness.store.all(shop, 'Refund')).toEqual([]);
    await harness.clock.advance(100);
    expect(harness.store.all(shop, 'Refund')).toHaveLength(1);
    expect(harness.topics()).toEqual(['refunds/create']);
    await harness.clock.advance(100);
    expect(harness.topics()).toEqual(['orders/updated']);
  });
});

describe('two operations at the same moment', () => {
  it('do not work on what the other has not stored yet', async () => {
    const harness = createHarness();
    const both = await Promise.all([1, 2].map(() => pushed(harness, { title: 'A' })));
    expect(both.map(({ handle }) => handle)).toEqual(['a', 'a-1']);
    const input = shirt(['Red'], ['S']);
    const [first, second] = await Promise.all([1, 2].map(() => pushed(harness, input, { handle: 'shirt' })));
    expect(first?.id).toBe(second?.id);
  });
});
