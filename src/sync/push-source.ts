/** A source of products, drawn from one at a time by whoever is free. */
export interface PushSource {
  next(): Promise<IteratorResult<unknown>>;
  /** Tells the source that no more is wanted. */
  close(): void;
}

/** An iterator need not stand two draws at the same time: each waits for the one before. */
export function createSource(products: Iterable<unknown> | AsyncIterable<unknown>): PushSource {
  const iterator = isAsync(products) ? products[Symbol.asyncIterator]() : products[Symbol.iterator]();
  let drawn: Promise<unknown> = Promise.resolve();
  return {
    next() {
      const next = drawn.then(() => iterator.next());
      drawn = next;
      return next;
    },
    close() {
      // A generator that is waiting closes only after that wait, which may never end, so nobody waits for
      // it. What its own clean-up throws must not hide why the run was stopped.
      void (async () => iterator.return?.())().catch(() => undefined);
    },
  };
}

function isAsync(products: Iterable<unknown> | AsyncIterable<unknown>): products is AsyncIterable<unknown> {
  return typeof products === 'object' && Symbol.asyncIterator in products;
}
