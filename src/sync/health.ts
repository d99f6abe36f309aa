// One file: the health of a sync, with its figures, the status, the alerts, and what failed products have in common.
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ConfigError,
  type Issue,
  isControlFlow,
  isShopwrightError,
  TimeoutError,
  ValidationError,
} from '../errors/errors.ts';
import type { ApiVersions } from '../http/version-watch.ts';
import { boundedWait } from '../internal/abort.ts';
import type { Clock } from '../internal/clock.ts';
import { unknownNames } from '../internal/names.ts';
import type { BreakerState } from '../ports/events.ts';
import type { JobQueue, QueueStats } from '../ports/job-queue.ts';
import type { LimiterStatus } from '../ports/rate-limiter.ts';
import type { ErrorPattern, SyncCounts, SyncRecord, SyncRecordStore } from '../ports/sync-record-store.ts';
import { countsOf, errorPattern } from '../storage/record-counts.ts';
import { recordPages } from './record-pages.ts';
import type { SyncClient } from './sync-client.ts';

/** How well the sync of one shop works. Products without a record are not counted. */
export interface SyncHealth {
  /** `critical`: act now. `degraded`: act today. `reasons` says why. */
  readonly status: HealthStatus;
  /** Why it is not healthy, most serious first. Empty if it is healthy. */
  readonly reasons: readonly string[];
  /** What to do, in this order. Empty if there is nothing to do. */
  readonly recommendations: readonly string[];
  /** Products with a record. */
  readonly total: number;
  /** Products whose last push failed, or whose last draft was invalid. */
  readonly failed: number;
  /** Products whose last success is at most an hour old (`thresholds.recentMs`). */
  readonly recent: number;
  /** Products whose last success is older than 7 days (`thresholds.staleMs`), except those deleted in Shopify. */
  readonly stale: number;
  /** Percentage of products that have not failed, with two decimals. 100 if there are no products. */
  readonly successRate: number;
  /** When this was read: milliseconds since the epoch. */
  readonly checkedAt: number;
  /** Products by status. */
  readonly records: SyncCounts;
  /** Calls of this process to the shop in the last hour. */
  readonly api: ApiSuccess;
  readonly breaker: BreakerState;
  /** `undefined` before the first call. */
  readonly limiter: LimiterStatus | undefined;
  /** The API version requested and served, when it ends, and operations that use deprecated parts of it. */
  readonly versions: ApiVersions | undefined;
  /** Figures of `health.queue`; `undefined` without one. */
  readonly queue: QueueStats | undefined;
}

/** `HealthThresholds` says where `degraded` and `critical` begin. */
export type HealthStatus = 'healthy' | 'degraded' | 'critical';

/** How many calls succeeded. If Shopify refuses a product, the call still counts as a success. */
export interface ApiSuccess {
  readonly calls: number;
  /** Calls that failed after their last retry because of Shopify, the network or a time limit. */
  readonly failed: number;
  /** Percentage, with two decimals. 100 if there were no calls. */
  readonly successRate: number;
}

/** Where each status begins. Set `Infinity` (or 0 for a rate) to switch a threshold off. */
export interface HealthThresholds {
  /** Success rate in percent below which the status is `critical`. Default 80. */
  readonly criticalRate?: number;
  /** Failed products above which it is `critical`. Default 20. */
  readonly criticalFailed?: number;
  /** Success rate in percent below which it is `degraded`. Default 90. */
  readonly degradedRate?: number;
  /** Failed products above which it is `degraded`. Default 10. */
  readonly degradedFailed?: number;
  /** Stale products above which it is `degraded`. Default 50. */
  readonly degradedStale?: number;
  /** Milliseconds that a due job may wait; above, it is `degraded`. Default 120,000. */
  readonly queueWaitMs?: number;
  /** Percentage of successful calls below which it is `degraded`, if there were at least 20 calls. Default 95. */
  readonly apiRate?: number;
  /** Milliseconds for which a success counts as recent. Default 3,600,000 (an hour). */
  readonly recentMs?: number;
  /** Milliseconds after which a success is stale. Default 604,800,000 (7 days). */
  readonly staleMs?: number;
}

/** Option `health` of `createProductSync`. */
export interface HealthOptions {
  readonly thresholds?: HealthThresholds;
  /** Milliseconds for which `health()` returns the last result. Default 300,000 (5 minutes). */
  readonly cacheMs?: number;
  /** The queue whose figures are part of the health, such as the one of `createProductQueue`. Default: none. */
  readonly queue?: Pick<JobQueue, 'stats'>;
}

/** Options of `health()`. */
export interface ReadHealthOptions {
  /** Maximum age of the result in milliseconds; 0 always reads again. Default: `health.cacheMs`. */
  readonly maxAgeMs?: number;
}

/** What went wrong, for people. Ids, numbers and quoted texts in messages are masked. */
export interface FailureAnalysis {
  /** Products that failed. */
  readonly failed: number;
  /** What they have in common, most frequent first; at most 50. */
  readonly patterns: readonly ErrorPattern[];
  /** The 10 products that failed last, latest first. */
  readonly latest: readonly FailedProduct[];
}

/** One product that failed. */
export interface FailedProduct {
  readonly localId: string;
  readonly gid: string | null;
  /** Error code, such as `USER_ERROR`. */
  readonly code: string;
  /** The error's message with placeholders, such as `Title {text} is too long`. */
  readonly pattern: string;
  /** Pushes started since the last success. */
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly lastAttemptAt: number | null;
}

/** An event that somebody should know about. */
export type HealthAlert =
  | {
      /** The status differs from that of the last alert; it may have improved. */
      readonly type: 'status';
      readonly from: HealthStatus;
      readonly to: HealthStatus;
      readonly health: SyncHealth;
    }
  | {
      /** The success rate fell below `successRate`, or more than `failed` products have failed. */
      readonly type: 'success-rate' | 'failures';
      readonly health: SyncHealth;
    }
  | {
      /** The health could not be read: the store or the queue failed, or did not respond within a minute. */
      readonly type: 'unreadable';
      readonly error: unknown;
    };

/** Options of `watchHealth`. */
export interface WatchHealthOptions {
  /**
   * Alerts somebody. Called once when a problem begins, and not again while it lasts. If it fails, or does not end
   * within a minute, it is called again at the next check.
   */
  readonly onAlert: (alert: HealthAlert) => void | Promise<void>;
  /** Milliseconds between two checks; each reads the health again. Default 60,000. */
  readonly everyMs?: number;
  /** Success rate in percent below which there is an alert. Default 90. */
  readonly successRate?: number;
  /** Failed products above which there is an alert. Default 10. */
  readonly failed?: number;
}

/** A running watch. */
export interface HealthWatch {
  /** Stops the watch, and waits for a check in progress. */
  stop(): Promise<void>;
  /** The same as `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The part of a product sync that reports its health. */
export interface HealthReader {
  /**
   * Counts, status, reasons and recommendations, for a status page. Results are cached for five minutes; `maxAgeMs: 0`
   * reads again.
   *
   * @throws ValidationError for an invalid option. StorageError if the records cannot be read, QueueError if the queue
   * cannot, TimeoutError if they take longer than five minutes.
   *
   * @example
   * const { status, reasons } = await sync.health();
   */
  health(options?: ReadHealthOptions): Promise<SyncHealth>;
  /**
   * Returns what the failed products have in common, and the latest of them.
   *
   * @throws StorageError if the records cannot be read.
   *
   * @example
   * const { patterns } = await sync.failureAnalysis();
   */
  failureAnalysis(): Promise<FailureAnalysis>;
  /**
   * Reads the health every minute and calls `onAlert` when a problem begins: the status changes, the success rate falls
   * below 90 %, or more than 10 products have failed. Its timer keeps the process alive until `stop()`.
   *
   * @throws ConfigError (code `CONFIG_INVALID`) for an invalid option.
   *
   * @example
   * await using watch = sync.watchHealth({ onAlert: (alert) => postToSlack(alert) });
   */
  watchHealth(options: WatchHealthOptions): HealthWatch;
}

const optionNames: Record<keyof HealthOptions, true> = { thresholds: true, cacheMs: true, queue: true };

const watchNames: Record<keyof WatchHealthOptions, true> = {
  onAlert: true,
  everyMs: true,
  successRate: true,
  failed: true,
};

const defaults: Required<HealthThresholds> = {
  criticalRate: 80,
  criticalFailed: 20,
  degradedRate: 90,
  degradedFailed: 10,
  degradedStale: 50,
  queueWaitMs: 120_000,
  apiRate: 95,
  recentMs: 3_600_000,
  staleMs: 604_800_000,
};

/** With fewer calls, the rate is not judged. */
const leastCalls = 20;

const defaultCacheMs = 300_000;

interface HealthSettings {
  readonly client: SyncClient;
  readonly calls: CallWatch;
  readonly records: SyncRecordStore;
  readonly clock: Clock;
  readonly options: HealthOptions;
}

/** Validates the option `health`. */
export function healthIssues(options: HealthOptions): Issue[] {
  const { thresholds = {}, cacheMs = defaultCacheMs, queue } = options;
  const numbers = { ...defaults, ...thresholds, cacheMs };
  const issues = [
    ...unknownNames(options, optionNames, 'health.'),
    ...unknownNames(thresholds, { ...defaults }, 'health.thresholds.'),
    ...Object.entries(numbers).flatMap(([name, value]) => {
      const field = name === 'cacheMs' ? 'health.cacheMs' : `health.thresholds.${name}`;
      return typeof value === 'number' && value >= 0 ? [] : [{ field, message: 'must be a number, 0 or more.' }];
    }),
  ];
  if (queue !== undefined && typeof queue.stats !== 'function')
    issues.push({ field: 'health.queue', message: 'has no method `stats`. Pass a queue, such as inProcessQueue().' });
  return issues;
}

/** Reads the health of a product sync from its records, its client and its queue. */
export function createHealthReader(settings: HealthSettings): HealthReader {
  const { client, records, clock, options } = settings;
  const { cacheMs = defaultCacheMs } = options;
  const thresholds = { ...defaults, ...options.thresholds };
  let last: SyncHealth | undefined;
  let lastAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<SyncHealth> | undefined;

  /** One read at a time, shared by all callers. A read that never ends times out, so that the next one can succeed. */
  const read = (): Promise<SyncHealth> => {
    reading ??= within(readHealth(settings, thresholds), longestReadMs, clock, 'The health could not be read')
      .then((health) => {
        last = health;
        lastAt = clock.monotonic();
        return health;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };

  const health = async (readOptions: ReadHealthOptions = {}): Promise<SyncHealth> => {
    const { maxAgeMs = cacheMs } = readOptions;
    const issues: Issue[] = [...unknownNames(readOptions, { maxAgeMs: true })];
    if (!(typeof maxAgeMs === 'number' && maxAgeMs >= 0))
      issues.push({ field: 'maxAgeMs', message: 'must be a number of milliseconds, 0 or more.' });
    if (issues.length > 0) throw new ValidationError('The options are invalid', { issues });
    return last && clock.monotonic() - lastAt < maxAgeMs ? last : read();
  };

  return {
    health,
    failureAnalysis: () => analyseFailures(records, client.shop),
    watchHealth: (watchOptions) => watch(() => health({ maxAgeMs: 0 }), watchOptions, clock),
  };
}

/** Milliseconds after which a read of the health times out. */
const longestReadMs = 300_000;

/** @throws TimeoutError if the work takes longer. */
function within<T>(work: Promise<T>, timeoutMs: number, clock: Clock, what: string): Promise<T> {
  const onTimeout = (): TimeoutError =>
    new TimeoutError(`${what} within ${timeoutMs} ms.`, { code: 'TIMEOUT', timeoutMs, mayHaveExecuted: false });
  return boundedWait(work, { clock, timeoutMs, onTimeout });
}

async function readHealth(
  { client, calls, records, clock, options }: HealthSettings,
  thresholds: Required<HealthThresholds>,
): Promise<SyncHealth> {
  const { shop } = client;
  const now = clock.now();
  const [ages, [recent = 0, fresh = 0], queue] = await Promise.all([
    records.ageCounts(shop),
    syncedSince(records, shop, [now - thresholds.recentMs, now - thresholds.staleMs]),
    options.queue?.stats(),
  ]);
  const counts = countsOf(ages);
  let everSynced = 0;
  for (const { status, day, count } of ages) if (day !== null && status !== 'deleted-in-shopify') everSynced += count;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const { breaker, limiter, versions } = client.status();
  const figures = {
    total,
    failed: counts.failed,
    recent,
    // The counts were read one after the other, so the second may be newer.
    stale: Math.max(0, everSynced - fresh),
    successRate: percent(total - counts.failed, total),
    records: counts,
    api: calls.lastHour(),
    breaker,
    limiter,
    versions,
    queue,
  };
  const { status, reasons } = judge(figures, thresholds);
  return { status, reasons, recommendations: recommend(figures, thresholds), ...figures, checkedAt: now };
}

type Figures = Omit<SyncHealth, 'status' | 'reasons' | 'recommendations' | 'checkedAt'>;

/** The status, and each reason for it. */
function judge(figures: Figures, limits: Required<HealthThresholds>): Pick<SyncHealth, 'status' | 'reasons'> {
  const { failed, total, stale, successRate, breaker, queue, api } = figures;
  const rate = (least: number): string => `${successRate} % of ${total} products have not failed, less than ${least} %`;
  const many = (most: number): string => `${failed} products failed, more than ${most}`;
  const { criticalRate, criticalFailed, degradedRate, degradedFailed } = limits;
  const critical = [
    breaker === 'open' && 'the circuit breaker is open: Shopify failed, and no call is sent',
    successRate < criticalRate && rate(criticalRate),
    failed > criticalFailed && many(criticalFailed),
  ].filter((reason) => reason !== false);
  const waitedMs = queue?.oldestWaitingMs ?? 0;
  const degraded = [
    breaker === 'half-open' && 'the circuit breaker lets a few trial calls through',
    successRate < degradedRate && successRate >= criticalRate && rate(degradedRate),
    failed > degradedFailed && failed <= criticalFailed && many(degradedFailed),
    stale > limits.degradedStale &&
      `${stale} products had their last success more than ${days(limits.staleMs)} ago, above the limit of ${limits.degradedStale}`,
    waitedMs > limits.queueWaitMs &&
      `a job has waited for ${seconds(waitedMs)}, more than ${seconds(limits.queueWaitMs)}`,
    queue !== undefined && queue.dead > 0 && `the queue has ${queue.dead} dead letters`,
    api.calls >= leastCalls &&
      api.successRate < limits.apiRate &&
      `${api.successRate} % of ${api.calls} calls in the last hour succeeded, less than ${limits.apiRate} %`,
  ].filter((reason) => reason !== false);
  const status = critical.length > 0 ? 'critical' : degraded.length > 0 ? 'degraded' : 'healthy';
  return { status, reasons: [...critical, ...degraded] };
}

function recommend({ failed, stale, successRate, versions }: Figures, limits: Required<HealthThresholds>): string[] {
  return [
    successRate < limits.degradedRate &&
      'Look for a common cause first: the token and its scopes, the circuit breaker, the latest change to your drafts.',
    failed > 0 &&
      `Read failureAnalysis(), fix what it shows, and push the ${failed === 1 ? 'failed product' : `${failed} failed products`} again.`,
    stale > 0 &&
      `Push the ${stale === 1 ? 'product' : `${stale} products`} without a success in ${days(limits.staleMs)} again, or remove those that left your catalogue.`,
    ...(versions ? recommendVersion(versions) : []),
  ].filter((text) => text !== false);
}

/**
 * Days before an API version ends from which on a move is recommended: one quarter, in which the next version is
 * released.
 */
const endingDays = 90;

/** Does not change the status: nothing fails yet, and there is a quarter of a year to move. */
function recommendVersion({ asked, served, daysLeft, deprecated }: ApiVersions): (string | false)[] {
  const operations = deprecated.map(({ operation }) => operation);
  const shown = operations.slice(0, operationsShown).join(', ');
  const more = operations.length > operationsShown ? ` and ${operations.length - operationsShown} more` : '';
  return [
    served !== null &&
      served !== asked &&
      `Set apiVersion to a version that Shopify serves: it responds with ${served} instead of ${asked}.`,
    daysLeft !== null &&
      daysLeft > 0 &&
      daysLeft <= endingDays &&
      `Move to a later apiVersion: ${asked} ends in ${daysLeft === 1 ? 'a day' : `${daysLeft} days`}.`,
    operations.length > 0 && `Replace what Shopify has deprecated in ${shown}${more}.`,
  ];
}

const operationsShown = 5;

const days = (ms: number): string => (ms === 86_400_000 ? 'a day' : `${twoDecimals(ms / 86_400_000)} days`);

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

const twoDecimals = (value: number): number => Math.round(value * 100) / 100;

const percent = (part: number, whole: number): number => (whole === 0 ? 100 : twoDecimals((part / whole) * 100));

/** For each time: the number of records whose last success was then or later, except those of deleted products. */
async function syncedSince(records: SyncRecordStore, shop: string, times: readonly number[]): Promise<number[]> {
  if (records.countSyncedSince) {
    const counts = await Promise.all(times.map((since) => records.countSyncedSince?.(shop, since)));
    return counts.map((count) => (count ? count.pending + count.syncing + count.synced + count.failed : 0));
  }
  const found = times.map(() => 0);
  for await (const page of recordPages(records, shop)) {
    for (const { status, lastSyncedAt } of page) {
      if (status === 'deleted-in-shopify' || lastSyncedAt === null) continue;
      for (const [index, since] of times.entries()) if (lastSyncedAt >= since) found[index] = (found[index] ?? 0) + 1;
    }
  }
  return found;
}

const latestShown = 10;
const patternsShown = 50;

async function analyseFailures(records: SyncRecordStore, shop: string): Promise<FailureAnalysis> {
  const patterns = await records.errorPatterns(shop, { limit: patternsShown });
  let failed = 0;
  const latest: SyncRecord[] = [];
  for await (const page of recordPages(records, shop, { status: 'failed' })) {
    failed += page.length;
    latest.push(...page);
    // Trimmed after each page, so that few records are held in memory.
    keepLatest(latest);
  }
  return { failed, patterns, latest: latest.map(failedProduct) };
}

function keepLatest(records: SyncRecord[]): void {
  records.sort((left, right) => (right.lastAttemptAt ?? -1) - (left.lastAttemptAt ?? -1));
  records.splice(latestShown);
}

export function failedProduct({ localId, gid, lastError, attempts, lastAttemptAt }: SyncRecord): FailedProduct {
  const { code, message } = lastError ?? { code: 'UNKNOWN', message: '' };
  return { localId, gid, code, pattern: errorPattern(message), attempts, lastAttemptAt };
}

/** Milliseconds that the watch waits for a read, and for `onAlert`. */
const checkTimeoutMs = 60_000;

/** Checks at intervals, and alerts when something begins. */
function watch(read: () => Promise<SyncHealth>, options: WatchHealthOptions, clock: Clock): HealthWatch {
  const { onAlert, everyMs = 60_000, successRate = 90, failed = 10 } = options;
  const issues: Issue[] = [...unknownNames(options, watchNames, 'watchHealth.')];
  if (typeof onAlert !== 'function') issues.push({ field: 'watchHealth.onAlert', message: 'must be a function.' });
  for (const [name, value] of Object.entries({ everyMs, successRate, failed }))
    if (!(typeof value === 'number' && value >= (name === 'everyMs' ? 1 : 0)))
      issues.push({ field: `watchHealth.${name}`, message: 'must be a number, 0 or more (everyMs: 1 or more).' });
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });

  /** Alerts that were sent and still apply. */
  const alerted = new Set<HealthAlert['type']>();
  let alertedStatus: HealthStatus = 'healthy';

  /**
   * Whether the alert was sent. A callback that throws, or never ends, must neither stop the watch nor hold back other
   * alerts. The alert is repeated at the next check.
   */
  const isSent = async (alert: HealthAlert): Promise<boolean> => {
    try {
      await within((async () => onAlert(alert))(), checkTimeoutMs, clock, 'onAlert did not end');
      return true;
    } catch (error) {
      process.emitWarning(alertFailure(error));
      return false;
    }
  };

  const alertOnce = async (alert: HealthAlert, isOn: boolean): Promise<void> => {
    if (!isOn) alerted.delete(alert.type);
    else if (!alerted.has(alert.type) && (await isSent(alert))) alerted.add(alert.type);
  };

  const check = async (): Promise<void> => {
    let health: SyncHealth;
    try {
      health = await within(read(), checkTimeoutMs, clock, 'The health could not be read');
    } catch (error) {
      await alertOnce({ type: 'unreadable', error }, true);
      return;
    }
    alerted.delete('unreadable');
    await alertOnce({ type: 'success-rate', health }, health.successRate < successRate);
    await alertOnce({ type: 'failures', health }, health.failed > failed);
    if (health.status === alertedStatus) return;
    if (await isSent({ type: 'status', from: alertedStatus, to: health.status, health })) alertedStatus = health.status;
  };

  let isStopped = false;
  let running: Promise<void> = Promise.resolve();
  let cancel: () => void = () => undefined;
  const next = (delayMs: number): void => {
    cancel = clock.setTimer(() => {
      running = check().then(() => {
        if (!isStopped) next(everyMs);
      });
    }, delayMs);
  };
  next(0);
  return {
    stop() {
      isStopped = true;
      cancel();
      return running;
    },
    [Symbol.asyncDispose]() {
      return this.stop();
    },
  };
}

/** The host's error may contain anything, so only its name is shown. */
function alertFailure(error: unknown): string {
  const name = isShopwrightError(error) ? error.code : error instanceof Error ? error.name : typeof error;
  return `onAlert of watchHealth failed with ${name}. It is called again at the next check.`;
}

/** How many minutes are counted. */
const minutes = 60;

/** Counts the calls of a client, minute by minute. */
export interface CallWatch {
  lastHour(): ApiSuccess;
}

/** Errors caused by Shopify, the network or time. Other errors are caused by the request. */
const failures = [
  'NETWORK_ERROR',
  'TIMEOUT',
  'HTTP_ERROR',
  'THROTTLED',
  'CIRCUIT_OPEN',
  'INVALID_RESPONSE',
  'AUTHENTICATION_FAILED',
  'SHOP_UNAVAILABLE',
  'OUTCOME_UNKNOWN',
] as const;

/** Sums up the points that the calls of some work cost. */
export const pointsUsed = new AsyncLocalStorage<{ points: number }>();

/** Wraps a client so that its calls are counted. */
export function watchCalls(
  client: SyncClient,
  clock: Clock,
): { readonly client: SyncClient; readonly calls: CallWatch } {
  /** By minute, oldest first. */
  const counted: { readonly minute: number; calls: number; failed: number }[] = [];
  const now = (): number => Math.floor(clock.monotonic() / 60_000);
  const current = () => {
    const minute = now();
    let last = counted.at(-1);
    if (last?.minute !== minute) {
      last = { minute, calls: 0, failed: 0 };
      counted.push(last);
      if (counted.length > minutes) counted.shift();
    }
    return last;
  };
  const count = (isFailure: boolean): void => {
    const minute = current();
    minute.calls += 1;
    if (isFailure) minute.failed += 1;
  };
  const graphql = async (...call: Parameters<SyncClient['graphql']>) => {
    try {
      const result = await client.graphql(...call);
      count(false);
      const meter = pointsUsed.getStore();
      if (meter) meter.points += result.cost?.actual ?? 0;
      return result;
    } catch (error) {
      // An abort comes from the caller, and says nothing about the shop.
      if (isShopwrightError(error) && !isControlFlow(error)) count(isShopwrightError(error, ...failures));
      throw error;
    }
  };
  const counting = Object.create(client, { graphql: { value: graphql } }) as SyncClient;
  return {
    client: counting,
    calls: {
      lastHour() {
        const oldest = now() - minutes;
        const sum = { calls: 0, failed: 0 };
        for (const { minute, calls, failed } of counted) {
          if (minute <= oldest) continue;
          sum.calls += calls;
          sum.failed += failed;
        }
        return { ...sum, successRate: percent(sum.calls - sum.failed, sum.calls) };
      },
    },
  };
}
