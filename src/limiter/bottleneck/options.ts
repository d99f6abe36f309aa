import { ConfigError } from '../../errors/errors.ts';
import { readTokenBucketOptions } from '../token-bucket-options.ts';
import type { BottleneckLimiterOptions, BottleneckLimiterSettings } from './settings.ts';

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
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    ...{ clock, maximumAvailable, restoreRate, idleMs, refill, startTimeoutMs, priorities },
    limiterFor: typeof limiterFor === 'function' ? limiterFor : () => limiterFor,
  };
}
