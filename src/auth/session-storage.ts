import { assertValid } from '../errors/base.ts';
import { lateModule } from '../internal/late-module.ts';
import { missingMethods, unknownNames } from '../internal/names.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { RenewableTokenStore } from '../ports/token-store.ts';
import type { ShopifySession, ShopifySessionStorage } from './session-rows.ts';

/** Options of `sessionTokens`. */
export interface SessionTokensOptions<Session extends ShopifySession> {
  /** The app's session storage, such as the one passed to `shopifyApp`. */
  readonly storage: ShopifySessionStorage<Session>;
  /**
   * Locks between processes, such as `stores.keyValue` of any adapter. Default: none; then two processes may request
   * the same renewal at the same time, and Shopify returns the same tokens to both.
   */
  readonly locks?: Pick<KeyValueStore, 'lock'>;
}

/** Loaded at first use: the code that reads and writes sessions. */
const loadRows = lateModule(() => import('./session-rows.ts'));

/**
 * Creates a token store on the sessions of an app built with Shopify's own libraries, for `offlineToken`: jobs next to
 * an app of the React Router template then use and renew the same row as the app.
 *
 * Both may renew it at the same time. The row is read again right before a renewal is requested and before it is
 * written, and tokens that the app has written meanwhile are kept. If both have sent the same refresh token in between,
 * Shopify gives both the same new pair.
 *
 * @throws ConfigError for missing or unknown options. Its methods throw StorageError if the storage fails, or there is
 * no session to store tokens in.
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
      // A copy, in case the caller changes it meanwhile.
      const copy = { ...tokens, scopes: [...tokens.scopes] };
      return (await loadRows()).replaceSession(storage, { ...owner }, version, copy);
    },
    ...(locks && {
      lock: async (owner, lockOptions) =>
        locks.lock(`session-tokens/${(await loadRows()).sessionId(owner)}`, lockOptions),
    }),
  };
}
