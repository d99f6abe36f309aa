// @ts-nocheck
import type { ServerResponse } from 'node:http';
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
import { failureResponse } from '../response.ts';
import type { NodeMiddleware } from './express.ts';
import { headersOf, type NodeRequest, sendResponse, sendWebResponse } from './requests.ts';

declare global {
  // Express's own types take additions to a request in this way only.
  namespace Express {
    interface Request {
      /** The verified session, set by `verifyShopifySession`. */
      shopifySession?: VerifiedSessionToken;
      /** What Shopify says of the visitor, set by `verifyShopifyAppProxy`. */
      shopifyAppProxy?: VerifiedAppProxy;
    }
  }
}

/** A request on which `verifyShopifySession` and `verifyShopifyAppProxy` leave what they found. */
export interface ShopifyAuthRequest extends NodeRequest {
  shopifySession?: VerifiedSessionToken;
  shopifyAppProxy?: VerifiedAppProxy;
}

/** Express changes `url` where a router is mounted; the signature is over the address as it came. */
const fromNode = (request: NodeRequest & { readonly originalUrl?: string }): OAuthRequest => ({
  method: request.method ?? '',
  url: request.originalUrl ?? request.url ?? '',
  headers: headersOf(request),
});

/**
 * Express middleware for the server of an embedded app: a request with a valid session token goes on to `next()` with
 * `request.shopifySession`; any other is answered here with 401, and App Bridge repeats it with a new token.
 *
 * @throws ConfigError for an option that does not exist.
 *
 * @example
 * ```ts
 * app.use('/api', verifyShopifySession({ clientId, secrets }));
 * app.get('/api/orders', (request, response) => response.json(ordersOf(request.shopifySession.shop)));
 * ```
 */
export function verifyShopifySession(options: VerifySessionOptions): NodeMiddleware<ShopifyAuthRequest> {
  const verify = sessionVerifier(options);
  return verifying(verify, (request, session) => {
    request.shopifySession = session;
  });
}

/**
 * Express middleware for requests that come through the app proxy: one that Shopify has signed goes on to `next()` with
 * `request.shopifyAppProxy`; any other is answered here with 401.
 *
 * @throws ConfigError for an option that does not exist.
 *
 * @example
 * ```ts
 * app.get('/proxy', verifyShopifyAppProxy({ secrets }), (request, response) => {
 *   response.json({ shop: request.shopifyAppProxy?.shop });
 * });
 * ```
 */
export function verifyShopifyAppProxy(options: VerifyAppProxyOptions): NodeMiddleware<ShopifyAuthRequest> {
  const verify = appProxyVerifier(options);
  return verifying(verify, (request, proxied) => {
    request.shopifyAppProxy = proxied;
  });
}

function verifying<Verified extends { readonly ok: true }>(
  verify: (request: OAuthRequest) => Verified | RefusedRequest,
  keep: (request: ShopifyAuthRequest, verified: Verified) => void,
): NodeMiddleware<ShopifyAuthRequest> {
  return (request, response, next) => {
    const verified = verify(fromNode(request));
    if (!verified.ok) {
      sendResponse(response, verified);
      return;
    }
    keep(request, verified);
    next();
  };
}

/**
 * Express middleware that begins an installation: `GET /auth?shop=acme.myshopify.com`.
 *
 * @param begin Options of `beginAuth` for a request.
 *
 * @example
 * ```ts
 * app.get('/auth', shopifyAuth(oauth));
 * app.get('/auth/callback', shopifyAuthCallback(oauth));
 * ```
 */
export function shopifyAuth<Request extends NodeRequest = NodeRequest>(
  oauth: ShopifyOAuth,
  begin?: (request: Request) => BeginAuthOptions,
): (request: Request, response: ServerResponse, next?: (error?: unknown) => void) => void {
  return respondingWith(
    async (request: Request) => (await oauth.beginAuth(fromNode(request), begin?.(request))).response,
  );
}

/**
 * Express middleware that takes the browser back from the approval, at the path of `redirectUrl`.
 *
 * @example
 * ```ts
 * app.get('/auth/callback', shopifyAuthCallback(oauth, {
 *   onInstalled: ({ shop }, request, response) => response.cookie('shop', shop, { signed: true }),
 * }));
 * ```
 */
export function shopifyAuthCallback<
  Request extends NodeRequest = NodeRequest,
  Answer extends ServerResponse = ServerResponse,
>(
  oauth: ShopifyOAuth,
  hooks: AuthCallbackHooks<readonly [request: Request, response: Answer]> = {},
): (request: Request, response: Answer, next?: (error?: unknown) => void) => void {
  return respondingWith((request: Request, response: Answer) =>
    finishAuth(oauth, hooks, fromNode(request), request, response),
  );
}

const failed = failureResponse({
  status: 500,
  reason: 'handler-failed',
  message: 'The installation could not be completed.',
});

/** Middleware that always responds, so that `createServer` of node:http takes it too. */
function respondingWith<Request extends NodeRequest, Answer extends ServerResponse>(
  respond: (request: Request, response: Answer) => Promise<Response>,
): (request: Request, response: Answer, next?: (error?: unknown) => void) => void {
  return (request, response, next) => {
    respond(request, response)
      .then((result) => sendWebResponse(response, result))
      .catch(next ?? (() => sendResponse(response, failed)));
  };
}
