import type { Clock } from '../../../internal/clock.ts';
import type { ShopState } from '../shops.ts';
import type { EntityStore } from '../store/entity-store.ts';
import { type AccessTokenEntity, oauthKinds, tokenGid } from '../store/oauth-entities.ts';

/** Whose token it is, and what it opens. */
interface TokenHolder {
  readonly app: string;
  /** `undefined` for all. */
  readonly scopes: ReadonlySet<string> | undefined;
}

/** The access tokens of all shops: those of the options, and those that OAuth gave. */
export interface TokenBook {
  /** The holder of a token that is taken now. */
  find(shop: ShopState, token: string): TokenHolder | undefined;
  /** No token of the shop is taken any more, and none can be refreshed; new ones can be acquired. */
  revoke(shop: ShopState): void;
  /** The same for tokens that were issued; those that the shop was given with its options stay. */
  revokeIssued(shop: ShopState): void;
}

/** Makes the book over a store. */
export function createTokenBook({ store, clock }: { readonly store: EntityStore; readonly clock: Clock }): TokenBook {
  return {
    find(shop, token) {
      if (store.get(shop.domain, oauthKinds.retired, tokenGid(oauthKinds.retired, token))) return undefined;
      const app = shop.tokens.get(token);
      if (app !== undefined) return { app, scopes: shop.scopes };
      const issued = findIssued(store, shop.domain, token);
      if (!issued || (issued.expiresAt !== null && issued.expiresAt <= clock.now())) return undefined;
      return { app: issued.app, scopes: new Set(issued.scopes) };
    },
    revokeIssued({ domain }) {
      const transaction = store.begin();
      deleteIssued(transaction, domain);
      transaction.commit();
    },
    revoke({ domain, tokens }) {
      const transaction = store.begin();
      deleteIssued(transaction, domain);
      // Without its migration, a token that was migrated cannot bring the new pair back either.
      const given = [...tokens.keys()].map((token) => tokenGid(oauthKinds.retired, token));
      const retired = transaction.all(domain, oauthKinds.retired).map(({ id }) => id);
      for (const id of new Set([...given, ...retired])) {
        transaction.put(domain, oauthKinds.retired, { id, migration: null });
      }
      transaction.commit();
    },
  };
}

/** A token that OAuth gave, expired or not. */
export function findIssued(store: EntityStore, shop: string, token: string): AccessTokenEntity | undefined {
  return store.get(shop, oauthKinds.access, tokenGid(oauthKinds.access, token)) as AccessTokenEntity | undefined;
}

function deleteIssued(store: EntityStore, domain: string): void {
  for (const kind of [oauthKinds.access, oauthKinds.refresh, oauthKinds.code]) {
    for (const { id } of store.all(domain, kind)) store.delete(domain, kind, id);
  }
}
