/** What a `pg` client answers to a query. */
export interface PostgresAnswer {
  readonly command: string;
  readonly rowCount: number | null;
  readonly rows: unknown[];
}

/** The part of a `pg` pool's client that the stores need. */
export interface PostgresClient {
  query(sql: string, parameters: unknown[]): Promise<PostgresAnswer>;
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
