import { createSyncWebhooks, type SyncWebhookEvent, type SyncWebhookOptions } from 'shopwright/sync';
import { describe, expect, it, vi } from 'vitest';
import { domain, fakeSync, tee } from '../fake-shop.ts';
import { merchant } from './planted-drifts.ts';

/** A shop with one pushed product, whose webhooks are handled. */
async function setup(options: Partial<SyncWebhookOptions> = {}) {
  let isDown = false;
  const made = fakeSync({
    client: {
      retry: { maxRetries: 0 },
      fetch: (...call) => (isDown ? Promise.reject(new TypeError('fetch failed')) : made.fake.fetch(...call)),
    },
  });
  await made.clock.run(made.sync.push(tee('tee-1', { vendor: 'Acme' })));
  await made.clock.advance(60_000);
  const gid = String(made.fake.products()[0]?.id);
  const effects: SyncWebhookEvent['effect'][] = [];
  const { sync, stores } = made;
  const on = createSyncWebhooks({ sync, stores, onEvent: ({ effect }) => effects.push(effect), ...options });
  /** Passes a delivery on as a webhook handler does after verifying it. */
  const send = async (topic: 'products/update', payload: object): Promise<number> => {
    const event = { topic, shop: domain, payload, rawBody: Buffer.from(JSON.stringify(payload)), webhookId: 'w-1' };
    try {
      await made.clock.run(Promise.resolve(on[topic](event as never, {} as never)));
      return 200;
    } catch {
      return 500;
    }
  };
  /** What Shopify sends for the product in its current state. */
  const tell = (): Promise<number> => {
    const product = made.fake.products()[0] as unknown as {
      readonly [name: string]: unknown;
      readonly variants: readonly { readonly price: string; readonly sku: string }[];
    };
    const { title, vendor, updatedAt, variants, productType } = product;
    return send('products/update', {
      ...{ admin_graphql_api_id: gid, title, vendor, updated_at: updatedAt, product_type: productType },
      variants: variants.map(({ price, sku }) => ({ price, sku })),
    });
  };
  const edit = async (fields: object): Promise<void> => {
    await merchant.edit(made, { id: gid, ...fields });
    await made.clock.advance(60_000);
  };
  const title = () => made.fake.products()[0]?.['title'];
  const setDown = (down: boolean): void => {
    isDown = down;
  };
  return { ...made, gid, effects, send, tell, edit, title, setDown };
}

describe('a delivery', () => {
  it('is decided once, and has one effect', async () => {
    const onExternalChange = vi.fn();
    const made = await setup({ onExternalChange });
    const { stores, tell, edit, effects } = made;
    await edit({ title: 'Sale!' });
    const calls: string[] = [];
    for (const name of ['get', 'getByGid', 'putIf'] as const) {
      const call = stores.records[name].bind(stores.records) as (...args: unknown[]) => unknown;
      Object.assign(stores.records, {
        [name]: (...args: unknown[]) => {
          calls.push(name);
          return call(...args);
        },
      });
    }
    await tell();
    expect(calls).toEqual(['getByGid', 'get', 'putIf']);
    expect(onExternalChange).toHaveBeenCalledOnce();
    calls.length = 0;
    await tell();
    expect(calls).toEqual(['getByGid', 'get']);
    expect(effects).toEqual(['changed-externally', 'not-newer']);
  });

  it('may push the product from its own callback, and is reported once', async () => {
    const results: string[] = [];
    const made = await setup({
      onExternalChange: async () => {
        const { outcome } = await made.sync.push(tee('tee-1', { vendor: 'Acme' }), { force: true });
        results.push(outcome);
      },
    });
    await made.edit({ title: 'Sale!' });
    expect(await made.tell()).toBe(200);
    expect(results).toEqual(['updated']);
    expect(made.title()).toBe('Tee tee-1');
    expect(made.effects).toEqual(['changed-externally']);
    // The echo of that push.
    expect(await made.tell()).toBe(200);
    expect(made.effects).toEqual(['changed-externally', 'not-newer']);
  });

  it('of a product without a record is reported, and can be imported', async () => {
    const made = await setup({
      onUnknownProduct: async ({ shop, gid }) => {
        if (attempts++ === 0) throw new Error('no database');
        expect(shop).toBe(domain);
        const result = await made.sync.import(gid);
        expect(result).toMatchObject({ outcome: 'imported', localId: 'mug' });
      },
    });
    let attempts = 0;
    await made.clock.run(
      made.client.graphql('mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } } }', {
        input: {
          ...{ title: 'Mug', productOptions: [{ name: 'Size', values: [{ name: 'S' }] }] },
          variants: [{ price: '1', optionValues: [{ optionName: 'Size', name: 'S' }] }],
        },
      }),
    );
    const { id, updatedAt } = made.fake.products()[1] as unknown as { id: string; updatedAt: string };
    const payload = { admin_graphql_api_id: id, title: 'Mug', updated_at: updatedAt, variants: [] };
    expect(await made.send('products/update', payload)).toBe(500);
    expect(await made.send('products/update', payload)).toBe(200);
    expect(attempts).toBe(2);
    expect((await made.stores.records.get(domain, 'mug'))?.gid).toBe(id);
    await made.send('products/update', payload);
    expect(made.effects).toEqual(['unknown-product', 'not-newer']);
  });
});

describe('drift', () => {
  it('is reported by default', async () => {
    const made = await setup();
    await made.edit({ title: 'Sale!' });
    await made.tell();
    expect([made.title(), made.effects]).toEqual(['Sale!', ['changed-externally']]);
    expect((await made.clock.run(made.sync.reconcile())).counts.edited).toBe(1);
  });

  it('is put back once with `ours`, and its echo is not a change; what no push wrote stays', async () => {
    const onExternalChange = vi.fn();
    const made = await setup({ onDrift: 'ours', onExternalChange });
    await made.edit({ title: 'Sale!' });
    await made.tell();
    expect([made.title(), made.effects]).toEqual(['Tee tee-1', ['put-back']]);
    expect(onExternalChange).toHaveBeenCalledOnce();
    await made.tell();
    expect(made.effects).toEqual(['put-back', 'not-newer']);
    await made.clock.advance(60_000);
    await made.edit({ productType: 'Shirt' });
    await made.tell();
    expect(made.effects.at(-1)).toBe('changed-externally');
    expect(made.fake.products()[0]).toMatchObject({ productType: 'Shirt' });
    expect((await made.clock.run(made.sync.reconcile())).consistency).toBe(100);
  });

  it('that cannot be put back is retried with the next attempt', async () => {
    const made = await setup({ onDrift: 'ours' });
    await made.edit({ title: 'Sale!' });
    made.setDown(true);
    expect(await made.tell()).toBe(500);
    made.setDown(false);
    expect(await made.tell()).toBe(200);
    expect([made.title(), made.effects]).toEqual(['Tee tee-1', ['put-back']]);
  });

  it('is accepted with `theirs`, and reconcile does not find it', async () => {
    const made = await setup({ onDrift: 'theirs' });
    await made.edit({ title: 'Sale!' });
    await made.tell();
    expect([made.title(), made.effects]).toEqual(['Sale!', ['changed-externally']]);
    expect((await made.clock.run(made.sync.reconcile())).consistency).toBe(100);
  });

  it('with an unknown policy is refused', async () => {
    const { sync, stores, gid } = await setup();
    expect(() => createSyncWebhooks({ sync, stores, onDrift: 'mine' as 'ours' })).toThrow(/onDrift/);
    const webhook = { topic: 'products/update', shop: domain, payload: { admin_graphql_api_id: gid } };
    await expect(sync.applyWebhook(webhook, { onDrift: 'mine' as 'ours' })).rejects.toMatchObject({
      issues: [{ field: 'onDrift' }],
    });
  });
});
