// @ts-nocheck
import { isShopwrightError } from 'shopwright';

/** The `StorageError` that the call ends with; the test fails where it ends otherwise. */
export async function failure(call: Promise<unknown>) {
  const error = await call.then(
    () => new Error('the call succeeded'),
    (thrown: unknown) => thrown,
  );
  if (!isShopwrightError(error, 'STORAGE_FAILED')) throw error;
  return error;
}
