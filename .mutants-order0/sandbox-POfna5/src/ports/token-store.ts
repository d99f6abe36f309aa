// @ts-nocheck
import type { Lock, LockOptions } from './key-value-store.ts';

/** The tokens of one shop, or of one user on it. */
export interface StoredTokens {
  readonly accessToken: string;
  /** Milliseconds since the epoch; `null` for a token that does not expire. */
  readonly accessTokenExpiresAt: number | null;
  /** `null` where there is none. */
  readonly refreshToken: string | null;
  /** Milliseconds since the epoch; `null` where there is no refresh token or it does not expire. */
  readonly refreshTokenExpiresAt: number | null;
  /** Scopes granted, such as `write_products`. */
  readonly scopes: readonly string[];
}

/** Whose tokens they are. */
export interface TokenOwner {
  /** Shop domain. */
  readonly shop: string;
  /** Name of the app. Default `default`. */
  readonly appId?: string;
  /** Shopify's id of the user, for an online token. Default: the shop's offline token. */
  readonly userId?: string;
}

/** Tokens as they stand in the store. */
export interface TokenEntry {
  readonly tokens: StoredTokens;
  /** Names this very state; give it to `replace` to change nothing that somebody else has changed since. */
  readonly version: string;
  /** When they were stored, in milliseconds since the epoch by the store's clock. Missing where the store does not know it. */
  readonly savedAt?: number;
}

/**
 * Keeps tokens, encrypted at rest.
 *
 * @throws StorageError when the store fails, or what it holds cannot be decrypted with any of the keys.
 */
export interface TokenStore {
  get(owner: TokenOwner): Promise<TokenEntry | undefined>;
  /**
   * Replaces access and refresh token together where the entry's version is still `version` (`undefined`: where
   * there is none). `undefined` as answer: somebody was faster, read again. Else the new version.
   */
  replace(owner: TokenOwner, version: string | undefined, tokens: StoredTokens): Promise<string | undefined>;
  delete(owner: TokenOwner): Promise<boolean>;
  /** Whoever has tokens here; of one shop where it is given. */
  owners(shop?: string): AsyncIterable<Required<Pick<TokenOwner, 'shop' | 'appId'>> & Pick<TokenOwner, 'userId'>>;
  /** Deletes all tokens of a shop. Returns how many entries there were. */
  erase(shop: string): Promise<number>;
  /**
   * A lock on the tokens of one owner, for whoever renews them; `undefined` where it is not free in time. Without it,
   * processes may ask Shopify for the same renewal at the same time.
   */
  lock?(owner: TokenOwner, options?: LockOptions): Promise<Lock | undefined>;
  /** Milliseconds since the epoch by the clock that all processes on this store share. Default: each machine's own. */
  now?(): Promise<number>;
}

/** What keeps the tokens of a shop good needs of a token store; `lock` and `now` are for several processes. */
export type RenewableTokenStore = Pick<TokenStore, 'get' | 'replace'> & Partial<Pick<TokenStore, 'lock' | 'now'>>;
