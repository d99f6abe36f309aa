import { createHash } from 'node:crypto';
import { StorageError } from '../errors/errors.ts';
import type { StoredTokens, TokenEntry, TokenOwner } from '../ports/token-store.ts';

/** A session of Shopify's libraries: the fields about its tokens. */
export interface ShopifySession {
  accessToken?: string | undefined;
  expires?: Date | undefined;
  refreshToken?: string | undefined;
  refreshTokenExpires?: Date | undefined;
  scope?: string | undefined;
}

/**
 * A session storage of Shopify's libraries, such as `PrismaSessionStorage`: the required part of `SessionStorage`.
 * https://github.com/Shopify/shopify-app-js/tree/main/packages/apps/session-storage/shopify-app-session-storage
 */
export interface ShopifySessionStorage<Session extends ShopifySession> {
  loadSession(id: string): Promise<Session | undefined>;
  storeSession(session: Session): Promise<boolean>;
  /** Distinguishes a shop without a session from a failed database: `loadSession` may return nothing for both. */
  findSessionsByShop?(shop: string): Promise<readonly Session[]>;
}

/** Milliseconds for which a renewable token is used if its session does not say when it expires. */
const unknownEndMs = 600_000;

/** Returns the tokens of an owner's session. @throws StorageError */
export async function readSession<Session extends ShopifySession>(
  storage: ShopifySessionStorage<Session>,
  owner: TokenOwner,
): Promise<TokenEntry | undefined> {
  const session = await load(storage, owner);
  // A custom storage may return `null` for a missing session.
  return session ? entryOf(session) : undefined;
}

/** Stores tokens in an owner's session, if its tokens are still those of `version`. @throws StorageError */
export async function replaceSession<Session extends ShopifySession>(
  storage: ShopifySessionStorage<Session>,
  owner: TokenOwner,
  version: string | undefined,
  tokens: StoredTokens,
): Promise<string | undefined> {
  const session = await load(storage, owner);
  if (!session) {
    throw new StorageError(
      `There is no session ${sessionId(owner)} to store tokens in. Have the shop open the app, which creates it.`,
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
  if (!isStored) throw storageFailed(owner, 'storeSession returned false');
  // The app may have written its own tokens at the same time.
  const after = await load(storage, owner);
  const stored = after && entryOf(after);
  return stored?.tokens.accessToken === tokens.accessToken ? stored.version : undefined;
}

const load = <Session extends ShopifySession>(storage: ShopifySessionStorage<Session>, owner: TokenOwner) =>
  guarded(owner, async () => {
    const session = await storage.loadSession(sessionId(owner));
    // The Drizzle storage returns nothing if its database fails, but this method throws.
    if (!session) await storage.findSessionsByShop?.(owner.shop);
    return session;
  });

/** The id under which Shopify's libraries keep a session. */
export const sessionId = ({ shop, userId }: TokenOwner): string =>
  userId === undefined ? `offline_${shop}` : `${shop}_${userId}`;

const dateOf = (ms: number | null): Date | undefined => (ms === null ? undefined : new Date(ms));

/** Smaller numbers are seconds: as milliseconds they would be in 1973. */
const leastMs = 100_000_000_000;

/** Reads a date, or the string or number that a host's own storage returns instead; `null` for none. */
function msOf(date: unknown): number | null {
  const isNumber = typeof date === 'number' || typeof date === 'bigint' || /^\d+$/.test(String(date));
  const number = isNumber ? Number(date) : Number.NaN;
  if (number > 0) return number < leastMs ? number * 1_000 : number;
  const ms = date && date !== true ? new Date(date as Date).getTime() : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function entryOf(session: ShopifySession): TokenEntry | undefined {
  const { expires, refreshTokenExpires } = session;
  const accessToken = textOf(session.accessToken);
  if (accessToken === '') return undefined;
  const refresh = textOf(session.refreshToken) || null;
  const endsAt = msOf(expires);
  // A renewable token does expire, whether or not its session says when.
  const isUnknown = endsAt === null && refresh !== null;
  const tokens: StoredTokens = {
    accessToken,
    accessTokenExpiresAt: isUnknown ? Date.now() + unknownEndMs : endsAt,
    refreshToken: refresh,
    refreshTokenExpiresAt: msOf(refreshTokenExpires),
    scopes: textOf(session.scope)
      .split(/[\s,]+/)
      .filter(Boolean),
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
    // Database errors can contain the row, and with it the tokens.
    throw storageFailed(owner, `it failed with ${error instanceof Error ? error.name : typeof error}`);
  }
}

const storageFailed = (owner: TokenOwner, why: string): StorageError =>
  new StorageError(`The session storage could not read or write ${sessionId(owner)}: ${why}.`, {
    shop: owner.shop,
    isRetryable: true,
  });
