import { describe, expect, it } from 'vitest';
import { domain } from '../fake-shop.ts';
import { creations, idsOf, plain, runOf, runShop } from './runs-shop.ts';

describe('a run', () => {
  it('validates all products, pushes them in batches, and reports its progress', async () => {
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
    expect(run.progress.points).toBe(t.fake.stats().pointsUsed);
    expect([...creations(t).values()]).toEqual(Array(24).fill(1));
    expect(await t.stores.records.get(domain, 'p-3')).toMatchObject({
      status: 'failed',
      lastError: { code: 'VALIDATION_FAILED', message: expect.stringContaining('title') },
      lastAttemptAt: expect.any(Number),
    });
    expect(await t.products.runs.list()).toEqual([run]);
  });

  it('is in the journal by its id, so that a rollback undoes it', async () => {
    const t = runShop(12);
    await t.products.runs.start(idsOf(12), { id: 'autumn' });
    await t.drain();
    expect(t.fake.products()).toHaveLength(12);
    const { counts } = await t.clock.run(t.sync.rollback({ runId: 'autumn' }));
    expect(counts).toMatchObject({ removed: 12, failed: 0 });
    expect(t.fake.products()).toEqual([]);
  });

  it('sends nothing if one product is invalid and onInvalid is stop', async () => {
    const t = runShop(25, { queue: { runs: { batchSize: 10 } } });
    t.drafts.set('p-24', plain('p-24', { variants: [] }));
    await t.products.runs.start(idsOf(25), { id: 'autumn', onInvalid: 'stop' });
    await t.drain();
    const failed = await runOf(t.products, 'autumn');
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'VALIDATION_FAILED' } });
    expect(failed.error?.message).toMatch(/^1 of 25 products are invalid, and nothing was sent: p-24: variants/);
    expect(t.fake.calls).toEqual([]);

    t.drafts.set('p-24', plain('p-24'));
    await t.products.runs.resume('autumn');
    await t.drain();
    expect(await runOf(t.products, 'autumn')).toMatchObject({ state: 'finished', progress: { done: 25, invalid: 0 } });
  });

  it('can be watched until it ends', async () => {
    const t = runShop(60, { queue: { runs: { batchSize: 10 } }, shop: { fake: { latencyMs: 400 } } });
    await t.products.runs.start(idsOf(60), { id: 'autumn' });
    const seen: (readonly [string, number])[] = [];
    const rates: number[] = [];
    const watching = (async () => {
      for await (const { state, progress } of t.products.runs.watch('autumn')) {
        seen.push([state, progress.done]);
        rates.push(progress.rate);
        if (state === 'running' && progress.rate > 0) expect(progress.timeToGoMs).toBeGreaterThanOrEqual(0);
        expect(progress.done + progress.failed + progress.skipped).toBeLessThanOrEqual(progress.total);
      }
    })();
    await t.drain();
    await t.clock.run(watching);
    expect(seen.length).toBeGreaterThan(3);
    expect(seen[0]).toEqual(['running', 0]);
    expect(seen.at(-1)).toEqual(['finished', 60]);
    expect(seen.map(([, done]) => done)).toEqual(seen.map(([, done]) => done).toSorted((a, b) => a - b));
    expect(Math.max(...rates)).toBeGreaterThan(0);
  });

  it('pauses and goes on, from another process, and pushes nothing twice', async () => {
    const t = runShop(40, { queue: { runs: { batchSize: 20 } } });
    const other = t.process();
    t.fake.hooks.after('productSet', () => other.products.runs.pause('autumn'), { after: 11 });
    await t.products.runs.start(idsOf(40), { id: 'autumn' });
    await t.drain();
    const paused = await runOf(other.products, 'autumn');
    expect(paused.state).toBe('paused');
    // The pushes in progress in two batches were finished.
    expect(paused.progress.done).toBeGreaterThanOrEqual(12);
    expect(paused.progress.done).toBeLessThan(12 + 2 * 16);
    expect(t.fake.executed('ProductPush')).toBe(paused.progress.done);

    await other.products.runs.resume('autumn');
    await other.drain();
    expect(await runOf(t.products, 'autumn')).toMatchObject({ state: 'finished', progress: { done: 40 } });
    expect([...creations(t).values()]).toEqual(Array(40).fill(1));
  });

  it('that is cancelled in the middle of a batch finishes what it has started, and skips the rest', async () => {
    const t = runShop(40, { queue: { runs: { batchSize: 40 } } });
    t.fake.hooks.after('productSet', () => t.products.runs.cancel('autumn'), { after: 4 });
    await t.products.runs.start(idsOf(40), { id: 'autumn' });
    await t.drain();
    const run = await runOf(t.products, 'autumn');
    expect(run.state).toBe('cancelled');
    const { done, skipped, total } = run.progress;
    expect(done).toBe(t.fake.products().length);
    expect(done).toBeLessThan(25);
    expect(done + skipped).toBe(total);
    expect((await t.stores.records.counts(domain)).synced).toBe(done);
    await expect(t.products.runs.resume('autumn')).rejects.toThrow('id: is cancelled, so it cannot be resumed');
    expect(await t.process().products.resume()).toBe(0);
    expect((await t.clock.run(t.sync.rollback({ runId: 'autumn' }))).counts.removed).toBe(done);
  });

  it('that two operators start is one run', async () => {
    const t = runShop(30);
    const other = t.process();
    const [one, two] = await Promise.all([
      t.products.runs.start(idsOf(30), { id: 'autumn' }),
      other.products.runs.start(idsOf(30), { id: 'autumn' }),
    ]);
    expect(two).toEqual(one);
    await Promise.all([t.drain(), other.drain()]);
    expect(await t.products.runs.list()).toHaveLength(1);
    expect([...creations(t).values()]).toEqual(Array(30).fill(1));
    expect(await other.products.runs.start(idsOf(30), { id: 'autumn' })).toMatchObject({ state: 'finished' });
    await expect(other.products.runs.start(idsOf(29), { id: 'autumn' })).rejects.toThrow(
      'id: is "autumn", which is already used by a run with another list of 30 products. Choose another id.',
    );
  });

  it('reads each product when its turn comes, and never overwrites a newer state with an older one', async () => {
    const t = runShop(20, { queue: { runs: { batchSize: 20 } } });
    t.fake.hooks.before(
      ({ rootFields, variables }) => rootFields[0] === 'productSet' && JSON.stringify(variables).includes('"p-2"'),
      async () => {
        t.drafts.set('p-2', plain('p-2', { title: 'Newer' }));
        await t.products.enqueue('p-2');
      },
    );
    await t.products.runs.start(idsOf(20), { id: 'autumn' });
    await t.drain();
    expect(t.fake.products().filter(({ title }) => title === 'Newer')).toHaveLength(1);
    expect(await t.stores.records.counts(domain)).toMatchObject({ synced: 20 });
  });

  it('retries temporary failures later, and reports what failed in all attempts', async () => {
    const t = runShop(10, { shop: { client: { retry: { maxRetries: 0 }, breaker: { failures: 1_000 } } } });
    let isDown = true;
    t.fake.hooks.before(
      'productSet',
      ({ variables }) => {
        if (JSON.stringify(variables).includes('"p-4"') || isDown) throw new Error('down');
      },
      { times: 1_000 },
    );
    await t.products.runs.start(idsOf(10), { id: 'autumn' });
    const drained = t.drain();
    t.clock.setTimer(() => (isDown = false), 20_000);
    await drained;
    const run = await runOf(t.products, 'autumn');
    expect(run).toMatchObject({ state: 'finished', progress: { done: 9, failed: 1 } });
    expect(await t.stores.records.get(domain, 'p-4')).toMatchObject({ status: 'failed', attempts: 3 });
  });

  it('goes on as another job if its batch takes too long', async () => {
    const t = runShop(40, {
      queue: { runs: { batchSize: 40, batchTimeoutMs: 3_000 } },
      shop: { fake: { latencyMs: 1_000 }, sync: { concurrency: 2 } },
    });
    await t.products.runs.start(idsOf(40), { id: 'autumn' });
    await t.drain();
    expect(await runOf(t.products, 'autumn')).toMatchObject({ state: 'finished', progress: { done: 40 } });
    expect([...creations(t).values()]).toEqual(Array(40).fill(1));
  });

  it('pushes again what failed: of a run, or by a filter', async () => {
    const t = runShop(10);
    t.drafts.set('p-1', plain('p-1', { handle: 'same' }));
    t.drafts.set('p-2', plain('p-2', { handle: 'same' }));
    t.drafts.set('p-3', plain('p-3', { title: '' }));
    await t.products.runs.start(idsOf(10), { id: 'autumn' });
    await t.drain();
    expect((await runOf(t.products, 'autumn')).progress).toMatchObject({ done: 8, failed: 2 });
    const failed = await t.stores.records.list(domain, { status: 'failed' });
    const refused = failed.find(({ lastError }) => lastError?.code === 'USER_ERROR')?.localId ?? '';
    expect(failed.map(({ localId }) => localId)).toContain(refused);
    for (const { attempts, lastAttemptAt, localId } of failed)
      expect([attempts, lastAttemptAt]).toEqual([localId === refused ? 1 : 0, expect.any(Number)]);

    t.drafts.set(refused, plain(refused));
    const byCode = await t.products.runs.retryFailed({ filter: ({ code }) => code === 'USER_ERROR' }, { id: 'again' });
    expect(byCode).toMatchObject({ kind: 'retry', progress: { total: 1 } });
    t.drafts.set('p-3', plain('p-3'));
    await t.drain();
    const ofRun = await t.products.runs.retryFailed('autumn', { id: 'last' });
    expect(ofRun.progress.total).toBe(1);
    await t.drain();
    expect(await t.stores.records.counts(domain)).toMatchObject({ synced: 10, failed: 0 });
    await expect(t.products.runs.retryFailed('spring')).rejects.toThrow('There is no such run');
    expect(await t.products.runs.retryFailed('autumn')).toMatchObject({ state: 'finished', progress: { total: 0 } });
  });

  it('counts products that the source no longer has, or returns wrongly', async () => {
    const t = runShop(5);
    await t.products.runs.start(['p-0'], { id: 'first' });
    await t.drain();
    t.drafts.delete('p-0');
    t.drafts.delete('p-1');
    t.drafts.set('p-2', plain('another'));
    await t.products.runs.start(idsOf(5), { id: 'autumn' });
    await t.drain();
    expect((await runOf(t.products, 'autumn')).progress).toMatchObject({ done: 2, failed: 2, skipped: 1 });
    expect((await t.stores.records.get(domain, 'p-0'))?.lastError?.message).toContain('is no longer in the source');
    // Including one that was never pushed before.
    expect(await t.stores.records.get(domain, 'p-2')).toMatchObject({
      ...{ status: 'failed', gid: null, lastAttemptAt: expect.any(Number) },
      lastError: { code: 'VALIDATION_FAILED', message: expect.stringContaining('another `localId`') },
    });
    t.drafts.set('p-2', plain('p-2'));
    await t.products.runs.retryFailed('autumn', { id: 'again' });
    await t.drain();
    expect((await runOf(t.products, 'again')).progress).toMatchObject({ total: 2, done: 1 });
  });

  it('pushes a part of the products, by its rollout', async () => {
    const t = runShop(60);
    await t.products.runs.start(idsOf(60), { id: 'autumn', rollout: { percent: 50 } });
    await t.drain();
    const { progress } = await runOf(t.products, 'autumn');
    expect(progress.done + progress.skipped).toBe(60);
    expect(progress.done).toBe(t.fake.products().length);
    expect(progress.skipped).toBeGreaterThan(10);
  });

  it('is erased with all data of the shop', async () => {
    const t = runShop(10, { queue: { appId: 'mine' } });
    await t.products.runs.start(idsOf(10), { id: 'autumn' });
    const keys = [];
    for await (const key of t.stores.keyValue.scan('')) keys.push(key);
    expect(keys.filter((key) => key.includes('~run:') || key.includes('~batch:'))).toHaveLength(2);
    for (const key of keys) await t.stores.keyValue.delete(key);
    await t.drain();
    expect(t.fake.products()).toEqual([]);
    expect(await t.products.runs.get('autumn')).toBeUndefined();
  });
});

describe('two operators', () => {
  it('who start one run with the same options get the same one, and with others the second gets an error', async () => {
    const t = runShop(3);
    const { runs } = t.process().products;
    const options = { id: 'autumn', rollout: { percent: 5 }, maxDeletes: { variants: 2 } };
    const first = await t.products.runs.start(idsOf(3), options);
    expect(await runs.start(idsOf(3), options)).toEqual(first);
    for (const other of [
      { rollout: { percent: 100 } },
      { maxDeletes: {} },
      { onInvalid: 'stop' },
      { force: true },
    ] as const)
      await expect(runs.start(idsOf(3), { ...options, ...other })).rejects.toThrow(
        'id: is "autumn", which is already used by a run with other options. Choose another id.',
      );
  });
});

describe('what a run refuses', () => {
  it('is reported before anything is stored', async () => {
    const t = runShop(3);
    const start = (ids: never, options: object) => t.products.runs.start(ids, options);
    const cases: [unknown, object, string][] = [
      [[{ localId: 'p-0' }], {}, 'localIds: must be ids (text), not products'],
      [['p-0', ''], {}, 'localIds'],
      [['p-0'], { onDrift: 'mine' }, 'onDrift: must be one of report, ours, theirs'],
      [['p-0'], { missing: 'archive' }, 'missing: is not an option'],
      [
        ['p-0'],
        { maxDeletes: { variant: 3 } },
        'maxDeletes.variant: is not an option. Did you mean maxDeletes.variants?',
      ],
      [['p-0'], { maxDeletes: { variants: -1 } }, 'maxDeletes.variants: must be a whole number'],
      [['p-0'], { gate: { minSamples: 0, maxFailureRate: 101 } }, 'gate.maxFailureRate'],
      [['p-0'], { onInvalid: 'halt' }, 'onInvalid: must be one of skip, stop'],
      [['p-0'], { bulkFrom: 0 }, 'bulkFrom: must be a whole number, 1 or more, or Infinity'],
      [['p-0'], { id: '' }, 'id: must be a text of 1 to 100 characters'],
      [['p-0'], { rollout: { percent: 120 } }, 'rollout.percent'],
    ];
    for (const [ids, options, message] of cases) await expect(start(ids as never, options)).rejects.toThrow(message);
    const keys = [];
    for await (const key of t.stores.keyValue.scan('')) keys.push(key);
    expect(keys).toEqual([]);
  });

  it('includes a text instead of a list, and an invalid target', async () => {
    const { products } = runShop(3);
    await expect(products.runs.start('p-0')).rejects.toThrow(/localIds: is a single text.*\["p-0"\]/);
    await expect(products.runs.start(undefined as never)).rejects.toThrow(/localIds: must be a list/);
    for (const target of [undefined, {}, { filter: 'x' }])
      await expect(products.runs.retryFailed(target as never)).rejects.toThrow(/target: must be/);
    await expect(products.runs.start(['p-0'], { managed: { tag: 'all' } } as never)).rejects.toThrow(/managed\.tags/);
    expect(await products.runs.list()).toEqual([]);
  });

  it('includes an unknown run, and what an ended one cannot do', async () => {
    const t = runShop(3);
    const { runs } = t.products;
    for (const verb of ['pause', 'resume', 'cancel'] as const)
      await expect(runs[verb]('autumn')).rejects.toThrow('id: is "autumn", but the store has no such run');
    await expect(runs.watch('autumn')[Symbol.asyncIterator]().next()).rejects.toThrow('There is no such run');
    await runs.start(idsOf(3), { id: 'autumn' });
    await t.drain();
    for (const [verb, done] of [
      ['pause', 'paused'],
      ['resume', 'resumed'],
      ['cancel', 'cancelled'],
    ] as const)
      await expect(runs[verb]('autumn')).rejects.toThrow(
        `id: is finished, so it cannot be ${done}. Start another run.`,
      );
    await expect(runs.list({ limit: 0 })).rejects.toThrow('limit: must be a whole number from 1 to 1000');
  });

  it('includes settings of the product queue', () => {
    const t = runShop(1);
    const cases: [object, string][] = [
      [{ tries: 0 }, 'tries: must be a whole number from 1 to 100'],
      [{ tries: 2, retryDelaysMs: [1] }, 'pass only one of them'],
      [{ runs: { batchSize: 1_001 } }, 'runs.batchSize: must be a whole number from 1 to 1000'],
      [{ runs: { bulkFrom: -1 } }, 'runs.bulkFrom: must be a whole number'],
      [{ runs: { batchsize: 10 } }, 'runs.batchsize: is not an option. Did you mean runs.batchSize?'],
    ];
    for (const [more, message] of cases) expect(() => t.process(more)).toThrow(message);
  });
});
