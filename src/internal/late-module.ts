const loading = new Set<Promise<unknown>>();

/**
 * Loads a module once, when it is first used, so that a process does not load at start-up what it may never use. A load
 * that failed is repeated at the next call.
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
 * Resolves when all loads of modules have ended; `undefined` if none is running. For manual clocks: reading a file
 * takes no time on them, so they must not conclude that nothing is pending.
 */
export function modulesLoaded(): Promise<unknown> | undefined {
  return loading.size > 0 ? Promise.allSettled(loading) : undefined;
}
