// @ts-nocheck
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { BeginAuthOptions, OAuthRequest, ShopifyOAuth } from '../../auth/oauth.ts';
import {
  type AuthCallbackHooks,
  appProxyVerifier,
  finishAuth,
  type RefusedRequest,
  sessionVerifier,
  type VerifyAppProxyOptions,
  type VerifySessionOptions,
} from '../../auth/requests.ts';
import type { VerifiedSessionToken } from '../../auth/session-token.ts';
import type { VerifiedAppProxy } from '../../auth/signed-query.ts';
import { headersOf } from './requests.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The verified session, set by `verifyShopifySession`. */
    shopifySession?: VerifiedSessionToken;
    /** What Shopify says of the visitor, set by `verifyShopifyAppProxy`. */
    shopifyAppProxy?: VerifiedAppProxy;
  }
}

const fromFastify = (request: FastifyRequest): OAuthRequest => ({
  method: request.method,
  url: request.originalUrl,
  headers: headersOf(request),
});

/**
 * A Fastify plugin for the server of an embedded app, for all routes of the scope that it is registered in: a request
 * with a valid session token reaches its route with `request.shopifySession`; any other is answered here with 401, and
 * App Bridge repeats it with a new token.
 *
 * @throws ConfigError for an option that does not exist.
 *
 * @example
 * ```ts
 * app.register(async (scope) => {
 *   await scope.register(verifyShopifySession({ clientId, secrets }));
 *   scope.get('/api/orders', async (request) => ordersOf(request.shopifySession?.shop));
 * });
 * ```
 */
export function verifyShopifySession(options: VerifySessionOptions): FastifyPluginAsync {
  const verify = sessionVerifier(options);
  return verifying(verify, (request, session) => {
    request.shopifySession = session;
  });
}

/**
 * A Fastify plugin for requests that come through the app proxy, for all routes of the scope that it is registered in:
 * one that Shopify has signed reaches its route with `request.shopifyAppProxy`; any other is answered here with 401.
 *
 * @throws ConfigError for an option that does not exist.
 *
 * @example
 * ```ts
 * app.register(async (scope) => {
 *   await scope.register(verifyShopifyAppProxy({ secrets }));
 *   scope.get('/proxy', async (request) => ({ shop: request.shopifyAppProxy?.shop }));
 * });
 * ```
 */
export function verifyShopifyAppProxy(options: VerifyAppProxyOptions): FastifyPluginAsync {
  const verify = appProxyVerifier(options);
  return verifying(verify, (request, proxied) => {
    request.shopifyAppProxy = proxied;
  });
}

function verifying<Verified extends { readonly ok: true }>(
  verify: (request: OAuthRequest) => Verified | RefusedRequest,
  keep: (request: FastifyRequest, verified: Verified) => void,
): FastifyPluginAsync {
  const plugin: FastifyPluginAsync = async (scope) => {
    // Before the body is read: nobody reads what a stranger sends.
    scope.addHook('onRequest', async (request, reply) => {
      const verified = verify(fromFastify(request));
      if (!verified.ok) return reply.code(verified.status).headers(verified.headers).send(verified.body);
      keep(request, verified);
      return undefined;
    });
  };
  // Fastify's sign for a plugin that works on the scope it is registered in, and not on one of its own.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}

/**
 * A Fastify handler that begins an installation: `GET /auth?shop=acme.myshopify.com`.
 *
 * @param begin Options of `beginAuth` for a request.
 *
 * @example
 * ```ts
 * app.get('/auth', shopifyAuth(oauth));
 * app.get('/auth/callback', shopifyAuthCallback(oauth));
 * ```
 */
export function shopifyAuth(
  oauth: ShopifyOAuth,
  begin?: (request: FastifyRequest) => BeginAuthOptions,
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> {
  return async (request, reply) =>
    sendWeb(reply, (await oauth.beginAuth(fromFastify(request), begin?.(request))).response);
}

/**
 * A Fastify handler that takes the browser back from the approval, at the path of `redirectUrl`.
 *
 * @example
 * ```ts
 * app.get('/auth/callback', shopifyAuthCallback(oauth));
 * ```
 */
export function shopifyAuthCallback(
  oauth: ShopifyOAuth,
  hooks: AuthCallbackHooks<readonly [request: FastifyRequest, reply: FastifyReply]> = {},
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> {
  return async (request, reply) => sendWeb(reply, await finishAuth(oauth, hooks, fromFastify(request), request, reply));
}

/** Fastify adds a cookie to those that are there, and replaces any other header. */
async function sendWeb(reply: FastifyReply, response: Response): Promise<FastifyReply> {
  for (const [name, value] of response.headers) reply.header(name, value);
  return reply.code(response.status).send(await response.text());
}
