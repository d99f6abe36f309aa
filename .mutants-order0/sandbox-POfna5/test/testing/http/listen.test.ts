// @ts-nocheck
import { createServer } from 'node:http';
import { request } from 'node:https';
import { createConnection } from 'node:net';
import { createFakeShopify, type FakeServer, fakeCertificate } from 'shopwright/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { fakeCertificateKey, listen } from '../../../src/testing/fake/http/listen.ts';
import { ask, shopQuery } from '../ask.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe('listen', () => {
  it('serves the fake on a free port of this machine only', async () => {
    const fake = createFakeShopify();
    closing.push(() => fake.close());
    const { origin, port } = await fake.listen();
    expect(origin).toBe(`http://127.0.0.1:${port}`);
    const { status, json } = await ask(globalThis.fetch, { host: origin, path: '/admin/api/2026-10/graphql.json?x=1' });
    expect([status, json.data.shop.name]).toEqual([200, 'demo']);
  });

  it('takes an IPv6 address', async () => {
    const fake = createFakeShopify();
    closing.push(() => fake.close());
    const { origin, port } = await fake.listen({ host: '::1' });
    expect(origin).toBe(`http://[::1]:${port}`);
    expect((await ask(globalThis.fetch, { host: origin })).status).toBe(200);
  });

  it('closes with connections still open', async () => {
    const fake = createFakeShopify();
    const server = await fake.listen();
    fake.faults.next('hang');
    const hanging = ask(globalThis.fetch, { host: server.origin });
    const rejected = expect(hanging).rejects.toThrow('fetch failed');
    await expect.poll(() => fake.calls.length).toBe(1);
    await server.close();
    await rejected;
    await expect(ask(globalThis.fetch, { host: server.origin })).rejects.toMatchObject({
      cause: { code: 'ECONNREFUSED' },
    });
    await fake.close();
  });

  it('rejects when the port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    closing.push(() => other.close());
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(createFakeShopify().listen({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('survives a caller that goes away in the middle of its request', async () => {
    const fake = createFakeShopify();
    closing.push(() => fake.close());
    const { port, origin } = await fake.listen();
    const socket = createConnection(port, '127.0.0.1');
    socket.end('POST /admin/api/2026-10/graphql.json HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"query"');
    await new Promise((resolve) => socket.once('close', resolve).resume());
    expect((await ask(globalThis.fetch, { host: origin })).status).toBe(200);
  });

  it('tells a failure of the fake itself', async () => {
    for (const reason of [new Error('the disk is full'), 'the disk is full']) {
      const server = await listen(() => Promise.reject(reason));
      closing.push(() => server.close());
      const { status, json } = await ask(globalThis.fetch, { host: server.origin });
      expect([status, json]).toEqual([500, { errors: 'The fake failed: the disk is full' }]);
    }
  });

  it('hands the caller’s failure on over fetch too', async () => {
    const resolvers = { QueryRoot: { shop: () => Promise.reject(new Error('broken')) } };
    const { json } = await ask(createFakeShopify({ resolvers }).fetch, { query: shopQuery });
    expect(json.errors).toHaveLength(1);
  });
});

/** Asks for the shop over HTTPS, trusting one certificate only. */
function askSecurely({ origin }: Pick<FakeServer, 'origin'>, ca: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'x-shopify-access-token': 'shpat_fake' };
    const asking = request(`${origin}/admin/api/2026-10/shop.json`, { ca, headers, agent: false }, (response) => {
      resolve(response.resume().statusCode ?? 0);
    });
    asking.on('error', reject).end();
  });
}

describe('listen with TLS', () => {
  it('serves HTTPS by a certificate that a client can trust alone', async () => {
    const fake = createFakeShopify();
    closing.push(() => fake.close());
    const server = await fake.listen({ tls: true });
    expect(server.origin).toBe(`https://127.0.0.1:${server.port}`);
    expect(server.ca).toBe(fakeCertificate);
    expect(await askSecurely(server, server.ca)).toBe(200);
    expect(await askSecurely({ origin: `https://localhost:${server.port}` }, server.ca)).toBe(200);
    await expect(askSecurely(server, undefined)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect((await fake.listen()).ca).toBeUndefined();
  });

  it('leads the links of REST to where it listens', async () => {
    const fake = createFakeShopify();
    closing.push(() => fake.close());
    const { origin } = await fake.listen();
    for (const title of ['A', 'B']) {
      await ask(globalThis.fetch, {
        host: origin,
        path: '/admin/api/2026-10/products.json',
        body: JSON.stringify({ product: { title } }),
      });
    }
    const { headers } = await ask(globalThis.fetch, {
      host: origin,
      path: '/admin/api/2026-10/products.json?limit=1',
      method: 'GET',
    });
    expect(headers.get('link')).toContain(`<${origin}/admin/api/2026-10/products.json?limit=1&page_info=`);
  });

  it('takes a certificate of the test’s own', async () => {
    const fake = createFakeShopify();
    closing.push(() => fake.close());
    // The same one, with a line of its own before it.
    const cert = `A comment\n${fakeCertificate}`;
    const server = await fake.listen({ tls: { key: fakeCertificateKey, cert } });
    expect(server.ca).toBe(cert);
    expect(await askSecurely(server, server.ca)).toBe(200);
  });

  it.each(['reset-before', 'reset-after'] as const)('drops connections for %s', async (kind) => {
    const fake = createFakeShopify();
    closing.push(() => fake.close());
    const server = await fake.listen({ tls: true });
    fake.faults.next(kind);
    await expect(askSecurely(server, server.ca)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(fake.calls).toMatchObject([{ fault: kind, status: 0 }]);
  });
});
