import type { Gate } from 'shopwright/sync';
import { describe, expect, it } from 'vitest';
import { domain } from '../fake-shop.ts';
import { idsOf, plain, type RunShop, runOf, runShop } from './runs-shop.ts';

/** A catalogue of which that percentage requests a handle of another product: Shopify refuses those. */
async function planted(count: number, percent: number, options: Parameters<typeof runShop>[1] = {}): Promise<RunShop> {
  const t = runShop(count, options);
  await t.clock.run(t.sync.push({ ...plain('first'), handle: 'taken' } as never));
  let state = 7;
  for (const localId of idsOf(count)) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    if ((state / 2 ** 31) * 100 < percent) t.drafts.set(localId, plain(localId, { handle: 'taken' }));
  }
  return t;
}

/** For each product sent, in order: whether the fake refused it. */
const refusals = ({ fake }: RunShop, since: number): boolean[] =>
  fake.executions
    .slice(since)
    .flatMap(({ fields }) => fields.filter(({ name }) => name === 'productSet').map(({ result }) => result !== 'ok'));

/** After how many products the failure rate of the last `minSamples` is too high for the first time. */
const thresholdOf = (failures: readonly boolean[], { minSamples, maxFailureRate }: Gate): number =>
  failures.findIndex((_, index) => {
    const last = failures.slice(Math.max(0, index + 1 - minSamples), index + 1);
    return last.length >= minSamples && (last.filter(Boolean).length / last.length) * 100 > maxFailureRate;
  }) + 1;

const small = { queue: { runs: { batchSize: 10 } } };

describe('the gate of a run', () => {
  it('halts it within 20 products of its threshold, over batches of several processes, and undoes only its own changes', async () => {
    const t = await planted(300, 30, { ...small, shop: { sync: { concurrency: 100 } } });
    const others = [t.process(), t.process()];
    const since = t.fake.executions.length;
    const before = t.fake.products();
    const gate: Gate = { minSamples: 45, maxFailureRate: 20, onHalt: 'rollback' };
    await t.products.runs.start(idsOf(300), { id: 'autumn', gate, bulkFrom: 1 });
    for (const { products } of others) await products.resume();
    await Promise.all([t.drain(), ...others.map(({ drain }) => drain())]);

    const seen = refusals(t, since);
    const threshold = thresholdOf(seen, gate);
    expect(threshold).toBeGreaterThanOrEqual(45);
    expect(seen.length - threshold).toBeLessThan(20);
    const run = await runOf(t.products, 'autumn');
    expect(run).toMatchObject({ state: 'cancelled', halt: { reason: 'failure-rate', samples: 45, undo: 'done' } });
    expect(run.halt?.failureRate).toBeGreaterThan(20);
    expect(run.error).toMatchObject({ code: 'GATE_HALTED', message: expect.stringContaining('more than 20 %') });
    expect(run.bulk).toBe('none');
    expect(run.progress.done + run.progress.failed).toBe(seen.length);
    expect(t.fake.products()).toEqual(before);
    expect(await t.stores.records.counts(domain)).toMatchObject({ synced: 1, syncing: 0 });
    // No product that was read but not pushed waits for a single push.
    expect(await t.products.resume()).toBe(0);
    await expect(t.products.runs.resume('autumn')).rejects.toThrow('is cancelled');
  });

  it('only stops it by default: what was pushed stays, and it can be resumed', async () => {
    const t = await planted(80, 30, small);
    await t.products.runs.start(idsOf(80), { id: 'autumn', gate: { minSamples: 25, maxFailureRate: 10 } });
    await t.drain();
    const run = await runOf(t.products, 'autumn');
    expect(run).toMatchObject({ state: 'failed', halt: { undo: 'none' }, error: { code: 'GATE_HALTED' } });
    expect(t.fake.products()).toHaveLength(1 + run.progress.done);
    for (const localId of idsOf(80)) t.drafts.set(localId, plain(localId));
    expect(await t.products.runs.resume('autumn')).toMatchObject({ state: 'running', halt: null, error: null });
    await t.drain();
    expect(await runOf(t.products, 'autumn')).toMatchObject({
      ...{ state: 'finished', halt: null },
      progress: { failed: run.progress.failed, done: 80 - run.progress.failed },
    });
  });

  it('lets a run pass whose rate is allowed', async () => {
    const t = await planted(60, 30, small);
    await t.products.runs.start(idsOf(60), { id: 'autumn', gate: { minSamples: 50, maxFailureRate: 60 } });
    await t.drain();
    expect(await runOf(t.products, 'autumn')).toMatchObject({ state: 'finished', halt: null, error: null });
  });

  it('judges by the exact rate: a third is more than 33.33 %, and not more than 33.34 %', async () => {
    for (const [maxFailureRate, state] of [
      [33.33, 'failed'],
      [33.34, 'finished'],
    ] as const) {
      const t = runShop(3);
      t.drafts.set('p-2', plain('p-2', { title: '' }));
      await t.products.runs.start(idsOf(3), { id: 'autumn', gate: { minSamples: 3, maxFailureRate } });
      await t.drain();
      expect(await runOf(t.products, 'autumn')).toMatchObject({ state });
    }
  });

  it('retries an undo that fails temporarily', async () => {
    const t = await planted(60, 100, small);
    for (const localId of idsOf(15)) t.drafts.set(localId, plain(localId));
    t.fake.faults.next('status-503', { operation: 'productDelete', times: 5 });
    const before = t.fake.products();
    const gate: Gate = { minSamples: 20, maxFailureRate: 20, onHalt: 'rollback' };
    await t.products.runs.start(idsOf(60), { id: 'autumn', gate });
    await t.drain();
    expect(await runOf(t.products, 'autumn')).toMatchObject({ state: 'cancelled', halt: { undo: 'done' } });
    expect(t.fake.products()).toEqual(before);
  });

  it('undoes what takes longer than a job may', async () => {
    const t: RunShop = runShop(60, {
      shop: {
        sync: { concurrency: 1 },
        client: {
          fetch: async (url, init) => {
            if (String(init?.body).includes('productDelete'))
              await new Promise<void>((resolve) => t.clock.setTimer(resolve, 4_000));
            return t.fake.fetch(url, init);
          },
        },
      },
      queue: { runs: { batchSize: 10, batchTimeoutMs: 30_000 } },
    });
    await t.clock.run(t.sync.push({ ...plain('first'), handle: 'taken' } as never));
    for (const localId of idsOf(60).slice(50)) t.drafts.set(localId, plain(localId, { handle: 'taken' }));
    const before = t.fake.products();
    const gate: Gate = { minSamples: 5, maxFailureRate: 20, onHalt: 'rollback' };
    await t.products.runs.start(idsOf(60), { id: 'autumn', gate });
    await t.drain();
    expect(await runOf(t.products, 'autumn')).toMatchObject({ state: 'cancelled', halt: { undo: 'done' } });
    expect(t.fake.products()).toEqual(before);
  });

  it('reports that it could not undo everything, and rollback does the rest', async () => {
    const t = await planted(60, 100, small);
    for (const localId of idsOf(15)) t.drafts.set(localId, plain(localId));
    const before = t.fake.products();
    t.fake.hooks.before('productDelete', () => t.fake.revokeTokens(), { after: 3 });
    await t.products.runs.start(idsOf(60), {
      id: 'autumn',
      gate: { minSamples: 20, maxFailureRate: 20, onHalt: 'rollback' },
    });
    await t.drain();
    expect(await runOf(t.products, 'autumn')).toMatchObject({ halt: { undo: 'failed' } });
    expect(t.fake.products().length).toBeGreaterThan(before.length);
  });

  it.each([
    ['too few', 10, 'failed'],
    ['enough', 40, 'finished'],
  ] as const)('that requires data ends a run with %s samples', async (_what, count, state) => {
    const t = runShop(count, small);
    const gate: Gate = { minSamples: 30, maxFailureRate: 10, requireData: true };
    await t.products.runs.start(idsOf(count), { id: 'autumn', gate });
    await t.drain();
    const halt = state === 'failed' ? { reason: 'no-data', samples: count } : null;
    expect(await runOf(t.products, 'autumn')).toMatchObject({ state, halt });
  });

  it('judges the samples of its window only, whichever batch they are of', async () => {
    const t = await planted(40, 0, { ...small, shop: { fake: { latencyMs: 1_000 }, sync: { concurrency: 1 } } });
    // Each of the last ten products fails: all of them within the window, and a few before it.
    for (const localId of idsOf(40).slice(30)) t.drafts.set(localId, plain(localId, { handle: 'taken' }));
    const gate: Gate = { minSamples: 5, maxFailureRate: 50, windowMs: 30_000 };
    await t.products.runs.start(idsOf(40), { id: 'autumn', gate });
    await t.drain();
    const { halt } = await runOf(t.products, 'autumn');
    expect(halt).toMatchObject({ reason: 'failure-rate' });
    expect(halt?.samples).toBeLessThan(20);
    const wide = await planted(40, 0, small);
    for (const localId of idsOf(40).slice(30)) wide.drafts.set(localId, plain(localId, { handle: 'taken' }));
    await wide.products.runs.start(idsOf(40), { id: 'autumn', gate: { ...gate, windowMs: 3_600_000 } });
    await wide.drain();
    expect(await runOf(wide.products, 'autumn')).toMatchObject({ state: 'finished', halt: null });
  });

  it('that requires data halts a run without products, as pushMany does', async () => {
    const t = runShop(0);
    const gate: Gate = { minSamples: 5, maxFailureRate: 10, requireData: true, onHalt: 'rollback' };
    const run = await t.products.runs.start([], { id: 'autumn', gate });
    expect(run).toMatchObject({
      ...{ state: 'failed', error: { code: 'GATE_HALTED' } },
      halt: { reason: 'no-data', samples: 0, undo: 'none' },
    });
    expect(await t.products.resume()).toBe(0);
    expect(await t.products.runs.resume('autumn')).toMatchObject({ state: 'finished', halt: null });
    expect(await t.products.runs.start([], { id: 'any', gate: { ...gate, requireData: false } })).toMatchObject({
      ...{ state: 'finished', halt: null },
    });
  });

  it('that requires data halts a run whose calls all hang', async () => {
    const t = await planted(30, 0, { ...small, shop: { client: { timeoutMs: 50_000, retry: { maxRetries: 0 } } } });
    t.fake.faults.next('hang', { times: 1_000 });
    const gate: Gate = { minSamples: 5, maxFailureRate: 50, windowMs: 20_000, requireData: true };
    await t.products.runs.start(idsOf(30), { id: 'autumn', gate });
    await t.drain();
    expect(await runOf(t.products, 'autumn')).toMatchObject({
      state: 'failed',
      halt: { reason: 'no-data', samples: 0 },
    });
  });
});

describe('the deletions of a run', () => {
  const withSizes = (localId: string, sizes: readonly string[]) =>
    plain(localId, {
      variants: sizes.map((Size) => ({ sku: `${localId}-${Size}`, price: '10.00', options: { Size } })),
    });

  it('are limited for all its batches and processes together', async () => {
    const t = runShop(30, { queue: { runs: { batchSize: 5 } } });
    for (const localId of idsOf(30)) t.drafts.set(localId, withSizes(localId, ['S', 'M']));
    await t.products.runs.start(idsOf(30), { id: 'first' });
    await t.drain();
    for (const localId of idsOf(30)) t.drafts.set(localId, withSizes(localId, ['S']));
    const other = t.process();
    await t.products.runs.start(idsOf(30), { id: 'second', maxDeletes: { variants: 12 } });
    await other.products.resume();
    await Promise.all([t.drain(), other.drain()]);
    const { progress } = await runOf(t.products, 'second');
    expect(progress.counts).toEqual({ updated: 12, blocked: 18 });
    const variants = t.fake.products().map((product) => (product['variants'] as readonly unknown[]).length);
    expect(variants.filter((count) => count === 1)).toHaveLength(12);

    await t.products.runs.start(idsOf(30), { id: 'third', maxDeletes: { variants: Number.POSITIVE_INFINITY } });
    await t.drain();
    expect((await runOf(t.products, 'third')).progress).toMatchObject({ failed: 0, done: 30 });
  });

  it('count once for a product whose push was interrupted and starts again', async () => {
    const t = runShop(4, { queue: { runs: { batchSize: 2 } }, shop: { client: { retry: { maxRetries: 0 } } } });
    for (const localId of idsOf(4)) t.drafts.set(localId, withSizes(localId, ['S', 'M']));
    await t.products.runs.start(idsOf(4), { id: 'first' });
    await t.drain();
    for (const localId of idsOf(4)) t.drafts.set(localId, withSizes(localId, ['S']));
    t.fake.faults.next('status-503', { operation: 'productVariantsBulkDelete' });
    await t.products.runs.start(idsOf(4), { id: 'second', maxDeletes: { variants: 4 } });
    await t.drain();
    expect((await runOf(t.products, 'second')).progress).toMatchObject({ done: 4, counts: { updated: 4 } });
  });
});
