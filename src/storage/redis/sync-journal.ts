import { isRecord, parseJson } from '../../internal/json.ts';
import type { SyncJournal } from '../../ports/sync-journal.ts';
import { isStorableText } from '../adapter-kit.ts';
import { checkedDraft, checkedMoment, journalId, type StoredDraft } from '../journal-kit.ts';
import { checkedJournalPage } from '../journal-page.ts';
import { fromJournalRow, toJournalRow } from '../sql/journal-rows.ts';
import type { JournalTable } from '../sql/tables.ts';
import type { RedisErrors } from './errors.ts';
import { appendScript, listEntriesScript, pruneScript } from './journal-scripts.ts';
import type { RedisSession } from './session.ts';

/** Entries in one step of an erasure: Redis serves nobody else meanwhile. */
const entriesPerStep = 200;

type Row = Readonly<Record<keyof JournalTable, unknown>>;

/** The entry as Redis keeps it: what the indexes need in front, then its row as JSON. The id is not known yet. */
const entryOf = (draft: StoredDraft): string =>
  [draft.localId, draft.runId ?? '', JSON.stringify(toJournalRow(0, draft))].join('\0');

/** The sync journal in Redis. Ids are given inside the script that writes, so entries show up in their order. */
export function createRedisSyncJournal({ name, read, write }: RedisSession, errors: RedisErrors): SyncJournal {
  const prune = async (shop: string, until: string): Promise<number> => {
    if (!isStorableText(shop)) return 0;
    for (let pruned = 0; ; ) {
      const step = Number(await write(shop, pruneScript, [name('j', shop)], [until, entriesPerStep]));
      pruned += step;
      if (step < entriesPerStep) return pruned;
    }
  };

  return {
    async append(drafts) {
      const checked = drafts.map(checkedDraft);
      const ids = new Map<StoredDraft, string>();
      for (const [shop, ofShop] of Map.groupBy(checked, (draft) => draft.shop)) {
        const list = JSON.stringify(ofShop.flatMap((draft) => [entryOf(draft), String(draft.at)]));
        const first = Number(await write(shop, appendScript, [name('j', shop)], [list]));
        for (const [index, draft] of ofShop.entries()) ids.set(draft, journalId(first + index));
      }
      return checked.map((draft) => ids.get(draft) ?? '');
    },
    async list(shop, options = {}) {
      const page = checkedJournalPage(shop, options);
      if (!page) return [];
      const { runId, localId, after = '', newestFirst, limit } = page;
      // An entry has both ids or none, and none is empty.
      if (runId === '' || localId === '') return [];
      const args = [localId ?? '', runId ?? '', after, newestFirst ? 1 : 0, limit];
      const found = await read(listEntriesScript, [name('j', shop)], args);
      if (!Array.isArray(found)) throw errors.badAnswer();
      return found.flatMap((text: unknown, index) => {
        if (index % 2 === 0) return [];
        const row = parseJson(String(text));
        return [
          fromJournalRow(shop, { ...(isRecord(row) ? row : {}), id: String(found[index - 1]) } as unknown as Row),
        ];
      });
    },
    prune: async (shop, before) => prune(shop, `(${checkedMoment(before)}`),
    erase: (shop) => prune(shop, '+inf'),
  };
}
