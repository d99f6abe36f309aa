import { createFakeShopify } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { isShopwrightError } from '../../../src/errors/errors.ts';
import { ask } from '../ask.ts';
import {
  createBulkHarness,
  jsonl,
  productsQuery,
  rowsUpTo,
  seedProducts,
  setProduct,
  vendorMutation,
} from './harness.ts';

describe('a cancel', () => {
  it('ends a running operation with its next step, and keeps what was written', async () => {
    const harness = createBulkHarness({ bulk: { objectsPerSecond: 10 } });
    await seedProducts(harness, 30);
    const { id } = await harness.started(productsQuery);
    await harness.clock.advance(1_100);
    const { bulkOperation, userErrors } = await harness.cancel(id);
    expect(userErrors).toEqual([]);
    expect(bulkOperation).toMatchObject({ id, status: 'CANCELING', url: null, partialDataUrl: null });
    expect((await harness.cancel(id)).bulkOperation?.status).toBe('CANCELING');
    const canceled = await harness.ended(id);
    expect(canceled).toMatchObject({
      status: 'CANCELED',
      objectCount: '10',
      errorCode: null,
      url: null,
      completedAt: null,
    });
    expect(await harness.lines(canceled.partialDataUrl)).toHaveLength(10);
  });

  it('ends one that has not begun', async () => {
    const harness = createBulkHarness();
    const { id } = await harness.imported(setProduct, rowsUpTo(3));
    await harness.cancel(id);
    expect(await harness.ended(id)).toMatchObject({ status: 'CANCELED', objectCount: '0', partialDataUrl: null });
    expect(harness.fake.products()).toEqual([]);
  });

  it('that comes with the last row stands', async () => {
    let cancel = async (): Promise<void> => undefined;
    const harness = createBulkHarness({
      resolvers: { Product: { vendor: () => cancel().then(() => 'Acme') } },
    });
    const { id } = await harness.imported(vendorMutation, [{ input: { title: 'A' } }]);
    cancel = async () => void (await harness.cancel(id));
    expect(await harness.ended(id)).toMatchObject({ status: 'CANCELED', objectCount: '1' });
  });

  it('is refused where the operation has ended, or is not there', async () => {
    const harness = createBulkHarness();
    const { id } = await harness.started(productsQuery);
    await harness.ended(id);
    expect(await harness.cancel(id)).toMatchObject({
      bulkOperation: { id, status: 'COMPLETED' },
      userErrors: [{ field: null, message: 'A bulk operation cannot be canceled when it is completed' }],
    });
    expect(await harness.cancel('gid://shopify/BulkOperation/0')).toEqual({
      bulkOperation: null,
      userErrors: [{ field: ['id'], message: 'Bulk operation does not exist' }],
    });
  });
});

describe('a failure', () => {
  it('can be scripted, with what was written before at partialDataUrl', async () => {
    const harness = createBulkHarness();
    await seedProducts(harness, 20);
    harness.fake.bulk.failNext({ errorCode: 'TIMEOUT', afterObjects: 7 });
    harness.fake.bulk.failNext();
    const first = await harness.ended((await harness.started(productsQuery)).id);
    expect(first).toMatchObject({
      status: 'FAILED',
      errorCode: 'TIMEOUT',
      objectCount: '7',
      url: null,
      fileSize: null,
    });
    expect(await harness.lines(first.partialDataUrl)).toHaveLength(7);
    const second = await harness.ended((await harness.started(productsQuery)).id);
    expect(second).toMatchObject({ status: 'FAILED', errorCode: 'INTERNAL_SERVER_ERROR', partialDataUrl: null });
    expect((await harness.ended((await harness.started(productsQuery)).id)).status).toBe('COMPLETED');
  });

  it('comes after all objects where there are fewer', async () => {
    const harness = createBulkHarness();
    await seedProducts(harness, 3);
    harness.fake.bulk.failNext({ errorCode: 'ACCESS_DENIED', afterObjects: 100 });
    const { id } = await harness.started(productsQuery);
    expect(await harness.ended(id)).toMatchObject({ status: 'FAILED', errorCode: 'ACCESS_DENIED', objectCount: '3' });
  });

  it('can come to all operations above a size', async () => {
    const harness = createBulkHarness({ bulk: { failAfterObjects: 5 } });
    await seedProducts(harness, 5);
    expect((await harness.ended((await harness.started(productsQuery)).id)).status).toBe('COMPLETED');
    const { id } = await harness.imported(setProduct, rowsUpTo(6));
    expect(await harness.ended(id)).toMatchObject({ status: 'FAILED', objectCount: '5' });
  });

  it('stops a mutation where it is, and leaves the rest of the rows undone', async () => {
    const harness = createBulkHarness();
    harness.fake.bulk.failNext({ afterObjects: 4 });
    const { id } = await harness.imported(setProduct, rowsUpTo(10));
    const failed = await harness.ended(id);
    expect(failed).toMatchObject({ status: 'FAILED', errorCode: 'INTERNAL_SERVER_ERROR', objectCount: '4' });
    expect(harness.fake.products()).toHaveLength(4);
  });

  it('comes as a timeout where an operation takes too long', async () => {
    const harness = createBulkHarness({ bulk: { rowsPerSecond: 1 / (13 * 60 * 60) } });
    const { id } = await harness.imported(setProduct, rowsUpTo(3));
    await harness.clock.advance(27 * 60 * 60 * 1_000);
    expect(await harness.operation(id)).toMatchObject({ status: 'FAILED', errorCode: 'TIMEOUT', objectCount: '1' });
  });

  it('of the fake itself ends the operation, and is told when the fake is closed', async () => {
    const harness = createBulkHarness();
    await seedProducts(harness, 1);
    const { id } = await harness.started(productsQuery);
    const { store } = harness.fake;
    const begin = store.begin;
    Object.assign(store, {
      begin() {
        throw new Error('The disk is full.');
      },
    });
    await harness.clock.advance(1_000);
    Object.assign(store, { begin });
    expect(await harness.operation(id)).toMatchObject({ status: 'FAILED', errorCode: 'INTERNAL_SERVER_ERROR' });
    await expect(harness.fake.close()).rejects.toThrow('background work of the fake failed');
  });
});

describe('the webhook bulk_operations/finish', () => {
  it('is due when an operation is completed, fails or is canceled, in lower case', async () => {
    const harness = createBulkHarness();
    await seedProducts(harness, 2);
    const completed = await harness.ended((await harness.started(productsQuery)).id);
    harness.fake.bulk.failNext({ errorCode: 'TIMEOUT' });
    const failed = await harness.ended((await harness.imported(setProduct, rowsUpTo(1))).id);
    const { id } = await harness.started(productsQuery);
    await harness.cancel(id);
    const canceled = await harness.ended(id);
    await harness.fake.webhooks.settled();
    expect(harness.finishes.slice(1)).toEqual([
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
    const harness = createBulkHarness({ shops });
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) ids.push((await harness.started(productsQuery)).id);
    expect(await harness.runQuery(productsQuery)).toEqual({
      bulkOperation: null,
      userErrors: [
        {
          code: 'OPERATION_IN_PROGRESS',
          field: null,
          message: `A bulk query operation for this app and shop is already in progress: ${ids.join(', ')}.`,
        },
      ],
    });
    const path = await harness.upload(jsonl(rowsUpTo(1)));
    for (let count = 0; count < 5; count++)
      expect((await harness.runMutation(setProduct, path)).userErrors).toEqual([]);
    expect((await harness.runMutation(setProduct, path)).userErrors).toEqual([
      expect.objectContaining({ code: 'OPERATION_IN_PROGRESS', message: expect.stringContaining('A bulk mutation') }),
    ]);

    const query = `mutation { bulkOperationRunQuery(query: ${JSON.stringify(productsQuery)}) { userErrors { code } } }`;
    const free = { bulkOperationRunQuery: { userErrors: [] } };
    expect(await harness.data(query, undefined, 'shpat_other')).toEqual(free);
    const elsewhere = await ask(harness.fake.fetch, { query, host: 'https://two.myshopify.com' });
    expect(elsewhere.json.data).toEqual(free);

    await harness.cancel(ids[0] ?? '');
    expect((await harness.runQuery(productsQuery)).userErrors).toHaveLength(1);
    await harness.ended(ids[0] ?? '');
    expect((await harness.runQuery(productsQuery)).userErrors).toEqual([]);
  });

  it('may begin in one request', async () => {
    const harness = createBulkHarness();
    const run = (name: string): string =>
      `${name}: bulkOperationRunQuery(query: ${JSON.stringify(productsQuery)}) { userErrors { code } }`;
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const answer = await harness.data(`mutation { ${names.map(run).join(' ')} }`);
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
    const harness = createBulkHarness();
    await seedProducts(harness, 1);
    const { id, createdAt } = await harness.started(productsQuery);
    await harness.clock.advance(99);
    expect(await harness.operation(id)).toMatchObject({ status: 'CREATED', completedAt: null });
    await harness.clock.advance(101);
    // Times are told in whole seconds.
    expect(await harness.operation(id)).toMatchObject({ status: 'COMPLETED', completedAt: createdAt });
  });
});
