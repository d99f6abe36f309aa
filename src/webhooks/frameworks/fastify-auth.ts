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
    /** What Shopify says about the visitor, set by `verifyShopifyAppProxy`. */
    shopifyAppProxy?: VerifiedAppProxy;
  }
}

const fromFastify = (request: FastifyRequest): OAuthRequest => ({
  method: request.method,
  url: request.originalUrl,
  headers: headersOf(request),
});

/**
 * Creates a Fastify plugin for the server of an embedded app, for all routes of the scope in which it is registered: a
 * request with a valid session token reaches its route with `request.shopifySession`; any other gets a 401 response,
 * and App Bridge repeats it with a new token.
 *
 * @throws ConfigError for an unknown option.
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
 * Creates a Fastify plugin for app proxy requests, for all routes of the scope in which it is registered: one signed by
 * Shopify reaches its route with `request.shopifyAppProxy`; any other gets a 401 response.
 *
 * @throws ConfigError for an unknown option.
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
    // Before the body is read, so that a stranger's is not.
    scope.addHook('onRequest', async (request, reply) => {
      const verified = verify(fromFastify(request));
      if (!verified.ok) return reply.code(verified.status).headers(verified.headers).send(verified.body);
      keep(request, verified);
      return undefined;
    });
  };
  // Fastify's marker for a plugin that applies to the scope in which it is registered, not to one of its own.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}

/**
 * Creates a Fastify handler that starts an installation: `GET /auth?shop=acme.myshopify.com`.
 *
 * @param begin Returns options of `beginAuth` for a request.
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
 * Creates a Fastify handler for the OAuth callback, at the path of `redirectUrl`.
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

/** Fastify adds a cookie to the existing ones, and replaces any other header. */
async function sendWeb(reply: FastifyReply, response: Response): Promise<FastifyReply> {
  for (const [name, value] of response.headers) reply.header(name, value);
  return reply.code(response.status).send(await response.text());
}
