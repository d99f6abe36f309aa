// @ts-nocheck
import type { JsonObject } from '../internal/json.ts';

export type { JsonObject };

/** What was done to one product. */
export interface JournalDraft {
  /** Shop domain. */
  readonly shop: string;
  /** The host's own id of the product. */
  readonly localId: string;
  /** Shopify's id, where it is known. */
  readonly gid: string | null;
  /** The run that it belongs to; `null` for a single push. */
  readonly runId: string | null;
  /** Such as `create`, `update`, `delete`, `publish`, `rollback`. */
  readonly action: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What was sent; `null` where nothing was. */
  readonly sent: JsonObject | null;
  /** What stood there before; `null` where nothing did, or it is not known. */
  readonly before: JsonObject | null;
}

/** One line of the journal. */
export interface JournalEntry extends JournalDraft {
  /**
   * Given by the journal. Later entries of a shop have greater ones, compared as text by code point, and an
   * entry never shows up behind one that was already there: who has read up to an id has missed nothing.
   */
  readonly id: string;
}

/** Which part of a shop's journal. */
export interface JournalListOptions {
  readonly runId?: string;
  readonly localId?: string;
  /** Id behind which, by `order`, the page starts. One that no journal gives is refused. */
  readonly after?: string;
  /** Default `oldest` first. */
  readonly order?: 'oldest' | 'newest';
  /** Entries per page. Default 100, at most 1,000. */
  readonly limit?: number;
}

/**
 * Remembers what was sent and what stood there before. Entries are added and never changed.
 *
 * @throws StorageError when the journal cannot be read or written, or an entry does not fit.
 */
export interface SyncJournal {
  /** Adds all or none of them, in this order. Returns their ids. `sent` and `before` may have 5 MB and more. */
  append(entries: readonly JournalDraft[]): Promise<readonly string[]>;
  /** Entries of a shop, none where it has none. */
  list(shop: string, options?: JournalListOptions): Promise<readonly JournalEntry[]>;
  /**
   * Deletes what is older than that moment (milliseconds since the epoch). Returns how many there were. Where it
   * fails half-way, call it again.
   */
  prune(shop: string, before: number): Promise<number>;
  /**
   * Deletes all of a shop, as the law asks after `shop/redact`. Returns how many there were. Where it fails
   * half-way, call it again.
   */
  erase(shop: string): Promise<number>;
}
