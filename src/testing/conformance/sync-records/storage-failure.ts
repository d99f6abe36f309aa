import type { StorageError } from '../../../errors/errors.ts';
import { isStorageError } from '../../../errors/guards.ts';

/** Gives the `StorageError` with which the promise is rejected; any other outcome fails the case. */
export async function storageFailure(promise: Promise<unknown>): Promise<StorageError> {
  const outcome = await promise.then(
    () => new Error('The store took what it has to refuse.'),
    (error: unknown) => error,
  );
  if (isStorageError(outcome)) return outcome;
  throw outcome;
}
