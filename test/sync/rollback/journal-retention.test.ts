import { createProductSync, type ProductSyncOptions } from 'shopwright/sync';
import { describe, expect, it, vi } from 'vitest';
import { domain, type FakeSync, fakeSync, tee } from '../fake-shop.ts';

const days = (count: number): number => count * 86_400_000;

describe('the journal keeps', () => {
  /** Runs that change one product, some days apart. Returns which of them can be rolled back. */
  const runs = async (
    journal: ProductSyncOptions['journal'],
    count: number,
    apart: number,
  ): Promise<{ readonly made: FakeSync; readonly kept: readonly number[] }> => {
    const made = fakeSync({ sync: journal === undefined ? {} : { journal } });
    for (let index = 0; index < count; index += 1) {
      await made.clock.run(made.sync.pushMany([tee('tee-1', { title: `Title ${index}` })], { runId: `run-${index}` }));
      await made.clock.advance(days(apart));
    }
    const entries = await made.stores.journal.list(domain);
    return { made, kept: entries.map(({ runId }) => Number(runId?.slice(4))) };
  };

  it('three runs of any age', async () => {
    expect((await runs(undefined, 6, 200)).kept).toEqual([3, 4, 5]);
  });

  it('any number of runs of the last ninety days', async () => {
    expect((await runs(undefined, 12, 10)).kept).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('the configured days and runs', async () => {
    expect((await runs({ days: 25, runs: 1 }, 6, 10)).kept).toEqual([3, 4, 5]);
    expect((await runs({ days: 0, runs: 2 }, 6, 10)).kept).toEqual([4, 5]);
  });

  it('everything with "forever"', async () => {
    expect((await runs('forever', 6, 200)).kept).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('all entries of a run that can be rolled back, and an older run is reported as unknown', async () => {
    const { made } = await runs({ days: 0, runs: 2 }, 4, 10);
    const rollback = (runId: string) =>
      made.clock.run(made.sync.rollback({ runId }).catch((error: Error) => error.message));
    expect(await rollback('run-3')).toMatchObject({ counts: { restored: 1 } });
    expect(made.fake.products()).toMatchObject([{ title: 'Title 2' }]);
    expect(await rollback('run-1')).toContain("older than the journal's retention");
  });

  it('three runs, without counting unchanged and dry runs', async () => {
    const { made } = await runs({ days: 0, runs: 1 }, 2, 10);
    const product = tee('tee-1', { title: 'Title 1' });
    await made.clock.run(made.sync.pushMany([product]));
    await made.clock.run(made.sync.pushMany([{ ...product, title: 'New' }], { dryRun: true }));
    expect(await made.stores.journal.list(domain)).toMatchObject([{ runId: 'run-1' }]);
  });

  it('no older runs after a removal', async () => {
    const { made } = await runs({ days: 0, runs: 1 }, 2, 10);
    await made.clock.run(made.sync.archive(['tee-1']));
    expect(await made.stores.journal.list(domain)).toMatchObject([{ action: 'archive' }]);
  });

  it('older entries if pruning fails, and the error names the run', async () => {
    const made = fakeSync({ sync: { journal: { runs: 1 } } });
    vi.spyOn(made.stores.keyValue, 'compareAndSet').mockRejectedValueOnce(
      await made.stores.journal.prune(domain, -1).catch((error: unknown) => error),
    );
    const error = await made.clock.run(
      made.sync
        .pushMany([tee('tee-1', { images: undefined, variants: [{ sku: 'A', price: '1' }] })], { runId: 'spring' })
        .catch((thrown: unknown) => thrown),
    );
    expect(error).toMatchObject({ code: 'STORAGE_FAILED', message: expect.stringContaining('Run spring has ended') });
    expect(made.fake.products()).toHaveLength(1);
  });

  it.each([
    [{ days: -1 }, 'journal.days'],
    [{ runs: 0 }, 'journal.runs'],
    [{ day: 3 } as object, 'journal.days'],
    ['always' as 'forever', 'journal'],
  ])('nothing with the invalid retention %j, which is refused', (journal, field) => {
    const { client, stores } = fakeSync();
    expect(() => createProductSync({ client, stores, journal })).toThrow(field);
  });
});
