import { createShopifyClient } from 'shopwright';
import { createFeed } from 'shopwright/feed';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { expect, it, onTestFinished } from 'vitest';
import { fulfil } from './fulfil.ts';
import { type Order, OrdersTable, orderFields } from './orders-table.ts';

const shop = 'demo.myshopify.com';
const topics = ['orders/updated', 'orders/create'] as const;

function started(count: number) {
  const clock = createManualClock();
  const bucket = { maximumAvailable: 1e9, restoreRate: 1e9 };
  const createdAt = new Date(clock.now() - 3_600_000).toISOString();
  const orders = Array.from({ length: count }, () => ({ lineItems: [{ title: 'Mug', price: '4.50' }], createdAt }));
  const fake = createFakeShopify({
    clock,
    recordVariables: false,
    shops: [{ bucket, orders }],
    webhooks: { subscriptions: [{ topics, uri: 'https://app.example/webhooks' }], duplicateRate: 0.2, reorder: true },
  });
  const client = createShopifyClient({ shop, accessToken: 'shpat_fake', fetch: fake.fetch, clock, isolated: true });
  const table = new OrdersTable(':memory:');
  onTestFinished(() => table.close());
  const open = () => createFeed<Order>({ client, resource: 'orders', fields: orderFields, clock, pageSize: 50 });
  return { clock, fake, client, table, open };
}

it('returns the fulfilment of an order to its row', async () => {
  const { clock, client, table, open } = started(2);
  const feed = open();
  table.commit(await clock.run(feed.read()));
  const [first] = table.rows();
  expect(first).toMatchObject({ name: '#1001', status: 'UNFULFILLED', total: '4.5 USD' });
  expect(await clock.run(fulfil(client, first?.id ?? '', 'TRACK-1'))).toBe(true);
  expect(await clock.run(fulfil(client, first?.id ?? '', 'TRACK-1'))).toBe(false);
  await clock.advance(5_000);
  table.commit(await clock.run(feed.read({ after: table.cursor() ?? null })));
  expect(table.rows().map(({ status }) => status)).toEqual(['FULFILLED', 'UNFULFILLED']);
});

const noteMutation = `mutation Note($input: OrderInput!) {
  orderUpdate(input: $input) { order { id updatedAt } userErrors { message } }
}`;

interface Noted {
  readonly orderUpdate: { readonly order: { readonly id: string; readonly updatedAt: string } };
}

/** How a consumer dies: with an uncommitted page, within the transaction, or after it. */
const deaths = ['before', 'within', 'behind'] as const;

it('each change takes effect once, in order, despite lost webhooks and killed consumers', async () => {
  const [orders, rounds] = [80, 6];
  const { clock, fake, client, table, open } = started(orders);
  let feed = open();
  let delivered = 0;
  fake.webhooks.onDelivery(async (request) => {
    delivered += 1;
    // Every twentieth response is lost.
    if (delivered % 20 > 0) {
      await feed.notify({ topic: request.headers.get('x-shopify-topic') ?? '', shop, payload: await request.json() });
    }
    return new Response();
  });

  let kills = 0;
  const consume = async (stop: AbortSignal, death: (typeof deaths)[number] | undefined): Promise<void> => {
    let pages = 0;
    for await (const page of feed.pages({ after: table.cursor() ?? null, signal: stop })) {
      pages += page.changes.length > 0 ? 1 : 0;
      const isLast = death !== undefined && pages === 1;
      if (isLast) kills += 1;
      if (isLast && death === 'before') return;
      if (isLast && death === 'within') {
        // The key of the last change cannot be stored: the whole transaction is rolled back.
        const broken = [...page.changes, ...page.changes.slice(0, 1)];
        expect(() => table.commit({ ...page, changes: broken })).toThrow(/UNIQUE/);
        return;
      }
      table.commit(page);
      if (isLast) return;
    }
  };

  const first = await clock.run(feed.read());
  const ids = [...first.changes];
  for (let page = first; !page.isCaughtUp; ids.push(...page.changes)) {
    page = await clock.run(feed.read({ after: page.cursor }));
  }
  const expected = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    for (const { id } of ids) {
      const { data } = await client.graphql<Noted>(noteMutation, { input: { id, note: `round ${round}` } });
      expected.add(`orders/${id.split('/').at(-1)}/${data.orderUpdate.order.updatedAt}`);
      await clock.advance(100);
    }
    // A consumer that dies in five of the rounds, and its replacement.
    for (const death of round === 0 ? [undefined] : [deaths[round % 3], undefined]) {
      feed = open();
      const stop = new AbortController();
      const consuming = consume(stop.signal, death);
      await clock.advance(70_000);
      stop.abort();
      await consuming;
    }
  }

  const effects = table.effects();
  expect(kills).toBe(5);
  expect(delivered).toBeGreaterThan(orders * rounds);
  expect(new Set(effects)).toEqual(expected);
  expect(effects).toHaveLength(orders * rounds);
  const last = new Map<string, string>();
  for (const key of effects) {
    const [, id = '', updatedAt = ''] = key.split('/');
    expect(updatedAt > (last.get(id) ?? '')).toBe(true);
    last.set(id, updatedAt);
  }
});
