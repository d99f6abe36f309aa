// @ts-nocheck
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import express from 'express';
// : an alias of another version, without types of its own.
import express4 from 'express4';
import fastify from 'fastify';
import { Hono } from 'hono';
import type { VerifySessionTokenInput } from 'shopwright/auth';
import { createOAuth, type ShopifyOAuth } from 'shopwright/auth/oauth';
import * as forExpress from 'shopwright/express';
import * as forFastify from 'shopwright/fastify';
import * as forHono from 'shopwright/hono';
import * as forNext from 'shopwright/next';
import { createFakeShopify, type FakeServer, type FakeShopify } from 'shopwright/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../webhooks/loopback-server.ts';
import { optionsFor, shop, app as shopifyApp } from './oauth-flow.ts';
import { claimsOf, clientId, clock, secret, signProxyQuery, signToken } from './signed.ts';

type SessionOptions = Omit<VerifySessionTokenInput, 'token'>;

/** What a host's routes tell of a callback. */
interface Told {
  readonly installed: string[];
  readonly refused: string[];
}

/**
 * A server as a host would write it: `/shopify/auth` and `/shopify/auth/callback`, `/shopify/session` behind session
 * tokens and `/shopify/proxy` behind the app proxy's signature.
 */
interface Framework {
  readonly name: string;
  start(options: SessionOptions, oauth?: ShopifyOAuth, told?: Told): Promise<string>;
}

const noOAuth = {} as ShopifyOAuth;
const nobody: Told = { installed: [], refused: [] };

function expressOf(name: string, make: typeof express): Framework {
  return {
    name,
    start: ({ clientId: _id, ...proxyOptions }, oauth = noOAuth, told = nobody) => {
      const router = make.Router();
      router.get(
        '/auth',
        forExpress.shopifyAuth(oauth, (request: express.Request) => returnTo(request.query['to'])),
      );
      router.get(
        '/auth/callback',
        forExpress.shopifyAuthCallback(oauth, {
          onInstalled: (installed, _request, response) => {
            response.setHeader('set-cookie', 'session=1');
            told.installed.push(installed.shop);
          },
          onRefused: ({ reason }) => told.refused.push(reason),
        }),
      );
      router.get(
        '/session',
        forExpress.verifyShopifySession({ clientId: _id, ...proxyOptions }),
        (request, response) => {
          response.json({ shop: request.shopifySession?.shop, userId: request.shopifySession?.userId });
        },
      );
      router.get('/proxy', forExpress.verifyShopifyAppProxy(proxyOptions), (request, response) => {
        response.json({ customerId: request.shopifyAppProxy?.customerId });
      });
      const app = make();
      app.use('/shopify', router);
      return listen(app);
    },
  };
}

const returnTo = (to: unknown) => (typeof to === 'string' ? { returnTo: to } : {});

const nodeHttp: Framework = {
  name: 'node:http',
  start: ({ clientId: _id, ...proxyOptions }, oauth = noOAuth, told = nobody) => {
    const begin = forExpress.shopifyAuth(oauth, ({ url }) =>
      returnTo(new URL(url ?? '', 'http://any').searchParams.get('to')),
    );
    const callback = forExpress.shopifyAuthCallback(oauth, {
      onInstalled: (installed) => {
        installed.response.headers.append('set-cookie', 'session=1');
        told.installed.push(installed.shop);
      },
      onRefused: ({ reason }) => told.refused.push(reason),
    });
    const session = forExpress.verifyShopifySession({ clientId: _id, ...proxyOptions });
    const proxy = forExpress.verifyShopifyAppProxy(proxyOptions);
    return listen(
      createServer((request: forExpress.ShopifyAuthRequest, response) => {
        const [path] = (request.url ?? '').split('?');
        if (path === '/shopify/auth') begin(request, response);
        else if (path === '/shopify/auth/callback') callback(request, response);
        else if (path === '/shopify/session')
          session(request, response, () => {
            const { shop: of, userId } = request.shopifySession ?? {};
            response.end(JSON.stringify({ shop: of, userId }));
          });
        else
          proxy(request, response, () =>
            response.end(JSON.stringify({ customerId: request.shopifyAppProxy?.customerId })),
          );
      }),
    );
  },
};

const fastifyFramework: Framework = {
  name: 'Fastify',
  start: async (options, oauth = noOAuth, told = nobody) => {
    const app = fastify();
    await app.register(
      async (router) => {
        router.get(
          '/auth',
          forFastify.shopifyAuth(oauth, ({ query }) => returnTo((query as Record<string, unknown>)['to'])),
        );
        router.get(
          '/auth/callback',
          forFastify.shopifyAuthCallback(oauth, {
            onInstalled: (installed, _request, reply) => {
              reply.header('set-cookie', 'session=1');
              told.installed.push(installed.shop);
            },
            onRefused: ({ reason }) => told.refused.push(reason),
          }),
        );
        await router.register(async (scope) => {
          await scope.register(forFastify.verifyShopifySession(options));
          scope.get('/session', async ({ shopifySession }) => ({
            shop: shopifySession?.shop,
            userId: shopifySession?.userId,
          }));
        });
        await router.register(async (scope) => {
          const { clientId: _id, ...proxyOptions } = options;
          await scope.register(forFastify.verifyShopifyAppProxy(proxyOptions));
          scope.get('/proxy', async ({ shopifyAppProxy }) => ({ customerId: shopifyAppProxy?.customerId }));
        });
      },
      { prefix: '/shopify' },
    );
    onTestFinished(() => {
      app.server.closeAllConnections();
      return app.close();
    });
    return app.listen({ host: '127.0.0.1', port: 0 });
  },
};

async function served(app: Hono): Promise<string> {
  // Hono's own would print it.
  app.onError((error, context) => context.text(error.name, 500));
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }) as Server;
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  if (!server.listening) await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const hono: Framework = {
  name: 'Hono',
  start: ({ clientId: _id, ...proxyOptions }, oauth = noOAuth, told = nobody) => {
    const app = new Hono();
    app.get(
      '/shopify/auth',
      forHono.shopifyAuth(oauth, (context) => returnTo(context.req.query('to'))),
    );
    app.get(
      '/shopify/auth/callback',
      forHono.shopifyAuthCallback(oauth, {
        onInstalled: (installed) => {
          installed.response.headers.append('set-cookie', 'session=1');
          told.installed.push(installed.shop);
        },
        onRefused: ({ reason }) => told.refused.push(reason),
      }),
    );
    app.get('/shopify/session', forHono.verifyShopifySession({ clientId: _id, ...proxyOptions }), (context) => {
      const { shop: of, userId } = context.get('shopifySession');
      return context.json({ shop: of, userId });
    });
    app.get('/shopify/proxy', forHono.verifyShopifyAppProxy(proxyOptions), (context) =>
      context.json({ customerId: context.get('shopifyAppProxy').customerId }),
    );
    return served(app);
  },
};

/** Next's App Router hands a `Request` over, and its Pages Router the objects of node:http. */
const nextRoute: Framework = {
  name: 'Next App Router',
  start: ({ clientId: _id, ...proxyOptions }, oauth = noOAuth, told = nobody) => {
    const app = new Hono();
    const auth = forNext.shopifyAuth(oauth, ({ url }) => returnTo(new URL(url).searchParams.get('to')));
    const callback = forNext.shopifyAuthCallback(oauth, {
      onInstalled: (installed) => {
        installed.response.headers.append('set-cookie', 'session=1');
        told.installed.push(installed.shop);
      },
      onRefused: ({ reason }) => told.refused.push(reason),
    });
    const session = forNext.verifyShopifySession({ clientId: _id, ...proxyOptions })((_request, verified) =>
      Response.json({ shop: verified.shop, userId: verified.userId }),
    );
    const proxy = forNext.verifyShopifyAppProxy(proxyOptions)((_request, { customerId }) =>
      Response.json({ customerId }),
    );
    app.get('/shopify/auth', ({ req }) => auth(req.raw));
    app.get('/shopify/auth/callback', ({ req }) => callback(req.raw));
    app.get('/shopify/session', ({ req }) => session(req.raw, {}));
    app.get('/shopify/proxy', ({ req }) => proxy(req.raw, {}));
    return served(app);
  },
};

const frameworks: readonly Framework[] = [
  expressOf('Express 5', express),
  expressOf('Express 4', express4 as typeof express),
  nodeHttp,
  fastifyFramework,
  hono,
  nextRoute,
];

describe.each(frameworks.map((framework) => [framework.name, framework] as const))('%s', (_name, { start }) => {
  let fake: FakeShopify;
  let server: FakeServer;
  beforeAll(async () => {
    fake = createFakeShopify({ apps: [shopifyApp] });
    server = await fake.listen();
  });
  afterAll(() => fake.close());

  /** A started app that knows its own address only once it listens. */
  async function installable(told: Told): Promise<{ origin: string; tokens: ReturnType<typeof optionsFor>['tokens'] }> {
    let oauth: ShopifyOAuth | undefined;
    const late: ShopifyOAuth = {
      beginAuth: (request, options) => (oauth as ShopifyOAuth).beginAuth(request, options),
      handleCallback: (request) => (oauth as ShopifyOAuth).handleCallback(request),
    };
    const origin = await start({ clientId, secrets: secret }, late, told);
    const { fetch: _fetch, ...options } = optionsFor(fake, {
      origin: server.origin,
      redirectUrl: `${origin}/shopify/auth/callback`,
    });
    oauth = createOAuth(options);
    return { origin, tokens: options.tokens };
  }

  const visit = (url: string, cookie = ''): Promise<Response> =>
    fetch(url, { redirect: 'manual', headers: { cookie } });
  const next = (response: Response): string => response.headers.get('location') ?? '';

  it('installs an app, from the first redirect to the last', async () => {
    const told: Told = { installed: [], refused: [] };
    const { origin, tokens } = await installable(told);
    const begun = await visit(`${origin}/shopify/auth?shop=${shop}&to=/done?x=1`);
    const [cookie = ''] = begun.headers.getSetCookie()[0]?.split(';') ?? [];
    const back = await visit(next(begun));
    const done = await visit(next(back), cookie);
    expect([begun.status, back.status, done.status, next(done)]).toEqual([302, 302, 302, `${origin}/done?x=1`]);
    expect(done.headers.getSetCookie().sort()).toEqual(['session=1', expect.stringContaining('Max-Age=0')]);
    expect((await tokens.get({ shop }))?.tokens.refreshToken).toMatch(/^shprt_/);
    expect(told).toEqual({ installed: [shop], refused: [] });

    const again = await visit(next(back), cookie);
    expect([again.status, next(again)]).toEqual([502, '']);
    const stranger = await visit(next(back));
    expect([stranger.status, await stranger.text()]).toEqual([400, expect.stringContaining('no cookie')]);
    const head = await fetch(next(back), { method: 'HEAD', redirect: 'manual', headers: { cookie } });
    expect([404, 405]).toContain(head.status);
    expect(told.installed).toEqual([shop]);
    expect(told.refused.filter((reason) => reason !== 'method-not-allowed')).toEqual([
      'exchange-refused',
      'cookie-missing',
    ]);
  });

  it('sends nobody to where it should not', async () => {
    const { origin } = await installable({ installed: [], refused: [] });
    for (const query of ['', '?shop=evil.example', `?shop=${shop}&to=//evil.example`, `?shop=${shop}&shop=${shop}`]) {
      const refused = await visit(`${origin}/shopify/auth${query}`);
      expect([refused.status, next(refused)]).toEqual([400, '']);
    }
  });

  it('puts the verified session on the request, and refuses any other', async () => {
    const origin = await start({ clientId, secrets: secret, clock });
    const ask = async (path: string, authorization?: string) => {
      const response = await fetch(`${origin}${path}`, { headers: authorization ? { authorization } : {} });
      const retry = response.headers.get('x-shopify-retry-invalid-session-request');
      return [response.status, await response.json(), retry];
    };
    const token = signToken(claimsOf());
    const session = { shop: 'acme.myshopify.com', userId: '42' };
    expect(await ask('/shopify/session', `Bearer ${token}`)).toEqual([200, session, null]);
    expect(await ask(`/shopify/session?id_token=${token}`)).toEqual([200, session, null]);
    const refused = (error: string) => [401, { error, message: expect.any(String) }, '1'];
    expect(await ask('/shopify/session')).toEqual(refused('token-missing'));
    expect(await ask('/shopify/session', `Bearer ${token}x`)).toEqual(refused('token-malformed'));
    const unsigned = signToken(claimsOf(), { alg: 'none' });
    expect(await ask('/shopify/session', unsigned)).toEqual(refused('algorithm-not-allowed'));
  });

  it('puts what Shopify says of a visitor on the request, and refuses any other', async () => {
    const origin = await start({ clientId, secrets: secret, clock });
    const ask = async (query: string) => {
      const response = await fetch(`${origin}/shopify/proxy?${query}`);
      return [response.status, await response.json()];
    };
    const query = signProxyQuery([['q', 'ü x']]);
    expect(await ask(query)).toEqual([200, { customerId: '42' }]);
    expect(await ask(`${query}&q=1`)).toEqual([401, { error: 'signature-mismatch', message: expect.any(String) }]);
    expect(await ask('')).toEqual([401, { error: 'query-missing', message: expect.any(String) }]);
  });

  it('says that its own settings are wrong, and does not have it tried again', async () => {
    const origin = await start({ clientId: undefined, secrets: undefined, clock });
    const response = await fetch(`${origin}/shopify/session`, {
      headers: { authorization: `Bearer ${signToken(claimsOf())}` },
    });
    expect([response.status, response.headers.get('x-shopify-retry-invalid-session-request')]).toEqual([500, null]);
    expect(await response.json()).toMatchObject({ error: 'client-id-missing' });
  });

  it('hands an error of the host on to the framework, and sends nobody on', async () => {
    const told = {
      refused: [],
      get installed(): string[] {
        throw new Error('the database of the host');
      },
    };
    const { origin } = await installable(told);
    const begun = await visit(`${origin}/shopify/auth?shop=${shop}`);
    const [cookie = ''] = begun.headers.getSetCookie()[0]?.split(';') ?? [];
    const done = await visit(next(await visit(next(begun))), cookie);
    expect([done.status, next(done)]).toEqual([500, '']);
  });
});

it('an API route of Next gets the session too', async () => {
  const app = express();
  app.get(
    '/api',
    forNext.verifyShopifySessionApiRoute({ clientId, secrets: secret, clock })((_request, response, session) => {
      response.end(session.shop);
    }),
  );
  const origin = await listen(app);
  const authorization = `Bearer ${signToken(claimsOf())}`;
  expect(await (await fetch(`${origin}/api`, { headers: { authorization } })).text()).toBe('acme.myshopify.com');
  expect((await fetch(`${origin}/api`)).status).toBe(401);
});

it('an option that does not exist is refused when the middleware is made', () => {
  for (const { verifyShopifySession, verifyShopifyAppProxy } of [forExpress, forFastify, forHono, forNext]) {
    const wrong = { secret: 'shpss_x' } as object;
    expect(() => verifyShopifySession(wrong as SessionOptions)).toThrow('Did you mean secrets?');
    expect(() => verifyShopifyAppProxy(wrong as SessionOptions)).toThrow('Did you mean secrets?');
  }
});
