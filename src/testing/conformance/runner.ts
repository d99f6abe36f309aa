import { setImmediate } from 'node:timers/promises';
import { isShopwrightError, type StorageError } from '../../errors/errors.ts';

/** The assertions that a conformance suite makes about a value. */
interface Expectation {
  toBe(expected: unknown): unknown;
  toEqual(expected: unknown): unknown;
}

/** The part of a test runner that a suite needs: vitest, Jest, or `node:test` with any `expect`. */
export interface ConformanceRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
  expect(value: unknown): Expectation;
}

/**
 * Ends a case in which a store returns more than it holds. A store that starts a page with the entry named by `after`,
 * and not after it, would otherwise keep the suite running until memory is full.
 *
 * @throws Error if there are more than `most`.
 */
export function mustEnd(given: number, most: number): void {
  if (given <= most) return;
  throw new Error(
    `The pages do not end: got ${given} entries of ${most}. A page must begin after the entry that \`after\` names.`,
  );
}

/**
 * Lets the event loop turn once. A loop that asks a store which responds from memory would starve the timers and files
 * of the other call that it waits for, and those of the runner's own time limit with them.
 */
export const turn = (): Promise<void> => setImmediate();

/** Returns the `StorageError` that the promise is rejected with. Any other outcome fails the case. */
export async function storageFailure(promise: Promise<unknown>): Promise<StorageError> {
  const outcome = await promise.then(
    () => new Error('The store accepted what it must refuse.'),
    (error: unknown) => error,
  );
  if (isShopwrightError(outcome, 'STORAGE_FAILED')) return outcome;
  throw outcome;
}
