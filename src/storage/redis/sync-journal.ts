import { isRecord, parseJson } from '../../internal/json.ts';
import type { JournalEntry, SyncJournal } from '../../ports/sync-journal.ts';
import { isStorableText } from '../adapter-kit.ts';
import {
  checkedDraft,
  checkedJournalPage,
  checkedMoment,
  cursorOfPage,
  fromJournalRow,
  type JournalRow,
  journalId,
  type StoredDraft,
  toJournalRow,
} from '../journal-kit.ts';
import { type UncheckedRow, wholeNumber } from '../row-reader.ts';
import type { SkippedRecords } from '../skipped-records.ts';
import { indexedValue, partsOfValue, type RedisSession, readScript, writeScript } from './session.ts';
import library from './sync-journal.lua';

const scripts = {
  append: writeScript(library, 'append'),
  list: readScript(library, 'list'),
  prune: writeScript(library, 'prune'),
};

/** Entries in one step of an erasure. Redis serves no other client meanwhile. */
const entriesPerStep = 200;

/** The sync journal in Redis. The writing script assigns the ids, so entries become visible in order. */
export function createRedisSyncJournal(session: RedisSession, skipped: SkippedRecords): SyncJournal {
  const prune = async (shop: string, until: string): Promise<number> => {
    if (!isStorableText(shop)) return 0;
    for (let pruned = 0; ; ) {
      const step = Number(await session.write(shop, scripts.prune, [session.name('j', shop)], [until, entriesPerStep]));
      pruned += step;
      if (step < entriesPerStep) return pruned;
    }
  };

  return {
    async append(drafts) {
      const checked = drafts.map(checkedDraft);
      const ids = new Map<StoredDraft, string>();
      for (const [shop, ofShop] of Map.groupBy(checked, (draft) => draft.shop)) {
        const list = JSON.stringify(ofShop.flatMap((draft) => [toValue(draft), String(draft.at)]));
        const first = Number(await session.write(shop, scripts.append, [session.name('j', shop)], [list]));
        for (const [index, draft] of ofShop.entries()) ids.set(draft, journalId(first + index));
      }
      return checked.map((draft) => ids.get(draft) ?? '');
    },
    async list(shop, options = {}) {
      const page = checkedJournalPage(shop, options);
      if (!page) return [];
      const { runId, localId, newestFirst } = page;
      // An entry has both ids or neither, and ids are never empty.
      if (runId === '' || localId === '') return [];
      const load = async ({ after, limit }: { readonly after?: number; readonly limit: number }) => {
        const args = [localId ?? '', runId ?? '', after ?? '', newestFirst ? 1 : 0, limit];
        const found = await session.readList(scripts.list, [session.name('j', shop)], args);
        return found.flatMap((value: unknown, index) =>
          index % 2 === 0 ? [] : [{ id: String(found[index - 1]), value: String(value) }],
        );
      };
      return skipped.page(
        cursorOfPage(page),
        load,
        ({ id }) => wholeNumber(id),
        ({ id, value }) => fromValue(shop, id, value),
      );
    },
    prune: async (shop, before) => prune(shop, `(${checkedMoment(before)}`),
    erase: (shop) => prune(shop, '+inf'),
  };
}

/** Returns an entry as stored in Redis, under an id that the script assigns. */
function toValue(draft: StoredDraft): string {
  const { format, ...row } = toJournalRow(draft);
  return indexedValue([format, draft.localId, draft.runId ?? ''], row);
}

/** @throws StorageError if the value is damaged or has a newer format. */
function fromValue(shop: string, id: unknown, value: string): JournalEntry {
  const { format, json } = partsOfValue(value);
  const row = parseJson(json);
  const columns = { ...(isRecord(row) ? row : {}), format, id: String(id) };
  // Missing parts of a damaged entry are detected when they are read.
  return fromJournalRow(shop, columns as unknown as UncheckedRow<JournalRow>);
}
