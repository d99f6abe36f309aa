import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import { type ConnectionSettings, PostgresConnection } from './connection.ts';
import { inTime, OutOfTime } from './in-time.ts';
import type { PostgresClient, PostgresPool } from './pool.ts';

/** What the driver works with. */
export interface DialectSettings extends ConnectionSettings {
  readonly pool: PostgresPool;
  /** Milliseconds to wait for a connection. */
  readonly connectTimeoutMs: number;
}

async function connect({ pool, connectTimeoutMs, clock, errors }: DialectSettings): Promise<PostgresClient> {
  let connecting: Promise<PostgresClient> | undefined;
  try {
    connecting = pool.connect();
    return await inTime(connecting, connectTimeoutMs, clock);
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
