// @ts-nocheck
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { memoryStores } from 'shopwright';
import { createFakeShopify, createManualClock, deliverWebhook, productPayload, signWebhook } from 'shopwright/testing';
import { createWebhookHandler, type WebhookEvent } from 'shopwright/webhooks';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Framework, frameworks, path } from './framework-servers.ts';
import { recordingLogger } from './recording-logger.ts';
import { oldSecret, secret } from './signed-delivery.ts';

const shop = 'demo.myshopify.com';
const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);
beforeAll(() => void process.on('unhandledRejection', onRejection));
afterAll(() => {
  process.off('unhandledRejection', onRejection);
  expect(rejections).toEqual([]);
});

const json = JSON.stringify(productPayload({ title: 'Thé vert 緑茶' }));
const signed = (payload: string, key = secret, topic = 'products/update') =>
  signWebhook({ secret: key, shop, topic, payload });
const headersOf = (payload: string, key = secret) => signed(payload, key).headers;

interface Sent {
  readonly method?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Does not say its length. */
  readonly isChunked?: boolean;
}

/** Sends over one kept connection, as a proxy does, and gives status, body and the local port of the socket. */
function send(agent: Agent, url: string, { method = 'POST', body = '', headers = {}, isChunked }: Sent) {
  return new Promise<{ status: number; text: string; port: number | undefined }>((resolve, reject) => {
    const request = httpRequest(url, {
      method,
      agent,
      headers: {
        ...headers,
        ...(isChunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': `${Buffer.byteLength(body)}` }),
      },
    });
    request.on('error', reject).on('response', (response) => {
      const port = request.socket?.localPort;
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, port }));
    });
    request.end(body);
  });
}

const large = JSON.stringify({ id: 1, title: 'ö'.repeat(1024 * 1024) });
const tooLarge = JSON.stringify({ id: 1, title: 'a'.repeat(3 * 1024 * 1024) });
const zipped = gzipSync(json);
const { 'Content-Type': _type, ...withoutType } = headersOf(json);

/** The one table of cases, for every framework. */
const cases: readonly (readonly [string, Sent, number, string])[] = [
  ['a valid delivery', { body: json, headers: headersOf(json) }, 200, ''],
  ['a delivery that the old secret has signed', { body: json, headers: headersOf(json, oldSecret) }, 200, ''],
  ['a body of 2 MB', { body: large, headers: headersOf(large) }, 200, ''],
  ['a forged body', { body: `${json} `, headers: headersOf(json) }, 401, 'hmac-mismatch'],
  ['a wrong secret', { body: json, headers: headersOf(json, 'shpss_wrong') }, 401, 'hmac-mismatch'],
  ['no signature', { body: json, headers: { 'content-type': 'application/json' } }, 401, 'hmac-missing'],
  ['a body over the limit', { body: tooLarge, headers: headersOf(tooLarge) }, 413, 'body-too-large'],
  ['a valid delivery in chunks', { body: json, headers: headersOf(json), isChunked: true }, 200, ''],
  [
    'a body over the limit in chunks',
    { body: tooLarge, headers: headersOf(tooLarge), isChunked: true },
    413,
    'body-too-large',
  ],
  ['an empty body', { headers: headersOf('') }, 400, 'body-not-json'],
  ['a body that is no JSON', { body: 'no json', headers: headersOf('no json') }, 400, 'body-not-json'],
  // Shopify does not compress: bytes are taken as they come, and what something has compressed is another body.
  [
    'a compressed body',
    { body: zipped, headers: { ...headersOf(json), 'content-encoding': 'gzip' } },
    401,
    'hmac-mismatch',
  ],
  ['GET', { method: 'GET', headers: headersOf('') }, 405, 'method-not-allowed'],
  ['GET with a body', { method: 'GET', body: json, headers: headersOf(json) }, 405, 'method-not-allowed'],
  ['another content type', { body: json, headers: { ...headersOf(json), 'Content-Type': 'text/plain' } }, 200, ''],
  ['no content type', { body: json, headers: withoutType }, 200, ''],
];

async function started(framework: Framework, before?: 'json parser') {
  const events: WebhookEvent[] = [];
  const logger = recordingLogger();
  const handler = createWebhookHandler({
    secrets: [secret, oldSecret],
    maxBodyBytes: 2.5 * 1024 * 1024,
    logger,
    on: { 'products/update': (event) => void events.push(event) },
  });
  const origin = await framework.handling(handler, before);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return { origin, url: origin + path, events, logger, agent };
}

describe.each(frameworks.map((framework) => [framework.name, framework] as const))('%s', (name, framework) => {
  it.each(cases)('answers %s right, and the connection goes on', async (_case, sent, status, error) => {
    const { url, events, agent } = await started(framework);
    const answer = await send(agent, url, sent);
    expect({ status: answer.status, error: answer.text && JSON.parse(answer.text).error }).toEqual({ status, error });
    expect(events).toHaveLength(status === 200 ? 1 : 0);

    const next = await send(agent, url, { body: json, headers: headersOf(json) });
    expect(next).toMatchObject({ status: 200, port: answer.port });
  });

  it('takes the bytes themselves, and gives the event what it says of itself', async () => {
    const { url, events } = await started(framework);
    const receipt = await deliverWebhook({
      url,
      secret,
      shop,
      topic: 'products/update',
      payload: json,
      webhookId: 'w1',
    });
    expect(receipt.status).toBe(200);
    expect(events).toMatchObject([{ shop, topic: 'products/update', webhookId: 'w1', payload: JSON.parse(json) }]);
    expect(Buffer.from(events[0]?.rawBody ?? []).toString()).toBe(json);
  });

  it(`with a JSON parser before the route ${framework.parser === 'parsed' ? 'says how to fix it' : 'is not disturbed'}`, async () => {
    const { url, events, agent, logger } = await started(framework, 'json parser');
    const answer = await send(agent, url, { body: json, headers: headersOf(json) });
    if (framework.parser === 'kept') {
      expect(answer.status).toBe(200);
      expect(events).toHaveLength(1);
      return;
    }
    expect(answer.status).toBe(400);
    const { error, message } = JSON.parse(answer.text);
    expect(error).toMatch(/^body-(already-parsed|missing)$/);
    // Two lines of code, for this framework.
    expect(message.split('\n  ').length).toBeGreaterThanOrEqual(3);
    expect(message).toContain(` ${name === 'node:http' ? 'Express' : name.split(' ')[0]}`);
    expect(logger.lines).toMatchObject([{ level: 'error' }]);
    expect(events).toEqual([]);
  });

  it('outlives a client that goes away in the middle of the body', async () => {
    const { origin, url, events, agent, logger } = await started(framework);
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    await once(socket, 'connect');
    const head = Object.entries(headersOf(json)).map(([header, value]) => `${header}: ${value}\r\n`);
    socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9999\r\n${head.join('')}\r\n${json}`);
    await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    await expect.poll(() => logger.lines).toMatchObject([{ fields: { status: 400, reason: 'body-unreadable' } }]);
    expect((await send(agent, url, { body: json, headers: headersOf(json) })).status).toBe(200);
    expect(events).toHaveLength(1);
  });

  /** Sends a head that announces more than comes, then a byte whenever the socket takes one, until the server ends it. */
  async function drip(origin: string, headers: Readonly<Record<string, string>>): Promise<string> {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const head = Object.entries(headers).map(([header, value]) => `${header}: ${value}\r\n`);
    socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9999\r\n${head.join('')}\r\n{`);
    const timer = setInterval(() => socket.write(' '), 10);
    let text = '';
    socket.on('data', (chunk) => {
      text += String(chunk);
    });
    // What is written to a connection that the server has ended may be answered with a reset.
    await new Promise((resolve) => socket.on('error', resolve).on('close', resolve).on('end', resolve));
    clearInterval(timer);
    return text;
  }

  it('gives a body that drips its time and no more: 408, and the connection ends', async () => {
    const logger = recordingLogger();
    const events: string[] = [];
    const handler = createWebhookHandler({
      ...{ secrets: secret, bodyTimeoutMs: 100, logger, on: {} },
      onEvent: (event) => events.push('reason' in event ? event.reason : event.type),
    });
    const text = await drip(await framework.handling(handler), headersOf(json));
    expect(text).toMatch(/^HTTP\/1.1 408 /);
    expect(text).toContain('body-timeout');
    expect(events).toEqual(['body-timeout']);
    expect(logger.lines).toMatchObject([{ fields: { status: 408, reason: 'body-timeout' } }]);

    const verifying = await framework.verifying({ secrets: secret, bodyTimeoutMs: 100 }, () => undefined);
    expect(await drip(verifying, headersOf(json))).toMatch(/^HTTP\/1.1 408 /);
  });

  it('ends the connection of a body that drips on after its refusal', async () => {
    const handler = createWebhookHandler({ secrets: secret, bodyTimeoutMs: 100, on: {} });
    expect(await drip(await framework.handling(handler), {})).toMatch(/^HTTP\/1.1 401 /);
  });

  it('handles what comes five times at once a single time, and answers 200 each time', async () => {
    const handled: string[] = [];
    const handler = createWebhookHandler({
      secrets: secret,
      store: memoryStores().keyValue,
      on: { 'products/update': ({ idempotencyKey }) => void handled.push(idempotencyKey) },
    });
    const url = (await framework.handling(handler)) + path;
    const copy = { url, secret, shop, topic: 'products/update', payload: json, webhookId: 'the-same' };
    const receipts = await Promise.all(Array.from({ length: 5 }, () => deliverWebhook(copy)));
    expect(receipts.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(handled).toEqual(['the-same']);
  });

  it('applies what the fake delivers in copies and out of order once each, the newest last, under both secrets', async () => {
    const applied: unknown[] = [];
    const paid: string[] = [];
    const handler = createWebhookHandler({
      secrets: [secret, oldSecret],
      store: memoryStores().keyValue,
      // A busy machine may take longer than Shopify waits; the fake's clock stands still meanwhile.
      ackTimeoutMs: 60_000,
      on: {
        'products/update': ({ payload }) => void applied.push(payload.updated_at),
        'orders/paid': ({ idempotencyKey }) => void paid.push(idempotencyKey),
      },
    });
    const uri = (await framework.handling(handler)) + path;
    const fake = createFakeShopify({
      clock: createManualClock(),
      webhooks: { secret: oldSecret, subscriptions: [{ topics: ['products/update', 'orders/paid'], uri }] },
    });
    onTestFinished(() => fake.close());
    const times = [3, 1, 5, 2, 4].map((minute) => `2026-11-02T12:0${minute}:00Z`);
    for (const [index, updatedAt] of times.entries()) {
      if (index === 3) fake.rotateWebhookSecret(secret, { keepOldMs: 0 });
      fake.emit('products/update', { id: 42, updated_at: updatedAt }, { copies: 5 });
      fake.emit('orders/paid', { id: index }, { copies: 3 });
      // The first is there before the others come, so that at least one of them is late.
      if (index === 0 || index === 2) await fake.webhooks.settled();
    }
    await fake.webhooks.settled();
    expect(fake.deliveries.map(({ state }) => state)).toEqual(Array(40).fill('delivered'));
    expect(applied.at(0)).toBe(times[0]);
    expect(applied.at(-1)).toBe(times[2]);
    expect(applied).toEqual([...new Set(applied)].toSorted());
    expect(paid.toSorted()).toEqual(
      [
        ...new Set(fake.deliveries.filter(({ topic }) => topic === 'orders/paid').map((one) => one.webhookId)),
      ].toSorted(),
    );
    expect(paid).toHaveLength(5);
  });

  it('puts the event on the request behind verification only, and answers what is forged itself', async () => {
    const seen: (WebhookEvent | undefined)[] = [];
    const url = (await framework.verifying({ secrets: secret }, (event) => seen.push(event))) + path;
    const sent = { url, secret, shop, topic: 'orders/paid', payload: { id: 1 } };
    expect((await deliverWebhook(sent)).status).toBe(204);
    expect((await deliverWebhook({ ...sent, secret: 'wrong' })).status).toBe(401);
    expect(seen).toMatchObject([{ topic: 'orders/paid', shop, payload: { id: 1 } }]);
  });
});

describe.each(frameworks.filter(({ hasRouter }) => hasRouter).map((framework) => [framework.name, framework] as const))(
  '%s with a URL for each topic',
  (_name, framework) => {
    it.each([
      ['/product/update', 'products/update'],
      ['/product/create', 'products/create'],
      ['/product/delete', 'products/delete'],
      ['/inventory/update', 'inventory_levels/update'],
      ['/orders/paid', 'orders/paid'],
      ['/customer.tags_added', 'customer.tags_added'],
      ['/product/update/?source=1', 'products/update'],
      ['', 'themes/publish'],
    ])('takes at "%s" the topic %s', async (below, topic) => {
      const { url } = await started(framework);
      expect((await deliverWebhook({ url: url + below, secret, shop, topic, payload: { id: 1 } })).status).toBe(200);
    });

    it('refuses a true delivery of another topic, after its signature was looked at', async () => {
      const { url, events, agent } = await started(framework);
      const at = `${url}/product/delete`;
      const answer = await send(agent, at, { body: json, headers: headersOf(json) });
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text)).toEqual({
        error: 'topic-unexpected',
        message: expect.stringContaining('products/delete'),
      });
      expect((await send(agent, at, { body: json, headers: headersOf(json, 'wrong') })).status).toBe(401);
      expect(events).toEqual([]);
    });

    it.each(['/a/b/c', '/Products/update', '/..%2f', '/product/update/more'])('knows nothing of %s', async (below) => {
      const { url, events } = await started(framework);
      const answer = await deliverWebhook({
        url: url + below,
        secret,
        shop,
        topic: 'products/update',
        payload: { id: 1 },
      });
      expect(answer.status).toBe(404);
      expect(events).toEqual([]);
    });
  },
);

it.each(
  frameworks
    .filter(({ name }) => /Express|Fastify|Hono/.test(name))
    .map((framework) => [framework.name, framework] as const),
)('%s goes on parsing JSON for its other routes', async (_name, framework) => {
  const { origin } = await started(framework);
  const response = await fetch(`${origin}/json`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"a":1}',
  });
  expect(await response.json()).toEqual({ a: 1 });
});
