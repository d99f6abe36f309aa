import { isShopwrightError } from '../errors/guards.ts';
import type { Clock } from '../internal/clock.ts';
import { isShopWide } from './shop-wide.ts';
import type { PushManyOptions, PushOutcome, PushProgress, PushResult, PushSummary } from './types.ts';

export interface PushManySettings {
  readonly clock: Clock;
  /** Products pushed at the same time. */
  readonly concurrency: number;
  /** Validates and pushes one product. Throws only what stops the run. */
  readonly pushOne: (product: unknown, options: PushManyOptions) => Promise<PushResult>;
  readonly localIdOf: (product: unknown) => string | undefined;
}

/**
 * Pushes products with bounded concurrency, drawing the next one only when a place is free, so a source
 * of any length can be streamed. One product's failure never stops the others; what holds for the whole
 * shop does, and leaves the rest for the next run.
 */
export async function pushMany(
  products: Iterable<unknown> | AsyncIterable<unknown>,
  settings: PushManySettings,
  options: PushManyOptions,
): Promise<PushSummary> {
  const startedAt = settings.clock.monotonic();
  const total = Array.isArray(products) ? products.length : undefined;
  const counts = emptyCounts();
  const invalid: PushSummary['invalid'][number][] = [];
  const failed: PushSummary['failed'][number][] = [];
  let finished = 0;
  let stopped = false;
  let stoppedBy: unknown;

  const stop = (reason: unknown): void => {
    if (!stopped) stoppedBy = reason;
    stopped = true;
  };
  const note = (result: PushResult): void => {
    finished += 1;
    counts[result.outcome] += 1;
    if (result.outcome === 'invalid') invalid.push(result);
    if (result.outcome === 'failed') {
      failed.push(result);
      if (isShopWide(result.error)) stop(result.error);
    }
    const progress: PushProgress = { finished, total, counts: { ...counts }, result };
    options.onProgress?.(progress);
  };
  const handle = async (product: unknown): Promise<PushResult> => {
    const skipped: PushResult = { outcome: 'skipped', localId: settings.localIdOf(product) };
    if (options.signal?.aborted) stop(options.signal.reason);
    if (stopped) return skipped;
    try {
      const result = await settings.pushOne(product, options);
      if (result.outcome !== 'failed' || result.error.code !== 'CIRCUIT_OPEN') return result;
      // Not tried at all: it did not fail, it waits for the next run.
      stop(result.error);
      return skipped;
    } catch (error) {
      if (options.signal?.aborted) stop(options.signal.reason);
      else if (!isShopwrightError(error) || skipped.localId === undefined) throw error;
      else return { outcome: 'failed', localId: skipped.localId, error };
      return skipped;
    }
  };

  const source = iteratorOf(products);
  const worker = async (): Promise<void> => {
    for (let next = await source.next(); !next.done; next = await source.next()) {
      note(await handle(next.value));
    }
  };
  await Promise.all(Array.from({ length: settings.concurrency }, worker));
  return { finished, counts, invalid, failed, stoppedBy, durationMs: settings.clock.monotonic() - startedAt };
}

function iteratorOf(products: Iterable<unknown> | AsyncIterable<unknown>): Iterator<unknown> | AsyncIterator<unknown> {
  return Symbol.asyncIterator in products ? products[Symbol.asyncIterator]() : products[Symbol.iterator]();
}

function emptyCounts(): Record<PushOutcome, number> {
  return {
    created: 0,
    updated: 0,
    unchanged: 0,
    'would-create': 0,
    'would-update': 0,
    invalid: 0,
    failed: 0,
    skipped: 0,
  };
}
