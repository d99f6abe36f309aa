// @ts-nocheck
import { once } from 'node:events';
import { connect, createServer, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { shopifyWebhooks } from 'shopwright/express';
import * as forFastify from 'shopwright/fastify';
import { signWebhook } from 'shopwright/testing';
import { createWebhookHandler } from 'shopwright/webhooks';
import { describe, expect, onTestFinished, test } from 'vitest';
import { secret } from './signed-delivery.ts';

const { body, headers } = signWebhook({
  secret,
  shop: 'demo.myshopify.com',
  topic: 'orders/paid',
  payload: { id: 1, note: 'Thé vert 緑茶' },
});

function createHandler() {
  const bodies: string[] = [];
  const handler = createWebhookHandler({
    secrets: secret,
    maxBodyBytes: 1024 * 1024,
    on: { 'orders/paid': ({ rawBody }) => void bodies.push(Buffer.from(rawBody).toString()) },
  });
  return { handler, bodies };
}

/** A client of HTTP/2 that posts over one connection, and gives the statuses. */
async function post(port: number, path: string, sent: readonly (string | Buffer)[]): Promise<unknown[]> {
  const client = connect(`http://127.0.0.1:${port}`);
  onTestFinished(() => client.destroy());
  const lowered = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const statuses: unknown[] = [];
  for (const one of sent) {
    const request = client.request({ ':method': 'POST', ':path': path, ...lowered });
    request.end(one);
    const [answer] = await once(request, 'response');
    statuses.push(answer[':status']);
    await request.resume().toArray();
  }
  return statuses;
}

describe('over HTTP/2', () => {
  const sent = [body, `${body} `, Buffer.alloc(3 * 1024 * 1024, 'a'), body];

  test('a node:http2 server with the listener of shopwright/express answers as one of node:http does', async () => {
    const { handler, bodies } = createHandler();
    // Its objects are those of node:http, as far as a listener sees; its types are others.
    const server: Http2Server = createServer(shopifyWebhooks(handler) as unknown as Parameters<typeof createServer>[1]);
    onTestFinished(() => void server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    expect(await post((server.address() as AddressInfo).port, '/', sent)).toEqual([200, 401, 413, 200]);
    expect(bodies).toEqual([body, body]);
  });

  test('so does Fastify', async () => {
    const { handler, bodies } = createHandler();
    const app = fastify({ http2: true });
    onTestFinished(() => app.close());
    app.register(forFastify.shopifyWebhooks(handler), { prefix: '/webhooks' });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    expect(await post(port, '/webhooks/orders/paid', sent)).toEqual([200, 401, 413, 200]);
    expect(bodies).toEqual([body, body]);
  });
});

test('Fastify’s own inject delivers what signWebhook makes', async () => {
  const { handler, bodies } = createHandler();
  const app = fastify();
  onTestFinished(() => app.close());
  app.register(forFastify.shopifyWebhooks(handler), { prefix: '/webhooks' });
  app.register(async (scope) => {
    await scope.register(forFastify.verifyShopifyWebhook({ secrets: secret }));
    scope.post('/verified', async ({ body: payload, shopifyWebhook }) => ({ payload, topic: shopifyWebhook?.topic }));
  });
  const inject = (url: string, payload = body) => app.inject({ method: 'POST', url, payload, headers });
  expect((await inject('/webhooks')).statusCode).toBe(200);
  expect((await inject('/webhooks', `${body} `)).statusCode).toBe(401);
  expect((await inject('/verified')).json()).toEqual({ payload: JSON.parse(body), topic: 'orders/paid' });
  expect(bodies).toEqual([body]);
});
