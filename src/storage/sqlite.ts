import { StorageError } from '../errors/errors.ts';
import { isStorageError } from '../errors/guards.ts';

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html) that have a mend of their own. */
const code = {
  error: 1,
  busy: 5,
  locked: 6,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  protocol: 15,
  notADatabase: 26,
};

const busyCodes: readonly number[] = [code.busy, code.locked, code.protocol];

const diskFull =
  'could not be written: the disk or the quota is full. Free some space; what was answered before is safe';

const problems: Readonly<Record<number, string>> = {
  [code.readOnly]:
    'cannot be written. Give this process the right to write to the file and its folder, and check that nothing replaced the file',
  [code.ioError]:
    'could not be read or written: the disk reports an error. Check the disk, and keep the file off network folders',
  [code.corrupt]:
    'is damaged. Move it away and restore a backup, or start with a new file: the next sync finds the products in Shopify again',
  [code.full]: diskFull,
  [code.cannotOpen]:
    'could not be opened. Check that the path names a file, and that this process may read and write it and its folder',
  [code.notADatabase]: 'is not a SQLite database. Name another path; the file has been left as it is',
};

const fileProblems: Readonly<Record<string, string>> = {
  ERR_UNKNOWN_BUILTIN_MODULE: 'needs `node:sqlite`, which this runtime does not have. Use Node 22.16 or newer',
  ENOSPC: diskFull,
  EROFS: 'lies on a read-only disk. Name a path that this process may write to',
  EACCES: 'lies in a folder that this process may not make or enter. Name another path, or grant the right',
  EPERM: 'lies in a folder that this process may not make or enter. Name another path, or grant the right',
  ENOTDIR: 'lies below something that is a file and no folder. Name another path',
  EEXIST: 'lies below something that is a file and no folder. Name another path',
};

/** A property of an unknown error, if it has one. */
const property = (error: unknown, name: 'code' | 'errcode'): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;

/** The primary part of SQLite's result code. */
const sqliteCode = (error: unknown): number | undefined => {
  const extended = property(error, 'errcode');
  return typeof extended === 'number' ? extended & 0xff : undefined;
};

/** Whether another connection holds the lock: nothing was done, and the same work can succeed later. */
export function isBusy(error: unknown): boolean {
  const primary = sqliteCode(error);
  return primary !== undefined && busyCodes.includes(primary);
}

/** Whatever went wrong at the store of that path, as a `StorageError`; one that is none is its cause. */
export function toStorageError(error: unknown, path: string): StorageError {
  if (isStorageError(error)) return error;
  const store = `The SQLite store ${JSON.stringify(path)}`;
  if (isBusy(error)) {
    const message = `${store} is locked by another connection. Try again, raise busyTimeoutMs, or end what holds the lock.`;
    return new StorageError(message, true, { cause: error });
  }
  const primary = sqliteCode(error);
  const known = primary === undefined ? fileProblems[String(property(error, 'code'))] : problems[primary];
  const reason = error instanceof Error ? error.message : String(error);
  const mend = primary === code.error ? '. If its tables belong to another program, set another tablePrefix' : '';
  return new StorageError(`${store} ${known ?? `failed: ${reason}${mend}`}.`, false, { cause: error });
}
