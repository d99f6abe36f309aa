import type { Insertable, Selectable } from 'kysely';
import { StorageError } from '../../errors/local.ts';
import { parseJson } from '../../internal/json.ts';
import { isFailure, isParts, isSyncStatus, shownId } from '../record-rules.ts';
import type { SyncRecord } from '../types.ts';
import type { SyncRecordTable } from './tables.ts';

/** The record as a row. */
export function toRow(record: SyncRecord): Insertable<SyncRecordTable> {
  return {
    shop: record.shop,
    local_id: record.localId,
    gid: record.gid,
    status: record.status,
    hash: record.hash,
    parts: record.parts && JSON.stringify(record.parts),
    last_error: record.lastError && JSON.stringify(record.lastError),
    attempts: record.attempts,
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

/** The number in a value that a driver gave, `undefined` where there is none. */
export function wholeNumber(value: unknown): number | undefined {
  const number =
    typeof value === 'bigint' || (typeof value === 'string' && /^\d+$/.test(value)) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const json =
  <T>(fits: (value: unknown) => value is T) =>
  (value: unknown): T | undefined => {
    const parsed = typeof value === 'string' ? parseJson(value) : undefined;
    return fits(parsed) ? parsed : undefined;
  };

/**
 * The row as a record of that shop.
 *
 * @throws StorageError naming shop, local id and column where a value does not parse.
 */
export function fromRow(shop: string, row: Selectable<SyncRecordTable>): SyncRecord {
  const read = <T>(column: keyof SyncRecordTable, parse: (value: unknown) => T | undefined): T => {
    const value = parse(row[column]);
    if (value === undefined) throw damagedRecord(shop, row.local_id, column);
    return value;
  };
  const readOrNull = <T>(column: keyof SyncRecordTable, parse: (value: unknown) => T | undefined): T | null =>
    row[column] === null ? null : read(column, parse);

  return {
    shop,
    localId: read('local_id', text),
    gid: readOrNull('gid', text),
    status: read('status', (value) => (isSyncStatus(value) ? value : undefined)),
    hash: readOrNull('hash', text),
    parts: readOrNull('parts', json(isParts)),
    lastError: readOrNull('last_error', json(isFailure)),
    attempts: read('attempts', wholeNumber),
    lastSyncedAt: readOrNull('last_synced_at', wholeNumber),
    lastAttemptAt: readOrNull('last_attempt_at', wholeNumber),
    shopifyUpdatedAt: readOrNull('shopify_updated_at', text),
  };
}
