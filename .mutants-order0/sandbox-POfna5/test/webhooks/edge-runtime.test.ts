// @ts-nocheck
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { classicHeadersOf, productBody, secret, signedRequest } from './signed-delivery.ts';

// An edge runtime, as far as it matters here: there is Web Crypto, and no way to node:crypto. Next's own throws when
// asked for it.
const getBuiltinModule = (): never => {
  throw new Error('A Node.js API is used (process.getBuiltinModule) which is not supported in the Edge Runtime.');
};
beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal('process', { env: process.env, getBuiltinModule });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

const forged = (): Request => signedRequest(`${productBody} `, classicHeadersOf(productBody));

it('a handler verifies without node:crypto', async () => {
  const { createWebhookHandler } = await import('shopwright/webhooks');
  const onUpdate = vi.fn();
  const handler = createWebhookHandler({ secrets: secret, on: { 'products/update': onUpdate } });
  expect((await handler(signedRequest())).status).toBe(200);
  expect((await handler(forged())).status).toBe(401);
  expect(onUpdate).toHaveBeenCalledOnce();
});

it('verification only, of Next, works without node:crypto', async () => {
  const { verifyShopifyWebhook } = await import('shopwright/next');
  const POST = verifyShopifyWebhook({ secrets: secret })((_request, event) => Response.json(event.shop));
  expect(await (await POST(signedRequest(), {})).json()).toBe('acme.myshopify.com');
  expect((await POST(forged(), {})).status).toBe(401);
});

it('the synchronous verifier says what to use instead', async () => {
  const { verifyWebhook } = await import('shopwright/webhooks');
  const verified = verifyWebhook({ rawBody: productBody, headers: classicHeadersOf(productBody), secrets: secret });
  expect(verified).toMatchObject({ ok: false, reason: 'crypto-missing', message: expect.stringContaining('Async') });
});

it('a runtime without a process does too', async () => {
  vi.stubGlobal('process', undefined);
  const { createWebhookHandler } = await import('shopwright/webhooks');
  const handler = createWebhookHandler({ secrets: secret, on: {} });
  expect((await handler(signedRequest())).status).toBe(200);
});

it('deliveries can be verified by the same call in both runtimes', async () => {
  const { verifyWebhookAsync } = await import('shopwright/webhooks');
  const input = { rawBody: productBody, headers: classicHeadersOf(productBody), secrets: secret };
  expect(await verifyWebhookAsync(input)).toMatchObject({ ok: true, topic: 'products/update' });
});
