// @ts-nocheck
import { parseShopDomain } from '../config/shop-domain.ts';
import {
  AuthenticationError,
  isShopwrightError,
  type ShopwrightError,
  ThrottledError,
  type TokenFailure,
} from '../errors/errors.ts';
import { errorOfStatus } from '../http/status.ts';
import { sleep } from '../internal/abort.ts';
import type { Lock } from '../ports/key-value-store.ts';
import type { RenewableTokenStore, StoredTokens, TokenEntry, TokenOwner } from '../ports/token-store.ts';
import type { ObtainedToken, TokenWish } from './connected-source.ts';
import { type GrantedTokens, missingFields, requestTokens, storedTokens, type TokenReply } from './token-request.ts';

/** One way to new tokens. */
export interface GrantRequest {
  /** `session`: a session token, which is good for one minute, so that its refusal says nothing about the shop. */
  readonly kind: 'refresh' | 'migration' | 'session' | 'credentials';
  /** Parameters besides the app's own. */
  readonly params: Readonly<Record<string, string>>;
}

/** How one source renews. */
export interface RenewalPlan {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Milliseconds for one request. */
  readonly requestTimeoutMs: number;
  readonly tokens: RenewableTokenStore | undefined;
  readonly owner: TokenOwner;
  /** Whether tokens of this kind have a refresh token. */
  readonly isRefreshable: boolean;
  /** What new tokens are asked for with: the app's own credentials, what is in the store, or a session token. */
  readonly by: 'credentials' | 'stored' | { readonly sessionToken: string };
}

const tokenTypes = 'urn:shopify:params:oauth:token-type:';

const exchangeOf = (subject: string, subjectType: string, isOnline: boolean) => ({
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token: subject,
  subject_token_type: subjectType,
  requested_token_type: `${tokenTypes}${isOnline ? 'online' : 'offline'}-access-token`,
  ...(!isOnline && { expiring: '1' }),
});

/** Ways to new tokens, the best first. A way that Shopify refuses leads to the next. */
function grantsOf({ by, isRefreshable }: RenewalPlan, current: StoredTokens | undefined): readonly GrantRequest[] {
  if (by === 'credentials') return [{ kind: 'credentials', params: { grant_type: 'client_credentials' } }];
  const refreshToken = (isRefreshable && current?.refreshToken) || null;
  const grants: GrantRequest[] = [];
  if (refreshToken !== null)
    grants.push({ kind: 'refresh', params: { grant_type: 'refresh_token', refresh_token: refreshToken } });
  if (by !== 'stored') {
    const subjectType = 'urn:ietf:params:oauth:token-type:id_token';
    grants.push({ kind: 'session', params: exchangeOf(by.sessionToken, subjectType, !isRefreshable) });
  } else if (current && current.refreshToken === null && current.accessTokenExpiresAt === null)
    grants.push({
      kind: 'migration',
      params: exchangeOf(current.accessToken, `${tokenTypes}offline-access-token`, false),
    });
  return grants;
}

/**
 * Finds a token in the store, or has new ones made: by one process at a time where the store has locks, stored before
 * anybody uses them, and with the old refresh token again where a response was lost.
 *
 * @throws AuthenticationError with a `reason` where there is none, and what Shopify or the store failed with.
 */
export function obtainTokens(plan: RenewalPlan, wish: TokenWish): Promise<ObtainedToken> {
  return new Renewal(plan, wish).run();
}

/** Requests for one renewal; the waits between them add up to half a minute. */
const maxRequests = 10;

const firstDelayMs = 100;

const longestDelayMs = 5_000;

/** Milliseconds to wait for another process, before a look at what it has stored. */
const waitForOthersMs = 300;

/** Milliseconds for which a shop that Shopify has refused is not asked for again, unless its tokens in the store change. */
const deadForMs = 60_000;

/** What stands in the store, and when that was. */
interface Look {
  readonly entry: TokenEntry | undefined;
  /** Moment on the monotonic clock before the store was asked. */
  readonly atMs: number;
  /** The store's time, at that moment or a little later. */
  readonly storeMs: number;
  /** Moment on the monotonic clock at which that time was here. */
  readonly readAtMs: number;
}

class Renewal {
  readonly #plan: RenewalPlan;
  readonly #wish: TokenWish;
  #requests = 0;

  constructor(plan: RenewalPlan, wish: TokenWish) {
    this.#plan = plan;
    this.#wish = wish;
  }

  async run(): Promise<ObtainedToken> {
    const { tokens, owner, requestTimeoutMs } = this.#plan;
    const { shop, connection } = this.#wish;
    // The app's secret goes to that host.
    const domain = parseShopDomain(shop);
    if (!domain.ok) throw new AuthenticationError(`There is no token for this shop: ${domain.message}.`, { shop });
    for (;;) {
      const look = await this.#look();
      const found = this.#usable(look);
      if (found) return found;
      this.#assertAlive(look);
      if (!tokens?.lock) {
        const renewed = await this.#renew(undefined);
        if (renewed) return renewed;
        continue;
      }
      const leaseMs = Math.max(1_000, requestTimeoutMs * 1.25);
      const lock = await tokens.lock(owner, { leaseMs, waitMs: waitForOthersMs });
      // Somebody else is at it, and may have stored new ones by now.
      if (!lock) continue;
      try {
        const renewed = await this.#renew(lock);
        if (renewed) return renewed;
      } finally {
        // Should that fail, the lease runs out by itself.
        await lock
          .release()
          .catch((error: unknown) =>
            connection.logger?.warn({ shop, error: codeOf(error) }, 'the lock on tokens was not given back'),
          );
      }
    }
  }

  async #look(): Promise<Look> {
    const { tokens, owner } = this.#plan;
    const { clock } = this.#wish.connection;
    const atMs = clock.monotonic();
    const [entry, storeMs] = await Promise.all([tokens?.get(owner), tokens?.now?.() ?? clock.now()]);
    return { entry, atMs, storeMs, readAtMs: clock.monotonic() };
  }

  /** What the store has, if that can be used and is what is wanted. */
  #usable({ entry, atMs, storeMs }: Look): ObtainedToken | undefined {
    if (!entry) return undefined;
    const { kept } = this.#wish;
    const { accessToken, accessTokenExpiresAt } = entry.tokens;
    // What nothing can renew is the best there is, until Shopify refuses it or the store has another one.
    const isLast = grantsOf(this.#plan, entry.tokens).length === 0;
    // On this process's own clock the difference counts, and not what either of them says.
    const endsAtMs =
      accessTokenExpiresAt === null || isLast ? Number.POSITIVE_INFINITY : atMs + accessTokenExpiresAt - storeMs;
    if (accessToken === kept.refused || endsAtMs <= this.#wish.connection.clock.monotonic()) return undefined;
    if (isLast)
      this.#tellMissing(
        ['refresh_token'],
        'it is used until Shopify refuses it: have the shop open the app, or install it again',
      );
    const isToBeRenewed = entry.version === kept.version && endsAtMs !== Number.POSITIVE_INFINITY;
    return isToBeRenewed && kept.accessToken === accessToken
      ? undefined
      : { accessToken, endsAtMs, version: entry.version };
  }

  /** @throws AuthenticationError where Shopify has refused this very state a short while ago. */
  #assertAlive({ entry }: Look): void {
    const { kept, shop, connection } = this.#wish;
    const { dead } = kept;
    if (!dead || dead.version !== entry?.version || connection.clock.monotonic() >= dead.askAgainAtMs) return;
    const { message, reason, requestId } = dead.error;
    throw new AuthenticationError(message, { shop, reason, ...(requestId !== undefined && { requestId }) });
  }

  /** Has new tokens made, and stores them. `undefined` where the store must be looked at again. */
  async #renew(lock: Lock | undefined): Promise<ObtainedToken | undefined> {
    const { requestTimeoutMs } = this.#plan;
    const { shop, connection } = this.#wish;
    const { clock } = connection;
    for (;;) {
      if (lock?.signal.aborted) return undefined;
      // Each time, for whoever installs the app anew asks nobody for a lock.
      const look = await this.#look();
      const found = this.#usable(look);
      if (found) return found;
      const grants = grantsOf(this.#plan, look.entry?.tokens);
      const refusals: Refusal[] = [];
      for (const grant of grants) {
        // A process that was held up may have lost the lock, and another one used the replacement.
        if (lock && (lock.signal.aborted || clock.monotonic() - look.atMs > requestTimeoutMs)) return undefined;
        const sentAtMs = clock.monotonic();
        const reply = await this.#ask(grant, lock);
        if (!reply) return undefined;
        if (reply.outcome === 'granted') {
          // Never later than it really is, or others would use the token for as long as this store took to answer.
          const storeMs = look.storeMs + sentAtMs - look.readAtMs;
          return this.#store(look, reply.tokens, { sentAtMs, storeMs });
        }
        if (reply.outcome === 'lost') {
          await this.#waitAfter(reply.error, undefined);
          break;
        }
        const refusal = refusalOf(grant, reply, shop, clock.now());
        if (!refusal.isFinal) {
          await this.#waitAfter(refusal.error, reply.retryAfterMs);
          break;
        }
        refusals.push(refusal);
      }
      if (refusals.length < grants.length) continue;
      // Whoever was faster has replaced what was refused.
      const now = await this.#look();
      if (now.entry?.version !== look.entry?.version) continue;
      this.#giveUp(refusals, look);
    }
  }

  /** `undefined` where the lock was lost, so that somebody else is at it. */
  async #ask(grant: GrantRequest, lock: Lock | undefined): Promise<TokenReply | undefined> {
    const { clientId, clientSecret, requestTimeoutMs } = this.#plan;
    const { shop, connection } = this.#wish;
    this.#requests += 1;
    try {
      return await requestTokens({
        shop,
        origin: connection.origin,
        transport: connection.transport,
        clock: connection.clock,
        timeoutMs: requestTimeoutMs,
        signal: lock?.signal,
        params: { client_id: clientId, client_secret: clientSecret, ...grant.params },
      });
    } catch (error) {
      if (lock?.signal.aborted) return undefined;
      throw error;
    }
  }

  /** Waits before the next request. @throws `error` where there were enough. */
  async #waitAfter(error: ShopwrightError, retryAfterMs: number | undefined): Promise<void> {
    const { shop, connection } = this.#wish;
    if (!error.isRetryable || this.#requests >= maxRequests) {
      connection.emit?.({ type: 'token', shop, outcome: 'failed', errorCode: error.code, missing: [] });
      throw error;
    }
    const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (this.#requests - 1)) * (0.5 + Math.random() / 2);
    await sleep(connection.clock, Math.min(longestDelayMs, Math.max(delayMs, retryAfterMs ?? 0)));
  }

  /** Stores what was granted. `undefined` where somebody else has stored something meanwhile, which counts. */
  async #store(
    { entry }: Look,
    granted: GrantedTokens,
    at: { readonly sentAtMs: number; readonly storeMs: number },
  ): Promise<ObtainedToken | undefined> {
    const { tokens, owner, isRefreshable } = this.#plan;
    const { shop, connection } = this.#wish;
    const next = storedTokens(granted, at.storeMs, isRefreshable, entry?.tokens);
    const version = tokens ? await this.#replace(tokens, owner, entry?.version, next) : '';
    if (version === undefined) return undefined;
    this.#tellMissing(missingFields(granted, isRefreshable));
    connection.emit?.({ type: 'token', shop, outcome: 'renewed', errorCode: null, missing: [] });
    const { accessToken, accessTokenExpiresAt } = next;
    const lifeMs = accessTokenExpiresAt === null ? Number.POSITIVE_INFINITY : accessTokenExpiresAt - at.storeMs;
    return { accessToken, endsAtMs: at.sentAtMs + lifeMs, version };
  }

  /** Nobody may use tokens that are not stored: without them the next renewal would have nothing to begin with. */
  async #replace(
    tokens: RenewableTokenStore,
    owner: TokenOwner,
    version: string | undefined,
    next: StoredTokens,
  ): Promise<string | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await tokens.replace(owner, version, next);
      } catch (error) {
        if (attempt >= maxStoreAttempts) throw error;
        await sleep(this.#wish.connection.clock, firstDelayMs * 2 ** attempt);
      }
    }
  }

  /** Says once for each shop that responses lack what they should have. */
  #tellMissing(missing: readonly string[], what = 'they are used, and asked for again within the hour'): void {
    const { shop, kept, connection } = this.#wish;
    if (missing.length === 0 || kept.isToldIncomplete) return;
    kept.isToldIncomplete = true;
    connection.emit?.({ type: 'token', shop, outcome: 'incomplete', errorCode: null, missing });
    connection.logger?.warn({ shop, missing }, `Shopify granted tokens without saying all of them: ${what}`);
  }

  /** @throws AuthenticationError with the reason, which is kept in mind for a while. */
  #giveUp(refusals: readonly Refusal[], { entry, storeMs }: Look): never {
    const { kept, shop, connection } = this.#wish;
    const refused = refusals.at(-1)?.error ?? noToken(shop, entry !== undefined);
    const endsAt = entry?.tokens.refreshTokenExpiresAt ?? Number.POSITIVE_INFINITY;
    const isTooOld =
      isShopwrightError(refused, 'AUTHENTICATION_FAILED') && refused.reason === 'revoked' && endsAt <= storeMs;
    const error = isTooOld ? refusedFor('refresh-token-expired', shop, refused.requestId) : refused;
    // A session token is good for a minute: the next one may be taken.
    if (error instanceof AuthenticationError && !refusals.some(({ grant }) => grant.kind === 'session')) {
      kept.dead = { error, version: entry?.version, askAgainAtMs: connection.clock.monotonic() + deadForMs };
    }
    connection.emit?.({ type: 'token', shop, outcome: 'dead', errorCode: error.code, missing: [] });
    throw error;
  }
}

const maxStoreAttempts = 4;

const codeOf = (error: unknown): string => (isShopwrightError(error) ? error.code : 'UNKNOWN');

/** A grant that Shopify refused. */
interface Refusal {
  readonly grant: GrantRequest;
  readonly error: ShopwrightError;
  /** The same request would be refused again, so that another way is tried. */
  readonly isFinal: boolean;
}

type RefusedReply = Extract<TokenReply, { readonly outcome: 'refused' }>;

/** Reasons that are Shopify's. */
type RefusedReason = Exclude<TokenFailure, 'no-token'>;

const reasonsByCode: ReadonlyMap<string | null, RefusedReason> = new Map([
  ['application_cannot_be_found', 'app-credentials'],
  ['invalid_client', 'app-credentials'],
  ['app_not_installed', 'not-installed'],
  ['shop_not_permitted', 'shop-not-permitted'],
]);

/** What 400 and 401 with any other code mean. */
const reasonsByGrant: Readonly<Record<GrantRequest['kind'], RefusedReason>> = {
  refresh: 'revoked',
  migration: 'revoked',
  session: 'session-token',
  credentials: 'app-credentials',
};

function refusalOf(grant: GrantRequest, reply: RefusedReply, shop: string, nowMs: number): Refusal {
  const { status, error: code, location, requestId, retryAfterMs } = reply;
  const details = { shop, status, ...(requestId !== undefined && { requestId }) };
  if (status === 429) {
    const error = new ThrottledError(`${shop} takes no more requests for tokens now (429).`, {
      ...details,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
    return { grant, error, isFinal: false };
  }
  if (status === 400 || status === 401) {
    const reason = reasonsByCode.get(code) ?? reasonsByGrant[grant.kind];
    return { grant, error: refusedFor(reason, shop, requestId), isFinal: true };
  }
  const headers = { get: (name: string) => (name === 'location' ? location : null) };
  const bare = { status, headers, body: '' };
  return { grant, error: errorOfStatus(bare, details, nowMs), isFinal: false };
}

/** What is wrong and how to fix it. */
const messages: Readonly<Record<RefusedReason, string>> = {
  'not-installed': 'The app is not installed there. Install it, or stop calling the shop.',
  revoked:
    'Shopify no longer takes the stored tokens: the app was uninstalled, or tokens that are newer were not stored here. Have the shop open the app, or install it again.',
  'refresh-token-expired':
    'The refresh token has expired, since it was not used for 90 days. Have the shop open the app, or install it again.',
  'shop-not-permitted':
    "Client credentials work on stores of the app's own organization only. Use offlineToken with the tokens of an install.",
  'app-credentials':
    'Shopify does not take the client id with this client secret. Copy both from the Dev Dashboard again.',
  'session-token':
    'Shopify does not take the session token: it lives for a minute, and is good for one app on one shop. Ask App Bridge for a new one.',
};

function refusedFor(reason: RefusedReason, shop: string, requestId?: string): AuthenticationError {
  const details = { shop, reason, ...(requestId !== undefined && { requestId }) };
  return new AuthenticationError(`There is no token for ${shop}. ${messages[reason]}`, details);
}

function noToken(shop: string, isRefused: boolean): AuthenticationError {
  const why = isRefused
    ? 'Shopify no longer takes the one in the store, which came without a refresh token'
    : 'The token store has none';
  return new AuthenticationError(
    `There is no token for ${shop}. ${why}: have the shop open the app or install it again, and store what it brings.`,
    { shop, reason: 'no-token' },
  );
}
