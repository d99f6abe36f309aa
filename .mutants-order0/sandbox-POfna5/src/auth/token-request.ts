// @ts-nocheck
import { InvalidResponseError, isShopwrightError, type ShopwrightError, TimeoutError } from '../errors/errors.ts';
import { exchange, received } from '../http/ky.ts';
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
  /** A test server in place of `https://{shop}`: scheme and host. */
  readonly origin?: string | undefined;
  readonly transport: Transport;
  /** All of the body, such as `client_id`, `client_secret` and `grant_type`. Sent as a form, and repeated nowhere. */
  readonly params: Readonly<Record<string, string>>;
  /** Milliseconds until the response counts as lost. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
}

/** What Shopify has granted. What a response leaves out is `null`, and never means "for ever". */
export interface GrantedTokens {
  readonly accessToken: string;
  /** Seconds from the response on. */
  readonly expiresInSeconds: number | null;
  readonly refreshToken: string | null;
  /** Seconds from the response on. */
  readonly refreshTokenExpiresInSeconds: number | null;
  /** Scopes as the response lists them: one to read is left out where there is the one to write. */
  readonly scopes: readonly string[] | null;
  /** Whose online token it is; `null` for an offline token. */
  readonly userId: string | null;
}

/** What came of a request for tokens. */
export type TokenReply =
  | { readonly outcome: 'granted'; readonly tokens: GrantedTokens }
  | {
      /** Shopify said no. Nothing was granted. */
      readonly outcome: 'refused';
      readonly status: number;
      /** `error` of OAuth, such as `invalid_grant`; `null` where the response has none. */
      readonly error: string | null;
      readonly retryAfterMs: number | undefined;
      /** Where a redirect leads, which is not followed. */
      readonly location: string | null;
      readonly requestId: string | undefined;
    }
  | {
      /** No response says whether anything was granted. `error.mayHaveExecuted` is `false` where nothing was sent. */
      readonly outcome: 'lost';
      readonly error: ShopwrightError;
    };

/** Where every grant is asked for, without a version. https://shopify.dev/docs/apps/build/authentication-authorization */
const tokenPath = '/admin/oauth/access_token';

/** A token response has some hundred bytes. */
const maxResponseBytes = 65_536;

/**
 * Asks Shopify for tokens, once. No token, code or secret is in what it returns besides the granted ones, or throws.
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
      new TimeoutError(`The request for tokens of ${shop} had no complete response within ${timeoutMs} ms.`, {
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
          // Without it Shopify answers a refusal with a page.
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
    // Of a client's transport: its own limit says what to do for a call.
    if (isShopwrightError(thrown, 'INVALID_RESPONSE')) {
      return lost(`${shop} answered a request for tokens with more than ${maxResponseBytes} bytes.`, shop);
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

/** Somebody on the way stopped waiting, and Shopify may have gone on: 408 Request Timeout, and nginx's 499. */
const isGivenUp = (status: number): boolean => status >= 500 || status === 408 || status === 499;

function readReply({ status, headers, body }: TransportResponse, shop: string, nowMs: number): TokenReply {
  if (isGivenUp(status)) return lost(`${shop} answered a request for tokens with status ${status}.`, shop);
  const json = parseJson(body);
  const fields = isRecord(json) ? json : {};
  if (status < 200 || status > 299) {
    const { error } = fields;
    return {
      outcome: 'refused',
      status,
      // A code and no text: nobody knows what else a response repeats of the request.
      error: typeof error === 'string' && /^[a-z_]{1,64}$/.test(error) ? error : null,
      retryAfterMs: parseRetryAfterMs(headers.get('retry-after'), nowMs),
      location: headers.get('location'),
      requestId: headers.get('x-request-id') ?? undefined,
    };
  }
  const accessToken = tokenOf(fields['access_token']);
  if (accessToken === null) return lost(`${shop} answered a request for tokens without an access token.`, shop);
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

/** Seconds, up to a hundred years. Tokens that have ended when they come are none. */
const secondsOf = (value: unknown): number | null =>
  typeof value === 'number' && value > 0 && value <= 3_155_760_000 ? value : null;

/** Seconds that an access token is taken to live where the response does not say it, and until it is asked for again. */
const assumedSeconds = 3_600;

/** https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens */
const refreshTokenSeconds = 7_776_000;

/**
 * Fields that a response with an expiring token should have and does not.
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
 * Tokens as a token store keeps them. What a response leaves out is taken from the tokens before, and a response that
 * should have it and does not is believed for an hour at most: Shopify has been seen to leave out each of the fields
 * (https://github.com/Shopify/shopify-app-js/issues/3400), and none of them then means "for ever".
 *
 * With neither an end nor a refresh token it is what an app gets that need not use tokens that expire: it is used until
 * Shopify refuses it, since after an hour there would be nothing to go on with.
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

/** Sends by `fetch`, for who has no client's transport at hand. */
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
