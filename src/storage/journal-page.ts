import { StorageError } from '../errors/errors.ts';
import type { JournalEntry, JournalListOptions } from '../ports/sync-journal.ts';
import { isStorableText } from './adapter-kit.ts';
import { idLength, journalId, readEntry, type StoredDraft } from './journal-kit.ts';
import { checkedLimit } from './page-rules.ts';

/** One page's options, with the defaults and the id as a number. */
export interface JournalPage {
  readonly shop: string;
  readonly runId: string | undefined;
  readonly localId: string | undefined;
  readonly after: number | undefined;
  readonly newestFirst: boolean;
  readonly limit: number;
}

/**
 * The options of one page of the journal.
 *
 * @throws StorageError for what does not fit. `undefined` where the page is empty whatever the journal holds.
 */
export function checkedJournalPage(shop: string, options: JournalListOptions): JournalPage | undefined {
  const { runId, localId, after, order = 'oldest' } = options;
  const limit = checkedLimit('list', options.limit);
  if (after !== undefined && !(after.length === idLength && /^\d+$/.test(after))) {
    throw new StorageError(
      'list() takes the last id of the page before as `after`; this one is no id of a journal.',
      false,
    );
  }
  if (![shop, runId ?? '', localId ?? ''].every(isStorableText)) return undefined;
  const number = after === undefined ? undefined : Number(after);
  return { shop, runId, localId, after: number, newestFirst: order === 'newest', limit };
}

/** A draft with the number that its id is made of. */
export interface NumberedDraft {
  readonly number: number;
  readonly draft: StoredDraft;
}

/**
 * The entries of one page, for a journal that cannot have its database choose them.
 *
 * @param entries In the order of their numbers; those of other shops are passed over.
 * @param page From `checkedJournalPage`.
 */
export function journalPageOf(
  entries: readonly NumberedDraft[],
  page: JournalPage | undefined,
): readonly JournalEntry[] {
  if (!page) return [];
  const { shop, runId, localId, after, newestFirst, limit } = page;
  const found = entries.filter(
    ({ number, draft }) =>
      draft.shop === shop &&
      (after === undefined || (newestFirst ? number < after : number > after)) &&
      (runId === undefined || draft.runId === runId) &&
      (localId === undefined || draft.localId === localId),
  );
  if (newestFirst) found.reverse();
  return found.slice(0, limit).map(({ number, draft }) => readEntry(journalId(number), draft));
}
