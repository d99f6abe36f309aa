import { ConfigError } from '../../errors/errors.ts';
import type { Clock } from '../../internal/clock.ts';
import type { BucketScope } from '../../ports/rate-limiter.ts';
import { readTokenBucketOptions } from '../token-bucket.ts';

/** A job as Bottleneck's events tell of it. */
export interface BottleneckJobInfo {
  readonly options: { readonly id: string; readonly weight: number };
}

/** The part of a Bottleneck 2.19 limiter that is needed; any copy of the package fits. */
export interface HostBottleneck {
  schedule<T>(
    options: { readonly id: string; readonly weight: number; readonly priority: number },
    task: () => PromiseLike<T>,
  ): Promise<T>;
  queued(): number;
  running(): Promise<number>;
  currentReservoir(): Promise<number | null>;
  incrementReservoir(points: number): Promise<number>;
  on(event: 'queued', listener: (job: BottleneckJobInfo) => void): unknown;
  on(event: 'scheduled', listener: (job: BottleneckJobInfo) => void): unknown;
}

/** Options of `bottleneckLimiter`. Only `limiterFor` is needed. */
export interface BottleneckLimiterOptions {
  /**
   * The host's Bottleneck, or what finds the one of an app on a shop, such as
   * `({ shop }) => group.key(shop)`. It must have a `reservoir`.
   */
  readonly limiterFor: HostBottleneck | ((scope: BucketScope) => HostBottleneck);
  /**
   * Who refills the reservoir. `limiter` (the default): this limiter, exactly and by Shopify's numbers; for
   * a Bottleneck within one process, without refill settings of its own. `host`: its own settings, as a
   * clustered one needs it; this limiter gives back what calls did not cost, and follows Shopify.
   */
  readonly refill?: 'limiter' | 'host';
  /** Bottleneck's priorities, 0 (first) to 9. Default 5 and 7. */
  readonly priorities?: { readonly interactive: number; readonly background: number };
  /** Points the bucket is taken to hold until Shopify tells. Default 1,000, the smallest seen. */
  readonly maximumAvailable?: number;
  /** Points per second the bucket is taken to regain until Shopify tells. Default 50, the smallest seen. */
  readonly restoreRate?: number;
  /** Milliseconds without a call after which a bucket is forgotten. Default 600,000. */
  readonly idleMs?: number;
  /** Milliseconds that a clustered Bottleneck may take to connect. Default 10,000. */
  readonly startTimeoutMs?: number;
  /** Default: the machine's own clock. */
  readonly clock?: Clock;
}

/** `BottleneckLimiterOptions` with the defaults filled in. */
export interface BottleneckLimiterSettings extends Readonly<Required<BottleneckLimiterOptions>> {
  limiterFor(scope: BucketScope): HostBottleneck;
}

/**
 * Fills in the defaults.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) with all that does not fit.
 */
export function bottleneckLimiterSettings(options: BottleneckLimiterOptions): BottleneckLimiterSettings {
  const { limiterFor, refill = 'limiter', startTimeoutMs = 10_000 } = options;
  const { priorities = { interactive: 5, background: 7 }, ...bucket } = options;
  const { settings, problems } = readTokenBucketOptions(bucket);
  const { clock, maximumAvailable, restoreRate, idleMs } = settings;
  const check = (field: keyof BottleneckLimiterOptions, fits: boolean, message: string): void => {
    if (!fits) problems.push({ field: `limiter.${field}`, message });
  };
  const isPriority = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 9;
  check(
    'limiterFor',
    typeof limiterFor === 'function' || typeof limiterFor?.schedule === 'function',
    'give a Bottleneck, or a function that gives one',
  );
  check('refill', refill === 'limiter' || refill === 'host', 'give `limiter` or `host`');
  check(
    'priorities',
    isPriority(priorities.interactive) && isPriority(priorities.background),
    'give whole numbers from 0 to 9',
  );
  check('startTimeoutMs', startTimeoutMs > 0, 'give milliseconds, more than 0');
  if (problems.length > 0) throw new ConfigError('Invalid configuration', { issues: problems });
  return {
    ...{ clock, maximumAvailable, restoreRate, idleMs, refill, startTimeoutMs, priorities },
    limiterFor: typeof limiterFor === 'function' ? limiterFor : () => limiterFor,
  };
}
