import { onlineAnswer, pairAnswer, permanentAnswer } from './answers.ts';
import { wantsExpiring } from './authorization-code.ts';
import { migrateToken } from './grants.ts';
import { problems, refused } from './problems.ts';
import { grantedScopes } from './scope-list.ts';
import { readSessionToken } from './session-token.ts';
import { issueAccess, issueNewChain, issuePermanent, lifetimes } from './tokens.ts';
import type { Grant } from './types.ts';

const idToken = 'urn:ietf:params:oauth:token-type:id_token';

const offline = 'urn:shopify:params:oauth:token-type:offline-access-token';

const online = 'urn:shopify:params:oauth:token-type:online-access-token';

/** `grant_type` of the token exchange. */
export const tokenExchangeType = 'urn:ietf:params:oauth:grant-type:token-exchange';

/**
 * A session token for an access token, or an offline token that never expires for one that does.
 * https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/token-exchange
 */
export const tokenExchangeGrant: Grant = (context) => {
  const { app, shop, store, now, parameters } = context;
  const subjectType = parameters.get('subject_token_type');
  const requestedType = parameters.get('requested_token_type') ?? offline;
  if (shop.state === 'uninstalled') return refused(problems.notInstalled);
  if (subjectType === offline && requestedType === offline) return migrateToken(context);
  if (subjectType !== idToken || (requestedType !== offline && requestedType !== online)) {
    return refused(problems.tokenType);
  }

  const claims = readSessionToken(parameters.get('subject_token') ?? '', app, shop.domain, now);
  if (!claims) return refused(problems.sessionToken);
  const scopes = grantedScopes(app, shop);
  const issuing = { store, shop: shop.domain, app: app.id, scopes, now };
  if (requestedType === online) {
    return onlineAnswer(issueAccess(issuing, 'online', lifetimes.day), scopes, claims.sub);
  }
  if (wantsExpiring(parameters)) return pairAnswer(issueNewChain(issuing), scopes, now);
  return permanentAnswer(issuePermanent(issuing), scopes);
};
