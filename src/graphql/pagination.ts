import { isShopwrightError, type PaginationError, ShopwrightError } from '../errors/errors.ts';
import { whenAborted } from '../internal/abort.ts';

/** A page as read. How to continue comes from the response, and is checked before use. */
export interface PageRead<Node> {
  readonly nodes: readonly Node[];
  /** Whether there is another page: `hasNextPage`, or `hasPreviousPage` when reading backward. */
  readonly hasMore: unknown;
  /** Where that page begins: `endCursor`, or `startCursor` when reading backward. */
  readonly cursor: unknown;
}

/** What is read, for errors. */
export interface Reading {
  /** Response keys from the root, joined by dots, such as `products`. */
  readonly path: string;
  readonly operation?: string | undefined;
  readonly shop?: string | undefined;
  /** The cursor after which reading begins. Default: the beginning. */
  readonly from?: string | null | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads the page after a cursor, `null` for the first. `signal` aborts when the page is not needed any more. */
type ReadPage<Page> = (cursor: string | null, signal: AbortSignal) => Promise<Page>;

/** Nodes that Shopify pages through: https://shopify.dev/docs/api/usage/limits */
const pagingLimit = 25_000;

/**
 * Returns the pages of a connection one after another. While a page is in use, only the next one is read. Ending the
 * iteration aborts that read.
 *
 * A page that does not say how to continue, or repeats a cursor, is not returned: each error has the cursor from which
 * reading can continue.
 *
 * @throws PaginationError, and what `read` throws, with its `cursor`.
 */
export async function* connectionPages<Page extends PageRead<unknown>>(
  read: ReadPage<Page>,
  { signal, from = null, ...place }: Reading,
): AsyncGenerator<Page, void, undefined> {
  const used = new Set<string | null>([from]);
  let count = 0;
  const begin = async (cursor: string | null): Promise<{ readonly page: Page; readonly next: string | undefined }> => {
    try {
      const page = await read(cursor, stop.signal);
      const next = cursorBehind(page, place);
      if (next === undefined) return { page, next };
      if (used.has(next)) {
        const message = `${place.path} repeats: the page ends at a cursor that was read before.`;
        throw new PageError(message, { ...place, code: 'PAGE_CURSOR_REPEATED' });
      }
      used.add(next);
      count += page.nodes.length;
      return { page, next };
    } catch (error) {
      const thrown = isLimit(error, count) ? limitError(error, place) : error;
      // For a connection within another, the outer cursor replaces the inner one.
      if (isShopwrightError(thrown)) Object.defineProperty(thrown, 'cursor', { value: cursor, configurable: true });
      throw thrown;
    }
  };

  signal?.throwIfAborted();
  const stop = new AbortController();
  const unfollow = signal && whenAborted(signal, () => stop.abort(signal.reason));
  try {
    let reading: ReturnType<typeof begin> | undefined = begin(from);
    while (reading) {
      const { page, next }: Awaited<ReturnType<typeof begin>> = await reading;
      reading = next === undefined ? undefined : begin(next);
      // The error is thrown to the caller that requests this page, if any.
      reading?.catch(() => undefined);
      yield page;
    }
  } finally {
    unfollow?.();
    stop.abort();
  }
}

/**
 * Returns all pages of a connection sorted by id: past Shopify's limit, reading restarts above the last id. `read`
 * searches for ids above it; it is `undefined` at first.
 *
 * @throws As `connectionPages` does; also for the limit, if the search does not support ids.
 */
export async function* pagesById<Page extends PageRead<{ readonly id?: unknown }>>(
  read: (cursor: string | null, signal: AbortSignal, above: number | undefined) => Promise<Page>,
  reading: Reading,
): AsyncGenerator<Page, void, undefined> {
  let limit: unknown;
  let last = Number.NaN;
  for (let above: number | undefined; ; above = last) {
    try {
      for await (const page of connectionPages((cursor, signal) => read(cursor, signal, above), reading)) {
        if (above !== undefined && numberOf(page.nodes[0]) <= above) throw limit;
        const behind = numberOf(page.nodes.at(-1));
        yield page;
        last = behind;
      }
      return;
    } catch (error) {
      const isLimit = isShopwrightError(error, 'PAGE_LIMIT_REACHED') && error !== limit;
      if (!isLimit || !(last > (above ?? 0))) throw error;
      limit = error;
    }
  }
}

/** Adds a condition to a search: only ids above one. */
export function searchAbove(query: string | null | undefined, above: number | undefined): string | null {
  if (above === undefined) return query ?? null;
  return `${query ? `(${query}) AND ` : ''}id:>${above}`;
}

/** The number in a node's gid; `NaN` if it has none. */
const numberOf = (node: { readonly id?: unknown } | undefined): number =>
  Number(/\/(\d+)$/.exec(String(node?.id))?.[1]);

/**
 * Reads all nodes of a connection, one page after another. `readPage` receives the cursor of the previous page, `null`
 * for the first.
 *
 * @param path Path of the connection in the response, for errors.
 * @throws PaginationError, and what `readPage` throws.
 *
 * @example
 * const all = await allPages('publications', async (after) => {
 *   const { data } = await client.graphql(PublicationsDocument, { first: 100, after });
 *   return data.publications;
 * });
 */
export async function allPages<Node>(
  path: string,
  readPage: (after: string | null) => Promise<{
    readonly nodes: readonly Node[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null | undefined };
  }>,
): Promise<readonly Node[]> {
  const all: Node[] = [];
  const read = async (after: string | null): Promise<PageRead<Node>> => {
    const { nodes, pageInfo } = await readPage(after);
    return { nodes, hasMore: pageInfo.hasNextPage, cursor: pageInfo.endCursor };
  };
  for await (const { nodes } of connectionPages(read, { path })) all.push(...nodes);
  return all;
}

/** Returns the cursor of the next page; `undefined` after the last one. */
function cursorBehind({ hasMore, cursor }: PageRead<unknown>, place: Reading): string | undefined {
  if (hasMore === false) return undefined;
  if (hasMore === true && typeof cursor === 'string' && cursor !== '') return cursor;
  throw pageInfoMissing(hasMore, place);
}

/** Creates the error for a page that does not say how to continue. */
export function pageInfoMissing(hasMore: unknown, place: Reading): PaginationError {
  const what = hasMore === true ? 'that there is more, but no cursor' : 'not whether there is more';
  const message = `The pageInfo of ${place.path} is missing or incomplete: it says ${what}. This page was not returned.`;
  return new PageError(message, { ...place, code: 'PAGE_INFO_MISSING' });
}

/** After that many nodes Shopify refuses further pages, with an error that has no specific code. */
function isLimit(error: unknown, count: number): error is ShopwrightError {
  if (!isShopwrightError(error, 'GRAPHQL_ERROR') || error.isRetryable) return false;
  return count >= pagingLimit || /\b25[,_ ]?000\b/.test(error.message);
}

function limitError(cause: ShopwrightError, place: Reading): PaginationError {
  const message =
    `Shopify does not page through ${place.path} past ${pagingLimit} nodes. Narrow it with its argument query ` +
    '(sorted by id, with id:> the last one), or read it with a bulk operation.';
  return new PageError(message, { ...place, code: 'PAGE_LIMIT_REACHED', cause });
}

class PageError extends ShopwrightError implements PaginationError {
  override readonly name = 'PaginationError';
  declare readonly code: PaginationError['code'];
  declare readonly cursor: string | null;
  readonly path: string;

  constructor(
    message: string,
    {
      path,
      operation,
      shop,
      ...details
    }: Reading & { readonly code: PaginationError['code']; readonly cause?: unknown },
  ) {
    super(message, {
      ...details,
      isRetryable: false,
      ...(operation !== undefined && { operation }),
      ...(shop !== undefined && { shop }),
    });
    this.path = path;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), path: this.path };
  }
}
