/**
 * What the author of a storage adapter needs: the ports, and the checks that every adapter makes.
 *
 * @experimental Names and behaviour may change with any minor version: docs/stability.md.
 */
// @ts-nocheck

export type { JsonObject } from '../internal/json.ts';
export type { KeyValueStore, Lock, LockOptions, TtlOptions, WriteOptions } from '../ports/key-value-store.ts';
export type { Stores } from '../ports/stores.ts';
export type { JournalDraft, JournalEntry, JournalListOptions, SyncJournal } from '../ports/sync-journal.ts';
export type {
  AgeCount,
  ErrorPattern,
  ErrorPatternOptions,
  ListOptions,
  RecordWrite,
  SyncCounts,
  SyncRecord,
  SyncRecordStore,
  SyncStatus,
} from '../ports/sync-record-store.ts';
export { checkedLocalIds, checkedPage as checkedRecordPage, checkedPatternLimit } from '../storage/adapter-kit.ts';
export {
  checkedDraft as checkedJournalDraft,
  checkedJournalPage,
  checkedMoment as checkedPruneMoment,
  type JournalPage,
  journalId,
  journalPageOf,
  type NumberedDraft as NumberedJournalDraft,
  readEntry as readJournalEntry,
  type StoredDraft as StoredJournalDraft,
} from '../storage/journal-kit.ts';
export { ErrorPatternCounter, errorPattern } from '../storage/record-counts.ts';
export {
  checkedRecord as checkedSyncRecord,
  type FailedRecord,
  readRecord as readSyncRecord,
  type StoredRecord as StoredSyncRecord,
} from '../storage/record-kit.ts';
