import { oauthKinds, type RefreshTokenEntity, type StoredPair } from '../store/oauth-entities.ts';
import { pairAnswer } from './answers.ts';
import { problems, refused } from './problems.ts';
import { findRefresh, issuePair, revivePair } from './tokens.ts';
import type { Grant, GrantContext, Granted } from './types.ts';

/**
 * Milliseconds from its first use for which a refresh token still gives what it gave, while that was not used either.
 * https://shopify.dev/changelog/more-resilient-refreshes-for-expiring-offline-access-tokens
 */
const recoveryMs = 30 * 24 * 3_600_000;

/**
 * A refresh token for a new pair. The old access token lives on to its own expiry; the refresh token before this one
 * is dead from now on, since this one arrived.
 */
export const refreshGrant: Grant = (context) => {
  const { app, shop, store, now, parameters } = context;
  const refresh = findRefresh(store, shop.domain, parameters.get('refresh_token') ?? '');
  if (!refresh || refresh.app !== app.id || refresh.expiresAt <= now || shop.state === 'uninstalled') {
    return refused(problems.refresh);
  }
  if (refresh.replacement) return replayed(refresh.replacement, refresh.scopes, context);

  for (const other of store.all(shop.domain, oauthKinds.refresh) as readonly RefreshTokenEntity[]) {
    if (other.app === app.id && other.id !== refresh.id) store.delete(shop.domain, oauthKinds.refresh, other.id);
  }
  const { scopes } = refresh;
  const pair = issuePair({ store, shop: shop.domain, app: app.id, scopes, now });
  store.put(shop.domain, oauthKinds.refresh, { ...refresh, replacement: pair });
  return pairAnswer(pair, scopes, now);
};

/** The same again, for who has lost the first answer. */
function replayed(pair: StoredPair, scopes: readonly string[], { shop, store, now }: GrantContext): Granted {
  const isRevived = now - pair.at <= recoveryMs && revivePair(pair, { store, shop: shop.domain, now });
  return isRevived ? pairAnswer(pair, scopes, now) : refused(problems.refresh);
}
