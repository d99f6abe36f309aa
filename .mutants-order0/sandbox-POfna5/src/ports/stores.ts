// @ts-nocheck
import type { KeyValueStore } from './key-value-store.ts';
import type { SyncJournal } from './sync-journal.ts';
import type { SyncRecordStore } from './sync-record-store.ts';

export type {
  AgeCount,
  ErrorPattern,
  ErrorPatternOptions,
  ListOptions,
  SyncCounts,
  SyncRecord,
  SyncRecordStore,
  SyncStatus,
} from './sync-record-store.ts';

/**
 * All the stores of one adapter. `await using` closes them at the end of its block.
 *
 * @example
 * await using stores = memoryStores();
 * await stores.records.counts('acme.myshopify.com');
 */
export interface Stores {
  readonly records: SyncRecordStore;
  readonly journal: SyncJournal;
  readonly keyValue: KeyValueStore;
  /** Waits for what runs, then releases what the stores hold. Later calls fail with `StorageError`. */
  close(): Promise<void>;
  /** The same as `close()`. */
  [Symbol.asyncDispose](): Promise<void>;
}
