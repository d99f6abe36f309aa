import fc from 'fast-check';
import { isShopwrightError } from 'shopwright';
import { formatPlan, inRollout, type PushResult, type Rollout } from 'shopwright/sync';
import type { ProductDraftInput } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { domain, fakeSync, tee } from '../fake-shop.ts';

const list = (count: number): ProductDraftInput[] => Array.from({ length: count }, (_, index) => tee(`p-${index}`));

const idsIn = (rollout: Rollout, products: readonly ProductDraftInput[], shop = domain): string[] =>
  products.flatMap(({ localId }) => (inRollout(rollout, { shop, localId: String(localId) }) ? [String(localId)] : []));

describe('a product', () => {
  it('that takes part at one percentage takes part at every higher one', () => {
    const percent = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(percent, percent, fc.string(), fc.string(), fc.string(), (one, other, salt, shop, localId) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const takesPart = (at: number): boolean => inRollout({ percent: at, salt }, { shop, localId });
        expect(takesPart(low) && !takesPart(high)).toBe(false);
        expect([takesPart(0), takesPart(100)]).toEqual([false, true]);
      }),
    );
  });

  it('is selected evenly, and independently for another salt or shop', () => {
    const products = list(10_000);
    for (const percent of [1, 10, 50]) {
      const count = idsIn({ percent }, products).length;
      // Within four standard deviations of a fair draw.
      const spread = 4 * Math.sqrt(10_000 * (percent / 100) * (1 - percent / 100));
      expect(Math.abs(count - percent * 100)).toBeLessThan(spread);
    }
    const [plain, salted, elsewhere] = [
      idsIn({ percent: 10 }, products),
      idsIn({ percent: 10, salt: 'x' }, products),
      idsIn({ percent: 10 }, products, 'other.myshopify.com'),
    ];
    expect(salted).not.toEqual(plain);
    expect(elsewhere).not.toEqual(plain);
  });

  it('has the same position in every release', () => {
    expect(idsIn({ percent: 10, salt: 'spring' }, list(40))).toEqual(['p-12', 'p-20', 'p-28', 'p-33', 'p-36']);
  });
});

describe('a run with a rollout', () => {
  it('pushes its part, skips the others with the reason rollout, and only adds at a higher percentage', async () => {
    const { sync, fake, clock } = fakeSync();
    const products = list(40);
    const results: PushResult[] = [];
    const push = (percent: number) =>
      clock.run(sync.pushMany(products, { rollout: { percent }, onProgress: ({ result }) => results.push(result) }));
    const first = await push(20);
    const part = idsIn({ percent: 20 }, products);
    expect(part.length).toBeGreaterThan(0);
    expect(first).toMatchObject({ counts: { created: part.length, skipped: 40 - part.length }, stoppedBy: undefined });
    expect(fake.products().map(({ title }) => title)).toEqual(part.map((id) => `Tee ${id}`));
    expect(results.filter(({ outcome }) => outcome === 'skipped')).toContainEqual({
      outcome: 'skipped',
      localId: products.map(({ localId }) => localId).find((id) => !part.includes(String(id))),
      reason: 'rollout',
    });

    const more = idsIn({ percent: 60 }, products);
    expect((await push(60)).counts).toMatchObject({ unchanged: part.length, created: more.length - part.length });
  });

  it('keeps pushed products at a lower percentage, and is undone by a rollback of its run', async () => {
    const { sync, fake, stores, clock } = fakeSync();
    const products = list(30);
    const wide = await clock.run(sync.pushMany(products, { rollout: { percent: 80 } }));
    const before = fake.products();
    const changed = products.map((product) => ({ ...product, title: `New ${product.localId}` }));
    const few = idsIn({ percent: 10 }, products);
    const narrow = await clock.run(sync.pushMany(changed, { rollout: { percent: 10 } }));
    expect(narrow.counts).toMatchObject({ updated: few.length, skipped: 30 - few.length });
    expect(fake.products()).toHaveLength(before.length);
    const untouched = before.filter(({ title }) => !few.some((id) => title === `Tee ${id}`));
    expect(fake.products()).toEqual(expect.arrayContaining(untouched));
    expect((await stores.records.counts(domain)).synced).toBe(before.length);
    await clock.run(sync.rollback({ runId: narrow.runId }));
    await clock.run(sync.rollback({ runId: wide.runId }));
    expect(fake.products()).toEqual([]);
  });

  it('removes no products outside of it', async () => {
    const { sync, fake, clock } = fakeSync();
    const products = list(30);
    await clock.run(sync.pushMany(products));
    const rollout = { percent: 30 };
    const plan = await clock.run(sync.plan(products.slice(0, 10), { rollout, missing: 'delete' }));
    const summary = await clock.run(
      sync.pushMany(products.slice(0, 10), { rollout, missing: 'delete', maxDeletes: { products: 30 } }),
    );
    const gone = idsIn(rollout, products.slice(10));
    expect(gone.length).toBeGreaterThan(0);
    expect(plan.counts).toMatchObject({ 'would-delete': gone.length });
    expect(summary.counts.deleted).toBe(gone.length);
    expect(fake.products()).toHaveLength(30 - gone.length);
  });

  it('is planned in the same way as it is pushed', async () => {
    const { sync, fake, clock } = fakeSync();
    const products = list(20);
    const rollout = { percent: 50, shops: ['demo'] };
    const part = idsIn(rollout, products);
    const plan = await clock.run(sync.plan(products, { rollout }));
    expect(plan.products.map(({ localId }) => localId)).toEqual(part);
    expect(formatPlan(plan)).toContain(`${20 - part.length} not in the rollout`);
    await clock.run(sync.apply(plan));
    expect(fake.products()).toHaveLength(part.length);
  });

  it('pushes nothing in a shop outside of it', async () => {
    const { sync, fake, clock } = fakeSync();
    const rollout = { percent: 100, shops: ['acme'] };
    expect((await clock.run(sync.pushMany(list(3), { rollout }))).counts.skipped).toBe(3);
    expect(fake.products()).toEqual([]);
  });

  it.each([
    [{ percent: 101 }, 'rollout.percent: must be a number from 0 to 100.'],
    [{ percent: Number.NaN }, 'rollout.percent: must be a number from 0 to 100.'],
    [{ percent: 5, slat: 'x' }, 'Did you mean rollout.salt?'],
    [{ percent: 5, shops: 'acme' }, 'rollout.shops: must be a list of shops'],
    [{ percent: 5, salt: 7 }, 'rollout.salt: must be a string.'],
    [5, 'rollout: must be an object'],
  ])('is refused before anything is sent: %j', async (rollout, message) => {
    const { sync, fake } = fakeSync();
    for (const run of [sync.pushMany, sync.plan]) {
      const error = await run([tee()], { rollout } as object).catch((reason: unknown) => reason);
      expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.message).toContain(message);
    }
    expect(fake.calls).toEqual([]);
  });

  it('is refused by `apply`, because the plan contains it', async () => {
    const { sync, clock } = fakeSync();
    const plan = await clock.run(sync.plan([tee()]));
    const error = await sync.apply(plan, { rollout: { percent: 5 } } as object).catch((reason: unknown) => reason);
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.message).toMatch(/rollout: is decided.*plan/);
  });
});
