// @ts-nocheck
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

/** The result of a query, as `pg` gives it. */
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
  /** Gives the connection back, or ends it with `true`. */
  release(destroy?: boolean): void;
}

/** The part of a `pg` pool that the stores need; `Pool` of pg 8 fits. */
export interface PostgresPool {
  connect(): Promise<PostgresClient>;
  /** Callers that wait for a connection. */
  readonly waitingCount?: number;
  /** Whether `end()` was called. */
  readonly ending?: boolean;
}

/** How long a statement may take, and how its errors are told. */
interface ConnectionSettings {
  /** Milliseconds. */
  readonly queryTimeoutMs: number;
  readonly clock: Clock;
  readonly errors: PostgresErrors;
}

/** Whatever else is sent outside of a transaction is taken for something that commits. */
const isRead = (sql: string): boolean => /^\s*select\b/i.test(sql);

/**
 * One connection of the host's pool while it is out. It knows what was sent, and so whether a failure leaves
 * open what happened; a connection that failed other than by an answer of the server is not given back for use.
 */
class PostgresConnection implements DatabaseConnection {
  readonly #client: PostgresClient;
  readonly #settings: ConnectionSettings;
  #isInTransaction = false;
  #breakdown: { readonly reason: unknown } | undefined;

  constructor(client: PostgresClient, settings: ConnectionSettings) {
    this.#client = client;
    this.#settings = settings;
    // While a connection is out the pool does not listen, and an `error` that nobody hears ends the process.
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
    // So Postgres answers where a statement of the transaction failed: nothing of it is there.
    if (command === 'ROLLBACK') throw this.#settings.errors.rolledBack();
  }

  /** Never fails: where the rollback cannot be sent, the connection is ended, and the server rolls back. */
  async rollback(): Promise<void> {
    this.#isInTransaction = false;
    if (this.#breakdown) return;
    // Told by the error that led to the rollback; this one is kept by `#send`, which gives the connection up.
    await this.#send('rollback', [], false).catch((error: unknown) => this.#onError(error));
  }

  release(): void {
    // The pool listens again first: there is no moment in which nobody does.
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

/** What the driver works with. */
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
      // The pool keeps the place in its line; a failure that comes now has been told already.
      connecting?.then(
        (client) => client.release(),
        () => undefined,
      );
    }
    throw failure;
  }
}

/** Kysely gives back the connections that this driver made. */
function own(connection: DatabaseConnection): PostgresConnection {
  if (connection instanceof PostgresConnection) return connection;
  throw new TypeError('This connection belongs to another driver');
}

function createDriver(settings: DialectSettings): Driver {
  return {
    init: async () => undefined,
    acquireConnection: async () => new PostgresConnection(await connect(settings), settings),
    // Whatever the host's default is: the queries are written for this level, which never asks for a repeat.
    beginTransaction: (connection, { isolationLevel = 'read committed' }) =>
      own(connection).begin(`begin isolation level ${isolationLevel}`),
    commitTransaction: (connection) => own(connection).commit(),
    rollbackTransaction: (connection) => own(connection).rollback(),
    releaseConnection: async (connection) => own(connection).release(),
    // The pool is the host's.
    destroy: async () => undefined,
  };
}

/**
 * Kysely's Postgres with a driver of our own: Kysely's waits for ever for a connection or an answer, hears no
 * error of a connection that is out, cannot tell what a lost commit leaves open, and ends the pool.
 */
export function createPostgresDialect(settings: DialectSettings): Dialect {
  return {
    createDriver: () => createDriver(settings),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
}
