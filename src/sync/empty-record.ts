import type { SyncRecord } from '../ports/sync-record-store.ts';

/** The record of a product that nothing is known of. */
export function emptyRecord(shop: string, localId: string): SyncRecord {
  return {
    shop,
    localId,
    gid: null,
    status: 'pending',
    hash: null,
    parts: null,
    lastError: null,
    attempts: 0,
    lastSyncData: null,
    lastSyncedAt: null,
    lastAttemptAt: null,
    shopifyUpdatedAt: null,
  };
}
