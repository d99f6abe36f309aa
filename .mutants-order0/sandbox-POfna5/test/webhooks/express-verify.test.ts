// @ts-nocheck
import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';
import { verifyShopifyWebhook } from 'shopwright/express';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listen } from './loopback-server.ts';
import { recordingLogger } from './recording-logger.ts';
import { classicHeadersOf, productBody, secret } from './signed-delivery.ts';

/** An app whose route answers with what the middleware has left on the request. */
async function started(options: Partial<Parameters<typeof verifyShopifyWebhook>[0]> = {}): Promise<string> {
  const app = express();
  app.post('/webhooks', verifyShopifyWebhook({ secrets: secret, ...options }), express.json(), (request, response) => {
    const { shopifyWebhook: event, body } = request;
    const rawBody: unknown = Reflect.get(request, 'rawBody');
    response.json({
      topic: event?.topic,
      shop: event?.shop,
      body,
      raw: Buffer.isBuffer(rawBody) && rawBody.toString(),
    });
  });
  return `${await listen(app)}/webhooks`;
}

const post = (url: string, body: string, headers = classicHeadersOf(body)): Promise<Response> =>
  fetch(url, { method: 'POST', headers, body });

describe('verification only', () => {
  test('leaves the event, the parsed body and the raw body on the request, and a later json() in peace', async () => {
    const response = await post(await started(), productBody);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      topic: 'products/update',
      shop: 'acme.myshopify.com',
      body: JSON.parse(productBody),
      raw: productBody,
    });
  });

  test('answers a forged delivery itself, and tells the logger', async () => {
    const logger = recordingLogger();
    const response = await post(await started({ logger }), productBody, classicHeadersOf('other'));
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: 'hmac-mismatch' });
    expect(logger.lines).toMatchObject([{ level: 'warn', fields: { status: 401, reason: 'hmac-mismatch' } }]);
  });

  test('answers what is no JSON with 400', async () => {
    const response = await post(await started(), 'no json');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'body-not-json' });
  });

  test('holds its size limit', async () => {
    expect((await post(await started({ maxBodyBytes: 10 }), productBody)).status).toBe(413);
  });

  test('calls what comes next once, also where that throws', async () => {
    // The test runner's own listeners would make a failure of what this is about.
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    onTestFinished(() => {
      for (const other of others) process.on('unhandledRejection', other);
    });
    const thrown = once(process, 'unhandledRejection');
    const verify = verifyShopifyWebhook({ secrets: secret });
    const calls: unknown[][] = [];
    const url = await listen(
      createServer((request, response) =>
        verify(request, response, (...given) => {
          calls.push(given);
          response.end();
          if (calls.length === 1) throw new Error('of the host');
        }),
      ),
    );
    expect((await post(url, productBody)).status).toBe(200);
    expect(await thrown).toMatchObject([{ message: 'of the host' }, expect.any(Promise)]);
    expect(calls).toEqual([[]]);
  });

  test('refuses a size limit that is none', () => {
    expect(() => verifyShopifyWebhook({ secrets: secret, maxBodyBytes: -1 })).toThrow('maxBodyBytes');
  });
});
