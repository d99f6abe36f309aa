// @ts-nocheck
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type BulkHarness,
  createBulkHarness,
  jsonl,
  productsQuery,
  rowsUpTo,
  seedProducts,
  setProduct,
  vendorMutation,
} from './harness.ts';

describe('a restart', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fake-bulk-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps files and ended operations', async () => {
    const persistFile = join(folder, 'shop.jsonl');
    const first = createBulkHarness({ persistFile });
    await seedProducts(first, 5);
    const path = await first.upload(jsonl(rowsUpTo(1)));
    const before = await first.ended((await first.started(productsQuery)).id);
    await first.fake.close();

    const second = createBulkHarness({ persistFile });
    expect(await second.operation(before.id)).toEqual(before);
    expect(await second.lines(before.url)).toHaveLength(5);
    expect((await second.runMutation(setProduct, path)).userErrors).toEqual([]);
    await second.fake.close();
  });

  it('begins queries again, cancels what was to be canceled, and fails a mutation that was running', async () => {
    const persistFile = join(folder, 'shop.jsonl');
    const first = createBulkHarness({ persistFile });
    await seedProducts(first, 20);
    const slow = { persistFile, bulk: { objectsPerSecond: 10, rowsPerSecond: 10 } };
    await first.fake.close();
    const middle = createBulkHarness(slow);
    const waiting = await middle.imported(setProduct, rowsUpTo(2));
    const query = await middle.started(productsQuery);
    const mutation = await middle.imported(setProduct, rowsUpTo(20));
    const canceled = await middle.imported(setProduct, rowsUpTo(20));
    await middle.clock.advance(600);
    const notBegun = await middle.imported(setProduct, rowsUpTo(2));
    await middle.cancel(canceled.id);
    await middle.fake.close();

    const last = createBulkHarness(slow);
    expect(await last.operation(query.id)).toMatchObject({ status: 'RUNNING', objectCount: '0' });
    const completed = await last.ended(query.id);
    expect(completed).toMatchObject({ status: 'COMPLETED', objectCount: '20' });
    expect(await last.lines(completed.url)).toHaveLength(20);
    const kept = await last.operation(canceled.id);
    expect(kept).toMatchObject({ status: 'CANCELED', objectCount: '5' });
    expect(await last.lines(kept.partialDataUrl)).toHaveLength(5);
    expect((await last.operation(waiting.id)).status).toBe('COMPLETED');
    expect((await last.operation(notBegun.id)).status).toBe('COMPLETED');
    const failed = await last.operation(mutation.id);
    expect(failed).toMatchObject({ status: 'FAILED', errorCode: 'INTERNAL_SERVER_ERROR', objectCount: '5' });
    expect(await last.lines(failed.partialDataUrl)).toHaveLength(5);
    await last.fake.close();
  });

  it('or a restore gives up what ran before', async () => {
    const harness = createBulkHarness({ bulk: { objectsPerSecond: 10 } });
    await seedProducts(harness, 20);
    const snapshot = structuredClone(harness.fake.snapshot());
    const gone = await harness.started(productsQuery);
    await harness.clock.advance(500);
    const running = structuredClone(harness.fake.snapshot());
    harness.fake.restore(snapshot);
    await harness.clock.advance(5_000);
    expect(await harness.operation(gone.id)).toBeNull();
    await harness.fake.webhooks.settled();
    expect(harness.finishes).toHaveLength(1);

    harness.fake.restore(running);
    expect(await harness.ended(gone.id)).toMatchObject({ status: 'COMPLETED', objectCount: '20' });
  });

  it.each([
    ['a row', (harness: BulkHarness) => harness.imported(vendorMutation, [{ input: { title: 'A' } }])],
    ['a query', (harness: BulkHarness) => harness.started('{ products { edges { node { vendor } } } }')],
    [
      'a query that then fails',
      (harness: BulkHarness) => harness.started('{ products { edges { node { vendor giftCardTemplateSuffix } } } }'),
    ],
  ])('or a restore in the middle of %s gives it up', async (_what, start) => {
    let restore = (): void => undefined;
    const harness = createBulkHarness({
      resolvers: {
        Product: {
          vendor: () =>
            Promise.resolve()
              .then(() => restore())
              .then(() => 'Acme'),
        },
      },
    });
    await seedProducts(harness, 1);
    const snapshot = structuredClone(harness.fake.snapshot());
    restore = () => harness.fake.restore(snapshot);
    const { id } = await start(harness);
    await harness.clock.advance(1_000);
    expect(await harness.operation(id)).toBeNull();
    await harness.fake.webhooks.settled();
    expect(harness.finishes).toHaveLength(1);
  });

  it('that comes in the middle of a row lets it end', async () => {
    let close = async (): Promise<void> => undefined;
    const harness = createBulkHarness({
      persistFile: join(folder, 'shop.jsonl'),
      bulk: { rowsPerSecond: 10 },
      resolvers: { Product: { vendor: () => Promise.resolve(void close()).then(() => 'Acme') } },
    });
    const { id } = await harness.imported(vendorMutation, [{ input: { title: 'A' } }, { input: { title: 'B' } }]);
    let closing: Promise<void> | undefined;
    close = async () => {
      closing ??= harness.fake.close();
    };
    await harness.clock.advance(1_000);
    await closing;
    expect(harness.fake.store.get('demo.myshopify.com', 'BulkOperation', id)).toMatchObject({
      status: 'RUNNING',
      objectCount: 1,
    });
  });
});
