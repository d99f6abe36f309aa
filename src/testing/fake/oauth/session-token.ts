import { createHmac, randomUUID } from 'node:crypto';
import { isRecord, parseJson } from '../../../internal/json.ts';
import type { FakeApp } from './apps.ts';

/** A user of a shop, as a session token names them. */
export interface SessionTokenClaims {
  /** Id of the user. */
  readonly sub: string;
}

/** Seconds that a session token lives. */
const lifetimeSeconds = 60;

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

const signature = (content: string, secret: string): string =>
  createHmac('sha256', secret).update(content).digest('base64url');

/**
 * Makes the session token (ID token) that the admin hands to an embedded app.
 * https://shopify.dev/docs/apps/build/authentication-authorization/session-tokens
 *
 * @param now Wall time in milliseconds since the epoch.
 */
export function signSessionToken(app: FakeApp, shop: string, userId: string, now: number): string {
  const seconds = Math.floor(now / 1_000);
  const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({
    iss: `https://${shop}/admin`,
    dest: `https://${shop}`,
    aud: app.clientId,
    sub: userId,
    exp: seconds + lifetimeSeconds,
    nbf: seconds,
    iat: seconds,
    jti: randomUUID(),
    sid: randomUUID(),
  })}`;
  return `${content}.${signature(content, app.clientSecret)}`;
}

/** What a session token says, if it is one for that app and shop, signed, and of now. */
export function readSessionToken(
  token: string,
  app: FakeApp,
  shop: string,
  now: number,
): SessionTokenClaims | undefined {
  const [head = '', body = '', signed = '', ...more] = token.split('.');
  const header = decode(head);
  const claims = decode(body);
  if (more.length > 0 || header?.alg !== 'HS256' || !claims) return undefined;
  if (signed !== signature(`${head}.${body}`, app.clientSecret)) return undefined;
  const { exp, nbf, aud, iss, dest, sub } = claims;
  const seconds = now / 1_000;
  const isOfNow = typeof exp === 'number' && typeof nbf === 'number' && nbf <= seconds && seconds < exp;
  const isForHere = aud === app.clientId && iss === `https://${shop}/admin` && dest === `https://${shop}`;
  return isOfNow && isForHere && typeof sub === 'string' ? { sub } : undefined;
}

function decode(part: string): Readonly<Record<string, unknown>> | undefined {
  const value = parseJson(Buffer.from(part, 'base64url').toString());
  return isRecord(value) ? value : undefined;
}
