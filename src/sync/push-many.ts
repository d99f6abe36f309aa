import { isShopwrightError } from '../errors/guards.ts';
import type { Clock } from '../internal/clock.ts';
import { untilAborted } from '../internal/shared-task.ts';
import { createSource } from './push-source.ts';
import { createTally } from './push-tally.ts';
import { isShopWide } from './shop-wide.ts';
import type { PushManyOptions, PushResult, PushSummary } from './types.ts';

export interface PushManySettings {
  readonly clock: Clock;
  /** Products pushed at the same time. */
  readonly concurrency: number;
  /** Validates and pushes one product. */
  readonly pushOne: (product: unknown, options: PushManyOptions) => Promise<PushResult>;
  readonly localIdOf: (product: unknown) => string | undefined;
}

/**
 * Pushes products with bounded concurrency, drawing the next one only when a place is free, so a source
 * of any length can be streamed. One product's failure never stops the others; what holds for the whole
 * shop does, and leaves the rest for the next run. It ends only when all that is in flight has ended.
 *
 * @throws What the source or `onProgress` throws.
 */
export async function pushMany(
  products: Iterable<unknown> | AsyncIterable<unknown>,
  settings: PushManySettings,
  options: PushManyOptions,
): Promise<PushSummary> {
  const startedAt = settings.clock.monotonic();
  const total = Array.isArray(products) ? products.length : undefined;
  const source = createSource(products);
  const tally = createTally();
  // Ends the wait for a stream that has nothing to give just now.
  const halt = new AbortController();
  let stop: { readonly reason: unknown } | undefined;
  let broken: { readonly error: unknown } | undefined;

  const stopFor = (reason: unknown): void => {
    stop ??= { reason };
    if (total === undefined) halt.abort();
  };
  const onAbort = (): void => stopFor(options.signal?.reason);
  options.signal?.addEventListener('abort', onAbort, { once: true });

  const handle = async (product: unknown): Promise<PushResult> => {
    const skipped: PushResult = { outcome: 'skipped', localId: settings.localIdOf(product) };
    if (stop) return skipped;
    const result = await settings.pushOne(product, options).catch((error: unknown): PushResult => {
      if (options.signal?.aborted) return skipped;
      if (!isShopwrightError(error) || skipped.localId === undefined) throw error;
      return { outcome: 'failed', localId: skipped.localId, error };
    });
    if (result.outcome !== 'failed' || !isShopWide(result.error)) return result;
    stopFor(result.error);
    // An open breaker let nothing out: the product has not failed, it waits for the next run.
    return result.error.code === 'CIRCUIT_OPEN' ? skipped : result;
  };

  const work = async (): Promise<void> => {
    try {
      // What is left of a list is told as skipped; a stream of unknown length is not read to its end for that.
      while (!broken && (!stop || total !== undefined)) {
        const next = await untilAborted(source.next(), halt.signal);
        if (next.done) return;
        const result = await handle(next.value);
        tally.add(result);
        await options.onProgress?.({ finished: tally.finished, total, counts: { ...tally.counts }, result });
      }
    } catch (error) {
      if (halt.signal.aborted) return;
      broken ??= { error };
      halt.abort();
    }
  };

  await Promise.all(Array.from({ length: settings.concurrency }, work));
  options.signal?.removeEventListener('abort', onAbort);
  if (stop || broken) source.close();
  if (broken) throw broken.error;
  return {
    finished: tally.finished,
    counts: tally.counts,
    invalid: tally.invalid,
    failed: tally.failed,
    stoppedBy: stop?.reason,
    durationMs: settings.clock.monotonic() - startedAt,
  };
}
