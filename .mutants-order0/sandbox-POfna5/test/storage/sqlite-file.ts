// @ts-nocheck
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SqlStores } from 'shopwright/storage/sqlite';
import { type SqliteStoresOptions, sqliteStores } from 'shopwright/storage/sqlite';
import { afterEach, beforeEach } from 'vitest';

/** A SQLite file that each test of a test file has for itself. */
export interface SqliteFile {
  /** Its folder, in which there is nothing yet. */
  readonly folder: string;
  readonly path: string;
  /** Makes stores on it, closed with the test. */
  stores(options?: Partial<SqliteStoresOptions>): SqlStores;
  /** Opens it without the stores, for looking and meddling; closed with the test. */
  raw(): DatabaseSync;
}

/** Has each test of the file begin with a file of its own, which is not made yet. */
export function sqliteFile(): SqliteFile {
  let folder = '';
  const pathNow = (): string => join(folder, 'sync.sqlite');
  const open: (() => unknown)[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shopwright-'));
  });
  afterEach(async () => {
    for (const close of open.splice(0)) await close();
    await rm(folder, { recursive: true, force: true });
  });

  return {
    get folder() {
      return folder;
    },
    get path() {
      return pathNow();
    },
    stores(options = {}) {
      const made = sqliteStores({ path: pathNow(), ...options });
      open.push(() => made.close());
      return made;
    },
    raw() {
      const database = new DatabaseSync(pathNow());
      open.push(() => database.isOpen && database.close());
      return database;
    },
  };
}
