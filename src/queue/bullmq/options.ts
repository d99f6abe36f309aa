import { ConfigError, type Problem } from '../../errors/errors.ts';
import { areDelays, isTimeout } from '../job.ts';
import type { BullmqQueueOptions } from './settings.ts';

/** The options with defaults; the logger and the listener stay optional. */
export type BullmqQueueSettings = Required<Omit<BullmqQueueOptions, 'logger' | 'telemetry'>>;

/**
 * Fills in the defaults.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) with all that does not fit.
 */
export function bullmqQueueSettings(options: BullmqQueueOptions): BullmqQueueSettings {
  const { connection, name = 'shopify-sync', prefix = '{shopwright}', concurrency = 8 } = options;
  const { retryDelaysMs = [30_000, 60_000, 120_000], timeoutMs = 300_000, maxDeadJobs = 10_000 } = options;
  const { lockDurationMs = 30_000, maxStalledCount = 5, commandTimeoutMs = 5_000 } = options;
  const problems: Problem[] = [];
  const check = (field: keyof BullmqQueueOptions, fits: boolean, message: string): void => {
    if (!fits) problems.push({ field: `queue.${field}`, message });
  };
  const isCount = (value: number, least: number): boolean => Number.isInteger(value) && value >= least;
  check('connection', typeof connection?.duplicate === 'function', 'give an ioredis client: `new Redis(url)`');
  check('name', /^[^:]+$/.test(name), 'give a text without `:` that is not empty');
  check('prefix', typeof prefix === 'string' && prefix.length > 0, 'give a text that is not empty');
  check('concurrency', isCount(concurrency, 1), 'give a whole number, more than 0');
  check('retryDelaysMs', areDelays(retryDelaysMs), 'give a list of at most 100 waits in milliseconds');
  check('timeoutMs', isTimeout(timeoutMs), 'give milliseconds, more than 0, at most a year');
  check('lockDurationMs', isCount(lockDurationMs, 100), 'give whole milliseconds, 100 or more');
  check('maxStalledCount', isCount(maxStalledCount, 0), 'give a whole number, 0 or more');
  check('maxDeadJobs', isCount(maxDeadJobs, 1), 'give a whole number, more than 0');
  check('commandTimeoutMs', isTimeout(commandTimeoutMs), 'give milliseconds, more than 0, at most a year');
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    ...{ connection, name, prefix, concurrency, retryDelaysMs, timeoutMs, maxDeadJobs },
    ...{ lockDurationMs, maxStalledCount, commandTimeoutMs },
  };
}
