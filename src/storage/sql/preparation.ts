import { StorageError } from '../../errors/errors.ts';
import type { Stores } from '../../ports/stores.ts';
import { newestVersion } from './schema.ts';

/** Who makes the tables and brings them up to date: the first query, or the host by calling `migrate()`. */
export type MigrateOption = 'automatic' | 'manual';

/** Stores in an SQL database. */
export interface SqlStores extends Stores {
  /**
   * Makes what is missing of the tables. Safe to call at any time, again, and by any number of processes at
   * once; never drops data, and takes no lock where nothing is to do.
   *
   * @throws StorageError where it failed; the database is as it was before.
   */
  migrate(): Promise<void>;
}

/** How a dialect migrates, and how it finds out whether that is needed. */
interface MigrationSteps {
  readonly isCurrent: () => Promise<boolean>;
  readonly migrate: () => Promise<void>;
}

/** Runs the work once; a failure is forgotten, so that the next call tries again. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work().catch((error: unknown) => {
      done = undefined;
      throw error;
    });
    return done;
  };
}

/** What must have happened before the first query. */
export function createPreparation(option: MigrateOption, { isCurrent, migrate }: MigrationSteps): () => Promise<void> {
  if (option === 'automatic') return once(migrate);
  return once(async () => {
    if (await isCurrent()) return;
    const wanted = `this release needs version ${newestVersion} of them`;
    throw new StorageError(
      `The tables are missing or too old: ${wanted}. Call migrate() on the stores in your deploy step, or leave it to them with \`migrate: 'automatic'\`.`,
      false,
    );
  });
}
