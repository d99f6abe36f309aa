/** Token sources, and the encrypted store for the tokens of many shops. */
export { staticToken } from '../auth/static-token.ts';
export {
  createTokenStore,
  type RotatingTokenStore,
  type RotationReport,
  type TokenKey,
  type TokenStoreOptions,
} from '../auth/vault.ts';
export type { TokenSource } from '../ports/token-source.ts';
export type { StoredTokens, TokenEntry, TokenOwner, TokenStore } from '../ports/token-store.ts';
