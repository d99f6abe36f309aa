import {
  type AccessTokenEntity,
  oauthKinds,
  type RetiredTokenEntity,
  type StoredPair,
  tokenGid,
} from '../store/oauth-entities.ts';
import { pairAnswer } from './answers.ts';
import { wantsExpiring } from './authorization-code.ts';
import { problems, refused } from './problems.ts';
import { grantedScopes } from './scope-list.ts';
import { findIssued } from './token-book.ts';
import { issueNewChain, revivePair } from './tokens.ts';
import type { GrantContext, Granted } from './types.ts';

/**
 * Milliseconds for which a token that was migrated still gives the pair, while that was not used.
 * https://shopify.dev/changelog/more-resilient-token-exchanges-when-migrating-tokens-without-a-user-session
 */
const recoveryMs = 7 * 24 * 3_600_000;

/**
 * An offline token that never expires for a pair that does. There is no way back: the old one is dead.
 * https://shopify.dev/docs/apps/build/authentication-authorization/migrate-to-expiring-offline-access-tokens
 */
export function migrateToken(context: GrantContext): Granted {
  const { app, shop, store, now, parameters } = context;
  if (!wantsExpiring(parameters)) return refused(problems.notExpiring);
  const token = parameters.get('subject_token') ?? '';
  const id = tokenGid(oauthKinds.retired, token);
  const retired = store.get(shop.domain, oauthKinds.retired, id) as RetiredTokenEntity | undefined;
  if (retired) return recovered(retired.migration, context);

  const issued = findIssued(store, shop.domain, token);
  const scopes = permanentScopes(token, issued, context);
  if (!scopes) return refused(problems.sessionToken);
  const pair = issueNewChain({ store, shop: shop.domain, app: app.id, scopes, now });
  if (issued) store.delete(shop.domain, oauthKinds.access, issued.id);
  store.put(shop.domain, oauthKinds.retired, { id, migration: pair });
  return pairAnswer(pair, scopes, now);
}

/** The scopes of a token that may be migrated: one of this app, offline, that never expires. */
function permanentScopes(
  token: string,
  issued: AccessTokenEntity | undefined,
  { app, shop }: GrantContext,
): readonly string[] | undefined {
  if (shop.tokens.get(token) === app.id) return grantedScopes(app, shop);
  const fits = issued?.app === app.id && issued.mode === 'offline' && issued.expiresAt === null;
  return fits ? issued.scopes : undefined;
}

/** The same pair again, for who has lost the first answer. */
function recovered(pair: StoredPair | null, { app, shop, store, now }: GrantContext): Granted {
  const issued = pair && findIssued(store, shop.domain, pair.accessToken);
  if (!pair || issued?.app !== app.id || now - pair.at > recoveryMs) return refused(problems.sessionToken);
  const isRevived = revivePair(pair, { store, shop: shop.domain, now });
  return isRevived ? pairAnswer(pair, issued.scopes, now) : refused(problems.sessionToken);
}
