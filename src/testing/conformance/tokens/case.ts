import type { StoredTokens, TokenOwner, TokenStore } from '../../../ports/token-store.ts';
import type { ConformanceRunner } from '../runner.ts';

/** One case of the suite. It gets a store of its own, empty at the start. */
export interface TokenCase {
  readonly name: string;
  readonly check: (store: TokenStore, expect: ConformanceRunner['expect']) => Promise<void>;
}

export const shop = 'acme.myshopify.com';

export const offline: TokenOwner = { shop };

/** Tokens whose fields are all set, told apart by a number. */
export function tokens(number: number, changes: Partial<StoredTokens> = {}): StoredTokens {
  return {
    accessToken: `shpat_access_${number}`,
    accessTokenExpiresAt: 1_793_000_000_000 + number,
    refreshToken: `shprt_refresh_${number}`,
    refreshTokenExpiresAt: 1_800_000_000_000 + number,
    scopes: ['read_products', 'write_products'],
    ...changes,
  };
}

/** All owners, in an order of their own. */
export async function ownersOf(store: TokenStore, only?: string): Promise<string[]> {
  const owners: string[] = [];
  for await (const { shop: of, appId, userId } of store.owners(only)) owners.push(JSON.stringify([of, appId, userId]));
  return owners.sort();
}
