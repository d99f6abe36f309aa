import { ConfigError } from '../errors/errors.ts';
import { isCircuitOpenError } from '../errors/guards.ts';
import { isDelay } from './job.ts';

/** What a handler throws to have its job come again later, as if it had not started. */
export interface PutOff {
  /** Milliseconds before it may run again. */
  readonly delayMs: number;
}

const brand = Symbol.for('shopwright.put-off');

/** The trial calls of an open breaker are due at once when its time is up; jobs that came back sooner would spin. */
const shortestBreakerPauseMs = 1_000;

/** For what another copy of the package may have thrown. */
const fallbackMs = 30_000;

/** Not part of the error family: nothing failed. Known by its brand, so that copies of the module understand each other. */
class PutOffSignal extends Error implements PutOff {
  override readonly name = 'PutOff';
  readonly delayMs: number;

  constructor(delayMs: number) {
    super(`put off by ${delayMs} ms`);
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
 *   if (await isMaintenanceWindow()) throw putOff(60_000);
 *   await push(job.payload);
 * });
 */
export function putOff(delayMs: number): Error & PutOff {
  if (!isDelay(delayMs)) {
    throw new ConfigError([{ field: 'delayMs', message: 'give milliseconds, 0 or more, at most a year' }]);
  }
  return new PutOffSignal(delayMs);
}

/** By how many milliseconds what a handler threw puts its job off; `undefined` where it is a failure. */
export function putOffDelay(thrown: unknown): number | undefined {
  try {
    if (isPutOff(thrown)) return isDelay(thrown.delayMs) ? thrown.delayMs : fallbackMs;
    if (!isCircuitOpenError(thrown)) return undefined;
    return isDelay(thrown.retryAfterMs) ? Math.max(shortestBreakerPauseMs, thrown.retryAfterMs) : fallbackMs;
  } catch {
    // What cannot even be looked at, such as a revoked proxy, is a failure like any other.
    return undefined;
  }
}

function isPutOff(thrown: unknown): thrown is PutOff {
  return typeof thrown === 'object' && thrown !== null && brand in thrown;
}
