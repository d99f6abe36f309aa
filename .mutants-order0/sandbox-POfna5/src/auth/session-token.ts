// @ts-nocheck
import type { Clock } from '../internal/clock.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import { type AppSecrets, matchSecret } from './app-secrets.ts';
import { maxTokenLength, neverThrowing, refuse, refuseOptions } from './refusals.ts';
import { type OtherShopHost, verifyShop } from './shop.ts';

/** A session token, and what it must fit. */
export interface VerifySessionTokenInput {
  /** The token, or the whole `Authorization` header with `Bearer` before it. */
  readonly token: string | null | undefined;
  /** The client id of the app: the audience that the token must be for. */
  readonly clientId: string | undefined;
  readonly secrets: AppSecrets;
  /** Seconds that the clocks of Shopify and this machine may differ by, from 0 to 300. Default 10. */
  readonly skewSeconds?: number | undefined;
  /** Hosts of shops besides `myshopify.com`. Default none. */
  readonly otherHosts?: readonly Exclude<OtherShopHost, 'admin.shopify.com'>[] | undefined;
  /** Default: the machine's clock. */
  readonly clock?: Pick<Clock, 'now'> | undefined;
}

/** A session token that Shopify signed for this app, and that is valid now. */
export interface VerifiedSessionToken {
  readonly ok: true;
  /** Domain in lower case, such as `acme.myshopify.com`. */
  readonly shop: string;
  /** Id of the user in the admin (`sub`). */
  readonly userId: string;
  /** The same for all tokens of one session (`sid`). */
  readonly sessionId: string | null;
  /** The token's own id (`jti`), for who lets a token act once only. */
  readonly tokenId: string | null;
  /** Seconds since the epoch at which the token expires, without the skew. */
  readonly expiresAtSeconds: number;
  /** All claims, as Shopify signed them. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Which of `secrets` matched, counted from 0. */
  readonly secretIndex: number;
}

/**
 * Why a session token was refused.
 *
 * - `secret-missing`, `client-id-missing`: no usable secret, or no client id, was given.
 * - `secret-has-whitespace`: a secret would match, were it not for a space or line break around it.
 * - `crypto-missing`: it was called where there is no node:crypto, as in an edge runtime.
 * - `token-missing`: there is no token.
 * - `token-too-long`: longer than 8,192 characters.
 * - `token-malformed`: not three parts of base64url, or a header or claims that are not JSON.
 * - `algorithm-not-allowed`: signed with anything but HS256, or with extensions (`crit`).
 * - `signature-mismatch`: none of the secrets made this signature.
 * - `claims-invalid`: signed, but a claim is missing or of the wrong type.
 * - `token-expired`, `token-not-yet-valid`: by `exp` and `nbf`, with the skew.
 * - `audience-mismatch`: for another app.
 * - `shop-invalid`: `dest` is not the address of a shop.
 * - `issuer-mismatch`: `iss` is not of the shop in `dest`.
 * - `input-invalid`: the input could not be read, or has an option that does not exist.
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
  /** What is wrong and how to fix it. Holds no secret, and nothing of the token. */
  readonly message: string;
}

/** The outcome of a verification; decide by `ok`. */
export type SessionTokenVerification = VerifiedSessionToken | RefusedSessionToken;

/**
 * Checks the session token (ID token) that the admin hands to an embedded app: HS256 with a secret of the app, `exp`,
 * `nbf`, `aud`, and that `iss` and `dest` are of one shop. Never throws, whatever it is given.
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
  // Written so that a time that is not a number is refused.
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

/** A token that has all it takes for its signature to be checked. */
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
    ? // A part of one text is handed to node:crypto faster than two that are joined.
      { content: token.slice(0, -44), payload, signature }
    : refuse('token-malformed');
}

/** `{"alg":"HS256","typ":"JWT"}`: what nearly all tokens begin with. */
const usualHeader = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9';

/** Refuses any algorithm but the one. Extensions that must be understood (`crit`, RFC 7515) are not. */
function checkHeader(header: string): RefusedSessionToken | undefined {
  if (header === usualHeader) return undefined;
  const fields = decodePart(header);
  if (!fields) return refuse('token-malformed');
  return fields['alg'] === 'HS256' && !('crit' in fields) ? undefined : refuse('algorithm-not-allowed');
}

function decodePart(part: string): Record<string, unknown> | undefined {
  const bytes = Buffer.from(part, 'base64url');
  // That takes plain base64 too, and skips whatever is neither.
  const value = bytes.toString('base64url') === part ? parseJson(bytes.toString()) : undefined;
  return isRecord(value) ? value : undefined;
}
