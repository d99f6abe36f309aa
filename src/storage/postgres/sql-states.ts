/** What an error of the server means to whoever called a store. */
export interface Diagnosis {
  /** Goes on after "The Postgres store in schema …". */
  readonly message: string;
  /** Whether the same call can succeed later without a change. */
  readonly isRetryable: boolean;
}

const later = (message: string): Diagnosis => ({ message, isRetryable: true });
const mend = (message: string): Diagnosis => ({ message, isRetryable: false });

const stopping = later('lost its server, which shuts down, starts or recovers. Try again once it is up');
const refused = mend("was refused: check the pool's user and password, and the server's pg_hba.conf");
const missing = mend(
  'misses a table or column. Call migrate() on the stores with a role that may create tables, and check that nobody dropped them',
);
const encoding = mend(
  "met a character that the database's encoding cannot hold. Use a database made with encoding 'UTF8'",
);
const damaged = mend(
  'is damaged: the server reports broken pages. Restore a backup, or drop the tables: the next sync finds the products in Shopify again',
);
const conflict = later('met the same rows as other transactions too often. Try again');

/** SQLSTATE codes (https://www.postgresql.org/docs/current/errcodes-appendix.html) that have a mend of their own. */
const bySqlState: Readonly<Record<string, Diagnosis>> = {
  '22021': encoding,
  '22P05': encoding,
  '25006': mend(
    'is read-only: the pool leads to a standby, or `default_transaction_read_only` is on. Lead the pool to the primary',
  ),
  '25P03': later('lost its transaction to `idle_in_transaction_session_timeout`. Try again, or raise that'),
  '25P04': later('lost its transaction to `transaction_timeout`. Try again, or raise that'),
  '28000': refused,
  '28P01': refused,
  '3D000': mend('has no database of that name. Create it, or name another one in the pool'),
  '3F000': missing,
  '40001': conflict,
  '40P01': conflict,
  '42501': mend('needs a right that its role does not have'),
  '42703': missing,
  '42P01': missing,
  '42P07': mend('found a table of that name which is not its own. Set another tablePrefix'),
  '53100': mend("could not be written: the server's disk is full. Free some space; what was answered before is safe"),
  '53200': later('failed because the server has no memory left. Try again'),
  '53300': later(
    'got no connection: the server has too many. Lower the `max` of the pools, raise `max_connections`, or use a pooler',
  ),
  '55P03': later('waited for a lock longer than `lock_timeout`. Try again'),
  '57014': later(
    'had a statement cancelled, by `statement_timeout` or an administrator. Try again, or raise that timeout',
  ),
  '57P01': stopping,
  '57P02': stopping,
  '57P03': stopping,
  '57P04': mend('lost its database: somebody dropped it'),
  '57P05': later('lost its connection to `idle_session_timeout`. Try again'),
  '58030': mend("could not be read or written: the server's disk reports an error. Check the disk"),
  XX001: damaged,
  XX002: damaged,
};

const lost = later('lost its connection. Try again');

/** What that code means, `undefined` where nothing more can be said than the code itself. */
export function diagnose(sqlState: string): Diagnosis | undefined {
  return bySqlState[sqlState] ?? (sqlState.startsWith('08') ? lost : undefined);
}

/** Whether the connection is of no more use after that code. */
export function endsConnection(sqlState: string): boolean {
  return /^(08|57P|58|XX|25P0[34])/.test(sqlState);
}

/** Whether the server undid the whole transaction because others were in its way: it can be run again. */
export function isConflict(sqlState: string): boolean {
  return sqlState === '40001' || sqlState === '40P01';
}

/** Whether a statement that was to commit can have done so although it was answered with that code. */
export function leavesOutcomeOpen(sqlState: string): boolean {
  return sqlState === '40003' || /^(08|57P|58|XX)/.test(sqlState);
}
