import type { Lock, LockOptions } from './key-value-store.ts';

/** The tokens of one shop, or of one user on it. */
export interface StoredTokens {
  readonly accessToken: string;
  /** Milliseconds since the epoch; `null` if the token does not expire. */
  readonly accessTokenExpiresAt: number | null;
  /** `null` if there is none. */
  readonly refreshToken: string | null;
  /** Milliseconds since the epoch; `null` if there is no refresh token or it does not expire. */
  readonly refreshTokenExpiresAt: number | null;
  /** Granted scopes, such as `write_products`. */
  readonly scopes: readonly string[];
}

/** The owner of tokens: an app on a shop, or one of its users. */
export interface TokenOwner {
  /** Shop domain. */
  readonly shop: string;
  /** Name of the app. Default `default`. */
  readonly appId?: string;
  /** Shopify's id of the user, for an online token. Default: the shop's offline token. */
  readonly userId?: string;
}

/** Tokens as stored. */
export interface TokenEntry {
  readonly tokens: StoredTokens;
  /** Identifies this state; pass it to `replace` so as not to overwrite a change that another writer made meanwhile. */
  readonly version: string;
  /**
   * When they were stored, in milliseconds since the epoch by the store's clock. Omitted if the store does not know.
   */
  readonly savedAt?: number;
}

/**
 * Stores tokens, encrypted at rest.
 *
 * @throws StorageError if the store fails, or its content cannot be decrypted with any of the keys.
 */
export interface TokenStore {
  get(owner: TokenOwner): Promise<TokenEntry | undefined>;
  /**
   * Replaces access and refresh token together if the entry's version is still `version` (`undefined`: if there is no
   * entry). Returns the new version, or `undefined` if another writer was faster: then read it again.
   */
  replace(owner: TokenOwner, version: string | undefined, tokens: StoredTokens): Promise<string | undefined>;
  delete(owner: TokenOwner): Promise<boolean>;
  /** Iterates over the owners of tokens in this store, or only those of `shop`. */
  owners(shop?: string): AsyncIterable<Required<Pick<TokenOwner, 'shop' | 'appId'>> & Pick<TokenOwner, 'userId'>>;
  /** Deletes all tokens of a shop. Returns how many entries it deleted. */
  erase(shop: string): Promise<number>;
  /**
   * Locks the tokens of one owner while they are renewed. Returns `undefined` if the lock is not free in time. Without
   * this method, processes may renew the same tokens at the same time.
   */
  lock?(owner: TokenOwner, options?: LockOptions): Promise<Lock | undefined>;
  /** Milliseconds since the epoch, by the clock shared by all processes on this store. Default: each machine's own. */
  now?(): Promise<number>;
}

/** The part of a token store needed to renew tokens; `lock` and `now` coordinate several processes. */
export type RenewableTokenStore = Pick<TokenStore, 'get' | 'replace'> & Partial<Pick<TokenStore, 'lock' | 'now'>>;
