import { resolve } from 'node:path';
import { ConfigError, type Problem } from '../../errors/errors.ts';
import { type Clock, systemClock } from '../../internal/clock.ts';
import type { MigrateOption } from '../sql/preparation.ts';

/** Where and how SQLite keeps the stores. */
export interface SqliteStoresOptions {
  /**
   * File name, made with its folder on first use; `:memory:` for a database that ends with the stores. An
   * address such as `file:/data/sync.sqlite?mode=ro` goes to SQLite as it is, and its folder must exist.
   */
  readonly path: string;
  /**
   * Begins each table's name, so that the tables can live in the host's own database. Lower-case letters,
   * digits and underscores, at most 30. Default `shopwright_`.
   */
  readonly tablePrefix?: string;
  /**
   * Milliseconds to wait while another process holds the lock. The event loop goes on meanwhile. Default
   * 5,000, at most 600,000.
   */
  readonly busyTimeoutMs?: number;
  /**
   * `automatic` makes or brings up the tables before the first query. With `manual` the host calls `migrate()`
   * itself, say in a deploy step; until then each call fails. Default `automatic`.
   */
  readonly migrate?: MigrateOption;
  /** Clock of waits, of times to live and of leases. Default the machine's; all who share the file need the same. */
  readonly clock?: Clock;
}

/** Whether the path is a plain file name, and no address or database in memory. */
export function isFileName(path: string): boolean {
  return path !== ':memory:' && !path.startsWith('file:');
}

/**
 * The options with their defaults, the file's name made absolute.
 *
 * @throws ConfigError naming each option that does not fit.
 */
export function checkedOptions(options: SqliteStoresOptions): Required<SqliteStoresOptions> {
  const {
    path,
    tablePrefix = 'shopwright_',
    busyTimeoutMs = 5_000,
    migrate = 'automatic',
    clock = systemClock,
  } = options;
  const problems: Problem[] = [];
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    problems.push({ field: 'path', message: 'name a file, or `:memory:`' });
  }
  if (!/^(?!sqlite_)[a-z_][a-z0-9_]{0,29}$|^$/.test(tablePrefix)) {
    problems.push({
      field: 'tablePrefix',
      message:
        'use at most 30 lower-case letters, digits and underscores, not beginning with a digit or with `sqlite_`',
    });
  }
  if (!(Number.isInteger(busyTimeoutMs) && busyTimeoutMs >= 0 && busyTimeoutMs <= 600_000)) {
    problems.push({ field: 'busyTimeoutMs', message: 'use a whole number of milliseconds from 0 to 600,000' });
  }
  if (!['automatic', 'manual'].includes(migrate)) {
    problems.push({ field: 'migrate', message: 'use `automatic` or `manual`' });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return { path: isFileName(path) ? resolve(path) : path, tablePrefix, busyTimeoutMs, migrate, clock };
}
