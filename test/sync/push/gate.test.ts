import { createShopifyClient, isShopwrightError } from 'shopwright';
import { createProductSync, type Gate, type PushResult } from 'shopwright/sync';
import type { ProductDraftInput } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { domain, type FakeSync, fakeSync, tee } from '../fake-shop.ts';

/** Products of which a percentage has a handle that is already taken, so that Shopify refuses them. */
function planted(count: number, percent: number, seed = 7): ProductDraftInput[] {
  let state = seed;
  return Array.from({ length: count }, (_, index) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    const fails = (state / 2 ** 31) * 100 < percent;
    return {
      localId: `p-${index}`,
      title: `P ${index}`,
      handle: fails ? 'taken' : `p-${index}`,
      variants: [variant(`p-${index}`)],
    };
  });
}

const variant = (sku: string) => ({ sku, price: '1' });

const withTaken = async (options: Parameters<typeof fakeSync>[0] = {}): Promise<FakeSync> => {
  const made = fakeSync(options);
  await made.clock.run(
    made.sync.push({ localId: 'first', title: 'First', handle: 'taken', variants: [variant('first')] }),
  );
  return made;
};

/** For each product sent, in that order, whether the fake refused it. */
const refusals = ({ fake }: FakeSync, since: number): boolean[] =>
  fake.executions
    .slice(since)
    .flatMap(({ fields }) => fields.filter(({ name }) => name === 'productSet').map(({ result }) => result !== 'ok'));

/** Number of products after which the failure rate of the last `minSamples` is first too high. */
const thresholdOf = (failures: readonly boolean[], { minSamples, maxFailureRate }: Gate): number =>
  failures.findIndex((_, index) => {
    const last = failures.slice(Math.max(0, index + 1 - minSamples), index + 1);
    return last.length >= minSamples && (last.filter(Boolean).length / last.length) * 100 > maxFailureRate;
  }) + 1;

describe('a gate', () => {
  it.each([
    [1, 1],
    [2, 8],
    [3, 100],
  ])(
    'halts a run with 30 %% failures within 20 products of its threshold, and undoes it (seed %i, %i at a time)',
    async (seed, concurrency) => {
      const made = await withTaken({ sync: { concurrency } });
      const { sync, fake, stores, clock } = made;
      const since = fake.executions.length;
      const before = fake.products();
      const gate: Gate = { minSamples: 40, maxFailureRate: 20, onHalt: 'rollback' };
      const summary = await clock.run(sync.pushMany(planted(250, 30, seed), { gate }));

      const seen = refusals(made, since);
      const threshold = thresholdOf(seen, gate);
      expect(threshold).toBeGreaterThanOrEqual(40);
      expect(seen.length - threshold).toBeLessThan(20);
      expect(summary.counts.skipped).toBe(250 - seen.length);
      expect(summary.halt).toMatchObject({ reason: 'failure-rate', samples: 40 });
      expect(summary.halt?.failureRate).toBeGreaterThan(20);
      expect(String(summary.stoppedBy)).toMatch(/The gate halted the run: \d+ of 40 products failed .* more than 20 %/);
      expect(summary.halt?.rollback?.counts).toMatchObject({ removed: summary.counts.created, failed: 0 });
      expect(fake.products()).toEqual(before);
      expect((await stores.records.counts(domain)).synced).toBe(1);
    },
  );

  it('keeps the pushed products with onHalt: stop', async () => {
    const { sync, fake, clock } = await withTaken();
    const summary = await clock.run(sync.pushMany(planted(200, 30), { gate: { minSamples: 10, maxFailureRate: 15 } }));
    expect(summary.halt).toMatchObject({ reason: 'failure-rate' });
    expect(summary.halt).not.toHaveProperty('rollback');
    expect(fake.products()).toHaveLength(1 + summary.counts.created);
  });

  it('does not halt a run with an allowed rate, or one that is too small to judge', async () => {
    const { sync, clock } = await withTaken();
    const gate = { minSamples: 60, maxFailureRate: 60 };
    const passed = await clock.run(sync.pushMany(planted(120, 30), { gate }));
    expect(passed).toMatchObject({ counts: { skipped: 0 }, stoppedBy: undefined });
    expect(passed).not.toHaveProperty('halt');
    const small = await clock.run(
      sync.pushMany([{ localId: 'x', title: 'X', handle: 'taken', variants: [variant('first')] }], { gate }),
    );
    expect(small).toMatchObject({ counts: { failed: 1 }, stoppedBy: undefined });
  });

  it.each([
    [25, 7, 28],
    [50, 29, 58],
    [1_000, 1, 0.1],
  ])('does not halt a run of %i with %i failures, exactly the allowed %d %%', async (count, failed, maxFailureRate) => {
    const made = fakeSync();
    const invalid = (index: number): ProductDraftInput => ({ localId: `p-${index}`, title: '', variants: [] });
    const products = Array.from({ length: count }, (_, index) =>
      index < count - failed
        ? { ...invalid(index), title: `P ${index}`, variants: [variant(`p-${index}`)] }
        : invalid(index),
    );
    const summary = await made.clock.run(made.sync.pushMany(products, { gate: { minSamples: count, maxFailureRate } }));
    expect(summary).toMatchObject({ counts: { invalid: failed } });
    expect(summary.halt).toBeUndefined();
  });

  it('restores the values of existing products, and keeps the changes of an earlier run', async () => {
    const { sync, fake, clock } = await withTaken();
    const good = planted(30, 0);
    await clock.run(sync.pushMany(good));
    const titles = fake.products().map(({ title }) => title);
    const changed = good.map((product) => ({ ...product, title: `New ${product.localId}` }));
    const bad = planted(60, 100).map((product, index) => ({ ...product, localId: `bad-${index}` }));
    const gate = { minSamples: 30, maxFailureRate: 30, onHalt: 'rollback' } as const;
    const summary = await clock.run(sync.pushMany([...changed, ...bad], { gate }));
    expect(summary.halt?.rollback?.counts).toMatchObject({ restored: 30, failed: 0 });
    expect(fake.products().map(({ title }) => title)).toEqual(titles);
  });

  it('counts invalid and blocked products as failures, and does not count unchanged ones', async () => {
    const { sync, clock } = fakeSync();
    const good = planted(50, 0);
    await clock.run(sync.pushMany(good));
    const invalid = Array.from({ length: 20 }, (_, index) => ({ ...tee(`i-${index}`), title: '' }));
    const gate = { minSamples: 10, maxFailureRate: 50 };
    const summary = await clock.run(sync.pushMany([...good, ...invalid], { gate }));
    expect(summary.halt).toMatchObject({ samples: 10, failures: 10, failureRate: 100 });
    expect(summary.counts).toMatchObject({ unchanged: 50 });
    expect(summary.counts.invalid).toBeLessThan(20);
  });

  it('judges only the samples of its window', async () => {
    const { sync, clock } = await withTaken({ sync: { concurrency: 1 } });
    const slow = async ({ result }: { result: PushResult }): Promise<void> => {
      if (result.localId === 'p-9') await clock.advance(60_000);
    };
    const products = [
      ...planted(10, 100).map((product) => ({ ...product, handle: 'taken' })),
      ...planted(20, 0).map((product) => ({ ...product, localId: `good-${product.localId}` })),
    ];
    const gate = { minSamples: 12, maxFailureRate: 50 };
    expect((await clock.run(sync.pushMany(products, { gate, onProgress: slow }))).halt).toMatchObject({ failures: 10 });
    const windowed = { ...gate, windowMs: 30_000 };
    const passed = await clock.run(sync.pushMany(products, { gate: windowed, onProgress: slow }));
    expect(passed.stoppedBy).toBeUndefined();
  });

  it('halts a run without the required samples, at its end or after a window', async () => {
    const { sync, fake, clock } = fakeSync();
    const gate = { minSamples: 10, maxFailureRate: 10, requireData: true, onHalt: 'rollback' } as const;
    const few = await clock.run(sync.pushMany(planted(3, 0), { gate }));
    expect(few.halt).toMatchObject({ reason: 'no-data', samples: 3, rollback: { counts: { removed: 3 } } });
    expect(String(few.stoppedBy)).toContain('it has only 3 of the 10 samples that it requires');
    expect(fake.products()).toEqual([]);

    fake.faults.next('hang', { operation: 'productSet', times: 8 });
    const hung = await clock.run(sync.pushMany(planted(100, 0), { gate: { ...gate, windowMs: 1_000 } }));
    expect(hung.halt).toMatchObject({ reason: 'no-data', samples: 0, failureRate: 0 });
    expect(hung.counts.skipped).toBeGreaterThan(80);
    expect(fake.products()).toEqual([]);
  });

  it('undoes nothing if nothing was sent, or in a dry run', async () => {
    const { sync, fake, clock } = fakeSync();
    const invalid = Array.from({ length: 20 }, (_, index) => ({ ...tee(`i-${index}`), title: '' }));
    const gate = { minSamples: 5, maxFailureRate: 50, onHalt: 'rollback' } as const;
    for (const dryRun of [false, true]) {
      const summary = await clock.run(sync.pushMany(invalid, { gate, dryRun }));
      expect(summary.halt).toEqual({ reason: 'failure-rate', samples: 5, failures: 5, failureRate: 100 });
    }
    expect(fake.products()).toEqual([]);
  });

  it('reports a failed rollback, and another rollback undoes the rest', async () => {
    const made = await withTaken();
    const { fake, stores, clock } = made;
    const client = createShopifyClient({
      shop: domain,
      accessToken: 'shpat_fake',
      fetch: fake.fetch,
      clock,
      isolated: true,
    });
    let isBroken = true;
    const list: typeof stores.journal.list = async (shop, options) => {
      if (isBroken) throw new Error('the database is gone');
      return stores.journal.list(shop, options);
    };
    const journal = { ...stores.journal, append: stores.journal.append.bind(stores.journal), list };
    const sync = createProductSync({ client, stores: { ...stores, journal }, clock, journal: 'forever' });
    const gate = { minSamples: 10, maxFailureRate: 15, onHalt: 'rollback' } as const;
    const summary = await clock.run(sync.pushMany(planted(100, 30), { gate }));
    expect(summary.halt).toMatchObject({ rollbackError: { message: 'the database is gone' } });
    expect(fake.products().length).toBe(1 + summary.counts.created);
    isBroken = false;
    await clock.run(sync.rollback({ runId: summary.runId }));
    expect(fake.products()).toHaveLength(1);
  });

  it('also halts apply', async () => {
    const { sync, fake, clock } = await withTaken();
    const plan = await clock.run(sync.plan(planted(100, 50)));
    const gate = { minSamples: 10, maxFailureRate: 20, onHalt: 'rollback' } as const;
    const summary = await clock.run(sync.apply(plan, { gate }));
    expect(summary.halt).toMatchObject({ reason: 'failure-rate' });
    expect(fake.products()).toHaveLength(1);
  });

  it.each([
    [{ minSamples: 0, maxFailureRate: 5 }, 'gate.minSamples: must be a whole number, 1 or more.'],
    [{ minSamples: 5 }, 'gate.maxFailureRate: must be a percentage from 0 to 100.'],
    [{ minSamples: 5, maxFailureRate: 5, window: 9 }, 'Did you mean gate.windowMs?'],
    [{ minSamples: 5, maxFailureRate: 5, windowMs: 0 }, 'gate.windowMs: must be a number of milliseconds'],
    [{ minSamples: 5, maxFailureRate: 5, onHalt: 'rollbak' }, 'Did you mean rollback?'],
    [{ minSamples: 5, maxFailureRate: 5, requireData: 'yes' }, 'gate.requireData: must be true or false.'],
    [7, 'gate: must be an object'],
  ])('is refused before anything is sent: %j', async (gate, message) => {
    const { sync, fake } = fakeSync();
    const error = await sync.pushMany([tee()], { gate } as object).catch((reason: unknown) => reason);
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.message).toContain(message);
    const ofPlan = await sync.plan([tee()], { gate } as object).catch((reason: unknown) => reason);
    expect(isShopwrightError(ofPlan, 'VALIDATION_FAILED') && ofPlan.message).toMatch(/gate: applies to writes.*apply/);
    expect(fake.calls).toEqual([]);
  });
});
