import { isStorageError } from 'shopwright';

/** The `StorageError` that the call ends with; the test fails where it ends otherwise. */
export async function failure(call: Promise<unknown>) {
  const error = await call.then(
    () => new Error('the call succeeded'),
    (thrown: unknown) => thrown,
  );
  if (!isStorageError(error)) throw error;
  return error;
}
