import { assertValid } from '../../../errors/base.ts';
import { ConfigError } from '../../../errors/errors.ts';
import type { Clock } from '../../../internal/clock.ts';
import { unknownNames } from '../../../internal/names.ts';
import type { Background } from '../background.ts';
import { shopPayload } from '../rest/shop.ts';
import { type ShopState, type Shops, shopInfo } from '../shops.ts';
import type { FakeStore } from '../store/entity-store.ts';
import { ownerId } from './grants.ts';
import { type Apps, signSessionToken } from './session-token.ts';
import type { TokenBook } from './tokens.ts';

/** Options of `issueSessionToken`. */
export interface SessionTokenOptions {
  /** Default: the only shop. */
  readonly shop?: string;
  /** Default: the first app. */
  readonly clientId?: string;
  /** Id of the user. Default `1`, the owner. */
  readonly userId?: string;
  /**
   * Milliseconds by which the clock that issues the token is ahead of the fake's; negative if it is behind. Default
   * 0. The fake's own token exchange accepts tokens up to 10 seconds ahead.
   */
  readonly skewMs?: number;
}

/** Changes shops and tokens while the fake runs. */
export interface ShopControls {
  /**
   * Changes the state of a shop: from now on it answers 401 if `uninstalled`, 402 if `frozen`, 423 if `locked`.
   * Uninstalling sends the webhook `app/uninstalled`; the authorization code grant installs the app again.
   *
   * @throws ConfigError for a shop that the fake does not have.
   */
  setShopState(shop: string, state: ShopState['state']): void;
  /**
   * Revokes all tokens of the shop: they get 401. New ones can be acquired.
   *
   * @throws ConfigError for a shop that the fake does not have.
   */
  revokeTokens(shop?: string): void;
  /**
   * Issues the session token (ID token) that the admin gives to an embedded app. It is valid for one minute.
   *
   * @throws ConfigError for a shop or an app that the fake does not have.
   */
  issueSessionToken(options?: SessionTokenOptions): string;
}

const tokenNames: Record<keyof SessionTokenOptions, true> = { shop: true, clientId: true, userId: true, skewMs: true };

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
    issueSessionToken(options = {}) {
      assertValid(unknownNames(options, tokenNames));
      const { shop, clientId, userId = ownerId, skewMs = 0 } = options;
      const app = clientId === undefined ? apps.all[0] : apps.find(clientId);
      if (app) return signSessionToken(app, shops.get(shop).domain, userId, clock.now() + skewMs);
      const known = apps.all.map((candidate) => candidate.clientId).join(', ');
      throw new ConfigError('Invalid configuration', {
        issues: [{ field: 'clientId', message: `is ${clientId}. Give one of: ${known}.` }],
      });
    },
  };
}
