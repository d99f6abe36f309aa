import { describe, expect, it } from 'vitest';
import { domain } from './fake-shop.ts';
import { creations, idsOf, plain, runOf, runShop } from './runs-shop.ts';

describe('a run', () => {
  it('validates all products, pushes them in batches, and tells how far it has come', async () => {
    const t = runShop(25, { queue: { runs: { batchSize: 10 } } });
    t.drafts.set('p-3', plain('p-3', { title: '' }));
    const started = await t.products.runs.start(idsOf(25), { id: 'autumn' });
    expect(started).toMatchObject({ id: 'autumn', kind: 'push', state: 'running', bulk: 'none', error: null });
    expect(started.progress).toMatchObject({ total: 25, done: 0, phase: 'validate', timeToGoMs: null });
    await t.drain();
    const run = await runOf(t.products, 'autumn');
    expect(run).toMatchObject({ state: 'finished', error: null });
    expect(run.progress).toMatchObject({ total: 25, done: 24, failed: 1, skipped: 0, invalid: 1, phase: 'push' });
    expect(run.progress.counts).toEqual({ created: 24, invalid: 1 });
    expect(run.progress.points).toBeGreaterThan(240);
    expect([...creations(t).values()]).toEqual(Array(24).fill(1));
    expect(await t.stores.records.get(domain, 'p-3')).toMatchObject({
      status: 'failed',
      lastError: { code: 'VALIDATION_FAILED', message: expect.stringContaining('title') },
      lastAttemptAt: expect.any(Number),
    });
    expect(await t.products.runs.list()).toEqual([run]);
  });
});
