import { isStorageError } from '../../errors/guards.ts';
import type { StorageError } from '../../errors/local.ts';

/** What a conformance suite asks about a value. */
export interface Expectation {
  toBe(expected: unknown): unknown;
  toEqual(expected: unknown): unknown;
}

/** The part of a test runner that a suite needs: vitest, jest, or `node:test` with any `expect`. */
export interface ConformanceRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
  expect(value: unknown): Expectation;
}

/** Gives the `StorageError` with which the promise is rejected; any other outcome fails the case. */
export async function storageFailure(promise: Promise<unknown>): Promise<StorageError> {
  const outcome = await promise.then(
    () => new Error('The store took what it has to refuse.'),
    (error: unknown) => error,
  );
  if (isStorageError(outcome)) return outcome;
  throw outcome;
}
