// @ts-nocheck
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import express, { type Express } from 'express';
import { shopifyWebhooks } from 'shopwright/express';
import { createWebhookHandler, type WebhookEvent, type WebhookHandlerEvent } from 'shopwright/webhooks';
import { describe, expect, test } from 'vitest';
import { listen } from './loopback-server.ts';
import { recordingLogger } from './recording-logger.ts';
import { classicHeadersOf, hmacOf, oldSecret, productBody, secret } from './signed-delivery.ts';

const path = '/webhooks/shopify';

/** An app with the webhook route, after whatever `before` mounts. */
async function started(
  before: (app: Express) => unknown = () => undefined,
  secrets: string | readonly string[] = secret,
) {
  const events: WebhookEvent<'products/update'>[] = [];
  const outcomes: WebhookHandlerEvent[] = [];
  const logger = recordingLogger();
  const handler = createWebhookHandler({
    secrets,
    logger,
    on: { 'products/update': (event) => void events.push(event) },
    onEvent: (event) => outcomes.push(event),
  });
  const app = express();
  before(app);
  app.all(path, shopifyWebhooks(handler));
  app.use(express.json());
  const origin = await listen(app);
  return { origin, url: origin + path, events, outcomes, logger };
}

const post = (url: string, body: string, headers = classicHeadersOf(body)): Promise<Response> =>
  fetch(url, { method: 'POST', headers, body });

describe('an Express 5 server', () => {
  test('takes a valid delivery, and a forged one not', async () => {
    const { url, events } = await started();
    expect((await post(url, productBody)).status).toBe(200);
    expect(events).toMatchObject([{ payload: { title: 'Thé vert 緑茶' } }]);
    const forged = await post(url, `${productBody} `, classicHeadersOf(productBody));
    expect(forged.status).toBe(401);
    expect(forged.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await forged.json()).toMatchObject({ error: 'hmac-mismatch' });
    expect(events).toHaveLength(1);
  });

  test('refuses what another secret has signed', async () => {
    const { url } = await started();
    expect((await post(url, productBody, classicHeadersOf(productBody, oldSecret))).status).toBe(401);
  });

  test('takes deliveries of both secrets while one replaces the other', async () => {
    const { url, events } = await started(undefined, [secret, oldSecret]);
    expect((await post(url, productBody, classicHeadersOf(productBody, oldSecret))).status).toBe(200);
    expect((await post(url, productBody)).status).toBe(200);
    expect(events.map((event) => event.secretIndex)).toEqual([1, 0]);
  });

  test('answers GET with 405 and names the right method', async () => {
    const { url } = await started();
    const response = await fetch(url);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  test('takes a body of 2 MB', async () => {
    const { url, events } = await started();
    const body = JSON.stringify({ id: 1, title: 'ö'.repeat(1024 * 1024) });
    expect((await post(url, body)).status).toBe(200);
    expect(events[0]?.rawBody.byteLength).toBe(Buffer.byteLength(body));
  });

  test('answers a body over the limit with 413 and goes on serving the connection', async () => {
    const { url, events } = await started();
    const tooLarge = JSON.stringify({ id: 1, title: 'a'.repeat(6 * 1024 * 1024) });
    expect((await post(url, tooLarge)).status).toBe(413);
    expect((await post(url, productBody)).status).toBe(200);
    expect(events).toHaveLength(1);
  });

  test('answers a body over the limit with 413 also where it does not say its length', async () => {
    const { url } = await started();
    const request = httpRequest(url, {
      method: 'POST',
      headers: { ...classicHeadersOf(''), 'transfer-encoding': 'chunked' },
    });
    const answered = once(request, 'response');
    for (let sent = 0; sent < 6; sent += 1) request.write('a'.repeat(1024 * 1024));
    request.end();
    const [response] = await answered;
    expect(response.statusCode).toBe(413);
    response.resume();
  });

  test('answers an empty delivery with 400', async () => {
    const { url } = await started();
    const response = await post(url, '');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'body-not-json' });
  });

  test.each([
    ['in the middle of the body', { ...classicHeadersOf(productBody), 'content-length': '1000' }],
    ['in the middle of a body over the limit', { 'content-length': '9000000' }],
  ])('outlives a client that goes away %s', async (_when, headers) => {
    const { origin, url, outcomes } = await started();
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    await once(socket, 'connect');
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\n${head.join('')}\r\n${'a'.repeat(100)}`);
    await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    await expect.poll(() => outcomes).toEqual([expect.objectContaining({ type: 'refused' })]);
    expect((await post(url, productBody)).status).toBe(200);
  });
});

describe('an Express 5 server with a parser mounted before', () => {
  test('that made an object of the body responds 400 with the fix, and tells the logger', async () => {
    const { url, events, logger } = await started((app) => app.use(express.json()));
    const response = await post(url, productBody);
    expect(response.status).toBe(400);
    const { error, message } = await response.json();
    expect(error).toBe('body-already-parsed');
    expect(message).toContain("app.post('/webhooks/shopify', shopifyWebhooks(handler)); // first");
    expect(message).toContain('app.use(express.json({ verify');
    expect(events).toEqual([]);
    expect(logger.lines).toEqual([
      expect.objectContaining({ level: 'error', message: expect.stringContaining(message) }),
    ]);
  });

  test.each([
    ['raw()', express.raw({ type: '*/*', limit: '6mb' })],
    ['text()', express.text({ type: '*/*', limit: '6mb' })],
    [
      'json() that keeps the bytes',
      express.json({ verify: (request, _response, bytes) => void Object.assign(request, { rawBody: bytes }) }),
    ],
    ['json() that leaves this content type alone', express.json({ type: 'application/vnd.api+json' })],
  ])('takes what %s leaves', async (_parser, parser) => {
    const { url, events } = await started((app) => app.use(parser));
    expect((await post(url, productBody)).status).toBe(200);
    expect(events).toMatchObject([{ payload: { id: 42 } }]);
    expect((await post(url, `${productBody} `, classicHeadersOf(productBody))).status).toBe(401);
  });

  test('takes a compressed body that raw() has unpacked', async () => {
    const { url, events } = await started((app) => app.use(express.raw({ type: '*/*' })));
    const headers = { ...classicHeadersOf(productBody), 'content-encoding': 'gzip' };
    const response = await fetch(url, { method: 'POST', headers, body: gzipSync(productBody) });
    expect(response.status).toBe(200);
    expect(events).toMatchObject([{ payload: { id: 42 } }]);
  });

  test('holds the size limit for a body that the parser let pass', async () => {
    const { url } = await started((app) => app.use(express.raw({ type: '*/*', limit: '9mb' })));
    const body = `"${'a'.repeat(6 * 1024 * 1024)}"`;
    expect((await post(url, body)).status).toBe(413);
  });

  test('that left nothing of the body says that it is missing', async () => {
    const { url } = await started((app) =>
      app.use((request, _response, next) => {
        request.resume().once('end', next);
      }),
    );
    const response = await post(url, productBody);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'body-missing' });
  });

  test('that has paused the stream still gets its response', async () => {
    const { url } = await started((app) =>
      app.use((request, _response, next) => {
        request.pause();
        next();
      }),
    );
    expect((await post(url, productBody)).status).toBe(200);
  });

  test('that reads the stream as text still gets the bytes right', async () => {
    const { url } = await started((app) =>
      app.use((request, _response, next) => {
        request.setEncoding('utf8');
        next();
      }),
    );
    expect((await post(url, productBody)).status).toBe(200);
  });

  test('that waits until the client is gone does not hang', async () => {
    const { origin, outcomes } = await started((app) =>
      app.use((request, _response, next) => {
        request.once('close', () => next());
        request.once('error', () => undefined);
      }),
    );
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    await once(socket, 'connect');
    const signature = `x-shopify-hmac-sha256: ${hmacOf('')}`;
    socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\n${signature}\r\ncontent-length: 1000\r\n\r\n`);
    await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    await expect.poll(() => outcomes).toEqual([{ type: 'refused', status: 400, reason: 'body-unreadable' }]);
  });
});

describe('the middleware outside Express', () => {
  test('serves a plain node:http server', async () => {
    const handler = createWebhookHandler({ secrets: secret, on: {} });
    const middleware = shopifyWebhooks(handler);
    const url = await listen(
      createServer((request, response) => middleware(request, response, () => response.destroy())),
    );
    expect((await post(url, productBody)).status).toBe(200);
    expect((await post(url, productBody, classicHeadersOf('other'))).status).toBe(401);
  });

  test('answers 500 itself where there is no next to tell of an error', async () => {
    const broken = Object.assign(async () => new Response(), { process: () => Promise.reject(new Error('broken')) });
    const response = await post(await listen(createServer(shopifyWebhooks(broken))), '{}');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('broken');
  });

  test('stays silent where the request was answered meanwhile', async () => {
    const errors: unknown[] = [];
    const app = express();
    app.use((request, response, next) => {
      next();
      response.status(503).send('too slow');
      request.resume();
    });
    app.use(path, shopifyWebhooks(createWebhookHandler({ secrets: secret, on: {} })));
    app.use(((error, _request, _response, _next) => void errors.push(error)) satisfies express.ErrorRequestHandler);
    const url = await listen(app);
    expect((await post(url + path, productBody)).status).toBe(503);
    expect((await post(url + path, productBody)).status).toBe(503);
    expect(errors).toEqual([]);
  });

  test('hands an error in a handler of another make to next', async () => {
    const broken = Object.assign(async () => new Response(), { process: () => Promise.reject(new Error('broken')) });
    const app = express();
    app.use(shopifyWebhooks(broken));
    app.use(((error, _request, response, _next) =>
      response.status(500).send(error.message)) satisfies express.ErrorRequestHandler);
    const response = await post(await listen(app), '{}');
    expect(await response.text()).toBe('broken');
  });
});
