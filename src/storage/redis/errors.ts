import { bareCause, bareMessage } from '../../errors/bare-cause.ts';
import { isStorageError } from '../../errors/guards.ts';
import { StorageError } from '../../errors/local.ts';

/** What the server refuses before anything is done (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors). */
const refusals: Readonly<Record<string, readonly [message: string, isRetryable: boolean]>> = {
  LOADING: ['is still loading its data. Try again', true],
  BUSY: ['is busy with a script that does not end. Try again, or end that script with SCRIPT KILL', true],
  TRYAGAIN: ['is moving these keys to another node. Try again', true],
  CLUSTERDOWN: ['has no node for these keys: the cluster is down. Try again', true],
  MASTERDOWN: ['is a replica without its master. Try again', true],
  READONLY: ['is a replica, and takes no writes. Try again after the failover, or connect to the master', true],
  NOREPLICAS: ['has too few replicas to take writes. Try again', true],
  MISCONF: ['takes no writes, since it cannot save to its disk. See its log', true],
  OOM: ['is full. Raise maxmemory, or delete what is not needed; nothing was written', true],
  NOAUTH: ['wants a password. Give the client its `password`', false],
  WRONGPASS: ['does not take the password. Check `username` and `password` of the client', false],
  NOPERM: [
    'does not allow this user the commands. Grant EVAL, EVALSHA, SCAN and those on the keys of the prefix',
    false,
  ],
  WRONGTYPE: ['has a key of another program under this name. Set another keyPrefix', false],
  CROSSSLOT: ['is a cluster, and the client does not know it. Use `new Cluster(…)` of ioredis', false],
  MOVED: ['is a cluster, and the client does not know it. Use `new Cluster(…)` of ioredis', false],
};

/** What the server answered with, such as `OOM`; `undefined` where the error did not come from a server. */
const refusalOf = (error: unknown): string | undefined => {
  const isReply = error instanceof Error && error.name === 'ReplyError';
  // Scripts put the word behind their own name, or behind ERR.
  return isReply ? /^(?:ERR )?(?:-)?([A-Z]+)\b/.exec(error.message)?.[1] : undefined;
};

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
      const refusal = refusalOf(error);
      if (refusal !== undefined) {
        const [message, isRetryable] = refusals[refusal] ?? [`refused a command: ${bareMessage(error)}`, false];
        return make(message, isRetryable, cause);
      }
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
