// @ts-nocheck
import { createHmac } from 'node:crypto';

export const secret = 'shpss_0123456789abcdef0123456789abcdef';
export const oldSecret = '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';
export const clientId = '61d2e5c8f1a04b7c9f3a2b1c0d9e8f70';
export const shop = 'acme.myshopify.com';

/** Seconds since the epoch at which all of these tests happen. */
export const nowSeconds = 1_795_000_000;
export const clock = { now: (): number => nowSeconds * 1_000 };

export const hexHmac = (content: string, key = secret): string =>
  createHmac('sha256', key).update(content).digest('hex');

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** A JSON Web Token of any header and payload, signed with HS256 whatever the header says. */
export function signToken(payload: unknown, header: unknown = { alg: 'HS256', typ: 'JWT' }, key = secret): string {
  const content = `${encode(header)}.${encode(payload)}`;
  return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`;
}

/** The claims of a session token of now. */
export function claimsOf(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    iss: `https://${shop}/admin`,
    dest: `https://${shop}`,
    aud: clientId,
    sub: '42',
    exp: nowSeconds + 60,
    nbf: nowSeconds,
    iat: nowSeconds,
    jti: 'f8912129-1af6-4cad-9ca3-76b0f7621087',
    sid: 'aaea182f2732d44c23057c0fea584021a4485b2bd25d3eb7fd349313ad24c685',
    ...changes,
  };
}

/** The query of an OAuth callback, with its `hmac` in the middle as Shopify has it. Values are sent as they are given. */
export function signOAuthQuery(changes: Readonly<Record<string, string | undefined>> = {}, key = secret): string {
  const parameters = {
    code: '0907a61c0c8d55e99db179b68161bc00',
    host: 'YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvYWNtZQ',
    shop,
    state: 'a1b2c3d4e5f6',
    timestamp: String(nowSeconds),
    ...changes,
  };
  const pairs = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  const hmac = hexHmac(pairs.join('&').replaceAll('+', '%20'), key);
  return [...pairs.slice(0, 1), `hmac=${hmac}`, ...pairs.slice(1)].join('&');
}

/** The query of an app proxy request: the visitor's pairs, then Shopify's, then the signature over all of them. */
export function signProxyQuery(
  visitor: readonly (readonly [name: string, value: string])[] = [],
  changes: Readonly<Record<string, string | undefined>> = {},
  key = secret,
): string {
  const own = { shop, logged_in_customer_id: '42', path_prefix: '/apps/reviews', timestamp: String(nowSeconds) };
  const pairs = [
    ...visitor,
    ...Object.entries({ ...own, ...changes }).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    ),
  ];
  const joined = new Map<string, string>();
  for (const [name, value] of pairs) joined.set(name, joined.has(name) ? `${joined.get(name)},${value}` : value);
  const content = Array.from(joined, ([name, value]) => `${name}=${value}`)
    .sort()
    .join('');
  const query = pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return [...query, `signature=${hexHmac(content, key)}`].join('&');
}
