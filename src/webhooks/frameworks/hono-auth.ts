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

/** Variables set by `verifyShopifySession`: `context.get('shopifySession')` is the verified session. */
export interface ShopifySessionVariables {
  shopifySession: VerifiedSessionToken;
}

/**
 * Variables set by `verifyShopifyAppProxy`: `context.get('shopifyAppProxy')` is what Shopify says about the visitor.
 */
export interface ShopifyAppProxyVariables {
  shopifyAppProxy: VerifiedAppProxy;
}

/**
 * Creates Hono middleware for the server of an embedded app: a request with a valid session token continues with
 * `c.get('shopifySession')`; any other gets a 401 response, and App Bridge repeats it with a new token. Node only.
 *
 * @throws ConfigError for an unknown option.
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
 * Creates Hono middleware for app proxy requests: one signed by Shopify continues with `c.get('shopifyAppProxy')`; any
 * other gets a 401 response. Node only.
 *
 * @throws ConfigError for an unknown option.
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
 * Creates a Hono handler that starts an installation: `GET /auth?shop=acme.myshopify.com`.
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
  begin?: (context: Context) => BeginAuthOptions,
): (context: Context) => Promise<Response> {
  return async (context) => (await oauth.beginAuth(context.req.raw, begin?.(context))).response;
}

/**
 * Creates a Hono handler for the OAuth callback, at the path of `redirectUrl`.
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
