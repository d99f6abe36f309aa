import { createHash } from 'node:crypto';
import { ConfigError, type Issue, StorageError } from '../errors/errors.ts';
import { unknownNames } from '../internal/names.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { RenewableTokenStore, StoredTokens, TokenEntry, TokenOwner } from '../ports/token-store.ts';

/** A session of Shopify's libraries, as far as its tokens go. */
export interface ShopifySession {
  accessToken?: string | undefined;
  expires?: Date | undefined;
  refreshToken?: string | undefined;
  refreshTokenExpires?: Date | undefined;
  scope?: string | undefined;
}

/**
 * A session storage of Shopify's libraries, such as `PrismaSessionStorage`: the part of `SessionStorage` that is needed.
 * https://github.com/Shopify/shopify-app-js/tree/main/packages/apps/session-storage/shopify-app-session-storage
 */
export interface ShopifySessionStorage<Session extends ShopifySession> {
  loadSession(id: string): Promise<Session | undefined>;
  storeSession(session: Session): Promise<boolean>;
}

/** Options of `sessionTokens`. */
export interface SessionTokensOptions<Session extends ShopifySession> {
  /** The storage of the app, such as the one given to `shopifyApp`. */
  readonly storage: ShopifySessionStorage<Session>;
  /**
   * Locks for the processes that use this, such as `stores.keyValue` of any adapter. Default: none, and then two
   * processes may ask for the same renewal at the same time, which Shopify answers with the same tokens.
   */
  readonly locks?: Pick<KeyValueStore, 'lock'>;
}

/** Milliseconds for which a token is used whose session does not say when it ends, and which can be renewed. */
const unknownEndMs = 600_000;

/**
 * The tokens in the sessions of an app that is built on Shopify's own libraries, for `offlineToken`: jobs beside an app
 * of the React Router template then use and renew the same row as the app does.
 *
 * Both may renew it at the same moment. The row is read again right before a renewal is asked for and before it is
 * written, and what the other side has written since counts. In the moments between, both have sent the same refresh
 * token, and Shopify gives both the same new pair.
 *
 * @throws ConfigError for options that are missing or unknown. Its methods throw StorageError where the storage fails, or
 * there is no session to store tokens in.
 *
 * @example
 * const tokens = sessionTokens({ storage: new PrismaSessionStorage(prisma), locks: stores.keyValue });
 * const app = createShopifyApp({ auth: offlineToken({ clientId, clientSecret, tokens }) });
 */
export function sessionTokens<Session extends ShopifySession>(
  options: SessionTokensOptions<Session>,
): RenewableTokenStore {
  const { storage, locks } = options;
  const issues: Issue[] = [...unknownNames(options, { storage: true, locks: true })];
  const has = (value: unknown, method: string): boolean => typeof Object(value)[method] === 'function';
  if (!has(storage, 'loadSession') || !has(storage, 'storeSession')) {
    issues.push({ field: 'storage', message: 'must be a session storage, with loadSession and storeSession.' });
  }
  if (locks !== undefined && !has(locks, 'lock')) {
    issues.push({ field: 'locks', message: 'has no lock: give the `keyValue` of an adapter.' });
  }
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });

  const load = (owner: TokenOwner) => guarded(owner, () => storage.loadSession(sessionId(owner)));
  return {
    async get(owner) {
      const session = await load(owner);
      return session && entryOf(session);
    },
    async replace(owner, version, tokens) {
      const session = await load(owner);
      if (!session) {
        throw new StorageError(
          `There is no session ${sessionId(owner)} to store tokens in. Have the shop open the app, which makes it.`,
          { shop: owner.shop },
        );
      }
      if (entryOf(session)?.version !== version) return undefined;
      session.accessToken = tokens.accessToken;
      session.expires = dateOf(tokens.accessTokenExpiresAt);
      session.refreshToken = tokens.refreshToken ?? undefined;
      session.refreshTokenExpires = dateOf(tokens.refreshTokenExpiresAt);
      if (tokens.scopes.length > 0) session.scope = tokens.scopes.join(',');
      const isStored = await guarded(owner, () => storage.storeSession(session));
      if (!isStored) throw storageFailed(owner, 'it said that it has stored nothing');
      // The app may have written its own just then.
      const after = await load(owner);
      const stored = after && entryOf(after);
      return stored?.tokens.accessToken === tokens.accessToken ? stored.version : undefined;
    },
    ...(locks && { lock: (owner, lockOptions) => locks.lock(`session-tokens/${sessionId(owner)}`, lockOptions) }),
  };
}

/** The id under which Shopify's libraries keep a session. */
const sessionId = ({ shop, userId }: TokenOwner): string =>
  userId === undefined ? `offline_${shop}` : `${shop}_${userId}`;

const dateOf = (ms: number | null): Date | undefined => (ms === null ? undefined : new Date(ms));

function entryOf({
  accessToken,
  expires,
  refreshToken,
  refreshTokenExpires,
  scope,
}: ShopifySession): TokenEntry | undefined {
  if (!accessToken) return undefined;
  const refresh = refreshToken || null;
  // A token that can be renewed does end, whether or not its session says when.
  const unknownEnd = refresh === null ? null : Date.now() + unknownEndMs;
  const tokens: StoredTokens = {
    accessToken,
    accessTokenExpiresAt: expires ? expires.getTime() : unknownEnd,
    refreshToken: refresh,
    refreshTokenExpiresAt: refreshTokenExpires ? new Date(refreshTokenExpires).getTime() : null,
    scopes: scope ? scope.split(',') : [],
  };
  const version = createHash('sha256')
    .update(JSON.stringify([accessToken, refresh]))
    .digest('base64url');
  return { tokens, version };
}

/** Runs one step of the storage. @throws StorageError */
async function guarded<T>(owner: TokenOwner, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    // Errors of a database can hold the row, and with it the tokens.
    throw storageFailed(owner, `it failed with ${error instanceof Error ? error.name : typeof error}`);
  }
}

const storageFailed = (owner: TokenOwner, why: string): StorageError =>
  new StorageError(`The session storage did not give or take ${sessionId(owner)}: ${why}.`, {
    shop: owner.shop,
    isRetryable: true,
  });
