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
  /** Waits for running operations, then releases all resources. Later calls fail with `StorageError`. */
  close(): Promise<void>;
  /** Calls `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
