import { ConfigError } from '../errors/local.ts';
import type { TokenSource } from './types.ts';

/** One token that never changes, as a custom app of one shop has it. */
export function staticToken(accessToken: string): TokenSource {
  if (accessToken.trim() === '' || accessToken !== accessToken.trim()) {
    throw new ConfigError([
      {
        field: 'accessToken',
        message: 'is empty or has white space around it. Copy the Admin API access token again.',
      },
    ]);
  }
  return {
    get: () => Promise.resolve(accessToken),
    invalidate: () => Promise.resolve(false),
  };
}
