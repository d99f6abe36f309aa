// @ts-nocheck
import { createHash } from 'node:crypto';
import { StorageError } from '../errors/errors.ts';
import type { StoredTokens, TokenEntry, TokenOwner } from '../ports/token-store.ts';

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
  /** Tells a shop without a session from a database that is gone, where `loadSession` gives nothing in both cases. */
  findSessionsByShop?(shop: string): Promise<readonly Session[]>;
}

/** Milliseconds for which a token is used whose session does not say when it ends, and which can be renewed. */
const unknownEndMs = 600_000;

/** The tokens of an owner's session. @throws StorageError */
export async function readSession<Session extends ShopifySession>(
  storage: ShopifySessionStorage<Session>,
  owner: TokenOwner,
): Promise<TokenEntry | undefined> {
  const session = await load(storage, owner);
  // Storages of the host's own give `null` for none.
  return session ? entryOf(session) : undefined;
}

/** Puts tokens into an owner's session, where its tokens are still those of `version`. @throws StorageError */
export async function replaceSession<Session extends ShopifySession>(
  storage: ShopifySessionStorage<Session>,
  owner: TokenOwner,
  version: string | undefined,
  tokens: StoredTokens,
): Promise<string | undefined> {
  const session = await load(storage, owner);
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
  const after = await load(storage, owner);
  const stored = after && entryOf(after);
  return stored?.tokens.accessToken === tokens.accessToken ? stored.version : undefined;
}

const load = <Session extends ShopifySession>(storage: ShopifySessionStorage<Session>, owner: TokenOwner) =>
  guarded(owner, async () => {
    const session = await storage.loadSession(sessionId(owner));
    // The storage on Drizzle gives nothing where its database fails, but this method of it fails then.
    if (!session) await storage.findSessionsByShop?.(owner.shop);
    return session;
  });

/** The id under which Shopify's libraries keep a session. */
export const sessionId = ({ shop, userId }: TokenOwner): string =>
  userId === undefined ? `offline_${shop}` : `${shop}_${userId}`;

const dateOf = (ms: number | null): Date | undefined => (ms === null ? undefined : new Date(ms));

/** Numbers below are seconds: as milliseconds they were of 1973. */
const leastMs = 100_000_000_000;

/** A date, or the text or number that a storage of the host's own gives in its place; `null` for none. */
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
  // A token that can be renewed does end, whether or not its session says when.
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
    // Errors of a database can hold the row, and with it the tokens.
    throw storageFailed(owner, `it failed with ${error instanceof Error ? error.name : typeof error}`);
  }
}

const storageFailed = (owner: TokenOwner, why: string): StorageError =>
  new StorageError(`The session storage did not give or take ${sessionId(owner)}: ${why}.`, {
    shop: owner.shop,
    isRetryable: true,
  });
