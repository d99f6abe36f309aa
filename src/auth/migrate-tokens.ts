import { ConfigError, type Issue, isShopwrightError } from '../errors/errors.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import { unknownNames } from '../internal/names.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { Logger } from '../ports/logger.ts';
import type { TokenConnection } from '../ports/token-source.ts';
import type { TokenEntry, TokenStore } from '../ports/token-store.ts';
import type { Transport } from '../ports/transport.ts';
import { checkFormat, defaultApp, migrationKey } from '../storage/keys.ts';
import { eachShop } from './each-shop.ts';
import type { OfflineTokenOptions } from './kept-sources.ts';
import { fetchTransport } from './token-request.ts';
import { offlineToken } from './token-sources.ts';

/** The app whose tokens are migrated: the options of `offlineToken`, and a store for the migration's journal. */
export interface MigratingApp extends OfflineTokenOptions {
  readonly tokens: TokenStore;
  /** Records for later runs what was sent and which shops are dead: `stores.keyValue` of any adapter. */
  readonly store: KeyValueStore;
  /** A test server to use instead of `https://{shop}`, such as the fake's origin. */
  readonly origin?: string;
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Sends the token requests. Default: `fetch`. */
  readonly transport?: Transport;
  readonly logger?: Logger;
  /** Default: the system clock. */
  readonly clock?: Clock;
}

/** Options of `migrateToExpiringTokens`. */
export interface MigrateTokensOptions {
  /** Only reports what would be done: nothing is sent or stored. Default `false`. */
  readonly dryRun?: boolean;
  /** Number of shops processed at the same time. Default 4. */
  readonly concurrency?: number;
  /** Ends the run: no further shop is started, and those in progress finish. */
  readonly signal?: AbortSignal;
  /** Called as soon as a shop is finished. */
  readonly onShop?: (shop: ShopMigration) => void;
}

/** Why a shop's token cannot be migrated: the shop must open or install the app again. */
export type DeadReason =
  /** The app was uninstalled. */
  | 'not-installed'
  /** Shopify does not accept the token. */
  | 'revoked'
  /** The response of an earlier exchange was lost more than 7 days ago, after which Shopify does not repeat it. */
  | 'recovery-expired';

/** Result of a migration for one shop. */
export type ShopMigration =
  /** It now has expiring tokens, and they are stored. */
  | { readonly shop: string; readonly outcome: 'migrated' }
  /** It already had expiring tokens. */
  | { readonly shop: string; readonly outcome: 'untouched' }
  /** Its token would be migrated (in a dry run). */
  | { readonly shop: string; readonly outcome: 'to-migrate' }
  | { readonly shop: string; readonly outcome: 'dead'; readonly reason: DeadReason }
  /** It failed in a way that may pass, such as a lost response. The next run tries it again. */
  | { readonly shop: string; readonly outcome: 'unfinished'; readonly error: unknown };

/** Result of a migration. */
export interface MigrationReport {
  readonly dryRun: boolean;
  /** Number of shops by outcome. */
  readonly counts: Readonly<Record<ShopMigration['outcome'], number>>;
  /** Sorted by shop name. */
  readonly shops: readonly ShopMigration[];
}

/**
 * Exchanges offline tokens that never expire for expiring ones with a refresh token, for all shops of an app: from
 * 2027-01-01, Shopify refuses non-expiring tokens of public apps. This cannot be undone.
 *
 * You can stop or kill it at any time and run it again: a token stays in the store until its replacement is stored, and
 * a lost response is requested again with the same token, which Shopify allows for 7 days. Several processes may run it
 * at once. A later run sends nothing for shops that are finished or dead.
 *
 * Source: https://shopify.dev/docs/apps/build/authentication-authorization/migrate-to-expiring-offline-access-tokens
 *
 * @experimental Names and behaviour may change with any minor version: docs/stability.md.
 *
 * @throws ConfigError if an option is invalid. @throws AuthenticationError if Shopify does not accept the app's own
 * credentials: no shop is reported dead because of that. @throws StorageError @throws the signal's reason.
 *
 * @example
 * ```ts
 * const app = { clientId, clientSecret, tokens, store: stores.keyValue };
 * const { counts } = await migrateToExpiringTokens(app, { dryRun: true });
 * console.log(`${counts['to-migrate']} shops would stop on 1 January`);
 * ```
 */
export async function migrateToExpiringTokens(
  app: MigratingApp,
  options: MigrateTokensOptions = {},
): Promise<MigrationReport> {
  const { dryRun = false, onShop, ...run } = options;
  checkOptions(app, options);
  const { tokens, store, appId = defaultApp } = app;
  const shops: ShopMigration[] = [];
  const migration = new Migration(app, appId);
  // A wrong secret ends the run: Shopify would refuse it for every shop.
  const stop = new AbortController();
  const signal = run.signal ? AbortSignal.any([run.signal, stop.signal]) : stop.signal;
  const report = await eachShop(
    { tokens, appId, keyValue: store },
    async (shop) => {
      const outcome = await migration.migrate(shop, dryRun);
      if (outcome.outcome === 'unfinished' && isAppsFault(outcome.error)) stop.abort(outcome.error);
      shops.push(outcome);
      onShop?.(outcome);
    },
    { ...run, signal },
  );
  const [failure] = report.failed;
  if (failure) throw failure.error;
  const counts = { migrated: 0, untouched: 0, 'to-migrate': 0, dead: 0, unfinished: 0 };
  for (const { outcome } of shops) counts[outcome] += 1;
  return { dryRun, counts, shops: shops.sort((one, other) => (one.shop < other.shop ? -1 : 1)) };
}

const isAppsFault = (error: unknown): boolean =>
  isShopwrightError(error, 'AUTHENTICATION_FAILED') && error.reason === 'app-credentials';

const appNames: Readonly<Record<keyof MigratingApp, true>> = {
  clientId: true,
  clientSecret: true,
  requestTimeoutMs: true,
  tokens: true,
  appId: true,
  store: true,
  origin: true,
  fetch: true,
  transport: true,
  logger: true,
  clock: true,
};

const optionNames: Readonly<Record<keyof MigrateTokensOptions, true>> = {
  dryRun: true,
  concurrency: true,
  signal: true,
  onShop: true,
};

function checkOptions(app: MigratingApp, options: MigrateTokensOptions): void {
  const issues: Issue[] = [...unknownNames(app, appNames), ...unknownNames(options, optionNames)];
  const methods = ['get', 'set', 'delete', 'scan'];
  if (!methods.every((name) => typeof Object(app.store)[name] === 'function')) {
    issues.push({ field: 'store', message: 'is missing: pass `stores.keyValue` of an adapter, for the journal.' });
  }
  if (typeof app.tokens?.owners !== 'function') {
    issues.push({ field: 'tokens', message: 'cannot list its shops: pass what createTokenStore returns.' });
  }
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
}

/** Milliseconds for which Shopify repeats a response: see the changelog of the exchange without a user's session. */
const recoveryMs = 7 * 24 * 3_600_000;

/** The note about a shop. It applies only to one version of its tokens. */
interface Note {
  /** Version of the tokens that the note is about. */
  readonly version: string;
  /** When the exchange was first sent, in milliseconds since the epoch. */
  readonly sentAt: number;
  readonly dead: DeadReason | null;
}

const noteFormat = 1;

class Migration {
  readonly #app: MigratingApp;
  readonly #appId: string;
  readonly #connection: TokenConnection;
  readonly #clock: Clock;

  constructor(app: MigratingApp, appId: string) {
    const { origin, fetch, transport = fetchTransport(fetch), logger, clock = systemClock } = app;
    this.#app = app;
    this.#appId = appId;
    this.#clock = clock;
    this.#connection = { origin, transport, clock, logger, emit: undefined, kept: new WeakMap() };
  }

  async migrate(shop: string, dryRun: boolean): Promise<ShopMigration> {
    const { tokens } = this.#app;
    const entry = await tokens.get({ shop, appId: this.#appId });
    if (!entry || !isPermanent(entry)) return { shop, outcome: 'untouched' };
    const key = await migrationKey(shop, this.#appId);
    const note = await this.#note(key, entry.version);
    if (note?.dead) return { shop, outcome: 'dead', reason: note.dead };
    if (dryRun) return { shop, outcome: 'to-migrate' };
    // Recorded before sending: the time since then decides what a later refusal means.
    const sent: Note = note ?? { version: entry.version, sentAt: this.#clock.now(), dead: null };
    if (!note) await this.#write(key, sent);
    try {
      await this.#exchange(shop, entry.tokens.accessToken);
    } catch (error) {
      const reason = this.#deadReason(error, sent);
      if (reason === undefined) return { shop, outcome: 'unfinished', error };
      await this.#write(key, { ...sent, dead: reason });
      return { shop, outcome: 'dead', reason };
    }
    await this.#app.store.delete(key);
    return { shop, outcome: 'migrated' };
  }

  /** Invalidates the token, so that the source exchanges it, by one process at a time, and stores the new pair. */
  async #exchange(shop: string, accessToken: string): Promise<void> {
    const { clientId, clientSecret, tokens, appId, requestTimeoutMs } = this.#app;
    const source = offlineToken({
      ...{ clientId, clientSecret, tokens },
      ...(appId !== undefined && { appId }),
      ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
    });
    await (source.connect?.(this.#connection) ?? source).invalidate(shop, accessToken);
  }

  #deadReason(error: unknown, { sentAt }: Note): DeadReason | undefined {
    if (!isShopwrightError(error, 'AUTHENTICATION_FAILED')) return undefined;
    if (error.reason === 'not-installed') return 'not-installed';
    if (error.reason !== 'revoked') return undefined;
    return this.#clock.now() - sentAt > recoveryMs ? 'recovery-expired' : 'revoked';
  }

  /** Returns an earlier run's note about these same tokens. */
  async #note(key: string, version: string): Promise<Note | undefined> {
    const text = await this.#app.store.get(key);
    const found = text === undefined ? undefined : parseJson(text);
    checkFormat(found, noteFormat, `The note of a migration under ${key}`);
    return isRecord(found) && found['version'] === version ? (found as unknown as Note) : undefined;
  }

  #write(key: string, note: Note): Promise<void> {
    return this.#app.store.set(key, JSON.stringify({ format: noteFormat, ...note }));
  }
}

const isPermanent = ({ tokens }: TokenEntry): boolean =>
  tokens.accessTokenExpiresAt === null && tokens.refreshToken === null;
