import { memoryStores } from 'shopwright';
import { describe, expect, it } from 'vitest';
import { bulkClient, collected, type Product, productsWithVariants, rejection } from './harness.ts';

const variables = { search: 'title:Product*', first: 10 };

describe('a run with a key', () => {
  it.each(['before', 'after'] as const)(
    'starts only one operation if its process is killed %s the start was executed',
    async (point) => {
      const stores = memoryStores();
      const { client, clock, fake } = await bulkClient({ products: 10, variants: 2 });
      const killed = new AbortController();
      const stop = fake.hooks.killAt(`${point} bulkOperationRunQuery`, () => killed.abort(new Error('killed')));
      const options = { store: stores.keyValue, key: 'export' };
      const first = client().bulk.query(productsWithVariants, variables, { ...options, signal: killed.signal });
      await clock.run(rejection(first));
      await stop;
      const rows = await clock.run(
        client().bulk.query<Product>(productsWithVariants, variables, options).then(collected),
      );
      expect(rows).toHaveLength(10);
      expect(fake.executed('bulkOperationRunQuery')).toBe(1);
      expect(await collected(stores.keyValue.scan('bulk-run:'))).toEqual([]);
      await stores.close();
    },
  );

  it('starts one operation for two processes at the same time, and both read it', async () => {
    const { client, clock, fake } = await bulkClient({ products: 10, variants: 2 });
    const stores = memoryStores({ clock });
    const options = { store: stores.keyValue, key: 'export' };
    const run = async (): Promise<Product[]> =>
      collected(await client().bulk.query<Product>(productsWithVariants, variables, options));
    const both = await clock.run(Promise.all([run(), run()]));
    expect(both.map(({ length }) => length)).toEqual([10, 10]);
    expect(fake.executed('bulkOperationRunQuery')).toBe(1);
    expect(await collected(stores.keyValue.scan('bulk-run:'))).toEqual([]);
    await stores.close();
  });

  it('continues from the last saved position', async () => {
    const stores = memoryStores();
    const { client, clock, fake } = await bulkClient({ products: 30, variants: 1 });
    const options = { store: stores.keyValue, key: 'export', saveEvery: 1, shape: 'rows' as const };
    const run = await clock.run(client().bulk.query<{ id: string }>(productsWithVariants, variables, options));
    const seen: string[] = [];
    for await (const { id } of { [Symbol.asyncIterator]: () => stepped(run, clock) }) {
      seen.push(id);
      if (seen.length === 7) break;
    }
    const again = await clock.run(client().bulk.query<{ id: string }>(productsWithVariants, variables, options));
    expect(again.id).toBe(run.id);
    // All rows came in one batch, and its position is saved only at its end: so all are returned again.
    expect(await clock.run(collected(again))).toHaveLength(60);
    expect(fake.executed('bulkOperationRunQuery')).toBe(1);
    await stores.close();
  });

  it('is not replaced by an earlier run that another process still reads', async () => {
    const stores = memoryStores();
    const { clock, shop, client } = await bulkClient({ products: 20 });
    const options = { key: 'nightly', store: stores.keyValue, saveEvery: 1, groupObjects: true };
    const query = (one: typeof shop) => clock.run(one.bulk.query(productsWithVariants, {}, options));
    const [quick, slow] = [await query(shop), await query(client())];
    const reading = slow[Symbol.asyncIterator]();
    await clock.run(reading.next());
    expect(await clock.run(collected(quick))).toHaveLength(20);
    const next = await query(shop);
    expect(next.id).not.toBe(quick.id);
    expect(await clock.run(collected({ [Symbol.asyncIterator]: () => reading }))).toHaveLength(19);
    expect((await query(client())).id).toBe(next.id);
    await stores.close();
  });

  it('throws for a failed operation first, and then starts a new one', async () => {
    const stores = memoryStores();
    const { client, clock, fake } = await bulkClient({ products: 3 });
    const options = { store: stores.keyValue, key: 'export' };
    fake.bulk.failNext();
    const run = await clock.run(client().bulk.query(productsWithVariants, variables, options));
    expect(await clock.run(rejection(collected(run)))).toMatchObject({ code: 'BULK_FAILED' });
    expect(await clock.run(rejection(client().bulk.query(productsWithVariants, variables, options)))).toMatchObject({
      code: 'BULK_FAILED',
    });
    expect(await clock.run(client().bulk.query(productsWithVariants, variables, options).then(collected))).toHaveLength(
      3,
    );
    await stores.close();
  });
});

describe('a position', () => {
  it.each([
    ['rows', { shape: 'rows' }],
    ['grouped trees', { groupObjects: true }],
    ['trees in any order', {}],
  ] as const)('lets a consumer of %s see each row once, wherever it stops', async (_name, options) => {
    const { client, clock } = await bulkClient({ products: 12, variants: 2 });
    const whole = await clock.run(client().bulk.query<Product>(productsWithVariants, variables, options));
    const all = await clock.run(collected(whole));
    for (let stopAt = 0; stopAt <= all.length; stopAt += 1) {
      const run = await clock.run(client().bulk.resume<Product>(whole.id ?? '', options));
      const seen: Product[] = [];
      let { position } = run;
      if (stopAt > 0)
        for await (const row of { [Symbol.asyncIterator]: () => stepped(run, clock) }) {
          seen.push(row);
          ({ position } = run);
          if (seen.length === stopAt) break;
        }
      const rest = await clock.run(client().bulk.resume<Product>(position).then(collected));
      expect([...seen, ...rest]).toEqual(all);
    }
  });

  it.each([
    ['of this version', {}],
    ['of a version that joined each part as a whole', { groups: undefined }],
  ])('%s continues in the same order when joined on disk', async (_name, change) => {
    const { client, clock } = await bulkClient({ products: 400, variants: 2 });
    const options = { memoryBytes: 65_536 };
    const whole = await clock.run(client().bulk.query<Product>(productsWithVariants, variables, options));
    const ids = (await clock.run(collected(whole))).map(({ id }) => id);
    const { place, ...position } = JSON.parse(whole.position) as { place: { parts: number } };
    expect(place.parts).toBeGreaterThan(1);
    const idsFrom = async (roots: number): Promise<string[]> => {
      const from = JSON.stringify({ ...position, place: { ...place, ...change, roots } });
      return (await clock.run(client().bulk.resume<Product>(from).then(collected))).map(({ id }) => id);
    };
    const all = await idsFrom(0);
    expect(all.toSorted()).toEqual(ids.toSorted());
    if (!('groups' in change)) expect(all).toEqual(ids);
    else expect(all).not.toEqual(ids);
    for (const roots of [1, 150, 399, 400]) expect(await idsFrom(roots)).toEqual(all.slice(roots));
  });
});

/** Steps through rows on a clock that runs only while a row is awaited. */
function stepped<Row>(
  rows: AsyncIterable<Row>,
  clock: { run<T>(promise: Promise<T>): Promise<T> },
): AsyncIterator<Row> {
  const iterator = rows[Symbol.asyncIterator]();
  return {
    next: () => clock.run(iterator.next()),
    return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
  };
}

describe('the five slots of an app and shop', () => {
  it.each(['memory', 'a store'])('are shared by two clients through %s, which wait for a free one', async (place) => {
    const stores = memoryStores();
    const { client, clock, fake } = await bulkClient({ products: 2, bulk: { delayMs: 5_000 } });
    const settings = place === 'memory' ? {} : { bulk: { store: stores.keyValue } };
    const clients = [client(settings), client(settings)];
    let most = 0;
    fake.hooks.after(
      'bulkOperationRunQuery',
      () => {
        const running = fake.store
          .all('demo.myshopify.com', 'BulkOperation')
          .filter(({ status, type }) => type === 'QUERY' && /CREATED|RUNNING/.test(String(status)));
        most = Math.max(most, running.length);
      },
      { times: 100 },
    );
    const runs = Array.from({ length: 6 }, (_, index) =>
      clients[index % 2]?.bulk
        .query(productsWithVariants, { ...variables, search: `title:Product* OR title:${index}` })
        .then(collected),
    );
    const rows = await clock.run(Promise.all(runs));
    expect(rows.map((one) => one?.length)).toEqual([2, 2, 2, 2, 2, 2]);
    expect(most).toBe(5);
    expect(fake.executed('bulkOperationRunQuery')).toBe(6);
    await stores.close();
  });

  it('are awaited if operations started elsewhere take them', async () => {
    const { shop, clock, fake, started } = await bulkClient({ products: 2, bulk: { delayMs: 20_000 } });
    for (let index = 0; index < 5; index += 1) await started('{ products { edges { node { id } } } }');
    expect(await clock.run(shop.bulk.query(productsWithVariants, variables).then(collected))).toHaveLength(2);
    expect(fake.executed('bulkOperationRunQuery')).toBeGreaterThan(6);
  });
});
