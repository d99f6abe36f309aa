// @ts-nocheck
import { assertValid } from '../errors/base.ts';
import { unknownNames } from '../internal/names.ts';
import type { CompletedAuth, OAuthRequest, RefusedCallback, ShopifyOAuth } from './oauth.ts';
import { type VerifiedSessionToken, type VerifySessionTokenInput, verifySessionToken } from './session-token.ts';
import { type VerifiedAppProxy, type VerifyAppProxyInput, verifyAppProxy } from './signed-query.ts';

/** Options of the middleware that checks session tokens: those of `verifySessionToken`, without the token. */
export type VerifySessionOptions = Omit<VerifySessionTokenInput, 'token'>;

/** Options of the middleware that checks requests of the app proxy: those of `verifyAppProxy`, without the query. */
export type VerifyAppProxyOptions = Omit<VerifyAppProxyInput, 'query'>;

/** A request that goes no further, in a form that every framework can send. */
export interface RefusedRequest {
  readonly ok: false;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Reasons that lie in the host's settings, and not in the request. */
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

/** App Bridge repeats a request that is refused so, with a new token. */
const retryWithNewToken = { 'x-shopify-retry-invalid-session-request': '1' };

const sessionNames = { clientId: 1, secrets: 1, skewSeconds: 1, otherHosts: 1, clock: 1 };

/**
 * Checks the session token of whole requests: that of the `Authorization` header, or where there is none the `id_token`
 * of the query, as on a page load.
 *
 * @throws ConfigError for the name of an option that does not exist.
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
 * @throws ConfigError for the name of an option that does not exist.
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

/** What a host does with the outcome of a callback, before it is sent. `Rest` is what the framework hands to a route. */
export interface AuthCallbackHooks<Rest extends readonly unknown[]> {
  /**
   * The app is installed and its tokens are stored. A session cookie of the host's goes into the headers of
   * `installed.response`. What it throws goes to the framework, and the browser is not sent on.
   */
  readonly onInstalled?: (installed: CompletedAuth, ...rest: Rest) => unknown;
  /** The callback was refused. For a log line; the response stays as it is. */
  readonly onRefused?: (refused: RefusedCallback, ...rest: Rest) => unknown;
}

/**
 * Takes a callback, and calls the host's hooks.
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
