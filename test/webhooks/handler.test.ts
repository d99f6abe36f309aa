import { createWebhookHandler, type Json, type WebhookEvent, type WebhookHandlerEvent } from 'shopwright/webhooks';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { recordingLogger } from './recording-logger.ts';
import {
  classicHeadersOf,
  nextHeadersOf,
  oldSecret,
  productBody,
  secret,
  signedRequest,
  without,
} from './signed-delivery.ts';

const url = 'http://localhost/webhooks/shopify';

describe('a delivery that Shopify signed', () => {
  test("reaches its topic's handler with payload, details and raw bytes, and is answered with 200", async () => {
    const events: WebhookEvent<'products/update'>[] = [];
    const handler = createWebhookHandler({
      secrets: secret,
      on: { 'products/update': (event) => void events.push(event) },
    });
    const response = await handler(signedRequest());
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
    expect(events).toEqual([
      {
        generation: 'classic',
        topic: 'products/update',
        shop: 'acme.myshopify.com',
        webhookId: 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
        eventId: '98880550-7158-44d4-b7cd-2c97c8a091b5',
        triggeredAt: '2026-11-02T12:00:00.123456789Z',
        apiVersion: '2026-10',
        name: 'catalogue',
        action: null,
        secretIndex: 0,
        payload: JSON.parse(productBody),
        rawBody: new TextEncoder().encode(productBody),
        idempotencyKey: 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
        fieldsChanged: null,
      },
    ]);
  });

  test('is answered only after the handler has ended', async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const handler = createWebhookHandler({ secrets: secret, on: { 'products/update': () => gate } });
    const answered = vi.fn();
    const response = handler(signedRequest()).then(answered);
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).not.toHaveBeenCalled();
    open();
    await response;
    expect(answered).toHaveBeenCalledOnce();
  });

  test('of the next generation reaches the handler of its resource', async () => {
    const body = '{"action":"update"}';
    const onProduct = vi.fn();
    const handler = createWebhookHandler({ secrets: secret, on: { Product: onProduct } });
    expect((await handler(signedRequest(body, nextHeadersOf(body)))).status).toBe(200);
    expect(onProduct).toHaveBeenCalledWith(
      expect.objectContaining({ topic: 'Product', action: 'update', payload: { action: 'update' } }),
      { attempt: 1, signal: expect.any(AbortSignal) },
    );
  });

  test.each(['orders/create', 'constructor', '__proto__', 'toString'])(
    'with topic %s and no handler for it gets 200',
    async (topic) => {
      const events: WebhookHandlerEvent[] = [];
      const handler = createWebhookHandler({ secrets: secret, on: {}, onEvent: (event) => events.push(event) });
      const response = await handler(signedRequest('{}', { ...classicHeadersOf('{}'), 'x-shopify-topic': topic }));
      expect(response.status).toBe(200);
      expect(events).toEqual([expect.objectContaining({ type: 'unhandled', topic })]);
    },
  );

  test('whose handler throws gets 500 without a detail, and the error goes to the logger', async () => {
    const logger = recordingLogger();
    const events: WebhookHandlerEvent[] = [];
    const error = new Error('duplicate key for customer@example.com');
    const handler = createWebhookHandler({
      secrets: secret,
      logger,
      on: { 'products/update': () => Promise.reject(error) },
      onEvent: (event) => events.push(event),
    });
    const response = await handler(signedRequest());
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ error: 'handler-failed', message: 'The delivery could not be processed.' });
    expect(logger.lines).toEqual([
      {
        level: 'error',
        fields: {
          error,
          topic: 'products/update',
          shop: 'acme.myshopify.com',
          webhookId: 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
        },
        message: 'the webhook handler for products/update threw; Shopify will try again',
      },
    ]);
    expect(events).toEqual([expect.objectContaining({ type: 'failed', error, topic: 'products/update' })]);
  });

  test('whose handler throws without a promise gets 500 too, with no logger to tell', async () => {
    const handler = createWebhookHandler({
      secrets: secret,
      on: {
        'products/update': () => {
          throw new Error('broken');
        },
      },
    });
    expect((await handler(signedRequest())).status).toBe(500);
  });
});

describe('a delivery that is refused', () => {
  const handled = vi.fn();
  const cases: readonly [number, string, string, Request, (string | undefined)?][] = [
    [401, 'hmac-mismatch', 'a changed body', signedRequest(`${productBody} `, classicHeadersOf(productBody))],
    [401, 'hmac-mismatch', 'another secret', signedRequest(productBody, classicHeadersOf(productBody, oldSecret))],
    [
      401,
      'hmac-malformed',
      'a made-up signature',
      signedRequest('{}', { ...classicHeadersOf('{}'), 'x-shopify-hmac-sha256': 'x' }),
    ],
    [
      401,
      'hmac-missing',
      'no signature',
      signedRequest('{}', without(classicHeadersOf('{}'), 'x-shopify-hmac-sha256')),
    ],
    [
      400,
      'topic-invalid',
      'two topics',
      signedRequest('{}', { ...classicHeadersOf('{}'), 'x-shopify-topic': 'products/update, products/update' }),
    ],
    [400, 'topic-missing', 'no topic', signedRequest('{}', without(classicHeadersOf('{}'), 'x-shopify-topic'))],
    [400, 'shop-missing', 'no shop', signedRequest('{}', without(classicHeadersOf('{}'), 'x-shopify-shop-domain'))],
    [400, 'body-not-json', 'a body that is no JSON', signedRequest('{"id":')],
    [400, 'body-not-json', 'an empty body', signedRequest('')],
    [400, 'body-not-json', 'no body', new Request(url, { method: 'POST', headers: classicHeadersOf('') })],
    [500, 'secret-missing', 'no secret to check with', signedRequest(), undefined],
    [500, 'secret-has-whitespace', 'a line break in the secret', signedRequest(), `${secret}\n`],
    [405, 'method-not-allowed', 'GET', new Request(url)],
    [405, 'method-not-allowed', 'PUT', new Request(url, { method: 'PUT', body: '{}' })],
  ];

  test.each(cases)('gets %i %s: %s', async (...[status, reason, , request, ...secrets]) => {
    const logger = recordingLogger();
    const events: WebhookHandlerEvent[] = [];
    const handler = createWebhookHandler({
      secrets: secrets.length > 0 ? secrets[0] : secret,
      logger,
      on: { 'products/update': handled },
      onEvent: (event) => events.push(event),
    });
    const response = await handler(request);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual({ error: reason, message: expect.any(String) });
    expect(events).toEqual([{ type: 'refused', status, reason }]);
    expect(logger.lines).toEqual([
      {
        level: status === 500 ? 'error' : 'warn',
        fields: { status, reason },
        message: expect.stringMatching(/^webhook refused: /),
      },
    ]);
    expect(handled).not.toHaveBeenCalled();
  });

  test('for its method is told which one is right', async () => {
    const handler = createWebhookHandler({ secrets: secret, on: {} });
    expect((await handler(new Request(url))).headers.get('allow')).toBe('POST');
  });

  test('because something has read its body before is told so', async () => {
    const handler = createWebhookHandler({ secrets: secret, on: {} });
    const used = signedRequest();
    await used.text();
    const locked = signedRequest();
    locked.body?.getReader();
    for (const request of [used, locked]) {
      const response = await handler(request);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: 'body-missing' });
    }
  });
});

describe('onEvent', () => {
  test('hears of a handled delivery, without its body', async () => {
    const events: WebhookHandlerEvent[] = [];
    const handler = createWebhookHandler({
      secrets: secret,
      on: { 'products/update': () => undefined },
      onEvent: (event) => events.push(event),
    });
    await handler(signedRequest());
    expect(events).toEqual([
      expect.objectContaining({ type: 'handled', topic: 'products/update', shop: 'acme.myshopify.com' }),
    ]);
    expect(events[0]).not.toHaveProperty('payload');
    expect(events[0]).not.toHaveProperty('rawBody');
  });

  const onEvent = (): never => {
    throw new Error('broken listener');
  };

  test('that throws changes nothing but for a line in the log', async () => {
    const logger = recordingLogger();
    const handler = createWebhookHandler({ secrets: secret, on: {}, logger, onEvent });
    expect((await handler(signedRequest())).status).toBe(200);
    expect(logger.lines).toEqual([
      {
        level: 'error',
        fields: { error: expect.objectContaining({ message: 'broken listener' }), event: 'unhandled' },
        message: 'the listener for webhook events threw',
      },
    ]);
  });

  test('that is an async function and rejects changes nothing but for a line in the log', async () => {
    const logger = recordingLogger();
    const handler = createWebhookHandler({ secrets: secret, on: {}, logger, onEvent: async () => onEvent() });
    expect((await handler(signedRequest())).status).toBe(200);
    await expect.poll(() => logger.lines).toMatchObject([{ message: 'the listener for webhook events threw' }]);
  });

  test('that throws changes nothing where there is no logger', async () => {
    const handler = createWebhookHandler({ secrets: secret, on: {}, onEvent });
    expect((await handler(signedRequest())).status).toBe(200);
  });
});

test('payloads are typed by topic', () => {
  createWebhookHandler({
    secrets: [process.env.NOT_SET, secret],
    on: {
      'products/update': ({ topic, payload }) => {
        expectTypeOf(topic).toEqualTypeOf<'products/update'>();
        expectTypeOf(payload.title).toEqualTypeOf<string | null | undefined>();
      },
      'products/delete': ({ payload }) => expectTypeOf(payload.id).toEqualTypeOf<number>(),
      'orders/create': ({ payload }) => expectTypeOf(payload.name).toEqualTypeOf<string | null | undefined>(),
      'themes/publish': ({ topic, payload }) => {
        expectTypeOf(topic).toEqualTypeOf<'themes/publish'>();
        expectTypeOf(payload).toEqualTypeOf<Json>();
      },
    },
  });
  expectTypeOf<WebhookEvent['payload']>().toEqualTypeOf<Json>();
});
