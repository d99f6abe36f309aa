import type { JsonObject } from '../internal/json.ts';

/** Sync status of a product. `syncing` is written before a push is sent, so that a crash leaves a trace. */
export type SyncStatus = 'pending' | 'syncing' | 'synced' | 'failed' | 'deleted-in-shopify';

/** What the sync engine stores about one local product on one shop. Plain JSON throughout. */
export interface SyncRecord {
  /** Shop domain. */
  readonly shop: string;
  /** The host's own id of the product; unique within a shop. */
  readonly localId: string;
  /**
   * Incremented with each change of the record, so that `putIf` notices a concurrent write. 0 if nothing has been
   * written yet.
   */
  readonly version: number;
  /** Shopify's id, once known. */
  readonly gid: string | null;
  readonly status: SyncStatus;
  /** Hash of everything in the last push; if it is equal, there is nothing to push. */
  readonly hash: string | null;
  /**
   * Short markers of the sync: the id of the push that started last (`push`), whether another one ran at the same time
   * (`doubt`), the journal entry last rolled back (`undone`), a hash of the last webhook's content (`webhook`), and
   * whether the product does not carry its local id yet (`unmarked`). `null` before the first push.
   */
  readonly parts: Readonly<Record<string, string>> | null;
  readonly lastError: { readonly code: string; readonly message: string } | null;
  /** Pushes started since the last success. */
  readonly attempts: number;
  /**
   * The content of the last push, value by value, with the ids of variants and images: the next push compares with it.
   * During a push, also what it is sending. `null` before the first push. Stored as JSON, so without `undefined` and
   * with dates as strings. May have 5 MB or more.
   */
  readonly lastSyncData: JsonObject | null;
  /** Milliseconds since the epoch. */
  readonly lastSyncedAt: number | null;
  /** Milliseconds since the epoch. */
  readonly lastAttemptAt: number | null;
  /** Shopify's `updatedAt` of the product as last seen (ISO 8601), from a push or a webhook. */
  readonly shopifyUpdatedAt: string | null;
}

/** A record, and the stored version required for writing it; `undefined`: there must be none. */
export interface RecordWrite {
  readonly record: SyncRecord;
  readonly version: number | undefined;
}

/** Number of records by status. */
export type SyncCounts = Readonly<Record<SyncStatus, number>>;

/** Number of records of one status whose last success was on one day. */
export interface AgeCount {
  readonly status: SyncStatus;
  /** Days from 1970-01-01 to the UTC date of `lastSyncedAt`; `null` for records that never succeeded. */
  readonly day: number | null;
  /** At least 1. */
  readonly count: number;
}

/** Errors that differ only in ids, numbers and quoted texts. */
export interface ErrorPattern {
  /** The errors' code. */
  readonly code: string;
  /** Their message with placeholders, as returned by `errorPattern`: `Title {text} is too long`. */
  readonly pattern: string;
  /** Number of records with such an error. */
  readonly count: number;
  /** One of those records: the one tried last, or the smallest local id if there are several. */
  readonly localId: string;
  /** When that record was tried, in milliseconds since the epoch. */
  readonly lastAttemptAt: number | null;
}

/** Selects a page of records. */
export interface ListOptions {
  readonly status?: SyncStatus;
  /** Local id after which the page starts; records come in ascending order of local id (code points). */
  readonly after?: string;
  /** Records per page. Default 100, at most 1,000. */
  readonly limit?: number;
}

/** Options of `errorPatterns`. */
export interface ErrorPatternOptions {
  /** Number of patterns. Default 20, at most 1,000. */
  readonly limit?: number;
}

/**
 * Stores sync records, one per shop and local id.
 *
 * @throws StorageError if the store cannot be read or written, or a row cannot be parsed.
 */
export interface SyncRecordStore {
  get(shop: string, localId: string): Promise<SyncRecord | undefined>;
  /**
   * Returns the records of those local ids (1,000 at most), each once and in no particular order. Records that are
   * damaged or from a newer release are skipped, as in `list`; `get` throws for them.
   *
   * Optional for a store of your own: without it, each record is read with `get`.
   */
  getMany?(shop: string, localIds: readonly string[]): Promise<readonly SyncRecord[]>;
  getByGid(shop: string, gid: string): Promise<SyncRecord | undefined>;
  /** Inserts or replaces a record, by its shop and local id. */
  put(record: SyncRecord): Promise<void>;
  /**
   * Writes the record only if the stored one has that version or, with `undefined`, if there is none. Of two writers
   * that have read the same record, one writes; the other gets `false` and must read it again.
   *
   * @returns Whether it was written.
   * @throws StorageError also if the stored record has a newer format.
   */
  putIf(record: SyncRecord, version: number | undefined): Promise<boolean>;
  /**
   * Does `putIf` for up to 1,000 different records at once. Each is independent: if one is not written, the others
   * still are.
   *
   * Optional for a store of your own: without it, each record is written with `putIf`.
   *
   * @returns Whether each was written, in the same order.
   * @throws StorageError, with nothing written if a stored record has a newer format; otherwise some may be written.
   */
  putManyIf?(writes: readonly RecordWrite[]): Promise<readonly boolean[]>;
  /** Writes all of the records or none. */
  putMany(records: readonly SyncRecord[]): Promise<void>;
  list(shop: string, options?: ListOptions): Promise<readonly SyncRecord[]>;
  /**
   * Counts records by status. The counts are updated with every change, so the cost does not depend on their number.
   */
  counts(shop: string): Promise<SyncCounts>;
  /**
   * Counts records by status and day of the last success: in the order of the statuses above, those that never
   * succeeded first, then from the oldest day. Updated with every change, like `counts`.
   */
  ageCounts(shop: string): Promise<readonly AgeCount[]>;
  /**
   * Counts the records whose last success was at or after `sinceMs` (milliseconds since the epoch), by status.
   *
   * Optional for a store of your own: without it, `health()` of a product sync reads all records.
   */
  countSyncedSince?(shop: string, sinceMs: number): Promise<SyncCounts>;
  /** Returns the most frequent errors among the records with a `lastError`. Reads all of them. */
  errorPatterns(shop: string, options?: ErrorPatternOptions): Promise<readonly ErrorPattern[]>;
  delete(shop: string, localId: string): Promise<boolean>;
  /**
   * Deletes all records of a shop, as required by law after `shop/redact`. Returns how many it deleted. If it fails
   * half-way, call it again.
   */
  erase(shop: string): Promise<number>;
}
