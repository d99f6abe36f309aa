import { StorageError, type SyncRecordStore } from 'shopwright';
import { createProductSync } from 'shopwright/sync';
import { createFakeShopify } from 'shopwright/testing';
import type { ProductDraftInput } from 'shopwright/validation';
import { describe, expect, it } from 'vitest';
import { domain, type FakeSync, fakeSync, tee } from '../fake-shop.ts';

const sized = (count: number) => ({
  localId: 'large',
  title: 'Large',
  variants: Array.from({ length: count }, (_, index) => ({
    sku: `L-${index}`,
    price: '1',
    options: { Size: `${index}` },
  })),
});

describe('more variants than a product can have', () => {
  it('make a draft invalid without a call, and the other products are pushed', async () => {
    const { sync, fake, clock } = fakeSync();
    const small = { localId: 'small', title: 'Small', variants: [{ sku: 'S', price: '1' }] };
    const summary = await clock.run(sync.pushMany([sized(2_049), small]));
    expect(summary.counts).toMatchObject({ invalid: 1, created: 1 });
    expect(summary.invalid).toMatchObject([
      {
        localId: 'large',
        issues: [{ field: 'variants', message: 'has 2049 entries, but Shopify accepts 2048: remove some' }],
      },
    ]);
    expect(fake.executed('productSet')).toBe(1);
  });

  it('fail with Shopify’s message if a merchant added some, and existing variants stay', async () => {
    const { sync, fake, client, clock } = fakeSync();
    await clock.run(sync.push(sized(2_047)));
    const [product] = fake.products();
    const add =
      'mutation ($id: ID!) { productVariantsBulkCreate(productId: $id, variants: [{ price: "9", optionValues: [{ optionName: "Size", name: "by hand" }] }]) { userErrors { message } } }';
    await clock.run(client.graphql(add, { id: product?.id }));
    const result = await clock.run(sync.push(sized(2_048)));
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'USER_ERROR' } });
    expect(result.outcome === 'failed' && result.error.message).toMatch(/2,?048/);
    expect(fake.products()[0]?.['variants']).toHaveLength(2_048);
    expect((await sync.health()).records).toMatchObject({ failed: 1 });
  });
});

describe('6 MB of HTML', () => {
  const html = `<p>${'Soft. '.repeat(1_000_000)}</p>`;
  const product = (descriptionHtml: string, title = 'Tee') => ({
    ...{ localId: 'tee', title, descriptionHtml, variants: [{ sku: 'T', price: '1' }] },
  });

  it('are pushed unchanged, compared, and restored by a rollback', async () => {
    const { sync, fake, clock } = fakeSync();
    await clock.run(sync.push(product('<p>Soft.</p>')));
    expect(await clock.run(sync.push(product(html)))).toMatchObject({ outcome: 'updated' });
    expect(fake.products()).toMatchObject([{ descriptionHtml: html }]);
    expect(await clock.run(sync.push(product(html), { refresh: true }))).toMatchObject({ outcome: 'unchanged' });
    await clock.run(sync.rollback({ localId: 'tee' }));
    expect(fake.products()).toMatchObject([{ descriptionHtml: '<p>Soft.</p>' }]);
  });

  it('fail with Shopify’s reason if it refuses them, and the other products are pushed', async () => {
    const { fake } = fakeSync();
    const { sync, clock } = fakeSync({
      client: {
        fetch: async (request, init) => {
          const isTooLarge = String(init?.body ?? '').length > 5_000_000;
          return isTooLarge ? new Response('Payload Too Large', { status: 413 }) : fake.fetch(request, init);
        },
      },
    });
    const other = { localId: 'mug', title: 'Mug', variants: [{ sku: 'M', price: '1' }] };
    const { counts, failed } = await clock.run(sync.pushMany([product(html), other]));
    expect(counts).toMatchObject({ failed: 1, created: 1 });
    expect(failed).toMatchObject([{ localId: 'tee', error: { code: 'HTTP_ERROR', status: 413 } }]);
  });
});

describe('two products of a list', () => {
  const mug = (localId: string, more: object): ProductDraftInput =>
    ({ localId, title: localId, variants: [{ sku: localId, price: '1' }], ...more }) as ProductDraftInput;

  it('with the same handle: the first is created, and the second fails with Shopify’s message', async () => {
    const { sync, fake, clock } = fakeSync({ sync: { concurrency: 1 } });
    const list = ['a', 'b', 'c'].map((localId) => mug(localId, localId === 'c' ? {} : { handle: 'mug' }));
    const { counts, failed } = await clock.run(sync.pushMany(list));
    expect(counts).toMatchObject({ created: 2, failed: 1 });
    expect(failed).toMatchObject([{ localId: 'b', error: { code: 'USER_ERROR' } }]);
    expect(failed[0]?.error.message).toMatch(/handle/i);
    expect(fake.products().map(({ title }) => title)).toEqual(['a', 'c']);
  });

  it('with the same SKU are both created, as in Shopify, and are not confused', async () => {
    const { sync, fake, clock } = fakeSync({ sync: { concurrency: 1, adoptBy: ['sku'] } });
    const list = ['a', 'b'].map((localId) => mug(localId, { variants: [{ sku: 'SAME', price: '1' }] }));
    const { counts, failed } = await clock.run(sync.pushMany(list));
    expect(counts).toMatchObject({ created: 1, failed: 1 });
    expect(failed[0]?.error.message).toContain('already belongs to the local id "a"');

    const plain = fakeSync();
    expect((await plain.clock.run(plain.sync.pushMany(list))).counts).toMatchObject({ created: 2 });
    expect(fake.products()).toHaveLength(1);
  });
});

describe('a product that somebody deletes between plan and apply', () => {
  const planned = async (recreateDeleted: boolean) => {
    const made = fakeSync({ sync: { recreateDeleted } });
    const { sync, client, clock, fake } = made;
    await clock.run(sync.pushMany([tee('a'), tee('b')]));
    const drafts = ['a', 'b'].map((localId) => tee(localId, { vendor: 'New' }));
    const plan = await clock.run(sync.plan(drafts));
    const id = fake.products().find(({ title }) => title === 'Tee a')?.id;
    const remove = 'mutation ($id: ID!) { productDelete(input: { id: $id }) { userErrors { message } } }';
    await clock.run(client.graphql(remove, { id }));
    return { ...made, drafts, summary: await clock.run(sync.apply(plan)) };
  };

  it('fails, is recorded as deleted and not created again, while the others are updated', async () => {
    const { summary, fake, stores, sync, clock, drafts } = await planned(false);
    expect(summary.counts).toMatchObject({ updated: 1, failed: 1 });
    expect(summary.failed).toMatchObject([
      { localId: 'a', error: { issues: [{ message: `is no longer in ${domain}` }] } },
    ]);
    expect(await stores.records.get(domain, 'a')).toMatchObject({ status: 'deleted-in-shopify' });
    expect((await clock.run(sync.pushMany(drafts))).counts).toMatchObject({ failed: 1, unchanged: 1 });
    expect(fake.products().map(({ title }) => title)).toEqual(['Tee b']);
  });

  it('is outdated with recreateDeleted, and the next push creates it', async () => {
    const { summary, fake, sync, clock, drafts } = await planned(true);
    expect(summary.counts).toMatchObject({ updated: 1, outdated: 1 });
    expect((await clock.run(sync.pushMany(drafts))).counts).toMatchObject({ created: 1, unchanged: 1 });
    expect(fake.products()).toHaveLength(2);
  });
});

describe('a database that drops the connection after a call, before the record is written', () => {
  it('fails the product, and the next push completes its record without creating a second one', async () => {
    const made = fakeSync();
    const { client, clock, fake, stores } = made;
    let isDown = false;
    const records: SyncRecordStore = {
      ...stores.records,
      putIf: (record, version) => {
        const lost = isDown && record.localId === 'a' && record.status !== 'syncing';
        return lost
          ? Promise.reject(new StorageError('The connection was lost.'))
          : stores.records.putIf(record, version);
      },
    };
    const sync = createProductSync({ client, stores: { ...stores, records }, clock });
    isDown = true;
    const first = await clock.run(sync.pushMany([tee('a'), tee('b')]));
    expect(first.counts).toMatchObject({ created: 1, failed: 1 });
    expect(first.failed).toMatchObject([{ localId: 'a', error: { code: 'STORAGE_FAILED' } }]);
    expect(await stores.records.get(domain, 'a')).toMatchObject({ status: 'syncing' });

    isDown = false;
    await clock.advance(1_000);
    const from = fake.calls.length;
    expect((await clock.run(sync.pushMany([tee('a'), tee('b')]))).counts).toMatchObject({ unchanged: 2 });
    expect(fake.calls.slice(from).filter(({ kind }) => kind === 'mutation')).toEqual([]);
    expect(fake.products()).toHaveLength(2);
    expect((await sync.health()).records).toMatchObject({ synced: 2, syncing: 0 });
  });
});

describe('a shop whose plan changes in the middle of a run', () => {
  const plus = { maximumAvailable: 20_000, restoreRate: 1_000 };
  const standard = { maximumAvailable: 2_000, restoreRate: 100 };

  it.each([
    ['to a smaller one', plus, standard],
    ['to a larger one', standard, plus],
  ])('%s: the limiter adapts, and all products are pushed once', async (_what, before, after) => {
    let answer: typeof fetch = () => Promise.reject(new Error('no fake yet'));
    const made: FakeSync = fakeSync({
      fake: { shops: [{ domain, bucket: before }] },
      client: { fetch: (request, init) => answer(request, init) },
    });
    const { sync, client, clock, fake } = made;
    const second = createFakeShopify({ clock, shops: [{ domain, bucket: after }] });
    answer = fake.fetch;
    const products = Array.from({ length: 200 }, (_, index) =>
      tee(`p-${index}`, { images: [], ...plainVariants(index) }),
    );
    const summary = await clock.run(
      sync.pushMany(products, {
        onProgress: ({ finished }) => {
          if (finished !== 100) return;
          second.restore(fake.snapshot());
          answer = second.fetch;
        },
      }),
    );
    expect(summary.counts).toMatchObject({ created: 200, failed: 0 });
    expect(second.products()).toHaveLength(200);
    expect(client.status().limiter).toMatchObject({ maximumAvailable: after.maximumAvailable });
    // At most the calls in progress when the plan changed.
    expect(second.stats().throttled).toBeLessThanOrEqual(8);
  });

  const plainVariants = (index: number) => ({ variants: [{ sku: `${index}`, price: '1' }] });
});
