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
import * as forExpress from 'shopwright/express';
import * as forFastify from 'shopwright/fastify';
import * as forHono from 'shopwright/hono';
import * as forNext from 'shopwright/next';
import type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from 'shopwright/webhooks';
import { onTestFinished } from 'vitest';
import { listen } from './loopback-server.ts';

export const path = '/webhooks/shopify';

/** What stands before the webhook route: nothing, or a JSON parser that has had the body first. */
export type Before = 'nothing' | 'json parser';

/** A server of one framework, as a host would write it. Both give its origin. */
export interface Framework {
  readonly name: string;
  /** The handler at `path`, for every method. `/json` is another route of the host's, which answers with the JSON it got. */
  handling(handler: WebhookHandler, before?: Before): Promise<string>;
  /** A route at `path` behind verification only; what it finds on the request goes to `seen`. */
  verifying(options: ReceiveWebhookOptions, seen: (event: WebhookEvent | undefined) => void): Promise<string>;
  /** Whether its handler takes each topic on a URL of its own. */
  readonly hasRouter: boolean;
  /** What a JSON parser before the route does: `parsed` is refused with a fix, `kept` does no harm. */
  readonly parser: 'parsed' | 'kept';
}

/** Express 5 and 4 have the same form here. */
function expressOf(name: string, make: typeof express): Framework {
  return {
    name,
    hasRouter: true,
    parser: 'parsed',
    handling: (handler, before = 'nothing') => {
      const app = make();
      if (before === 'json parser') app.use(make.json());
      app.use(path, forExpress.shopifyWebhookRouter(handler));
      app.use(make.json());
      app.post('/json', (request, response) => void response.json(request.body));
      return listen(app);
    },
    verifying: (options, seen) => {
      const app = make();
      app.post(path, forExpress.verifyShopifyWebhook(options), (request, response) => {
        seen(request.shopifyWebhook);
        response.sendStatus(204);
      });
      return listen(app);
    },
  };
}

const nodeHttp: Framework = {
  name: 'node:http',
  hasRouter: false,
  parser: 'parsed',
  handling: (handler, before = 'nothing') => {
    const webhooks = forExpress.shopifyWebhooks(handler);
    if (before === 'nothing') return listen(createServer(webhooks));
    return listen(
      createServer(async (request, response) => {
        const chunks = await request.toArray();
        webhooks(Object.assign(request, { body: JSON.parse(Buffer.concat(chunks).toString() || '{}') }), response);
      }),
    );
  },
  verifying: (options, seen) => {
    const verify = forExpress.verifyShopifyWebhook(options);
    return listen(
      createServer((request: forExpress.ShopifyWebhookRequest, response) =>
        verify(request, response, () => {
          seen(request.shopifyWebhook);
          response.writeHead(204).end();
        }),
      ),
    );
  },
};

async function listening(app: ReturnType<typeof fastify>): Promise<string> {
  onTestFinished(() => {
    app.server.closeAllConnections();
    return app.close();
  });
  return app.listen({ host: '127.0.0.1', port: 0 });
}

const fastifyFramework: Framework = {
  name: 'Fastify',
  hasRouter: true,
  // The plugin has parsers of its own, whatever the app has.
  parser: 'kept',
  handling: async (handler, before = 'nothing') => {
    const app = fastify();
    if (before === 'json parser') {
      app.addContentTypeParser('application/x-json', { parseAs: 'string' }, (_request, body, done) =>
        done(null, JSON.parse(String(body))),
      );
    }
    await app.register(forFastify.shopifyWebhooks(handler), { prefix: path });
    app.post('/json', async (request) => request.body);
    return listening(app);
  },
  verifying: async (options, seen) => {
    const app = fastify();
    await app.register(async (scope) => {
      await scope.register(forFastify.verifyShopifyWebhook(options));
      scope.post(path, async (request, reply) => {
        seen(request.shopifyWebhook);
        return reply.code(204).send();
      });
    });
    return listening(app);
  },
};

async function served(app: Hono): Promise<string> {
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
  hasRouter: false,
  // What is read through Hono's own request stays readable.
  parser: 'kept',
  handling: (handler, before = 'nothing') => {
    const app = new Hono();
    if (before === 'json parser') {
      app.use(async (context, next) => {
        if (context.req.method === 'POST') await context.req.json().catch(() => undefined);
        await next();
      });
    }
    app.all(path, forHono.shopifyWebhooks(handler));
    app.post('/json', async (context) => context.json(await context.req.json()));
    return served(app);
  },
  verifying: (options, seen) => {
    const app = new Hono();
    app.post(path, forHono.verifyShopifyWebhook(options), async (context) => {
      const event = context.get('shopifyWebhook');
      await context.req.json();
      seen(event);
      return context.body(null, 204);
    });
    return served(app);
  },
};

/** Next's App Router hands a `Request` over; a server of its own is started in test/full/next-app.test.ts. */
const nextRoute: Framework = {
  name: 'Next App Router',
  hasRouter: true,
  parser: 'parsed',
  handling: (handler, before = 'nothing') => {
    const app = new Hono();
    const route = forNext.shopifyWebhookRouter(handler);
    app.all(`${path}/:rest{.*}?`, async (context) => {
      const { raw } = context.req;
      if (before === 'json parser') await raw.text();
      const rest = context.req.path.slice(path.length).split('/').filter(Boolean);
      return route(raw, { params: Promise.resolve({ topic: rest }) });
    });
    return served(app);
  },
  verifying: (options, seen) => {
    const app = new Hono();
    const route = forNext.verifyShopifyWebhook(options)((_request, event) => {
      seen(event);
      return new Response(null, { status: 204 });
    });
    app.post(path, (context) => route(context.req.raw, {}));
    return served(app);
  },
};

const nextPages: Framework = {
  name: 'Next Pages Router',
  hasRouter: false,
  parser: 'parsed',
  handling: (handler, before = 'nothing') => {
    const app = express();
    if (before === 'json parser') app.use(express.json());
    app.all(path, forNext.shopifyWebhookApiRoute(handler));
    return listen(app);
  },
  verifying: (options, seen) => {
    const app = express();
    const route = forNext.verifyShopifyWebhookApiRoute(options)((_request, response, event) => {
      seen(event);
      response.writeHead(204).end();
    });
    app.post(path, route);
    return listen(app);
  },
};

export const frameworks: readonly Framework[] = [
  expressOf('Express 5', express),
  expressOf('Express 4', express4 as typeof express),
  nodeHttp,
  fastifyFramework,
  hono,
  nextRoute,
  nextPages,
];
