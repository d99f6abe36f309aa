import type { JsonObject } from '../internal/json.ts';

export type { JsonObject };

/** A change made to one product. */
export interface JournalDraft {
  /** Shop domain. */
  readonly shop: string;
  /** The host's own id of the product. */
  readonly localId: string;
  /** Shopify's id, if known. */
  readonly gid: string | null;
  /** The run it belongs to; `null` for a single push. */
  readonly runId: string | null;
  /** What was done, such as `create`, `update`, `delete`, `publish` or `rollback`. */
  readonly action: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What was sent; `null` if nothing was. */
  readonly sent: JsonObject | null;
  /** The previous state; `null` if there was none or it is not known. */
  readonly before: JsonObject | null;
}

/** One entry of the journal. */
export interface JournalEntry extends JournalDraft {
  /**
   * Assigned by the journal. Later entries of a shop have greater ids, compared as text by code point, and no entry
   * ever appears before one that was already visible: a reader that has read up to an id has missed nothing.
   */
  readonly id: string;
}

/** Selects a part of a shop's journal. */
export interface JournalListOptions {
  readonly runId?: string;
  readonly localId?: string;
  /** Id after which, in `order`, the page starts: one that this journal returned. Other text is refused. */
  readonly after?: string;
  /** Which entries come first. Default `oldest`. */
  readonly order?: 'oldest' | 'newest';
  /** Entries per page. Default 100, at most 1,000. */
  readonly limit?: number;
}

/**
 * Records what was sent and what it replaced. Entries are added and never changed.
 *
 * @throws StorageError if the journal cannot be read or written, or an entry is not accepted.
 */
export interface SyncJournal {
  /** Adds all of the entries or none, in this order. Returns their ids. `sent` and `before` may have 5 MB or more. */
  append(entries: readonly JournalDraft[]): Promise<readonly string[]>;
  /** Lists the entries of a shop. */
  list(shop: string, options?: JournalListOptions): Promise<readonly JournalEntry[]>;
  /**
   * Deletes entries older than `before` (milliseconds since the epoch). Returns how many it deleted. If it fails
   * half-way, call it again.
   */
  prune(shop: string, before: number): Promise<number>;
  /**
   * Deletes all entries of a shop, as required by law after `shop/redact`. Returns how many it deleted. If it fails
   * half-way, call it again.
   */
  erase(shop: string): Promise<number>;
}
