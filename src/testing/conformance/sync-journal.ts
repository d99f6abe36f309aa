import type { Stores } from '../../ports/stores.ts';
import type { ConformanceRunner } from './runner.ts';
import { entryCases } from './sync-journal/entries.ts';
import { orderCases } from './sync-journal/order.ts';
import { pageCases } from './sync-journal/pages.ts';
import { pruneCases } from './sync-journal/prune.ts';

/** What the suite tests: the journal, and how it ends. Whole `Stores` are one. */
export type SyncJournalSubject = Pick<Stores, 'journal' | 'close'>;

/**
 * Tests an adapter's sync journal against the port: over 50 cases, on any runner with `describe`, `it` and
 * `expect(…).toBe` and `.toEqual`.
 *
 * @param name Name of the adapter.
 * @param create Makes a journal without entries, alone or among others. Called for each case, which closes it at
 * its end.
 * @param runner The runner's functions.
 *
 * @example
 * import { describe, expect, it } from 'vitest';
 * describeSyncJournal('my journal', () => myJournal(), { describe, it, expect });
 */
export function describeSyncJournal(
  name: string,
  create: () => SyncJournalSubject | Promise<SyncJournalSubject>,
  runner: ConformanceRunner,
): void {
  runner.describe(`${name} as a sync journal`, () => {
    for (const { name: sentence, check } of [...entryCases, ...pageCases, ...orderCases, ...pruneCases]) {
      runner.it(sentence, async () => {
        const subject = await create();
        try {
          await check(subject.journal, runner.expect, subject);
        } finally {
          await subject.close();
        }
      });
    }
  });
}
