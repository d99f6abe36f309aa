// @ts-nocheck
import type { Context, MiddlewareHandler } from 'hono';
import type { BeginAuthOptions, ShopifyOAuth } from '../../auth/oauth.ts';
import {
  type AuthCallbackHooks,
  appProxyVerifier,
  finishAuth,
  sessionVerifier,
  type VerifyAppProxyOptions,
  type VerifySessionOptions,
} from '../../auth/requests.ts';
import type { VerifiedSessionToken } from '../../auth/session-token.ts';
import type { VerifiedAppProxy } from '../../auth/signed-query.ts';
import { toResponse } from '../response.ts';

/** What `verifyShopifySession` sets: `context.get('shopifySession')` is the verified session. */
export interface ShopifySessionVariables {
  shopifySession: VerifiedSessionToken;
}

/** What `verifyShopifyAppProxy` sets: `context.get('shopifyAppProxy')` is what Shopify says of the visitor. */
export interface ShopifyAppProxyVariables {
  shopifyAppProxy: VerifiedAppProxy;
}

/**
 * Hono middleware for the server of an embedded app: a request with a valid session token goes on with
 * `c.get('shopifySession')`; any other is answered here with 401, and App Bridge repeats it with a new token. On Node.
 *
 * @throws ConfigError for an option that does not exist.
 *
 * @example
 * ```ts
 * app.get('/api/orders', verifyShopifySession({ clientId, secrets }), (c) => c.json(c.get('shopifySession').shop));
 * ```
 */
export function verifyShopifySession(
  options: VerifySessionOptions,
): MiddlewareHandler<{ Variables: ShopifySessionVariables }> {
  const verify = sessionVerifier(options);
  return async (context, next) => {
    const verified = verify(context.req.raw);
    if (!verified.ok) return toResponse(verified);
    context.set('shopifySession', verified);
    await next();
    return undefined;
  };
}

/**
 * Hono middleware for requests that come through the app proxy: one that Shopify has signed goes on with
 * `c.get('shopifyAppProxy')`; any other is answered here with 401. On Node.
 *
 * @throws ConfigError for an option that does not exist.
 *
 * @example
 * ```ts
 * app.get('/proxy', verifyShopifyAppProxy({ secrets }), (c) => c.json({ shop: c.get('shopifyAppProxy').shop }));
 * ```
 */
export function verifyShopifyAppProxy(
  options: VerifyAppProxyOptions,
): MiddlewareHandler<{ Variables: ShopifyAppProxyVariables }> {
  const verify = appProxyVerifier(options);
  return async (context, next) => {
    const verified = verify(context.req.raw);
    if (!verified.ok) return toResponse(verified);
    context.set('shopifyAppProxy', verified);
    await next();
    return undefined;
  };
}

/**
 * A Hono handler that begins an installation: `GET /auth?shop=acme.myshopify.com`.
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
  begin?: (context: Context) => BeginAuthOptions,
): (context: Context) => Promise<Response> {
  return async (context) => (await oauth.beginAuth(context.req.raw, begin?.(context))).response;
}

/**
 * A Hono handler that takes the browser back from the approval, at the path of `redirectUrl`.
 *
 * @example
 * ```ts
 * app.get('/auth/callback', shopifyAuthCallback(oauth));
 * ```
 */
export function shopifyAuthCallback(
  oauth: ShopifyOAuth,
  hooks: AuthCallbackHooks<readonly [context: Context]> = {},
): (context: Context) => Promise<Response> {
  return (context) => finishAuth(oauth, hooks, context.req.raw, context);
}
