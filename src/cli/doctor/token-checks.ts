import type { Clock } from '../../internal/clock.ts';
import type { StoredTokens, TokenOwner, TokenStore } from '../../ports/token-store.ts';
import { type Check, type Outcome, type Outcomes, shorten } from './findings.ts';

/** The access token for calls, or why there is none. */
export type TokenAtHand = { readonly accessToken: string; readonly expires: boolean } | Outcome;

/** Places to look for a shop's token. */
export interface TokenPlaces {
  readonly shop: string;
  /** From the environment. Treated as a token that never expires. */
  readonly accessToken: string | undefined;
  readonly tokens: TokenStore | undefined;
  readonly appId: string;
  readonly clock: Clock;
}

/** Finds the token of a shop, without renewing it: that is the service's task, and changes its store. */
export async function findToken({ shop, accessToken, tokens, appId, clock }: TokenPlaces): Promise<TokenAtHand> {
  if (accessToken !== undefined) return { accessToken, expires: false };
  if (!tokens) return { skipped: 'the access token is missing: set SHOPIFY_ACCESS_TOKEN, or pass --app' };
  const entry = await tokens.get({ shop, appId });
  if (!entry) return { found: `The token store has no token for ${shop}.` };
  const { accessTokenExpiresAt, ...stored } = entry.tokens;
  const now = clock.now();
  if (accessTokenExpiresAt === null || accessTokenExpiresAt > now)
    return { accessToken: stored.accessToken, expires: !isPermanent(entry.tokens) };
  if (isRenewable(entry.tokens, now))
    return {
      skipped: `the access token of ${shop} has expired, and the doctor does not renew it: make a call with the service first`,
    };
  return { found: `The access token of ${shop} has expired, and there is no refresh token to renew it.` };
}

const isPermanent = ({ accessTokenExpiresAt, refreshToken }: StoredTokens): boolean =>
  accessTokenExpiresAt === null && refreshToken === null;

const isRenewable = ({ refreshToken, refreshTokenExpiresAt }: StoredTokens, now: number): boolean =>
  refreshToken !== null && (refreshTokenExpiresAt === null || refreshTokenExpiresAt > now);

/**
 * Refresh tokens live for 90 days and are replaced at each renewal, so one that ends soon has not been used for long.
 */
const warnDays = 14;

const dayMs = 86_400_000;

/** Maximum entries read from a token store, since each must be decrypted. */
const mostOwners = 2_000;

/** Looks for refresh tokens of an app's shops that are about to expire. */
export function refreshTokenCheck(tokens: TokenStore | undefined, appId: string, clock: Clock): Check {
  return {
    ids: ['refresh-token-ending'],
    async run(signal): Promise<Outcomes> {
      if (!tokens) return { 'refresh-token-ending': { skipped: 'the token store is missing: pass --app' } };
      const ended: string[] = [];
      const ending: string[] = [];
      let read = 0;
      for await (const owner of tokens.owners()) {
        signal.throwIfAborted();
        if (owner.appId !== appId || owner.userId !== undefined) continue;
        read += 1;
        if (read > mostOwners) break;
        const daysLeft = await refreshDays(tokens, owner, clock.now());
        if (daysLeft <= 0) ended.push(owner.shop);
        else if (daysLeft <= warnDays) ending.push(owner.shop);
      }
      if (ended.length + ending.length === 0) return {};
      const found = [
        ...(ending.length > 0 ? [`The refresh token expires within ${warnDays} days: ${shorten(ending)}.`] : []),
        ...(ended.length > 0 ? [`It has expired: ${shorten(ended)}.`] : []),
        ...(read > mostOwners ? [`Only the first ${mostOwners} shops were checked.`] : []),
      ].join(' ');
      return { 'refresh-token-ending': { found, severity: ended.length > 0 ? 'error' : 'warning' } };
    },
  };
}

/** Days until the refresh token expires; infinite without a refresh token or an expiry. */
async function refreshDays(tokens: TokenStore, owner: TokenOwner, now: number): Promise<number> {
  const entry = await tokens.get(owner);
  const { refreshToken = null, refreshTokenExpiresAt = null } = entry?.tokens ?? {};
  return refreshToken === null || refreshTokenExpiresAt === null
    ? Number.POSITIVE_INFINITY
    : (refreshTokenExpiresAt - now) / dayMs;
}
