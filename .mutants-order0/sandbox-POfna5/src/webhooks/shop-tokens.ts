// @ts-nocheck
import { shopNameOf } from '../config/shop-domain.ts';
import { isShopwrightError } from '../errors/errors.ts';
import type { TokenOwner, TokenStore } from '../ports/token-store.ts';
import type { ErasedOwner } from './erasure.ts';

/** The tokens of a shop for an app. */
interface ShopTokens {
  readonly owners: readonly TokenOwner[];
  /** When the newest of them was stored, in milliseconds since the epoch; `undefined` where the store does not know it. */
  readonly savedAt: number | undefined;
}

/**
 * Finds the tokens of a shop for an app, offline and online. After an uninstall Shopify renews none, so one that was
 * stored since is of a new installation.
 *
 * @throws StorageError, but not for an entry that no key decrypts: that one is nobody's installation.
 */
export async function tokensOf(
  tokens: Pick<TokenStore, 'owners' | 'get'>,
  { shop, appId }: ErasedOwner,
): Promise<ShopTokens> {
  const owners: TokenOwner[] = [];
  let savedAt: number | undefined;
  for await (const owner of tokens.owners(shop)) {
    if (shopNameOf(owner.shop) !== shop || owner.appId !== appId) continue;
    owners.push(owner);
    try {
      const entry = await tokens.get(owner);
      if (entry?.savedAt !== undefined) savedAt = Math.max(savedAt ?? 0, entry.savedAt);
    } catch (error) {
      if (!isShopwrightError(error, 'STORAGE_FAILED') || error.shop !== shop) throw error;
    }
  }
  return { owners, savedAt };
}
