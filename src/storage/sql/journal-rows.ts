import type { Insertable, Selectable } from 'kysely';
import { StorageError } from '../../errors/errors.ts';
import { isRecord } from '../../internal/json.ts';
import type { JournalEntry } from '../../ports/sync-journal.ts';
import { shownId } from '../adapter-kit.ts';
import { journalId, type StoredDraft } from '../journal-kit.ts';
import { columnReader, json, text, wholeNumber } from './rows.ts';
import type { JournalTable } from './tables.ts';

/** The draft as a row. */
export function toJournalRow(id: number, draft: StoredDraft): Insertable<JournalTable> {
  return {
    shop: draft.shop,
    id,
    local_id: draft.localId,
    gid: draft.gid,
    run_id: draft.runId,
    action: draft.action,
    at: draft.at,
    sent: draft.sent,
    before: draft.before,
  };
}

/** A row that no version of this package wrote. */
function damagedEntry(shop: string, id: unknown, column: string): StorageError {
  const number = wholeNumber(id);
  // By an id that is none, nothing can be read on.
  const mend =
    number === undefined
      ? 'Restore it from a backup, or delete its row; journal.list(shop, { localId }) still finds other products.'
      : `Restore it from a backup, or read on behind it with journal.list(shop, { after: '${journalId(number)}' }).`;
  const name = number === undefined ? shownId(id) : journalId(number);
  return new StorageError(
    `Entry ${name} of the sync journal of ${shop} is damaged in column ${column}. ${mend}`,
    false,
    { shop },
  );
}

/** The last id that a shop's journal gave, where it is none. */
export function damagedHead(shop: string, table: string): StorageError {
  return new StorageError(
    `The last id of the sync journal of ${shop} is damaged: column last_id of ${table}. Set it to the greatest id ` +
      'that the shop has in the journal. Nothing was written.',
    false,
    { shop },
  );
}

/**
 * The row as an entry of that shop.
 *
 * @throws StorageError naming shop, id and column where a value does not parse.
 */
export function fromJournalRow(shop: string, row: Selectable<JournalTable>): JournalEntry {
  const { read, readOrNull } = columnReader(row, (column) => damagedEntry(shop, row.id, column));
  return {
    id: journalId(read('id', wholeNumber)),
    shop,
    localId: read('local_id', text),
    gid: readOrNull('gid', text),
    runId: readOrNull('run_id', text),
    action: read('action', text),
    at: read('at', wholeNumber),
    sent: readOrNull('sent', json(isRecord)),
    before: readOrNull('before', json(isRecord)),
  };
}
