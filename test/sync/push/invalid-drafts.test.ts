import type { ProductDraftInput } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { domain, fakeSync, tee } from '../fake-shop.ts';
import { merchant } from '../reconcile/planted-drifts.ts';

const invalid = (localId = 'tee-1'): ProductDraftInput => ({ ...tee(localId), title: ' ' });

describe('an invalid draft', () => {
  it('leaves a record that health counts, and a valid push clears it', async () => {
    const { sync, stores, clock } = fakeSync();
    expect(await clock.run(sync.push(invalid()))).toMatchObject({ outcome: 'invalid' });
    expect(await stores.records.get(domain, 'tee-1')).toMatchObject({
      ...{ gid: null, status: 'failed', attempts: 0, version: 1, lastAttemptAt: clock.now(), lastSyncData: null },
      lastError: { code: 'VALIDATION_FAILED', message: expect.stringContaining('title') },
    });
    await clock.run(sync.pushMany([invalid(), invalid('b')]));
    expect(await clock.run(sync.health({ maxAgeMs: 0 }))).toMatchObject({ total: 2, failed: 2, successRate: 0 });
    expect(await stores.records.get(domain, 'tee-1')).toMatchObject({ attempts: 0, version: 2 });

    expect(await clock.run(sync.push(tee()))).toMatchObject({ outcome: 'created' });
    expect(await stores.records.get(domain, 'tee-1')).toMatchObject({
      ...{ status: 'synced', attempts: 0, lastError: null },
    });
    expect(await clock.run(sync.health({ maxAgeMs: 0 }))).toMatchObject({ total: 2, failed: 1, successRate: 50 });
  });

  it('keeps the record of a product in the shop, so that the next valid draft sends nothing', async () => {
    const { sync, stores, clock, fake } = fakeSync();
    await clock.run(sync.push(tee()));
    const before = await stores.records.get(domain, 'tee-1');
    await clock.run(sync.push(invalid()));
    expect(await stores.records.get(domain, 'tee-1')).toEqual({
      ...{ ...before, status: 'failed', version: Number(before?.version) + 1 },
      ...{ lastAttemptAt: clock.now(), lastError: { code: 'VALIDATION_FAILED', message: expect.any(String) } },
    });
    const shop = JSON.stringify(fake.products());
    expect(await clock.run(sync.push(tee()))).toMatchObject({ outcome: 'unchanged' });
    expect(JSON.stringify(fake.products())).toBe(shop);
    expect(await stores.records.get(domain, 'tee-1')).toMatchObject({ status: 'synced', lastError: null });
  });

  it('leaves no record in a dry run, with an id that no store accepts, or with a repeated id', async () => {
    const { sync, stores, clock } = fakeSync();
    await clock.run(sync.push(invalid(), { dryRun: true }));
    await clock.run(sync.pushMany([invalid()], { dryRun: true }));
    await clock.run(sync.plan([invalid()]));
    await clock.run(sync.push(invalid('x'.repeat(256))));
    await clock.run(sync.push({ ...invalid(), localId: 5 } as never));
    await clock.run(sync.push(invalid('')));
    expect(await stores.records.list(domain)).toEqual([]);
    const { counts } = await clock.run(sync.pushMany([tee('a'), tee('a')]));
    expect(counts).toMatchObject({ created: 1, invalid: 1 });
    expect(await stores.records.get(domain, 'a')).toMatchObject({ status: 'synced' });
  });

  it('does not affect reconcile, missing products or rollback, and is pushed again by retryFailed', async () => {
    const made = fakeSync();
    const { sync, clock, stores } = made;
    const { runId } = await clock.run(sync.pushMany([tee('a'), invalid('b')]));
    expect(await clock.run(sync.reconcile({ onDrift: 'ours' }))).toMatchObject({ checked: 1, consistency: 100 });
    expect((await clock.run(sync.pushMany([tee('a'), invalid('c')], { missing: 'archive' }))).counts).toMatchObject({
      ...{ unchanged: 1, invalid: 1, archived: 0 },
    });
    const { counts } = await clock.run(sync.retryFailed((localId) => (localId === 'b' ? tee('b') : null)));
    expect(counts).toMatchObject({ created: 1, skipped: 1 });
    await clock.run(sync.push(invalid('a')));
    await clock.run(sync.rollback({ runId }));
    expect(made.fake.products().map(({ title }) => title)).toEqual(['Tee b']);
    expect(await stores.records.get(domain, 'b')).toMatchObject({ status: 'synced' });
  });

  it('does not hide that the product was deleted in Shopify', async () => {
    const made = fakeSync();
    const { sync, clock, stores } = made;
    await clock.run(sync.push(tee()));
    await merchant.delete(made, String(made.fake.products()[0]?.id));
    await clock.run(sync.reconcile({ onDrift: 'theirs' }));
    await clock.run(sync.push(invalid()));
    expect((await stores.records.get(domain, 'tee-1'))?.status).toBe('deleted-in-shopify');
  });
});
