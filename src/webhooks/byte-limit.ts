import { ConfigError } from '../errors/local.ts';

const defaultMaxBodyBytes = 5 * 1024 * 1024;

/**
 * The `maxBodyBytes` option, checked.
 *
 * @throws ConfigError when it is no positive integer.
 */
export function byteLimit(maxBodyBytes: number = defaultMaxBodyBytes): number {
  if (Number.isSafeInteger(maxBodyBytes) && maxBodyBytes > 0) return maxBodyBytes;
  throw new ConfigError([{ field: 'maxBodyBytes', message: 'must be a whole number of bytes above 0' }]);
}
