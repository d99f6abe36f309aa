import type { SyncJournal } from '../../ports/sync-journal.ts';
import type { Gate } from '../gate.ts';
import { checkedDraft, checkedMoment, journalId, type StoredDraft } from '../journal-kit.ts';
import { checkedJournalPage, journalPageOf, type NumberedDraft } from '../journal-page.ts';

/** A journal in memory: the entries of each shop in the order in which they came. */
export function createMemoryJournal(gate: Gate): SyncJournal {
  const shops = new Map<string, NumberedDraft[]>();
  let lastNumber = 0;

  const append = (draft: StoredDraft): string => {
    const entry = { number: ++lastNumber, draft };
    const entries = shops.get(draft.shop);
    if (entries) entries.push(entry);
    else shops.set(draft.shop, [entry]);
    return journalId(entry.number);
  };

  return {
    append: (drafts) => gate.run(async () => drafts.map(checkedDraft).map(append)),

    list: (shop, options = {}) =>
      gate.run(async () => journalPageOf(shops.get(shop) ?? [], checkedJournalPage(shop, options))),

    prune: (shop, before) =>
      gate.run(async () => {
        const moment = checkedMoment(before);
        const entries = shops.get(shop) ?? [];
        const kept = entries.filter(({ draft }) => draft.at >= moment);
        shops.set(shop, kept);
        return entries.length - kept.length;
      }),

    erase: (shop) =>
      gate.run(async () => {
        const erased = shops.get(shop)?.length ?? 0;
        shops.delete(shop);
        return erased;
      }),
  };
}
