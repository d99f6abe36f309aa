import { StorageError } from '../../errors/errors.ts';
import { OutOfTime } from './in-time.ts';
import type { PostgresPool } from './pool.ts';
import { diagnose, isConflict, leavesOutcomeOpen } from './sql-states.ts';

const codeOf = (error: unknown): string | undefined => {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : undefined;
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '');

/** The server's own code for the error; `undefined` for one that the server did not send. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = codeOf(error);
  // Node's codes, such as EPIPE, can have five letters too, but begin with an E.
  return code !== undefined && /^[0-9A-DF-Z][0-9A-Z]{4}$/.test(code) ? code : undefined;
}

/** Whether the server undid all of it because other transactions were in its way. */
export function wasConflict(error: unknown): boolean {
  const sqlState = sqlStateOf(error instanceof StorageError ? error.cause : error);
  return sqlState !== undefined && isConflict(sqlState);
}

const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED:
    'cannot be reached: the server refuses connections. Check that it runs, and the host and port of the pool',
  ENOTFOUND: 'cannot be reached: the host of the pool is not known. Check its name',
  EAI_AGAIN: 'cannot be reached: the host of the pool could not be looked up. Try again',
};

const inUse = 'all connections of the pool are in use. Raise its `max`, or give connections back sooner';

/** The errors of one set of stores. No message holds an address, a password or a value. */
export interface PostgresErrors {
  /** No connection could be had, so nothing was sent. */
  readonly connecting: (error: unknown, pool: PostgresPool, waitedMs: number) => StorageError;
  /** A statement failed. `mayCommit`: it was to commit something by itself. */
  readonly statement: (error: unknown, mayCommit: boolean) => StorageError;
  /** A commit that committed nothing. */
  readonly rolledBack: () => StorageError;
}

/** Makes the errors, which all name the schema. */
export function createPostgresErrors(schema: string): PostgresErrors {
  const subject = `The Postgres store in schema ${JSON.stringify(schema)}`;
  const make = (message: string, isRetryable: boolean, cause: unknown): StorageError =>
    new StorageError(`${subject} ${message}.`, isRetryable, { cause });

  const answered = (sqlState: string, error: unknown): StorageError => {
    const found = diagnose(sqlState);
    if (!found) return make(`failed with SQLSTATE ${sqlState}; the cause holds what the server said`, false, error);
    // Of a missing right the server names the table, and nothing of what is in it.
    const detail = sqlState === '42501' ? `: ${messageOf(error)}. Grant it, or call migrate() with another role` : '';
    return make(`${found.message}${detail}`, found.isRetryable, error);
  };

  const outcomeUnknown = (cause: unknown): StorageError =>
    new StorageError(
      `${subject} lost its connection, or its patience, before a write was answered: it may have been done or not. Read the state before another try.`,
      false,
      { cause, mayHaveExecuted: true },
    );

  return {
    connecting(error, pool, waitedMs) {
      const sqlState = sqlStateOf(error);
      if (sqlState !== undefined) return answered(sqlState, error);
      if (pool.ending) return make('cannot be used: its pool has been ended. Close the stores first', false, error);
      if (error instanceof OutOfTime) {
        const reason = pool.waitingCount ? inUse : 'the server does not answer. Check the network between';
        return make(`got no connection within ${waitedMs} ms: ${reason}`, true, error);
      }
      // The pool's own limit, `connectionTimeoutMillis`, for those who wait until one is given back.
      if (messageOf(error) === 'timeout exceeded when trying to connect') {
        return make(`got no connection in time: ${inUse}`, true, error);
      }
      const known = unreachable[codeOf(error) ?? ''];
      if (known) return make(known, true, error);
      if (/SSL|TLS|CERT|SASL|password/i.test(`${codeOf(error)} ${messageOf(error)}`)) {
        return make(
          'cannot agree with the server on TLS or the password. Check `ssl` and `password` of the pool',
          false,
          error,
        );
      }
      return make('cannot be reached. Check the network and the options of the pool', true, error);
    },

    statement(error, mayCommit) {
      const sqlState = sqlStateOf(error);
      if (mayCommit && (sqlState === undefined || leavesOutcomeOpen(sqlState))) return outcomeUnknown(error);
      if (sqlState !== undefined) return answered(sqlState, error);
      if (error instanceof OutOfTime)
        return make('got no answer in time. Try again, or raise queryTimeoutMs', true, error);
      return make('lost its connection, and nothing was written. Try again', true, error);
    },

    rolledBack: () =>
      make('rolled the transaction back instead of committing it: one of its statements had failed', false, undefined),
  };
}
