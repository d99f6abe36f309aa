import type { FakeRoute } from '../http/api.ts';
import { authorizeRoute } from './routes.ts';
import { type OAuthContext, tokenRoute } from './token-route.ts';

/** The OAuth endpoints, which have no version: https://shopify.dev/docs/api/usage/versioning */
export function oauthRoutes(context: OAuthContext): readonly FakeRoute[] {
  return [authorizeRoute(context), tokenRoute(context)];
}
