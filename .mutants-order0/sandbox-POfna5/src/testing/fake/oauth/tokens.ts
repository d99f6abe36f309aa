// @ts-nocheck
import { createHash } from 'node:crypto';
import type { Clock } from '../../../internal/clock.ts';
import type { ShopState } from '../shops.ts';
import {
  type AccessTokenEntity,
  oauthKinds,
  type RefreshTokenEntity,
  type StoredPair,
  tokenGid,
  tokenOf,
} from '../store/entities.ts';
import type { EntityStore } from '../store/entity-store.ts';

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
  /** Seconds that an offline token lives, where it expires. */
  readonly offlineSeconds: number;
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
  const accessToken = issueAccess(context, 'offline', context.offlineSeconds);
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

/** Starts a new chain of refresh tokens: an app has one per shop, and older refresh tokens are dead. */
export function issueNewChain(context: IssueContext): StoredPair {
  const { store, shop, app } = context;
  for (const refresh of store.all(shop, oauthKinds.refresh) as readonly RefreshTokenEntity[]) {
    if (refresh.app === app) store.delete(shop, oauthKinds.refresh, refresh.id);
  }
  return issuePair(context);
}

/**
 * Makes a pair valid once more, for a client that lost it: the access token's life starts again. `false` where the refresh
 * token was used since, or is gone.
 */
export function revivePair(
  { accessToken, refreshToken }: StoredPair,
  { store, shop, now, offlineSeconds }: ReviveContext,
): boolean {
  const access = store.get(shop, oauthKinds.access, tokenGid(oauthKinds.access, accessToken));
  if (!access || findRefresh(store, shop, refreshToken)?.replacement !== null) return false;
  store.put(shop, oauthKinds.access, { ...access, expiresAt: now + offlineSeconds * 1_000 });
  return true;
}

type ReviveContext = Pick<IssueContext, 'store' | 'shop' | 'now' | 'offlineSeconds'>;

/** A refresh token, used or not. */
export function findRefresh(store: EntityStore, shop: string, token: string): RefreshTokenEntity | undefined {
  return store.get(shop, oauthKinds.refresh, tokenGid(oauthKinds.refresh, token)) as RefreshTokenEntity | undefined;
}

/** Whose token it is, and what it opens. */
interface TokenHolder {
  readonly app: string;
  /** `undefined` for all. */
  readonly scopes: ReadonlySet<string> | undefined;
  /** Whether its time ends. */
  readonly expires: boolean;
}

/** The access tokens of all shops: those of the options, and those that OAuth gave. */
export interface TokenBook {
  /** The holder of a token that is taken now. */
  find(shop: ShopState, token: string): TokenHolder | undefined;
  /** No token of the shop is taken any more, and none can be refreshed; new ones can be acquired. */
  revoke(shop: ShopState): void;
  /** The same for tokens that were issued; those that the shop was given with its options stay. */
  revokeIssued(shop: ShopState): void;
}

/** Makes the book over a store. */
export function createTokenBook({ store, clock }: { readonly store: EntityStore; readonly clock: Clock }): TokenBook {
  return {
    find(shop, token) {
      if (store.get(shop.domain, oauthKinds.retired, tokenGid(oauthKinds.retired, token))) return undefined;
      const app = shop.tokens.get(token);
      if (app !== undefined) return { app, scopes: shop.scopes, expires: false };
      const issued = findIssued(store, shop.domain, token);
      if (!issued || (issued.expiresAt !== null && issued.expiresAt <= clock.now())) return undefined;
      return { app: issued.app, scopes: new Set(issued.scopes), expires: issued.expiresAt !== null };
    },
    revokeIssued({ domain }) {
      const transaction = store.begin();
      deleteIssued(transaction, domain);
      transaction.commit();
    },
    revoke({ domain, tokens }) {
      const transaction = store.begin();
      deleteIssued(transaction, domain);
      // Without its migration, a token that was migrated cannot bring the new pair back either.
      const given = [...tokens.keys()].map((token) => tokenGid(oauthKinds.retired, token));
      const retired = transaction.all(domain, oauthKinds.retired).map(({ id }) => id);
      for (const id of new Set([...given, ...retired])) {
        transaction.put(domain, oauthKinds.retired, { id, migration: null });
      }
      transaction.commit();
    },
  };
}

/** A token that OAuth gave, expired or not. */
export function findIssued(store: EntityStore, shop: string, token: string): AccessTokenEntity | undefined {
  return store.get(shop, oauthKinds.access, tokenGid(oauthKinds.access, token)) as AccessTokenEntity | undefined;
}

function deleteIssued(store: EntityStore, domain: string): void {
  for (const kind of [oauthKinds.access, oauthKinds.refresh, oauthKinds.code]) {
    for (const { id } of store.all(domain, kind)) store.delete(domain, kind, id);
  }
}
