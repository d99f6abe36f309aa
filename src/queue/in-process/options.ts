import { ConfigError, type Problem } from '../../errors/errors.ts';
import { systemClock } from '../../internal/clock.ts';
import { areDelays, isTimeout } from '../job.ts';
import type { InProcessQueueOptions } from './types.ts';

/** The options with defaults; the logger and the listener stay optional. */
type InProcessQueueSettings = Required<Omit<InProcessQueueOptions, 'logger' | 'telemetry'>>;

/**
 * Fills in the defaults.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) with all that does not fit.
 */
export function inProcessQueueSettings(options: InProcessQueueOptions): InProcessQueueSettings {
  const { name = 'shopify-sync', concurrency = 8, clock = systemClock, maxDeadJobs = 10_000 } = options;
  const { retryDelaysMs = [30_000, 60_000, 120_000], timeoutMs = 300_000 } = options;
  const problems: Problem[] = [];
  const check = (field: keyof InProcessQueueOptions, fits: boolean, message: string): void => {
    if (!fits) problems.push({ field: `queue.${field}`, message });
  };
  check('name', typeof name === 'string' && name.length > 0, 'give a text that is not empty');
  check('concurrency', Number.isInteger(concurrency) && concurrency > 0, 'give a whole number, more than 0');
  check('retryDelaysMs', areDelays(retryDelaysMs), 'give a list of at most 100 waits in milliseconds');
  check('timeoutMs', isTimeout(timeoutMs), 'give milliseconds, more than 0, at most a year');
  check('maxDeadJobs', Number.isInteger(maxDeadJobs) && maxDeadJobs >= 0, 'give a whole number, 0 or more');
  if (problems.length > 0) throw new ConfigError(problems);
  return { name, concurrency, retryDelaysMs, timeoutMs, maxDeadJobs, clock };
}
