import { InvalidResponseError, isShopwrightError, type ShopwrightError, TimeoutError } from '../errors/errors.ts';
import { exchange, received } from '../http/exchange.ts';
import { parseRetryAfterMs } from '../http/status.ts';
import { linkSignal } from '../internal/abort.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import type { StoredTokens } from '../ports/token-store.ts';
import type { Transport, TransportResponse } from '../ports/transport.ts';

/** One request for tokens. */
export interface TokenRequest {
  /** Domain, such as `acme.myshopify.com`. */
  readonly shop: string;
  /** Scheme and host of a test server, instead of `https://{shop}`. */
  readonly origin?: string | undefined;
  readonly transport: Transport;
  /**
   * The whole body, such as `client_id`, `client_secret` and `grant_type`. Sent as a form, and never logged or shown in
   * errors.
   */
  readonly params: Readonly<Record<string, string>>;
  /** Milliseconds until the response counts as lost. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
}

/** The tokens that Shopify granted. Fields missing from the response are `null`, which never means "forever". */
export interface GrantedTokens {
  readonly accessToken: string;
  /** Seconds from the response on. */
  readonly expiresInSeconds: number | null;
  readonly refreshToken: string | null;
  /** Seconds from the response on. */
  readonly refreshTokenExpiresInSeconds: number | null;
  /** Scopes as the response lists them: it omits read scopes that a write scope implies. */
  readonly scopes: readonly string[] | null;
  /** Whose online token it is; `null` for an offline token. */
  readonly userId: string | null;
}

/** Result of a token request. */
export type TokenReply =
  | { readonly outcome: 'granted'; readonly tokens: GrantedTokens }
  | {
      /** Shopify refused. Nothing was granted. */
      readonly outcome: 'refused';
      readonly status: number;
      /** OAuth's `error`, such as `invalid_grant`; `null` if the response has none. */
      readonly error: string | null;
      readonly retryAfterMs: number | undefined;
      /** The target of a redirect, which is not followed. */
      readonly location: string | null;
      readonly requestId: string | undefined;
    }
  | {
      /** It is unknown whether anything was granted. `error.mayHaveExecuted` is `false` if nothing was sent. */
      readonly outcome: 'lost';
      readonly error: ShopwrightError;
    };

/** The endpoint of every grant, without a version. https://shopify.dev/docs/apps/build/authentication-authorization */
const tokenPath = '/admin/oauth/access_token';

/** A token response has some hundred bytes. */
const maxResponseBytes = 65_536;

/**
 * Requests tokens from Shopify, once. Its result contains no token, code or secret except the granted tokens; its
 * errors contain none.
 *
 * @throws The reason of `signal`.
 */
export async function requestTokens(request: TokenRequest): Promise<TokenReply> {
  const { shop, origin, transport, params, timeoutMs, signal, clock = systemClock } = request;
  const limit = linkSignal(
    clock,
    signal,
    timeoutMs,
    () =>
      new TimeoutError(`The token request for ${shop} had no complete response within ${timeoutMs} ms.`, {
        code: 'TIMEOUT',
        timeoutMs,
        shop,
        mayHaveExecuted: true,
      }),
  );
  try {
    const response = await limit.until(
      transport.send({
        method: 'POST',
        url: `${origin ?? `https://${shop}`}${tokenPath}`,
        headers: {
          // Without it, Shopify responds to refusals with a page.
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
          'user-agent': 'shopwright',
          ...(origin !== undefined && { 'x-shopify-shop-domain': shop }),
        },
        body: String(new URLSearchParams(params)),
        signal: limit.signal,
        maxResponseBytes,
      }),
    );
    return readReply(response, shop, clock.now());
  } catch (thrown) {
    if (signal?.aborted) throw signal.reason;
    // Thrown by a client's transport: its message is about API calls, not tokens.
    if (isShopwrightError(thrown, 'INVALID_RESPONSE')) {
      return lost(`${shop} responded to a token request with more than ${maxResponseBytes} bytes.`, shop);
    }
    if (isShopwrightError(thrown)) return { outcome: 'lost', error: thrown };
    const name = thrown instanceof Error ? thrown.name : typeof thrown;
    return lost(`The transport "${transport.name}" failed with ${name}.`, shop);
  } finally {
    limit.release();
  }
}

function lost(message: string, shop: string): TokenReply {
  return { outcome: 'lost', error: new InvalidResponseError(message, { shop }) };
}

/** A proxy stopped waiting, but Shopify may have continued: 408 Request Timeout, and nginx's 499. */
const isGivenUp = (status: number): boolean => status >= 500 || status === 408 || status === 499;

function readReply({ status, headers, body }: TransportResponse, shop: string, nowMs: number): TokenReply {
  if (isGivenUp(status)) return lost(`${shop} responded to a token request with status ${status}.`, shop);
  const json = parseJson(body);
  const fields = isRecord(json) ? json : {};
  if (status < 200 || status > 299) {
    const { error } = fields;
    return {
      outcome: 'refused',
      status,
      // Only a code, not free text: a response might repeat parts of the request.
      error: typeof error === 'string' && /^[a-z_]{1,64}$/.test(error) ? error : null,
      retryAfterMs: parseRetryAfterMs(headers.get('retry-after'), nowMs),
      location: headers.get('location'),
      requestId: headers.get('x-request-id') ?? undefined,
    };
  }
  const accessToken = tokenOf(fields['access_token']);
  if (accessToken === null) return lost(`${shop} responded to a token request without an access token.`, shop);
  const user = fields['associated_user'];
  const userId = isRecord(user) ? user['id'] : undefined;
  return {
    outcome: 'granted',
    tokens: {
      accessToken,
      expiresInSeconds: secondsOf(fields['expires_in']),
      refreshToken: tokenOf(fields['refresh_token']),
      refreshTokenExpiresInSeconds: secondsOf(fields['refresh_token_expires_in']),
      scopes: typeof fields['scope'] === 'string' ? fields['scope'].split(/[\s,]+/).filter(Boolean) : null,
      userId: Number.isSafeInteger(userId) || typeof userId === 'string' ? String(userId) : null,
    },
  };
}

/** A token that a header can carry. */
const tokenOf = (value: unknown): string | null =>
  typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) ? value : null;

/** Seconds, up to a hundred years; zero and negative lifetimes count as missing. */
const secondsOf = (value: unknown): number | null =>
  typeof value === 'number' && value > 0 && value <= 3_155_760_000 ? value : null;

/** Assumed lifetime of an access token in seconds, if the response does not say. */
const assumedSeconds = 3_600;

/** https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens */
const refreshTokenSeconds = 7_776_000;

/**
 * Returns the fields that a response with an expiring token should have but lacks.
 *
 * @param isRefreshable Whether tokens of this kind have a refresh token.
 */
export function missingFields(
  { expiresInSeconds, refreshToken, refreshTokenExpiresInSeconds }: GrantedTokens,
  isRefreshable: boolean,
): string[] {
  return Object.entries({
    expires_in: expiresInSeconds,
    ...(isRefreshable && { refresh_token: refreshToken, refresh_token_expires_in: refreshTokenExpiresInSeconds }),
  }).flatMap(([field, value]) => (value === null ? [field] : []));
}

/**
 * Returns tokens in the form of a token store. Missing fields are taken from the previous tokens, and a response that
 * lacks required fields is trusted for at most an hour: Shopify has been seen to omit each of the fields
 * (https://github.com/Shopify/shopify-app-js/issues/3400), which never means "forever".
 *
 * An app that need not use expiring tokens gets one with neither expiry nor refresh token. Such a token is used until
 * Shopify refuses it, since it could not be renewed after an hour.
 *
 * @param nowMs Milliseconds since the epoch at which the request was sent, by the clock of the store.
 * @param isRefreshable Whether tokens of this kind have a refresh token.
 */
export function storedTokens(
  granted: GrantedTokens,
  nowMs: number,
  isRefreshable: boolean,
  before?: StoredTokens,
): StoredTokens {
  const { accessToken, expiresInSeconds, refreshToken, refreshTokenExpiresInSeconds, scopes } = granted;
  const isWhole = !isRefreshable || missingFields(granted, isRefreshable).length === 0;
  const lifeSeconds = expiresInSeconds ?? assumedSeconds;
  const at = (seconds: number): number => Math.floor(nowMs + seconds * 1_000);
  const nextRefreshToken = refreshToken ?? before?.refreshToken ?? null;
  const hasNoEnd = isRefreshable && expiresInSeconds === null && nextRefreshToken === null;
  return {
    accessToken,
    accessTokenExpiresAt: hasNoEnd ? null : at(isWhole ? lifeSeconds : Math.min(lifeSeconds, assumedSeconds)),
    refreshToken: nextRefreshToken,
    refreshTokenExpiresAt:
      refreshToken === null
        ? (before?.refreshTokenExpiresAt ?? null)
        : at(refreshTokenExpiresInSeconds ?? refreshTokenSeconds),
    scopes: scopes ?? before?.scopes ?? [],
  };
}

/** Creates a transport on `fetch`, for use without a client's transport. */
export function fetchTransport(given?: typeof fetch): Transport {
  return {
    name: 'fetch',
    send: ({ url, method, headers, body, signal, maxResponseBytes: limit }) =>
      exchange(signal, async (stop) => {
        const settings = { method, headers, body: body ?? null, signal: stop } as const;
        return received(await (given ?? fetch)(url, { ...settings, redirect: 'manual', cache: 'no-store' }), limit);
      }),
  };
}
