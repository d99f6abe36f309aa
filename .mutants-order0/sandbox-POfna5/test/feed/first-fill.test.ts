// @ts-nocheck
import { createShopifyClient, memoryStores } from 'shopwright';
import { createFeed, type FeedChange, type FeedOptions, type FeedPage } from 'shopwright/feed';
import { inProcessQueue } from 'shopwright/queue';
import {
  createFakeShopify,
  createManualClock,
  type FakeShopifyOptions,
  type HookFilter,
  type ManualClock,
} from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { collected, rejection } from '../bulk/harness.ts';

const shop = 'demo.myshopify.com';
const startMs = Date.UTC(2026, 10, 1);
const count = 90;
const fields = 'name note lineItems(first: 10) { nodes { id title } pageInfo { hasNextPage endCursor } }';

type Options = Partial<Omit<FeedOptions, 'resource'>>;

/** A shop with 90 orders, of which 50 come by pages, and processes that share a store. */
async function started({
  clock = createManualClock({ now: startMs }),
  fake: fakeOptions,
  ...options
}: {
  clock?: ManualClock;
  fake?: FakeShopifyOptions;
  feed?: Options;
} = {}) {
  const lineItems = [{ title: 'Mug' }, { title: 'Tea' }];
  const orders = Array.from({ length: count }, (_, index) => ({
    lineItems,
    // The last ones within the overlap of the windows.
    createdAt: new Date(startMs - (index < 70 ? 86_400_000 : 200_000) + index * 1_000).toISOString(),
  }));
  const fake = createFakeShopify({ clock, shops: [{ orders }], ...fakeOptions });
  const stores = memoryStores({ clock });
  const store = stores.keyValue;
  const warnings: unknown[] = [];
  const logger = {
    ...{ debug: () => undefined, info: () => undefined, error: () => undefined },
    warn: (details: unknown) => void warnings.push(details),
  };
  const client = () =>
    createShopifyClient({ shop, accessToken: 'shpat_fake', fetch: fake.fetch, clock, isolated: true });
  const open = (more: Options = {}) =>
    createFeed({
      ...{ client: client(), resource: 'orders' as const, fields, store, clock, logger, pageSize: 5 },
      ...options.feed,
      ...more,
    });
  /** What was committed, with the cursor behind it. */
  const db: { changes: FeedChange[]; cursor: string | null } = { changes: [], cursor: null };
  const commit = ({ changes, cursor }: FeedPage): void => {
    db.changes.push(...changes);
    db.cursor = cursor;
  };
  const consume = async (feed: ReturnType<typeof open>, signal?: AbortSignal): Promise<void> => {
    for (let isCaughtUp = false; !isCaughtUp; ) {
      const page = await clock.run(feed.read({ after: db.cursor, ...(signal && { signal }) }));
      commit(page);
      ({ isCaughtUp } = page);
    }
  };
  const keys = (): string[] => db.changes.map(({ key }) => key);
  return { clock, fake, client, store, warnings, open, db, commit, consume, keys };
}

/** Results come in parts, as over a network. */
const inParts =
  (send: typeof fetch): typeof fetch =>
  async (input, init) => {
    const response = await send(input, init);
    const bytes = new Uint8Array(await response.arrayBuffer());
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.subarray(at, at + 65_536));
        at += 65_536;
      },
    });
    return new Response(body, response);
  };

const note = 'mutation Note($input: OrderInput!) { orderUpdate(input: $input) { userErrors { message } } }';

/** By id, without the cursors that only pages have. */
const sorted = (changes: readonly FeedChange[]): string[] =>
  changes.map((change) => JSON.stringify(change).replaceAll(/"endCursor":"[^"]*"/g, '"endCursor":null')).sort();

describe('the first fill', () => {
  it('goes on in bulk behind ten pages, and gives what pages give', async () => {
    const { fake, store, open, db, consume, keys } = await started();
    await consume(open());
    expect(new Set(keys()).size).toBe(count);
    expect(keys()).toHaveLength(count);
    expect(fake.executed('bulkOperationRunQuery')).toBe(1);
    expect(await collected(store.scan('bulk-run:'))).toEqual([]);
    const inBulk = sorted(db.changes);

    Object.assign(db, { changes: [], cursor: null });
    await consume(open({ firstFill: 'pages' }));
    expect(inBulk).toEqual(sorted(db.changes));
    expect(fake.executed('bulkOperationRunQuery')).toBe(1);
  });

  it.each<[string, 'before' | 'after', HookFilter]>([
    ['before its start was executed', 'before', 'bulkOperationRunQuery'],
    ['after its start was executed', 'after', 'bulkOperationRunQuery'],
    ['at a look at the operation', 'before', 'BulkOperationById'],
    ['at the download', 'before', ({ operation }) => operation === 'bulk download'],
  ])('of a process that is killed %s is the same operation for the next one', async (_name, when, filter) => {
    const { clock, fake, open, consume, keys } = await started();
    const killed = new AbortController();
    fake.hooks[when](filter, () => killed.abort(new Error('killed')));
    expect(await rejection(consume(open(), killed.signal))).toMatchObject({ message: 'killed' });
    await clock.advance(600_000);
    await consume(open());
    expect(keys()).toHaveLength(count);
    expect(new Set(keys()).size).toBe(count);
    expect(fake.executed('bulkOperationRunQuery')).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it.each(['flat', 'nested'])('(%s) takes effect once, wherever its consumer dies', async (kind) => {
    const { clock, fake, open, db, commit, keys } = await started({ feed: kind === 'flat' ? { fields: 'name' } : {} });
    // Each process reads two pages, and dies with the second.
    for (let processes = 0; processes < 60; processes++) {
      const feed = open();
      const page = await clock.run(feed.read({ after: db.cursor }));
      commit(page);
      if (page.isCaughtUp) break;
      await clock.run(feed.read({ after: page.cursor }));
      await clock.advance(60_000);
    }
    expect(keys()).toHaveLength(count);
    expect(new Set(keys()).size).toBe(count);
    expect(fake.executed('bulkOperationRunQuery')).toBe(1);
  });

  it('comes again, whole, for a consumer that goes back to a cursor from before the operation', async () => {
    const orders = Array.from({ length: 2_300 }, (_, index) => ({
      lineItems: [{ title: 'Mug' }],
      note: 'x'.repeat(500),
      createdAt: new Date(startMs - 86_400_000 + index * 1_000).toISOString(),
    }));
    const { clock, fake, open, db, commit, consume, keys } = await started({
      fake: { shops: [{ orders }] },
      feed: { fields: 'name note', pageSize: 100 },
    });
    const client = () =>
      createShopifyClient({ shop, accessToken: 'shpat_fake', fetch: inParts(fake.fetch), clock, isolated: true });
    const feed = open({ client: client() });
    while (keys().length < 1_000) commit(await clock.run(feed.read({ after: db.cursor })));
    // Reads on, and dies before it has committed anything of that.
    let { cursor } = db;
    for (let reads = 0; reads < 14; reads += 1) ({ cursor } = await clock.run(feed.read({ after: cursor })));
    expect(fake.executed('bulkOperationRunQuery')).toBe(1);
    await clock.advance(60_000);
    await consume(open({ client: client() }));
    expect(new Set(keys()).size).toBe(orders.length);
    expect(fake.executed('bulkOperationRunQuery')).toBe(1);
  });

  it('comes from a run once, also where the handler throws within a page', async () => {
    const handled: string[] = [];
    let throwsAt = 63;
    const handle = (_change: FeedChange, { key }: { readonly key: string }): void => {
      if (handled.length === throwsAt) {
        throwsAt = -1;
        throw new Error('no room');
      }
      handled.push(key);
    };
    const { clock, fake, open } = await started({ feed: { handle } });
    expect(await clock.run(open().run())).toMatchObject({ outcome: 'stopped', changes: 63 });
    expect(await clock.run(open().run())).toMatchObject({ outcome: 'caught-up', changes: count - 63 });
    expect(new Set(handled).size).toBe(count);
    expect(handled).toHaveLength(count);
    expect(fake.executed('bulkOperationRunQuery')).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('that takes Shopify an hour is no dead letter of the queue', async () => {
    const clock = createManualClock({ now: startMs });
    const queue = inProcessQueue({ clock });
    const handled: string[] = [];
    const handle = (_change: FeedChange, { key }: { readonly key: string }): unknown => handled.push(key);
    const { fake, open } = await started({ clock, fake: { bulk: { delayMs: 3_600_000 } }, feed: { queue, handle } });
    await open().notify({ topic: 'orders/updated', shop, payload: { id: 1 } });
    await clock.run(queue.drain());
    expect(new Set(handled).size).toBe(count);
    expect(handled).toHaveLength(count);
    expect(fake.executed('bulkOperationRunQuery')).toBe(1);
    expect(await queue.deadJobs()).toEqual([]);
    await queue.close();
  });

  it('leaves changes that happen meanwhile to the windows behind it', async () => {
    const { clock, client, fake, open, db, consume } = await started();
    const ids = [...fake.store.all(shop, 'Order')].map(({ id }) => String(id));
    const edit = (id: string | undefined, text: string) => client().graphql(note, { input: { id, note: text } });
    fake.hooks.before('bulkOperationRunQuery', () => edit(ids[80], 'at its start'));
    fake.hooks.before(
      ({ operation }) => operation === 'bulk download',
      async () => {
        await edit(ids[81], 'at the download');
        await edit(ids[3], 'of the pages before');
      },
    );
    await consume(open());
    await clock.advance(10_000);
    await consume(open());
    for (const [index, text] of [
      [80, 'at its start'],
      [81, 'at the download'],
      [3, 'of the pages before'],
    ] as const) {
      const own = db.changes.filter(({ id }) => id === ids[index]);
      expect(own.at(-1)?.node).toMatchObject({ note: text });
      const times = own.map(({ updatedAt }) => updatedAt);
      expect(times).toEqual([...new Set(times)].sort());
    }
    expect(new Set(db.changes.map(({ id }) => id)).size).toBe(count);
  });
});

describe('where the first fill cannot be read in bulk', () => {
  it('pages do it, and it is said once', async () => {
    const { fake, open, consume, keys, warnings } = await started();
    fake.bulk.disable('queries');
    await consume(open());
    expect(keys()).toHaveLength(count);
    expect(new Set(keys()).size).toBe(count);
    expect(warnings).toMatchObject([{ shop, feed: 'orders', error: { code: 'BULK_NOT_ENABLED' } }]);
  });

  it('because the operation fails, pages do it', async () => {
    const { fake, open, consume, keys, warnings } = await started();
    fake.bulk.failNext({ errorCode: 'TIMEOUT' });
    await consume(open());
    expect(new Set(keys()).size).toBe(count);
    expect(keys()).toHaveLength(count);
    expect(warnings).toMatchObject([{ error: { code: 'BULK_FAILED' } }]);
  });

  it('because its result is older than seven days, pages give it again, with the same keys', async () => {
    const { clock, open, db, commit, consume, keys, warnings } = await started();
    // Ten pages, the operation, the orders of the last page again, and ten more.
    for (let reads = 0; reads < 14; reads += 1) commit(await clock.run(open().read({ after: db.cursor })));
    expect(keys()).toHaveLength(60);
    await clock.advance(8 * 86_400_000);
    await consume(open());
    expect(new Set(keys()).size).toBe(count);
    expect(keys()).toHaveLength(count + 10);
    expect(warnings).toMatchObject([{ error: { code: 'BULK_FAILED' } }]);
  });

  it('because the document selects what only pages have, pages do it', async () => {
    const { fake, open, consume, keys, warnings } = await started({
      feed: { fields: 'lineItems(first: 2) { edges { cursor node { id } } }' },
    });
    await consume(open());
    expect(keys()).toHaveLength(count);
    expect(fake.executed('bulkOperationRunQuery')).toBe(0);
    expect(warnings).toMatchObject([{ error: { code: 'VALIDATION_FAILED' } }]);
  });

  it('for want of a store, pages do it', async () => {
    const { clock, client, fake } = await started();
    const feed = createFeed({ client: client(), resource: 'orders', clock, pageSize: 5 });
    let page = await clock.run(feed.read());
    while (!page.isCaughtUp) page = await clock.run(feed.read({ after: page.cursor }));
    expect(fake.executed('bulkOperationRunQuery')).toBe(0);
  });
});
