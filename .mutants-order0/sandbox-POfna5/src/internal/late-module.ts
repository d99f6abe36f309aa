// @ts-nocheck
const loading = new Set<Promise<unknown>>();

/**
 * Loads a module once, at its first use, so that a process does not pay at start-up for what it may never need. A load
 * that failed is tried again.
 */
export function lateModule<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => {
    if (!loaded) {
      const begun = load();
      loaded = begun;
      loading.add(begun);
      begun.then(
        () => loading.delete(begun),
        () => {
          loading.delete(begun);
          loaded = undefined;
        },
      );
    }
    return loaded;
  };
}

/**
 * Resolves when no module is being loaded any more; `undefined` where none is. For manual clocks: reading a file takes no
 * time on them, and must not look as if nothing were going on.
 */
export function modulesLoaded(): Promise<unknown> | undefined {
  return loading.size > 0 ? Promise.allSettled(loading) : undefined;
}
