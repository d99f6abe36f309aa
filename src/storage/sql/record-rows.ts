import type { Insertable, Selectable } from 'kysely';
import { StorageError } from '../../errors/errors.ts';
import { isRecord } from '../../internal/json.ts';
import type { SyncRecord } from '../../ports/sync-record-store.ts';
import { shownId } from '../adapter-kit.ts';
import type { FailedRecord } from '../pattern-tally.ts';
import { isFailure, isParts, isSyncStatus, type StoredRecord } from '../record-kit.ts';
import { columnReader, json, text, wholeNumber } from './rows.ts';
import type { SyncRecordTable } from './tables.ts';

/** The record as a row. */
export function toRow(record: StoredRecord): Insertable<SyncRecordTable> {
  return {
    shop: record.shop,
    local_id: record.localId,
    gid: record.gid,
    status: record.status,
    hash: record.hash,
    parts: record.parts && JSON.stringify(record.parts),
    last_error: record.lastError && JSON.stringify(record.lastError),
    attempts: record.attempts,
    last_sync_data: record.lastSyncData,
    last_synced_at: record.lastSyncedAt,
    last_attempt_at: record.lastAttemptAt,
    shopify_updated_at: record.shopifyUpdatedAt,
  };
}

/** A row that no version of this package wrote. */
export function damagedRecord(shop: string, localId: unknown, column: string): StorageError {
  return new StorageError(
    `The sync record of ${shownId(localId)} on ${shop} is damaged in column ${column}. Delete it with ` +
      'records.delete(shop, localId); the next sync finds the product in Shopify again and writes a new record.',
    false,
    { shop },
  );
}

/**
 * The row as a record of that shop.
 *
 * @throws StorageError naming shop, local id and column where a value does not parse.
 */
export function fromRow(shop: string, row: Selectable<SyncRecordTable>): SyncRecord {
  const { read, readOrNull } = columnReader(row, (column) => damagedRecord(shop, row.local_id, column));
  return {
    shop,
    localId: read('local_id', text),
    gid: readOrNull('gid', text),
    status: read('status', (value) => (isSyncStatus(value) ? value : undefined)),
    hash: readOrNull('hash', text),
    parts: readOrNull('parts', json(isParts)),
    lastError: readOrNull('last_error', json(isFailure)),
    attempts: read('attempts', wholeNumber),
    lastSyncData: readOrNull('last_sync_data', json(isRecord)),
    lastSyncedAt: readOrNull('last_synced_at', wholeNumber),
    lastAttemptAt: readOrNull('last_attempt_at', wholeNumber),
    shopifyUpdatedAt: readOrNull('shopify_updated_at', text),
  };
}

/**
 * The row of a record with a last error as far as it is about that error.
 *
 * @throws StorageError as `fromRow` does.
 */
export function readFailure(
  shop: string,
  row: Pick<Selectable<SyncRecordTable>, 'local_id' | 'last_error' | 'last_attempt_at'>,
): FailedRecord {
  const { read, readOrNull } = columnReader(row, (column) => damagedRecord(shop, row.local_id, column));
  return {
    localId: read('local_id', text),
    lastError: read('last_error', json(isFailure)),
    lastAttemptAt: readOrNull('last_attempt_at', wholeNumber),
  };
}
