import { ConfigError, type Problem } from '../errors/errors.ts';
import { type Clock, systemClock } from '../internal/clock.ts';

/** Options of `tokenBucketLimiter`. All may be left out. */
export interface TokenBucketOptions {
  /** Default: the machine's own clock. */
  readonly clock?: Clock;
  /** Points a bucket is taken to hold until Shopify tells. Default 1,000, the smallest seen. */
  readonly maximumAvailable?: number;
  /** Points per second a bucket is taken to regain until Shopify tells. Default 50, the smallest seen. */
  readonly restoreRate?: number;
  /**
   * Part of the bucket that background calls may use while the shop is in interactive use (a call within
   * the last 60 s). Above 0, at most 1. Default 0.8.
   */
  readonly softCeiling?: number;
  /**
   * Milliseconds after which a waiting background call stands equal to an interactive one that has just
   * come, so that neither class starves. Default 30,000.
   */
  readonly agingMs?: number;
  /**
   * Milliseconds without a call after which a bucket is forgotten. Never one with a waiter or a permit
   * out. Default 600,000.
   */
  readonly idleMs?: number;
}

/** `TokenBucketOptions` with the defaults filled in. */
export type TokenBucketSettings = Readonly<Required<TokenBucketOptions>>;

/**
 * Fills in the defaults.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) with all that does not fit.
 */
export function tokenBucketSettings(options?: TokenBucketOptions): TokenBucketSettings {
  const { settings, problems } = readTokenBucketOptions(options);
  if (problems.length > 0) throw new ConfigError(problems);
  return settings;
}

/** Fills in the defaults, and tells what does not fit: for limiters that have more options than these. */
export function readTokenBucketOptions(options: TokenBucketOptions = {}): {
  readonly settings: TokenBucketSettings;
  readonly problems: Problem[];
} {
  const settings: TokenBucketSettings = {
    clock: options.clock ?? systemClock,
    maximumAvailable: options.maximumAvailable ?? 1_000,
    restoreRate: options.restoreRate ?? 50,
    softCeiling: options.softCeiling ?? 0.8,
    agingMs: options.agingMs ?? 30_000,
    idleMs: options.idleMs ?? 600_000,
  };
  const problems: Problem[] = [];
  const check = (field: keyof TokenBucketSettings, fits: boolean, message: string): void => {
    if (!fits) problems.push({ field: `limiter.${field}`, message });
  };
  const { maximumAvailable, restoreRate, softCeiling, agingMs, idleMs } = settings;
  check('maximumAvailable', Number.isFinite(maximumAvailable) && maximumAvailable > 0, 'give points, more than 0');
  check('restoreRate', Number.isFinite(restoreRate) && restoreRate > 0, 'give points per second, more than 0');
  check('softCeiling', softCeiling > 0 && softCeiling <= 1, 'give a part of the bucket, above 0 and at most 1');
  check('agingMs', Number.isFinite(agingMs) && agingMs >= 0, 'give milliseconds, 0 or more');
  check('idleMs', idleMs > 0, 'give milliseconds, more than 0');
  return { settings, problems };
}
