// One file: the public feed, with its options, reads and runs, and the effect of webhooks on them.
import { ConfigError, checkNames, type Issue, ValidationError } from '../errors/errors.ts';
import type { GraphqlClient } from '../graphql/graphql.ts';
import { linkSignal, sharedTask, whenAborted } from '../internal/abort.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { isRecord, parseExactJson } from '../internal/json.ts';
import { idListIssues, missingMethods, unknownNames, unknownValue } from '../internal/names.ts';
import { isoTimeToMs } from '../internal/time.ts';
import type { JobQueue } from '../ports/job-queue.ts';
import type { KeyValueStore, Lock } from '../ports/key-value-store.ts';
import type { Logger } from '../ports/logger.ts';
import { defer } from '../queue/defer.ts';
import { defaultApp, keyPart, shopPrefix } from '../storage/keys.ts';
import { type ChangeDelivery, createChangeJobs, type FeedHandler, idPart, watchErasure } from './change-jobs.ts';
import type { FeedBulk } from './first-fill.ts';
import {
  createChangeReader,
  cursorMoved,
  type FeedChange,
  type FeedConnection,
  type FeedNode,
  type FeedResource,
  type ReadResult,
} from './read-changes.ts';

/** The part of a client that a feed needs, as returned by `createShopifyClient`. */
export interface FeedClient extends GraphqlClient {
  /** Domain of the shop. */
  readonly shop: string;
  /** Reads the first fill in bulk. Without it, it is read by pages. */
  readonly bulk?: FeedBulk;
}

/** The resources that a feed supports by name. */
export type FeedResourceName = 'orders' | 'products';

/** An object with the selected `fields`. You can pass your own type: `createFeed<Order>({ … })`. */
export interface SelectedNode extends FeedNode {
  readonly [field: string]: unknown;
}

/** Options of `createFeed`. */
export interface FeedOptions<Node extends FeedNode = SelectedNode, Data = never> {
  /** A client from `createShopifyClient`. Its token needs the scope for reading the resource, such as `read_orders`. */
  readonly client: FeedClient;
  /** `orders`, `products`, or a definition of another resource. */
  readonly resource: FeedResourceName | FeedResource<Data, Node>;
  /**
   * For `orders` and `products`: GraphQL fields to select in addition to `id` and `updatedAt`. Default: none.
   *
   * @example 'name displayFinancialStatus totalPriceSet { shopMoney { amount currencyCode } }'
   */
  readonly fields?: string;
  /**
   * Stores the cursor of `run` and `follow`, the deletions, and the changes waiting for the queue. The `keyValue` of
   * any stores; processes that share it share the feed. Default: none; then only `read` is available.
   */
  readonly store?: KeyValueStore;
  /** Called by `run` and `follow` with every change, one at a time, an object's changes in order. */
  readonly handle?: FeedHandler<Node>;
  /**
   * Handles the changes, with retries, and a dead letter for a change that finally fails. Needs `store` and `handle`.
   * Default: none; then a run stops at a change whose handler throws.
   */
  readonly queue?: JobQueue;
  /** Milliseconds before each retry on the queue. Default: the queue's. */
  readonly retryDelaysMs?: readonly number[];
  /** Where a feed without a cursor starts: an ISO time or a `Date`. Default: at the oldest object. */
  readonly since?: string | Date;
  /**
   * How to read the first fill after its first ten pages. `bulk`: with one bulk query, if there is a `store` and both
   * app and document allow it; nested connections are complete. `pages`: page by page, which costs points. Default
   * `bulk`.
   */
  readonly firstFill?: 'bulk' | 'pages';
  /** Distinguishes feeds of the same resource. Default: the name of the resource. */
  readonly name?: string;
  /** Name of the app, as for its client. Default `default`. */
  readonly appId?: string;
  /**
   * Overlap with the previous read in milliseconds, for objects that Shopify's search returns late. An object returned
   * even later is missed until its next change. Default 300,000 (5 minutes).
   */
  readonly overlapMs?: number;
  /** Milliseconds an object must be unchanged before its change is delivered; at least 1,000. Default 2,000. */
  readonly settleMs?: number;
  /** Objects per page, 1 to 250; fewer if a page would cost too much. Default 100. */
  readonly pageSize?: number;
  /** Receives a warning, once, if the first fill cannot be read in bulk. Default: none. */
  readonly logger?: Logger;
  /** Clock, for tests. */
  readonly clock?: Clock;
}

/** Changes that were read together, and the cursor after them. */
export interface FeedPage<Node extends FeedNode = FeedNode> {
  /** At most one page; deletions come after the last one. An object's changes are in order. */
  readonly changes: readonly FeedChange<Node>[];
  /** Store it in one transaction with the changes' effect, even if there are none. Pass it to the next `read`. */
  readonly cursor: string;
  /** Whether everything has been read for now. */
  readonly isCaughtUp: boolean;
  /** ISO time up to which everything has been read. */
  readonly position: string;
}

/** How a run ended. */
export interface FeedRun {
  /** `busy`: another process is running the feed, and nothing was done. `stopped`: see `stoppedBy`. */
  readonly outcome: 'caught-up' | 'stopped' | 'busy';
  /** Number of changes handled, or stored for the queue. */
  readonly changes: number;
  /** ISO time up to which everything has been read; `null` if unknown. */
  readonly position: string | null;
  /** What the handler threw, an error of the shop, store or queue, or the reason of your abort. Always check it. */
  readonly stoppedBy?: unknown;
  /** Key of the change whose handler threw. The next run starts with it. */
  readonly stoppedAt?: string;
}

/** The part of a webhook that a feed needs: the `event` of a webhook handler. */
export interface FeedEvent {
  /** Topic such as `orders/updated`, or the resource of a next-generation event. */
  readonly topic: string;
  readonly shop: string;
  /** The parsed body. */
  readonly payload: unknown;
  /** The bytes of the body, for ids above 2^53. */
  readonly rawBody?: Uint8Array;
  /** `delete` for a deletion, in next-generation events. */
  readonly action?: string | null;
  /** The object of a next-generation event. */
  readonly resourceId?: string;
}

/** Effect of a webhook on a feed. `ignored`: it is for another shop, or names no object. */
export type FeedNotice = 'nudged' | 'deletion' | 'ignored';

/** The topics that a feed handles. */
type FeedTopics =
  | 'orders/create'
  | 'orders/updated'
  | 'orders/delete'
  | 'products/create'
  | 'products/update'
  | 'products/delete';

/** The changes of one resource of one shop. */
export interface Feed<Node extends FeedNode = FeedNode> {
  /**
   * Reads the next changes after a cursor, and stores nothing: commit your effect and `cursor` in one transaction, and
   * each change takes effect exactly once, whatever crashes.
   *
   * @throws ValidationError for a cursor of another feed, and whatever `client.graphql` throws.
   *
   * @example
   * const { changes, cursor, isCaughtUp } = await feed.read({ after });
   * await db.transaction(async (tx) => {
   *   for (const change of changes) await apply(tx, change);
   *   await tx.saveCursor(cursor);
   * });
   */
  read(options?: { readonly after?: string | null; readonly signal?: AbortSignal }): Promise<FeedPage<Node>>;
  /**
   * Delivers all changes since the last run to `handle` (or to the queue), and advances the cursor in the store. Each
   * is delivered at least once, with the same key. Runs in one process at a time. An error does not throw, but is
   * returned as `stoppedBy`.
   *
   * @throws ConfigError if `createFeed` got no `store` or no `handle`.
   *
   * @example
   * const { outcome, changes, stoppedBy } = await feed.run();
   */
  run(options?: { readonly signal?: AbortSignal }): Promise<FeedRun>;
  /**
   * Calls `run` repeatedly: every `everyMs` milliseconds (default 60,000), and soon after a webhook. Ends with your
   * signal, or when you `break` out of the loop.
   *
   * @throws ConfigError if `createFeed` got no `store` or no `handle`, or `everyMs` is not a number of milliseconds.
   *
   * @example
   * for await (const { stoppedBy } of feed.follow({ signal })) if (stoppedBy) logger.error(stoppedBy);
   */
  follow(options?: { readonly everyMs?: number; readonly signal?: AbortSignal }): AsyncIterable<FeedRun>;
  /**
   * Calls `read` repeatedly: page by page while there is more, then every `everyMs` milliseconds (default 60,000), and
   * soon after a webhook. The next read starts when you request the next page. Ends with your signal, or with a
   * `break`.
   *
   * @throws like `read`: start again with the cursor you committed last.
   *
   * @example
   * for await (const { changes, cursor } of feed.pages({ after: await db.loadCursor(), signal })) await db.commit(changes, cursor);
   */
  pages(options?: {
    readonly after?: string | null;
    readonly everyMs?: number;
    readonly signal?: AbortSignal;
  }): AsyncIterable<FeedPage<Node>>;
  /**
   * Handles a verified webhook. A deletion is stored and delivered as a change; any other webhook makes `follow`,
   * `pages` and, with a queue, a worker read soon. The change itself is read from the shop.
   *
   * @throws StorageError or QueueError: let Shopify send it again.
   */
  notify(event: FeedEvent): Promise<FeedNotice>;
  /** Handlers that call `notify`, by topic, for `createWebhookHandler({ on: { ...feed.on } })`. */
  readonly on: { readonly [Topic in FeedTopics]?: (event: FeedEvent) => Promise<FeedNotice> };
  /**
   * Checks in the shop which of these objects were deleted, 250 per call, in case webhooks were lost. The deletions are
   * stored and delivered as changes.
   *
   * @param ids Gids that you know.
   * @returns The gids of the deleted objects.
   * @throws ConfigError if `createFeed` got no `store`, and whatever `client.graphql` throws.
   */
  findDeleted(
    ids: Iterable<string> | AsyncIterable<string>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly string[]>;
}

const optionNames: Record<keyof FeedOptions, true> = {
  client: true,
  resource: true,
  fields: true,
  store: true,
  handle: true,
  queue: true,
  retryDelaysMs: true,
  since: true,
  name: true,
  appId: true,
  overlapMs: true,
  settleMs: true,
  pageSize: true,
  firstFill: true,
  logger: true,
  clock: true,
};

/** The built-in resources. */
const builtIn = {
  orders: { kind: 'Order', topics: ['orders/create', 'orders/updated', 'orders/delete'] },
  products: { kind: 'Product', topics: ['products/create', 'products/update', 'products/delete'] },
} as const;

/** Milliseconds for which a deletion is remembered. */
const deletionTtlMs = 7 * 86_400_000;

/** Milliseconds to wait, after an object has settled, until the search returns what a webhook announced. */
const searchLagMs = 1_000;

/** Milliseconds after which a queued read tries again if another process is running the feed. */
const busyPauseMs = 5_000;

/** Milliseconds after which a queued read continues in another attempt: a first fill may take hours. */
const readJobMs = 60_000;

const idsACall = 250;

/**
 * Creates a feed of all changes of a resource, including those whose webhooks were lost: webhooks only trigger a read;
 * changes are read from the shop by `updated_at`.
 *
 * A change is the newest state of an object: of several edits between two reads, only the last is delivered.
 *
 * @experimental Names and behaviour may change with any minor version: docs/stability.md.
 * @throws ConfigError if an option is unknown or invalid, or the queue already has a feed of that name.
 *
 * @example
 * const feed = createFeed({
 *   client: shop, resource: 'orders', fields: 'name', store: stores.keyValue,
 *   handle: async (change, { key }) => save(key, change),
 * });
 * await feed.run();
 */
export function createFeed<Node extends FeedNode = SelectedNode>(
  options: FeedOptions<Node> & { readonly resource: FeedResourceName },
): Feed<Node>;
export function createFeed<Data, Node extends FeedNode>(
  options: FeedOptions<Node, Data> & { readonly resource: FeedResource<Data, Node>; readonly fields?: never },
): Feed<Node>;
export function createFeed<Data, Node extends FeedNode>(options: FeedOptions<Node, Data>): Feed<Node> {
  check(options);
  const { client, store, handle, queue, retryDelaysMs, appId = defaultApp, clock = systemClock, logger } = options;
  const { overlapMs = 300_000, settleMs = 2_000, pageSize = 100, since = new Date(0) } = options;
  const resource: FeedResource<Data, Node> =
    typeof options.resource === 'string' ? resourceOf(options.resource, options.fields) : options.resource;
  const { name = resource.name } = options;
  const { shop } = client;

  // All keys begin with the shop's prefix, so that an erasure of the shop removes them.
  const cursorKey = sharedTask(async () => `${await shopPrefix(shop, appId)}~feed:${await keyPart(name)}`);
  const deletionPrefix = async (): Promise<string> => `${await cursorKey()}:gone:`;
  const jobsOf = (work: string): string => `feed-${work} ${shop} ${appId === defaultApp ? name : `${appId}/${name}`}`;

  const reader = createChangeReader({
    ...{ client, resource, overlapMs, settleMs, pageSize, logger, clock },
    inBulk: store && client.bulk && options.firstFill !== 'pages' ? { bulk: client.bulk, store } : undefined,
    since: typeof since === 'string' ? since : since.toISOString(),
    deletions: async () => {
      const ids: string[] = [];
      const prefix = await deletionPrefix();
      for await (const key of store?.scan(prefix) ?? []) ids.push((await store?.get(key)) ?? '');
      return ids.filter((id) => id !== '').sort();
    },
  });

  const wakers = new Set<() => void>();
  const wake = (): void => {
    for (const one of wakers) one();
  };

  /** Waits between two reads. */
  const startRhythm = (everyMs = 60_000, signal: AbortSignal | undefined) => {
    check({ ...options, everyMs });
    let isNudged = false;
    let end: (() => void) | undefined;
    const waker = (): void => {
      isNudged = true;
      end?.();
    };
    wakers.add(waker);
    /** Ends after the time, on an abort or, if `isLight`, on a webhook. */
    const pause = (ms: number, isLight: boolean): Promise<void> =>
      new Promise((resolve) => {
        if (signal?.aborted || (isLight && isNudged)) return resolve();
        const done = (): void => {
          cancel();
          unfollow?.();
          end = undefined;
          resolve();
        };
        const cancel = clock.setTimer(done, ms);
        const unfollow = signal && whenAborted(signal, done);
        if (isLight) end = done;
      });
    return {
      /** Whether a webhook triggered the next read. */
      isNudged: false,
      async next() {
        await pause(everyMs, true);
        // One read for all simultaneous webhooks, once the search can return their changes.
        if (isNudged) await pause(settleMs + searchLagMs, false);
        this.isNudged = isNudged;
        isNudged = false;
      },
      [Symbol.dispose]: () => void wakers.delete(waker),
    };
  };

  const needed = <Value>(field: 'store' | 'handle', value: Value | undefined, work: string): Value => {
    if (value !== undefined) return value;
    throw new ConfigError('Invalid configuration', { issues: [{ field, message: `is needed for ${work}` }], shop });
  };

  /** Delivers page by page, under a lock, and advances the cursor past the delivered changes. */
  const runLocked = async (
    deliver: ChangeDelivery<Node>,
    store: KeyValueStore,
    lock: Lock,
    outer: AbortSignal | undefined,
  ): Promise<FeedRun> => {
    const signal = outer ? AbortSignal.any([outer, lock.signal]) : lock.signal;
    let changes = 0;
    let position: string | null = null;
    let stoppedAt: string | undefined;
    try {
      const assertKept = await watchErasure(store, { shop, appId }, name);
      for (;;) {
        const before = await store.get(lock.key);
        const page = await reader.read(before, signal);
        await assertKept();
        const commit = async (count: number): Promise<void> => {
          const after = page.cursorAfter(count);
          if (after === before) return;
          const isMoved = await store.compareAndSet(lock.key, before, after, { fence: lock.token });
          await assertKept(isMoved ? lock.key : undefined);
          if (!isMoved) throw cursorMoved(name, shop);
        };
        let done = 0;
        try {
          for (const change of page.changes) {
            signal.throwIfAborted();
            stoppedAt = change.key;
            await deliver(change, signal, assertKept);
            stoppedAt = undefined;
            done += 1;
          }
        } catch (error) {
          // Avoids delivering these changes again, if the store can record them.
          if (done > 0 && !lock.signal.aborted) await commit(done);
          throw error;
        } finally {
          changes += done;
        }
        await commit(page.changes.length);
        position = page.position;
        if (page.isCaughtUp) return { outcome: 'caught-up', changes, position };
      }
    } catch (stoppedBy) {
      return { outcome: 'stopped', changes, position, stoppedBy, ...(stoppedAt !== undefined && { stoppedAt }) };
    } finally {
      await reader.close();
    }
  };

  let enqueue: ReturnType<typeof createChangeJobs<Node>> | undefined;
  const run = async (signal: AbortSignal | undefined, waitMs: number): Promise<FeedRun> => {
    const keyValue = needed('store', store, 'run and follow');
    const handler = needed('handle', handle, 'run and follow');
    const deliver: ChangeDelivery<Node> = (change, stop, assertKept) =>
      enqueue ? enqueue(change, assertKept) : handler(change, { key: change.key, attempt: 1, signal: stop });
    let result: FeedRun = { outcome: 'busy', changes: 0, position: null };
    try {
      const lock = await keyValue.lock(await cursorKey(), { waitMs, ...(signal && { signal }) });
      if (!lock) return result;
      result = await runLocked(deliver, keyValue, lock, signal);
      await lock.release();
      return result;
    } catch (stoppedBy) {
      return { stoppedBy, ...result, outcome: 'stopped' };
    }
  };

  if (queue && store && handle) {
    const prefix = async (): Promise<string> => `${await cursorKey()}:due:`;
    const what = `the feed ${name} of ${shop}`;
    enqueue = createChangeJobs({ queue, store, prefix, type: jobsOf('change'), what, handle, retryDelaysMs });
    queue.process(jobsOf('read'), async ({ signal }) => {
      const link = linkSignal(clock, signal, readJobMs, () => defer(busyPauseMs));
      const { outcome, stoppedBy } = await run(link.signal, 0).finally(() => link.release());
      if (outcome === 'stopped') throw stoppedBy;
      // The other process may have started to read before this job's change.
      if (outcome === 'busy') throw defer(busyPauseMs);
    });
  }

  const remember = async (ids: readonly string[], keyValue: KeyValueStore): Promise<void> => {
    const prefix = await deletionPrefix();
    for (const id of ids)
      await keyValue.setIfAbsent(`${prefix}${await keyPart(idPart(id))}`, id, { ttlMs: deletionTtlMs });
  };

  const notify = async (event: FeedEvent): Promise<FeedNotice> => {
    if (event.shop !== shop) return 'ignored';
    const isDeletion = event.action === 'delete' || event.topic.endsWith('/delete');
    if (isDeletion) {
      const id = gidOf(event, kindOf(options.resource));
      if (id === undefined) return 'ignored';
      await remember([id], needed('store', store, 'deletions'));
    }
    const delayMs = settleMs + searchLagMs;
    if (enqueue && queue) await queue.enqueue({ type: jobsOf('read'), key: 'read', payload: {}, delayMs });
    wake();
    return isDeletion ? 'deletion' : 'nudged';
  };

  const topics: readonly string[] =
    typeof options.resource === 'string' ? builtIn[options.resource].topics : (options.resource.topics ?? []);

  return {
    async read(given = {}) {
      checkNames(given, { after: true, signal: true });
      const { after, signal } = given;
      return pageOf(await reader.read(after ?? undefined, signal));
    },
    async run(given = {}) {
      checkNames(given, { signal: true });
      return run(given.signal, 0);
    },
    async *follow(given = {}) {
      checkNames(given, { everyMs: true, signal: true });
      const { everyMs, signal } = given;
      using rhythm = startRhythm(everyMs, signal);
      while (!signal?.aborted) {
        yield await run(signal, rhythm.isNudged ? busyPauseMs : 0);
        await rhythm.next();
      }
    },
    async *pages(given = {}) {
      checkNames(given, { after: true, everyMs: true, signal: true });
      const { after, everyMs, signal } = given;
      using rhythm = startRhythm(everyMs, signal);
      let cursor = after ?? undefined;
      try {
        while (!signal?.aborted) {
          const page = pageOf(await reader.read(cursor, signal));
          yield page;
          cursor = page.cursor;
          if (page.isCaughtUp) await rhythm.next();
        }
      } finally {
        await reader.close();
      }
    },
    notify,
    on: Object.fromEntries(topics.map((topic) => [topic, notify])),
    async findDeleted(ids, given = {}) {
      checkNames(given, { signal: true });
      const { signal } = given;
      const keyValue = needed('store', store, 'deletions');
      const wrong = idListIssues('ids', ids);
      if (wrong.length > 0) throw new ValidationError('Nothing was looked for', { issues: wrong, shop });
      const gone: string[] = [];
      const ask = async (batch: readonly string[]): Promise<void> => {
        if (batch.length === 0) return;
        const { data } = await client.graphql<{ readonly nodes: readonly ({ readonly id: string } | null)[] }>(
          'query FeedObjects($ids: [ID!]!) { nodes(ids: $ids) { id } }',
          { ids: batch },
          { priority: 'background', ...(signal && { signal }) },
        );
        const found = new Set(data.nodes.map((node) => node?.id));
        const missing = batch.filter((id) => !found.has(id));
        await remember(missing, keyValue);
        gone.push(...missing);
      };
      let batch: string[] = [];
      for await (const id of ids) {
        if (batch.push(id) < idsACall) continue;
        await ask(batch);
        batch = [];
      }
      await ask(batch);
      if (gone.length > 0) wake();
      return gone;
    },
  };
}

const pageOf = <Node extends FeedNode>({ changes, cursorAfter, isCaughtUp, position }: ReadResult<Node>) => ({
  ...{ changes, isCaughtUp, position, cursor: cursorAfter(changes.length) },
});

/** @throws ConfigError */
function check<Node extends FeedNode, Data>(options: FeedOptions<Node, Data> & { readonly everyMs?: number }): void {
  const { everyMs, ...given } = options;
  const { client, resource, fields, store, handle, queue, since, overlapMs, settleMs, pageSize, name, appId } = given;
  const issues: Issue[] = [
    ...unknownNames(given, optionNames),
    ...missingMethods('client', client ?? null, ['graphql']),
    ...missingMethods('store', store, ['get', 'set', 'setIfAbsent', 'compareAndSet', 'delete', 'scan', 'lock']),
    ...missingMethods('queue', queue, ['enqueue', 'process']),
    ...unknownValue('firstFill', given.firstFill, ['bulk', 'pages']),
  ];
  const refuse = (field: string, isValid: boolean, message: string): void => {
    if (!isValid) issues.push({ field, message });
  };
  const isMs = (value: number | undefined, least: number): boolean =>
    value === undefined || (Number.isFinite(value) && value >= least && value <= 366 * 86_400_000);
  const known = Object.keys(builtIn);
  const isConfigured = isRecord(resource) && typeof resource['connection'] === 'function' && isName(resource['name']);
  refuse(
    'resource',
    isConfigured || known.includes(String(resource)),
    `must be ${known.join(' or ')}, or an object with name, document and connection`,
  );
  refuse('fields', fields === undefined || typeof resource === 'string', 'belongs in the document of your resource');
  refuse('name', name === undefined || isName(name), 'must be a string of 1 to 100 characters');
  refuse('appId', appId === undefined || isName(appId), 'must be a string of 1 to 100 characters');
  refuse('handle', handle === undefined || typeof handle === 'function', 'must be a function');
  refuse('queue', queue === undefined || (store !== undefined && handle !== undefined), 'needs store and handle');
  const sinceMs = since instanceof Date ? since.getTime() : isoTimeToMs(String(since ?? new Date(0).toISOString()));
  refuse('since', Number.isFinite(sinceMs), 'must be an ISO time with offset, such as 2026-11-30T00:00:00Z, or a Date');
  refuse('overlapMs', isMs(overlapMs, 0), 'must be milliseconds from 0 to a year');
  refuse('settleMs', isMs(settleMs, 1_000), 'must be 1,000 ms or more: times of objects have whole seconds');
  refuse('everyMs', isMs(everyMs, 1_000), 'must be milliseconds, 1,000 or more, at most a year');
  refuse(
    'pageSize',
    pageSize === undefined || (Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= 250),
    'must be a whole number from 1 to 250',
  );
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
}

const isName = (text: unknown): boolean =>
  typeof text === 'string' && text.length > 0 && text.length <= 100 && text.isWellFormed();

/** Returns the resource for orders or products, with the selected fields. */
function resourceOf<Data, Node extends FeedNode>(name: FeedResourceName, fields = ''): FeedResource<Data, Node> {
  const document = `query Feed${builtIn[name].kind}s($first: Int!, $after: String, $query: String!) {
  ${name}(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { id updatedAt ${fields} }
    pageInfo { hasNextPage endCursor }
  }
}`;
  const connection = (data: Data): FeedConnection<Node> =>
    (data as Readonly<Record<string, FeedConnection<Node>>>)[name] as FeedConnection<Node>;
  return { name, document, connection };
}

const kindOf = (resource: FeedResourceName | { readonly kind?: string }): string | undefined =>
  typeof resource === 'string' ? builtIn[resource].kind : resource.kind;

/** Returns the gid of the deleted object. The bodies of such webhooks contain little more than its numeric id. */
function gidOf({ payload, rawBody, resourceId }: FeedEvent, kind: string | undefined): string | undefined {
  const body = exactBody(payload, rawBody);
  const given = resourceId ?? (isRecord(body) ? (body['admin_graphql_api_id'] ?? body['id']) : undefined);
  const text = typeof given === 'number' && !Number.isSafeInteger(given) ? '' : String(given ?? '');
  if (text.startsWith('gid://')) return text;
  return kind !== undefined && /^\d{1,20}$/.test(text) ? `gid://shopify/${kind}/${text}` : undefined;
}

/** `JSON.parse` rounds an id above 2^53 to a different one. */
function exactBody(payload: unknown, rawBody: Uint8Array | undefined): unknown {
  if (!rawBody || !isRecord(payload) || typeof payload['id'] !== 'number' || Number.isSafeInteger(payload['id']))
    return payload;
  return parseExactJson(new TextDecoder().decode(rawBody));
}
