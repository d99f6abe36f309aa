// @ts-nocheck
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeShopify, createManualClock, type FakeDelivery } from 'shopwright/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHarness, listed, shop, subscribe } from './subscribed-fake.ts';

const hour = 3_600_000;
const states = (deliveries: readonly FakeDelivery[]): unknown[] =>
  deliveries.map(({ state, attempts }) => [state, attempts.length]);

describe('a snapshot', () => {
  it('holds subscriptions and what is on its way', async () => {
    let status = 500;
    const { fake, clock, got } = createHarness({}, () => new Response('', { status }));
    await subscribe(fake, 'SHOP_UPDATE');
    fake.emit('shop/update', { id: 1 });
    await clock.advance(60_000);
    const kept = structuredClone(fake.snapshot());
    expect(got).toHaveLength(2);

    status = 200;
    await clock.advance(hour);
    expect(states(fake.deliveries)).toEqual([['delivered', 3]]);
    fake.store.delete(shop, 'WebhookSubscription', fake.store.all(shop, 'WebhookSubscription')[0]?.id ?? '');

    fake.restore(kept);
    expect(states(fake.deliveries)).toEqual([['waiting', 2]]);
    expect(await listed(fake)).toHaveLength(1);
    await fake.webhooks.settled();
    expect(states(fake.deliveries)).toEqual([['delivered', 3]]);
    expect(new Set(got.map(({ headers }) => headers['x-shopify-webhook-id'])).size).toBe(1);
    expect(got).toHaveLength(4);
  });

  it('without them takes them away', async () => {
    const { fake, clock, got } = createHarness(
      {},
      ({ body }) => new Response('', { status: body === '{}' ? 200 : 500 }),
    );
    const empty = fake.snapshot();
    await subscribe(fake, 'SHOP_UPDATE');
    fake.emit('shop/update', {});
    await fake.webhooks.settled();
    fake.emit('shop/update', { id: 1 });
    await fake.webhooks.settled();
    fake.emit('shop/update', { id: 2 });
    fake.restore(empty);
    await clock.advance(4 * hour);
    await fake.webhooks.settled();
    expect(got).toHaveLength(2);
    expect(states(fake.deliveries)).toEqual([['delivered', 1]]);
    expect(clock.pending).toBe(0);
  });

  it('is not changed by a try that was under way when it was brought back', async () => {
    let answer = (_response: Response): void => undefined;
    const { fake } = createHarness({}, () => new Promise((resolve) => (answer = resolve)));
    const empty = fake.snapshot();
    await subscribe(fake, 'SHOP_UPDATE');
    fake.emit('shop/update', {});
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    fake.restore(empty);
    answer(new Response());
    await fake.webhooks.settled();
    expect(fake.deliveries).toEqual([]);
    expect(fake.store.all(shop, 'WebhookDelivery')).toEqual([]);
  });
});

describe('a fake with a file', () => {
  const newFile = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'webhooks-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return join(folder, 'state.jsonl');
  };

  it('goes on with what an earlier one could not deliver', async () => {
    const persistFile = newFile();
    const before = createHarness({ persistFile }, () => new Response('', { status: 503 }));
    await subscribe(before.fake, 'SHOP_UPDATE');
    before.fake.emit('shop/update', { id: 1 });
    await before.fake.webhooks.settled();
    await before.close();

    const after = createHarness({ persistFile });
    await after.fake.webhooks.settled();
    expect(states(after.fake.deliveries)).toEqual([['waiting', 1]]);
    await after.clock.advance(60_000);
    expect(states(after.fake.deliveries)).toEqual([['delivered', 2]]);
    expect(after.got).toMatchObject([{ headers: before.got[0]?.headers, body: '{"id":1}' }]);
  });

  it('gives what is under way when it is closed to the next one', async () => {
    const persistFile = newFile();
    const before = createHarness({ persistFile }, () => new Promise(() => undefined));
    await subscribe(before.fake, 'SHOP_UPDATE');
    before.fake.emit('shop/update', { id: 1 });
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(before.got).toHaveLength(1);
    await before.close();
    before.fake.emit('shop/update', { id: 2 });

    const after = createHarness({ persistFile });
    after.fake.emit('shop/update', { id: 3 });
    await after.fake.webhooks.settled();
    expect(after.got.map(({ body }) => body).toSorted()).toEqual(['{"id":1}', '{"id":3}']);
  });
});

describe('a closed fake', () => {
  it('has nothing left to do', async () => {
    const { fake, clock, got, close } = createHarness({}, () => new Response('', { status: 500 }));
    await subscribe(fake, 'SHOP_UPDATE');
    fake.emit('shop/update', {});
    await fake.webhooks.settled();
    const waiting = fake.snapshot();
    fake.emit('shop/update', {});
    await close();
    await fake.webhooks.settled();
    fake.restore(waiting);
    await clock.advance(hour);
    expect(got).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('tells of what could not be noted', async () => {
    const fake = createFakeShopify({ clock: createManualClock() });
    fake.webhooks.onDelivery(() => new Response());
    await subscribe(fake, 'SHOP_UPDATE');
    fake.emit('shop/update', {});
    const noSpace = new Error('no space');
    fake.store.put = () => {
      throw noSpace;
    };
    await fake.webhooks.settled();
    await expect(fake.close()).rejects.toMatchObject({ errors: [noSpace] });
  });
});
