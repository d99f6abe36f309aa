import { createHash } from 'node:crypto';
import type { EntityStore } from '../store/entity-store.ts';
import {
  type AccessTokenEntity,
  oauthKinds,
  type RefreshTokenEntity,
  type StoredPair,
  tokenGid,
  tokenOf,
} from '../store/oauth-entities.ts';

/**
 * Seconds that tokens live.
 * https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens
 */
export const lifetimes = { expiringOffline: 3_600, refresh: 7_776_000, day: 86_399 } as const;

/** What is issued for whom. */
interface IssueContext {
  /** A transaction, which the caller commits. */
  readonly store: EntityStore;
  /** Shop domain. */
  readonly shop: string;
  /** Id of the app. */
  readonly app: string;
  readonly scopes: readonly string[];
  /** Wall time in milliseconds since the epoch. */
  readonly now: number;
}

/** A token's text: the same for the same calls in the same order, and never given twice. */
export function newToken(prefix: string, { store, shop }: Pick<IssueContext, 'store' | 'shop'>): string {
  const digest = createHash('sha256')
    .update(`${shop} ${store.nextId('Token')}`)
    .digest('hex');
  return `${prefix}${digest.slice(0, 32)}`;
}

/** Issues an access token. `seconds` is `null` for one that never expires. */
export function issueAccess(context: IssueContext, mode: 'offline' | 'online', seconds: number | null): string {
  const { store, shop, app, scopes, now } = context;
  const token = newToken(mode === 'online' ? 'shpua_' : 'shpat_', context);
  const entity: AccessTokenEntity = {
    id: tokenGid(oauthKinds.access, token),
    app,
    mode,
    scopes,
    expiresAt: seconds === null ? null : now + seconds * 1_000,
  };
  store.put(shop, oauthKinds.access, entity);
  return token;
}

/** Issues an offline token that never expires: the one the app has for these scopes already, if it has one. */
export function issuePermanent(context: IssueContext): string {
  const { store, shop, app, scopes } = context;
  const tokens = store.all(shop, oauthKinds.access) as readonly AccessTokenEntity[];
  const existing = tokens.find(
    (token) =>
      token.app === app &&
      token.mode === 'offline' &&
      token.expiresAt === null &&
      token.scopes.join(' ') === scopes.join(' '),
  );
  return existing ? tokenOf(existing) : issueAccess(context, 'offline', null);
}

/** Issues an access token that expires, and the refresh token that goes on from it. */
export function issuePair(context: IssueContext): StoredPair {
  const { store, shop, app, scopes, now } = context;
  const accessToken = issueAccess(context, 'offline', lifetimes.expiringOffline);
  const refreshToken = newToken('shprt_', context);
  const refreshExpiresAt = now + lifetimes.refresh * 1_000;
  const entity: RefreshTokenEntity = {
    id: tokenGid(oauthKinds.refresh, refreshToken),
    app,
    scopes,
    expiresAt: refreshExpiresAt,
    replacement: null,
  };
  store.put(shop, oauthKinds.refresh, entity);
  return { accessToken, refreshToken, at: now, refreshExpiresAt };
}

/** Begins the chain of refresh tokens anew: an app has one per shop, and older refresh tokens are dead. */
export function issueNewChain(context: IssueContext): StoredPair {
  const { store, shop, app } = context;
  for (const refresh of store.all(shop, oauthKinds.refresh) as readonly RefreshTokenEntity[]) {
    if (refresh.app === app) store.delete(shop, oauthKinds.refresh, refresh.id);
  }
  return issuePair(context);
}

/**
 * Makes a pair good once more, for who has lost it: the access token's life begins anew. `false` where the refresh
 * token was used since, or is gone.
 */
export function revivePair({ accessToken, refreshToken }: StoredPair, { store, shop, now }: ReviveContext): boolean {
  const access = store.get(shop, oauthKinds.access, tokenGid(oauthKinds.access, accessToken));
  if (!access || findRefresh(store, shop, refreshToken)?.replacement !== null) return false;
  store.put(shop, oauthKinds.access, { ...access, expiresAt: now + lifetimes.expiringOffline * 1_000 });
  return true;
}

type ReviveContext = Pick<IssueContext, 'store' | 'shop' | 'now'>;

/** A refresh token, used or not. */
export function findRefresh(store: EntityStore, shop: string, token: string): RefreshTokenEntity | undefined {
  return store.get(shop, oauthKinds.refresh, tokenGid(oauthKinds.refresh, token)) as RefreshTokenEntity | undefined;
}
