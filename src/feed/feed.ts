// One file: the feed that a host sees: its options, its reads, its runs, and what a webhook does to them.
import { ConfigError, type Issue, ValidationError } from '../errors/errors.ts';
import type { GraphqlClient } from '../graphql/graphql.ts';
import { sharedTask, whenAborted } from '../internal/abort.ts';
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

/** The part of a client that a feed needs: what `createShopifyClient` returns. */
export interface FeedClient extends GraphqlClient {
  /** Domain. */
  readonly shop: string;
  /** Reads the first fill in bulk. Default: it is read by pages. */
  readonly bulk?: FeedBulk;
}

/** The resources that a feed knows by name. */
export type FeedResourceName = 'orders' | 'products';

/** An object as `fields` selects it. Give `createFeed` a type of your own where you want one: `createFeed<Order>({ … })`. */
export interface SelectedNode extends FeedNode {
  readonly [field: string]: unknown;
}

/** Options of `createFeed`. */
export interface FeedOptions<Node extends FeedNode = SelectedNode, Data = never> {
  /** What `createShopifyClient` returns. Its token needs the scope that reads the resource, such as `read_orders`. */
  readonly client: FeedClient;
  /** `orders`, `products`, or what is to be read instead. */
  readonly resource: FeedResourceName | FeedResource<Data, Node>;
  /**
   * With `orders` and `products`: the fields to select besides `id` and `updatedAt`, in GraphQL. Default: none.
   *
   * @example 'name displayFinancialStatus totalPriceSet { shopMoney { amount currencyCode } }'
   */
  readonly fields?: string;
  /**
   * Keeps the cursor of `run` and `follow`, the deletions, and the changes that wait on the queue. The `keyValue` of any stores;
   * processes that share it share the feed. Default: none, and there is `read` only.
   */
  readonly store?: KeyValueStore;
  /** Called by `run` and `follow` with every change, one after another, an object's in their order. */
  readonly handle?: FeedHandler<Node>;
  /**
   * Does the changes: with retries, and with a dead letter for what fails for good. Needs `store` and `handle`. Default: none,
   * and a run stops at the change whose handler throws.
   */
  readonly queue?: JobQueue;
  /** Milliseconds before each further attempt on the queue. Default: the queue's. */
  readonly retryDelaysMs?: readonly number[];
  /** Where to begin: an ISO time, or a `Date`. It counts for a feed without a cursor only. Default: with the oldest object. */
  readonly since?: string | Date;
  /**
   * How the first fill is read, where it is more than ten pages: the rest `bulk`, by one bulk query, where there is a `store`, the
   * app may and the document can; else by `pages`, which cost points. Nested connections come whole in bulk. Default `bulk`.
   */
  readonly firstFill?: 'bulk' | 'pages';
  /** Sets feeds of one resource apart. Default: the name of the resource. */
  readonly name?: string;
  /** Name of the app, as for its client. Default `default`. */
  readonly appId?: string;
  /**
   * Milliseconds that are read again each time, for what Shopify's search shows late. An object that it shows later than that is
   * missed until its next change. Default 300,000 (5 minutes).
   */
  readonly overlapMs?: number;
  /** Milliseconds that an object must be left alone before its change is delivered; at least 1,000. Default 2,000. */
  readonly settleMs?: number;
  /** Objects a page, 1 to 250: fewer where a page would cost too much. Default 100. */
  readonly pageSize?: number;
  /** Is told, once, when the first fill cannot be read in bulk. Default: none. */
  readonly logger?: Logger;
  /** Time, for tests. */
  readonly clock?: Clock;
}

/** Changes that were read at once, with the cursor behind them. */
export interface FeedPage<Node extends FeedNode = FeedNode> {
  /** At most a page, and after the last one the deletions. An object's are in their order. */
  readonly changes: readonly FeedChange<Node>[];
  /** Store it in one transaction with what you do about the changes, and hand it to the next `read`. Store it also where there is no change. */
  readonly cursor: string;
  /** Whether there is nothing more to read now. */
  readonly isCaughtUp: boolean;
  /** ISO time up to which all was read. */
  readonly position: string;
}

/** How a run ended. */
export interface FeedRun {
  /** `busy`: another process has the feed, and nothing was done. `stopped`: see `stoppedBy`. */
  readonly outcome: 'caught-up' | 'stopped' | 'busy';
  /** Changes that were handled, or are safe on the queue. */
  readonly changes: number;
  /** ISO time up to which all was read; `null` where that is not known. */
  readonly position: string | null;
  /** What the handler threw, an error of the shop, the store or the queue, or the reason of your abort. Look at it. */
  readonly stoppedBy?: unknown;
  /** The key of the change whose handler threw. The next run begins with it. */
  readonly stoppedAt?: string;
}

/** The part of a webhook that a feed looks at: the `event` of a webhook handler. */
export interface FeedEvent {
  /** Such as `orders/updated`, or the resource of a next-generation event. */
  readonly topic: string;
  readonly shop: string;
  /** The body, parsed. */
  readonly payload: unknown;
  /** The bytes of the body, for ids above 2^53. */
  readonly rawBody?: Uint8Array;
  /** `delete` for a deletion among the next-generation events. */
  readonly action?: string | null;
  /** The object of a next-generation event. */
  readonly resourceId?: string;
}

/** What a webhook meant to a feed. `ignored`: it is of another shop, or names no object. */
export type FeedNotice = 'nudged' | 'deletion' | 'ignored';

/** The topics whose webhooks a feed takes. */
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
   * Reads the next changes behind a cursor, and keeps nothing: commit your effect and `cursor` in one transaction, and
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
   * Delivers to `handle` (or hands to the queue) all changes since the last run, and moves the cursor in the store. Each comes at
   * least once, with the same key. One process at a time; does not throw for what stops it, but says so.
   *
   * @throws ConfigError where `createFeed` got no `store` or no `handle`.
   *
   * @example
   * const { outcome, changes, stoppedBy } = await feed.run();
   */
  run(options?: { readonly signal?: AbortSignal }): Promise<FeedRun>;
  /**
   * Runs again and again: every `everyMs` milliseconds (default 60,000), and soon after a webhook. Ends with your signal, or with
   * a `break` of the loop.
   *
   * @throws ConfigError where `createFeed` got no `store` or no `handle`, or `everyMs` is no number of milliseconds.
   *
   * @example
   * for await (const { stoppedBy } of feed.follow({ signal })) if (stoppedBy) logger.error(stoppedBy);
   */
  follow(options?: { readonly everyMs?: number; readonly signal?: AbortSignal }): AsyncIterable<FeedRun>;
  /**
   * `read` again and again: page by page as long as there is more, then every `everyMs` milliseconds (default 60,000), and soon
   * after a webhook. The next read begins when you ask for the next page. Ends with your signal, or with a `break`.
   *
   * @throws As `read` does: begin again with the cursor that you have committed.
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
   * Takes a verified webhook. A deletion is stored, and comes as a change; everything else makes `follow`, `pages` and,
   * with a queue, a worker read soon. The change itself is read from the shop.
   *
   * @throws StorageError or QueueError: let Shopify send it again.
   */
  notify(event: FeedEvent): Promise<FeedNotice>;
  /** `notify` by topic, for `createWebhookHandler({ on: { ...feed.on } })`. */
  readonly on: { readonly [Topic in FeedTopics]?: (event: FeedEvent) => Promise<FeedNotice> };
  /**
   * Asks the shop which of these objects are gone, 250 a call, and stores those as deletions, for shops whose webhooks were
   * lost. They come as changes.
   *
   * @param ids Gids that you know.
   * @returns The gids of those that are gone.
   * @throws ConfigError where `createFeed` got no `store`, and whatever `client.graphql` throws.
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

/** What a feed knows of a resource by its name. */
const builtIn = {
  orders: { kind: 'Order', topics: ['orders/create', 'orders/updated', 'orders/delete'] },
  products: { kind: 'Product', topics: ['products/create', 'products/update', 'products/delete'] },
} as const;

/** Milliseconds for which it is known that an object was deleted. */
const deletionTtlMs = 7 * 86_400_000;

/** Milliseconds that the search gets, after an object has settled, to show what a webhook told of. */
const searchLagMs = 1_000;

/** Milliseconds after which a read on the queue tries again where another process has the feed. */
const busyPauseMs = 5_000;

/** Milliseconds after which a read on the queue goes on in another attempt: a first fill may take hours, and is no failure. */
const readJobMs = 60_000;

const idsACall = 250;

/**
 * All changes of a resource, also those whose webhooks were lost: webhooks only say when to read, and what has changed is read
 * from the shop by `updated_at`.
 *
 * A change is the newest state of an object: of several edits between two reads the last one comes.
 *
 * @experimental Names and behaviour may change with any minor version: docs/stability.md.
 * @throws ConfigError when an option does not exist or is invalid, or the queue has a feed of that name already.
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

  // All begin with the shop's prefix, which is what an erasure of the shop removes.
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
    /** Ends after the time, with an abort, or, where `isLight`, with a webhook. */
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
      /** Whether the read that is due was asked for by a webhook. */
      isNudged: false,
      async next() {
        await pause(everyMs, true);
        // One read for all the webhooks of a moment, once the search can show their changes.
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

  /** Delivers page by page, under a lock, and moves the cursor behind what was delivered. */
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
          // What was delivered is not to come again, if the store can be told.
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
      const long = new AbortController();
      const isLong = defer(busyPauseMs);
      const cancel = clock.setTimer(() => long.abort(isLong), readJobMs);
      const { outcome, stoppedBy } = await run(AbortSignal.any([signal, long.signal]), 0);
      cancel();
      if (outcome === 'stopped') throw stoppedBy;
      // The other process may have begun before the change that this job is about.
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
    async read({ after, signal } = {}) {
      return pageOf(await reader.read(after ?? undefined, signal));
    },
    run: ({ signal } = {}) => run(signal, 0),
    async *follow({ everyMs, signal } = {}) {
      using rhythm = startRhythm(everyMs, signal);
      while (!signal?.aborted) {
        yield await run(signal, rhythm.isNudged ? busyPauseMs : 0);
        await rhythm.next();
      }
    },
    async *pages({ after, everyMs, signal } = {}) {
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
    async findDeleted(ids, { signal } = {}) {
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
    `give ${known.join(' or ')}, or an object with name, document and connection`,
  );
  refuse('fields', fields === undefined || typeof resource === 'string', 'belongs into the document of your resource');
  refuse('name', name === undefined || isName(name), 'give a text of 1 to 100 characters');
  refuse('appId', appId === undefined || isName(appId), 'give a text of 1 to 100 characters');
  refuse('handle', handle === undefined || typeof handle === 'function', 'give a function');
  refuse('queue', queue === undefined || (store !== undefined && handle !== undefined), 'needs store and handle');
  const sinceMs = since instanceof Date ? since.getTime() : isoTimeToMs(String(since ?? new Date(0).toISOString()));
  refuse(
    'since',
    Number.isFinite(sinceMs),
    'give an ISO time with its offset, such as 2026-11-30T00:00:00Z, or a Date',
  );
  refuse('overlapMs', isMs(overlapMs, 0), 'give milliseconds, 0 or more, at most a year');
  refuse('settleMs', isMs(settleMs, 1_000), 'give milliseconds, 1,000 or more: times of objects have whole seconds');
  refuse('everyMs', isMs(everyMs, 1_000), 'give milliseconds, 1,000 or more, at most a year');
  refuse(
    'pageSize',
    pageSize === undefined || (Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= 250),
    'give a whole number from 1 to 250',
  );
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
}

const isName = (text: unknown): boolean =>
  typeof text === 'string' && text.length > 0 && text.length <= 100 && text.isWellFormed();

/** What reads orders or products, with the fields that are asked for. */
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

/** The gid of the object that was deleted. The bodies of such webhooks hold little more than its number. */
function gidOf({ payload, rawBody, resourceId }: FeedEvent, kind: string | undefined): string | undefined {
  const body = exactBody(payload, rawBody);
  const given = resourceId ?? (isRecord(body) ? (body['admin_graphql_api_id'] ?? body['id']) : undefined);
  const text = typeof given === 'number' && !Number.isSafeInteger(given) ? '' : String(given ?? '');
  if (text.startsWith('gid://')) return text;
  return kind !== undefined && /^\d{1,20}$/.test(text) ? `gid://shopify/${kind}/${text}` : undefined;
}

/** `JSON.parse` rounds an id above 2^53 to that of something else. */
function exactBody(payload: unknown, rawBody: Uint8Array | undefined): unknown {
  if (!rawBody || !isRecord(payload) || typeof payload['id'] !== 'number' || Number.isSafeInteger(payload['id']))
    return payload;
  return parseExactJson(new TextDecoder().decode(rawBody));
}
