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

/** One way to obtain new tokens. */
export interface GrantRequest {
  /** `session`: a session token, valid for one minute, so its refusal says nothing about the shop. */
  readonly kind: 'refresh' | 'migration' | 'session' | 'credentials';
  /** Parameters besides the app's own. */
  readonly params: Readonly<Record<string, string>>;
}

/** How one source renews tokens. */
export interface RenewalPlan {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Milliseconds for one request. */
  readonly requestTimeoutMs: number;
  readonly tokens: RenewableTokenStore | undefined;
  readonly owner: TokenOwner;
  /** Whether tokens of this kind have a refresh token. */
  readonly isRefreshable: boolean;
  /** What is exchanged for new tokens: the app's own credentials, the stored tokens, or a session token. */
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

/** Ways to obtain new tokens, best first. If Shopify refuses one, the next is tried. */
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
 * Finds a token in the store, or requests new ones. If the store has locks, one process requests them at a time. They
 * are stored before anyone uses them, and a lost response is requested again with the old refresh token.
 *
 * @throws AuthenticationError with a `reason` if there is no token, and errors of Shopify or the store.
 */
export function obtainTokens(plan: RenewalPlan, wish: TokenWish): Promise<ObtainedToken> {
  return new Renewal(plan, wish).run();
}

/** Maximum requests for one renewal; the waits between them add up to about half a minute. */
const maxRequests = 10;

const firstDelayMs = 100;

const longestDelayMs = 5_000;

/** Milliseconds to wait for another process before checking what it has stored. */
const waitForOthersMs = 300;

/** Milliseconds for which a refused shop is not tried again, unless its stored tokens change. */
const deadForMs = 60_000;

/** The store's entry, and when it was read. */
interface Look {
  readonly entry: TokenEntry | undefined;
  /** Monotonic time before the store was read. */
  readonly atMs: number;
  /** The store's time, at that moment or a little later. */
  readonly storeMs: number;
  /** Monotonic time at which the store's time arrived. */
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
    // Checked because the app's secret is sent to that host.
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
      // Another process is renewing the tokens and may have stored new ones.
      if (!lock) continue;
      try {
        const renewed = await this.#renew(lock);
        if (renewed) return renewed;
      } finally {
        // If the release fails, the lease expires by itself.
        await lock
          .release()
          .catch((error: unknown) =>
            connection.logger?.warn({ shop, error: codeOf(error) }, 'the lock on tokens was not released'),
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

  /** The store's token, if it is usable and the one wanted. */
  #usable({ entry, atMs, storeMs }: Look): ObtainedToken | undefined {
    if (!entry) return undefined;
    const { kept } = this.#wish;
    const { accessToken, accessTokenExpiresAt } = entry.tokens;
    // A token that cannot be renewed is used until Shopify refuses it or the store has another one.
    const isLast = grantsOf(this.#plan, entry.tokens).length === 0;
    // The remaining time is measured on this process's monotonic clock, so the two wall clocks may disagree.
    const endsAtMs =
      accessTokenExpiresAt === null || isLast ? Number.POSITIVE_INFINITY : atMs + accessTokenExpiresAt - storeMs;
    if (accessToken === kept.refused || endsAtMs <= this.#wish.connection.clock.monotonic()) return undefined;
    if (isLast)
      this.#tellMissing(
        ['refresh_token'],
        'it is used until Shopify refuses it: have the shop open the app or reinstall it',
      );
    const isToBeRenewed = entry.version === kept.version && endsAtMs !== Number.POSITIVE_INFINITY;
    return isToBeRenewed && kept.accessToken === accessToken
      ? undefined
      : { accessToken, endsAtMs, version: entry.version };
  }

  /** @throws AuthenticationError if Shopify refused this same entry a short while ago. */
  #assertAlive({ entry }: Look): void {
    const { kept, shop, connection } = this.#wish;
    const { dead } = kept;
    if (!dead || dead.version !== entry?.version || connection.clock.monotonic() >= dead.askAgainAtMs) return;
    const { message, reason, requestId } = dead.error;
    throw new AuthenticationError(message, { shop, reason, ...(requestId !== undefined && { requestId }) });
  }

  /** Requests new tokens and stores them. Returns `undefined` if the store must be read again. */
  async #renew(lock: Lock | undefined): Promise<ObtainedToken | undefined> {
    const { requestTimeoutMs } = this.#plan;
    const { shop, connection } = this.#wish;
    const { clock } = connection;
    for (;;) {
      if (lock?.signal.aborted) return undefined;
      // Read again each time, since a new installation writes without the lock.
      const look = await this.#look();
      const found = this.#usable(look);
      if (found) return found;
      const grants = grantsOf(this.#plan, look.entry?.tokens);
      const refusals: Refusal[] = [];
      for (const grant of grants) {
        // After a pause of this process, the lock may be lost and another process may already use the new tokens.
        if (lock && (lock.signal.aborted || clock.monotonic() - look.atMs > requestTimeoutMs)) return undefined;
        const sentAtMs = clock.monotonic();
        const reply = await this.#ask(grant, lock);
        if (!reply) return undefined;
        if (reply.outcome === 'granted') {
          // Must not be later than the real time, or others would use an expired token for as long as this store took
          // // to respond.
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
      // Another process may have replaced the refused token meanwhile.
      const now = await this.#look();
      if (now.entry?.version !== look.entry?.version) continue;
      this.#giveUp(refusals, look);
    }
  }

  /** Returns `undefined` if the lock was lost: another process may be renewing the tokens. */
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

  /** Waits before the next request. @throws `error` after too many. */
  async #waitAfter(error: ShopwrightError, retryAfterMs: number | undefined): Promise<void> {
    const { shop, connection } = this.#wish;
    if (!error.isRetryable || this.#requests >= maxRequests) {
      connection.emit?.({ type: 'token', shop, outcome: 'failed', errorCode: error.code, missing: [] });
      throw error;
    }
    const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (this.#requests - 1)) * (0.5 + Math.random() / 2);
    await sleep(connection.clock, Math.min(longestDelayMs, Math.max(delayMs, retryAfterMs ?? 0)));
  }

  /**
   * Stores the granted tokens. Returns `undefined` if another process stored tokens meanwhile; those are used instead.
   */
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

  /** Tokens are used only once stored: otherwise the next renewal would have no refresh token. */
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

  /** Warns once per shop if responses lack fields. */
  #tellMissing(missing: readonly string[], what = 'they are used, and requested again within the hour'): void {
    const { shop, kept, connection } = this.#wish;
    if (missing.length === 0 || kept.isToldIncomplete) return;
    kept.isToldIncomplete = true;
    connection.emit?.({ type: 'token', shop, outcome: 'incomplete', errorCode: null, missing });
    connection.logger?.warn({ shop, missing }, `Shopify granted tokens without all of their fields: ${what}`);
  }

  /** Remembers the reason for a while. @throws AuthenticationError with the reason. */
  #giveUp(refusals: readonly Refusal[], { entry, storeMs }: Look): never {
    const { kept, shop, connection } = this.#wish;
    const refused = refusals.at(-1)?.error ?? noToken(shop, entry !== undefined);
    const endsAt = entry?.tokens.refreshTokenExpiresAt ?? Number.POSITIVE_INFINITY;
    const isTooOld =
      isShopwrightError(refused, 'AUTHENTICATION_FAILED') && refused.reason === 'revoked' && endsAt <= storeMs;
    const error = isTooOld ? refusedFor('refresh-token-expired', shop, refused.requestId) : refused;
    // A session token is valid for a minute: the next one may be accepted.
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
  /** Whether the same request would be refused again, so that another way is tried. */
  readonly isFinal: boolean;
}

type RefusedReply = Extract<TokenReply, { readonly outcome: 'refused' }>;

/** Reasons that come from a refusal by Shopify. */
type RefusedReason = Exclude<TokenFailure, 'no-token'>;

const reasonsByCode: ReadonlyMap<string | null, RefusedReason> = new Map([
  ['application_cannot_be_found', 'app-credentials'],
  ['invalid_client', 'app-credentials'],
  ['app_not_installed', 'not-installed'],
  ['shop_not_permitted', 'shop-not-permitted'],
]);

/** The meaning of 400 and 401 with any other code. */
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
    const error = new ThrottledError(`${shop} accepts no more token requests now (429).`, {
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
  'not-installed': 'The app is not installed on it. Install it, or stop calling the shop.',
  revoked:
    'Shopify no longer accepts the stored tokens: the app was uninstalled, or newer tokens were not stored here. Have the shop open the app or reinstall it.',
  'refresh-token-expired':
    'The refresh token expired after 90 days without use. Have the shop open the app or reinstall it.',
  'shop-not-permitted':
    "Client credentials work only on stores of the app's own organization. Use offlineToken with the tokens of an install.",
  'app-credentials': 'Shopify does not accept this client id and secret. Copy both from the Dev Dashboard again.',
  'session-token':
    'Shopify does not accept the session token: it is valid for a minute, for one app on one shop. Get a new one from App Bridge.',
};

function refusedFor(reason: RefusedReason, shop: string, requestId?: string): AuthenticationError {
  const details = { shop, reason, ...(requestId !== undefined && { requestId }) };
  return new AuthenticationError(`There is no token for ${shop}. ${messages[reason]}`, details);
}

function noToken(shop: string, isRefused: boolean): AuthenticationError {
  const why = isRefused
    ? 'Shopify no longer accepts the stored one, which came without a refresh token'
    : 'The token store has none';
  return new AuthenticationError(
    `There is no token for ${shop}. ${why}: have the shop open the app or reinstall it, and store its tokens.`,
    { shop, reason: 'no-token' },
  );
}
