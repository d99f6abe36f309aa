/** Token sources, the encrypted store for the tokens of many shops, and checks that a request is from Shopify. */
// @ts-nocheck

export type { AppSecrets } from '../auth/app-secrets.ts';
export type {
  AppCredentials,
  ClientCredentialsOptions,
  OfflineTokenOptions,
  TimedToken,
  TokenExchangeOptions,
  TokenWishContext,
} from '../auth/kept-sources.ts';
export type { RotatingTokenStore, RotationReport } from '../auth/sealed-tokens.ts';
export type { ShopifySession, ShopifySessionStorage } from '../auth/session-rows.ts';
export { type SessionTokensOptions, sessionTokens } from '../auth/session-storage.ts';
export {
  type RefusedSessionToken,
  type SessionTokenRefusal,
  type SessionTokenVerification,
  type VerifiedSessionToken,
  type VerifySessionTokenInput,
  verifySessionToken,
} from '../auth/session-token.ts';
export {
  type OtherShopHost,
  type ShopRefusal,
  type ShopVerification,
  type VerifyShopOptions,
  verifyShop,
} from '../auth/shop.ts';
export {
  type AppProxyVerification,
  type OAuthQueryVerification,
  type RefusedSignedQuery,
  type SignedQueryRefusal,
  type VerifiedAppProxy,
  type VerifiedOAuthQuery,
  type VerifyAppProxyInput,
  type VerifyOAuthQueryInput,
  verifyAppProxy,
  verifyOAuthQuery,
} from '../auth/signed-query.ts';
export { staticToken } from '../auth/static-token.ts';
export { tokenSource } from '../auth/token-source.ts';
export { clientCredentials, offlineToken, tokenExchange } from '../auth/token-sources.ts';
export { createTokenStore, type TokenKey, type TokenStoreOptions } from '../auth/vault.ts';
export type { TokenFailure } from '../errors/errors.ts';
export type { TokenConnection, TokenSource } from '../ports/token-source.ts';
export type { RenewableTokenStore, StoredTokens, TokenEntry, TokenOwner, TokenStore } from '../ports/token-store.ts';
