import { isShopwrightError } from '../../errors/errors.ts';
import type { Clock } from '../../internal/clock.ts';
import { forEachConcurrent } from '../../internal/concurrency.ts';
import type { Candidate } from '../plan/candidates.ts';
import { type Gate, type GateHalt, GateKeeper, haltError, mostBehindGate } from './gate.ts';
import type { MissingProducts } from './missing-products.ts';
import { localIdOf, type PushOptions, type PushOutcome, type PushResult } from './push.ts';
import { isShopWide } from './push-failure.ts';
import type { Rollout } from './rollout.ts';

/**
 * Options of `pushMany`.
 *
 * @example
 * await sync.pushMany(products, {
 *   signal: shutdown.signal,
 *   onProgress: ({ finished, total, result }) => console.log(`${finished}/${total} ${result.localId} ${result.outcome}`),
 * });
 */
export interface PushManyOptions extends PushOptions {
  /**
   * What to do with products that earlier runs pushed but that are not in this list: `keep` (default), `archive` or
   * `delete` them. If there are more than `maxDeletes.products` allows, the run sends nothing. Use it only with
   * complete lists: `pushMany` reads the list to its end before it sends anything.
   */
  readonly missing?: MissingProducts;
  /**
   * Local ids of products that are in the source but could not be made into a draft: `missing` does not remove them.
   * Read after the end of the list, so you can add ids until then. Lists from `readCsv(…).collect()`, `parseRows` and
   * `groupVariants` bring their own; if an unreadable row names no product, nothing is removed. Default: none.
   */
  readonly unreadable?: Iterable<string>;
  /**
   * Pushes only a part of the products, selected by a hash of shop and local id. The others are `skipped` with the
   * reason `rollout`: they are not sent or removed. Default: all.
   */
  readonly rollout?: Rollout;
  /**
   * Halts the run if too many products fail. With a gate, at most 16 products are pushed at the same time, so that few
   * are still pushed after the halt. Default: none.
   */
  readonly gate?: Gate;
  /** How many products are pushed at the same time, at most the sync's `concurrency`, which is the default. */
  readonly concurrency?: number;
  /**
   * Called after each product, and awaited. An error ends the run. If the list throws, `pushMany` rejects once all
   * pushes in progress have ended. By then this function has been called for each of them, with the `runId` to pass to
   * `rollback`.
   */
  readonly onProgress?: (progress: PushProgress) => unknown;
}

/** The progress of a run. */
export interface PushProgress {
  /** Products finished, whatever their outcome. */
  readonly finished: number;
  /** Products in the run, if known beforehand. */
  readonly total: number | undefined;
  readonly counts: Readonly<Record<PushOutcome, number>>;
  /** The product that was just finished. */
  readonly result: PushResult;
  /** Id of the run in the journal. */
  readonly runId: string;
}

/** The summary of a run. */
export interface PushSummary {
  /** Products finished, whatever their outcome. */
  readonly finished: number;
  readonly counts: Readonly<Record<PushOutcome, number>>;
  /** The first 1,000 invalid products. */
  readonly invalid: readonly Extract<PushResult, { outcome: 'invalid' }>[];
  /** The first 1,000 failed products. */
  readonly failed: readonly Extract<PushResult, { outcome: 'failed' }>[];
  /**
   * Why the run was stopped: the signal's reason, an error that concerns the whole shop, or the error of a halt by
   * `gate`.
   */
  readonly stoppedBy: unknown;
  /** Why `gate` halted the run. Absent if it did not. */
  readonly halt?: GateHalt;
  readonly durationMs: number;
  /** Id of the run in the journal. */
  readonly runId: string;
}

/** How a run pushes its products. */
interface PushManySettings {
  readonly clock: Clock;
  /** Products pushed at the same time. */
  readonly concurrency: number;
  /** Products in the run, if known beforehand. */
  readonly total: number | undefined;
  /** Validates and pushes one product that has no result yet. */
  readonly pushOne: (candidate: Candidate) => Promise<PushResult>;
}

/**
 * Pushes products with limited concurrency. A failed product never stops the others. An error that concerns the whole
 * shop stops the run, and the rest is left to the next one. Settles only when all pushes in progress have ended.
 *
 * @throws What the source or `onProgress` throws.
 */
export async function pushMany(
  candidatesOf: (isStopped: () => boolean) => AsyncIterable<Candidate>,
  { clock, concurrency, total, pushOne }: PushManySettings,
  options: PushManyOptions & { readonly runId: string },
): Promise<PushSummary> {
  const { gate } = options;
  const startedAt = clock.monotonic();
  const counters = new PushCounters();
  const halt = new AbortController();
  let stop: { readonly reason: unknown } | undefined;

  const stopFor = (reason: unknown): void => {
    stop ??= { reason };
    // The rest of a list is reported as skipped. A stream of unknown length is not read any further.
    if (total === undefined) halt.abort();
  };
  let halted: GateHalt | undefined;
  const keeper =
    gate &&
    new GateKeeper(gate, clock, (found) => {
      if (stop) return;
      halted = found;
      stopFor(haltError(found, gate));
    });
  const onAbort = (): void => stopFor(options.signal?.reason);
  options.signal?.addEventListener('abort', onAbort, { once: true });

  const pushOrSkip = async (candidate: Candidate): Promise<PushResult> => {
    const skipped = skippedOf(candidate.product);
    if (stop) return skipped;
    if (candidate.result) return candidate.result;
    const result = await pushOne(candidate).catch((error: unknown): PushResult => {
      if (options.signal?.aborted) return skipped;
      if (!isShopwrightError(error) || skipped.localId === undefined) throw error;
      return { outcome: 'failed', localId: skipped.localId, error };
    });
    if (result.outcome !== 'failed' || !isShopWide(result.error)) return result;
    stopFor(result.error);
    // With an open circuit breaker nothing was sent: the product has not failed, and waits for the next run.
    return result.error.code === 'CIRCUIT_OPEN' ? skipped : result;
  };

  try {
    const candidates = candidatesOf(() => stop !== undefined);
    const most = gate ? Math.min(concurrency, mostBehindGate) : concurrency;
    await forEachConcurrent(candidates, { concurrency: most, signal: halt.signal }, async (candidate) => {
      const result = await pushOrSkip(candidate);
      counters.add(result);
      keeper?.add(result);
      const { finished, counts } = counters;
      await options.onProgress?.({ finished, total, counts: { ...counts }, result, runId: options.runId });
    });
    keeper?.finish();
  } catch (error) {
    if (!halt.signal.aborted || error !== halt.signal.reason) throw error;
  } finally {
    keeper?.stop();
    options.signal?.removeEventListener('abort', onAbort);
  }
  const { finished, counts, invalid, failed } = counters;
  const durationMs = clock.monotonic() - startedAt;
  const summary = { finished, counts, invalid, failed, stoppedBy: stop?.reason, durationMs, runId: options.runId };
  return halted ? { ...summary, halt: halted } : summary;
}

/** The result of a product whose run was stopped before its turn. */
export const skippedOf = (product: unknown): Extract<PushResult, { outcome: 'skipped' }> => ({
  outcome: 'skipped',
  localId: localIdOf(product),
  reason: 'stopped',
});

/** The most products that a summary lists in each of `invalid` and `failed`. All are counted. */
const mostListed = 1000;

/** Counts the results of a run. */
class PushCounters {
  finished = 0;
  readonly invalid: PushSummary['invalid'][number][] = [];
  readonly failed: PushSummary['failed'][number][] = [];
  readonly counts: Record<PushOutcome, number> = {
    created: 0,
    updated: 0,
    unchanged: 0,
    conflict: 0,
    'would-create': 0,
    'would-update': 0,
    deleted: 0,
    archived: 0,
    'would-delete': 0,
    'would-archive': 0,
    blocked: 0,
    outdated: 0,
    invalid: 0,
    failed: 0,
    skipped: 0,
  };

  add(result: PushResult): void {
    this.finished += 1;
    this.counts[result.outcome] += 1;
    if (result.outcome === 'invalid' && this.invalid.length < mostListed) this.invalid.push(result);
    if (result.outcome === 'failed' && this.failed.length < mostListed) this.failed.push(result);
  }
}
