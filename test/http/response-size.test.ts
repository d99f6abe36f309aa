import { brotliCompressSync, gzipSync } from 'node:zlib';
import ky from 'ky';
import { createShopifyClient, isShopwrightError, kyTransport, type Transport } from 'shopwright';
import { undiciTransport } from 'shopwright/transport/undici';
import { fetch as undiciFetch } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Respond } from '../../src/testing/conformance/transport-harness.ts';
import { requestTo, serve } from './loopback.ts';

const maxResponseBytes = 1024;
const create = 'mutation Create { productCreate(product: {}) { product { id } } }';

const transports: readonly (readonly [string, () => Transport])[] = [
  ['ky', () => kyTransport()],
  ['a host’s ky', () => kyTransport({ ky })],
  ['ky over undici’s fetch', () => kyTransport({ fetch: undiciFetch as unknown as typeof fetch })],
  ['undici', () => undiciTransport()],
];

/** JSON of exactly that many bytes, most of them in two-byte letters. */
function bodyOf(bytes: number): string {
  const [head, tail] = ['{"data":{"shop":{"name":"', '"}}}'];
  const left = bytes - head.length - tail.length;
  return `${head}${'é'.repeat(left / 2)}${'x'.repeat(left % 2)}${tail}`;
}

const plain =
  (bytes: number): Respond =>
  (_, response) =>
    response.setHeader('content-length', bytes).end(bodyOf(bytes));
const chunked =
  (bytes: number): Respond =>
  (_, response) => {
    response.write(bodyOf(bytes).slice(0, 10));
    response.end(bodyOf(bytes).slice(10));
  };
const coded =
  (coding: string, pack: (text: string) => Buffer) =>
  (bytes: number): Respond =>
  (_, response) =>
    response.setHeader('content-encoding', coding).end(pack(bodyOf(bytes)));

const forms: readonly (readonly [string, (bytes: number) => Respond])[] = [
  ['with its length', plain],
  ['in chunks', chunked],
  ['as gzip', coded('gzip', gzipSync)],
  ['as brotli', coded('br', brotliCompressSync)],
];

describe.each(transports)('a response on %s', (_transport, makeTransport) => {
  const clientFor = async (respond: Respond) => {
    const transport = makeTransport();
    onTestFinished(async () => void (await transport.close?.()));
    const server = await serve(respond);
    const shop = createShopifyClient({
      ...{ shop: 'acme', accessToken: 'shpat_size', origin: server.origin, isolated: true, transport },
      ...{ maxResponseBytes, breaker: { failures: 1, operations: 1 } },
    });
    return { shop, server, transport };
  };

  it.each(forms)('%s may be as large as the limit, and not larger', async (_form, respond) => {
    const fits = await clientFor(respond(maxResponseBytes));
    expect((await fits.shop.graphql('{ shop { name } }')).data).toMatchObject({
      shop: { name: expect.stringContaining('é') },
    });

    const { shop, server } = await clientFor(respond(maxResponseBytes + 1));
    const error = await shop.graphql('{ shop { name } }').catch((thrown: unknown) => thrown);
    expect(isShopwrightError(error, 'INVALID_RESPONSE')).toBe(true);
    expect(String(error)).toContain('more than 1024 bytes (maxResponseBytes). Raise the limit');
    const outcome = await shop.graphql(create).catch((thrown: unknown) => thrown);
    expect(isShopwrightError(outcome, 'OUTCOME_UNKNOWN') && outcome.mayHaveExecuted).toBe(true);
    expect(String(outcome)).toContain('maxResponseBytes). Raise the limit');
    // Neither was sent again, and the breaker stays closed.
    expect(server.requests).toHaveLength(2);
    expect(shop.status().breaker).toBe('closed');
  });

  it('that never ends is dropped at its limit', async () => {
    const { transport, server } = await clientFor((_, response) => {
      const write = (): void => {
        while (!response.destroyed && response.write('x'.repeat(64)));
        if (!response.destroyed) response.once('drain', write);
      };
      write();
    });
    const sending = transport.send(requestTo(server, { maxResponseBytes }));
    await expect(sending).rejects.toMatchObject({ code: 'INVALID_RESPONSE', isRetryable: false });
  });

  it('that is a decompression bomb is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const { transport, server } = await clientFor((_, response) =>
      response.setHeader('content-encoding', 'gzip').end(bomb),
    );
    const sending = transport.send(requestTo(server, { maxResponseBytes: 1024 * 1024 }));
    await expect(sending).rejects.toMatchObject({ code: 'INVALID_RESPONSE', isRetryable: false });
  });
});

it("is also limited on a host's transport without a limit", async () => {
  const transport: Transport = {
    name: 'own',
    send: () => Promise.resolve({ status: 200, headers: new Headers(), body: bodyOf(5000) }),
  };
  const shop = createShopifyClient({
    shop: 'acme',
    accessToken: 'shpat_size',
    isolated: true,
    transport,
    maxResponseBytes,
  });
  await expect(shop.graphql('{ shop { name } }')).rejects.toMatchObject({ code: 'INVALID_RESPONSE' });
});

it('refuses an invalid limit', () => {
  const options = { shop: 'acme', accessToken: 'shpat_size', maxResponseBytes: 0 };
  expect(() => createShopifyClient(options)).toThrow('maxResponseBytes: must be a number above 0.');
});
