// @ts-nocheck
import type { Clock } from '../../internal/clock.ts';
import type { StoredTokens, TokenOwner, TokenStore } from '../../ports/token-store.ts';
import { type Check, type Outcome, type Outcomes, shorten } from './findings.ts';

/** The access token that calls are made with; or why there is none. */
export type TokenAtHand = { readonly accessToken: string; readonly expires: boolean } | Outcome;

/** Where the token of a shop may be. */
export interface TokenPlaces {
  readonly shop: string;
  /** From the environment. It stays there, so it does not expire. */
  readonly accessToken: string | undefined;
  readonly tokens: TokenStore | undefined;
  readonly appId: string;
  readonly clock: Clock;
}

/** Finds the token of a shop. It is never renewed: that is the service's business, and changes its store. */
export async function findToken({ shop, accessToken, tokens, appId, clock }: TokenPlaces): Promise<TokenAtHand> {
  if (accessToken !== undefined) return { accessToken, expires: false };
  if (!tokens) return { skipped: 'there is no access token: set SHOPIFY_ACCESS_TOKEN, or give --app' };
  const entry = await tokens.get({ shop, appId });
  if (!entry) return { found: `The token store has no token for ${shop}.` };
  const { accessTokenExpiresAt, ...stored } = entry.tokens;
  const now = clock.now();
  if (accessTokenExpiresAt === null || accessTokenExpiresAt > now)
    return { accessToken: stored.accessToken, expires: !isPermanent(entry.tokens) };
  if (isRenewable(entry.tokens, now))
    return {
      skipped: `the access token of ${shop} has expired, and the doctor renews none: make a call with the service first`,
    };
  return { found: `The access token of ${shop} has expired, and there is no refresh token that could renew it.` };
}

const isPermanent = ({ accessTokenExpiresAt, refreshToken }: StoredTokens): boolean =>
  accessTokenExpiresAt === null && refreshToken === null;

const isRenewable = ({ refreshToken, refreshTokenExpiresAt }: StoredTokens, now: number): boolean =>
  refreshToken !== null && (refreshTokenExpiresAt === null || refreshTokenExpiresAt > now);

/** A refresh token lives for 90 days, and each call of a shop renews it: this one has not been used for long. */
const warnDays = 14;

const dayMs = 86_400_000;

/** Entries that are read of a token store: each is decrypted. */
const mostOwners = 2_000;

/** Looks for refresh tokens that are about to end, of all shops of an app. */
export function refreshTokenCheck(tokens: TokenStore | undefined, appId: string, clock: Clock): Check {
  return {
    ids: ['refresh-token-ending'],
    async run(signal): Promise<Outcomes> {
      if (!tokens) return { 'refresh-token-ending': { skipped: 'there is no token store: give --app' } };
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
        ...(ending.length > 0 ? [`The refresh token ends within ${warnDays} days: ${shorten(ending)}.`] : []),
        ...(ended.length > 0 ? [`It has ended: ${shorten(ended)}.`] : []),
        ...(read > mostOwners ? [`Only the first ${mostOwners} shops were looked at.`] : []),
      ].join(' ');
      return { 'refresh-token-ending': { found, severity: ended.length > 0 ? 'error' : 'warning' } };
    },
  };
}

/** Days until the refresh token ends; infinite where it has none, or one without an end. */
async function refreshDays(tokens: TokenStore, owner: TokenOwner, now: number): Promise<number> {
  const entry = await tokens.get(owner);
  const { refreshToken = null, refreshTokenExpiresAt = null } = entry?.tokens ?? {};
  return refreshToken === null || refreshTokenExpiresAt === null
    ? Number.POSITIVE_INFINITY
    : (refreshTokenExpiresAt - now) / dayMs;
}
