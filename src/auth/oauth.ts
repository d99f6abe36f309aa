// The whole OAuth installation in one file: the redirects, the cookie, the checks and the message of each refusal.
import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { missingScopes } from '../config/scopes.ts';
import { ConfigError, type Issue, isShopwrightError, type ShopwrightError, StorageError } from '../errors/errors.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import { unknownNames, unknownValue } from '../internal/names.ts';
import type { Logger } from '../ports/logger.ts';
import type { StoredTokens, TokenOwner, TokenStore } from '../ports/token-store.ts';
import type { Transport } from '../ports/transport.ts';
import { defaultApp } from '../storage/keys.ts';
import { safeLogger } from '../telemetry/telemetry.ts';
import { type AppSecrets, isSameText } from './app-secrets.ts';
import { isSecondsUpTo } from './refusals.ts';
import { type OtherShopHost, type ShopRefusal, verifyShop } from './shop.ts';
import { type SignedQueryRefusal, verifyOAuthQuery } from './signed-query.ts';
import { fetchTransport, missingFields, requestTokens, storedTokens } from './token-request.ts';

/** Options of `createOAuth`. */
export interface OAuthOptions {
  readonly clientId: string;
  /**
   * The client secret. If you pass several, the first one signs cookies and is sent with the code; all of them verify.
   */
  readonly secrets: AppSecrets;
  /** Scopes that the app requests, such as `['write_products']`; may be empty. All of them must be granted. */
  readonly scopes: readonly string[];
  /**
   * Where Shopify redirects the browser after approval: an absolute URL without a query, exactly as in the app's
   * settings. https, or http on this machine.
   */
  readonly redirectUrl: string;
  /** Stores the tokens, before the browser is redirected: what `createTokenStore` returns. */
  readonly tokens: TokenStore;
  /** Name of the app in `tokens`. Default `default`. */
  readonly appId?: string | undefined;
  /**
   * `offline` tokens belong to the shop and expire after an hour; `online` ones belong to the approving user. Default
   * `offline`.
   */
  readonly mode?: 'offline' | 'online' | undefined;
  /**
   * Whether to redirect the browser to the app inside the shop's admin at the end. Default `false`: to the app's own
   * site.
   */
  readonly embedded?: boolean | undefined;
  /** Path on the app's site to redirect to at the end, unless `beginAuth` receives another one. Default `/`. */
  readonly returnTo?: string | undefined;
  /** Maximum difference between a callback's timestamp and now, in seconds, from 0 to 86,400. Default 90. */
  readonly windowSeconds?: number | undefined;
  /** Hosts of shops besides `myshopify.com`. Default: none. */
  readonly otherHosts?: readonly Exclude<OtherShopHost, 'admin.shopify.com'>[] | undefined;
  /** A test server to use instead of `https://{shop}`, such as the fake's origin. */
  readonly origin?: string | undefined;
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Sends the token request. Default: `fetch`. */
  readonly transport?: Transport | undefined;
  /** Time limit for exchanging the code, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Receives a warning if Shopify omitted fields of an installation's tokens. Default: none. */
  readonly logger?: Logger | undefined;
  /** Default: the system clock. */
  readonly clock?: Clock | undefined;
}

/** The parts of a request that are used: a `Request`, or any object of this shape. */
export interface OAuthRequest {
  readonly method: string;
  /** The URL with its query exactly as received; in Express, `originalUrl`. */
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/** Options of `beginAuth`. */
export interface BeginAuthOptions {
  /**
   * Path on the app's site to redirect to at the end, such as `/settings?tab=1`. Anything else, such as another site's
   * URL, is refused.
   */
  readonly returnTo?: string | undefined;
}

/** An installation that has begun: the response redirects the browser to the shop for approval. */
export interface BegunAuth {
  readonly ok: true;
  /** Domain of the shop in lower case, such as `acme.myshopify.com`. */
  readonly shop: string;
  /** Send it unchanged: it redirects the browser and sets a cookie. */
  readonly response: Response;
}

/** A completed installation, whose tokens are stored. */
export interface CompletedAuth {
  readonly ok: true;
  /** Domain of the shop in lower case, such as `acme.myshopify.com`. */
  readonly shop: string;
  /** Granted scopes as Shopify lists them; `null` if its response has no scopes. */
  readonly scopes: readonly string[] | null;
  /** Shopify's id of the user, for an online token; otherwise `null`. */
  readonly userId: string | null;
  /** Redirects the browser and deletes the cookie. You can add a session cookie of your own to its headers. */
  readonly response: Response;
}

/** A request that was refused. */
export interface RefusedAuth<Reason extends string> {
  readonly ok: false;
  readonly reason: Reason;
  /** What is wrong and how to fix it. Contains no secret and no part of the request. */
  readonly message: string;
  /** Contains the message as plain text. */
  readonly response: Response;
}

/**
 * Why an installation was not started.
 *
 * - `shop-missing`, `shop-invalid`, `shop-host-not-allowed`: as in `verifyShop`.
 * - `parameter-repeated`: the query has more than one `shop`.
 * - `query-too-long`: the URL is longer than 16,384 characters.
 * - `return-to-invalid`: `returnTo` is not a path on the app's own site.
 * - `method-not-allowed`: not GET.
 * - `input-invalid`: the request or the options could not be read.
 */
export type BeginAuthRefusal =
  | ShopRefusal
  | 'parameter-repeated'
  | 'query-too-long'
  | 'return-to-invalid'
  | 'method-not-allowed'
  | 'input-invalid';

/**
 * Why a callback was refused. Nothing is stored.
 *
 * - Those of `verifyOAuthQuery`.
 * - `method-not-allowed`: not GET. A HEAD request would use up the code.
 * - `cookie-missing`: the installation was not started in this browser, or the browser sends no cookie.
 * - `cookie-invalid`: the cookie was not signed by this app.
 * - `cookie-expired`: the installation was started more than 10 minutes ago.
 * - `shop-mismatch`: the installation was started for another shop.
 * - `code-missing`: the query is signed, but has no code.
 * - `exchange-refused`: Shopify does not accept the code, or the app's credentials.
 * - `exchange-failed`: Shopify did not respond; `error` has the details. The code may be used up: start again.
 * - `scopes-missing`: not all scopes were granted; `missingScopes` lists those that were not.
 * - `store-failed`: the tokens could not be stored; `error` has the details.
 */
export type CallbackRefusal =
  | SignedQueryRefusal
  | 'method-not-allowed'
  | 'cookie-missing'
  | 'cookie-invalid'
  | 'cookie-expired'
  | 'shop-mismatch'
  | 'code-missing'
  | 'exchange-refused'
  | 'exchange-failed'
  | 'scopes-missing'
  | 'store-failed';

/** A callback that was refused. */
export interface RefusedCallback extends RefusedAuth<CallbackRefusal> {
  /** The shop, once Shopify's signature has confirmed it; otherwise `null`. */
  readonly shop: string | null;
  /** The missing scopes, for `scopes-missing`; otherwise empty. */
  readonly missingScopes: readonly string[];
  /** Set for `exchange-failed` and `store-failed`. */
  readonly error?: ShopwrightError;
}

/** The two steps of an installation by OAuth. */
export interface ShopifyOAuth {
  /**
   * Redirects the browser to the shop in the query (`?shop=acme.myshopify.com`) for approval. Never throws because of a
   * request.
   */
  beginAuth(request: OAuthRequest, options?: BeginAuthOptions): Promise<BegunAuth | RefusedAuth<BeginAuthRefusal>>;
  /**
   * Handles the callback: checks cookie, signature, time, state and shop, exchanges the code, checks the scopes, stores
   * the tokens, and redirects. Never throws because of a request.
   */
  handleCallback(request: OAuthRequest): Promise<CompletedAuth | RefusedCallback>;
}

/**
 * Installs a stand-alone app by OAuth (authorization code grant). An embedded app does not need this: Shopify installs
 * it, and it exchanges session tokens.
 *
 * Source: https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant
 *
 * @throws ConfigError listing every invalid option, before any request.
 *
 * @example
 * ```ts
 * const oauth = createOAuth({
 *   clientId: process.env.SHOPIFY_API_KEY ?? '',
 *   secrets: process.env.SHOPIFY_API_SECRET,
 *   scopes: ['write_products'],
 *   redirectUrl: 'https://app.example/auth/callback',
 *   tokens,
 * });
 * // GET /auth?shop=acme.myshopify.com
 * const begin = async (request: Request) => (await oauth.beginAuth(request)).response;
 * // GET /auth/callback
 * const callback = async (request: Request) => (await oauth.handleCallback(request)).response;
 * ```
 */
export function createOAuth(options: OAuthOptions): ShopifyOAuth {
  return new OAuthFlow(readOptions(options));
}

/**
 * Starts an installation, like `createOAuth(options).beginAuth(request)`. `options.returnTo` is where the browser is
 * redirected at the end.
 *
 * @throws ConfigError listing every invalid option; never because of a request.
 *
 * @example
 * ```ts
 * // GET /auth?shop=acme.myshopify.com
 * const begin = async (request: Request) => (await beginAuth(request, options)).response;
 * ```
 */
export async function beginAuth(
  request: OAuthRequest,
  options: OAuthOptions,
): Promise<BegunAuth | RefusedAuth<BeginAuthRefusal>> {
  return createOAuth(options).beginAuth(request);
}

/**
 * Handles the callback, like `createOAuth(options).handleCallback(request)`: checks everything, stores the tokens, and
 * redirects.
 *
 * @throws ConfigError listing every invalid option; never because of a request.
 *
 * @example
 * ```ts
 * // GET /auth/callback
 * const callback = async (request: Request) => (await handleCallback(request, options)).response;
 * ```
 */
export async function handleCallback(
  request: OAuthRequest,
  options: OAuthOptions,
): Promise<CompletedAuth | RefusedCallback> {
  return createOAuth(options).handleCallback(request);
}

/** Options with their defaults. */
interface Settings extends Omit<OAuthOptions, 'secrets' | 'fetch'> {
  readonly secrets: readonly [string, ...string[]];
  readonly redirect: URL;
  readonly appId: string;
  readonly mode: 'offline' | 'online';
  readonly embedded: boolean;
  readonly returnTo: string;
  readonly transport: Transport;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Maximum milliseconds from the start to the callback. */
const attemptMs = 10 * 60_000;

/** Characters. Node refuses a request whose address and headers are longer than this. */
const maxUrlLength = 16_384;

class OAuthFlow implements ShopifyOAuth {
  readonly #settings: Settings;
  readonly #cookie: AttemptCookie;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#cookie = new AttemptCookie(settings);
  }

  async beginAuth(
    request: OAuthRequest,
    options: BeginAuthOptions = {},
  ): Promise<BegunAuth | RefusedAuth<BeginAuthRefusal>> {
    try {
      return this.#begin(request, options);
    } catch {
      return refuseBegin('input-invalid');
    }
  }

  /** May throw on hostile input, such as a getter that throws. */
  #begin({ method, url }: OAuthRequest, options: BeginAuthOptions): BegunAuth | RefusedAuth<BeginAuthRefusal> {
    const { clientId, scopes, redirectUrl, mode, embedded, otherHosts, origin, clock } = this.#settings;
    const [unknown] = unknownNames(options, { returnTo: true });
    if (unknown) return refuseBegin('input-invalid', `The option \`${unknown.field}\` ${unknown.message}`);
    if (method !== 'GET') return refuseBegin('method-not-allowed');
    if (url.length > maxUrlLength) return refuseBegin('query-too-long');
    const at = url.indexOf('?');
    const query = new URLSearchParams(at < 0 ? '' : url.slice(at));
    const shops = query.getAll('shop');
    if (shops.length > 1) return refuseBegin('parameter-repeated');
    const verified = verifyShop(shops[0], { otherHosts });
    if (!verified.ok) return refuseBegin(verified.reason, verified.message);
    const { shop } = verified;
    const returnTo = options.returnTo ?? this.#settings.returnTo;
    if (!isOwnPath(returnTo)) return refuseBegin('return-to-invalid');
    // Inside the admin's frame, the browser drops the cookie and does not show Shopify's approval page.
    if (embedded && query.get('embedded') === '1') return { ok: true, shop, response: leaveFrame(clientId, shop) };

    const state = randomBytes(16).toString('hex');
    const approval = new URL('/admin/oauth/authorize', origin ?? `https://${shop}`);
    approval.search = String(
      new URLSearchParams({
        client_id: clientId,
        scope: scopes.join(','),
        redirect_uri: redirectUrl,
        state,
        ...(mode === 'online' && { 'grant_options[]': 'per-user' }),
      }),
    );
    const cookie = this.#cookie.write({ state, shop, returnTo, at: clock.now() });
    return { ok: true, shop, response: redirectTo(approval.href, cookie) };
  }

  async handleCallback(request: OAuthRequest): Promise<CompletedAuth | RefusedCallback> {
    try {
      const { method, url } = request;
      const { secrets, windowSeconds, otherHosts, clock } = this.#settings;
      if (method !== 'GET') return refuseCallback('method-not-allowed');
      const attempt = this.#cookie.read(request.headers.get('cookie'), clock.now());
      if (typeof attempt === 'string') return refuseCallback(attempt);
      const { state } = attempt;
      const verified = verifyOAuthQuery({ query: url, secrets, state, windowSeconds, otherHosts, clock });
      if (!verified.ok) return refuseCallback(verified.reason, { message: verified.message });
      const { shop, code } = verified;
      if (shop !== attempt.shop) return refuseCallback('shop-mismatch', { shop });
      if (code === null || code === '') return refuseCallback('code-missing', { shop });
      return await this.#complete(shop, code, attempt);
    } catch {
      return refuseCallback('input-invalid');
    }
  }

  /** Completes the installation, from a code signed by Shopify to the redirect. */
  async #complete(shop: string, code: string, { returnTo }: Attempt): Promise<CompletedAuth | RefusedCallback> {
    const {
      clientId,
      secrets,
      scopes,
      mode,
      origin,
      transport,
      timeoutMs,
      clock,
      tokens: store,
      logger,
    } = this.#settings;
    // From the clock that all readers of the tokens use, and read before the tokens are issued.
    const asked = await this.#storing(shop, async () => (await store.now?.()) ?? clock.now());
    if (!asked.ok) return asked;
    const reply = await requestTokens({
      ...{ shop, origin, transport, timeoutMs, clock },
      params: {
        client_id: clientId,
        client_secret: secrets[0],
        code,
        // Public apps may not use tokens that never expire. Online tokens expire by themselves.
        ...(mode === 'offline' && { expiring: '1' }),
      },
    });
    if (reply.outcome === 'lost') return refuseCallback('exchange-failed', { shop, error: reply.error });
    if (reply.outcome === 'refused') {
      const { status, error } = reply;
      return refuseCallback('exchange-refused', { shop, hint: ` Status ${status}${error ? `, ${error}` : ''}.` });
    }
    const { tokens } = reply;
    // The user can edit the approval URL, and with it the kind of token.
    if ((tokens.userId !== null) !== (mode === 'online')) {
      return refuseCallback('exchange-refused', { shop, hint: ` It granted a token that is not ${mode}.` });
    }
    const missing = tokens.scopes === null ? [] : missingScopes(scopes, tokens.scopes);
    if (missing.length > 0) return refuseCallback('scopes-missing', { shop, missingScopes: missing });
    const stored = await this.#storing(shop, () =>
      this.#store(shop, storedTokens(tokens, asked.value, mode === 'offline'), tokens.userId),
    );
    if (!stored.ok) return stored;
    const lacking = missingFields(tokens, mode === 'offline');
    if (lacking.length > 0) {
      logger?.warn(
        { shop, missing: lacking },
        'Shopify granted tokens for an installation without all of their fields',
      );
    }
    const response = redirectTo(this.#addressAfter(shop, returnTo), this.#cookie.deletion);
    return { ok: true, shop, scopes: tokens.scopes, userId: tokens.userId, response };
  }

  /** Runs one step of the token store. */
  async #storing<T>(
    shop: string,
    step: () => Promise<T>,
  ): Promise<{ readonly ok: true; readonly value: T } | RefusedCallback> {
    try {
      return { ok: true, value: await step() };
    } catch (thrown) {
      // The errors of a custom store may contain its input.
      const name = thrown instanceof Error ? thrown.name : typeof thrown;
      const error = isShopwrightError(thrown) ? thrown : new StorageError(`The token store failed: ${name}.`, { shop });
      return refuseCallback('store-failed', { shop, error });
    }
  }

  /** Replaces any stored tokens: a new installation invalidates older refresh tokens. */
  async #store(shop: string, next: StoredTokens, userId: string | null): Promise<void> {
    const { tokens, appId } = this.#settings;
    const owner: TokenOwner = { shop, appId, ...(userId !== null && { userId }) };
    for (;;) {
      const standing = await tokens.get(owner);
      if ((await tokens.replace(owner, standing?.version, next)) !== undefined) return;
    }
  }

  /** Returns the URL to redirect the browser to at the end, always on the app's own site or in the shop's admin. */
  #addressAfter(shop: string, returnTo: string): string {
    const { embedded, redirect, clientId } = this.#settings;
    if (!embedded) return new URL(returnTo, redirect.origin).href;
    const path = returnTo === '/' ? '' : returnTo;
    // Shops on development hosts have their own admin.
    return shop.endsWith('.myshopify.com')
      ? `https://admin.shopify.com/store/${shop.slice(0, -'.myshopify.com'.length)}/apps/${clientId}${path}`
      : `https://${shop}/admin/apps/${clientId}${path}`;
  }
}

/** The state stored in the browser's cookie. */
interface Attempt {
  readonly state: string;
  readonly shop: string;
  readonly returnTo: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * The cookie that ties a callback to the browser that started it: `PAYLOAD.SIGNATURE`, each in base64url. It is signed
 * with a key derived from the client secret: a signature by the secret itself could pass for Shopify's.
 */
class AttemptCookie {
  readonly #name: string;
  readonly #attributes: string;
  readonly #keys: readonly [Buffer, ...Buffer[]];
  /** The `set-cookie` header that deletes the cookie. */
  readonly deletion: string;

  constructor({ secrets, redirect, clientId }: Settings) {
    const isSecure = redirect.protocol === 'https:';
    // With this prefix, browsers reject a cookie set by another host of the domain or over plain http.
    this.#name = `${isSecure ? '__Host-' : ''}shopwright-oauth`;
    this.#attributes = `; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
    this.deletion = `${this.#name}=${this.#attributes}; Max-Age=0`;
    const keyOf = (secret: string): Buffer =>
      Buffer.from(hkdfSync('sha256', secret, clientId, 'shopwright/oauth-cookie/1', 32));
    const [first, ...others] = secrets;
    this.#keys = [keyOf(first), ...others.map(keyOf)];
  }

  write(attempt: Attempt): string {
    const payload = Buffer.from(JSON.stringify(attempt)).toString('base64url');
    return `${this.#name}=${payload}.${sign(this.#keys[0], payload)}${this.#attributes}; Max-Age=${attemptMs / 1_000}`;
  }

  read(header: string | null, now: number): Attempt | 'cookie-missing' | 'cookie-invalid' | 'cookie-expired' {
    const values = (header ?? '').split(';').flatMap((pair) => {
      const at = pair.indexOf('=');
      return pair.slice(0, at).trim() === this.#name ? [pair.slice(at + 1).trim()] : [];
    });
    const [value, ...others] = values;
    if (value === undefined) return 'cookie-missing';
    const [payload = '', signature = '', ...rest] = value.split('.');
    const isSigned = this.#keys.some((key) => isSameText(sign(key, payload), signature));
    if (others.length > 0 || rest.length > 0 || !isSigned) return 'cookie-invalid';
    const attempt = parseJson(Buffer.from(payload, 'base64url').toString());
    if (!isAttempt(attempt)) return 'cookie-invalid';
    const age = now - attempt.at;
    return age >= 0 && age < attemptMs ? attempt : 'cookie-expired';
  }
}

const sign = (key: Buffer, payload: string): string => createHmac('sha256', key).update(payload).digest('base64url');

/** Checks the shape, since a later release may sign other contents with the same key. */
const isAttempt = (value: unknown): value is Attempt =>
  isRecord(value) &&
  typeof value['state'] === 'string' &&
  typeof value['shop'] === 'string' &&
  typeof value['at'] === 'number' &&
  isOwnPath(value['returnTo']);

/**
 * Whether a text is a path on the app's own site. To a browser, `//other.example` and `/\other.example` are other
 * sites, and `/..` leads out of the app's part of the admin.
 */
const isOwnPath = (text: unknown): text is string =>
  typeof text === 'string' &&
  text.length <= 1_024 &&
  /^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/.test(text) &&
  !/\/(?:\.|%2e){1,2}(?:[/?#]|$)/i.test(text);

/** Keeps the responses of an installation out of caches, and its URLs out of the next site's `Referer`. */
const privately = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };

const redirectTo = (location: string, cookie: string): Response =>
  new Response(null, { status: 302, headers: { ...privately, location, 'set-cookie': cookie } });

/**
 * Returns a page that opens the same URL outside the admin's frame, using App Bridge: browsers do not let another
 * site's frame do it. https://shopify.dev/docs/api/app-bridge-library/apis/navigation
 */
function leaveFrame(clientId: string, shop: string): Response {
  // Relative, so that a forged Host header cannot redirect it to another site.
  const path = `?${new URLSearchParams({ shop })}`;
  const page = [
    '<!doctype html><meta charset="utf-8">',
    `<script data-api-key="${clientId}" src="https://cdn.shopify.com/shopifycloud/app-bridge.js"></script>`,
    `<script>open(new URL(${JSON.stringify(path)}, location.href).href, '_top')</script>`,
    `<a href="${path}" target="_top">Continue</a>`,
  ].join('\n');
  return new Response(page, {
    headers: {
      ...privately,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `frame-ancestors https://${shop} https://admin.shopify.com`,
    },
  });
}

const beginMessages: Readonly<Record<Exclude<BeginAuthRefusal, ShopRefusal>, string>> = {
  'parameter-repeated': 'The URL has more than one `shop`.',
  'query-too-long': `The URL is longer than ${maxUrlLength} characters.`,
  'return-to-invalid':
    '`returnTo` must be a percent-encoded path on the app itself, such as /settings, of at most 1,024 characters.',
  'method-not-allowed': 'Start the installation with GET.',
  'input-invalid': 'The request could not be read. Pass a `Request`, and no option but `returnTo`.',
};

/** Messages beyond those of `verifyOAuthQuery`. */
const callbackMessages: Readonly<Partial<Record<CallbackRefusal, string>>> = {
  'method-not-allowed': 'Shopify redirects the browser with GET.',
  'cookie-missing': 'The browser sent no cookie for this installation: start again, in this browser.',
  'cookie-invalid': 'The cookie for this installation was not signed here: start again.',
  'cookie-expired': 'This installation was started over 10 minutes ago: start again.',
  'shop-mismatch': 'This installation was started for another shop: start again.',
  'code-missing': 'The URL has no code: the app was not approved. Start again.',
  'exchange-refused': 'Shopify did not accept the code: start again. If this recurs, check client id and secret.',
  'exchange-failed': 'Shopify did not respond to the code exchange: start the installation again.',
  'scopes-missing': 'The app was approved with fewer scopes than it needs: start again, and approve all of them.',
  'store-failed': 'The tokens could not be stored: start the installation again.',
  'input-invalid': 'The request could not be read. Pass a `Request`.',
};

/** 5xx if this app or Shopify failed; all others are 4xx, by default 400. */
const statuses: Readonly<Partial<Record<BeginAuthRefusal | CallbackRefusal, number>>> = {
  'method-not-allowed': 405,
  'secret-has-whitespace': 500,
  'crypto-missing': 500,
  'exchange-refused': 502,
  'exchange-failed': 502,
  'scopes-missing': 403,
  'store-failed': 500,
};

function refusalResponse(reason: BeginAuthRefusal | CallbackRefusal, message: string): Response {
  const status = statuses[reason] ?? 400;
  return new Response(message, {
    status,
    headers: { ...privately, 'content-type': 'text/plain; charset=utf-8', ...(status === 405 && { allow: 'GET' }) },
  });
}

function refuseBegin(
  reason: BeginAuthRefusal,
  message: string = beginMessages[reason as keyof typeof beginMessages],
): RefusedAuth<BeginAuthRefusal> {
  return { ok: false, reason, message, response: refusalResponse(reason, message) };
}

/** Details of a refused callback. */
interface CallbackDetails {
  readonly shop?: string;
  /** Default: the message of the reason. */
  readonly message?: string;
  /** Appended to the message. */
  readonly hint?: string;
  readonly missingScopes?: readonly string[];
  readonly error?: ShopwrightError;
}

function refuseCallback(reason: CallbackRefusal, details: CallbackDetails = {}): RefusedCallback {
  const { shop = null, missingScopes: missing = [], error, hint = '' } = details;
  const message = `${details.message ?? callbackMessages[reason] ?? ''}${hint}`;
  return {
    ...{ ok: false, reason, message, shop, missingScopes: missing },
    ...(error !== undefined && { error }),
    response: refusalResponse(reason, message),
  };
}

const optionNames: Readonly<Record<keyof OAuthOptions, true>> = {
  clientId: true,
  secrets: true,
  scopes: true,
  redirectUrl: true,
  tokens: true,
  appId: true,
  mode: true,
  embedded: true,
  returnTo: true,
  windowSeconds: true,
  otherHosts: true,
  origin: true,
  fetch: true,
  transport: true,
  timeoutMs: true,
  logger: true,
  clock: true,
};

/** Matches scopes such as `write_products` and `customer_read_orders`. */
const scopePattern = /^[a-z_]{1,100}$/;

/** @throws ConfigError with every invalid option, never showing a secret. */
function readOptions(options: OAuthOptions): Settings {
  const issues: Issue[] = [
    ...unknownNames(options, optionNames),
    ...unknownValue('mode', options.mode, ['offline', 'online']),
  ];
  const check = (field: keyof OAuthOptions, isRight: boolean, message: string): void => {
    if (!isRight) issues.push({ field, message });
  };
  const {
    clientId,
    scopes,
    redirectUrl,
    tokens,
    origin,
    returnTo = '/',
    windowSeconds = 90,
    timeoutMs = 10_000,
  } = options;
  const secrets = [options.secrets]
    .flat()
    .filter((secret): secret is string => typeof secret === 'string' && secret !== '');
  const [first, ...others] = secrets;
  const redirect = URL.parse(String(redirectUrl));
  check('clientId', typeof clientId === 'string' && /^[\w-]+$/.test(clientId), 'must be the client id of the app.');
  check('secrets', first !== undefined, "are missing: pass the app's client secret. Is its environment variable set?");
  check(
    'secrets',
    secrets.every((secret) => secret === secret.trim()),
    'have white space around one of them: trim it.',
  );
  const isList =
    Array.isArray(scopes) && scopes.every((scope) => typeof scope === 'string' && scopePattern.test(scope));
  check('scopes', isList, "must be a list of scopes, such as ['write_products'].");
  const isReturn = redirect !== null && !/[?#@\\]/.test(redirectUrl) && isSafeOrigin(redirect);
  check(
    'redirectUrl',
    isReturn,
    "must be an absolute https URL without a query, as in the app's settings; http only on this machine.",
  );
  check('tokens', typeof tokens?.replace === 'function', 'is missing: pass what createTokenStore returns.');
  check('returnTo', isOwnPath(returnTo), 'must be a path on the app itself, such as /settings.');
  check('windowSeconds', isSecondsUpTo(86_400, windowSeconds), 'must be from 0 to 86,400.');
  check('timeoutMs', typeof timeoutMs === 'number' && timeoutMs > 0, 'must be a number above 0.');
  const server = origin === undefined ? undefined : URL.parse(origin);
  const isServer =
    server === undefined || (server !== null && server.origin === origin?.replace(/\/$/, '') && isSafeOrigin(server));
  check(
    'origin',
    isServer,
    'must be only a scheme and host, such as http://127.0.0.1:4010; https unless it is on this machine.',
  );
  if (issues.length > 0 || first === undefined || redirect === null)
    throw new ConfigError('Invalid configuration', { issues });
  const { appId = defaultApp, mode = 'offline', embedded = false, clock = systemClock, fetch, ...rest } = options;
  return {
    ...{ ...rest, appId, mode, embedded, clock, returnTo, windowSeconds, timeoutMs },
    logger: safeLogger(options.logger),
    redirect,
    secrets: [first, ...others],
    transport: options.transport ?? fetchTransport(fetch),
    ...(server && { origin: server.origin }),
  };
}

/** Codes and secrets are sent there, so plain http is allowed only on this machine. */
const isSafeOrigin = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname));
