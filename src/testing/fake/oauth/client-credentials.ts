import { dayAnswer } from './answers.ts';
import { problems, refused } from './problems.ts';
import { grantedScopes } from './scope-list.ts';
import { issueAccess, lifetimes } from './tokens.ts';
import type { Grant } from './types.ts';

/**
 * The app's own credentials for a token of a day, without a refresh token.
 * https://shopify.dev/docs/apps/build/authentication-authorization/client-credentials-grant
 */
export const clientCredentialsGrant: Grant = ({ app, shop, store, now }) => {
  if (shop.state === 'uninstalled') return refused(problems.notInstalled);
  const scopes = grantedScopes(app, shop);
  const issuing = { store, shop: shop.domain, app: app.id, scopes, now };
  return dayAnswer(issueAccess(issuing, 'offline', lifetimes.day), scopes);
};
