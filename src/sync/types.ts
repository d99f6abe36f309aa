import type { GraphqlClient } from '../admin/types.ts';
import type { ShopwrightError } from '../errors/base.ts';
import type { LimiterStatus } from '../ports/rate-limiter.ts';
import type { SyncCounts } from '../ports/sync-record-store.ts';
import type { BreakerState } from '../resilience/types.ts';
import type { ValidationIssue } from '../validation/issues.ts';

/** The client as the engine needs it: what `createShopifyClient` returns. */
export interface SyncClient extends GraphqlClient {
  readonly shop: string;
  status(): { readonly limiter: LimiterStatus | undefined; readonly breaker: BreakerState };
}

/** What became of one product. */
export type PushResult =
  /** Pushed and, where asked for, published. */
  | { readonly outcome: 'created' | 'updated'; readonly localId: string; readonly gid: string }
  /** Nothing differs from the last push, so nothing was sent. */
  | { readonly outcome: 'unchanged'; readonly localId: string; readonly gid: string }
  /** A dry run: what a push would do. */
  | { readonly outcome: 'would-create' | 'would-update'; readonly localId: string }
  /** Refused before anything was sent. `localId` is missing where the input has none. */
  | { readonly outcome: 'invalid'; readonly localId: string | undefined; readonly issues: readonly ValidationIssue[] }
  | { readonly outcome: 'failed'; readonly localId: string; readonly error: ShopwrightError }
  /** Not tried, because the run was stopped: by an abort, or by an error that holds for the whole shop. */
  | { readonly outcome: 'skipped'; readonly localId: string | undefined };

export type PushOutcome = PushResult['outcome'];

/** How far a run has come. */
export interface PushProgress {
  /** Products finished, whatever their outcome. */
  readonly finished: number;
  /** Products in the run, where it is known beforehand. */
  readonly total: number | undefined;
  readonly counts: Readonly<Record<PushOutcome, number>>;
  /** The product that was just finished. */
  readonly result: PushResult;
}

export interface PushOptions {
  /** Stops the run: what is in flight is aborted, the rest is skipped. A new run finishes the rest. */
  readonly signal?: AbortSignal;
  /** Changes nothing, in the shop and in the records; tells what a push would do. Default `false`. */
  readonly dryRun?: boolean;
}

export interface PushManyOptions extends PushOptions {
  /** Called after each product, and awaited where it returns a promise. What it throws ends the run. */
  readonly onProgress?: (progress: PushProgress) => unknown;
}

/** The end of a run. */
export interface PushSummary {
  readonly finished: number;
  readonly counts: Readonly<Record<PushOutcome, number>>;
  /** The first 1,000. */
  readonly invalid: readonly Extract<PushResult, { outcome: 'invalid' }>[];
  /** The first 1,000. */
  readonly failed: readonly Extract<PushResult, { outcome: 'failed' }>[];
  /** What stopped the run before its end: the abort reason, or an error that holds for the whole shop. */
  readonly stoppedBy: unknown;
  readonly durationMs: number;
}

/** How the sync with one shop stands. */
export interface SyncHealth {
  /** `failing`: the breaker is open. `degraded`: some products failed, or were left in the middle of a push. */
  readonly status: 'healthy' | 'degraded' | 'failing';
  readonly records: SyncCounts;
  readonly breaker: BreakerState;
  readonly limiter: LimiterStatus | undefined;
}
