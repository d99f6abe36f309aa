import { createShopifyClient, memoryStores, type ShopifyClient } from 'shopwright';
import {
  createFeed,
  type FeedChange,
  type FeedConnection,
  type FeedNode,
  type FeedOptions,
  type FeedPage,
  type FeedVariables,
} from 'shopwright/feed';
import { inProcessQueue } from 'shopwright/queue';
import { createFakeShopify, createManualClock, type FakeShopifyOptions } from 'shopwright/testing';
import { createWebhookHandler } from 'shopwright/webhooks';
import { describe, expect, it } from 'vitest';

const shop = 'demo.myshopify.com';
const startMs = Date.UTC(2026, 10, 1);
const lineItems = [{ title: 'Mug' }];
const orders = (count: number, at: (index: number) => number = (index) => startMs - 86_400_000 + index * 1_000) =>
  Array.from({ length: count }, (_, index) => ({ lineItems, createdAt: new Date(at(index)).toISOString() }));

function started(
  options: {
    fake?: FakeShopifyOptions;
    seeds?: ReturnType<typeof orders>;
    feed?: Partial<Omit<FeedOptions, 'resource'>>;
  } = {},
) {
  const clock = createManualClock({ now: startMs });
  const bucket = { maximumAvailable: 1e9, restoreRate: 1e9 };
  const fake = createFakeShopify({ clock, shops: [{ bucket, orders: options.seeds ?? [] }], ...options.fake });
  const client = createShopifyClient({ shop, accessToken: 'shpat_fake', fetch: fake.fetch, clock, isolated: true });
  const store = memoryStores({ clock }).keyValue;
  const handled: FeedChange[] = [];
  const handle = (change: FeedChange): unknown => handled.push(change);
  const feed = createFeed({ client, resource: 'orders', fields: 'name note', store, handle, clock, ...options.feed });
  return { clock, fake, client, store, handled, feed };
}

async function note(client: ShopifyClient, id: string, text: string): Promise<void> {
  const { errors } = await client.graphql(
    'mutation Note($input: OrderInput!) { orderUpdate(input: $input) { userErrors { message } } }',
    { input: { id, note: text } },
    { errors: 'return' },
  );
  expect(errors).toEqual([]);
}

describe('a run', () => {
  it('delivers all orders oldest first, and then only what changed', async () => {
    const { clock, client, feed, handled } = started({ seeds: orders(250) });
    expect(await clock.run(feed.run())).toMatchObject({ outcome: 'caught-up', changes: 250 });
    const times = handled.map(({ updatedAt }) => updatedAt);
    expect(times).toEqual([...times].sort());
    expect(handled[0]).toMatchObject({ type: 'changed', node: { name: '#1001' } });
    expect(new Set(handled.map(({ key }) => key)).size).toBe(250);

    const id = handled[7]?.id ?? '';
    await clock.run(note(client, id, 'hello'));
    await clock.advance(10_000);
    expect(await clock.run(feed.run())).toMatchObject({ outcome: 'caught-up', changes: 1 });
    expect(handled.at(-1)).toMatchObject({ id, node: { note: 'hello' } });
    expect(handled.at(-1)?.key).toMatch(/^orders\/\d+\/2026-11-01T00:00:\d\dZ$/);
    expect(await clock.run(feed.run())).toMatchObject({ changes: 0 });
  });
});

it.each([
  ['at', 'soon'],
  ['at', undefined],
  ['window', 'x'],
  ['window', { from: 'x', to: 'y' }],
  ['seen', { '2026-11-01T00:00:00Z': 'Order/1' }],
  ['deleted', undefined],
])('a cursor whose %s was damaged is refused, and reads nothing again', async (field, value) => {
  const { clock, feed } = started({ seeds: orders(3) });
  const { cursor } = await clock.run(feed.read());
  const after = JSON.stringify({ ...JSON.parse(cursor), [field]: value });
  await expect(clock.run(feed.read({ after }))).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
});

describe('what a run does about trouble', () => {
  it('stops at the change whose handler throws, says which, and begins there again', async () => {
    let isBroken = true;
    const handled: FeedChange[] = [];
    const { clock, feed } = started({
      seeds: orders(10),
      feed: {
        handle: (change) => {
          if (isBroken && handled.length === 4) throw new Error('no room');
          handled.push(change);
        },
      },
    });
    const run = await clock.run(feed.run());
    expect(run).toMatchObject({ outcome: 'stopped', changes: 4, stoppedBy: { message: 'no room' } });
    isBroken = false;
    expect(await clock.run(feed.run())).toMatchObject({ outcome: 'caught-up', changes: 6 });
    expect(handled[4]?.key).toBe(run.stoppedAt);
    expect(new Set(handled.map(({ key }) => key)).size).toBe(10);
  });

  it('ends between two changes with its signal, and delivers none of them twice', async () => {
    const stop = new AbortController();
    const handled: string[] = [];
    const { clock, feed } = started({
      seeds: orders(10),
      feed: {
        handle: (_change, { key }) => {
          if (handled.push(key) === 3) stop.abort(new Error('closing'));
        },
      },
    });
    const run = await clock.run(feed.run({ signal: stop.signal }));
    expect(run).toMatchObject({ outcome: 'stopped', changes: 3, stoppedBy: { message: 'closing' } });
    expect(run.stoppedAt).toBeUndefined();
    await clock.run(feed.run());
    expect(handled).toHaveLength(10);
    expect(new Set(handled).size).toBe(10);
  });

  it('says so when Shopify does not respond, and misses nothing', async () => {
    const { clock, fake, feed, handled } = started({ seeds: orders(5) });
    fake.faults.next('status-503', { times: 20 });
    const run = await clock.run(feed.run());
    expect(run).toMatchObject({ outcome: 'stopped', changes: 0, stoppedBy: { code: 'HTTP_ERROR' } });
    fake.faults.clear();
    await clock.advance(600_000);
    expect(await clock.run(feed.run())).toMatchObject({ changes: 5 });
    expect(handled).toHaveLength(5);
  });

  it('asks for smaller pages where one would cost too much', async () => {
    const fields =
      'fulfillmentOrders(first: 50) { nodes { id lineItems(first: 250) { nodes { id sku lineItem { id } } } } }';
    const { clock, fake, feed, handled } = started({ seeds: orders(60), feed: { fields } });
    expect(await clock.run(feed.run())).toMatchObject({ outcome: 'caught-up', changes: 60 });
    expect(new Set(handled.map(({ key }) => key)).size).toBe(60);
    expect(fake.stats().throttled).toBe(0);
  });

  it('is done by one process at a time', async () => {
    const first = started({ seeds: orders(3) });
    const { clock, client, store } = first;
    let inFeed: unknown;
    const other = createFeed({ client, resource: 'orders', store, clock, handle: () => undefined });
    const feed = createFeed({
      ...{ client, resource: 'orders' as const, store, clock },
      handle: async () => {
        inFeed ??= await other.run();
      },
    });
    expect(await clock.run(feed.run())).toMatchObject({ outcome: 'caught-up', changes: 3 });
    expect(inFeed).toMatchObject({ outcome: 'busy', changes: 0 });
  });

  it('does not move a cursor that somebody else has moved', async () => {
    const { clock, client, store } = started({ seeds: orders(3) });
    const feed = createFeed({
      ...{ client, resource: 'orders' as const, store, clock },
      handle: async () => {
        await store.set('webhooks:demo.myshopify.com:~feed:orders', 'theirs');
      },
    });
    expect(await clock.run(feed.run())).toMatchObject({ outcome: 'stopped', stoppedBy: { code: 'STORAGE_FAILED' } });
    expect(await store.get('webhooks:demo.myshopify.com:~feed:orders')).toBe('theirs');
    const next = await clock.run(feed.run());
    expect(next).toMatchObject({ outcome: 'stopped', stoppedBy: { code: 'VALIDATION_FAILED' } });
  });
});

describe('windows', () => {
  it('show what the search showed late, and nothing twice', async () => {
    let hidden: string | undefined;
    const { clock, client, fake, feed, handled } = started({ seeds: orders(6) });
    await clock.run(feed.run());
    const [first, second] = handled.map(({ id }) => id);
    await clock.run(note(client, first ?? '', 'one'));
    await clock.run(note(client, second ?? '', 'two'));
    await clock.advance(60_000);
    hidden = second;
    const lagging: typeof client = Object.assign(Object.create(client), {
      async graphql(...args: Parameters<ShopifyClient['graphql']>) {
        const result = await client.graphql(...args);
        const { orders } = result.data as { orders?: { nodes: { id: string }[] } };
        if (orders) orders.nodes = orders.nodes.filter(({ id }) => id !== hidden);
        return result;
      },
    });
    const seen: string[] = [];
    const late = createFeed({ client: lagging, resource: 'orders', clock });
    let after: string | undefined;
    const read = async (): Promise<void> => {
      for (let isCaughtUp = false; !isCaughtUp; ) {
        const page = await clock.run(late.read({ after: after ?? null }));
        seen.push(...page.changes.map(({ key }) => key));
        ({ cursor: after, isCaughtUp } = page);
      }
    };
    await read();
    expect(seen).toHaveLength(5);
    hidden = undefined;
    await clock.advance(60_000);
    await read();
    await read();
    expect(seen).toHaveLength(6);
    expect(seen.at(-1)).toMatch(/^orders\/\d+\/2026-11-01T00:00:0\dZ$/);
    expect(new Set(seen).size).toBe(6);
    expect(fake.stats().throttled).toBe(0);
  });

  it('leave out what was changed in a second that is not over, and deliver it once', async () => {
    const { clock, client, feed, handled } = started({ seeds: orders(2) });
    await clock.run(feed.run());
    const id = handled[0]?.id ?? '';
    await clock.advance(5_000);
    await clock.run(note(client, id, 'first'));
    expect(await clock.run(feed.run())).toMatchObject({ changes: 0 });
    // In the same second.
    await clock.run(note(client, id, 'second'));
    await clock.advance(4_000);
    expect(await clock.run(feed.run())).toMatchObject({ changes: 1 });
    expect(handled.at(-1)).toMatchObject({ node: { note: 'second' } });
  });

  it('begin with `since`', async () => {
    const { clock, client } = started({ seeds: orders(10) });
    const feed = createFeed({ client, resource: 'orders', clock, since: new Date(startMs - 86_400_000 + 6_000) });
    expect((await clock.run(feed.read())).changes).toHaveLength(4);
  });

  it('that go round in a circle are an error', async () => {
    const { clock, client } = started();
    let sent = 0;
    const circle: typeof client = Object.assign(Object.create(client), {
      async graphql(_document: string, { after }: FeedVariables) {
        sent += 1;
        const at = Number(after ?? 0) % 3;
        const id = `gid://shopify/Order/${at}`;
        const updatedAt = new Date(startMs - 86_400_000 + at * 1_000).toISOString();
        // 1, 2, 3, and then 1 again.
        const pageInfo = { hasNextPage: true, endCursor: String(at + 1) };
        return { data: { orders: { nodes: [{ id, updatedAt }], pageInfo } }, response: { headers: new Headers() } };
      },
    });
    const feed = createFeed({ client: circle, resource: 'orders', clock });
    const keys: string[] = [];
    const read = async (): Promise<void> => {
      for (let after: string | null = null; sent < 50; ) {
        const page: FeedPage = await feed.read({ after });
        keys.push(...page.changes.map(({ key }) => key));
        after = page.cursor;
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'INVALID_RESPONSE', message: /was read before/ });
    expect(new Set(keys).size).toBe(keys.length);
    expect(sent).toBeLessThan(6);
  });

  it('become several where there is more than Shopify pages through', async () => {
    const all = Array.from({ length: 25_300 }, (_, index) => ({
      id: `gid://shopify/Order/${index}`,
      updatedAt: new Date(startMs - 86_400_000 + Math.floor(index / 40) * 1_000).toISOString(),
    }));
    const { clock, client } = started();
    const searches = new Map<string, number>();
    /** Searches as Shopify does; the fake does so too, and takes minutes for so many. */
    const large: typeof client = Object.assign(Object.create(client), {
      async graphql(_document: string, { first, after, query }: FeedVariables) {
        const [from = '', to = ''] = [...query.matchAll(/'(.*?)'/g)].map(([, time]) => time);
        const found = all.filter(
          ({ updatedAt }) => updatedAt.slice(0, 19) >= from.slice(0, 19) && updatedAt.slice(0, 19) <= to,
        );
        const start = Number(after ?? 0);
        searches.set(query, start + first);
        const pageInfo = { hasNextPage: start + first < found.length, endCursor: String(start + first) };
        const nodes = found.slice(start, start + first);
        return { data: { orders: { nodes, pageInfo } }, response: { status: 200, headers: new Headers() } };
      },
    });
    const feed = createFeed({ client: large, resource: 'orders', clock, pageSize: 250 });
    const keys = new Set<string>();
    let count = 0;
    let longest = 0;
    let page: FeedPage | undefined;
    do {
      page = await feed.read({ after: page?.cursor ?? null });
      for (const { key } of page.changes) keys.add(key);
      count += page.changes.length;
      longest = Math.max(longest, page.cursor.length);
    } while (!page.isCaughtUp);
    expect([count, keys.size]).toEqual([25_300, 25_300]);
    expect(searches.size).toBe(3);
    expect(Math.max(...searches.values())).toBeLessThan(25_000);
    // What no page can show again is not in it.
    expect(longest).toBeLessThan(20_000);
  });
});

describe('the queue', () => {
  it('tries again, keeps the order of an object, and holds a dead letter for what fails for good', async () => {
    const clock = createManualClock({ now: startMs });
    const queue = inProcessQueue({ clock, retryDelaysMs: [1_000, 1_000] });
    const done: string[] = [];
    let isBroken = true;
    const { client, store } = started({ fake: { clock, shops: [{ orders: orders(3) }] } });
    const all = await clock.run(createFeed({ client, resource: 'orders', clock }).read());
    const [one = '', two = '', three = ''] = all.changes.map(({ id }) => id);
    const feed = createFeed({
      ...{ client, resource: 'orders' as const, fields: 'note', store, clock, queue },
      handle: ({ id, node }, { attempt }) => {
        if (isBroken && id === two) throw new Error('not now');
        done.push(`${id.split('/').at(-1)} ${node?.['note'] ?? ''} ${attempt}`);
      },
    });
    const short = (id: string): string => id.split('/').at(-1) ?? '';
    expect(await clock.run(feed.run())).toMatchObject({ outcome: 'caught-up', changes: 3 });
    await clock.run(queue.drain());
    expect(new Set(done)).toEqual(new Set([`${short(one)}  1`, `${short(three)}  1`]));
    const [dead, ...others] = await queue.deadJobs();
    expect([dead?.attempts, dead?.error.message, others]).toEqual([3, 'not now', []]);

    await clock.run(note(client, two, 'later'));
    await clock.advance(10_000);
    done.length = 0;
    isBroken = false;
    expect(await clock.run(feed.run())).toMatchObject({ changes: 1 });
    await clock.run(queue.drain());
    // The change that failed comes before the one that followed it.
    expect(done).toEqual([`${short(two)}  1`, `${short(two)} later 1`]);
    expect(await queue.retry(dead?.id ?? '')).toBe(true);
    await clock.run(queue.drain());
    expect(done).toHaveLength(2);
    await queue.close();
  });

  it('reads soon after a webhook, once for many', async () => {
    const clock = createManualClock({ now: startMs });
    const queue = inProcessQueue({ clock });
    const { client, fake, store } = started({ fake: { clock, shops: [{ orders: orders(3) }] } });
    const done: string[] = [];
    const handle = (change: FeedChange): unknown => done.push(change.key);
    const feed = createFeed({ client, resource: 'orders', store, clock, queue, handle });
    const event = { topic: 'orders/updated', shop, payload: { id: 1 } };
    for (let copy = 0; copy < 20; copy++) expect(await feed.notify(event)).toBe('nudged');
    expect(await feed.notify({ ...event, shop: 'other.myshopify.com' })).toBe('ignored');
    await clock.run(queue.drain());
    expect(done).toHaveLength(3);
    expect(fake.calls).toHaveLength(1);
    await queue.close();
  });
});

describe('deletions', () => {
  const remove = 'mutation Remove($id: ID!) { orderDelete(orderId: $id) { userErrors { message } } }';

  it('come from webhooks, through a webhook handler, once', async () => {
    const { clock, fake, client, feed, handled } = started({
      seeds: orders(3),
      fake: {
        shops: [{ orders: orders(3) }],
        webhooks: {
          subscriptions: [{ topics: ['orders/delete', 'orders/updated'], uri: 'https://app.example/webhooks' }],
          duplicateRate: 1,
        },
      },
    });
    const receive = createWebhookHandler({ secrets: 'shpss_fake', on: { ...feed.on } });
    const statuses: number[] = [];
    fake.webhooks.onDelivery(async (request) => {
      const response = await receive(request);
      statuses.push(response.status);
      return response;
    });
    await clock.run(feed.run());
    const id = handled[1]?.id ?? '';
    await clock.run(client.graphql(remove, { id }));
    await fake.webhooks.settled();
    expect(new Set(statuses)).toEqual(new Set([200]));
    await clock.advance(10_000);
    await clock.run(feed.run());
    await clock.run(feed.run());
    expect(handled.slice(3)).toEqual([
      { type: 'deleted', key: `orders/${id.split('/').at(-1)}/deleted`, id, updatedAt: null, node: null },
    ]);
  });

  it('are found by comparison where their webhooks were lost', async () => {
    const { clock, client, feed, handled } = started({ seeds: orders(4) });
    await clock.run(feed.run());
    const ids = handled.map(({ id }) => id);
    await clock.run(client.graphql(remove, { id: ids[2] }));
    expect(await clock.run(feed.findDeleted(ids))).toEqual([ids[2]]);
    expect(await clock.run(feed.findDeleted(ids))).toEqual([ids[2]]);
    const page = await clock.run(feed.run());
    expect(page.changes).toBe(1);
    expect(handled.at(-1)).toMatchObject({ type: 'deleted', id: ids[2] });
  });

  it('keep ids that a number cannot hold', async () => {
    const { clock, feed, handled } = started();
    const body = '{"id":9007199254740993}';
    const event = { topic: 'orders/delete', shop, payload: JSON.parse(body) };
    expect(await feed.notify(event)).toBe('ignored');
    expect(await feed.notify({ ...event, rawBody: new TextEncoder().encode(body) })).toBe('deletion');
    expect(await feed.notify({ topic: 'Order', action: 'delete', shop, payload: {}, resourceId: '77' })).toBe(
      'deletion',
    );
    await clock.run(feed.run());
    expect(handled.map(({ id }) => id)).toEqual(['gid://shopify/Order/77', 'gid://shopify/Order/9007199254740993']);
  });
});

describe('following', () => {
  it('reads after a webhook, and else now and then', async () => {
    const { clock, client, feed, handled } = started({ seeds: orders(2) });
    const stop = new AbortController();
    const runs: number[] = [];
    const following = (async () => {
      for await (const { changes } of feed.follow({ everyMs: 600_000, signal: stop.signal })) runs.push(changes);
    })();
    await clock.advance(1_000);
    expect(runs).toEqual([2]);
    await clock.run(note(client, handled[0]?.id ?? '', 'new'));
    for (let copy = 0; copy < 5; copy++)
      await feed.on['orders/updated']?.({ topic: 'orders/updated', shop, payload: {} });
    await clock.advance(5_000);
    expect(runs).toEqual([2, 1]);
    await clock.advance(600_000);
    expect(runs).toEqual([2, 1, 0]);
    stop.abort();
    await following;
    expect(clock.pending).toBe(0);
  });
});

describe('a resource of your own', () => {
  it('is read with your document, typed', async () => {
    const customers = [{ email: 'ada@example.com', firstName: 'Ada' }];
    const { clock, client } = started({ fake: { shops: [{ customers }] } });
    interface Customer {
      readonly id: string;
      readonly updatedAt: string;
      readonly firstName: string | null;
    }
    const feed = createFeed({
      ...{ client, clock, since: '2020-01-01T00:00:00Z' },
      resource: {
        name: 'customers',
        document: `query Customers($first: Int!, $after: String, $query: String!) {
          customers(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
            nodes { id updatedAt firstName } pageInfo { hasNextPage endCursor } } }`,
        connection: (data: { readonly customers: FeedConnection<Customer> }) => data.customers,
      },
    });
    await clock.advance(5_000);
    const { changes, isCaughtUp, cursor } = await clock.run(feed.read());
    expect(isCaughtUp).toBe(true);
    const names: (string | null | undefined)[] = changes.map(({ node }) => node?.firstName);
    expect(names).toEqual(['Ada']);
    const other = createFeed({ client, clock, resource: 'orders' });
    await expect(other.read({ after: cursor })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('without updatedAt is refused', async () => {
    const { clock, client } = started({ fake: { shops: [{ customers: [{ email: 'a@example.com' }] }] } });
    const feed = createFeed({
      ...{ client, clock },
      resource: {
        name: 'customers',
        document: `query C($first: Int!, $after: String, $query: String!) {
          customers(first: $first, after: $after, query: $query) { nodes { id } pageInfo { hasNextPage } } }`,
        connection: (data: { readonly customers: FeedConnection<FeedNode> }) => data.customers,
      },
    });
    await clock.advance(5_000);
    await expect(clock.run(feed.read())).rejects.toThrow(/must select `nodes \{ id updatedAt \}`/);
  });
});

describe('options', () => {
  it('are checked, with the nearest name', () => {
    const { client, store } = started();
    const make = (more: object) => () => createFeed({ client, resource: 'orders', store, ...more });
    expect(make({ sinse: '2026-01-01T00:00:00Z' })).toThrow(/Did you mean since\?/);
    expect(make({ since: 'yesterday', settleMs: 10, pageSize: 0, overlapMs: -1 })).toThrow(
      /since: .*\n.*overlapMs: .*\n.*settleMs: .*\n.*pageSize: /,
    );
    expect(make({ resource: 'order' })).toThrow(/must be orders or products/);
    expect(make({ queue: inProcessQueue() })).toThrow(/queue: needs store and handle/);
  });

  it('that a method needs are asked for', async () => {
    const { client, clock } = started();
    const feed = createFeed({ client, resource: 'orders', clock });
    await expect(feed.run()).rejects.toThrow(/store: is needed for run and follow/);
    await expect(feed.findDeleted(['gid://shopify/Order/1'])).rejects.toThrow(/store: is needed for deletions/);
  });
});
