import { assertValid } from '../errors/base.ts';
import { unknownNames } from '../internal/names.ts';
import type { CompletedAuth, OAuthRequest, RefusedCallback, ShopifyOAuth } from './oauth.ts';
import { type VerifiedSessionToken, type VerifySessionTokenInput, verifySessionToken } from './session-token.ts';
import { type VerifiedAppProxy, type VerifyAppProxyInput, verifyAppProxy } from './signed-query.ts';

/** Options of the middleware that checks session tokens: those of `verifySessionToken`, without the token. */
export type VerifySessionOptions = Omit<VerifySessionTokenInput, 'token'>;

/** Options of the middleware that checks requests of the app proxy: those of `verifyAppProxy`, without the query. */
export type VerifyAppProxyOptions = Omit<VerifyAppProxyInput, 'query'>;

/** A refused request, in a form that every framework can send. */
export interface RefusedRequest {
  readonly ok: false;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Reasons caused by the host's settings, not by the request. */
const hostFaults: ReadonlySet<string> = new Set([
  'secret-missing',
  'secret-has-whitespace',
  'client-id-missing',
  'crypto-missing',
  'input-invalid',
]);

function refusedRequest(
  { reason, message }: { readonly reason: string; readonly message: string },
  headers: Readonly<Record<string, string>>,
): RefusedRequest {
  const isHosts = hostFaults.has(reason);
  return {
    ok: false,
    status: isHosts ? 500 : 401,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      ...(!isHosts && headers),
    },
    body: JSON.stringify({ error: reason, message }),
  };
}

/** App Bridge repeats such a request with a new token. */
const retryWithNewToken = { 'x-shopify-retry-invalid-session-request': '1' };

const sessionNames = { clientId: 1, secrets: 1, skewSeconds: 1, otherHosts: 1, clock: 1 };

/**
 * Checks the session token of whole requests: from the `Authorization` header or, without one, the query's `id_token`,
 * as on a page load.
 *
 * @throws ConfigError for an unknown option.
 */
export function sessionVerifier(
  options: VerifySessionOptions,
): (request: Omit<OAuthRequest, 'method'>) => VerifiedSessionToken | RefusedRequest {
  checkNames(options, sessionNames);
  return ({ url, headers }) => {
    const token = headers.get('authorization') ?? queryOf(url).get('id_token');
    const verified = verifySessionToken({ ...options, token });
    return verified.ok ? verified : refusedRequest(verified, retryWithNewToken);
  };
}

const proxyNames = { secrets: 1, windowSeconds: 1, otherHosts: 1, clock: 1 };

/**
 * Checks whole requests of the app proxy.
 *
 * @throws ConfigError for an unknown option.
 */
export function appProxyVerifier(
  options: VerifyAppProxyOptions,
): (request: Pick<OAuthRequest, 'url'>) => VerifiedAppProxy | RefusedRequest {
  checkNames(options, proxyNames);
  return ({ url }) => {
    const verified = verifyAppProxy({ ...options, query: url });
    return verified.ok ? verified : refusedRequest(verified, {});
  };
}

function checkNames(options: object, known: Readonly<Record<string, unknown>>): void {
  const issues = unknownNames(options, known);
  assertValid(issues);
}

function queryOf(url: string): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : url.slice(at));
}

/**
 * Hooks called with the outcome of an OAuth callback, before the response is sent. `Rest` is what the framework passes
 * to a route.
 */
export interface AuthCallbackHooks<Rest extends readonly unknown[]> {
  /**
   * Called once the app is installed and its tokens are stored. Add a session cookie of your own to the headers of
   * `installed.response`. If it throws, the error goes to the framework and the browser is not redirected.
   */
  readonly onInstalled?: (installed: CompletedAuth, ...rest: Rest) => unknown;
  /** Called when the callback was refused, for logging; it cannot change the response. */
  readonly onRefused?: (refused: RefusedCallback, ...rest: Rest) => unknown;
}

/**
 * Handles a callback and calls the host's hooks.
 *
 * @throws what a hook throws.
 */
export async function finishAuth<Rest extends readonly unknown[]>(
  oauth: ShopifyOAuth,
  hooks: AuthCallbackHooks<Rest>,
  request: OAuthRequest,
  ...rest: Rest
): Promise<Response> {
  const result = await oauth.handleCallback(request);
  if (result.ok) await hooks.onInstalled?.(result, ...rest);
  else await hooks.onRefused?.(result, ...rest);
  return result.response;
}
