import ky from 'ky';
import { createShopifyClient, isShopwrightError, kyTransport } from 'shopwright';
import { describeTransport } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { requestTo, serve } from './loopback.ts';

const good = '{"data":{"shop":{"name":"acme"}}}';
const query = '{ shop { name } }';

const clientOf = (origin: string, instance: typeof ky, more: object = {}) =>
  createShopifyClient({
    ...{ shop: 'acme', accessToken: 'shpat_0123456789abcdef', origin, isolated: true, retry: { baseDelayMs: 1 } },
    transport: kyTransport({ ky: instance }),
    ...more,
  });

describeTransport(
  'kyTransport over a host’s ky',
  () => kyTransport({ ky: ky.create({ hooks: { afterResponse: [() => undefined] } }) }),
  {
    describe,
    it,
    expect,
  },
);

describe("a host's own ky", () => {
  it('runs its hooks around each attempt, and none of its own retries', async () => {
    const seen: string[] = [];
    const noted = ({ error }: { readonly error: Error }): Error => {
      seen.push(error.name);
      return error;
    };
    const instance = ky.create({
      retry: { limit: 5, methods: ['post'], delay: () => 1 },
      timeout: 1,
      headers: { 'x-host': 'default' },
      hooks: {
        beforeRequest: [
          ({ request }) => {
            seen.push(`before ${request.method}`);
            request.headers.set('x-signed', 'yes');
          },
        ],
        beforeRetry: [() => void seen.push('retry')],
        afterResponse: [({ response }) => void seen.push(`after ${response.status}`)],
        beforeError: [noted],
      },
    });
    const server = await serve((_, response) => {
      response.statusCode = server.requests.length === 1 ? 503 : 200;
      setTimeout(() => response.end(good), 20);
    });
    const { attempts } = await clientOf(server.origin, instance).graphql(query);
    expect(attempts).toBe(2);
    expect(seen).toEqual(['before POST', 'after 503', 'HTTPError', 'before POST', 'after 200']);
    expect(server.requests.map(({ headers }) => [headers['x-signed'], headers['x-host']])).toEqual([
      ['yes', 'default'],
      ['yes', 'default'],
    ]);
    expect(server.requests[0]?.headers['x-shopify-access-token']).toBe('shpat_0123456789abcdef');
  });

  it('keeps the meaning of a status, whatever its hooks return', async () => {
    const instance = ky.create({ hooks: { beforeError: [() => new Error('of the host')] } });
    const server = await serve((_, response) =>
      response.writeHead(429, { 'retry-after': '7200' }).end('{"errors":"Exceeded 2 calls per second"}'),
    );
    const error = await clientOf(server.origin, instance)
      .graphql(query)
      .catch((thrown: unknown) => thrown);
    expect(isShopwrightError(error, 'THROTTLED') && error.retryAfterMs).toBe(7_200_000);
    const told = ky.create({ hooks: { beforeError: [({ error: own }) => own] } });
    const other = await clientOf(server.origin, told)
      .graphql(query)
      .catch((thrown: unknown) => thrown);
    expect(String(other)).toContain('Exceeded 2 calls per second');
  });

  it('runs beforeError for a failed connection, and keeps the outcome', async () => {
    const seen: string[] = [];
    const noted = ({ error }: { readonly error: Error }): Error => {
      seen.push(error.name);
      return error;
    };
    const instance = ky.create({ hooks: { beforeError: [noted] } });
    const server = await serve((request) => request.socket.destroy());
    const create = 'mutation { productCreate(product: {}) { product { id } } }';
    const error = await clientOf(server.origin, instance)
      .graphql(create)
      .catch((thrown: unknown) => thrown);
    expect(isShopwrightError(error, 'OUTCOME_UNKNOWN')).toBe(true);
    expect(seen).toEqual(['NetworkError']);
  });

  it('sends what a hook returns instead of the request, in the order of the hooks', async () => {
    const order: string[] = [];
    const instance = ky.create({
      hooks: {
        beforeRequest: [
          ({ request }) => {
            order.push(request.url);
            return new Request(request, { body: '{"query":"{ shop { id } }"}', headers: { 'x-replaced': 'yes' } });
          },
          async ({ request }) => void order.push(await request.clone().text()),
        ],
      },
    });
    const server = await serve((_, response) => response.end(good));
    await clientOf(server.origin, instance).graphql(query);
    expect(server.requests.map(({ body, headers }) => [body, headers['x-replaced']])).toEqual([
      ['{"query":"{ shop { id } }"}', 'yes'],
    ]);
    expect(order).toEqual([expect.stringContaining('/graphql.json'), '{"query":"{ shop { id } }"}']);
  });

  it('sends the body that hooks have read, and follows no redirect, whatever they return', async () => {
    const read: string[] = [];
    const instance = ky.create({
      redirect: 'follow',
      hooks: {
        beforeRequest: [
          async ({ request }) => void read.push(await request.clone().text()),
          ({ request }) => new Request(request, { redirect: 'follow' }),
        ],
      },
    });
    const server = await serve((_, response) => response.writeHead(302, { location: '/login' }).end());
    await expect(clientOf(server.origin, instance).graphql(query)).rejects.toThrow('/login');
    expect(server.requests).toHaveLength(1);
    expect(read).toEqual([server.requests[0]?.body]);
  });

  it('ends with the abort, and sends nothing once its hooks are done', async () => {
    const server = await serve((_, response) => response.end(good));
    const caller = new AbortController();
    let goOn = (): void => undefined;
    const isWaiting = Promise.withResolvers<void>();
    const instance = ky.create({
      hooks: {
        beforeRequest: [
          () =>
            new Promise<void>((resolve) => {
              goOn = resolve;
              isWaiting.resolve();
            }),
        ],
      },
    });
    const fetched: unknown[] = [];
    const transport = kyTransport({
      ky: instance,
      fetch: async (input) => {
        fetched.push(input);
        return new Response(good);
      },
    });
    const call = transport.send({ ...requestTo(server), signal: caller.signal });
    await isWaiting.promise;
    caller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    goOn();
    await new Promise((resolve) => setImmediate(resolve));
    expect(fetched).toEqual([]);
  });

  it.each(['prefix', 'baseUrl'] as const)('reaches the shop behind its %s', async (option) => {
    const gateway = await serve((_, response) => response.end(good));
    const url = option === 'prefix' ? `${gateway.origin}/to-shopify/` : gateway.origin;
    const shop = clientOf('https://acme.myshopify.com', ky.create({ [option]: url }), { origin: undefined });
    await shop.graphql(query);
    const [request] = gateway.requests;
    const path = '/admin/api/2026-10/graphql.json';
    expect(request?.path).toBe(option === 'prefix' ? `/to-shopify${path}` : path);
    expect(request?.headers['x-shopify-shop-domain']).toBe('acme.myshopify.com');
  });

  it("uses the instance's fetch, or the given one", async () => {
    const sent: string[] = [];
    const via =
      (name: string): typeof fetch =>
      async () => {
        sent.push(name);
        return new Response(good);
      };
    const instance = ky.create({ fetch: via('of the instance') });
    const request = requestTo(await serve(() => undefined));
    await kyTransport({ ky: instance }).send(request);
    await kyTransport({ ky: instance, fetch: via('given') }).send(request);
    expect(sent).toEqual(['of the instance', 'given']);
  });

  it('passes on what a hook throws to leave a render', async () => {
    const redirect = Object.assign(new Error('NEXT_REDIRECT'), { digest: 'NEXT_REDIRECT;replace;/login;307;' });
    const afterResponse = () => {
      throw redirect;
    };
    const server = await serve((_, response) => response.writeHead(401).end());
    const shop = clientOf(server.origin, ky.create({ hooks: { afterResponse: [afterResponse] } }));
    await expect(shop.graphql(query)).rejects.toBe(redirect);
  });

  it('is refused if it is not an instance, and so are unknown options', () => {
    expect(() => kyTransport({ ky: fetch as never })).toThrow('kyTransport.ky');
    expect(() => kyTransport({ Ky: ky } as never)).toThrow('Did you mean kyTransport.ky?');
  });
});
