import type { Insertable, Selectable } from 'kysely';
import { StorageError } from '../../errors/local.ts';
import { isRecord } from '../../internal/json.ts';
import { journalId, type StoredDraft } from '../journal-rules.ts';
import type { JournalEntry } from '../ports/sync-journal.ts';
import { columnReader, json, text, wholeNumber } from './columns.ts';
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

/**
 * The row as an entry of that shop.
 *
 * @throws StorageError naming shop, id and column where a value does not parse.
 */
export function fromJournalRow(shop: string, row: Selectable<JournalTable>): JournalEntry {
  const { read, readOrNull } = columnReader(
    row,
    (column) =>
      new StorageError(
        `Entry ${String(row.id)} of the sync journal of ${shop} is damaged in column ${column}. Restore it from a ` +
          `backup, or read on behind it with journal.list(shop, { after: '${journalId(Number(row.id))}' }).`,
        false,
        { shop },
      ),
  );
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
