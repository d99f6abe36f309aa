import { StorageError } from '../../errors/errors.ts';
import { isStorageError } from '../../errors/guards.ts';
import { bareCause, bareMessage } from '../../internal/redact.ts';
import { readRedisRefusal } from '../../internal/redis-refusal.ts';

/** Errors of clients that say that the command never left this process. */
const neverSent = /enableOfflineQueue|Failed to refresh slots cache|None of startup nodes|ECONNREFUSED|ENOTFOUND/;

/** Makes the errors, all of which name the prefix; neither they nor their causes hold a value or a password. */
export interface RedisErrors {
  /** A command failed. `isWrite`: it was to change something. */
  readonly command: (error: unknown, isWrite: boolean) => StorageError;
  readonly outOfTime: (limitMs: number, isWrite: boolean) => StorageError;
  readonly tooLate: () => StorageError;
  readonly clientClosed: () => StorageError;
  readonly badAnswer: () => StorageError;
}

/** The errors of the stores with that prefix. */
export function createRedisErrors(keyPrefix: string): RedisErrors {
  const make = (message: string, isRetryable: boolean, cause?: unknown): StorageError =>
    new StorageError(`The Redis of the stores ${JSON.stringify(keyPrefix)} ${message}.`, isRetryable, { cause });

  const outcomeOpen = (cause?: unknown): StorageError =>
    new StorageError(
      `The Redis of the stores ${JSON.stringify(keyPrefix)} was lost before a write was answered: it was done, or never will be. Read the state before another try.`,
      false,
      { cause, mayHaveExecuted: true },
    );

  return {
    command(error, isWrite) {
      if (isStorageError(error)) return error;
      const cause = bareCause(error);
      const refusal = readRedisRefusal(error);
      if (refusal) return make(refusal.message, refusal.passes, cause);
      if (neverSent.test(bareMessage(error)))
        return make('cannot be reached, and nothing was sent. Try again', true, cause);
      return isWrite ? outcomeOpen(cause) : make('lost its connection. Try again', true, cause);
    },
    outOfTime: (limitMs, isWrite) =>
      isWrite ? outcomeOpen() : make(`did not answer within ${limitMs} ms. Try again, or raise commandTimeoutMs`, true),
    tooLate: () =>
      make('was reached too late twice, and nothing was written. Try again, or raise commandTimeoutMs', true),
    clientClosed: () =>
      make('cannot be reached: its client was closed. Close the stores first, and the client then', false),
    badAnswer: () => make('gave an answer that is none. Check what stands between this process and Redis', false),
  };
}
