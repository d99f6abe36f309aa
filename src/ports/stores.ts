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

/** All the stores of one adapter. */
export interface Stores {
  readonly records: SyncRecordStore;
  readonly journal: SyncJournal;
  readonly keyValue: KeyValueStore;
  /** Waits for what runs, then lets go of what the stores hold. Later calls fail with `StorageError`. */
  close(): Promise<void>;
}
