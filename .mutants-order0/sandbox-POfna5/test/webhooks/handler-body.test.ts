// @ts-nocheck
import { createWebhookHandler } from 'shopwright/webhooks';
import { describe, expect, test, vi } from 'vitest';
import { classicHeadersOf, secret, signedRequest } from './signed-delivery.ts';

const url = 'http://localhost/webhooks/shopify';

describe('the size limit', () => {
  const chunked = (chunks: readonly string[], onCancel = (): void => undefined): Request => {
    const queue = chunks.map((chunk) => new TextEncoder().encode(chunk));
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        const chunk = queue.shift();
        if (chunk) controller.enqueue(chunk);
        else controller.close();
      },
      cancel: onCancel,
    });
    // Node needs `duplex` for a streamed body; the DOM's types do not know it.
    const init: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: classicHeadersOf(chunks.join('')),
      body,
      duplex: 'half',
    };
    return new Request(url, init);
  };

  test('is 5 MiB if nothing else is said', async () => {
    const handler = createWebhookHandler({ secrets: secret, on: {} });
    const largest = `"${'a'.repeat(5 * 1024 * 1024 - 2)}"`;
    expect((await handler(signedRequest(largest))).status).toBe(200);
    expect((await handler(signedRequest(`${largest} `))).status).toBe(413);
  });

  test('holds for a body that comes in pieces and does not say its length', async () => {
    const handler = createWebhookHandler({ secrets: secret, on: {}, maxBodyBytes: 12 });
    expect((await handler(chunked(['{"id"', ':', '12345}']))).status).toBe(200);
    const response = await handler(chunked(['{"id"', ':', '123456}']));
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({ error: 'body-too-large', message: expect.stringContaining('12 bytes') });
  });

  test('ends the reading of what goes on and on', async () => {
    const onCancel = vi.fn();
    const handler = createWebhookHandler({ secrets: secret, on: {}, maxBodyBytes: 12 });
    const response = await handler(
      chunked(['0123456789', '0123456789', ...Array<string>(100).fill('0123456789')], onCancel),
    );
    expect(response.status).toBe(413);
    await vi.waitFor(() => expect(onCancel).toHaveBeenCalledOnce());
  });

  test('is not troubled by a body whose rest cannot be cancelled', async () => {
    const handler = createWebhookHandler({ secrets: secret, on: {}, maxBodyBytes: 5 });
    const request = chunked(Array<string>(100).fill('0123456789'), () => {
      throw new Error('no');
    });
    expect((await handler(request)).status).toBe(413);
  });

  test('goes by the content-length where there is one, without reading', async () => {
    const handler = createWebhookHandler({ secrets: secret, on: {}, maxBodyBytes: 12 });
    const request = signedRequest('{}', { ...classicHeadersOf('{}'), 'content-length': '13' });
    expect((await handler(request)).status).toBe(413);
    expect(request.bodyUsed).toBe(false);
  });

  test('holds for a body that a shim has got from a parser', async () => {
    const handler = createWebhookHandler({ secrets: secret, on: {}, maxBodyBytes: 12 });
    const rawBody = '{"id":123456}';
    const delivery = {
      method: 'POST',
      headers: classicHeadersOf(rawBody),
      readBody: async () => ({ ok: true, rawBody }) as const,
    };
    expect(await handler.process(delivery)).toMatchObject({ status: 413 });
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('cannot be %d', (maxBodyBytes) => {
    expect(() => createWebhookHandler({ secrets: secret, on: {}, maxBodyBytes })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        issues: [{ field: 'maxBodyBytes', message: expect.any(String) }],
      }),
    );
  });
});

describe('a request that breaks off', () => {
  const endless = (signal?: AbortSignal): Request => {
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({ pull: () => new Promise(() => undefined) });
    const init: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: classicHeadersOf(''),
      body,
      duplex: 'half',
      ...(signal && { signal }),
    };
    return new Request(url, init);
  };

  test('with an error in its body ends in 400', async () => {
    const handler = createWebhookHandler({ secrets: secret, on: {} });
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) });
    const init: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: classicHeadersOf(''),
      body,
      duplex: 'half',
    };
    const response = await handler(new Request(url, init));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'body-unreadable' });
  });

  test('with an abort of its signal ends at once', async () => {
    const handler = createWebhookHandler({ secrets: secret, on: {} });
    const abort = new AbortController();
    const response = handler(endless(abort.signal));
    abort.abort();
    expect(await (await response).json()).toMatchObject({ error: 'body-unreadable' });
  });

  test('before it was looked at is not read', async () => {
    const handler = createWebhookHandler({ secrets: secret, on: {} });
    expect(await (await handler(endless(AbortSignal.abort()))).json()).toMatchObject({ error: 'body-unreadable' });
  });
});
