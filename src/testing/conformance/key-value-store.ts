import { expiryCases, scanCases } from './key-value-store/expiry-and-scan-cases.ts';
import { createKeyValueHarness, type KeyValueAbilities, type KeyValueSubject } from './key-value-store/harness.ts';
import { fenceCases, lockCases, sharedCases, waitingCases } from './key-value-store/lock-cases.ts';
import { compareCases, refusalCases, valueCases } from './key-value-store/value-cases.ts';
import type { ConformanceRunner } from './runner.ts';

export type { KeyValueAbilities, KeyValueSubject, OpenedKeyValueStore } from './key-value-store/harness.ts';

const cases = [
  ...valueCases,
  ...refusalCases,
  ...expiryCases,
  ...compareCases,
  ...scanCases,
  ...lockCases,
  ...fenceCases,
  ...waitingCases,
];

/**
 * Tests a key-value store and its locks against the port: over 100 cases, on any runner with `describe`, `it`
 * and `expect(…).toBe` and `.toEqual`. No case takes more than seven seconds of time, so a store with a clock of its
 * own can be tested in real time. Allow each case half a minute.
 *
 * @param name Name of the adapter.
 * @param create Creates a store without keys and locks. Called for each case, which closes it at its end.
 * @param runner The runner's functions.
 * @param abilities Optional abilities that this store has.
 *
 * @example
 * import { describe, expect, it } from 'vitest';
 * describeKeyValueStore('my store', () => {
 *   const stores = myStores();
 *   return { store: stores.keyValue, close: () => stores.close() };
 * }, { describe, it, expect });
 */
export function describeKeyValueStore(
  name: string,
  create: () => KeyValueSubject | Promise<KeyValueSubject>,
  runner: ConformanceRunner,
  abilities: KeyValueAbilities = {},
): void {
  runner.describe(`${name} as a key-value store`, () => {
    for (const { name: sentence, check } of [...cases, ...(abilities.shared ? sharedCases : [])]) {
      runner.it(sentence, async () => {
        const subject = await create();
        try {
          await check(createKeyValueHarness(subject), runner.expect);
        } finally {
          await subject.close();
        }
      });
    }
  });
}
