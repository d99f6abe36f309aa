import { isShopwrightError, memoryStores, StorageError } from 'shopwright';
import { describe, expect, it } from 'vitest';
import { productRow } from '../testing/bulk/harness.ts';
import { bulkClient, collected, rejection } from './harness.ts';

const setProduct = /* GraphQL */ `
  mutation Set($input: ProductSetInput!, $identifier: ProductSetIdentifiers) {
    productSet(input: $input, identifier: $identifier) { product { id handle } userErrors { code field message } }
  }
`;

const rows = (count: number): object[] => Array.from({ length: count }, (_, index) => productRow(index + 1));

/** A row that Shopify refuses although its types are valid. */
const bad = (number: number): object => ({ ...productRow(number), input: { title: '' } });

describe('a bulk mutation of a client', () => {
  it('returns the outcome of each row, across several files', async () => {
    const { shop, clock, fake } = await bulkClient();
    const given = [...rows(30), bad(31), { input: { titel: 'x' } }, ...rows(40).slice(31)];
    const run = await clock.run(shop.bulk.mutate(setProduct, given, { fileBytes: 4_000 }));
    const results = await clock.run(collected(run));
    expect(results.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(given.map((_, index) => index));
    for (const { index, row } of results) expect(row).toEqual(given[index]);
    const refused = results.filter(({ status }) => status === 'refused').toSorted((a, b) => a.index - b.index);
    expect(refused.map(({ index }) => index)).toEqual([30, 31]);
    expect(refused[1]?.userErrors[0]).toMatchObject({
      field: ['input', 'titel'],
      message: 'is not a field of ProductSetInput. Did you mean input.title?',
    });
    const { operations, ...counts } = run.summary();
    expect(counts).toEqual({ rows: 41, done: 39, refused: 2, unknown: 0 });
    expect(operations.length).toBeGreaterThan(2);
    expect(fake.products()).toHaveLength(39);
    expect(fake.executed('staged upload')).toBe(operations.length);
  });

  it('reruns only rows without an outcome', async () => {
    const { shop, clock, fake, client } = await bulkClient();
    let downloads = 0;
    const forgetful: typeof fetch = async (input, init) => {
      const response = await fake.fetch(input, init);
      if (!String(input).includes('fake-downloads')) return response;
      downloads += 1;
      const lines = (await response.text()).split('\n');
      // Same number of bytes: fewer would count as a truncated download.
      const left = lines.map((line) =>
        downloads === 1 && /"__lineNumber":(3|7)}/.test(line) ? ' '.repeat(line.length) : line,
      );
      return new Response(left.join('\n'));
    };
    const run = await clock.run(client({ fetch: forgetful, isolated: true }).bulk.mutate(setProduct, rows(10)));
    const results = await clock.run(collected(run));
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 'done'));
    expect(fake.executions.filter(({ operation }) => operation === 'Set' || operation.startsWith('Bulk_')).length).toBe(
      12,
    );
    downloads = 0;
    const once = await clock.run(
      client({ fetch: forgetful, isolated: true }).bulk.mutate(setProduct, rows(10), { rerun: 0 }),
    );
    const unknown = (await clock.run(collected(once))).filter(({ status }) => status === 'unknown');
    expect(unknown.map(({ index }) => index)).toEqual([3, 7]);
    expect(once.summary()).toMatchObject({ rows: 10, done: 8, unknown: 2 });
    expect(shop.shop).toBe('demo.myshopify.com');
  });

  it('reports rows as unknown if the result is truncated', async () => {
    const { clock, fake, client } = await bulkClient();
    const truncating: typeof fetch = async (input, init) => {
      const response = await fake.fetch(input, init);
      if (!String(input).includes('fake-downloads')) return response;
      const text = (await response.text()).slice(0, -30);
      return new Response(text, { headers: { 'content-length': String(text.length) } });
    };
    const mutate = client({ fetch: truncating, isolated: true }).bulk.mutate(setProduct, rows(3), { rerun: 0 });
    const run = await clock.run(mutate);
    expect((await clock.run(collected(run))).map(({ index }) => index).toSorted()).toEqual([0, 1, 2]);
    expect(run.summary().done + run.summary().unknown).toBe(3);
    expect(run.summary().unknown).toBeGreaterThan(0);
  });

  it('reports rows as unknown if the app may not run them again', async () => {
    const { clock, fake, client } = await bulkClient();
    let starts = 0;
    const denying: typeof fetch = async (input, init) => {
      if (String(init?.body).includes('bulkOperationRunMutation')) {
        starts += 1;
        const error = { message: 'Access denied.', extensions: { code: 'ACCESS_DENIED' } };
        if (starts > 1) return Response.json({ errors: [error], data: { bulkOperationRunMutation: null } });
      }
      const response = await fake.fetch(input, init);
      if (!String(input).includes('fake-downloads')) return response;
      const lines = (await response.text()).split('\n');
      const left = lines.map((line) => (/"__lineNumber":(3|7)}/.test(line) ? ' '.repeat(line.length) : line));
      return new Response(left.join('\n'));
    };
    const run = await clock.run(client({ fetch: denying, isolated: true }).bulk.mutate(setProduct, rows(10)));
    const unknown = (await clock.run(collected(run))).filter(({ status }) => status === 'unknown');
    expect(unknown.map(({ index }) => index)).toEqual([3, 7]);
    expect(run.summary()).toMatchObject({ rows: 10, done: 8, unknown: 2 });
  });

  it('does not rerun rows whose idempotency keys Shopify has forgotten', async () => {
    const stores = memoryStores();
    const { clock, fake, client } = await bulkClient();
    const document = /* GraphQL */ `
      mutation ($input: InventorySetQuantitiesInput!) {
        inventorySetQuantities(input: $input) { userErrors { code field message } }
      }
    `;
    const given = [{ input: { name: 'available', reason: 'correction', quantities: [] } }];
    const blank: typeof fetch = async (input, init) => {
      const response = await fake.fetch(input, init);
      if (!String(input).includes('fake-downloads')) return response;
      return new Response(' '.repeat((await response.text()).length));
    };
    for (const [hours, operations] of [
      [23, 2],
      [25, 1],
    ] as const) {
      const options = { store: stores.keyValue, key: `stock-${hours}` };
      const killed = new AbortController();
      const stop = fake.hooks.killAt('after bulkOperationRunMutation', () => killed.abort(new Error('killed')));
      const first = await clock.run(client().bulk.mutate(document, given, { ...options, signal: killed.signal }));
      await clock.run(rejection(collected(first)));
      await stop;
      await clock.advance(hours * 3_600_000);
      const run = await clock.run(client({ fetch: blank, isolated: true }).bulk.mutate(document, given, options));
      expect((await clock.run(collected(run))).map(({ status }) => status)).toEqual(['unknown']);
      expect(run.summary().operations).toHaveLength(operations);
    }
    await stores.close();
  });

  it('gives each row its own idempotency key, and the same one after a crash', async () => {
    const stores = memoryStores();
    const { client, clock, fake } = await bulkClient();
    const document = /* GraphQL */ `
      mutation ($input: InventorySetQuantitiesInput!) {
        inventorySetQuantities(input: $input) { userErrors { code field message } }
      }
    `;
    const input = { name: 'available', reason: 'correction', quantities: [] };
    const killed = new AbortController();
    const stop = fake.hooks.killAt('after staged upload#1', () => killed.abort(new Error('killed')));
    const options = { store: stores.keyValue, key: 'stock' };
    const first = await clock.run(
      client().bulk.mutate(document, [{ input }, { input }], { ...options, signal: killed.signal }),
    );
    expect(String(await clock.run(rejection(collected(first))))).toBe('Error: killed');
    await stop;
    const run = await clock.run(client().bulk.mutate(document, [{ input }, { input }], options));
    const sent = await clock.run(collected(run));
    const keys = sent.map(({ row }) => (row as { idempotencyKey?: string }).idempotencyKey);
    expect(new Set(keys).size).toBe(2);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await collected(stores.keyValue.scan('bulk-mutation:'))).toEqual([]);
    await stores.close();
  });

  it('finds an operation whose start was lost, and runs each row once', async () => {
    for (const point of ['before', 'after'] as const) {
      const stores = memoryStores();
      const { client, clock, fake } = await bulkClient();
      const killed = new AbortController();
      const stop = fake.hooks.killAt(`${point} bulkOperationRunMutation`, () => killed.abort(new Error('killed')));
      const options = { store: stores.keyValue, key: 'import' };
      const first = await clock.run(client().bulk.mutate(setProduct, rows(5), { ...options, signal: killed.signal }));
      await clock.run(rejection(collected(first)));
      await stop;
      const other = await clock.run(client().bulk.mutate(setProduct, rows(4), options));
      if (point === 'after') {
        const error = await clock.run(rejection(collected(other)));
        expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.message).toMatch(/key: belongs to other rows/);
      }
      const run = await clock.run(
        client().bulk.mutate(setProduct, rows(5), { ...options, key: point === 'after' ? 'import' : 'again' }),
      );
      expect(await clock.run(collected(run))).toHaveLength(5);
      expect(run.summary()).toMatchObject({ done: 5 });
      const { length } = fake.executions.filter(({ bulkOperation }) => bulkOperation !== undefined);
      expect(length).toBe(5);
      await stores.close();
    }
  });

  it('does not take the outcomes of another mutation for its own', async () => {
    const stores = memoryStores();
    const { client, clock, fake } = await bulkClient();
    const options = { store: stores.keyValue, key: 'import' };
    const killed = new AbortController();
    const stop = fake.hooks.killAt('after bulkOperationRunMutation', () => killed.abort(new Error('killed')));
    const first = await clock.run(client().bulk.mutate(setProduct, rows(3), { ...options, signal: killed.signal }));
    await clock.run(rejection(collected(first)));
    await stop;
    const archive = setProduct.replace('product { id handle }', 'product { id status }');
    const other = await clock.run(client().bulk.mutate(archive, rows(3), options));
    const error = await clock.run(rejection(collected(other)));
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.message).toMatch(/key: belongs to a run of another/);
    const run = await clock.run(client().bulk.mutate(setProduct.replaceAll(/\s+/g, ' '), rows(3), options));
    expect(await clock.run(collected(run))).toHaveLength(3);
    expect(fake.executed('bulkOperationRunMutation')).toBe(1);
    await stores.close();
  });

  it('runs once if two processes use its key at the same time, and the other one throws', async () => {
    const { client, clock, fake } = await bulkClient();
    const stores = memoryStores({ clock });
    const options = { store: stores.keyValue, key: 'import' };
    const run = async (): Promise<unknown[]> => collected(await client().bulk.mutate(setProduct, rows(5), options));
    const [first, second] = await clock.run(Promise.allSettled([run(), run()]));
    const [done, told] = first.status === 'fulfilled' ? [first, second] : [second, first];
    expect(done).toMatchObject({ status: 'fulfilled', value: Array.from({ length: 5 }, () => ({ status: 'done' })) });
    expect(told).toMatchObject({ reason: { code: 'STORAGE_FAILED', message: expect.stringContaining('"import"') } });
    expect(fake.executed('bulkOperationRunMutation')).toBe(1);
    // The key is free again.
    expect(await clock.run(run())).toHaveLength(5);
    await stores.close();
  });

  it('does not run under a key that another process keeps holding', async () => {
    const { client, clock, fake } = await bulkClient();
    const stores = memoryStores({ clock });
    const options = { store: stores.keyValue, key: 'import' };
    async function* slow(): AsyncGenerator<object> {
      yield* rows(2);
      await new Promise<void>((resolve) => clock.setTimer(resolve, 600_000));
    }
    const first = clock.run(client().bulk.mutate(setProduct, slow(), options).then(collected));
    const other = collected(await client().bulk.mutate(setProduct, rows(2), options));
    await expect(clock.run(other)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(await first).toHaveLength(2);
    expect(fake.executed('bulkOperationRunMutation')).toBe(1);
    await stores.close();
  });

  it('runs once whichever call of the store fails, before or after it takes effect', async () => {
    for (const when of ['before', 'after'] as const)
      for (let at = 1, isOver = false; !isOver; at += 1) {
        const { client, clock, fake } = await bulkClient();
        const stores = memoryStores({ clock });
        let calls = 0;
        const failing = (method: (...asked: never[]) => Promise<unknown>) => ({
          value: async (...asked: never[]) => {
            calls += 1;
            const gone =
              calls === at ? new StorageError('the database is gone', { shop: 'demo.myshopify.com' }) : undefined;
            if (gone && when === 'before') throw gone;
            const result = await method.apply(stores.keyValue, asked);
            if (gone) throw gone;
            return result;
          },
        });
        const { get, set, delete: remove } = stores.keyValue;
        const faulty = { get: failing(get), set: failing(set), delete: failing(remove) };
        const store = Object.create(stores.keyValue, faulty) as typeof stores.keyValue;
        const run = async (options: object): Promise<unknown[]> =>
          collected(await client().bulk.mutate(setProduct, rows(3), { key: 'import', ...options }));
        const told = await clock.run(run({ store }).catch(() => run({ store: stores.keyValue })));
        expect(told).toMatchObject(Array(3).fill({ status: 'done' }));
        expect(fake.executed('bulkOperationRunMutation')).toBe(1);
        isOver = calls < at;
        await stores.close();
      }
  });

  it('reports rows as unknown if it is cancelled, and does not start again', async () => {
    const { shop, clock, fake } = await bulkClient({ bulk: { delayMs: 5_000 } });
    const run = await clock.run(shop.bulk.mutate(setProduct, rows(10)));
    const results = clock.run(collected(run));
    fake.hooks.after('bulkOperationRunMutation', () => {
      const cancel = 'mutation ($id: ID!) { bulkOperationCancel(id: $id) { userErrors { message } } }';
      clock.setTimer(() => void shop.graphql(cancel, { id: run.summary().operations[0] }), 2_000);
    });
    expect((await results).map(({ status }) => status)).toEqual(Array(10).fill('unknown'));
    expect(fake.executed('bulkOperationRunMutation')).toBe(1);
    expect(fake.products()).toHaveLength(0);
  });

  it('refuses a row that cannot be written as JSON, and runs the others', async () => {
    const { shop, clock } = await bulkClient();
    const round: Record<string, unknown> = { title: 'Round' };
    round['metafields'] = [round];
    const given = [{ input: { title: 1n } }, ...rows(2), { input: { ...round, category: 7n } }];
    const results = await clock.run(collected(await clock.run(shop.bulk.mutate(setProduct, given as never))));
    const statuses = results.toSorted((a, b) => a.index - b.index).map(({ status }) => status);
    expect(statuses).toEqual(['refused', 'done', 'done', 'refused']);
  });

  it('explains missing bulk access, and invalid rows, documents and options', async () => {
    const { shop, clock, fake } = await bulkClient();
    fake.bulk.disable('mutations');
    const run = await clock.run(shop.bulk.mutate(setProduct, rows(1)));
    const error = await clock.run(rejection(collected(run)));
    expect(isShopwrightError(error, 'BULK_NOT_ENABLED') && error.kind).toBe('mutations');
    const said = async (document: string, given: unknown = [], options: object = {}): Promise<string> =>
      String(await rejection(shop.bulk.mutate(document, given as object[], options)));
    expect(await said('{ shop { name } }')).toMatch(/Pass it to bulk\.query/);
    expect(
      await said(
        'mutation { a: productSet(input: {}) { product { id } } b: productSet(input: {}) { product { id } } }',
      ),
    ).toMatch(/2 top-level fields/);
    expect(await said('mutation { bulkOperationCancel(id: "1") { userErrors { message } } }')).toMatch(
      /cannot run in bulk/,
    );
    expect(await said(setProduct, 5)).toMatch(/rows: must be a list/);
    expect(await said(setProduct, [], { key: 'x' })).toMatch(/key: needs a store/);
    expect(await said(setProduct, [], { fileByte: 1 })).toMatch(/Did you mean fileBytes/);
  });
});
