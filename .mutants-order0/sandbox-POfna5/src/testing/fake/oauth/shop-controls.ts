// @ts-nocheck
import { ConfigError } from '../../../errors/errors.ts';
import type { Clock } from '../../../internal/clock.ts';
import type { Background } from '../background.ts';
import { shopPayload } from '../rest/shop.ts';
import { type ShopState, type Shops, shopInfo } from '../shops.ts';
import type { FakeStore } from '../store/entity-store.ts';
import { ownerId } from './grants.ts';
import { type Apps, signSessionToken } from './session-token.ts';
import type { TokenBook } from './tokens.ts';

/** What a session token is made for. */
export interface SessionTokenOptions {
  /** Default: the only shop. */
  readonly shop?: string;
  /** Default: the first app. */
  readonly clientId?: string;
  /** Id of the user. Default `1`, the owner. */
  readonly userId?: string;
  /**
   * Milliseconds by which the clock that made the token is ahead of the fake's; negative for one that is behind.
   * Default 0. The fake itself exchanges tokens that are up to 10 seconds ahead.
   */
  readonly skewMs?: number;
}

/** What a test does to shops and tokens while the fake runs. */
export interface ShopControls {
  /**
   * From now on `uninstalled` answers 401, `frozen` 402, `locked` 423. An app that is uninstalled is told by the
   * webhook `app/uninstalled`; the authorization code grant installs it again.
   *
   * @throws ConfigError for a shop that the fake does not have.
   */
  setShopState(shop: string, state: ShopState['state']): void;
  /**
   * No token of the shop is taken any more: 401. New ones can be acquired.
   *
   * @throws ConfigError for a shop that the fake does not have.
   */
  revokeTokens(shop?: string): void;
  /**
   * The session token (ID token) that the admin hands to an embedded app. It lives for a minute.
   *
   * @throws ConfigError for a shop or an app that the fake does not have.
   */
  issueSessionToken(options?: SessionTokenOptions): string;
}

/** Makes the controls of one fake. */
export function shopControls(context: {
  readonly apps: Apps;
  readonly shops: Shops;
  readonly tokens: TokenBook;
  readonly store: FakeStore;
  readonly clock: Clock;
  readonly background: Background;
}): ShopControls {
  const { apps, shops, tokens, store, clock, background } = context;
  return {
    setShopState(domain, state) {
      const shop = shops.get(domain);
      if (state === 'uninstalled' && shop.state !== 'uninstalled') {
        background.emit({
          shop: shop.domain,
          topic: 'app/uninstalled',
          payload: shopPayload(shop.domain, shopInfo(shop)),
        });
        // With the app go its tokens and its subscriptions: after a new installation it creates both again.
        tokens.revokeIssued(shop);
        for (const { id } of store.all(shop.domain, 'WebhookSubscription')) {
          store.delete(shop.domain, 'WebhookSubscription', id);
        }
      }
      shop.state = state;
    },
    revokeTokens: (domain) => tokens.revoke(shops.get(domain)),
    issueSessionToken({ shop, clientId, userId = ownerId, skewMs = 0 } = {}) {
      const app = clientId === undefined ? apps.all[0] : apps.find(clientId);
      if (app) return signSessionToken(app, shops.get(shop).domain, userId, clock.now() + skewMs);
      const known = apps.all.map((candidate) => candidate.clientId).join(', ');
      throw new ConfigError('Invalid configuration', {
        issues: [{ field: 'clientId', message: `is ${clientId}. Give one of: ${known}.` }],
      });
    },
  };
}
