import { isShopwrightError } from '../errors/errors.ts';
import type { Clock } from '../internal/clock.ts';
import { isRecord } from '../internal/json.ts';
import type { JobQueue } from '../ports/job-queue.ts';
import type { JournalEntry } from '../ports/sync-journal.ts';
import type { SyncRecord, SyncStatus } from '../ports/sync-record-store.ts';
import type { TokenStore } from '../ports/token-store.ts';
import { errorPattern } from '../storage/record-counts.ts';
import { readBase } from '../sync/plan/product-facts.ts';
import type { ProductSync } from '../sync/product-sync.ts';
import type { SyncRuns } from '../sync/runs/runs.ts';
import type { SyncClient } from '../sync/sync-client.ts';
import type { Activity } from './activity.ts';

/** The part of a product sync that the dashboard uses, as returned by `createProductSync`. */
export type DashboardSync = Pick<ProductSync, 'client' | 'stores' | 'health' | 'push' | 'retryFailed' | 'rollback'>;

/** The part of an app that the dashboard uses, as returned by `createShopifyApp`. */
export interface DashboardApp {
  shop(domain: string): Pick<SyncClient, 'status'>;
}

/** Runs that can be listed and controlled, such as `runs` of a product queue. */
export type DashboardRuns = Pick<SyncRuns, 'list' | 'pause' | 'resume' | 'cancel' | 'retryFailed'>;

/** The sources that the views read. */
export interface Sources {
  readonly syncs: ReadonlyMap<string, DashboardSync>;
  readonly queues: readonly JobQueue[];
  readonly app: DashboardApp | undefined;
  /** Returns the runs of a shop. */
  readonly runsOf: (shop: string) => DashboardRuns | undefined;
  readonly tokens: Pick<TokenStore, 'get' | 'owners'> | undefined;
  readonly activity: Activity;
  readonly clock: Clock;
}

/** Parts of the page by name, each as JSON. */
export type Sections = Readonly<Record<string, string>>;

/** Selects records. */
export interface RecordSearch {
  readonly shop: string;
  readonly status: SyncStatus | undefined;
  /** Prefix of a local id, a gid, or the number of a product. */
  readonly query: string;
  readonly after: string | undefined;
}

const recordsPerPage = 50;

const entriesPerPage = 20;

const deadPerPage = 25;

/** Maximum number of shown changes per journal entry. */
const changesShown = 40;

const longestValue = 160;

const runsShown = 20;

/** Journal entries to read for the latest runs if `runs` is not passed. */
const entriesForRuns = 100;

const shopsShown = 20;

const patternsShown = 20;

/** Maximum number of token owners to read. */
const ownersRead = 2_000;

const tokensShown = 50;

/** Refresh tokens that expire sooner are shown: they last 90 days, and each renewal replaces them. */
const soonMs = 14 * 86_400_000;

/** Milliseconds for which costly results are cached. */
const keptMs = { health: 5_000, runs: 15_000, patterns: 60_000, tokens: 600_000 };

/** Returns the code of an error. Errors of the host could contain anything, so they are not shown. */
export const codeOf = (error: unknown): string => (isShopwrightError(error) ? error.code : 'UNKNOWN');

/** Reads the dashboard's data. Costly reads are shared by all viewers. */
export class Views {
  readonly #sources: Sources;
  readonly #kept = new Map<string, { readonly at: number; readonly value: Promise<unknown> }>();
  readonly #clients = new Map<string, ReturnType<DashboardApp['shop']>>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** Shops with a product sync, then those seen in events. */
  shops(): readonly string[] {
    const { syncs, activity } = this.#sources;
    return [...new Set([...syncs.keys(), ...activity.shops()])];
  }

  /** Returns all sections for one shop. A section that cannot be read contains its error. */
  async sections(shop: string, isQuick: boolean): Promise<Sections> {
    const { activity, clock } = this.#sources;
    const sync = this.#sources.syncs.get(shop);
    const parts: Readonly<Record<string, () => unknown>> = {
      shops: () => this.#shops(),
      points: () => ({ minute: Math.floor(clock.now() / 60_000) * 60_000, ...activity.series(shop) }),
      queues: () => this.#queues(),
      runs: () => this.#runs(shop),
      webhooks: () => activity.webhooks(),
      versions: () => this.#client(shop)?.status().versions,
      notices: () => activity.notices(),
      health: () => sync && this.#once(`health ${shop}`, keptMs.health, () => sync.health({ maxAgeMs: keptMs.health })),
      // Reading these takes longer the more there is: the first look does not wait for them.
      ...(!isQuick && {
        patterns: () =>
          sync &&
          this.#once(`patterns ${shop}`, keptMs.patterns, () =>
            sync.stores.records.errorPatterns(shop, { limit: patternsShown }),
          ),
        tokens: () => this.#tokens(),
      }),
    };
    const read = Object.entries(parts).map(async ([name, part]) => {
      try {
        return [name, JSON.stringify((await part()) ?? null)] as const;
      } catch (error) {
        return [name, JSON.stringify({ error: codeOf(error) })] as const;
      }
    });
    return Object.fromEntries(await Promise.all(read));
  }

  /** One page of records. */
  async records({ shop, status, query, after }: RecordSearch) {
    const records = this.#sources.syncs.get(shop)?.stores.records;
    if (!records) return { records: [], next: null };
    const isGid = /^gid:\/\/shopify\/Product\/\d+$/.test(query);
    const gid = isGid ? query : /^\d{6,}$/.test(query) ? `gid://shopify/Product/${query}` : undefined;
    // Records come in the order of their local ids: those that begin with a text stand behind it, in a row.
    const isFirst = after === undefined && query !== '';
    const [byGid, exact] = isFirst
      ? await Promise.all([gid && records.getByGid(shop, gid), records.get(shop, query)])
      : [];
    const from = after ?? (query === '' ? undefined : query);
    const page = isGid
      ? []
      : await records.list(shop, {
          limit: recordsPerPage,
          ...(status && { status }),
          ...(from !== undefined && { after: from }),
        });
    const matching = page.filter(({ localId }) => localId.startsWith(query));
    const first = [byGid, exact].filter((one) => one && (status === undefined || one.status === status));
    const isWhole = page.length === recordsPerPage && matching.length === page.length;
    const found = new Map([...first, ...matching].flatMap((one) => (one ? [[one.localId, one] as const] : [])));
    return {
      records: [...found.values()].map(recordRow),
      next: isWhole ? (matching.at(-1)?.localId ?? null) : null,
    };
  }

  /** Returns a product's record and journal entries, the latest first; `undefined` if it has neither. */
  async product(shop: string, localId: string, after: string | undefined) {
    const stores = this.#sources.syncs.get(shop)?.stores;
    if (!stores) return undefined;
    const [record, entries] = await Promise.all([
      stores.records.get(shop, localId),
      stores.journal.list(shop, {
        localId,
        order: 'newest',
        limit: entriesPerPage,
        ...(after !== undefined && { after }),
      }),
    ]);
    if (!record && entries.length === 0) return undefined;
    return {
      record: record ? recordRow(record) : null,
      entries: entries.map(entryRow),
      next: entries.length === entriesPerPage ? (entries.at(-1)?.id ?? null) : null,
    };
  }

  /** Returns dead letters of a queue, without payloads; `undefined` for an unknown queue. */
  async dead(name: string, offset: number) {
    const queue = this.#sources.queues.find((one) => one.name === name);
    if (!queue) return undefined;
    const jobs = await queue.deadJobs({ limit: deadPerPage, offset });
    return {
      jobs: jobs.map(({ id, type, attempts, failedAt, error: { code, message } }) => ({
        id,
        type,
        attempts,
        failedAt,
        code,
        // Errors of the host's handlers can contain anything, including customer data.
        pattern: code === 'UNKNOWN' ? null : errorPattern(message),
      })),
      next: jobs.length === deadPerPage ? offset + deadPerPage : null,
    };
  }

  /** Caches a result, and shares one read among simultaneous callers. */
  async #once<Value>(name: string, ms: number, read: () => Promise<Value>): Promise<Value> {
    const now = this.#sources.clock.monotonic();
    const known = this.#kept.get(name);
    if (known && now - known.at < ms) return known.value as Promise<Value>;
    const value = read();
    this.#kept.set(name, { at: now, value });
    // Failures are not cached.
    value.catch(() => this.#kept.delete(name));
    return value;
  }

  #client(shop: string): Pick<SyncClient, 'status'> | undefined {
    const { syncs, app } = this.#sources;
    const known = syncs.get(shop)?.client ?? this.#clients.get(shop);
    if (known || !app) return known;
    const client = app.shop(shop);
    // As many shops as Activity keeps.
    if (this.#clients.size >= 200) this.#clients.clear();
    this.#clients.set(shop, client);
    return client;
  }

  #shops() {
    const { activity, syncs } = this.#sources;
    const rows = this.shops().map((shop) => ({ shop, hasSync: syncs.has(shop), ...activity.ofShop(shop) }));
    const busiest = rows.toSorted((a, b) => Number(b.hasSync) - Number(a.hasSync) || b.points - a.points);
    const shown = busiest.slice(0, shopsShown).map((row) => {
      const status = this.#client(row.shop)?.status();
      return { ...row, breaker: status?.breaker ?? row.breaker, limiter: status?.limiter ?? null };
    });
    return { rows: shown, more: rows.length - shown.length };
  }

  #queues() {
    return Promise.all(
      this.#sources.queues.map(async (queue) => {
        const { name } = queue;
        const hour = this.#sources.activity.ofQueue(name);
        try {
          const { waiting, delayed, active, dead, oldestWaitingMs, processingMs } = await queue.stats();
          return { name, hour, stats: { waiting, delayed, active, dead, oldestWaitingMs, processingMs } };
        } catch (error) {
          return { name, hour, error: codeOf(error) };
        }
      }),
    );
  }

  async #runs(shop: string) {
    const { runsOf, syncs } = this.#sources;
    const runs = runsOf(shop);
    if (runs) {
      const list = await runs.list({ limit: runsShown });
      return {
        canSteer: true,
        runs: list.map(({ id, kind, state, startedAt, updatedAt, progress, error, bulk }) => {
          const { total, done, failed, skipped, phase, rate, timeToGoMs } = progress;
          const shown = { total, done, failed, skipped, phase, rate, timeToGoMs };
          return { id, kind, state, startedAt, updatedAt, progress: shown, errorCode: error?.code ?? null, bulk };
        }),
      };
    }
    const journal = syncs.get(shop)?.stores.journal;
    if (!journal) return null;
    return this.#once(`runs ${shop}`, keptMs.runs, async () => {
      const entries = await journal.list(shop, { order: 'newest', limit: entriesForRuns });
      return { canSteer: false, runs: runsIn(entries).slice(0, runsShown) };
    });
  }

  async #tokens() {
    const { tokens, activity } = this.#sources;
    const stored = tokens && (await this.#once('tokens', keptMs.tokens, () => this.#readTokens(tokens)));
    return { failing: activity.tokens(), stored: stored ?? null };
  }

  /** Returns offline tokens that will stop working, the soonest first, without the tokens themselves. */
  async #readTokens(tokens: Pick<TokenStore, 'get' | 'owners'>) {
    const now = this.#sources.clock.now();
    const ending: { shop: string; appId: string; endsAt: number; why: 'refresh-token' | 'no-refresh-token' }[] = [];
    let read = 0;
    let neverExpiring = 0;
    let unreadable = 0;
    for await (const owner of tokens.owners()) {
      // Users' online tokens expire within a day by design.
      if (owner.userId !== undefined) continue;
      if (read++ >= ownersRead) break;
      const entry = await tokens.get(owner).catch(() => null);
      if (entry === null) unreadable += 1;
      if (!entry) continue;
      const { accessTokenExpiresAt, refreshToken, refreshTokenExpiresAt } = entry.tokens;
      const { shop, appId } = owner;
      if (accessTokenExpiresAt === null) neverExpiring += 1;
      else if (refreshToken === null)
        ending.push({ shop, appId, endsAt: accessTokenExpiresAt, why: 'no-refresh-token' });
      else if (refreshTokenExpiresAt !== null && refreshTokenExpiresAt - now < soonMs)
        ending.push({ shop, appId, endsAt: refreshTokenExpiresAt, why: 'refresh-token' });
    }
    ending.sort((a, b) => a.endsAt - b.endsAt);
    return {
      ending: ending.slice(0, tokensShown),
      more: Math.max(0, ending.length - tokensShown),
      neverExpiring,
      unreadable,
      isAll: read <= ownersRead,
    };
  }
}

/** Returns a record as a row. Errors are shown as patterns, without the values they quote. */
function recordRow(record: SyncRecord) {
  const { localId, status, gid, lastSyncedAt, lastAttemptAt, attempts, lastError } = record;
  return {
    localId,
    status,
    gid,
    title: shortened(readBase(record.lastSyncData)?.facts.product?.['']?.['title'] ?? null),
    lastSyncedAt,
    lastAttemptAt,
    attempts,
    error: lastError && { code: lastError.code, pattern: errorPattern(lastError.message) },
  };
}

/** Returns a journal entry as a row. */
function entryRow({ id, at, action, runId, sent }: JournalEntry) {
  const changes = isRecord(sent) && Array.isArray(sent['changes']) ? (sent['changes'] as readonly unknown[]) : [];
  const rows = changes.slice(0, changesShown).flatMap((change) => {
    if (!isRecord(change)) return [];
    const fields = isRecord(change['fields']) ? change['fields'] : {};
    return Object.entries(fields).map(([field, values]) => ({
      kind: String(change['kind']),
      list: String(change['list']),
      name: shortened(change['name']),
      field,
      from: isRecord(values) ? shortened(values['from']) : null,
      to: isRecord(values) ? shortened(values['to']) : null,
    }));
  });
  return {
    id,
    at,
    action,
    runId,
    changes: rows.slice(0, changesShown),
    isCut: rows.length > changesShown || changes.length > changesShown,
  };
}

/** Returns a value as text, shortened to fit into a line. */
function shortened(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > longestValue ? `${text.slice(0, longestValue).toWellFormed()}…` : text;
}

/** Groups journal entries, which must be newest first, by run. */
function runsIn(entries: readonly JournalEntry[]) {
  const runs = new Map<string, { products: Set<string>; first: number; last: number; actions: Set<string> }>();
  for (const { runId, localId, at, action } of entries) {
    if (runId === null) continue;
    const run = runs.get(runId) ?? { products: new Set(), first: at, last: at, actions: new Set() };
    runs.set(runId, run);
    run.products.add(localId);
    run.actions.add(action);
    run.first = at;
  }
  const isCut = entries.length === entriesForRuns;
  const oldest = entries.at(-1)?.runId;
  return [...runs].map(([id, { products, first, last, actions }]) => ({
    id,
    kind: [...actions].join(', '),
    // The journal does not record whether a run is complete.
    state: null,
    startedAt: first,
    updatedAt: last,
    products: products.size,
    isAtLeast: isCut && id === oldest,
  }));
}
