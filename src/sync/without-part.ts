import type { SyncRecord } from '../ports/sync-record-store.ts';

/** The hashes of a record's parts without that of one of them, which is sent again then. */
export function withoutPart(parts: SyncRecord['parts'], name: string): SyncRecord['parts'] {
  return parts && Object.fromEntries(Object.entries(parts).filter(([part]) => part !== name));
}
