import {
  AccessDeniedError,
  AuthenticationError,
  HttpError,
  type ResponseErrorDetails,
  ShopUnavailableError,
  type ShopwrightError,
  ThrottledError,
} from '../errors/errors.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import { redactText } from '../internal/redact.ts';
import type { TransportResponse } from '../ports/transport.ts';

/** Creates the typed error for a response whose status is not 2xx. */
export function errorOfStatus(
  response: TransportResponse,
  context: ResponseErrorDetails,
  nowMs: number,
): ShopwrightError {
  const { status } = response;
  const retryAfterMs = parseRetryAfterMs(response.headers.get('retry-after'), nowMs);
  const details = {
    mayHaveExecuted: !refusals.has(status),
    ...context,
    status,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  const said = messageOfBody(response.body);
  const quoted = said === undefined ? '' : ` Shopify says: ${said}`;
  const shop = context.shop ?? 'the shop';

  switch (status) {
    case 401:
      return new AuthenticationError(
        `Shopify refused the access token for ${shop}. Check the token, and that the app is still installed there.${quoted}`,
        details,
      );
    case 402:
      return new ShopUnavailableError(`${shop} is frozen, or its plan lacks the feature (402).${quoted}`, details);
    case 403:
      return errorOfForbidden(response.body, shop, quoted, details);
    case 423:
      return new ShopUnavailableError(
        `${shop} is locked by Shopify (423). Its owner must contact Shopify.${quoted}`,
        details,
      );
    case 429:
      return new ThrottledError(`${shop} accepts no more requests now (429).${quoted}`, details);
    case 404:
      return new HttpError(
        `Not found (404). Check that ${shop} exists, and the path and API version.${quoted}`,
        details,
      );
    case 501:
      return new HttpError(`${shop} does not offer this (501).${quoted}`, details);
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return new HttpError(
        `${shop} redirects (${status}) ${meaningOfRedirect(response.headers.get('location'), shop)}${quoted}`,
        details,
      );
    default:
      return new HttpError(`${shop} responded with status ${status}.${quoted}`, {
        isRetryable: status >= 500 && status !== 783,
        ...details,
      });
  }
}

/**
 * Three causes of a 403, each with its own fix: a kind of token that public apps may no longer use, which a token
 * source can renew; a missing scope, reported as JSON; and an address outside the app's IP allowlist, which is refused
 * before any API sees the request. https://shopify.dev/docs/apps/build/dev-dashboard/ip-allowlist
 */
function errorOfForbidden(
  body: string,
  shop: string,
  quoted: string,
  details: ResponseErrorDetails,
): AuthenticationError | AccessDeniedError {
  if (/non-?expiring/i.test(body)) {
    return new AuthenticationError(
      `Shopify no longer accepts the non-expiring access token for ${shop} (403). Exchange it for an expiring offline token.${quoted}`,
      details,
    );
  }
  if (isRecord(parseJson(body))) {
    return new AccessDeniedError(
      `The app may not do this on ${shop} (403). Grant the missing scope.${quoted}`,
      details,
    );
  }
  return new AccessDeniedError(
    `${shop} refused the call before it reached the API (403 without an API response), as it does for addresses outside ` +
      "the app's IP allowlist. Add this server's outgoing addresses to the allowlist in the Dev Dashboard.",
    { ...details, code: 'IP_NOT_ALLOWED' },
  );
}

/** Where a redirect leads, without its query, which can contain secrets, and what that means. It is never followed. */
function meaningOfRedirect(location: string | null, shop: string): string {
  const base = `https://${shop}`;
  if (location === null || !URL.canParse(location, base)) {
    return "without a location. Check the shop's domain and the path.";
  }
  const { host, origin, pathname } = new URL(location, base);
  const to = `to ${origin}${pathname}`;
  if (/(^|\/)password\/?$/.test(pathname)) {
    return `${to}: a storefront's password page. Use the shop's *.myshopify.com domain, and check the path.`;
  }
  if (host === 'accounts.shopify.com' || /(^|\/)(login|authorize)(\/|$)/.test(pathname)) {
    return `${to}: a login page. The Admin API is not at this address: check the shop's domain and the path.`;
  }
  if (host !== shop && host.endsWith('.myshopify.com')) {
    return `${to}: the shop has a new domain. Use ${host} instead.`;
  }
  return `${to}. It is not followed, to protect the access token: check the shop's domain and the path.`;
}

/**
 * Statuses that mean that Shopify has not carried out the request: https://shopify.dev/docs/api/usage/response-codes.
 * Redirects happen before any API sees the request: to a shop's new domain, a password page, a login.
 *
 * No other status proves it. 303 means that the request was carried out; Shopify does not send 304 and 460; with 408
 * and 499 a server on the way has stopped waiting. REST handles 409 ("conflict in the request") itself; elsewhere the
 * conflict can be with what this same request did when it was sent before. After a 5xx the outcome is unknown.
 */
const refusals: ReadonlySet<number> = new Set([
  301, 302, 307, 308, 400, 401, 402, 403, 404, 405, 406, 414, 415, 422, 423, 429, 430, 501, 783,
]);

const longestQuote = 300;

/** Shopify's `errors` of a refused request: a text, an object of texts or lists, or a list of objects. Never HTML. */
function messageOfBody(body: string): string | undefined {
  const parsed = parseJson(body);
  if (!isRecord(parsed)) return undefined;
  const { errors, error } = parsed;
  const value = errors ?? error;
  if (value === undefined) return undefined;
  // Redacted before it is cut: half of a secret would not be recognized.
  const text = redactText(typeof value === 'string' ? value : JSON.stringify(value));
  return text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text;
}

/**
 * Reads a `Retry-After` header: seconds, which Shopify sends as a decimal such as `2.0`, or an HTTP date.
 *
 * @returns Milliseconds from `nowMs`, never negative; `undefined` if the header is missing or invalid.
 */
export function parseRetryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  // Date.parse accepts almost anything, so require the day name that an HTTP date starts with.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
