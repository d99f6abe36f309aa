// @ts-nocheck
import { assertValid } from '../errors/base.ts';
import { lateModule } from '../internal/late-module.ts';
import { missingMethods, unknownNames } from '../internal/names.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { RenewableTokenStore } from '../ports/token-store.ts';
import type { ShopifySession, ShopifySessionStorage } from './session-rows.ts';

/** Options of `sessionTokens`. */
export interface SessionTokensOptions<Session extends ShopifySession> {
  /** The storage of the app, such as the one given to `shopifyApp`. */
  readonly storage: ShopifySessionStorage<Session>;
  /**
   * Locks for the processes that use this, such as `stores.keyValue` of any adapter. Default: none, and then two
   * processes may ask for the same renewal at the same time, which Shopify answers with the same tokens.
   */
  readonly locks?: Pick<KeyValueStore, 'lock'>;
}

/** Loaded at the first use: all that reads and writes sessions. */
const loadRows = lateModule(() => import('./session-rows.ts'));

/**
 * The tokens in the sessions of an app that is built on Shopify's own libraries, for `offlineToken`: jobs beside an app
 * of the React Router template then use and renew the same row as the app does.
 *
 * Both may renew it at the same moment. The row is read again right before a renewal is asked for and before it is
 * written, and what the other side has written since counts. In the moments between, both have sent the same refresh
 * token, and Shopify gives both the same new pair.
 *
 * @throws ConfigError for options that are missing or unknown. Its methods throw StorageError where the storage fails, or
 * there is no session to store tokens in.
 *
 * @example
 * const tokens = sessionTokens({ storage: new PrismaSessionStorage(prisma), locks: stores.keyValue });
 * const app = createShopifyApp({ auth: offlineToken({ clientId, clientSecret, tokens }) });
 */
export function sessionTokens<Session extends ShopifySession>(
  options: SessionTokensOptions<Session>,
): RenewableTokenStore {
  const { storage, locks } = options;
  const issues = [
    ...unknownNames(options, { storage: true, locks: true }),
    ...missingMethods('storage', storage ?? {}, ['loadSession', 'storeSession']),
    ...missingMethods('locks', locks, ['lock']),
  ];
  assertValid(issues);

  return {
    get: async (owner) => (await loadRows()).readSession(storage, owner),
    async replace(owner, version, tokens) {
      // What its caller does to it meanwhile changes nothing.
      const copy = { ...tokens, scopes: [...tokens.scopes] };
      return (await loadRows()).replaceSession(storage, { ...owner }, version, copy);
    },
    ...(locks && {
      lock: async (owner, lockOptions) =>
        locks.lock(`session-tokens/${(await loadRows()).sessionId(owner)}`, lockOptions),
    }),
  };
}
