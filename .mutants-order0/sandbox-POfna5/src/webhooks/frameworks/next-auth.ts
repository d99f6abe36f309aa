// @ts-nocheck
import type { ServerResponse } from 'node:http';
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
import { headersOf, type NodeRequest, sendResponse } from './requests.ts';

/** A route that is called for verified requests only, with what was found. */
export type AuthenticatedRoute<Verified, Context> = (
  request: Request,
  verified: Verified,
  context: Context,
) => Response | Promise<Response>;

/** Puts verification in front of a route handler of Next's App Router. */
export type AuthenticateRoute<Verified> = <Context = unknown>(
  route: AuthenticatedRoute<Verified, Context>,
) => (request: Request, context: Context) => Promise<Response>;

/**
 * Puts the check of the session token in front of a route handler of Next's App Router, for the server of an embedded app.
 * A request without a valid one is answered with 401, and App Bridge repeats it with a new token. For the Node runtime.
 *
 * @throws ConfigError for an option that does not exist.
 *
 * @example
 * ```ts
 * export const GET = verifyShopifySession({ clientId, secrets })(async (request, session) =>
 *   Response.json(await ordersOf(session.shop)),
 * );
 * ```
 */
export function verifyShopifySession(options: VerifySessionOptions): AuthenticateRoute<VerifiedSessionToken> {
  const verify = sessionVerifier(options);
  return (route) => async (request, context) => {
    const verified = verify(request);
    return verified.ok ? route(request, verified, context) : toResponse(verified);
  };
}

/**
 * Puts the check of the app proxy's signature in front of a route handler of Next's App Router. Any other request is
 * answered with 401. For the Node runtime.
 *
 * @throws ConfigError for an option that does not exist.
 *
 * @example
 * ```ts
 * export const GET = verifyShopifyAppProxy({ secrets })((_request, { shop }) => Response.json({ shop }));
 * ```
 */
export function verifyShopifyAppProxy(options: VerifyAppProxyOptions): AuthenticateRoute<VerifiedAppProxy> {
  const verify = appProxyVerifier(options);
  return (route) => async (request, context) => {
    const verified = verify(request);
    return verified.ok ? route(request, verified, context) : toResponse(verified);
  };
}

/** An API route that is called for requests with a valid session token only. */
export type AuthenticatedApiRoute<Request extends NodeRequest, Response extends ServerResponse> = (
  request: Request,
  response: Response,
  session: VerifiedSessionToken,
) => unknown;

/**
 * Puts the check of the session token in front of an API route of Next's Pages Router.
 *
 * @throws ConfigError for an option that does not exist.
 *
 * @example
 * ```ts
 * export default verifyShopifySessionApiRoute({ clientId, secrets })((_request, response, { shop }) => {
 *   response.end(shop);
 * });
 * ```
 */
export function verifyShopifySessionApiRoute(
  options: VerifySessionOptions,
): <Request extends NodeRequest, Response extends ServerResponse>(
  route: AuthenticatedApiRoute<Request, Response>,
) => (request: Request, response: Response) => Promise<void> {
  const verify = sessionVerifier(options);
  return (route) => async (request, response) => {
    const verified = verify({ url: request.url ?? '', headers: headersOf(request) });
    if (verified.ok) await route(request, response, verified);
    else sendResponse(response, verified);
  };
}

/**
 * A route handler of Next's App Router that begins an installation: `GET /auth?shop=acme.myshopify.com`.
 *
 * @param begin Options of `beginAuth` for a request.
 *
 * @example
 * ```ts
 * // app/auth/route.ts
 * export const GET = shopifyAuth(oauth);
 * ```
 */
export function shopifyAuth(
  oauth: ShopifyOAuth,
  begin?: (request: Request) => BeginAuthOptions,
): (request: Request) => Promise<Response> {
  return async (request) => (await oauth.beginAuth(request, begin?.(request))).response;
}

/**
 * A route handler of Next's App Router that takes the browser back from the approval, at the path of `redirectUrl`.
 *
 * @example
 * ```ts
 * // app/auth/callback/route.ts
 * export const GET = shopifyAuthCallback(oauth);
 * ```
 */
export function shopifyAuthCallback(
  oauth: ShopifyOAuth,
  hooks: AuthCallbackHooks<readonly [request: Request]> = {},
): (request: Request) => Promise<Response> {
  return (request) => finishAuth(oauth, hooks, request, request);
}
