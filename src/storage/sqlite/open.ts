import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SqliteDatabase } from 'kysely';
import { adaptDatabase } from './adapter.ts';
import type { OpenFile } from './open-file.ts';
import { isFileName } from './options.ts';

/**
 * Opens the file, made with its folder where it is missing.
 *
 * WAL lets readers and one writer work side by side. With it `synchronous = NORMAL` loses nothing when the
 * process dies, even by SIGKILL: what was answered is in the operating system's hands. Only a power cut can
 * lose the last commits, and it damages nothing. Where the file system does not allow WAL, `FULL` stays.
 */
export async function openDatabase(path: string, file: OpenFile): Promise<SqliteDatabase> {
  // Imported here only: on Node 22 the module prints an ExperimentalWarning, which no other entry shall cause.
  const { DatabaseSync } = await import('node:sqlite');
  if (isFileName(path)) await mkdir(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    const mode = database.prepare('pragma journal_mode = wal').get()?.journal_mode;
    database.exec(`pragma synchronous = ${mode === 'wal' ? 'normal' : 'full'}`);
    // What a link points to is asked for by the link: it may point elsewhere later.
    file.opened(isFileName(path) ? path : database.location());
    return adaptDatabase(database);
  } catch (error) {
    database.close();
    throw error;
  }
}
