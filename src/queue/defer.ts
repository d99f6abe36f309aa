// Not in job.ts, which needs node:crypto: webhooks are handled in edge runtimes too.
import { ConfigError, isShopwrightError } from '../errors/errors.ts';

/** Thrown by a handler to run its job again later, as if it had not started. */
export interface Deferral {
  /** Milliseconds before the job may run again. */
  readonly delayMs: number;
}

const brand = Symbol.for('shopwright.defer');

/**
 * The shortest wait. A breaker admits trial calls as soon as its time is up, and jobs that came back sooner would spin.
 */
const shortestBreakerPauseMs = 1_000;

/** The default of `retry.maxDelayMs`. Shorter waits are left to the job's own retries. */
const longestCallWaitMs = 30_000;

/** Used if an error has no valid delay. */
const fallbackMs = 30_000;

/** Not a `ShopwrightError`, because nothing failed. Its brand is the same in all copies of the module. */
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
 * Creates an error that defers a job: throw it in a handler, and the job runs again after `delayMs`, with the same
 * attempt number.
 *
 * @param delayMs Milliseconds, 0 or more, at most a year.
 * @throws ConfigError (code `CONFIG_INVALID`) if `delayMs` is not such a number.
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
      issues: [{ field: 'delayMs', message: 'must be milliseconds from 0 to a year' }],
    });
  }
  return new DeferSignal(delayMs);
}

/** Returns by how many milliseconds a handler's error defers its job; `undefined` if it is a failure. */
export function deferDelay(thrown: unknown): number | undefined {
  try {
    if (isDeferral(thrown)) return isDelay(thrown.delayMs) ? thrown.delayMs : fallbackMs;
    if (isLongWait(thrown)) return thrown.retryAfterMs;
    if (!isShopwrightError(thrown, 'CIRCUIT_OPEN')) return undefined;
    return isDelay(thrown.retryAfterMs) ? Math.max(shortestBreakerPauseMs, thrown.retryAfterMs) : fallbackMs;
  } catch {
    // A value that cannot be inspected, such as a revoked proxy, counts as a failure.
    return undefined;
  }
}

/** A wait that the server demands and that is too long for a call, such as the rest of the day for a daily limit. */
function isLongWait(thrown: unknown): thrown is { readonly retryAfterMs: number } {
  if (!isShopwrightError(thrown, 'THROTTLED', 'HTTP_ERROR') || !thrown.isRetryable) return false;
  return isDelay(thrown.retryAfterMs) && thrown.retryAfterMs > longestCallWaitMs;
}

function isDeferral(thrown: unknown): thrown is Deferral {
  return typeof thrown === 'object' && thrown !== null && brand in thrown;
}

/** The longest wait: more than a year is probably a wrong unit. */
const longestMs = 366 * 86_400_000;

/** Whether a value is a valid wait. */
export const isDelay = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= longestMs;
