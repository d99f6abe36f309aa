import { createHmac, randomUUID } from 'node:crypto';
import { ConfigError, type Issue } from '../../../errors/errors.ts';
import { isRecord, parseJson } from '../../../internal/json.ts';
import { unknownNames } from '../../../internal/names.ts';

/** A user of a shop, as a session token names them. */
interface SessionTokenClaims {
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

/** Seconds that a session token may be ahead of the clock. Shopify's library for apps takes as many. */
const toleratedSeconds = 10;

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
  const isOfNow =
    typeof exp === 'number' && typeof nbf === 'number' && nbf <= seconds + toleratedSeconds && seconds < exp;
  const isForHere = aud === app.clientId && iss === `https://${shop}/admin` && dest === `https://${shop}`;
  return isOfNow && isForHere && typeof sub === 'string' ? { sub } : undefined;
}

function decode(part: string): Readonly<Record<string, unknown>> | undefined {
  const value = parseJson(Buffer.from(part, 'base64url').toString());
  return isRecord(value) ? value : undefined;
}

/** An app that can be installed on the shops of a fake. */
export interface FakeAppOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /**
   * Name of the app in `tokens` of a shop and in `calls`; calls of the same app share a bucket. Default: `default` for the
   * first app, the client id for others.
   */
  readonly id?: string;
  /** Allowed redirect URLs, compared exactly. Default: any HTTP or HTTPS address. */
  readonly redirectUris?: readonly string[];
  /** Scopes it gets if a request names none. Default: all. */
  readonly scopes?: readonly string[];
  /**
   * Whether non-expiring offline tokens are refused with 403, as Shopify does for public apps from 2027-01-01. They
   * can still be exchanged for expiring ones. Default `false`.
   */
  readonly refusesNonExpiringTokens?: boolean;
  /** Lifetime of expiring offline tokens, in seconds. Default 3,600, as on Shopify. */
  readonly offlineTokenSeconds?: number;
}

const appNames: Record<keyof FakeAppOptions, true> = {
  clientId: true,
  clientSecret: true,
  id: true,
  redirectUris: true,
  scopes: true,
  refusesNonExpiringTokens: true,
  offlineTokenSeconds: true,
};

/** An app of a fake. */
export interface FakeApp extends FakeAppOptions {
  readonly id: string;
}

/** The apps of a fake. */
export interface Apps {
  readonly all: readonly FakeApp[];
  find(clientId: string): FakeApp | undefined;
}

/** The app of a fake whose test names none. */
const defaultApp: FakeAppOptions = { clientId: 'fake-client-id', clientSecret: 'shpss_fake' };

/**
 * Makes the apps of a fake.
 *
 * @throws ConfigError for an unknown option, a client id or an id that is given twice, or a secret that is empty.
 */
export function createApps(options: readonly FakeAppOptions[] = [defaultApp]): Apps {
  const all = options.map((app, index) => ({ ...app, id: app.id ?? (index === 0 ? 'default' : app.clientId) }));
  const problems: Issue[] = options.flatMap((app, index) => [...unknownNames(app, appNames, `apps[${index}].`)]);
  for (const [index, { clientId, clientSecret, id, offlineTokenSeconds = 1 }] of all.entries()) {
    const before = all.slice(0, index);
    const problem = (name: string, message: string): number =>
      problems.push({ field: `apps[${index}].${name}`, message });
    if (clientId === '') problem('clientId', 'is empty. Give any string.');
    if (!(offlineTokenSeconds > 0)) problem('offlineTokenSeconds', 'must be a number of seconds above 0.');
    if (clientSecret === '') problem('clientSecret', 'is empty. Give any string.');
    if (before.some((other) => other.clientId === clientId))
      problem('clientId', 'is given twice. Give each app its own.');
    if (before.some((other) => other.id === id)) problem('id', `"${id}" is given twice. Give each app its own.`);
  }
  if (problems.length > 0) throw new ConfigError('Invalid configuration', { issues: problems });
  const byClientId = new Map(all.map((app) => [app.clientId, app]));
  return { all, find: (clientId) => byClientId.get(clientId) };
}
