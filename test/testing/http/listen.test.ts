import { createServer } from 'node:http';
import { createConnection } from 'node:net';
import { createFakeShopify } from 'shopwright/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { listen } from '../../../src/testing/fake/http/listen.ts';
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
