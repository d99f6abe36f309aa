// @ts-nocheck
// Apart from job.ts, which needs node:crypto: webhooks are handled in edge runtimes too.
import { ConfigError, isShopwrightError } from '../errors/errors.ts';

/** What a handler throws to have its job come again later, as if it had not started. */
export interface Deferral {
  /** Milliseconds before it may run again. */
  readonly delayMs: number;
}

const brand = Symbol.for('shopwright.defer');

/** The trial calls of an open breaker are due at once when its time is up; jobs that came back sooner would spin. */
const shortestBreakerPauseMs = 1_000;

/** The default of `retry.maxDelayMs`: a shorter wait is one that the job's own attempts outlast. */
const longestCallWaitMs = 30_000;

/** For what another copy of the package may have thrown. */
const fallbackMs = 30_000;

/** Not part of the error family: nothing failed. Known by its brand, so that copies of the module understand each other. */
class DeferSignal extends Error implements Deferral {
  override readonly name = 'Deferral';
  readonly delayMs: number;

  constructor(delayMs: number) {
    super(`deferred by ${delayMs} ms`);
    this.delayMs = delayMs;
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * Throw what this makes in a handler, and the job comes again after `delayMs`, with the same attempt number.
 *
 * @param delayMs Milliseconds, 0 or more, at most a year.
 * @throws ConfigError (code `CONFIG_INVALID`) when `delayMs` is not such a number.
 *
 * @example
 * queue.process('push-product', async ({ job }) => {
 *   if (await isMaintenanceWindow()) throw defer(60_000);
 *   await push(job.payload);
 * });
 */
export function defer(delayMs: number): Error & Deferral {
  if (!isDelay(delayMs)) {
    throw new ConfigError('Invalid configuration', {
      issues: [{ field: 'delayMs', message: 'give milliseconds, 0 or more, at most a year' }],
    });
  }
  return new DeferSignal(delayMs);
}

/** By how many milliseconds what a handler threw defers its job; `undefined` where it is a failure. */
export function deferDelay(thrown: unknown): number | undefined {
  try {
    if (isDeferral(thrown)) return isDelay(thrown.delayMs) ? thrown.delayMs : fallbackMs;
    if (isLongWait(thrown)) return thrown.retryAfterMs;
    if (!isShopwrightError(thrown, 'CIRCUIT_OPEN')) return undefined;
    return isDelay(thrown.retryAfterMs) ? Math.max(shortestBreakerPauseMs, thrown.retryAfterMs) : fallbackMs;
  } catch {
    // What cannot even be looked at, such as a revoked proxy, is a failure like any other.
    return undefined;
  }
}

/** A wait that a server named and that no call stays for, such as the rest of the day for a daily limit. */
function isLongWait(thrown: unknown): thrown is { readonly retryAfterMs: number } {
  if (!isShopwrightError(thrown, 'THROTTLED', 'HTTP_ERROR') || !thrown.isRetryable) return false;
  return isDelay(thrown.retryAfterMs) && thrown.retryAfterMs > longestCallWaitMs;
}

function isDeferral(thrown: unknown): thrown is Deferral {
  return typeof thrown === 'object' && thrown !== null && brand in thrown;
}

/** The longest wait that every adapter keeps: longer than a year is a mistake of units. */
const longestMs = 366 * 86_400_000;

/** Whether a number is a wait that a queue keeps. */
export const isDelay = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= longestMs;
