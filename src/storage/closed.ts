import { StorageError } from '../errors/errors.ts';

/** The error of all that is asked of stores that are closed. */
export function storeClosed(): StorageError {
  return new StorageError('The store is closed: close() was called on it. Make new stores to go on.', false);
}
