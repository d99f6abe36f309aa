import type { Stores } from '../../storage/types.ts';
import type { ConformanceRunner } from './runner.ts';
import { batchCases } from './sync-records/batches.ts';
import { keyCases } from './sync-records/keys.ts';
import { pageCases } from './sync-records/pages.ts';
import { singleCases } from './sync-records/single.ts';

/**
 * Tests an adapter's sync records against the port: over 70 cases, on any runner with `describe`, `it` and
 * `expect(…).toBe` and `.toEqual`.
 *
 * @param name Name of the adapter.
 * @param create Makes stores without records. Called for each case, which closes them at its end; an adapter on
 * a common database gives each its own table prefix or empties the tables first.
 * @param runner The runner's functions.
 *
 * @example
 * import { describe, expect, it } from 'vitest';
 * describeSyncRecordStore('my store', () => myStores(), { describe, it, expect });
 */
export function describeSyncRecordStore(
  name: string,
  create: () => Stores | Promise<Stores>,
  runner: ConformanceRunner,
): void {
  runner.describe(`${name} as a sync record store`, () => {
    for (const { name: sentence, check } of [...singleCases, ...keyCases, ...pageCases, ...batchCases]) {
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
