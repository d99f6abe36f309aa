import { isShopwrightError } from 'shopwright';
import type { PushResult } from 'shopwright/sync';
import type { ProductDraftInput } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { domain, type FakeSync, fakeSync, tee } from '../fake-shop.ts';

/** A sync in which a number of products failed, because their handle is taken. */
async function failedShop(count = 4): Promise<FakeSync> {
  const made = fakeSync();
  const products = [tee('first', { handle: 'taken' }), tee('good')];
  const bad = Array.from({ length: count }, (_, index) => tee(`bad-${index}`, { handle: 'taken' }));
  const { counts } = await made.clock.run(made.sync.pushMany([...products, ...bad]));
  expect(counts).toMatchObject({ created: 2, failed: count });
  return made;
}

describe('retryFailed', () => {
  it('pushes only failed products, with the drafts of the source', async () => {
    const { sync, stores, clock } = await failedShop();
    const asked: string[] = [];
    const source = async (localId: string): Promise<ProductDraftInput> => {
      asked.push(localId);
      return tee(localId);
    };
    const summary = await clock.run(sync.retryFailed(source));
    expect(summary).toMatchObject({ finished: 4, counts: { created: 4 } });
    expect(asked).toEqual(['bad-0', 'bad-1', 'bad-2', 'bad-3']);
    expect(await stores.records.counts(domain)).toMatchObject({ synced: 6, failed: 0 });
    expect((await clock.run(sync.retryFailed(source))).finished).toBe(0);
    await clock.run(sync.rollback({ runId: summary.runId }));
    expect(await stores.records.counts(domain)).toMatchObject({ synced: 2 });
  });

  it('pushes each failed product once, even if it fails again', async () => {
    const { sync, stores, clock } = await failedShop();
    const { counts } = await clock.run(sync.retryFailed((localId) => tee(localId, { handle: 'taken' })));
    expect(counts).toMatchObject({ failed: 4 });
    expect(await stores.records.get(domain, 'bad-0')).toMatchObject({ status: 'failed', attempts: 2 });
  });

  it('pushes products that pass the filter, and skips those without a draft', async () => {
    const { sync, clock } = await failedShop();
    const results: PushResult[] = [];
    const seen: unknown[] = [];
    await clock.run(
      sync.retryFailed((localId) => (localId === 'bad-1' ? undefined : tee(localId)), {
        filter: (product) => {
          seen.push(product);
          return product.localId < 'bad-2';
        },
        onProgress: ({ result }) => results.push(result),
      }),
    );
    expect(seen[0]).toMatchObject({ localId: 'bad-0', gid: null, code: 'USER_ERROR', attempts: 1 });
    const outcomes = new Map(results.map((result) => [result.localId, result]));
    expect(outcomes.get('bad-0')).toMatchObject({ outcome: 'created' });
    expect(outcomes.get('bad-1')).toEqual({ outcome: 'skipped', localId: 'bad-1', reason: 'no-draft' });
    expect(results).toHaveLength(2);
  });

  it('ends if the source returns another product, or throws', async () => {
    const { sync, fake, clock } = await failedShop();
    const error = await clock.run(sync.retryFailed(() => tee('other')).catch((reason: unknown) => reason));
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.message).toContain(
      'returned a draft with another local id for "bad-0"',
    );
    const source = (): never => {
      throw new Error('the database is gone');
    };
    await expect(clock.run(sync.retryFailed(source))).rejects.toThrow('the database is gone');
    expect(fake.products()).toHaveLength(2);
  });

  it.each([
    [{ filtr: () => true }, 'filtr: is not an option. Did you mean filter?'],
    [{ missing: 'delete' }, 'missing: is not an option'],
    [{ filter: 'USER_ERROR' }, 'filter: must be a function'],
  ])('refuses an option that does not exist: %j', async (options, message) => {
    const { sync, fake } = fakeSync();
    const error = await sync.retryFailed(() => tee(), options as object).catch((reason: unknown) => reason);
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.message).toContain(message);
    expect(fake.calls).toEqual([]);
  });
});
