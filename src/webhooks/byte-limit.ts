import { ConfigError } from '../errors/errors.ts';

/** @throws ConfigError when the option is no positive integer. */
export function wholeNumber(field: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new ConfigError([{ field, message: 'must be a whole number above 0' }]);
}

/**
 * The `maxBodyBytes` option, checked.
 *
 * @throws ConfigError when it is no positive integer.
 */
export function byteLimit(maxBodyBytes: number = 5 * 1024 * 1024): number {
  return wholeNumber('maxBodyBytes', maxBodyBytes);
}
