// @ts-nocheck
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type {
  ReceiveWebhookOptions,
  WebhookDelivery,
  WebhookEvent,
  WebhookHandler,
  WebhookResponse,
} from '../events.ts';
import { createVerifier } from '../receive.ts';
import { failureResponse } from '../response.ts';
import { verifyWebhook } from '../verify.ts';
import { leaveNodeBody, type NodeRequest, readNodeBody, topicOfPath } from './requests.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The verified delivery, set by `verifyShopifyWebhook`. */
    shopifyWebhook?: WebhookEvent;
  }
}

const fix =
  ' In Fastify register the webhooks as a plugin with a parser of its own, and leave the stream alone in preParsing hooks:\n' +
  "  app.register(shopifyWebhooks(handler), { prefix: '/webhooks/shopify' });\n" +
  '  // a hook that must read it keeps the bytes: request.rawBody = bytes\n' +
  '  // in Nest: NestFactory.create(AppModule, { rawBody: true }) keeps them';

/** Leaves the body in its stream, in this scope only: other routes keep their parsers. */
function leaveBodiesAlone(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
}

function toDelivery(request: FastifyRequest & { readonly rawBody?: unknown }, topic?: string): WebhookDelivery {
  const { raw, rawBody } = request;
  return {
    method: request.method,
    headers: request.headers,
    ...(topic !== undefined && { topic }),
    readBody: async (maxBytes, late) => {
      // What a hook has kept is on Fastify's request, the stream in node:http's.
      if (rawBody !== undefined) return { ok: true, rawBody, fix };
      return readNodeBody(raw as NodeRequest, { maxBytes, late, fix });
    },
    leaveBody: (late, ended) => leaveNodeBody(raw, late, ended),
  };
}

function send(reply: FastifyReply, { status, headers, body }: WebhookResponse): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}

/**
 * A Fastify plugin around a handler from `createWebhookHandler`. It takes the raw body itself; the app's other
 * routes keep their parsers. Register it with a prefix: that path takes every topic, and below it each topic has
 * a URL of its own, such as `product/update`, `inventory/update` or any wire name. A genuine delivery whose topic is
 * not the URL's gets 400.
 *
 * @example
 * ```ts
 * app.register(shopifyWebhooks(handler), { prefix: '/webhooks/shopify' });
 * ```
 */
export function shopifyWebhooks(handler: WebhookHandler): FastifyPluginAsync {
  return async (scope) => {
    leaveBodiesAlone(scope);
    scope.all('/', async (request, reply) => send(reply, await handler.process(toDelivery(request))));
    scope.all<{ Params: { '*': string } }>('/*', async (request, reply) => {
      const topic = topicOfPath(request.params['*']);
      if (topic === null) return reply.callNotFound();
      return send(reply, await handler.process(toDelivery(request, topic)));
    });
  };
}

/**
 * A Fastify plugin that only verifies, for all routes of the scope that it is registered in: give it a scope of its
 * own. A genuine delivery reaches its route with `request.shopifyWebhook` (the event) and `request.body` (its JSON);
 * any other is answered here.
 *
 * @throws ConfigError when `maxBodyBytes` is not a positive integer.
 *
 * @example
 * ```ts
 * app.register(async (scope) => {
 *   await scope.register(verifyShopifyWebhook({ secrets }));
 *   scope.post('/webhooks/shopify', async (request) => save(request.shopifyWebhook));
 * });
 * ```
 */
export function verifyShopifyWebhook(options: ReceiveWebhookOptions): FastifyPluginAsync {
  const receive = createVerifier(options, verifyWebhook);
  const plugin: FastifyPluginAsync = async (scope) => {
    leaveBodiesAlone(scope);
    scope.addHook('preValidation', async (request, reply) => {
      const received = await receive(toDelivery(request));
      if (!received.ok) return send(reply, failureResponse(received));
      request.shopifyWebhook = received.event;
      request.body = received.event.payload;
      return undefined;
    });
  };
  // Fastify's sign for a plugin that works on the scope it is registered in, and not on one of its own.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}
