import type { Stores } from '../../ports/stores.ts';
import type { ConformanceRunner } from './runner.ts';
import { batchCases } from './sync-records/batches.ts';
import { eraseCases } from './sync-records/erase.ts';
import { keyCases } from './sync-records/keys.ts';
import { pageCases } from './sync-records/pages.ts';
import { patternCases } from './sync-records/patterns.ts';
import { countCases } from './sync-records/reading.ts';
import { singleCases } from './sync-records/single.ts';
import { syncDataCases } from './sync-records/sync-data.ts';

const cases = [
  ...singleCases,
  ...keyCases,
  ...syncDataCases,
  ...pageCases,
  ...batchCases,
  ...countCases,
  ...patternCases,
  ...eraseCases,
];

/** What the suite tests: the store, and how it ends. Whole `Stores` are one. */
export type SyncRecordSubject = Pick<Stores, 'records' | 'close'>;

/**
 * Tests an adapter's sync records against the port: over 100 cases, on any runner with `describe`, `it` and
 * `expect(…).toBe` and `.toEqual`.
 *
 * @param name Name of the adapter.
 * @param create Makes a store without records, alone or among others. Called for each case, which closes them at its end; an adapter on
 * a common database gives each its own table prefix or empties the tables first.
 * @param runner The runner's functions.
 *
 * @example
 * import { describe, expect, it } from 'vitest';
 * describeSyncRecordStore('my store', () => myStores(), { describe, it, expect });
 */
export function describeSyncRecordStore(
  name: string,
  create: () => SyncRecordSubject | Promise<SyncRecordSubject>,
  runner: ConformanceRunner,
): void {
  runner.describe(`${name} as a sync record store`, () => {
    for (const { name: sentence, check } of cases) {
      runner.it(sentence, async () => {
        const stores = await create();
        try {
          await check(stores.records, runner.expect, stores);
        } finally {
          await stores.close();
        }
      });
    }
  });
}
