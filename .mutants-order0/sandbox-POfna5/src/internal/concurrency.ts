/** How `forEachConcurrent` works through its items. */
// @ts-nocheck

interface ConcurrencyOptions {
  /** How many items may be in work at the same time. */
  readonly concurrency: number;
  /** Ends the run: no further item is drawn, and work that has started runs to its own end. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Does the work for each item, with at most `concurrency` of them in work at the same time. The next item is
 * drawn only when a worker is free, so the items may come from a stream of any length. After a failure or an abort
 * no further item is drawn, and the iterator is closed.
 *
 * Settles only when everything that was started has ended.
 *
 * @throws Whichever came first: what the iterator or `work` throws, or the signal's reason.
 */
export async function forEachConcurrent<T>(
  items: Iterable<T> | AsyncIterable<T>,
  { concurrency, signal }: ConcurrencyOptions,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const iterator = isAsync(items) ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let drawn: Promise<unknown> = Promise.resolve();
  // An iterator need not allow a second draw before the first has settled.
  const draw = (): Promise<IteratorResult<T>> => {
    const next = drawn.then(() => iterator.next());
    drawn = next;
    return next;
  };

  let failure: { readonly reason: unknown } | undefined;
  // What ends the wait of each worker. Closures made for each wait would keep one another alive once the first of them is
  // old, and with them what the items hold, until the next full collection: a stream would take twice the memory.
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
  // A generator closes only after its current wait, which may never end, so nobody waits for it. What its own
  // clean-up throws must not hide why the run was stopped.
  void (async () => iterator.return?.())().catch(() => undefined);
  throw failure.reason;
}

function isAsync<T>(items: Iterable<T> | AsyncIterable<T>): items is AsyncIterable<T> {
  return typeof items === 'object' && Symbol.asyncIterator in items;
}
