/** Installing a stand-alone app by OAuth, and the scopes that an installation has. */
// @ts-nocheck

export {
  type BeginAuthOptions,
  type BeginAuthRefusal,
  type BegunAuth,
  beginAuth,
  type CallbackRefusal,
  type CompletedAuth,
  createOAuth,
  handleCallback,
  type OAuthOptions,
  type OAuthRequest,
  type RefusedAuth,
  type RefusedCallback,
  type ShopifyOAuth,
} from '../auth/oauth.ts';
export { type ScopeCheck, scopes } from '../graphql/scopes.ts';
