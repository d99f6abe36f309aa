// @ts-nocheck
import type { JsonObject } from '../internal/json.ts';

/** Where a product stands. `syncing` is written before a push is sent, so a crash leaves a trace. */
export type SyncStatus = 'pending' | 'syncing' | 'synced' | 'failed' | 'deleted-in-shopify';

/** What the sync engine remembers about one local product on one shop. Plain JSON throughout. */
export interface SyncRecord {
  /** Shop domain. */
  readonly shop: string;
  /** The host's own id of the product; unique within a shop. */
  readonly localId: string;
  /**
   * Whoever changes a record writes the next number: by it `putIf` sees that somebody else has written meanwhile. 0 where
   * nothing was written yet.
   */
  readonly version: number;
  /** Shopify's id, once known. */
  readonly gid: string | null;
  readonly status: SyncStatus;
  /** Hash of all that the last push said; an equal hash means there is nothing to push. */
  readonly hash: string | null;
  /**
   * Short marks of the sync: the id of the push that began last (`push`), whether another one ran at the same time
   * (`doubt`), the journal entry that was rolled back last (`undone`), a hash of what webhooks last told (`webhook`), and
   * whether the product does not bear its local id yet (`unmarked`).
   * `null` before the first push.
   */
  readonly parts: Readonly<Record<string, string>> | null;
  readonly lastError: { readonly code: string; readonly message: string } | null;
  /** Pushes begun since the last success. */
  readonly attempts: number;
  /**
   * What the last push said, value by value, with the ids of variants and images: the next push compares with it. While a
   * push is under way, also what it is sending. `null` before the first push. Kept as JSON, so without `undefined` and with
   * dates as text. Of any size: 5 MB and more.
   */
  readonly lastSyncData: JsonObject | null;
  /** Milliseconds since the epoch. */
  readonly lastSyncedAt: number | null;
  /** Milliseconds since the epoch. */
  readonly lastAttemptAt: number | null;
  /** Shopify's `updatedAt` of the product as last seen (ISO 8601), from a push or a webhook. */
  readonly shopifyUpdatedAt: string | null;
}

/** A record, and which version of it must be in the store so that it is written; `undefined`: none. */
export interface RecordWrite {
  readonly record: SyncRecord;
  readonly version: number | undefined;
}

/** Records by status. */
export type SyncCounts = Readonly<Record<SyncStatus, number>>;

/** How many records of one status had their last success on one day. */
export interface AgeCount {
  readonly status: SyncStatus;
  /** Days from 1970-01-01 to that of `lastSyncedAt`, by UTC; `null` for records that never succeeded. */
  readonly day: number | null;
  /** At least 1. */
  readonly count: number;
}

/** Errors that say the same, apart from ids, numbers and quoted texts. */
export interface ErrorPattern {
  /** The errors' code. */
  readonly code: string;
  /** Their message with placeholders, as `errorPattern` makes it: `Title {text} is too long`. */
  readonly pattern: string;
  /** Records that have such an error. */
  readonly count: number;
  /** One of them: the one tried last, the smallest local id where several were. */
  readonly localId: string;
  /** When that one was tried, in milliseconds since the epoch. */
  readonly lastAttemptAt: number | null;
}

/** Which records, and how many of them. */
export interface ListOptions {
  readonly status?: SyncStatus;
  /** Local id after which the page starts; records come in ascending order of local id (code points). */
  readonly after?: string;
  /** Records per page. Default 100, at most 1,000. */
  readonly limit?: number;
}

/** How many error patterns. */
export interface ErrorPatternOptions {
  /** Default 20, at most 1,000. */
  readonly limit?: number;
}

/**
 * Keeps sync records, one per shop and local id.
 *
 * @throws StorageError when the store cannot be read or written, or a row does not parse.
 */
export interface SyncRecordStore {
  get(shop: string, localId: string): Promise<SyncRecord | undefined>;
  /**
   * The records that those local ids have, each once and in no particular order. Takes 1,000 ids at most. What is damaged or
   * of a newer release is left out, as `list` does; `get` says what is wrong with it.
   *
   * Optional for a store of your own: without it, each record is read with `get`.
   */
  getMany?(shop: string, localIds: readonly string[]): Promise<readonly SyncRecord[]>;
  getByGid(shop: string, gid: string): Promise<SyncRecord | undefined>;
  /** Inserts or replaces the record of that shop and local id. */
  put(record: SyncRecord): Promise<void>;
  /**
   * Writes the record only where the stored one has that version, or, with `undefined`, where there is none. Two writers
   * that have read the same record: one writes, the other is told `false` and reads again.
   *
   * @returns Whether it was written.
   * @throws StorageError also where the stored record is of a newer format.
   */
  putIf(record: SyncRecord, version: number | undefined): Promise<boolean>;
  /**
   * `putIf` of up to 1,000 records at once, each of them once. Each is a step of its own: where one is not written, the
   * others are.
   *
   * Optional for a store of your own: without it, each record is written with `putIf`.
   *
   * @returns Whether each was written, in the same order.
   * @throws StorageError, with none of them written where a stored one is of a newer format; else some may be.
   */
  putManyIf?(writes: readonly RecordWrite[]): Promise<readonly boolean[]>;
  /** All or none of them. */
  putMany(records: readonly SyncRecord[]): Promise<void>;
  list(shop: string, options?: ListOptions): Promise<readonly SyncRecord[]>;
  /** Records by status, zero where there is none. Kept with every change, so it costs the same for any number. */
  counts(shop: string): Promise<SyncCounts>;
  /**
   * Records by status and day of the last success, in the order of the status above, never first, then from the
   * oldest day. Kept with every change, as `counts` is.
   */
  ageCounts(shop: string): Promise<readonly AgeCount[]>;
  /**
   * The records whose last success was at that time or later, by status. `sinceMs` are milliseconds since the epoch.
   *
   * Optional for a store of your own: without it, `health()` of a product sync goes through all records.
   */
  countSyncedSince?(shop: string, sinceMs: number): Promise<SyncCounts>;
  /** What went wrong most often among the records that have a last error. Reads all of those. */
  errorPatterns(shop: string, options?: ErrorPatternOptions): Promise<readonly ErrorPattern[]>;
  delete(shop: string, localId: string): Promise<boolean>;
  /**
   * Deletes all records of a shop, as the law asks after `shop/redact`. Returns how many there were. Where it
   * fails half-way, call it again.
   */
  erase(shop: string): Promise<number>;
}
