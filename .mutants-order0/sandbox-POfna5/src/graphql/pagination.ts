// @ts-nocheck
import { isShopwrightError, type PaginationError, ShopwrightError } from '../errors/errors.ts';
import { whenAborted } from '../internal/abort.ts';

/** One page as it was read. What says how to go on comes from outside, and is looked at before it is believed. */
export interface PageRead<Node> {
  readonly nodes: readonly Node[];
  /** Whether there is another page: `hasNextPage`, or `hasPreviousPage` on the way back. */
  readonly hasMore: unknown;
  /** Where that one begins: `endCursor`, or `startCursor` on the way back. */
  readonly cursor: unknown;
}

/** What is read, for errors. */
export interface Reading {
  /** Response keys from the root, joined by dots, such as `products`. */
  readonly path: string;
  readonly operation?: string | undefined;
  readonly shop?: string | undefined;
  /** The cursor behind which reading begins. Default: the beginning. */
  readonly from?: string | null | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads the page behind a cursor, `null` for the first. `signal` aborts when nobody waits for the page any more. */
type ReadPage<Page> = (cursor: string | null, signal: AbortSignal) => Promise<Page>;

/** Nodes that Shopify pages through: https://shopify.dev/docs/api/usage/limits */
const pagingLimit = 25_000;

/**
 * The pages of a connection, one after another. While a page is in use, the next one is read, and no other. An end of the
 * iteration aborts that read.
 *
 * A page that does not say how to go on, or goes round in a circle, is not handed over: each error has the cursor
 * from which reading can go on.
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
        const message = `${place.path} goes round in a circle: the page ends at a cursor that was read before.`;
        throw new PageError(message, { ...place, code: 'PAGE_CURSOR_REPEATED' });
      }
      used.add(next);
      count += page.nodes.length;
      return { page, next };
    } catch (error) {
      const thrown = isLimit(error, count) ? limitError(error, place) : error;
      // Of a connection within another, the outer one's cursor is what counts.
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
      // Its error is for whoever asks for that page, if anybody does.
      reading?.catch(() => undefined);
      yield page;
    }
  } finally {
    unfollow?.();
    stop.abort();
  }
}

/**
 * The pages of a connection that is sorted by id, to its end: behind Shopify's limit reading begins anew with what is above
 * the last id. `read` searches for that, which is `undefined` at first.
 *
 * @throws As `connectionPages` does; the limit too, where the search does not know ids.
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

/** A search that also asks for ids above one. */
export function searchAbove(query: string | null | undefined, above: number | undefined): string | null {
  if (above === undefined) return query ?? null;
  return `${query ? `(${query}) AND ` : ''}id:>${above}`;
}

/** The number in the gid of a node; `NaN` where it has none. */
const numberOf = (node: { readonly id?: unknown } | undefined): number =>
  Number(/\/(\d+)$/.exec(String(node?.id))?.[1]);

/**
 * Reads all nodes of a connection, one page after another. `readPage` gets the cursor of the page before, `null`
 * for the first.
 *
 * @param path Where the connection is in the response, for errors.
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

/** Where the next page begins; `undefined` for the last one. */
function cursorBehind({ hasMore, cursor }: PageRead<unknown>, place: Reading): string | undefined {
  if (hasMore === false) return undefined;
  if (hasMore === true && typeof cursor === 'string' && cursor !== '') return cursor;
  throw pageInfoMissing(hasMore, place);
}

/** The error of a page that does not say how to go on. */
export function pageInfoMissing(hasMore: unknown, place: Reading): PaginationError {
  const what = hasMore === true ? 'that there is more, but no cursor' : 'not whether there is more';
  const message = `The pageInfo of ${place.path} is missing or incomplete: it says ${what}. Nothing of this page was handed over.`;
  return new PageError(message, { ...place, code: 'PAGE_INFO_MISSING' });
}

/** Behind so many nodes Shopify refuses a page, with an error that has no code of its own. */
function isLimit(error: unknown, count: number): error is ShopwrightError {
  if (!isShopwrightError(error, 'GRAPHQL_ERROR') || error.isRetryable) return false;
  return count >= pagingLimit || /\b25[,_ ]?000\b/.test(error.message);
}

function limitError(cause: ShopwrightError, place: Reading): PaginationError {
  const message =
    `Shopify does not page on through ${place.path} behind ${pagingLimit} nodes. Narrow it with its argument query ` +
    '(sorted by id, and with id:> the last one), or read it with a bulk operation.';
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
