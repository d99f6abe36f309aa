/** Calls on their way at the same time; the client's limiter paces them besides. */
const atOnce = 8;

/**
 * Does the work for each item, a few at a time. It ends only when all that is under way has ended.
 *
 * @throws The first thing that `work` throws, or the signal's reason; then nothing more is begun.
 */
export async function sideBySide<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const rest = items.values();
  let failure: { readonly reason: unknown } | undefined;
  const worker = async (): Promise<void> => {
    try {
      for (const item of rest) {
        signal?.throwIfAborted();
        if (failure) return;
        await work(item);
      }
    } catch (reason) {
      failure ??= { reason };
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  if (failure) throw failure.reason;
}
