import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import type { Clock } from '../../internal/clock.ts';
import { inTime } from '../adapter-kit.ts';
import { endsConnection, OutOfTime, type PostgresErrors, sqlStateOf } from './errors.ts';

/** The result of a query, as returned by `pg`. */
export interface PostgresResult {
  readonly command: string;
  readonly rowCount: number | null;
  readonly rows: unknown[];
}

/** The part of a `pg` pool's client that the stores need. */
export interface PostgresClient {
  query(sql: string, parameters: unknown[]): Promise<PostgresResult>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
  /** Returns the connection to the pool, or ends it with `true`. */
  release(destroy?: boolean): void;
}

/** The part of a `pg` pool that the stores need, such as `Pool` of pg 8. */
export interface PostgresPool {
  connect(): Promise<PostgresClient>;
  /** Number of callers waiting for a connection. */
  readonly waitingCount?: number;
  /** Whether `end()` was called. */
  readonly ending?: boolean;
}

/** Time limit of a statement, and how its errors are reported. */
interface ConnectionSettings {
  /** Milliseconds. */
  readonly queryTimeoutMs: number;
  readonly clock: Clock;
  readonly errors: PostgresErrors;
}

/** Any other statement outside of a transaction is assumed to commit. */
const isRead = (sql: string): boolean => /^\s*select\b/i.test(sql);

/**
 * One connection of the host's pool while in use. It knows what was sent, and so whether the outcome of a failure is
 * unknown; a connection that failed other than by a server response is not returned for reuse.
 */
class PostgresConnection implements DatabaseConnection {
  readonly #client: PostgresClient;
  readonly #settings: ConnectionSettings;
  #isInTransaction = false;
  #breakdown: { readonly reason: unknown } | undefined;

  constructor(client: PostgresClient, settings: ConnectionSettings) {
    this.#client = client;
    this.#settings = settings;
    // While a connection is in use, the pool does not listen, and an unhandled `error` ends the process.
    client.on('error', this.#onError);
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { command, rowCount, rows } = await this.#send(sql, parameters, !this.#isInTransaction && !isRead(sql));
    const changes = /^(INSERT|UPDATE|DELETE|MERGE)$/.test(command) && { numAffectedRows: BigInt(rowCount ?? 0) };
    return { ...changes, rows: rows as R[] };
  }

  streamQuery(): never {
    throw new TypeError('These stores do not stream');
  }

  async begin(sql: string): Promise<void> {
    await this.#send(sql, [], false);
    this.#isInTransaction = true;
  }

  async commit(): Promise<void> {
    const { command } = await this.#send('commit', [], true);
    this.#isInTransaction = false;
    // Postgres responds like this if a statement of the transaction failed: nothing was committed.
    if (command === 'ROLLBACK') throw this.#settings.errors.rolledBack();
  }

  /** Never fails: if the rollback cannot be sent, the connection is ended, and the server rolls back. */
  async rollback(): Promise<void> {
    this.#isInTransaction = false;
    if (this.#breakdown) return;
    // The error that led to the rollback is reported; this one only ends the connection.
    await this.#send('rollback', [], false).catch((error: unknown) => this.#onError(error));
  }

  release(): void {
    // Removed only after the release, when the pool listens again, so that no error is unhandled.
    this.#client.release(this.#breakdown !== undefined);
    this.#client.removeListener('error', this.#onError);
  }

  readonly #onError = (reason: unknown): void => {
    this.#breakdown ??= { reason };
  };

  async #send(sql: string, parameters: readonly unknown[], mayCommit: boolean): Promise<PostgresResult> {
    const { errors, queryTimeoutMs, clock } = this.#settings;
    if (this.#breakdown) throw errors.statement(this.#breakdown.reason, false);
    try {
      return await inTime(
        this.#client.query(sql, [...parameters]),
        queryTimeoutMs,
        clock,
        () => new OutOfTime(queryTimeoutMs),
      );
    } catch (error) {
      const sqlState = sqlStateOf(error);
      if (sqlState === undefined || endsConnection(sqlState)) this.#onError(error);
      throw errors.statement(error, mayCommit);
    }
  }
}

/** Settings of the driver. */
interface DialectSettings extends ConnectionSettings {
  readonly pool: PostgresPool;
  /** Milliseconds to wait for a connection. */
  readonly connectTimeoutMs: number;
}

async function connect({ pool, connectTimeoutMs, clock, errors }: DialectSettings): Promise<PostgresClient> {
  let connecting: Promise<PostgresClient> | undefined;
  try {
    connecting = pool.connect();
    return await inTime(connecting, connectTimeoutMs, clock, () => new OutOfTime(connectTimeoutMs));
  } catch (error) {
    const failure = errors.connecting(error, pool, connectTimeoutMs);
    if (error instanceof OutOfTime) {
      // The pool keeps the place in its queue, so a late connection is released. A late failure was already reported.
      connecting?.then(
        (client) => client.release(),
        () => undefined,
      );
    }
    throw failure;
  }
}

/** Narrows a connection from Kysely to one that this driver created. */
function own(connection: DatabaseConnection): PostgresConnection {
  if (connection instanceof PostgresConnection) return connection;
  throw new TypeError('This connection belongs to another driver');
}

function createDriver(settings: DialectSettings): Driver {
  return {
    init: async () => undefined,
    acquireConnection: async () => new PostgresConnection(await connect(settings), settings),
    // Regardless of the host's default: the queries are written for this level, which needs no retries.
    beginTransaction: (connection, { isolationLevel = 'read committed' }) =>
      own(connection).begin(`begin isolation level ${isolationLevel}`),
    commitTransaction: (connection) => own(connection).commit(),
    rollbackTransaction: (connection) => own(connection).rollback(),
    releaseConnection: async (connection) => own(connection).release(),
    // The host owns the pool.
    destroy: async () => undefined,
  };
}

/**
 * Creates Kysely's Postgres dialect with our own driver: Kysely's waits forever for a connection or a response, does
 * not receive errors of a connection in use, cannot report the unknown outcome of a lost commit, and ends the pool.
 */
export function createPostgresDialect(settings: DialectSettings): Dialect {
  return {
    createDriver: () => createDriver(settings),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
}
