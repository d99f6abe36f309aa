import type { FakeRoute } from '../http/types.ts';
import { authorizeRoute } from './authorize-route.ts';
import { type OAuthContext, tokenRoute } from './token-route.ts';

/** The OAuth endpoints, which have no version: https://shopify.dev/docs/api/usage/versioning */
export function oauthRoutes(context: OAuthContext): readonly FakeRoute[] {
  return [authorizeRoute(context), tokenRoute(context)];
}
