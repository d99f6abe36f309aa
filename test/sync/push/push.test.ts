import fc from 'fast-check';
import { createShopifyClient, isShopwrightError, memoryStores, StorageError, type Stores } from 'shopwright';
import type { PushProgress, RunPlan } from 'shopwright/sync';
import { createProductSync } from 'shopwright/sync';
import type { ProductDraftInput } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { domain, fakeSync, tee } from '../fake-shop.ts';

const idOf = (result: { gid?: string } | object): string =>
  'gid' in result && typeof result.gid === 'string' ? result.gid : '';

const emptyPlan: RunPlan = { shop: domain, createdAt: 0, counts: {}, products: [], points: 0, calls: 0 };

describe('an option that does not exist', () => {
  it.each<[string, (made: ReturnType<typeof fakeSync>, options: object) => Promise<unknown>, object, string]>([
    ['push', ({ sync }, options) => sync.push(tee(), options), { dryrun: true }, 'dryRun'],
    ['push', ({ sync }, options) => sync.push(tee(), options), { onDrift: 'our' }, 'ours'],
    ['pushMany', ({ sync }, options) => sync.pushMany([tee()], options), { maxDelete: {} }, 'maxDeletes'],
    ['plan', ({ sync }, options) => sync.plan([tee()], options), { signl: {} }, 'signal'],
    ['rollback', ({ sync }, options) => sync.rollback({ runId: 'x' }, options), { dry: true }, 'dryRun'],
    ['rollback', ({ sync }, options) => sync.rollback({ runId: 'x' }, options), { created: 'archived' }, 'archive'],
  ])('of %s is refused before anything is sent: %j', async (_what, call, options, nearest) => {
    const made = fakeSync();
    const error = await call(made, options).catch((reason: unknown) => reason);
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.message).toContain(`Did you mean ${nearest}?`);
    expect(made.fake.calls).toEqual([]);
  });
});

describe('an option of another method', () => {
  it.each<[string, (made: ReturnType<typeof fakeSync>, options: object) => Promise<unknown>, object, RegExp]>([
    [
      'plan',
      ({ sync }, options) => sync.plan([tee()], options),
      { maxDeletes: {} },
      /maxDeletes: is checked when.*apply/,
    ],
    ['plan', ({ sync }, options) => sync.plan([tee()], options), { dryRun: true }, /dryRun: is not needed/],
    [
      'apply',
      ({ sync }, options) => sync.apply(emptyPlan, options),
      { missing: 'delete' },
      /missing: is decided.*plan/,
    ],
    [
      'apply',
      ({ sync }, options) => sync.apply(emptyPlan, options),
      { dryRun: true },
      /dryRun: is not an option of `apply`/,
    ],
  ])('is refused by %s before anything is sent', async (_what, call, options, message) => {
    const made = fakeSync();
    const error = await call(made, options).catch((reason: unknown) => reason);
    expect(isShopwrightError(error, 'VALIDATION_FAILED') && error.message).toMatch(message);
    expect(made.fake.calls).toEqual([]);
  });

  it('is accepted if it is undefined', async () => {
    const { sync, clock } = fakeSync();
    await expect(clock.run(sync.apply(emptyPlan, { missing: undefined } as object))).resolves.toMatchObject({
      finished: 0,
    });
  });
});

describe('a push', () => {
  it('creates a product with its options, variants, images and local id', async () => {
    const { sync, fake, clock } = fakeSync();
    const result = await clock.run(sync.push(tee()));
    expect(result.outcome).toBe('created');
    expect(fake.products()).toMatchObject([
      {
        id: idOf(result),
        title: 'Tee tee-1',
        options: [{ name: 'Size' }],
        variants: [{ sku: 'tee-1-S', price: '24.90' }, { sku: 'tee-1-M' }],
        media: [{ alt: 'A tee' }],
        metafields: [{ key: 'local_id', value: 'tee-1' }],
      },
    ]);
  });

  it('sends nothing when nothing has changed', async () => {
    const { sync, fake, clock } = fakeSync();
    const first = await clock.run(sync.push(tee()));
    const calls = fake.calls.length;
    expect(await clock.run(sync.push(tee()))).toEqual({ outcome: 'unchanged', localId: 'tee-1', gid: idOf(first) });
    expect(fake.calls).toHaveLength(calls);
  });

  it('ignores the order of keys', async () => {
    const { sync, clock } = fakeSync();
    await clock.run(sync.push(tee()));
    const reversed = Object.fromEntries(Object.entries(tee()).reverse()) as unknown as ProductDraftInput;
    expect((await clock.run(sync.push(reversed))).outcome).toBe('unchanged');
  });

  it('updates the same product when something has changed', async () => {
    const { sync, fake, clock } = fakeSync();
    const first = await clock.run(sync.push(tee()));
    const second = await clock.run(sync.push(tee('tee-1', { title: 'New title' })));
    expect(second).toEqual({ outcome: 'updated', localId: 'tee-1', gid: idOf(first) });
    expect(fake.products()).toMatchObject([{ title: 'New title' }]);
  });

  it('leaves unchanged images out of an update, so that they are not processed again', async () => {
    const { sync, fake, clock } = fakeSync();
    await clock.run(sync.push(tee()));
    const [before] = fake.products();
    await clock.run(sync.push(tee('tee-1', { title: 'New title' })));
    expect(JSON.stringify(fake.calls.at(-1)?.variables)).not.toContain('originalSource');
    expect(fake.products()[0]?.['media']).toEqual(before?.['media']);
    const variants = (tee()['variants'] as object[]).map((variant) => ({ ...variant, imageUrl: undefined }));
    await clock.run(sync.push(tee('tee-1', { images: [{ url: 'https://cdn.example.com/new.jpg' }], variants })));
    expect(fake.products()[0]?.['media']).toMatchObject([
      { originalSource: { url: 'https://cdn.example.com/new.jpg' } },
    ]);
  });

  it('finds its product by the local id if the records are lost', async () => {
    const { sync, fake, client, clock } = fakeSync();
    const first = await clock.run(sync.push(tee()));
    const another = createProductSync({ client, stores: memoryStores(), clock });
    const again = await clock.run(another.push(tee()));
    expect(idOf(again)).toBe(idOf(first));
    expect(fake.products()).toHaveLength(1);
  });

  it('keeps the local id if the draft has metafields', async () => {
    const { sync, fake, clock } = fakeSync();
    const metafields = [{ namespace: 'care', key: 'wash', type: 'single_line_text_field', value: '30' }];
    await clock.run(sync.push(tee('tee-1', { metafields })));
    await clock.run(sync.push(tee('tee-1', { metafields, title: 'Other' })));
    expect(fake.products()[0]?.['metafields']).toMatchObject([{ key: 'wash' }, { key: 'local_id', value: 'tee-1' }]);
  });

  it('makes a product without options its default variant', async () => {
    const { sync, fake, clock } = fakeSync();
    await clock.run(sync.push(tee('mug', { variants: [{ sku: 'mug', price: 12, options: {} }] })));
    expect(fake.products()).toMatchObject([{ variants: [{ title: 'Default Title', price: '12.00' }] }]);
  });

  describe('of a draft whose handle is already taken', () => {
    const foreign = {
      title: 'Made by hand',
      handle: 'the-tee',
      metafields: [{ namespace: 'care', key: 'wash', type: 'single_line_text_field', value: '30' }],
    };
    const create =
      'mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } userErrors { message } } }';
    const setUp = async () => {
      const made = fakeSync({ sync: { adoptByHandle: true } });
      const { data } = await made.clock.run(
        made.client.graphql<{ productSet: { product: { id: string } } }>(create, { input: foreign }),
      );
      return { ...made, id: data.productSet.product.id };
    };

    it('adopts the product with adoptBy, and keeps its other metafields', async () => {
      const { sync, fake, clock, id } = await setUp();
      expect(await clock.run(sync.push(tee('b', { handle: 'the-tee' })))).toEqual({
        outcome: 'updated',
        localId: 'b',
        gid: id,
      });
      expect(fake.products()).toMatchObject([
        { title: 'Tee b', metafields: [{ key: 'wash' }, { key: 'local_id', value: 'b' }] },
      ]);
    });

    it('finds the adopted product by its local id, even without its handle and the records', async () => {
      const { sync, fake, client, clock, id } = await setUp();
      fake.faults.next('reset-after', { operation: 'ProductPush' });
      await clock.run(sync.push(tee('b', { handle: 'the-tee' })));
      const another = createProductSync({ client, stores: memoryStores(), adoptByHandle: true, clock });
      expect(idOf(await clock.run(another.push(tee('b', { handle: 'renamed' }))))).toBe(id);
      expect(fake.products()).toHaveLength(1);
    });

    it('refuses to adopt another product of ours', async () => {
      const { sync, clock } = await setUp();
      await clock.run(sync.push(tee('b', { handle: 'the-tee' })));
      const refused = await clock.run(sync.push(tee('c', { handle: 'the-tee' })));
      expect(refused).toMatchObject({ outcome: 'failed', error: { code: 'VALIDATION_FAILED' } });
    });

    it('creates a new product if none has the handle', async () => {
      const { sync, clock } = await setUp();
      expect((await clock.run(sync.push(tee('d', { handle: 'free' })))).outcome).toBe('created');
    });

    it('does not touch the product without adoptBy', async () => {
      const { client, clock } = await setUp();
      const strict = createProductSync({ client, stores: memoryStores(), clock });
      const refused = await clock.run(strict.push(tee('c', { handle: 'the-tee' })));
      expect(refused.outcome === 'failed' && isShopwrightError(refused.error, 'USER_ERROR')).toBe(true);
    });
  });

  it('waits for an earlier push of the same product', async () => {
    const { sync, fake, clock } = fakeSync({ fake: { latencyMs: 100 } });
    const results = await clock.run(
      Promise.all([sync.push(tee()), sync.push(tee()), sync.push(tee('tee-1', { title: 'Last' }))]),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(['created', 'unchanged', 'updated']);
    expect(fake.products()).toMatchObject([{ title: 'Last' }]);
  });

  it('refuses an invalid product before anything is sent, naming the field', async () => {
    const { sync, fake, clock } = fakeSync();
    const result = await clock.run(sync.push(tee('x', { title: '', variants: [] })));
    expect(result.outcome === 'invalid' && result.issues.map(({ field }) => field)).toEqual(['title', 'variants']);
    expect(fake.calls).toHaveLength(0);
  });
});

describe('publishing', () => {
  it('adds pushed products to the named channels', async () => {
    const { sync, fake, clock } = fakeSync({ sync: { publishTo: ['online store', 'Point of Sale'] } });
    await clock.run(sync.push(tee()));
    expect(fake.products()[0]?.['published']).toHaveLength(2);
  });

  it('is not repeated by an update, so that products hidden by a merchant stay hidden', async () => {
    const { sync, fake, clock } = fakeSync({ sync: { publishTo: ['Online Store'] } });
    await clock.run(sync.push(tee()));
    await clock.run(sync.push(tee('tee-1', { title: 'New' })));
    expect(fake.executed('publishablePublish')).toBe(1);
  });

  it('is done by the next push if it failed', async () => {
    const { sync, fake, stores, clock } = fakeSync({ sync: { publishTo: ['Online Store'] } });
    fake.faults.next('status-500', { operation: 'ProductPublish', times: 6 });
    const failed = await clock.run(sync.push(tee()));
    expect(failed.outcome).toBe('failed');
    expect(await stores.records.get(domain, 'tee-1')).toMatchObject({
      status: 'failed',
      gid: fake.products()[0]?.id,
      attempts: 1,
    });
    const made = await clock.run(sync.push(tee()));
    expect(made.outcome).toBe('updated');
    expect(fake.products()).toMatchObject([{ published: [{}] }]);
  });

  it('to an unknown channel is refused with a list of the channels of the shop', async () => {
    const { sync, clock } = fakeSync({ sync: { publishTo: ['Moon'] } });
    const error = await clock.run(sync.push(tee()).catch((thrown: unknown) => thrown));
    expect(isShopwrightError(error, 'CONFIG_INVALID') && error.message).toMatch(/"Moon".*"Online Store"/);
  });
});

describe('the sync record', () => {
  it('has the status syncing before anything is sent, and synced afterwards', async () => {
    const { sync, fake, stores, clock } = fakeSync({ fake: { latencyMs: 50 } });
    const push = sync.push(tee());
    const seen: unknown[] = [];
    const putIf = stores.records.putIf;
    stores.records.putIf = (record, version) => {
      seen.push([record.status, fake.executed('productSet')]);
      return putIf.call(stores.records, record, version);
    };
    await clock.run(push);
    expect(seen).toEqual([
      ['syncing', 0],
      ['synced', 1],
    ]);
    expect(await stores.records.get(domain, 'tee-1')).toMatchObject({
      attempts: 0,
      lastError: null,
      gid: fake.products()[0]?.id,
    });
  });

  it('keeps the error and counts the attempts of a product that fails', async () => {
    const { sync, fake, stores, clock } = fakeSync();
    await clock.run(sync.push(tee('first', { handle: 'same' })));
    for (let i = 0; i < 2; i += 1) await clock.run(sync.push(tee('second', { handle: 'same' })));
    expect(await stores.records.get(domain, 'second')).toMatchObject({
      status: 'failed',
      attempts: 2,
      lastError: { code: 'USER_ERROR' },
    });
    expect(fake.products()).toHaveLength(1);
  });

  it('shows that the product was deleted in Shopify, which is created again only with recreateDeleted', async () => {
    const { sync, fake, client, stores, clock } = fakeSync();
    const made = await clock.run(sync.push(tee()));
    fake.store.delete(domain, 'Product', idOf(made));
    expect((await clock.run(sync.push(tee('tee-1', { title: 'New' })))).outcome).toBe('failed');
    expect(await stores.records.get(domain, 'tee-1')).toMatchObject({ status: 'deleted-in-shopify' });
    const recreating = createProductSync({ client, stores, recreateDeleted: true, clock });
    expect((await clock.run(recreating.push(tee()))).outcome).toBe('created');
    expect(fake.products()).toHaveLength(1);
  });

  it('must be written before the product is sent', async () => {
    const { sync, fake, stores, clock } = fakeSync();
    stores.records.putIf = () => Promise.reject(new StorageError('disk full'));
    const summary = await clock.run(sync.pushMany([tee()]));
    expect(isShopwrightError(summary.failed[0]?.error, 'STORAGE_FAILED')).toBe(true);
    expect(fake.executed('productSet')).toBe(0);
  });
});

describe('pushing many', () => {
  it('continues if a product fails or is invalid', async () => {
    const { sync, clock } = fakeSync({ sync: { concurrency: 1 } });
    const progress: PushProgress[] = [];
    const invalid = [null, { localId: 'c' }, 'text'] as unknown as ProductDraftInput[];
    const products = [tee('a'), ...invalid, tee('b', { handle: 'tee-a' }), tee('d')];
    const summary = await clock.run(sync.pushMany(products, { onProgress: (step) => progress.push(step) }));
    expect(summary.counts).toMatchObject({ created: 2, failed: 1, invalid: 3 });
    expect(summary.finished).toBe(6);
    expect(summary.stoppedBy).toBeUndefined();
    expect(progress.at(-1)).toMatchObject({ finished: 6, total: 6 });
  });

  it('reads only as much from a source as it can push', async () => {
    const { sync, clock } = fakeSync({ sync: { concurrency: 2 }, fake: { latencyMs: 10 } });
    let drawn = 0;
    let finished = 0;
    async function* source(): AsyncGenerator<ProductDraftInput> {
      for (let i = 0; i < 10; i += 1) {
        drawn += 1;
        // Those being pushed, and as many again.
        expect(drawn - finished).toBeLessThanOrEqual(4);
        yield tee(`p-${i}`);
      }
    }
    const summary = await clock.run(sync.pushMany(source(), { onProgress: () => (finished += 1) }));
    expect(summary.counts.created).toBe(10);
  });

  it('refuses the second of two products with the same local id', async () => {
    const { sync, fake, clock } = fakeSync();
    const summary = await clock.run(sync.pushMany([tee('a'), tee('a', { title: 'Other' })]));
    expect(summary.counts).toMatchObject({ created: 1, invalid: 1 });
    expect(summary.invalid[0]?.issues[0]?.code).toBe('local-id-duplicate');
    expect(fake.products()).toMatchObject([{ title: 'Tee a' }]);
  });

  it('reports in a dry run what it would do, and changes nothing', async () => {
    const { sync, fake, stores, clock } = fakeSync();
    await clock.run(sync.push(tee('a')));
    const calls = fake.executed('productSet');
    const summary = await clock.run(sync.pushMany([tee('a'), tee('a2'), tee('b')], { dryRun: true }));
    expect(summary.counts).toMatchObject({ unchanged: 1, 'would-create': 2 });
    const changed = await clock.run(sync.pushMany([tee('a', { title: 'New' })], { dryRun: true }));
    expect(changed.counts).toMatchObject({ 'would-update': 1 });
    expect(fake.executed('productSet')).toBe(calls);
    expect(await stores.records.get(domain, 'b')).toBeUndefined();
  });

  it.each([
    ['a wrong token', { accessToken: 'shpat_wrong' }, 'AUTHENTICATION_FAILED'],
    [
      'a shop that has uninstalled the app',
      { fake: { shops: [{ domain, state: 'uninstalled' as const }] } },
      'AUTHENTICATION_FAILED',
    ],
    ['a frozen shop', { fake: { shops: [{ domain, state: 'frozen' as const }] } }, 'SHOP_UNAVAILABLE'],
  ])('ends with one typed error for %s', async (_name, setUp, code) => {
    const { sync, clock } = fakeSync(setUp);
    const error = await clock.run(sync.pushMany([tee('a')]).catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({ code });
  });

  it('stops at the first product if the token lacks a scope', async () => {
    const { sync, clock } = fakeSync({
      fake: { shops: [{ domain, scopes: ['read_products'] }] },
      sync: { concurrency: 1 },
    });
    const summary = await clock.run(sync.pushMany([tee('a'), tee('b')]));
    expect(summary.counts).toMatchObject({ failed: 1, skipped: 1 });
    expect(summary.stoppedBy).toMatchObject({
      code: 'ACCESS_DENIED',
      requiredAccess: expect.stringContaining('write_products'),
    });
  });

  it('stops at an error that concerns the whole shop, and leaves the rest to the next run', async () => {
    const { sync, fake, clock } = fakeSync({ sync: { concurrency: 1 }, client: { breaker: { operations: 1 } } });
    await clock.run(sync.push(tee('first')));
    fake.faults.next('status-500', { times: 5 });
    const products = Array.from({ length: 20 }, (_, i) => tee(`p-${i}`));
    const stopped = await clock.run(sync.pushMany(products));
    expect(stopped.counts).toMatchObject({ failed: 1, skipped: 19 });
    expect(isShopwrightError(stopped.stoppedBy, 'CIRCUIT_OPEN')).toBe(true);
    expect(await sync.health()).toMatchObject({
      status: 'critical',
      records: { failed: 1, pending: 1, synced: 1 },
    });

    await clock.advance(300_000);
    const rest = await clock.run(sync.pushMany(products));
    expect(rest.counts.created).toBe(20);
    expect(fake.products()).toHaveLength(21);
  });

  it('stops at an abort, and another run pushes the rest, each product once', async () => {
    const { sync, fake, stores, clock } = fakeSync({ fake: { latencyMs: 100 } });
    const products = Array.from({ length: 30 }, (_, i) => tee(`p-${i}`));
    const controller = new AbortController();
    const reason = new Error('interrupted');
    const onProgress = ({ finished }: PushProgress): void => {
      if (finished === 10) controller.abort(reason);
    };
    const stopped = await clock.run(sync.pushMany(products, { signal: controller.signal, onProgress }));
    expect(stopped.stoppedBy).toBe(reason);
    expect(stopped.counts.skipped).toBeGreaterThan(10);
    expect(stopped.finished).toBe(30);
    expect((await stores.records.counts(domain)).syncing).toBe(0);

    const rest = await clock.run(sync.pushMany(products));
    expect(rest.counts.failed).toBe(0);
    expect(fake.products()).toHaveLength(30);
    expect((await sync.health()).status).toBe('healthy');
  });

  it('stops reading a stream when it is stopped, and closes it', async () => {
    const { sync, clock } = fakeSync({ fake: { latencyMs: 10 } });
    const controller = new AbortController();
    let drawn = 0;
    let closed = false;
    async function* source(): AsyncGenerator<ProductDraftInput> {
      try {
        for (;;) yield tee(`p-${drawn++}`);
      } finally {
        closed = true;
      }
    }
    const onProgress = ({ finished }: PushProgress): unknown => finished === 5 && controller.abort(new Error('enough'));
    const summary = await clock.run(sync.pushMany(source(), { signal: controller.signal, onProgress }));
    expect(summary.stoppedBy).toEqual(new Error('enough'));
    expect(drawn).toBeLessThan(30);
    expect(closed).toBe(true);
  });

  it.each([
    ['the source', () => undefined, 3],
    [
      'onProgress',
      () => {
        throw new Error('broken');
      },
      99,
    ],
  ])('rejects with the error of %s once all calls have ended', async (_name, onProgress, breaksAt) => {
    const { sync, fake, stores, clock } = fakeSync({ fake: { latencyMs: 50 } });
    function* source(): Generator<ProductDraftInput> {
      for (let i = 0; i < 100; i += 1) {
        if (i === breaksAt) throw new Error('broken');
        yield tee(`p-${i}`);
      }
    }
    await expect(clock.run(sync.pushMany(source(), { onProgress }))).rejects.toThrow('broken');
    const calls = fake.calls.length;
    expect(await stores.records.counts(domain)).toMatchObject({ syncing: 0 });
    await clock.advance(10_000);
    expect(fake.calls).toHaveLength(calls);
  });

  it('has reported each product pushed before the source threw, with the run to roll back', async () => {
    const { sync, fake, clock } = fakeSync({ fake: { latencyMs: 50 } });
    function* source(): Generator<ProductDraftInput> {
      for (let i = 0; i < 60; i += 1) yield tee(`p-${i}`);
      throw new Error('the database is gone');
    }
    const told: PushProgress[] = [];
    const run = sync.pushMany(source(), { onProgress: (progress) => told.push(progress) });
    await expect(clock.run(run)).rejects.toThrow('the database is gone');
    const made = fake.products().length;
    expect(made).toBeGreaterThan(10);
    expect(told.at(-1)).toMatchObject({ finished: made, counts: { created: made } });
    const { counts } = await clock.run(sync.rollback({ runId: told[0]?.runId ?? '' }));
    expect(counts).toMatchObject({ removed: made });
    expect(fake.products()).toEqual([]);
  });

  it('rejects at once if it is already aborted', async () => {
    const { sync } = fakeSync();
    await expect(sync.pushMany([], { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
  });
});

describe('data that pushes share', () => {
  it('is still loaded if one of them is aborted', async () => {
    const { sync, clock } = fakeSync({ fake: { latencyMs: 100 }, sync: { publishTo: ['Online Store'] } });
    const controller = new AbortController();
    const given = sync.push(tee('a'), { signal: controller.signal }).catch((error: unknown) => error);
    const other = sync.push(tee('b'));
    await clock.advance(10);
    controller.abort('gave up');
    expect(await given).toBe('gave up');
    expect((await clock.run(other)).outcome).toBe('created');
  });

  it('is complete for a push after a dry run', async () => {
    const { sync, fake, clock } = fakeSync();
    await clock.run(sync.pushMany([tee()], { dryRun: true }));
    expect(fake.executed('metafieldDefinitionCreate')).toBe(0);
    expect((await clock.run(sync.push(tee()))).outcome).toBe('created');
  });

  it('is complete for a product without a handle when products are adopted by handle', async () => {
    const { sync, clock } = fakeSync({ sync: { adoptByHandle: true } });
    expect((await clock.run(sync.push(tee()))).outcome).toBe('created');
  });
});

describe('an event between two pushes', () => {
  const publishing = { sync: { publishTo: ['Online Store'], recreateDeleted: true } };

  it('such as a deletion in Shopify: the product is created and published again', async () => {
    const { sync, fake, clock } = fakeSync(publishing);
    const made = await clock.run(sync.push(tee()));
    fake.store.delete(domain, 'Product', idOf(made));
    // No webhook has arrived: the push detects the deletion.
    expect((await clock.run(sync.push(tee('tee-1', { title: 'New' })))).outcome).toBe('created');
    expect(fake.products()).toMatchObject([{ title: 'New', published: [{}], media: [{}] }]);
  });

  it('such as stored images with a lost response: they are not confused with those sent before', async () => {
    const { sync, fake, clock } = fakeSync({ client: { retry: { maxRetries: 0 } } });
    const b = {
      images: [{ url: 'https://cdn.example.com/b.jpg' }],
      variants: [{ sku: 'x', price: '1', options: { Size: 'S' } }],
    };
    const a = { ...b, images: [{ url: 'https://cdn.example.com/a.jpg' }] };
    await clock.run(sync.push(tee('t', a)));
    fake.faults.next('reset-after', { operation: 'ProductImagesAdd' });
    expect((await clock.run(sync.push(tee('t', b)))).outcome).toBe('failed');
    expect((await clock.run(sync.push(tee('t', a)))).outcome).toBe('updated');
    expect(fake.products()[0]?.['media']).toMatchObject([{ originalSource: { url: 'https://cdn.example.com/a.jpg' } }]);
  });

  describe('such as the end of a killed process', () => {
    /** Pushes in a process that is killed at its update, before or after Shopify executes it. */
    async function dying(shop: ReturnType<typeof fakeSync>, title: string, at: 'sent' | 'unsent'): Promise<void> {
      const controller = new AbortController();
      const fetch: typeof globalThis.fetch = async (input, init) => {
        const isUpdate = String(init?.body).includes('ProductFieldsUpdate');
        if (isUpdate && at === 'sent') await shop.fake.fetch(input, init);
        if (isUpdate) controller.abort(new Error('killed'));
        controller.signal.throwIfAborted();
        return shop.fake.fetch(input, init);
      };
      const client = createShopifyClient({
        ...{ shop: domain, accessToken: 'shpat_fake', fetch, clock: shop.clock, isolated: true },
      });
      const { records } = shop.stores;
      const stores = {
        ...shop.stores,
        records: {
          ...{ get: records.get.bind(records), counts: records.counts.bind(records) },
          ...{ list: records.list.bind(records), delete: records.delete.bind(records) },
          putIf: async (...args: Parameters<typeof records.putIf>) => {
            controller.signal.throwIfAborted();
            return records.putIf(...args);
          },
        },
      } as Stores;
      const sync = createProductSync({ client, stores, clock: shop.clock });
      const push = shop.clock.run(sync.push(tee('tee-1', { title }), { signal: controller.signal }));
      const isDead = await push.then(
        () => false,
        () => true,
      );
      // If the shop already has the title, no update is sent, and the process survives.
      expect(await records.get(domain, 'tee-1')).toMatchObject({ status: isDead ? 'syncing' : 'synced' });
    }

    const lives = fc.array(
      fc.record({ at: fc.constantFrom('sent' as const, 'unsent' as const), isNew: fc.boolean() }),
      {
        maxLength: 5,
      },
    );

    it('is not reported as a change of others, even if repeated: the next push completes it', async () => {
      await fc.assert(
        fc.asyncProperty(lives, fc.boolean(), async (deaths, isSame) => {
          const shop = fakeSync();
          await shop.clock.run(shop.sync.push(tee('tee-1', { title: 'Version 0' })));
          let version = 1;
          for (const { at, isNew } of deaths) {
            await dying(shop, `Version ${version}`, at);
            if (isNew) version += 1;
          }
          if (!isSame) version += 1;
          for (const title of [`Version ${version}`, `Version ${version + 1}`, 'Version 0']) {
            const result = await shop.clock.run(shop.sync.push(tee('tee-1', { title })));
            expect(result).not.toHaveProperty('conflicts');
            expect(result).not.toHaveProperty('drifts');
            expect(shop.fake.products()).toMatchObject([{ title }]);
          }
        }),
        { numRuns: 60 },
      );
    });
  });

  it('such as an abort before anything is sent: the record is unchanged', async () => {
    const { sync, stores, clock } = fakeSync();
    await clock.run(sync.push(tee()));
    const before = await stores.records.get(domain, 'tee-1');
    await expect(
      clock.run(sync.push(tee('tee-1', { title: 'New' }), { signal: AbortSignal.abort('no') })),
    ).rejects.toBe('no');
    expect(await stores.records.get(domain, 'tee-1')).toEqual(before);
  });

  it('such as another spelling of a price: nothing is sent', async () => {
    const { sync, clock } = fakeSync();
    const priced = (price: unknown): object => ({
      variants: [{ sku: 'x', price, compareAtPrice: '30.00', options: { Size: 'S' } }],
    });
    await clock.run(sync.push(tee('t', priced('24.90'))));
    expect((await clock.run(sync.push(tee('t', priced(24.9))))).outcome).toBe('unchanged');
    expect((await clock.run(sync.push(tee('t', priced('24.91'))))).outcome).toBe('updated');
  });

  it('such as a compare-at price left out: it is kept, and null removes it', async () => {
    const { sync, fake, clock } = fakeSync();
    const variant = { sku: 'x', price: '20', options: { Size: 'S' } };
    await clock.run(sync.push(tee('t', { variants: [{ ...variant, compareAtPrice: '30' }] })));
    expect(fake.products()).toMatchObject([{ variants: [{ compareAtPrice: '30.00' }] }]);
    await clock.run(sync.push(tee('t', { variants: [variant] })));
    expect(fake.products()).toMatchObject([{ variants: [{ compareAtPrice: '30.00' }] }]);
    await clock.run(sync.push(tee('t', { variants: [{ ...variant, compareAtPrice: null }] })));
    expect(fake.products()).toMatchObject([{ variants: [{ compareAtPrice: null }] }]);
  });

  it('such as a delete webhook during a push: it is not lost', async () => {
    const { sync, fake, stores, clock } = fakeSync({ fake: { latencyMs: 100 } });
    const gid = idOf(await clock.run(sync.push(tee())));
    const push = sync.push(tee('tee-1', { title: 'New' }));
    await clock.advance(10);
    const webhook = sync.applyWebhook({
      topic: 'products/delete',
      shop: domain,
      payload: { admin_graphql_api_id: gid },
    });
    await clock.run(push);
    expect(await webhook).toBe('deleted');
    expect(await stores.records.get(domain, 'tee-1')).toMatchObject({ status: 'deleted-in-shopify' });
    expect(fake.products()).toHaveLength(1);
  });

  it('such as an abort while waiting for an earlier push of the product: the wait ends', async () => {
    const { sync, clock } = fakeSync({ fake: { latencyMs: 1000 } });
    const first = sync.push(tee());
    const controller = new AbortController();
    const second = sync.push(tee(), { signal: controller.signal }).catch((error: unknown) => error);
    await clock.advance(2500);
    controller.abort('enough');
    expect(await second).toBe('enough');
    expect((await clock.run(first)).outcome).toBe('created');
  });

  it('such as a failed write of the record: the error of Shopify is kept', async () => {
    const { sync, fake, stores, clock } = fakeSync({ client: { retry: { maxRetries: 0 } } });
    const putIf = stores.records.putIf;
    stores.records.putIf = (record, version) =>
      record.status === 'failed'
        ? Promise.reject(new StorageError('disk full'))
        : putIf.call(stores.records, record, version);
    fake.faults.next('status-500', { operation: 'ProductPush' });
    const error = await clock.run(sync.push(tee()).catch((thrown: unknown) => thrown));
    expect(isShopwrightError(error, 'STORAGE_FAILED') && error.cause).toMatchObject({ error: { code: 'HTTP_ERROR' } });
  });
});

describe('a stream that yields nothing', () => {
  it.each([
    ['an abort', (controller: AbortController) => controller.abort('enough'), { stoppedBy: 'enough' }],
    ['an onProgress that rejects', () => Promise.reject(new Error('broken')), new Error('broken')],
  ])('does not block a run that %s has ended', async (_name, onProgress, expected) => {
    const { sync, clock } = fakeSync();
    const controller = new AbortController();
    async function* idle(): AsyncGenerator<ProductDraftInput> {
      yield tee();
      await new Promise(() => undefined);
    }
    const options = { signal: controller.signal, onProgress: () => onProgress(controller) };
    const outcome = await clock.run(sync.pushMany(idle(), options).catch((error: unknown) => error));
    expect(outcome).toMatchObject(expected);
  });

  it('may throw when it is closed without hiding the reason of the stop', async () => {
    const { sync, clock } = fakeSync();
    const controller = new AbortController();
    function* source(): Generator<ProductDraftInput> {
      try {
        for (let i = 0; ; i += 1) yield tee(`p-${i}`);
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: the point of the test
        throw new Error('closing failed');
      }
    }
    const options = { signal: controller.signal, onProgress: () => controller.abort('enough') };
    expect(await clock.run(sync.pushMany(source(), options))).toMatchObject({ stoppedBy: 'enough' });
  });
});

describe('createProductSync', () => {
  it('refuses an invalid concurrency', () => {
    const { client, stores } = fakeSync();
    expect(() => createProductSync({ client, stores, concurrency: 0 })).toThrow(/concurrency/);
  });
});
