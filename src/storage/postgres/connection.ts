import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import type { Clock } from '../../internal/clock.ts';
import { type PostgresErrors, sqlStateOf } from './errors.ts';
import { inTime } from './in-time.ts';
import type { PostgresAnswer, PostgresClient } from './pool.ts';
import { endsConnection } from './sql-states.ts';

/** How long a statement may take, and how its errors are told. */
export interface ConnectionSettings {
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
export class PostgresConnection implements DatabaseConnection {
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

  async #send(sql: string, parameters: readonly unknown[], mayCommit: boolean): Promise<PostgresAnswer> {
    const { errors, queryTimeoutMs, clock } = this.#settings;
    if (this.#breakdown) throw errors.statement(this.#breakdown.reason, false);
    try {
      return await inTime(this.#client.query(sql, [...parameters]), queryTimeoutMs, clock);
    } catch (error) {
      const sqlState = sqlStateOf(error);
      if (sqlState === undefined || endsConnection(sqlState)) this.#onError(error);
      throw errors.statement(error, mayCommit);
    }
  }
}
