import { StorageError } from '../../errors/errors.ts';
import { bareCause } from '../../internal/redact.ts';

const codeOf = (error: unknown): string | undefined => {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : undefined;
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '');

/** Returns the server's code for the error; `undefined` if the server did not send it. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = codeOf(error);
  // Node's codes, such as EPIPE, can also have five letters, but begin with E.
  return code !== undefined && /^[0-9A-DF-Z][0-9A-Z]{4}$/.test(code) ? code : undefined;
}

/** Whether the server rolled the transaction back because of a conflict with others. */
export function wasConflict(error: unknown): boolean {
  const sqlState = sqlStateOf(error instanceof StorageError ? error.cause : error);
  return sqlState !== undefined && isConflict(sqlState);
}

const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED:
    "cannot be reached: the server refuses connections. Check that it is running, and the pool's host and port",
  ENOTFOUND: "cannot be reached: the pool's host is not known. Check its name",
  EAI_AGAIN: "cannot be reached: the pool's host could not be resolved. Try again",
};

const inUse = 'all connections of the pool are in use. Raise its `max`, or release connections sooner';

/** State of a pool. */
interface PoolState {
  /** Callers waiting for a connection. */
  readonly waitingCount?: number;
  /** Whether `end()` was called. */
  readonly ending?: boolean;
}

/** The errors of one set of stores. No message contains an address, a password or a value. */
export interface PostgresErrors {
  /** No connection was available, so nothing was sent. */
  readonly connecting: (error: unknown, pool: PoolState, waitedMs: number) => StorageError;
  /** A statement failed. `mayCommit`: it would have committed by itself. */
  readonly statement: (error: unknown, mayCommit: boolean) => StorageError;
  /** The server rolled back instead of committing. */
  readonly rolledBack: () => StorageError;
}

/** Creates the errors, which all name the schema. */
export function createPostgresErrors(schema: string): PostgresErrors {
  const subject = `The Postgres store in schema ${JSON.stringify(schema)}`;
  const make = (message: string, isRetryable: boolean, cause: unknown): StorageError =>
    new StorageError(`${subject} ${message}.`, { isRetryable, ...causedBy(cause) });

  const refusedBy = (sqlState: string, error: unknown): StorageError => {
    if (isRefusedByPooler(sqlState, error)) {
      const fix = "Change the pool's options, or the pooler: these stores need transactions";
      return make(`was refused by a pooler or the server: ${messageOf(error)}. ${fix}`, false, error);
    }
    const found = diagnose(sqlState);
    if (!found) return make(`failed with SQLSTATE ${sqlState}; the cause has the server's message`, false, error);
    // For a missing permission, the server names only the table, not its content.
    const detail = sqlState === '42501' ? `: ${messageOf(error)}. Grant it, or call migrate() with another role` : '';
    return make(`${found.message}${detail}`, found.isRetryable, error);
  };

  const outcomeUnknown = (cause: unknown): StorageError =>
    new StorageError(
      `${subject} got no response to a write in time, or lost its connection first: it may or may not have been done. Read the state before you try again.`,
      { ...causedBy(cause), mayHaveExecuted: true },
    );

  return {
    connecting(error, pool, waitedMs) {
      const sqlState = sqlStateOf(error);
      if (sqlState !== undefined) return refusedBy(sqlState, error);
      if (pool.ending) return make('cannot be used: its pool has been ended. Close the stores first', false, error);
      if (error instanceof OutOfTime) {
        const reason = pool.waitingCount ? inUse : 'the server does not respond. Check the network';
        return make(`got no connection within ${waitedMs} ms: ${reason}`, true, error);
      }
      // The pool's own limit, `connectionTimeoutMillis`, for callers that wait for a released connection.
      if (messageOf(error) === 'timeout exceeded when trying to connect') {
        return make(`got no connection in time: ${inUse}`, true, error);
      }
      const known = unreachable[codeOf(error) ?? ''];
      if (known) return make(known, true, error);
      if (/SSL|TLS|CERT|SASL|password/i.test(`${codeOf(error)} ${messageOf(error)}`)) {
        return make(
          "cannot connect to the server because of TLS or the password. Check the pool's `ssl` and `password`",
          false,
          error,
        );
      }
      return make("cannot be reached. Check the network and the pool's options", true, error);
    },

    statement(error, mayCommit) {
      const sqlState = sqlStateOf(error);
      if (mayCommit && (sqlState === undefined || leavesOutcomeOpen(sqlState, error))) return outcomeUnknown(error);
      if (sqlState !== undefined) return refusedBy(sqlState, error);
      if (error instanceof OutOfTime)
        return make('got no response in time. Try again, or raise queryTimeoutMs', true, error);
      return make('lost its connection, and nothing was written. Try again', true, error);
    },

    rolledBack: () =>
      make('rolled the transaction back instead of committing it: one of its statements had failed', false, undefined),
  };
}

/** Fields of a server error that contain names, but never a row or a value. */
const namingFields = ['severity', 'schema', 'table', 'column', 'dataType', 'constraint', 'routine'] as const;

/**
 * Returns the error as a cause, without `detail`, `where` and fields added by drivers, which contain rows and
 * parameters. The messages of class 22 (data) and of syntax errors quote values.
 */
function causedBy(error: unknown): { readonly cause?: Error } {
  if (error === undefined) return {};
  const quotesValues = /^(22|42601)/.test(sqlStateOf(error) ?? '');
  const message = quotesValues ? messageOf(error).replace(/"[\s\S]*"/, '"…"') : messageOf(error);
  const cause = bareCause(error, message);
  for (const field of namingFields) {
    const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, field) : undefined;
    if (typeof value === 'string') Reflect.set(cause, field, value);
  }
  return { cause };
}

/** What a server error means for the caller of a store. */
interface Diagnosis {
  /** Continues "The Postgres store in schema …". */
  readonly message: string;
  /** Whether the same call can succeed later without a change. */
  readonly isRetryable: boolean;
}

const passing = (message: string): Diagnosis => ({ message, isRetryable: true });

const lasting = (message: string): Diagnosis => ({ message, isRetryable: false });

const stopping = passing('lost its server, which is shutting down, starting or recovering. Try again once it is up');

const refused = lasting("was refused: check the pool's user and password, and the server's pg_hba.conf");

const missing = lasting(
  'lacks a table or column. Call migrate() on the stores with a role that may create tables, and check that nobody dropped them',
);

const encoding = lasting(
  "has a character that the database's encoding cannot store. Use a database created with encoding 'UTF8'",
);

const damaged = lasting(
  'is damaged: the server reports broken pages. Restore a backup, or drop the tables: the next sync finds the products in Shopify again',
);

const conflict = passing('conflicted with other transactions too often. Try again');

/** SQLSTATE codes (https://www.postgresql.org/docs/current/errcodes-appendix.html) that have a specific fix. */
const bySqlState: Readonly<Record<string, Diagnosis>> = {
  '22021': encoding,
  '22P05': encoding,
  '25006': lasting(
    'is read-only: the pool connects to a standby, or `default_transaction_read_only` is on. Connect it to the primary',
  ),
  '25P03': passing('lost its transaction to `idle_in_transaction_session_timeout`. Try again, or raise that'),
  '25P04': passing('lost its transaction to `transaction_timeout`. Try again, or raise that'),
  '28000': refused,
  '28P01': refused,
  '3D000': lasting('has no database of that name. Create it, or set another one in the pool'),
  '3F000': missing,
  '40001': conflict,
  '40P01': conflict,
  '42501': lasting('lacks a permission'),
  '42703': missing,
  '42P01': missing,
  '42P07': lasting('found a table of that name that belongs to another program. Set another tablePrefix'),
  '53100': lasting(
    "could not be written: the server's disk is full. Free some space; earlier acknowledged writes are safe",
  ),
  '53200': passing('failed because the server has no memory left. Try again'),
  '53300': passing(
    'got no connection: the server has too many. Lower the `max` of the pools, raise `max_connections`, or use a pooler',
  ),
  '55P03': passing('waited for a lock longer than `lock_timeout`. Try again'),
  '57014': passing(
    'had a statement cancelled, by `statement_timeout` or an administrator. Try again, or raise that timeout',
  ),
  '57P01': stopping,
  '57P02': stopping,
  '57P03': stopping,
  '57P04': lasting('lost its database: somebody dropped it'),
  '57P05': passing('lost its connection to `idle_session_timeout`. Try again'),
  '58030': lasting("could not be read or written: the server's disk reports an error. Check the disk"),
  XX001: damaged,
  XX002: damaged,
};

/**
 * Whether class 08 means a wrong configuration, not a lost connection. PgBouncer sends 08P01 for nearly all errors.
 * These last until the configuration is changed, and nothing was executed: statement pooling, an unknown start-up
 * parameter, database, user or protocol, or a database that the server lacks. https://www.pgbouncer.org/config.html
 */
function isRefusedByPooler(sqlState: string, error: unknown): boolean {
  const pattern =
    /pooling mode|not allowed in|start-?up parameter|no such (?:database|user)|does not exist|config error|auth|unsupported|not supported|protocol version|invalid (?:startup|packet)/i;
  return sqlState.startsWith('08') && pattern.test(messageOf(error));
}

const lost = passing('lost its connection. Try again');

/** Returns the meaning of a code; `undefined` if nothing is known beyond the code. */
function diagnose(sqlState: string): Diagnosis | undefined {
  return bySqlState[sqlState] ?? (sqlState.startsWith('08') ? lost : undefined);
}

/** Whether the connection is unusable after that code. */
export function endsConnection(sqlState: string): boolean {
  return /^(08|57P|58|XX|25P0[34])/.test(sqlState);
}

/** Whether the server rolled the whole transaction back because of a conflict, so that it can be repeated. */
function isConflict(sqlState: string): boolean {
  return sqlState === '40001' || sqlState === '40P01';
}

/** Whether a committing statement may have committed although the server responded with that code. */
function leavesOutcomeOpen(sqlState: string, error: unknown): boolean {
  if (isRefusedByPooler(sqlState, error)) return false;
  return sqlState === '40003' || /^(08|57P|58|XX)/.test(sqlState);
}

/** There was no connection, or no response to a statement, within the limit. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';

  constructor(limitMs: number) {
    super(`No response within ${limitMs} ms.`);
  }
}
