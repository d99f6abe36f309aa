import { type BigIntStats, statSync } from 'node:fs';
import { StorageError } from '../../errors/errors.ts';

/** Knows the file that is open from one that lies in its place later. */
export interface OpenFile {
  /** The database has been opened, from a file of that name; `null` for one in memory. */
  opened(name: string | null): void;
  /** @throws StorageError where the file is not the one that was opened. */
  mustBeThere(): void;
}

const look = (name: string): BigIntStats | undefined => statSync(name, { bigint: true, throwIfNoEntry: false });

/**
 * Whoever deletes or replaces an open file leaves its database open without a name: SQLite goes on with it as if
 * nothing had happened, and all of it is gone when it is closed. Asking the file system takes some microseconds.
 */
export function createOpenFile(path: string): OpenFile {
  let open: { readonly name: string; readonly file: BigIntStats | undefined } | undefined;
  return {
    opened(name) {
      open = name === null ? undefined : { name, file: look(name) };
    },
    mustBeThere() {
      if (!open) return;
      const there = look(open.name);
      if (there && there.ino === open.file?.ino && there.dev === open.file.dev) return;
      throw new StorageError(
        `The SQLite store ${JSON.stringify(path)} was deleted or replaced while it was open, so nothing that it is given is kept. Close these stores and make new ones; replace the file only while nobody has it open.`,
        false,
      );
    },
  };
}
