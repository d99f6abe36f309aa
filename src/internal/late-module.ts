const loading = new Set<Promise<unknown>>();

/**
 * Loads a module at its first use, and once: what a process may never need is not paid for at its start. A load that
 * failed is tried again.
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
 * Resolves when no module is being loaded; `undefined` where none is. For clocks that stand still: reading files takes
 * no time on them, and must not be taken for the end of all that goes on.
 */
export function modulesLoaded(): Promise<unknown> | undefined {
  return loading.size > 0 ? Promise.allSettled(loading) : undefined;
}
