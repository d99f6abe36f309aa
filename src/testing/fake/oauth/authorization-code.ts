import { type AuthorizationCodeEntity, oauthKinds, tokenGid } from '../store/oauth-entities.ts';
import { onlineAnswer, pairAnswer, permanentAnswer } from './answers.ts';
import { problems, refused } from './problems.ts';
import { issueAccess, issueNewChain, issuePermanent, lifetimes } from './tokens.ts';
import type { Grant } from './types.ts';

/** The user who approves an app in the fake. */
export const ownerId = '1';

/** Whether a request asks for a token that expires. */
export const wantsExpiring = (parameters: ReadonlyMap<string, string>): boolean =>
  ['1', 'true'].includes(parameters.get('expiring') ?? '');

/**
 * A code for a token. A code is good once. It installs an app that was uninstalled.
 * https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant
 */
export const authorizationCodeGrant: Grant = (context) => {
  const { app, shop, store, now, parameters } = context;
  const id = tokenGid(oauthKinds.code, parameters.get('code') ?? '');
  const code = store.get(shop.domain, oauthKinds.code, id) as AuthorizationCodeEntity | undefined;
  if (!code || code.app !== app.id || code.expiresAt <= now) return refused(problems.codeUnknown);
  store.delete(shop.domain, oauthKinds.code, id);
  if (shop.state === 'uninstalled') shop.state = 'active';

  const { scopes } = code;
  const issuing = { store, shop: shop.domain, app: app.id, scopes, now };
  if (code.mode === 'online') return onlineAnswer(issueAccess(issuing, 'online', lifetimes.day), scopes, ownerId);
  if (wantsExpiring(parameters)) return pairAnswer(issueNewChain(issuing), scopes, now);
  return permanentAnswer(issuePermanent(issuing), scopes);
};
