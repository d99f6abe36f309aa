import type { Clock } from '../internal/clock.ts';
import { type AppSecrets, isSameText, matchSecret } from './app-secrets.ts';
import { maxQueryLength, neverThrowing, refuse, refuseOptions } from './refusals.ts';
import { type OtherShopHost, verifyShop } from './shop.ts';

/** The signed query of an app proxy request, and how to verify it. */
export interface VerifyAppProxyInput {
  /** The query exactly as received, or the whole URL: `request.url`. Never a parsed object. */
  readonly query: string;
  readonly secrets: AppSecrets;
  /** Seconds by which the timestamp may differ from now, from 0 to 86,400. Default 90. */
  readonly windowSeconds?: number | undefined;
  /** Hosts of shops besides `myshopify.com`. Default: none. */
  readonly otherHosts?: readonly Exclude<OtherShopHost, 'admin.shopify.com'>[] | undefined;
  /** Default: the system clock. */
  readonly clock?: Pick<Clock, 'now'> | undefined;
}

/** The query of an OAuth callback, or of another request that the admin signs with `hmac`. */
export interface VerifyOAuthQueryInput extends VerifyAppProxyInput {
  /**
   * The `state` that was sent with this browser, from its cookie. If the property is present, even as `undefined`, the
   * query must have exactly this state. Omit it for requests without one, such as the first of an install.
   */
  readonly state?: string | undefined;
}

/** An OAuth query that Shopify signed recently. */
export interface VerifiedOAuthQuery {
  readonly ok: true;
  /** Domain of the shop in lower case, such as `acme.myshopify.com`. */
  readonly shop: string;
  /** The authorization code, to exchange for a token; `null` if the query has none, such as that of an install. */
  readonly code: string | null;
  /** The state, verified only if `state` was passed. */
  readonly state: string | null;
  /** `host`, in base64, for App Bridge. */
  readonly host: string | null;
  /** When Shopify signed it, in seconds since the epoch. */
  readonly timestampSeconds: number;
  /** Index of the matching secret in `secrets`. */
  readonly secretIndex: number;
}

/** An app proxy request that Shopify forwarded recently. */
export interface VerifiedAppProxy {
  readonly ok: true;
  /** Domain of the shop in lower case, such as `acme.myshopify.com`. */
  readonly shop: string;
  /** Id of the logged-in customer; `null` if there is none. */
  readonly customerId: string | null;
  /** Path prefix of the app proxy, such as `/apps/reviews`. */
  readonly pathPrefix: string | null;
  /** When Shopify signed it, in seconds since the epoch. */
  readonly timestampSeconds: number;
  /** Index of the matching secret in `secrets`. */
  readonly secretIndex: number;
}

/**
 * Why a signed query was refused.
 *
 * - `secret-missing`: no usable secret was passed.
 * - `secret-has-whitespace`: a secret would match without the space or line break around it.
 * - `crypto-missing`: called in a runtime without node:crypto, such as an edge runtime.
 * - `query-missing`: there is no query.
 * - `query-already-parsed`: `query` is an object made by a parser.
 * - `query-too-long`: the query is longer than 16,384 characters.
 * - `query-malformed`: broken percent-encoding, or unencoded characters that Shopify would encode.
 * - `parameter-repeated`: a parameter appears twice; for an app proxy, one of Shopify's own parameters.
 * - `signature-missing`, `signature-malformed`: no `hmac` or `signature`, or not 64 hex digits.
 * - `signature-mismatch`: none of the secrets made this signature over this query.
 * - `parameter-ambiguous`: signed, but the text could contain two values of one of Shopify's parameters.
 * - `timestamp-invalid`, `timestamp-outside-window`: signed, but without a time, or too far from now.
 * - `shop-invalid`: signed, but the shop is not a shop's domain.
 * - `state-mismatch`: signed, but for another browser or attempt.
 * - `input-invalid`: the input could not be read, or has an unknown option.
 */
export type SignedQueryRefusal =
  | 'secret-missing'
  | 'secret-has-whitespace'
  | 'crypto-missing'
  | 'query-missing'
  | 'query-already-parsed'
  | 'query-too-long'
  | 'query-malformed'
  | 'parameter-repeated'
  | 'signature-missing'
  | 'signature-malformed'
  | 'signature-mismatch'
  | 'parameter-ambiguous'
  | 'timestamp-invalid'
  | 'timestamp-outside-window'
  | 'shop-invalid'
  | 'state-mismatch'
  | 'input-invalid';

/** A signed query that failed verification. */
export interface RefusedSignedQuery {
  readonly ok: false;
  readonly reason: SignedQueryRefusal;
  /** What is wrong and how to fix it. Contains no secret and no part of the query. */
  readonly message: string;
}

/** Result of a verification; check `ok`. */
export type OAuthQueryVerification = VerifiedOAuthQuery | RefusedSignedQuery;

/** Result of a verification; check `ok`. */
export type AppProxyVerification = VerifiedAppProxy | RefusedSignedQuery;

/**
 * Verifies that Shopify signed the query of an OAuth callback (`hmac`), recently and for this browser's `state`. The
 * signature is checked over the query as received: sorted by name, without `hmac`, and with spaces as `%20`. Never
 * throws, whatever the input.
 *
 * Source: https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant
 *
 * @example
 * ```ts
 * const verified = verifyOAuthQuery({ query: request.url, secrets: process.env.SHOPIFY_API_SECRET, state });
 * if (!verified.ok) return new Response(verified.message, { status: 400 });
 * console.log(verified.shop, verified.code);
 * ```
 */
export function verifyOAuthQuery(input: VerifyOAuthQueryInput): OAuthQueryVerification {
  return neverThrowing(() => {
    const read = readInput(input, oauthOptionNames, oauthPattern);
    if ('ok' in read) return read;
    const values = new Map<string, string>();
    const pairs = read.query.split('&');
    // Shopify sends all but `hmac` in order, and sorting costs as much as the signature: skipped if possible.
    let isSorted = true;
    let content = '';
    let before = '';
    for (const pair of pairs) {
      const at = pair.indexOf('=');
      const name = pair.slice(0, at);
      values.set(name, pair.slice(at + 1));
      if (name === 'hmac') continue;
      if (name < before) isSorted = false;
      before = name;
      content += `&${pair}`;
    }
    if (values.size < pairs.length) return refuse('parameter-repeated');

    if (!isSorted) {
      content = '';
      for (const name of [...values.keys()].sort()) if (name !== 'hmac') content += `&${name}=${values.get(name)}`;
    }
    content = content.slice(1).replaceAll('+', '%20');
    const signed = checkSigned(read, values, content, values.get('hmac'));
    if (!signed.ok) return signed;
    const textOf = (name: string): string | null => {
      const value = values.get(name);
      if (value === undefined) return null;
      const decoded = decode(value);
      return decoded === value ? value : Buffer.from(decoded, 'latin1').toString();
    };
    const state = textOf('state');
    if ('state' in input && !isSameState(input.state, state)) return refuse('state-mismatch');
    const { shop, timestampSeconds, secretIndex } = signed;
    return { ok: true, shop, code: textOf('code'), state, host: textOf('host'), timestampSeconds, secretIndex };
  });
}

/**
 * Verifies that Shopify recently forwarded this request to the app proxy (`signature`). Never throws, whatever the
 * input.
 *
 * The fields of the result come from Shopify. The query's other parameters come from the visitor, as on any web page.
 *
 * Source: https://shopify.dev/docs/apps/build/online-store/app-proxies/authenticate-app-proxies
 *
 * @example
 * ```ts
 * const verified = verifyAppProxy({ query: request.url, secrets: process.env.SHOPIFY_API_SECRET });
 * if (!verified.ok) return new Response(verified.message, { status: 401 });
 * console.log(verified.shop, verified.customerId);
 * ```
 */
export function verifyAppProxy(input: VerifyAppProxyInput): AppProxyVerification {
  return neverThrowing(() => {
    const read = readInput(input, proxyOptionNames, /^[\x21\x22\x24-\x7e]+$/);
    if ('ok' in read) return read;
    const parameters = new Map<string, string[]>();
    for (const pair of read.query.split('&')) {
      if (pair === '') continue;
      const at = pair.indexOf('=');
      const name = decode(at < 0 ? pair : pair.slice(0, at));
      const value = decode(at < 0 ? '' : pair.slice(at + 1));
      const before = parameters.get(name);
      if (!before) parameters.set(name, [value]);
      else if (shopifysOwn.has(name)) return refuse('parameter-repeated');
      else before.push(value);
    }
    const values = new Map(Array.from(parameters, ([name, parts]) => [name, parts.join(',')]));
    // As documented, `name=value` is sorted as a whole, by bytes; here each byte is one character.
    const content = Array.from(values, ([name, value]) => (name === 'signature' ? '' : `${name}=${value}`))
      .sort()
      .join('');
    const signed = checkSigned(read, values, Buffer.from(content, 'latin1'), values.get('signature'));
    if (!signed.ok) return signed;
    const customerId = values.get('logged_in_customer_id') ?? '';
    const pathPrefix = values.get('path_prefix') ?? '';
    const isClear = ownMarks.every(([name, mark]) => (content.match(mark)?.length ?? 0) === (values.has(name) ? 1 : 0));
    if (!isClear || !/^\d*$/.test(customerId) || !/^[\w/.-]*$/.test(pathPrefix)) return refuse('parameter-ambiguous');
    return { ...signed, customerId: customerId || null, pathPrefix: pathPrefix || null };
  });
}

/** Parameters that Shopify adds to an app proxy request, replacing the visitor's of the same name. */
const shopifysOwn: ReadonlySet<string> = new Set([
  'shop',
  'timestamp',
  'path_prefix',
  'logged_in_customer_id',
  'signature',
]);

/**
 * An app proxy's parameters are signed without a separator: `a=1shop=x` is `a=1` and `shop=x`, or `a` with a longer
 * value. Anyone who sees a signature, in a log or an echoed URL, could split its text elsewhere, and pass for another
 * customer or for a visitor. So each of these must appear in the text as often as in the query.
 */
const ownMarks: readonly (readonly [name: string, mark: RegExp])[] = [
  ['logged_in_customer_id', /logged_in_customer_id=/g],
  ['path_prefix', /path_prefix=/g],
  ['shop', /shop=[a-z0-9-]+\.(?:myshopify\.com|myshopify\.io|shop\.dev)/gi],
];

/**
 * A query as Shopify encodes it. Looser encodings are refused: the text of an app proxy's signature has unencoded `/`
 * and `=`, and must never pass for an OAuth query that the same secret signed.
 */
const oauthPattern = /^[\w.-]+=[\w.~*%+-]*(?:&[\w.-]+=[\w.~*%+-]*)*$/;

const proxyOptionNames = { query: 1, secrets: 1, windowSeconds: 1, otherHosts: 1, clock: 1 };

const oauthOptionNames = { ...proxyOptionNames, state: 1 };

/** The input of both verifiers, with defaults. */
interface ReadInput {
  /** Without the URL before it and the question mark. */
  readonly query: string;
  readonly secrets: AppSecrets;
  readonly windowSeconds: number;
  readonly otherHosts: readonly OtherShopHost[];
  readonly clock: Pick<Clock, 'now'>;
}

/** Reads the input, or returns why it cannot be verified. May throw on hostile input, such as a throwing getter. */
function readInput(
  input: VerifyAppProxyInput,
  names: Readonly<Record<string, unknown>>,
  pattern: RegExp,
): ReadInput | RefusedSignedQuery {
  const { query: given, secrets, windowSeconds = 90, otherHosts = [], clock = Date } = input;
  const refused = refuseOptions(input, names, 'windowSeconds', windowSeconds, 86_400);
  if (refused) return refused;
  if (given === undefined || given === null || given === '') return refuse('query-missing');
  if (typeof given !== 'string') return refuse('query-already-parsed');
  if (given.length > maxQueryLength) return refuse('query-too-long');
  const query = rawQueryOf(given);
  if (query === '') return refuse('query-missing');
  if (!pattern.test(query) || /%(?![\da-f]{2})/i.test(query)) return refuse('query-malformed');
  return { query, secrets, windowSeconds, otherHosts, clock };
}

/** Returns the query of a URL, a path with a query, or a bare query, with or without the question mark. */
function rawQueryOf(text: string): string {
  if (!/^(?:https?:\/\/|\/)/i.test(text)) return text.startsWith('?') ? text.slice(1) : text;
  const at = text.indexOf('?');
  return at < 0 ? '' : text.slice(at + 1);
}

/** Percent-decodes to bytes, one character each. */
function decode(text: string): string {
  if (!/[%+]/.test(text)) return text;
  return text
    .replaceAll('+', ' ')
    .replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Checks what both verifiers have in common: signature, time, shop. */
function checkSigned(
  { secrets, windowSeconds, otherHosts, clock }: ReadInput,
  values: ReadonlyMap<string, string>,
  content: string | Uint8Array,
  signature: string | undefined,
): Pick<VerifiedAppProxy, 'ok' | 'shop' | 'timestampSeconds' | 'secretIndex'> | RefusedSignedQuery {
  if (signature === undefined) return refuse('signature-missing');
  if (!/^[\da-f]{64}$/.test(signature)) return refuse('signature-malformed');
  const match = matchSecret(secrets, { content, signature, encoding: 'hex' });
  if (!match.ok) return match;
  const timestamp = values.get('timestamp') ?? '';
  if (!/^\d{1,12}$/.test(timestamp)) return refuse('timestamp-invalid');
  const timestampSeconds = Number(timestamp);
  // The negation also refuses `NaN`.
  if (!(Math.abs(clock.now() / 1_000 - timestampSeconds) <= windowSeconds)) return refuse('timestamp-outside-window');
  const shop = verifyShop(values.get('shop'), { otherHosts });
  if (!shop.ok) return refuse('shop-invalid');
  return { ok: true, shop: shop.shop, timestampSeconds, secretIndex: match.secretIndex };
}

/** Whether the state is the expected one; `false` if none is expected. */
const isSameState = (expected: unknown, state: string | null): boolean =>
  typeof expected === 'string' && expected !== '' && state !== null && isSameText(expected, state);
