import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type BulkBench,
  createBulkBench,
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
    const first = createBulkBench({ persistFile });
    await seedProducts(first, 5);
    const path = await first.upload(jsonl(rowsUpTo(1)));
    const before = await first.ended((await first.started(productsQuery)).id);
    await first.fake.close();

    const second = createBulkBench({ persistFile });
    expect(await second.operation(before.id)).toEqual(before);
    expect(await second.lines(before.url)).toHaveLength(5);
    expect((await second.runMutation(setProduct, path)).userErrors).toEqual([]);
    await second.fake.close();
  });

  it('begins queries again, cancels what was to be canceled, and fails a mutation that was running', async () => {
    const persistFile = join(folder, 'shop.jsonl');
    const first = createBulkBench({ persistFile });
    await seedProducts(first, 20);
    const slow = { persistFile, bulk: { objectsPerSecond: 10, rowsPerSecond: 10 } };
    await first.fake.close();
    const middle = createBulkBench(slow);
    const waiting = await middle.imported(setProduct, rowsUpTo(2));
    const query = await middle.started(productsQuery);
    const mutation = await middle.imported(setProduct, rowsUpTo(20));
    const canceled = await middle.imported(setProduct, rowsUpTo(20));
    await middle.clock.advance(600);
    const notBegun = await middle.imported(setProduct, rowsUpTo(2));
    await middle.cancel(canceled.id);
    await middle.fake.close();

    const last = createBulkBench(slow);
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
    const bench = createBulkBench({ bulk: { objectsPerSecond: 10 } });
    await seedProducts(bench, 20);
    const snapshot = structuredClone(bench.fake.snapshot());
    const gone = await bench.started(productsQuery);
    await bench.clock.advance(500);
    const running = structuredClone(bench.fake.snapshot());
    bench.fake.restore(snapshot);
    await bench.clock.advance(5_000);
    expect(await bench.operation(gone.id)).toBeNull();
    await bench.fake.webhooks.settled();
    expect(bench.finishes).toHaveLength(1);

    bench.fake.restore(running);
    expect(await bench.ended(gone.id)).toMatchObject({ status: 'COMPLETED', objectCount: '20' });
  });

  it.each([
    ['a row', (bench: BulkBench) => bench.imported(vendorMutation, [{ input: { title: 'A' } }])],
    ['a query', (bench: BulkBench) => bench.started('{ products { edges { node { vendor } } } }')],
    [
      'a query that then fails',
      (bench: BulkBench) => bench.started('{ products { edges { node { vendor giftCardTemplateSuffix } } } }'),
    ],
  ])('or a restore in the middle of %s gives it up', async (_what, start) => {
    let restore = (): void => undefined;
    const bench = createBulkBench({
      resolvers: {
        Product: {
          vendor: () =>
            Promise.resolve()
              .then(() => restore())
              .then(() => 'Acme'),
        },
      },
    });
    await seedProducts(bench, 1);
    const snapshot = structuredClone(bench.fake.snapshot());
    restore = () => bench.fake.restore(snapshot);
    const { id } = await start(bench);
    await bench.clock.advance(1_000);
    expect(await bench.operation(id)).toBeNull();
    await bench.fake.webhooks.settled();
    expect(bench.finishes).toHaveLength(1);
  });

  it('that comes in the middle of a row lets it end', async () => {
    let close = async (): Promise<void> => undefined;
    const bench = createBulkBench({
      persistFile: join(folder, 'shop.jsonl'),
      bulk: { rowsPerSecond: 10 },
      resolvers: { Product: { vendor: () => Promise.resolve(void close()).then(() => 'Acme') } },
    });
    const { id } = await bench.imported(vendorMutation, [{ input: { title: 'A' } }, { input: { title: 'B' } }]);
    let closing: Promise<void> | undefined;
    close = async () => {
      closing ??= bench.fake.close();
    };
    await bench.clock.advance(1_000);
    await closing;
    expect(bench.fake.store.get('demo.myshopify.com', 'BulkOperation', id)).toMatchObject({
      status: 'RUNNING',
      objectCount: 1,
    });
  });
});
