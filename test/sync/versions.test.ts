import type { ShopifyClient } from 'shopwright';
import { createShopifyClient, memoryStores } from 'shopwright';
import { createProductSync, syncSubscriptions } from 'shopwright/sync';
import { createFakeShopify, createManualClock } from 'shopwright/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { schemaVersions } from '../../src/config/generated/api-versions.ts';
import { domain, tee } from './fake-shop.ts';

function shopOf(apiVersion: string) {
  const clock = createManualClock();
  const fake = createFakeShopify({ clock });
  onTestFinished(() => fake.close());
  const warnings: string[] = [];
  const client: ShopifyClient = createShopifyClient({
    ...{ shop: domain, accessToken: 'shpat_fake', fetch: fake.fetch, clock, isolated: true, apiVersion },
    logger: { debug: () => {}, info: () => {}, warn: (_fields, text) => void warnings.push(text), error: () => {} },
  });
  const served = (): ReadonlySet<string> => new Set(fake.calls.map(({ outcome }) => outcome));
  return { clock, fake, client, warnings, served, store: memoryStores({ clock }).keyValue };
}

const uri = 'https://app.example/webhooks';

// An ended version falls forward to the oldest served one.
describe.each([...schemaVersions, '2025-07'])('on API version %s', (apiVersion) => {
  it('a product is pushed, changed and published', async () => {
    const { clock, fake, client, warnings, served } = shopOf(apiVersion);
    const sync = createProductSync({ client, stores: memoryStores({ clock }), publishTo: ['online store'] });
    expect((await clock.run(sync.push(tee()))).outcome).toBe('created');
    expect((await clock.run(sync.push({ ...tee(), title: 'Another tee' }))).outcome).toBe('updated');
    expect(fake.products()).toMatchObject([
      { title: 'Another tee', published: [{ publicationId: expect.any(String) }] },
    ]);
    expect([...served()]).toEqual(['ok']);
    expect(warnings.filter((text) => /deprecated/.test(text))).toEqual([]);
  });

  it('a missing sales channel is reported with those that exist', async () => {
    const { clock, client } = shopOf(apiVersion);
    const sync = createProductSync({ client, stores: memoryStores({ clock }), publishTo: ['Shop'] });
    const error = await clock.run(sync.push(tee()).catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({
      issues: [{ message: expect.stringContaining('It has: "Online Store", "Point of Sale".') }],
    });
  });

  it('webhook subscriptions are made, found again, changed and deleted', async () => {
    const { clock, fake, client, store, served } = shopOf(apiVersion);
    const sync = (paths: readonly string[]) =>
      clock.run(
        syncSubscriptions({
          client,
          store,
          desired: paths.map((path) => ({ topic: 'products/update', name: path.slice(0, 3), uri: `${uri}/${path}` })),
        }),
      );
    expect(await sync(['one', 'two'])).toMatchObject({ created: [{}, {}], failed: [] });
    expect(await sync(['one', 'two'])).toMatchObject({ unchanged: [{}, {}], created: [], updated: [], failed: [] });
    expect(await sync(['one-moved', 'two'])).toMatchObject({ unchanged: [{}], updated: [{}], failed: [] });
    expect(await sync(['two'])).toMatchObject({ unchanged: [{}], deleted: [{}], failed: [] });
    const isNamed = apiVersion >= '2026-04';
    expect(fake.store.all(domain, 'WebhookSubscription')).toMatchObject([
      { uri: `${uri}/two`, name: isNamed ? 'shopwright__two' : null },
    ]);
    expect([...served()]).toEqual(['ok']);
  });
});

describe('subscriptions without names', () => {
  const list = [{ topic: 'products/update', uri }] as const;

  it('are found by their URL if nothing is stored', async () => {
    const { clock, client } = shopOf('2026-01');
    const sync = () => clock.run(syncSubscriptions({ client, desired: list }));
    expect(await sync()).toMatchObject({ created: [{}], failed: [] });
    expect(await sync()).toMatchObject({
      unchanged: [{ name: 'shopwright__products_update' }],
      failed: [],
    });
  });

  it('of others are left alone', async () => {
    const { clock, client, fake } = shopOf('2026-01');
    const other = { topic: 'orders/create', uri: `${uri}/theirs` } as const;
    await clock.run(syncSubscriptions({ client, desired: [other], owner: 'them' }));
    expect(await clock.run(syncSubscriptions({ client, desired: list }))).toMatchObject({ created: [{}], deleted: [] });
    expect(fake.store.all(domain, 'WebhookSubscription')).toHaveLength(2);
  });

  it('whose creation was lost are not created twice', async () => {
    const { clock, client, fake } = shopOf('2026-01');
    fake.faults.next('reset-after', { operation: 'webhookSubscriptionCreate' });
    expect(await clock.run(syncSubscriptions({ client, desired: list }))).toMatchObject({ created: [{}], failed: [] });
    expect(fake.store.all(domain, 'WebhookSubscription')).toHaveLength(1);
  });

  it('get their names when the app moves to a version that has them', async () => {
    const { clock, client, fake, store } = shopOf('2026-01');
    await clock.run(syncSubscriptions({ client, store, desired: list }));
    const next = createShopifyClient({
      ...{ shop: domain, accessToken: 'shpat_fake', fetch: fake.fetch, clock, isolated: true, apiVersion: '2026-04' },
    });
    expect(await clock.run(syncSubscriptions({ client: next, store, desired: list }))).toMatchObject({
      updated: [{ changes: ['name'] }],
    });
    expect(fake.store.all(domain, 'WebhookSubscription')).toMatchObject([{ name: 'shopwright__products_update' }]);
  });
});
