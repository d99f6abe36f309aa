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
   * What becomes of products that earlier runs pushed and this list no longer has: `keep` them, `archive` or `delete` them.
   * As many as `maxDeletes.products` allows; where there are more, nothing of the run is sent. Give it with whole lists only:
   * `pushMany` then reads the list to its end before it sends anything. Default `keep`.
   */
  readonly missing?: MissingProducts;
  /**
   * Local ids of products that the source has, although no draft of them could be made of it: `missing` leaves them alone. It is
   * read once the list has ended, so a set may grow meanwhile. Lists of `readCsv(…).collect()`, `parseRows` and `groupVariants`
   * know their own; where a row of theirs names no product, nothing is removed. Default: none.
   */
  readonly unreadable?: Iterable<string>;
  /**
   * Pushes a part of the products, by a hash of shop and local id: the others are `skipped` with the reason `rollout`, and
   * nothing of them is sent or removed. Default: all.
   */
  readonly rollout?: Rollout;
  /**
   * Halts the run where too many products fail. At most 16 products are pushed at the same time then, so that few follow the
   * one by which it is halted. Default: none.
   */
  readonly gate?: Gate;
  /** How many products are pushed at the same time, at most so many as the sync allows. Default: so many. */
  readonly concurrency?: number;
  /**
   * Called after each product, and awaited where it returns a promise. What it throws ends the run. Where the list throws,
   * `pushMany` rejects once everything in flight has ended: what was pushed until then was told here, with the name under
   * which `rollback` undoes it.
   */
  readonly onProgress?: (progress: PushProgress) => unknown;
}

/** How far a run has come. */
export interface PushProgress {
  /** Products finished, whatever their outcome. */
  readonly finished: number;
  /** Products in the run, where it is known beforehand. */
  readonly total: number | undefined;
  readonly counts: Readonly<Record<PushOutcome, number>>;
  /** The product that was just finished. */
  readonly result: PushResult;
  /** Name of the run in the journal. */
  readonly runId: string;
}

/** The summary of a run. */
export interface PushSummary {
  /** Products finished, whatever their outcome. */
  readonly finished: number;
  readonly counts: Readonly<Record<PushOutcome, number>>;
  /** The first 1,000 of them. */
  readonly invalid: readonly Extract<PushResult, { outcome: 'invalid' }>[];
  /** The first 1,000 of them. */
  readonly failed: readonly Extract<PushResult, { outcome: 'failed' }>[];
  /** What stopped the run: the signal's reason, an error that concerns the whole shop, or one that says why `gate` did. */
  readonly stoppedBy: unknown;
  /** Why `gate` has halted the run. Absent where it did not. */
  readonly halt?: GateHalt;
  readonly durationMs: number;
  /** Name of the run in the journal. */
  readonly runId: string;
}

/** How a run goes through its products. */
interface PushManySettings {
  readonly clock: Clock;
  /** Products pushed at the same time. */
  readonly concurrency: number;
  /** Products in the run, where it is known beforehand. */
  readonly total: number | undefined;
  /** Validates and pushes one product that has no result yet. */
  readonly pushOne: (candidate: Candidate) => Promise<PushResult>;
}

/**
 * Pushes products with bounded concurrency. A failed product never stops the others; an error that concerns the whole
 * shop does, and leaves the rest to the next run. It ends only when everything in flight has ended.
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
    // What is left of a list is reported as skipped; a stream of unknown length is not read to its end for that.
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
    // An open breaker let nothing out: the product has not failed, it waits for the next run.
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

/** Most products that a summary lists by name, for each of `invalid` and `failed`; all of them are counted. */
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
