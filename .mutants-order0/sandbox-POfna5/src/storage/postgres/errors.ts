// @ts-nocheck
import { StorageError } from '../../errors/errors.ts';
import { bareCause } from '../../internal/redact.ts';

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

/** What a pool says about itself. */
interface PoolState {
  /** Callers that wait for a connection. */
  readonly waitingCount?: number;
  /** Whether `end()` was called. */
  readonly ending?: boolean;
}

/** The errors of one set of stores. No message holds an address, a password or a value. */
export interface PostgresErrors {
  /** No connection could be had, so nothing was sent. */
  readonly connecting: (error: unknown, pool: PoolState, waitedMs: number) => StorageError;
  /** A statement failed. `mayCommit`: it was to commit something by itself. */
  readonly statement: (error: unknown, mayCommit: boolean) => StorageError;
  /** A commit that committed nothing. */
  readonly rolledBack: () => StorageError;
}

/** Makes the errors, which all name the schema. */
export function createPostgresErrors(schema: string): PostgresErrors {
  const subject = `The Postgres store in schema ${JSON.stringify(schema)}`;
  const make = (message: string, isRetryable: boolean, cause: unknown): StorageError =>
    new StorageError(`${subject} ${message}.`, { isRetryable, ...causedBy(cause) });

  const refusedBy = (sqlState: string, error: unknown): StorageError => {
    if (isRefusedByPooler(sqlState, error)) {
      const fix = 'Change the options of the pool, or the pooler: these stores need transactions';
      return make(`was refused by a pooler or the server: ${messageOf(error)}. ${fix}`, false, error);
    }
    const found = diagnose(sqlState);
    if (!found) return make(`failed with SQLSTATE ${sqlState}; the cause holds what the server said`, false, error);
    // Of a missing right the server names the table, and nothing of what is in it.
    const detail = sqlState === '42501' ? `: ${messageOf(error)}. Grant it, or call migrate() with another role` : '';
    return make(`${found.message}${detail}`, found.isRetryable, error);
  };

  const outcomeUnknown = (cause: unknown): StorageError =>
    new StorageError(
      `${subject} got no response to a write in time, or lost its connection before one: it may have been done or not. Read the state before you try again.`,
      { ...causedBy(cause), mayHaveExecuted: true },
    );

  return {
    connecting(error, pool, waitedMs) {
      const sqlState = sqlStateOf(error);
      if (sqlState !== undefined) return refusedBy(sqlState, error);
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

/** What the server says of an error that names things, and never holds a row or a value. */
const namingFields = ['severity', 'schema', 'table', 'column', 'dataType', 'constraint', 'routine'] as const;

/**
 * What went wrong, as the cause: `detail`, `where` and whatever a driver adds hold rows and parameters. The messages of
 * class 22 (data) and of syntax errors quote values.
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

/** What an error of the server means to whoever called a store. */
interface Diagnosis {
  /** Goes on after "The Postgres store in schema …". */
  readonly message: string;
  /** Whether the same call can succeed later without a change. */
  readonly isRetryable: boolean;
}

const passing = (message: string): Diagnosis => ({ message, isRetryable: true });

const lasting = (message: string): Diagnosis => ({ message, isRetryable: false });

const stopping = passing('lost its server, which shuts down, starts or recovers. Try again once it is up');

const refused = lasting("was refused: check the pool's user and password, and the server's pg_hba.conf");

const missing = lasting(
  'misses a table or column. Call migrate() on the stores with a role that may create tables, and check that nobody dropped them',
);

const encoding = lasting(
  "met a character that the database's encoding cannot hold. Use a database made with encoding 'UTF8'",
);

const damaged = lasting(
  'is damaged: the server reports broken pages. Restore a backup, or drop the tables: the next sync finds the products in Shopify again',
);

const conflict = passing('met the same rows as other transactions too often. Try again');

/** SQLSTATE codes (https://www.postgresql.org/docs/current/errcodes-appendix.html) that have a fix of their own. */
const bySqlState: Readonly<Record<string, Diagnosis>> = {
  '22021': encoding,
  '22P05': encoding,
  '25006': lasting(
    'is read-only: the pool leads to a standby, or `default_transaction_read_only` is on. Lead the pool to the primary',
  ),
  '25P03': passing('lost its transaction to `idle_in_transaction_session_timeout`. Try again, or raise that'),
  '25P04': passing('lost its transaction to `transaction_timeout`. Try again, or raise that'),
  '28000': refused,
  '28P01': refused,
  '3D000': lasting('has no database of that name. Create it, or name another one in the pool'),
  '3F000': missing,
  '40001': conflict,
  '40P01': conflict,
  '42501': lasting('needs a right that its role does not have'),
  '42703': missing,
  '42P01': missing,
  '42P07': lasting('found a table of that name which is not its own. Set another tablePrefix'),
  '53100': lasting(
    "could not be written: the server's disk is full. Free some space; what was acknowledged before is safe",
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
 * Whether class 08 stands for a configuration and no lost connection. PgBouncer sends 08P01 for nearly all that it says;
 * these last until somebody changes something, and nothing was done: statement pooling, a start-up parameter that it does
 * not know, a database, user or protocol that is not its own, or a database that the server lacks.
 * https://www.pgbouncer.org/config.html
 */
function isRefusedByPooler(sqlState: string, error: unknown): boolean {
  const pattern =
    /pooling mode|not allowed in|start-?up parameter|no such (?:database|user)|does not exist|config error|auth|unsupported|not supported|protocol version|invalid (?:startup|packet)/i;
  return sqlState.startsWith('08') && pattern.test(messageOf(error));
}

const lost = passing('lost its connection. Try again');

/** What that code means, `undefined` where nothing more can be said than the code itself. */
function diagnose(sqlState: string): Diagnosis | undefined {
  return bySqlState[sqlState] ?? (sqlState.startsWith('08') ? lost : undefined);
}

/** Whether the connection is of no more use after that code. */
export function endsConnection(sqlState: string): boolean {
  return /^(08|57P|58|XX|25P0[34])/.test(sqlState);
}

/** Whether the server undid the whole transaction because others were in its way: it can be run again. */
function isConflict(sqlState: string): boolean {
  return sqlState === '40001' || sqlState === '40P01';
}

/** Whether a statement that was to commit can have done so although the server responded with that code. */
function leavesOutcomeOpen(sqlState: string, error: unknown): boolean {
  if (isRefusedByPooler(sqlState, error)) return false;
  return sqlState === '40003' || /^(08|57P|58|XX)/.test(sqlState);
}

/** No connection, or no response to a statement, came within the limit. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';

  constructor(limitMs: number) {
    super(`No response within ${limitMs} ms.`);
  }
}
