import type { Clock } from '../internal/clock.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import { type AppSecrets, matchSecret } from './app-secrets.ts';
import { maxTokenLength, neverThrowing, refuse, refuseOptions } from './refusals.ts';
import { type OtherShopHost, verifyShop } from './shop.ts';

/** A session token, and the values to verify it against. */
export interface VerifySessionTokenInput {
  /** The token, or the whole `Authorization` header starting with `Bearer`. */
  readonly token: string | null | undefined;
  /** The client id of the app: the audience that the token must be for. */
  readonly clientId: string | undefined;
  readonly secrets: AppSecrets;
  /** Seconds by which the clocks of Shopify and this machine may differ, from 0 to 300. Default 10. */
  readonly skewSeconds?: number | undefined;
  /** Hosts of shops besides `myshopify.com`. Default: none. */
  readonly otherHosts?: readonly Exclude<OtherShopHost, 'admin.shopify.com'>[] | undefined;
  /** Default: the system clock. */
  readonly clock?: Pick<Clock, 'now'> | undefined;
}

/** A session token that Shopify signed for this app and that is currently valid. */
export interface VerifiedSessionToken {
  readonly ok: true;
  /** Domain of the shop in lower case, such as `acme.myshopify.com`. */
  readonly shop: string;
  /** Id of the user in the admin (`sub`). */
  readonly userId: string;
  /** The same for all tokens of one session (`sid`). */
  readonly sessionId: string | null;
  /** The token's own id (`jti`), for allowing each token only once. */
  readonly tokenId: string | null;
  /** When the token expires, in seconds since the epoch, without the skew. */
  readonly expiresAtSeconds: number;
  /** All claims, as Shopify signed them. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Index of the matching secret in `secrets`. */
  readonly secretIndex: number;
}

/**
 * Why a session token was refused.
 *
 * - `secret-missing`, `client-id-missing`: no usable secret, or no client id, was passed.
 * - `secret-has-whitespace`: a secret would match without the space or line break around it.
 * - `crypto-missing`: called in a runtime without node:crypto, such as an edge runtime.
 * - `token-missing`: there is no token.
 * - `token-too-long`: the token is longer than 8,192 characters.
 * - `token-malformed`: not three parts of base64url, or a header or claims that are not JSON.
 * - `algorithm-not-allowed`: signed with anything but HS256, or with extensions (`crit`).
 * - `signature-mismatch`: none of the secrets made this signature.
 * - `claims-invalid`: signed, but a claim is missing or of the wrong type.
 * - `token-expired`, `token-not-yet-valid`: by `exp` and `nbf`, with the skew.
 * - `audience-mismatch`: for another app.
 * - `shop-invalid`: `dest` is not the address of a shop.
 * - `issuer-mismatch`: `iss` does not belong to the shop in `dest`.
 * - `input-invalid`: the input could not be read, or has an unknown option.
 */
export type SessionTokenRefusal =
  | 'secret-missing'
  | 'client-id-missing'
  | 'secret-has-whitespace'
  | 'crypto-missing'
  | 'token-missing'
  | 'token-too-long'
  | 'token-malformed'
  | 'algorithm-not-allowed'
  | 'signature-mismatch'
  | 'claims-invalid'
  | 'token-expired'
  | 'token-not-yet-valid'
  | 'audience-mismatch'
  | 'shop-invalid'
  | 'issuer-mismatch'
  | 'input-invalid';

/** A session token that failed verification. */
export interface RefusedSessionToken {
  readonly ok: false;
  readonly reason: SessionTokenRefusal;
  /** What is wrong and how to fix it. Contains no secret and no part of the token. */
  readonly message: string;
}

/** Result of a verification; check `ok`. */
export type SessionTokenVerification = VerifiedSessionToken | RefusedSessionToken;

/**
 * Verifies the session token (ID token) that the admin passes to an embedded app: HS256 with a secret of the app,
 * `exp`, `nbf`, `aud`, and that `iss` and `dest` belong to the same shop. Never throws, whatever the input.
 *
 * Source: https://shopify.dev/docs/apps/build/authentication-authorization/session-tokens
 *
 * @example
 * ```ts
 * const verified = verifySessionToken({
 *   token: request.headers.get('authorization'),
 *   clientId: process.env.SHOPIFY_API_KEY,
 *   secrets: process.env.SHOPIFY_API_SECRET,
 * });
 * if (!verified.ok) {
 *   return new Response(null, { status: 401, headers: { 'X-Shopify-Retry-Invalid-Session-Request': '1' } });
 * }
 * console.log(verified.shop, verified.userId);
 * ```
 */
export function verifySessionToken(input: VerifySessionTokenInput): SessionTokenVerification {
  return neverThrowing(() => verify(input));
}

const optionNames = { token: 1, clientId: 1, secrets: 1, skewSeconds: 1, otherHosts: 1, clock: 1 };

function verify(input: VerifySessionTokenInput): SessionTokenVerification {
  const { token: given, clientId, secrets, skewSeconds = 10, otherHosts, clock = Date } = input;
  const refused = refuseOptions(input, optionNames, 'skewSeconds', skewSeconds, 300);
  if (refused) return refused;
  if (typeof clientId !== 'string' || clientId === '') return refuse('client-id-missing');

  const signed = readToken(given);
  if ('ok' in signed) return signed;
  const match = matchSecret(secrets, { ...signed, encoding: 'base64url' });
  if (!match.ok) return match;

  const claims = decodePart(signed.payload);
  if (!claims) return refuse('token-malformed');
  const { exp, nbf, aud, iss, dest, sub } = claims;
  if (!isTime(exp) || !isTime(nbf) || !isText(aud) || !isText(iss) || !isText(dest) || !isText(sub)) {
    return refuse('claims-invalid');
  }
  const now = clock.now() / 1_000;
  // The negations also refuse `NaN`.
  if (!(now < exp + skewSeconds)) return refuse('token-expired');
  if (!(now >= nbf - skewSeconds)) return refuse('token-not-yet-valid');
  if (aud !== clientId) return refuse('audience-mismatch');
  const shop = dest.startsWith('https://') ? verifyShop(dest.slice(8), { otherHosts }) : undefined;
  if (!shop?.ok) return refuse('shop-invalid');
  if (iss !== dest && !iss.startsWith(`${dest}/`)) return refuse('issuer-mismatch');
  return {
    ok: true,
    shop: shop.shop,
    userId: sub,
    sessionId: isText(claims['sid']) ? claims['sid'] : null,
    tokenId: isText(claims['jti']) ? claims['jti'] : null,
    expiresAtSeconds: exp,
    claims,
    secretIndex: match.secretIndex,
  };
}

const isTime = (value: unknown): value is number => Number.isFinite(value);

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** A token whose signature can be checked. */
interface SignedToken {
  /** Header and payload, as they are signed. */
  readonly content: string;
  readonly payload: string;
  readonly signature: string;
}

/** 32 bytes in base64url are 43 characters, of which the last has two bits that must be 0. */
const signaturePattern = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** The checks that come before the signature's, cheapest first. */
function readToken(given: unknown): SignedToken | RefusedSessionToken {
  if (given === undefined || given === null || given === '') return refuse('token-missing');
  if (typeof given !== 'string') return refuse('token-malformed');
  if (given.length > maxTokenLength) return refuse('token-too-long');
  const token = /^bearer /i.test(given) ? given.slice(7) : given;
  const parts = token.split('.');
  const [header = '', payload = '', signature = ''] = parts;
  if (parts.length !== 3) return refuse('token-malformed');
  const refused = checkHeader(header);
  if (refused) return refused;
  return signaturePattern.test(signature)
    ? // node:crypto takes a slice of a string faster than a concatenation.
      { content: token.slice(0, -44), payload, signature }
    : refuse('token-malformed');
}

/** `{"alg":"HS256","typ":"JWT"}`, with which nearly all tokens begin. */
const usualHeader = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9';

/** Refuses any algorithm but HS256, and extensions that must be understood (`crit`, RFC 7515). */
function checkHeader(header: string): RefusedSessionToken | undefined {
  if (header === usualHeader) return undefined;
  const fields = decodePart(header);
  if (!fields) return refuse('token-malformed');
  return fields['alg'] === 'HS256' && !('crit' in fields) ? undefined : refuse('algorithm-not-allowed');
}

function decodePart(part: string): Record<string, unknown> | undefined {
  const bytes = Buffer.from(part, 'base64url');
  // `Buffer.from` also accepts plain base64, and skips anything else.
  const value = bytes.toString('base64url') === part ? parseJson(bytes.toString()) : undefined;
  return isRecord(value) ? value : undefined;
}
