/** Options of `forEachConcurrent`. */
interface ConcurrencyOptions {
  /** How many items may be processed at the same time. */
  readonly concurrency: number;
  /** Stops the run: no further item is taken. Work that has started is waited for. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls `work` for each item, at most `concurrency` at the same time. The next item is taken only when a worker is
 * free, so the items may come from a stream of any length. After a failure or an abort no further item is taken, and
 * the iterator is closed.
 *
 * Settles only when all work that was started has ended.
 *
 * @throws The first error: what the iterator or `work` throws, or the signal's reason.
 */
export async function forEachConcurrent<T>(
  items: Iterable<T> | AsyncIterable<T>,
  { concurrency, signal }: ConcurrencyOptions,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const iterator = isAsync(items) ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let drawn: Promise<unknown> = Promise.resolve();
  // An iterator may not allow a second `next()` before the first has settled.
  const draw = (): Promise<IteratorResult<T>> => {
    const next = drawn.then(() => iterator.next());
    drawn = next;
    return next;
  };

  let failure: { readonly reason: unknown } | undefined;
  // One function per worker that ends its wait. With new closures for each wait, old ones would keep newer ones alive,
  // and the items they hold, until the next full collection: a stream would take twice the memory.
  const ends: ((nothing: undefined) => void)[] = [];
  const stop = (reason: unknown): void => {
    failure ??= { reason };
    for (const end of ends) end(undefined);
  };
  const onAbort = (): void => stop(signal?.reason);
  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });

  const untilStopped = (
    drawing: Promise<IteratorResult<T>>,
    worker: number,
  ): Promise<IteratorResult<T> | undefined> => {
    const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<T> | undefined>();
    ends[worker] = resolve;
    drawing.then(resolve, reject);
    return promise;
  };

  const worker = async (_: unknown, index: number): Promise<void> => {
    try {
      while (!failure) {
        const next = await untilStopped(draw(), index);
        if (!next || next.done) return;
        await work(next.value);
      }
    } catch (error) {
      stop(error);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  signal?.removeEventListener('abort', onAbort);
  if (!failure) return;
  // A generator closes only after its current wait, which may never end, so we do not wait for it. An error of its
  // clean-up must not hide why the run was stopped.
  void (async () => iterator.return?.())().catch(() => undefined);
  throw failure.reason;
}

function isAsync<T>(items: Iterable<T> | AsyncIterable<T>): items is AsyncIterable<T> {
  return typeof items === 'object' && Symbol.asyncIterator in items;
}
