import { InvalidResponseError, isShopwrightError, StorageError, ValidationError } from '../errors/errors.ts';
import type { TypedDocument } from '../graphql/document.ts';
import type { GraphqlClient, GraphqlResult } from '../graphql/graphql.ts';
import type { Clock } from '../internal/clock.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import { compareIsoTimes, isoTimeToMs } from '../internal/time.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { Logger } from '../ports/logger.ts';
import { checkFormat } from '../storage/keys.ts';
import { createFill, type FeedBulk, isNoBulk } from './first-fill.ts';

/** The fields of an object that a feed needs; the document must select both. */
export interface FeedNode {
  /** Gid. */
  readonly id: string;
  /** ISO time. */
  readonly updatedAt: string;
}

/** The variables of a feed's document. */
export interface FeedVariables {
  /** Objects per page: `$first: Int!`. */
  readonly first: number;
  /** Cursor of the previous page: `$after: String`. */
  readonly after: string | null;
  /** Search for a window of `updated_at`: `$query: String`. */
  readonly query: string;
}

/** One page of the connection that a feed reads. */
export interface FeedConnection<Node extends FeedNode> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
}

/** The resource of a feed: a connection that can be searched by `updated_at` and sorted by `UPDATED_AT`. */
export interface FeedResource<Data, Node extends FeedNode> {
  /** Name of the feed and prefix of its changes' keys, such as `customers`. */
  readonly name: string;
  /**
   * Document with the variables `$first: Int!`, `$after: String` and `$query: String`, which it must pass to the
   * connection with `sortKey: UPDATED_AT`. It must select `nodes { id updatedAt }` and `pageInfo { hasNextPage
   * endCursor }`.
   */
  readonly document: string | TypedDocument<Data, FeedVariables>;
  /** Returns the connection from the response's data. */
  readonly connection: (data: Data) => FeedConnection<Node>;
  /**
   * Type in the resource's gids, such as `Customer`, since the bodies of deletions contain only numeric ids. Default:
   * deletions without a gid are ignored.
   */
  readonly kind?: string;
  /** Webhook topics for its changes and deletions, such as `customers/update`. Default: none. */
  readonly topics?: readonly string[];
}

/** An object that was created or changed, or one that was deleted. */
export type FeedChange<Node extends FeedNode = FeedNode> =
  | {
      readonly type: 'changed';
      /**
       * `resource/id/updatedAt`, the same each time this change is delivered: `orders/1001/2026-11-30T10:00:00Z`. Store
       * it with your effect to make a second delivery harmless.
       */
      readonly key: string;
      /** Gid. */
      readonly id: string;
      /** ISO time. */
      readonly updatedAt: string;
      /** The object as read: its newest state, whatever happened in between. */
      readonly node: Node;
    }
  | {
      readonly type: 'deleted';
      /** `resource/id/deleted`. */
      readonly key: string;
      readonly id: string;
      readonly updatedAt: null;
      readonly node: null;
    };

/** How far a feed has read, serialized as the cursor. */
interface Position {
  /** ISO time up to which everything has been read, except for what the search returned late. */
  readonly at: string;
  /** Objects updated earlier are not read. */
  readonly since: string;
  /** The window currently being read. */
  readonly window: Window | null;
  /** Times of delivered objects that the next pages may return again. */
  readonly seen: ReadonlyMap<string, string>;
  /** Gids whose deletion was delivered, while its mark is in the store. */
  readonly deleted: ReadonlySet<string>;
  /** How the window is read if it is the rest of the first fill: in bulk from that place on, or by pages. */
  readonly fill: { readonly place: string | null } | 'pages' | null;
}

interface Window {
  /** ISO times, both inclusive. */
  readonly from: string;
  readonly to: string;
  /** Shopify's cursor after the last page; `null` before the first. */
  readonly after: string | null;
  /** Objects read since its beginning. */
  readonly count: number;
}

/** Result of one read. */
export interface ReadResult<Node extends FeedNode> {
  readonly changes: readonly FeedChange<Node>[];
  /** Returns the cursor after the first `count` of these changes. */
  cursorAfter(count: number): string;
  /** Whether everything was read. */
  readonly isCaughtUp: boolean;
  /** ISO time up to which all was read. */
  readonly position: string;
}

/** Reads the changes of one feed. */
export interface ChangeReader<Node extends FeedNode> {
  /** @param cursor `undefined` for the beginning. @throws ValidationError for a cursor that is not this feed's. */
  read(cursor: string | undefined, signal: AbortSignal | undefined): Promise<ReadResult<Node>>;
  /** Closes the bulk result that was kept open for the next read. */
  close(): Promise<void>;
}

interface ReaderOptions<Data, Node extends FeedNode> {
  readonly client: GraphqlClient & { readonly shop: string };
  readonly resource: FeedResource<Data, Node>;
  readonly since: string;
  readonly overlapMs: number;
  readonly settleMs: number;
  readonly pageSize: number;
  /** Returns the gids that are marked as deleted. */
  readonly deletions: () => Promise<readonly string[]>;
  /** How to read the first fill in bulk. */
  readonly inBulk: { readonly bulk: FeedBulk; readonly store: KeyValueStore } | undefined;
  readonly logger: Logger | undefined;
  readonly clock: Clock;
}

/**
 * The newest format of a cursor; 1 if no first fill is in progress. A later release with another format uses the next
 * number.
 */
const cursorFormat = 2;

/**
 * Shopify pages through 25,000 objects of a search (https://shopify.dev/docs/api/usage/limits): after that many, the
 * rest of the window becomes a window of its own.
 */
const objectsAWindow = 10_000;

/** Pages of the first fill to read before the rest is read in bulk, which takes Shopify a while. */
const pagesBeforeBulk = 10;

/** Prefix of all gids. */
const gidPrefix = 'gid://shopify/';

/** A key identifies an object by the last part of its gid. */
const changeKey = (resource: string, id: string, updatedAt: string | null): string =>
  `${resource}/${id.slice(id.lastIndexOf('/') + 1)}/${updatedAt ?? 'deleted'}`;

/** Creates the reader, which searches windows of `updated_at` for changes. */
export function createChangeReader<Data, Node extends FeedNode>(
  options: ReaderOptions<Data, Node>,
): ChangeReader<Node> {
  const { client, resource, since, overlapMs, settleMs, pageSize, deletions, inBulk, logger, clock } = options;
  const { name, document } = resource;
  const { shop } = client;
  const filler = inBulk && createFill<Data>({ ...inBulk, document, key: `feed-${name}`, rowsAtOnce: pageSize, clock });

  const write = ({ at, since, window, seen, deleted, fill }: Position): string => {
    // Grouped by time, since many objects share one.
    const ids: Record<string, string[]> = {};
    for (const [id, updatedAt] of seen) {
      ids[updatedAt] ??= [];
      ids[updatedAt].push(shortened(id));
    }
    const parts = { at, since, window, seen: ids, deleted: [...deleted].map(shortened), ...(fill && { fill }) };
    return JSON.stringify({ format: fill ? cursorFormat : 1, feed: name, shop, ...parts });
  };

  const begin = (cursor: string | undefined): Position => {
    if (cursor !== undefined) return readCursor(cursor, name, shop);
    return { at: since, since, window: null, seen: new Map(), deleted: new Set(), fill: null };
  };

  /**
   * Both ends of a window are whole seconds, like Shopify's times: changes in a second are delivered when it is over.
   */
  const settled = (nowMs: number): string => wholeSecond(nowMs - settleMs);

  const nextWindow = ({ at, since }: Position): Window | undefined => {
    const early = wholeSecond((isoTimeToMs(at) ?? 0) - overlapMs);
    const [from, to] = [later(early, since), settled(clock.now())];
    return isAfter(from, to) ? undefined : { from, to, after: null, count: 0 };
  };

  /** Objects per page, halved if a page would cost too much. */
  let size = pageSize;

  /** The order of pages in the window being read. */
  const behind = new Map<string | null, string>();

  const ask = async (variables: FeedVariables, signal: AbortSignal | undefined): Promise<GraphqlResult<Data>> => {
    const options = { priority: 'background' as const, ...(signal && { signal }) };
    try {
      return await client.graphql(document as TypedDocument<Data, FeedVariables>, variables, options);
    } catch (error) {
      if (!isShopwrightError(error, 'MAX_COST_EXCEEDED') || variables.first === 1) throw error;
      size = Math.floor(variables.first / 2);
      return ask({ ...variables, first: size }, signal);
    }
  };

  const readPage = async (window: Window, signal: AbortSignal | undefined) => {
    const result = await ask({ first: size, after: window.after, query: searchOf(window) }, signal);
    const connection = resource.connection(result.data);
    const { after } = window;
    if (after === null) behind.clear();
    const { endCursor } = connection.pageInfo ?? {};
    const isRound = (at: string | null): boolean => at === after || (behind.has(at) && isRound(behind.get(at) ?? null));
    checkPage(connection, { name, shop, isRound: isRound(endCursor ?? ''), requestId: result.requestId });
    behind.set(after, endCursor ?? '');
    // This machine's clock may be ahead of Shopify's, which sets the times of objects.
    const shopNowMs = Date.parse(result.response.headers.get('date') ?? '');
    const to = Number.isNaN(shopNowMs) ? window.to : earlier(window.to, settled(shopNowMs));
    return { ...connection, to };
  };

  /** Reads one page. Returns its changes, and where to continue. */
  const step = async (position: Position, window: Window, signal: AbortSignal | undefined) => {
    const { nodes, pageInfo, to } = await readPage(window, signal);
    const seen = new Map(position.seen);
    // The search may lag behind the objects it returns, so their order is not exact.
    const sorted = [...nodes].sort((a, b) => compareIsoTimes(a.updatedAt, b.updatedAt) ?? 0);
    const changes = sorted.flatMap((node) => changeOf(node, position, to, seen));
    const isFilling = filler !== undefined && position.at === position.since && position.fill === null;
    const most = isFilling ? pagesBeforeBulk * size : objectsAWindow;
    const next = pageInfo.hasNextPage
      ? windowBehind({ window: { ...window, to }, nodes, after: pageInfo.endCursor ?? '', overlapMs, most })
      : null;
    const rest = isFilling && next?.after === null ? { place: null } : position.fill;
    const fill = next === null ? null : rest;
    const at = next === null ? later(position.at, to) : position.at;
    const needed = neededBehind({ at, to, window: next, nodes, overlapMs });
    for (const [id, updatedAt] of seen) {
      const isBefore = next !== null && !isAfter(updatedAt, position.at) && !isAfter(next.from, updatedAt);
      if (!isBefore && isAfter(needed, updatedAt)) seen.delete(id);
    }
    return { changes, position: { ...position, at, window: next, seen, fill } };
  };

  /** Returns the change of an object, if it is new. */
  const changeOf = (
    node: Node,
    { deleted }: Position,
    to: string,
    seen: Map<string, string>,
  ): readonly FeedChange<Node>[] => {
    const { id, updatedAt } = node;
    const before = seen.get(id);
    // Changed after the window's end: the next window returns it.
    if (isAfter(updatedAt, to) || deleted.has(id)) return [];
    if (before !== undefined && !isAfter(updatedAt, before)) return [];
    seen.set(id, updatedAt);
    return [{ type: 'changed', key: changeKey(name, id, updatedAt), id, updatedAt, node }];
  };

  /**
   * Reads the next objects of the first fill in bulk. The cursor contains the operation's bound before it starts, and
   * the operation before any of its objects is delivered, so a later read with the cursor continues with the same
   * operation.
   */
  const readFill = async (
    start: Position,
    window: Window,
    place: string | null,
    signal: AbortSignal | undefined,
  ): Promise<ReadResult<Node> | undefined> => {
    if (!filler) return undefined;
    const variables = { first: pageSize, query: searchOf(window) };
    const resultOf = (changes: readonly FeedChange<Node>[], cursorAfter: (count: number) => Position) => ({
      ...{ changes, isCaughtUp: false, position: cursorAfter(changes.length).at },
      cursorAfter: (count: number) => write(cursorAfter(count)),
    });
    try {
      if (place === null) {
        const begun = await filler.begin(variables, signal);
        return resultOf([], () => ({ ...start, fill: { place: begun } }));
      }
      const { rows, place: end, isOver } = await filler.next(place, variables, signal);
      const { to } = window;
      const all = new Map(start.seen);
      const found = rows.flatMap(({ data, place }) =>
        resource.connection(data).nodes.flatMap((node) => {
          const changes = changeOf(node, start, to, all);
          return changes.map((change) => ({ change, place }));
        }),
      );
      const overlap = overlapBefore(to, overlapMs);
      return resultOf(
        found.map(({ change }) => change),
        (count) => {
          const isWhole = count >= found.length;
          const seen = new Map(start.seen);
          for (const { change } of found.slice(0, count))
            if (change.updatedAt !== null && !isAfter(overlap, change.updatedAt)) seen.set(change.id, change.updatedAt);
          const last = isWhole ? end : (found[count - 1]?.place ?? place);
          if (!isWhole || !isOver) return { ...start, seen, fill: { place: last } };
          for (const [id, updatedAt] of seen) if (isAfter(overlap, updatedAt)) seen.delete(id);
          return { ...start, at: later(start.at, to), window: null, seen, fill: null };
        },
      );
    } catch (error) {
      if (signal?.aborted || !isNoBulk(error)) throw error;
      logger?.warn({ shop, feed: name, error }, 'the first fill is read by pages: it could not be read in bulk');
      return undefined;
    }
  };

  /** Returns the deletions that were not delivered yet. */
  const readDeletions = async (position: Position) => {
    const marked = await deletions();
    const fresh = marked.filter((id) => !position.deleted.has(id));
    const changes = fresh.map(
      (id): FeedChange<Node> => ({
        ...{ type: 'deleted', key: changeKey(name, id, null), id, updatedAt: null, node: null },
      }),
    );
    return { changes, position: { ...position, deleted: new Set(marked) } };
  };

  return {
    async read(cursor, signal) {
      let position = begin(cursor);
      if (position.window && position.fill && position.fill !== 'pages') {
        const found = await readFill(position, position.window, position.fill.place, signal);
        if (found) return found;
        position = { ...position, fill: 'pages' };
      }
      for (;;) {
        const start = position;
        const window: Window | undefined = position.window ?? nextWindow(position);
        let changes: readonly FeedChange<Node>[] = [];
        if (window) ({ changes, position } = await step(position, window, signal));
        const isCaughtUp = position.window === null;
        const isBulkNext = position.fill !== null && position.fill !== 'pages';
        if (changes.length === 0 && !isCaughtUp && !isBulkNext) continue;
        const removed = isCaughtUp ? await readDeletions(position) : { changes: [], position };
        const all = [...changes, ...removed.changes];
        const end = removed.position;
        const cursorAfter = (count: number): string =>
          write(count >= all.length ? end : partly({ start, window, changes: all.slice(0, count) }));
        return { changes: all, cursorAfter, isCaughtUp, position: end.at };
      }
    },
    close: async () => filler?.close(),
  };
}

/** Where to continue if only some of a page's changes were handled: with the same page, without these. */
function partly({
  start,
  window,
  changes,
}: {
  readonly start: Position;
  readonly window: Window | undefined;
  readonly changes: readonly FeedChange[];
}): Position {
  const seen = new Map(start.seen);
  const deleted = new Set(start.deleted);
  for (const { id, updatedAt } of changes) {
    if (updatedAt === null) deleted.add(id);
    else seen.set(id, updatedAt);
  }
  return { ...start, window: window ?? null, seen, deleted };
}

interface PageRead {
  readonly window: Window;
  readonly nodes: readonly FeedNode[];
  readonly overlapMs: number;
}

const searchOf = ({ from, to }: Window): string => `updated_at:>='${from}' AND updated_at:<='${to}'`;

const overlapBefore = (time: string, overlapMs: number): string => wholeSecond((isoTimeToMs(time) ?? 0) - overlapMs);

const earliestOf = (nodes: readonly FeedNode[], otherwise: string): string =>
  nodes.reduce((first, { updatedAt }) => earlier(first, updatedAt), nodes[0]?.updatedAt ?? otherwise);

/** The window after a page that is not the last one. */
function windowBehind({
  window,
  nodes,
  after,
  overlapMs,
  most,
}: PageRead & { readonly after: string; readonly most: number }): Window {
  const count = window.count + nodes.length;
  const first = earliestOf(nodes, window.from);
  // If all objects of a page were updated recently, the search may lag behind all of them, so the page does not show
  // how far it reaches.
  const isTold = isAfter(overlapBefore(window.to, overlapMs), first) && isAfter(first, window.from);
  if (count >= most && isTold) return { from: first, to: window.to, after: null, count: 0 };
  return { ...window, after, count };
}

/** The time before which no delivered object can be returned again by the following pages or the next window. */
function neededBehind({
  at,
  to,
  window,
  nodes,
  overlapMs,
}: Omit<PageRead, 'window'> & { readonly at: string; readonly to: string; readonly window: Window | null }): string {
  if (window === null) return overlapBefore(at, overlapMs);
  return earlier(overlapBefore(to, overlapMs), earliestOf(nodes, window.from));
}

/** @throws InvalidResponseError if continuing would miss something, ValidationError if the document lacks a field. */
function checkPage(
  { nodes, pageInfo }: FeedConnection<FeedNode>,
  { name, shop, isRound, requestId }: { name: string; shop: string; isRound: boolean; requestId: string | undefined },
): void {
  const odd = nodes.find(({ id, updatedAt }) => typeof id !== 'string' || isoTimeToMs(String(updatedAt)) === undefined);
  if (odd || typeof pageInfo?.hasNextPage !== 'boolean') {
    const message = 'must select `nodes { id updatedAt }` and `pageInfo { hasNextPage endCursor }` of its connection';
    throw new ValidationError(`The feed ${name} cannot be read`, { issues: [{ field: 'document', message }], shop });
  }
  const { hasNextPage, endCursor } = pageInfo;
  if (!hasNextPage || (typeof endCursor === 'string' && endCursor !== '' && !isRound)) return;
  const message = `A page of ${name} claims to have a next one, but returned ${isRound ? 'the cursor of an earlier page' : 'no cursor'}. None of it was delivered; read again.`;
  throw new InvalidResponseError(message, {
    ...{ shop, mayHaveExecuted: false },
    ...(requestId !== undefined && { requestId }),
  });
}

/** @throws ValidationError, or StorageError if a newer release wrote it. */
function readCursor(text: string, feed: string, shop: string): Position {
  const found = parseJson(text);
  checkFormat(found, cursorFormat, `The cursor of the feed ${feed}`, shop);
  const refuse = (message: string): never => {
    throw new ValidationError('The cursor of a feed is invalid', { issues: [{ field: 'after', message }], shop });
  };
  if (!isRecord(found) || !isWhole(found)) return refuse('is not a cursor of a feed');
  if (found['feed'] !== feed || found['shop'] !== shop)
    return refuse(`belongs to a feed other than ${feed} of ${shop}`);
  const stored = found as unknown as Pick<Position, 'at' | 'since' | 'window'> & {
    readonly fill?: Position['fill'];
    readonly seen: Readonly<Record<string, readonly string[]>>;
    readonly deleted: readonly string[];
  };
  const seen = Object.entries(stored.seen).flatMap(([updatedAt, ids]) =>
    ids.map((id): [string, string] => [lengthened(id), updatedAt]),
  );
  const { at, since, window, deleted, fill = null } = stored;
  return { at, since, window, seen: new Map(seen), deleted: new Set(deleted.map(lengthened)), fill };
}

/** Whether a cursor is complete: one that was cut or edited could read everything again or miss changes. */
const isWhole = ({ at, since, window, seen, deleted }: Readonly<Record<string, unknown>>): boolean =>
  [at, since].every((time) => typeof time === 'string' && isoTimeToMs(time) !== undefined) &&
  (window === null || (isRecord(window) && isoTimeToMs(String(window['from'])) !== undefined)) &&
  isRecord(seen) &&
  [...Object.values(seen), deleted].every((ids) => Array.isArray(ids));

const shortened = (gid: string): string => (gid.startsWith(gidPrefix) ? gid.slice(gidPrefix.length) : `=${gid}`);
const lengthened = (id: string): string => (id.startsWith('=') ? id.slice(1) : `${gidPrefix}${id}`);

const isAfter = (one: string, other: string): boolean => (compareIsoTimes(one, other) ?? 0) > 0;
const later = (one: string, other: string): string => (isAfter(one, other) ? one : other);
const earlier = (one: string, other: string): string => (isAfter(one, other) ? other : one);

const wholeSecond = (ms: number): string =>
  `${new Date(Math.max(0, Math.floor(ms / 1_000) * 1_000)).toISOString().slice(0, 19)}Z`;

/** Creates the error for a feed whose cursor another process has moved. */
export function cursorMoved(feed: string, shop: string): StorageError {
  const what = `The cursor of the feed ${feed} was changed in the store while this process read.`;
  return new StorageError(`${what} Delivered changes come again, with the same keys. Run the feed again.`, {
    shop,
  });
}
