import { isShopwrightError } from '../errors/errors.ts';
import type { TypedDocument } from '../graphql/document.ts';
import { whenAborted } from '../internal/abort.ts';
import type { Clock } from '../internal/clock.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';

/** The bulk queries of a client's `bulk`. */
export interface FeedBulk {
  query<Data>(
    document: string,
    variables: object,
    options: {
      readonly shape: 'pages';
      readonly key: string;
      readonly store: KeyValueStore;
      readonly signal: AbortSignal;
      readonly saveEvery: number;
      readonly position?: string;
    },
  ): Promise<AsyncIterable<Data> & { readonly position: string }>;
}

interface FillOptions<Data> {
  readonly bulk: FeedBulk;
  readonly store: KeyValueStore;
  readonly document: string | TypedDocument<Data, never>;
  /** Identifies the run in the store. */
  readonly key: string;
  /** Rows per read. */
  readonly rowsAtOnce: number;
  readonly clock: Clock;
}

/** Rows of a bulk operation, and the place after each. */
interface FillRows<Data> {
  readonly rows: readonly { readonly data: Data; readonly place: string }[];
  /** Where to continue. */
  readonly place: string;
  readonly isOver: boolean;
}

/** Reads a resource in bulk. */
export interface Fill<Data> {
  /** Starts the operation, or finds that of a process that died. @returns The place before its first row. */
  begin(variables: object, signal: AbortSignal | undefined): Promise<string>;
  /** Returns the rows after a place: the data of a page with one object each. Waits until Shopify has finished. */
  next(place: string, variables: object, signal: AbortSignal | undefined): Promise<FillRows<Data>>;
  /** Stops reading; it can continue from any place. */
  close(): Promise<void>;
}

interface OpenRun<Data> {
  readonly rows: AsyncIterator<Data>;
  readonly run: { readonly position: string };
  readonly stop: AbortController;
}

/**
 * Rows between two saves of progress in the store: never saved. Progress is only in the cursors, and a cursor from
 * before the operation returns all of its rows again.
 */
const saveEvery = Number.MAX_SAFE_INTEGER;

/** Milliseconds for which a result stays open for the next read. */
const idleMs = 30_000;

/** Whether app, document or shop do not allow bulk reads, so that pages must be used. */
export const isNoBulk = (error: unknown): error is Error =>
  isShopwrightError(error) &&
  ['BULK_NOT_ENABLED', 'BULK_FAILED', 'BULK_INCOMPLETE', 'USER_ERROR', 'VALIDATION_FAILED'].includes(error.code);

/** Creates the bulk reader of one feed's resource. */
export function createFill<Data>({ bulk, store, document, key, rowsAtOnce, clock }: FillOptions<Data>): Fill<Data> {
  let kept: { readonly open: OpenRun<Data>; readonly cancelTimer: () => void } | undefined;

  const leave = async ({ rows, stop }: OpenRun<Data>): Promise<void> => {
    stop.abort(new DOMException('Reading the result was stopped.', 'AbortError'));
    await rows.return?.();
  };
  const close = async (): Promise<void> => {
    const last = kept;
    kept = undefined;
    last?.cancelTimer();
    if (last) await leave(last.open);
  };
  const keep = async (open: OpenRun<Data>): Promise<void> => {
    await close();
    // No caller waits for the error, and the next read fails with it again.
    const cancelTimer = clock.setTimer(() => void close().catch(() => undefined), idleMs);
    kept = { open, cancelTimer };
  };
  const take = (place: string): OpenRun<Data> | undefined => {
    if (kept?.open.run.position !== place) return undefined;
    const { open, cancelTimer } = kept;
    kept = undefined;
    cancelTimer();
    return open;
  };

  /** Uses an open run, which ends with this read's signal or an error. */
  const using = async <Result>(
    place: string | undefined,
    variables: object,
    signal: AbortSignal | undefined,
    work: (open: OpenRun<Data>) => Promise<Result>,
  ): Promise<Result> => {
    signal?.throwIfAborted();
    let open = place === undefined ? undefined : take(place);
    const stop = open?.stop ?? new AbortController();
    const unfollow = signal && whenAborted(signal, () => stop.abort(signal.reason));
    try {
      if (!open) {
        const position = place === undefined ? {} : { position: place };
        const options = { shape: 'pages', key, store, signal: stop.signal, saveEvery, ...position } as const;
        // The cast only satisfies the type; a typed document works too.
        const run = await bulk.query<Data>(document as string, variables, options);
        open = { run, rows: run[Symbol.asyncIterator](), stop };
      }
      return await work(open);
    } catch (error) {
      if (open) await leave(open);
      throw error;
    } finally {
      unfollow?.();
    }
  };

  return {
    begin: (variables, signal) =>
      using(undefined, variables, signal, async (open) => {
        await keep(open);
        return open.run.position;
      }),
    next: (place, variables, signal) =>
      using(place, variables, signal, async (open) => {
        const rows: { data: Data; place: string }[] = [];
        let isOver = false;
        while (rows.length < rowsAtOnce && !isOver) {
          const { done, value } = await open.rows.next();
          if (done) isOver = true;
          else rows.push({ data: value, place: open.run.position });
        }
        if (!isOver) await keep(open);
        return { rows, place: open.run.position, isOver };
      }),
    close,
  };
}
