// @ts-nocheck
import type { Clock } from '../internal/clock.ts';
import { type AppSecrets, isSameText, matchSecret } from './app-secrets.ts';
import { maxQueryLength, neverThrowing, refuse, refuseOptions } from './refusals.ts';
import { type OtherShopHost, verifyShop } from './shop.ts';

/** A query that Shopify signed. */
export interface VerifyAppProxyInput {
  /** The query exactly as it came over the wire, or the whole URL: `request.url`. Never a parsed object. */
  readonly query: string;
  readonly secrets: AppSecrets;
  /** Seconds that the timestamp may be before or after now, from 0 to 86,400. Default 90. */
  readonly windowSeconds?: number | undefined;
  /** Hosts of shops besides `myshopify.com`. Default none. */
  readonly otherHosts?: readonly Exclude<OtherShopHost, 'admin.shopify.com'>[] | undefined;
  /** Default: the machine's clock. */
  readonly clock?: Pick<Clock, 'now'> | undefined;
}

/** The query of an OAuth callback, or of another request that the admin signs with `hmac`. */
export interface VerifyOAuthQueryInput extends VerifyAppProxyInput {
  /**
   * The `state` that this browser was sent away with, from its cookie. Where the property is given, even as `undefined`,
   * the query must carry exactly this state. Leave it out for requests without one, such as the first of an install.
   */
  readonly state?: string | undefined;
}

/** An OAuth query that Shopify signed just now. */
export interface VerifiedOAuthQuery {
  readonly ok: true;
  /** Domain in lower case, such as `acme.myshopify.com`. */
  readonly shop: string;
  /** The authorization code, to be exchanged for a token. `null` where the query has none, such as that of an install. */
  readonly code: string | null;
  /** The state, checked only where `state` was given. */
  readonly state: string | null;
  /** `host`, in base64, for App Bridge. */
  readonly host: string | null;
  /** Seconds since the epoch at which Shopify signed it. */
  readonly timestampSeconds: number;
  /** Which of `secrets` matched, counted from 0. */
  readonly secretIndex: number;
}

/** An app proxy request that Shopify passed on just now. */
export interface VerifiedAppProxy {
  readonly ok: true;
  /** Domain in lower case, such as `acme.myshopify.com`. */
  readonly shop: string;
  /** Id of the customer who is logged in; `null` where nobody is. */
  readonly customerId: string | null;
  /** Such as `/apps/reviews`. */
  readonly pathPrefix: string | null;
  /** Seconds since the epoch at which Shopify signed it. */
  readonly timestampSeconds: number;
  /** Which of `secrets` matched, counted from 0. */
  readonly secretIndex: number;
}

/**
 * Why a signed query was refused.
 *
 * - `secret-missing`: no usable secret was given.
 * - `secret-has-whitespace`: a secret would match, were it not for a space or line break around it.
 * - `crypto-missing`: it was called where there is no node:crypto, as in an edge runtime.
 * - `query-missing`: there is no query.
 * - `query-already-parsed`: `query` is an object that some parser made of it.
 * - `query-too-long`: longer than 16,384 characters.
 * - `query-malformed`: broken percent-encoding, or characters that Shopify encodes.
 * - `parameter-repeated`: a parameter comes twice; for an app proxy, one of Shopify's own.
 * - `signature-missing`, `signature-malformed`: no `hmac` or `signature`, or not 64 hex digits.
 * - `signature-mismatch`: none of the secrets made this signature over this query.
 * - `parameter-ambiguous`: signed, but the text could be read as two values of one of Shopify's parameters.
 * - `timestamp-invalid`, `timestamp-outside-window`: signed, but with no time, or too long ago or ahead.
 * - `shop-invalid`: signed, but the shop is not a shop's domain.
 * - `state-mismatch`: signed, but for another browser or another attempt.
 * - `input-invalid`: the input could not be read, or has an option that does not exist.
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
  /** What is wrong and how to fix it. Holds no secret, and nothing of the query. */
  readonly message: string;
}

/** The outcome of a verification; decide by `ok`. */
export type OAuthQueryVerification = VerifiedOAuthQuery | RefusedSignedQuery;

/** The outcome of a verification; decide by `ok`. */
export type AppProxyVerification = VerifiedAppProxy | RefusedSignedQuery;

/**
 * Checks that Shopify signed the query of an OAuth callback (`hmac`), just now and for this browser's `state`. The
 * signature is checked over the query as it came: sorted by name, without `hmac`, and with spaces as `%20`. Never throws,
 * whatever it is given.
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
    // As Shopify writes them they are in order, but for `hmac`; to sort them costs as much as the signature.
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
 * Checks that Shopify passed this request on to the app proxy, just now (`signature`). Never throws, whatever it is given.
 *
 * What the result holds is Shopify's word. The other parameters of the query are the visitor's, like those of any web
 * page.
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
    // As in the documentation: `name=value` as a whole is what is sorted, by bytes, which characters are here.
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

/** What Shopify adds to a request of the app proxy, over whatever the visitor sends under these names. */
const shopifysOwn: ReadonlySet<string> = new Set([
  'shop',
  'timestamp',
  'path_prefix',
  'logged_in_customer_id',
  'signature',
]);

/**
 * An app proxy's parameters are signed without a separator: `a=1shop=x` is `a=1` and `shop=x`, or `a` with a value that
 * goes on. Who sees a signature, in a log or an echoed address, could cut its text elsewhere, and be another customer or
 * nobody. So each of these stands in the text as often as it was read from the query.
 */
const ownMarks: readonly (readonly [name: string, mark: RegExp])[] = [
  ['logged_in_customer_id', /logged_in_customer_id=/g],
  ['path_prefix', /path_prefix=/g],
  ['shop', /shop=[a-z0-9-]+\.(?:myshopify\.com|myshopify\.io|shop\.dev)/gi],
];

/**
 * A query as Shopify encodes it. Looser ones are refused: the text of an app proxy's signature has unencoded `/` and `=`,
 * and must never pass for an OAuth query that the same secret signed.
 */
const oauthPattern = /^[\w.-]+=[\w.~*%+-]*(?:&[\w.-]+=[\w.~*%+-]*)*$/;

const proxyOptionNames = { query: 1, secrets: 1, windowSeconds: 1, otherHosts: 1, clock: 1 };

const oauthOptionNames = { ...proxyOptionNames, state: 1 };

/** What both verifiers read of their input, with its defaults. */
interface ReadInput {
  /** Without the address before it, and without the question mark. */
  readonly query: string;
  readonly secrets: AppSecrets;
  readonly windowSeconds: number;
  readonly otherHosts: readonly OtherShopHost[];
  readonly clock: Pick<Clock, 'now'>;
}

/** Reads the input, or says why it cannot be verified. May throw on hostile input, such as a getter that throws. */
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

/** The query of a URL, of a path with a query, or of what is one already, with or without its question mark. */
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

/** What both verifiers check alike: signature, time, shop. */
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
  // Written so that a clock that gives no number refuses.
  if (!(Math.abs(clock.now() / 1_000 - timestampSeconds) <= windowSeconds)) return refuse('timestamp-outside-window');
  const shop = verifyShop(values.get('shop'), { otherHosts });
  if (!shop.ok) return refuse('shop-invalid');
  return { ok: true, shop: shop.shop, timestampSeconds, secretIndex: match.secretIndex };
}

/** Whether the state is the one that was expected; with none expected, no. */
const isSameState = (expected: unknown, state: string | null): boolean =>
  typeof expected === 'string' && expected !== '' && state !== null && isSameText(expected, state);
