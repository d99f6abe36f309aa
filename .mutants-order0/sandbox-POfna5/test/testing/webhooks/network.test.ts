// @ts-nocheck
import { once } from 'node:events';
import express from 'express';
import { shopifyWebhooks } from 'shopwright/express';
import { createFakeShopify, createManualClock, type FakeShopifyOptions } from 'shopwright/testing';
import { createWebhookHandler } from 'shopwright/webhooks';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { listen } from '../../webhooks/loopback-server.ts';
import { secret, subscribe } from './subscribed-fake.ts';

const open = (options: FakeShopifyOptions = {}) => {
  const fake = createFakeShopify({ ...options, webhooks: { secret, ...options.webhooks } });
  onTestFinished(() => fake.close());
  return fake;
};

afterEach(() => vi.unstubAllGlobals());

describe('a delivery over the network', () => {
  it('reaches the user’s own server, on the machine’s clock', async () => {
    const seen: (string | null)[] = [];
    const handler = createWebhookHandler({
      secrets: secret,
      on: { 'products/update': (event) => void seen.push(event.webhookId) },
    });
    const origin = await listen(express().post('/hooks', shopifyWebhooks(handler)));
    const fake = open();
    await subscribe(fake, 'PRODUCTS_UPDATE', { uri: `${origin}/hooks` });
    fake.emit('products/update', { id: 1, updated_at: '2026-11-01T00:00:00Z' }, { copies: 3 });
    await fake.webhooks.settled();
    expect(fake.deliveries.map(({ state }) => state)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(seen).toEqual(Array(3).fill(fake.deliveries[0]?.webhookId));
  });

  it('does not follow a redirect, and tries again when it is time', async () => {
    const clock = createManualClock();
    const fake = open({ clock });
    const paths: string[] = [];
    const app = express();
    app.use((request, response) => {
      paths.push(request.path);
      if (paths.length === 1) response.redirect(307, '/elsewhere');
      else response.end();
    });
    await subscribe(fake, 'SHOP_UPDATE', { uri: `${await listen(app)}/hooks` });
    fake.emit('shop/update', {});
    await fake.webhooks.settled();
    const [first] = fake.deliveries;
    await clock.advance((first?.nextAttemptAt ?? 0) - clock.now());
    await fake.webhooks.settled();
    expect(paths).toEqual(['/hooks', '/hooks']);
    expect(fake.deliveries).toMatchObject([{ state: 'delivered', attempts: [{ status: 307 }, { status: 200 }] }]);
  });

  it('ends after five seconds of the clock, and frees the connection', async () => {
    const clock = createManualClock();
    const fake = open({ clock });
    const app = express();
    const arrived = once(app, 'arrived');
    const gone = once(app, 'gone');
    app.use((_request, response) => {
      response.on('close', () => app.emit('gone'));
      app.emit('arrived');
    });
    await subscribe(fake, 'SHOP_UPDATE', { uri: await listen(app) });
    fake.emit('shop/update', {});
    await arrived;
    await clock.advance(5_000);
    await gone;
    expect(fake.deliveries).toMatchObject([{ state: 'waiting', attempts: [{ status: 0, error: 'timeout' }] }]);
  });

  it('fails at once where nobody listens', async () => {
    const fake = open({ clock: createManualClock() });
    await subscribe(fake, 'SHOP_UPDATE', { uri: 'http://127.0.0.1:1/' });
    fake.emit('shop/update', {});
    await fake.webhooks.settled();
    expect(fake.deliveries).toMatchObject([
      { state: 'waiting', attempts: [{ status: 0, error: expect.stringContaining('fetch failed') }] },
    ]);
  });

  it('goes through the given fetch, else through the global one as it is then', async () => {
    const urls: unknown[] = [];
    const fetch = async (url: unknown): Promise<Response> => {
      urls.push(url);
      return new Response();
    };
    const own = open({ clock: createManualClock(), webhooks: { fetch } });
    const other = open({ clock: createManualClock() });
    vi.stubGlobal('fetch', fetch);
    for (const [fake, uri] of [
      [own, 'https://one.example/'],
      [other, 'https://two.example/'],
    ] as const) {
      await subscribe(fake, 'SHOP_UPDATE', { uri });
      const restore = fake.webhooks.onDelivery(() => new Response('', { status: 500 }));
      restore();
      fake.emit('shop/update', {});
      await fake.webhooks.settled();
      expect(fake.deliveries).toMatchObject([{ state: 'delivered' }]);
    }
    expect(urls).toEqual(['https://one.example/', 'https://two.example/']);
  });

  it('is only given back by who took it last', async () => {
    const fake = open({ clock: createManualClock() });
    const first = fake.webhooks.onDelivery(() => new Response('', { status: 500 }));
    fake.webhooks.onDelivery(() => new Response('', { status: 202 }));
    first();
    await subscribe(fake, 'SHOP_UPDATE');
    fake.emit('shop/update', {});
    await fake.webhooks.settled();
    expect(fake.deliveries).toMatchObject([{ attempts: [{ status: 202 }] }]);
  });
});
