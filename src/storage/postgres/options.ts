import { ConfigError, type Problem } from '../../errors/errors.ts';
import { type Clock, systemClock } from '../../internal/clock.ts';
import type { MigrateOption } from '../sql/preparation.ts';
import type { PostgresPool } from './pool.ts';

/** Where and how Postgres keeps the stores. Only `pool` is needed. */
export interface PostgresStoresOptions {
  /**
   * A `Pool` of `pg`. It stays yours: the stores never end it. Give it an `error` listener, as `pg` asks for,
   * or a connection that breaks while it is idle ends your process.
   */
  readonly pool: PostgresPool;
  /**
   * Schema of the tables, made where it is missing. Lower-case letters, digits and underscores, at most 63, not
   * beginning with a digit or with `pg_`. Default `public`.
   */
  readonly schema?: string;
  /**
   * Begins each table's name, so that the tables can live among the host's own. Lower-case letters, digits and
   * underscores, at most 30. Default `shopwright_`.
   */
  readonly tablePrefix?: string;
  /**
   * `automatic` makes or brings up the tables before the first query. With `manual` the host calls `migrate()`
   * itself, say in a deploy step whose role may do so; until then each call fails. Default `automatic`.
   */
  readonly migrate?: MigrateOption;
  /** Milliseconds to wait for a connection of the pool. Default 10,000, at most 600,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds to wait for the answer to one statement. Default 30,000, at most 600,000. */
  readonly queryTimeoutMs?: number;
  /** Clock that the waits run on. Default the machine's. */
  readonly clock?: Clock;
}

const name = (longest: number): RegExp => new RegExp(`^[a-z_][a-z0-9_]{0,${longest - 1}}$`);

const problem = (field: keyof PostgresStoresOptions, fits: boolean, message: string): Problem[] =>
  fits ? [] : [{ field, message }];

const isWait = (ms: number): boolean => Number.isInteger(ms) && ms >= 1 && ms <= 600_000;

/**
 * The options with their defaults.
 *
 * @throws ConfigError naming each option that does not fit.
 */
export function checkedOptions(options: PostgresStoresOptions): Required<PostgresStoresOptions> {
  const { pool, schema = 'public', tablePrefix = 'shopwright_', migrate = 'automatic', clock = systemClock } = options;
  const { connectTimeoutMs = 10_000, queryTimeoutMs = 30_000 } = options;
  const characters = 'lower-case letters, digits and underscores, not beginning with a digit';
  const isSchema = typeof schema === 'string' && name(63).test(schema);
  const problems = [
    ...problem('pool', typeof pool?.connect === 'function', 'give a pool: `new Pool({ connectionString })` of `pg`'),
    ...problem(
      'schema',
      isSchema && !/^pg_|^information_schema$/.test(schema),
      `use at most 63 ${characters}, and no name of Postgres's own such as \`pg_…\``,
    ),
    ...problem(
      'tablePrefix',
      tablePrefix === '' || (typeof tablePrefix === 'string' && name(30).test(tablePrefix)),
      `use at most 30 ${characters}`,
    ),
    ...problem('migrate', ['automatic', 'manual'].includes(migrate), 'use `automatic` or `manual`'),
    ...problem('connectTimeoutMs', isWait(connectTimeoutMs), 'use a whole number of milliseconds from 1 to 600,000'),
    ...problem('queryTimeoutMs', isWait(queryTimeoutMs), 'use a whole number of milliseconds from 1 to 600,000'),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return { pool, schema, tablePrefix, migrate, connectTimeoutMs, queryTimeoutMs, clock };
}
