/** Where a product stands. `syncing` is written before a push is sent, so a crash leaves a trace. */
export type SyncStatus = 'pending' | 'syncing' | 'synced' | 'failed' | 'deleted_in_shopify';

/** What the sync engine remembers about one local product on one shop. Plain JSON throughout. */
export interface SyncRecord {
  /** Shop domain. */
  readonly shop: string;
  /** The host's own id of the product; unique within a shop. */
  readonly localId: string;
  /** Shopify's id, once known. */
  readonly gid: string | null;
  readonly status: SyncStatus;
  /** Hash of all that the last push said; an equal hash means there is nothing to push. */
  readonly hash: string | null;
  /**
   * Hashes of parts of the last push (`images`, `publications`), so that an unchanged part is not
   * sent again. `null` before the first push.
   */
  readonly parts: Readonly<Record<string, string>> | null;
  readonly lastError: { readonly code: string; readonly message: string } | null;
  /** Pushes begun since the last success. */
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly lastSyncedAt: number | null;
  /** Milliseconds since the epoch. */
  readonly lastAttemptAt: number | null;
  /** Shopify's `updatedAt` of the product as last seen (ISO 8601), from a push or a webhook. */
  readonly shopifyUpdatedAt: string | null;
}

export type SyncCounts = Readonly<Record<SyncStatus, number>>;

export interface ListOptions {
  readonly status?: SyncStatus;
  /** Local id after which the page starts; records come in ascending order of local id (code points). */
  readonly after?: string;
  /** Records per page. Default 100, at most 1,000. */
  readonly limit?: number;
}

/**
 * Keeps sync records, one per shop and local id.
 *
 * @throws StorageError when the store cannot be read or written, or a row does not parse.
 */
export interface SyncRecordStore {
  get(shop: string, localId: string): Promise<SyncRecord | undefined>;
  getByGid(shop: string, gid: string): Promise<SyncRecord | undefined>;
  /** Inserts or replaces the record of that shop and local id. */
  put(record: SyncRecord): Promise<void>;
  /** All or none of them. */
  putMany(records: readonly SyncRecord[]): Promise<void>;
  list(shop: string, options?: ListOptions): Promise<readonly SyncRecord[]>;
  /** Records by status, zero where there is none. */
  counts(shop: string): Promise<SyncCounts>;
  delete(shop: string, localId: string): Promise<boolean>;
}

/** All the stores of one adapter. */
export interface Stores {
  readonly records: SyncRecordStore;
  close(): Promise<void>;
}
