import { createFakeShopify } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { isShopwrightError } from '../../../src/errors/errors.ts';
import { ask } from '../ask.ts';
import {
  createBulkBench,
  jsonl,
  productsQuery,
  rowsUpTo,
  seedProducts,
  setProduct,
  vendorMutation,
} from './harness.ts';

describe('a cancel', () => {
  it('ends a running operation with its next step, and keeps what was written', async () => {
    const bench = createBulkBench({ bulk: { objectsPerSecond: 10 } });
    await seedProducts(bench, 30);
    const { id } = await bench.started(productsQuery);
    await bench.clock.advance(1_100);
    const { bulkOperation, userErrors } = await bench.cancel(id);
    expect(userErrors).toEqual([]);
    expect(bulkOperation).toMatchObject({ id, status: 'CANCELING', url: null, partialDataUrl: null });
    expect((await bench.cancel(id)).bulkOperation?.status).toBe('CANCELING');
    const canceled = await bench.ended(id);
    expect(canceled).toMatchObject({
      status: 'CANCELED',
      objectCount: '10',
      errorCode: null,
      url: null,
      completedAt: null,
    });
    expect(await bench.lines(canceled.partialDataUrl)).toHaveLength(10);
  });

  it('ends one that has not begun', async () => {
    const bench = createBulkBench();
    const { id } = await bench.imported(setProduct, rowsUpTo(3));
    await bench.cancel(id);
    expect(await bench.ended(id)).toMatchObject({ status: 'CANCELED', objectCount: '0', partialDataUrl: null });
    expect(bench.fake.products()).toEqual([]);
  });

  it('that comes with the last row stands', async () => {
    let cancel = async (): Promise<void> => undefined;
    const bench = createBulkBench({
      resolvers: { Product: { vendor: () => cancel().then(() => 'Acme') } },
    });
    const { id } = await bench.imported(vendorMutation, [{ input: { title: 'A' } }]);
    cancel = async () => void (await bench.cancel(id));
    expect(await bench.ended(id)).toMatchObject({ status: 'CANCELED', objectCount: '1' });
  });

  it('is refused where the operation has ended, or is not there', async () => {
    const bench = createBulkBench();
    const { id } = await bench.started(productsQuery);
    await bench.ended(id);
    expect(await bench.cancel(id)).toMatchObject({
      bulkOperation: { id, status: 'COMPLETED' },
      userErrors: [{ field: null, message: 'A bulk operation cannot be canceled when it is completed' }],
    });
    expect(await bench.cancel('gid://shopify/BulkOperation/0')).toEqual({
      bulkOperation: null,
      userErrors: [{ field: ['id'], message: 'Bulk operation does not exist' }],
    });
  });
});

describe('a failure', () => {
  it('can be scripted, with what was written before at partialDataUrl', async () => {
    const bench = createBulkBench();
    await seedProducts(bench, 20);
    bench.fake.bulk.failNext({ errorCode: 'TIMEOUT', afterObjects: 7 });
    bench.fake.bulk.failNext();
    const first = await bench.ended((await bench.started(productsQuery)).id);
    expect(first).toMatchObject({
      status: 'FAILED',
      errorCode: 'TIMEOUT',
      objectCount: '7',
      url: null,
      fileSize: null,
    });
    expect(await bench.lines(first.partialDataUrl)).toHaveLength(7);
    const second = await bench.ended((await bench.started(productsQuery)).id);
    expect(second).toMatchObject({ status: 'FAILED', errorCode: 'INTERNAL_SERVER_ERROR', partialDataUrl: null });
    expect((await bench.ended((await bench.started(productsQuery)).id)).status).toBe('COMPLETED');
  });

  it('comes after all objects where there are fewer', async () => {
    const bench = createBulkBench();
    await seedProducts(bench, 3);
    bench.fake.bulk.failNext({ errorCode: 'ACCESS_DENIED', afterObjects: 100 });
    const { id } = await bench.started(productsQuery);
    expect(await bench.ended(id)).toMatchObject({ status: 'FAILED', errorCode: 'ACCESS_DENIED', objectCount: '3' });
  });

  it('can come to all operations above a size', async () => {
    const bench = createBulkBench({ bulk: { failAfterObjects: 5 } });
    await seedProducts(bench, 5);
    expect((await bench.ended((await bench.started(productsQuery)).id)).status).toBe('COMPLETED');
    const { id } = await bench.imported(setProduct, rowsUpTo(6));
    expect(await bench.ended(id)).toMatchObject({ status: 'FAILED', objectCount: '5' });
  });

  it('stops a mutation where it is, and leaves the rest of the rows undone', async () => {
    const bench = createBulkBench();
    bench.fake.bulk.failNext({ afterObjects: 4 });
    const { id } = await bench.imported(setProduct, rowsUpTo(10));
    const failed = await bench.ended(id);
    expect(failed).toMatchObject({ status: 'FAILED', errorCode: 'INTERNAL_SERVER_ERROR', objectCount: '4' });
    expect(bench.fake.products()).toHaveLength(4);
  });

  it('comes as a timeout where an operation takes too long', async () => {
    const bench = createBulkBench({ bulk: { rowsPerSecond: 1 / (13 * 60 * 60) } });
    const { id } = await bench.imported(setProduct, rowsUpTo(3));
    await bench.clock.advance(27 * 60 * 60 * 1_000);
    expect(await bench.operation(id)).toMatchObject({ status: 'FAILED', errorCode: 'TIMEOUT', objectCount: '1' });
  });

  it('of the fake itself ends the operation, and is told when the fake is closed', async () => {
    const bench = createBulkBench();
    await seedProducts(bench, 1);
    const { id } = await bench.started(productsQuery);
    const { store } = bench.fake;
    const begin = store.begin;
    Object.assign(store, {
      begin() {
        throw new Error('The disk is full.');
      },
    });
    await bench.clock.advance(1_000);
    Object.assign(store, { begin });
    expect(await bench.operation(id)).toMatchObject({ status: 'FAILED', errorCode: 'INTERNAL_SERVER_ERROR' });
    await expect(bench.fake.close()).rejects.toThrow('work in the background of the fake failed');
  });
});

describe('the webhook bulk_operations/finish', () => {
  it('is due when an operation is completed, fails or is canceled, in lower case', async () => {
    const bench = createBulkBench();
    await seedProducts(bench, 2);
    const completed = await bench.ended((await bench.started(productsQuery)).id);
    bench.fake.bulk.failNext({ errorCode: 'TIMEOUT' });
    const failed = await bench.ended((await bench.imported(setProduct, rowsUpTo(1))).id);
    const { id } = await bench.started(productsQuery);
    await bench.cancel(id);
    const canceled = await bench.ended(id);
    await bench.fake.webhooks.settled();
    expect(bench.finishes.slice(1)).toEqual([
      {
        admin_graphql_api_id: completed.id,
        completed_at: completed.completedAt,
        created_at: completed.createdAt,
        error_code: null,
        status: 'completed',
        type: 'query',
      },
      expect.objectContaining({
        admin_graphql_api_id: failed.id,
        completed_at: null,
        error_code: 'timeout',
        status: 'failed',
        type: 'mutation',
      }),
      expect.objectContaining({ admin_graphql_api_id: canceled.id, error_code: null, status: 'canceled' }),
    ]);
  });
});

describe('operations at once', () => {
  it('are five queries and five mutations for each app and shop', async () => {
    const tokens = { shpat_fake: 'crm', shpat_other: 'erp' };
    const shops = [{ tokens }, { domain: 'two.myshopify.com', tokens }];
    const bench = createBulkBench({ shops });
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) ids.push((await bench.started(productsQuery)).id);
    expect(await bench.runQuery(productsQuery)).toEqual({
      bulkOperation: null,
      userErrors: [
        {
          code: 'OPERATION_IN_PROGRESS',
          field: null,
          message: `A bulk query operation for this app and shop is already in progress: ${ids.join(', ')}.`,
        },
      ],
    });
    const path = await bench.upload(jsonl(rowsUpTo(1)));
    for (let count = 0; count < 5; count++) expect((await bench.runMutation(setProduct, path)).userErrors).toEqual([]);
    expect((await bench.runMutation(setProduct, path)).userErrors).toEqual([
      expect.objectContaining({ code: 'OPERATION_IN_PROGRESS', message: expect.stringContaining('A bulk mutation') }),
    ]);

    const query = `mutation { bulkOperationRunQuery(query: ${JSON.stringify(productsQuery)}) { userErrors { code } } }`;
    const free = { bulkOperationRunQuery: { userErrors: [] } };
    expect(await bench.data(query, undefined, 'shpat_other')).toEqual(free);
    const elsewhere = await ask(bench.fake.fetch, { query, host: 'https://two.myshopify.com' });
    expect(elsewhere.json.data).toEqual(free);

    await bench.cancel(ids[0] ?? '');
    expect((await bench.runQuery(productsQuery)).userErrors).toHaveLength(1);
    await bench.ended(ids[0] ?? '');
    expect((await bench.runQuery(productsQuery)).userErrors).toEqual([]);
  });

  it('may begin in one request', async () => {
    const bench = createBulkBench();
    const run = (name: string): string =>
      `${name}: bulkOperationRunQuery(query: ${JSON.stringify(productsQuery)}) { userErrors { code } }`;
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const answer = await bench.data(`mutation { ${names.map(run).join(' ')} }`);
    expect(answer.e.userErrors).toEqual([]);
    expect(answer.f.userErrors).toEqual([{ code: 'OPERATION_IN_PROGRESS' }]);
  });
});

describe('the options of bulk operations', () => {
  it('are checked', () => {
    const problemsOf = (bulk: object): unknown => {
      try {
        createFakeShopify({ bulk });
        return undefined;
      } catch (error) {
        return isShopwrightError(error, 'CONFIG_INVALID') && error.issues.map(({ field }) => field);
      }
    };
    expect(problemsOf({ delayMs: -1, objectsPerSecond: 0, rowsPerSecond: -1, failAfterObjects: -1 })).toEqual([
      'bulk.delayMs',
      'bulk.objectsPerSecond',
      'bulk.rowsPerSecond',
      'bulk.failAfterObjects',
    ]);
    expect(problemsOf({ delayMs: 0, failAfterObjects: 0 })).toBeUndefined();
  });

  it('leave operations quick by default', async () => {
    const bench = createBulkBench();
    await seedProducts(bench, 1);
    const { id, createdAt } = await bench.started(productsQuery);
    await bench.clock.advance(200);
    const { completedAt } = await bench.operation(id);
    expect(Date.parse(completedAt ?? '') - Date.parse(createdAt)).toBe(100);
  });
});
