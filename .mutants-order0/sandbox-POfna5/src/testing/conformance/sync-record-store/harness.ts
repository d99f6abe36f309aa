// @ts-nocheck
import type { Stores } from '../../../ports/stores.ts';
import type { SyncRecord, SyncRecordStore, SyncStatus } from '../../../ports/sync-record-store.ts';
import type { ConformanceRunner } from '../runner.ts';

/** One case of the suite. It gets a store of its own, empty at the start and closed at the end. */
export interface StoreCase {
  /** A sentence on what the store does. */
  readonly name: string;
  readonly check: (
    store: SyncRecordStore,
    expect: ConformanceRunner['expect'],
    stores: Pick<Stores, 'close'>,
  ) => Promise<void>;
}

/** The shop that most cases use, and another one. */
export const shop = 'acme.myshopify.com';

export const otherShop = 'other.myshopify.com';

/** Every status, in the order of the port. */
export const statuses: readonly SyncStatus[] = ['pending', 'syncing', 'synced', 'failed', 'deleted-in-shopify'];

/** A record whose fields are all set, with changes. */
export function record(localId: string, changes: Partial<SyncRecord> = {}): SyncRecord {
  return {
    shop,
    localId,
    version: 7,
    gid: `gid://shopify/Product/${localId}`,
    status: 'synced',
    hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    parts: { images: 'a1', publications: 'b2' },
    lastError: { code: 'USER_ERROR', message: 'Title cannot be blank' },
    attempts: 3,
    lastSyncData: { input: { title: 'Tee', variants: [{ price: '24.90' }] }, publications: [] },
    lastSyncedAt: 1_793_000_000_123,
    lastAttemptAt: 1_793_000_000_456,
    shopifyUpdatedAt: '2026-11-02T09:15:00Z',
    ...changes,
  };
}

/** `p000`, `p001`, … : local ids whose order is that of their numbers. */
export const localIds = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `p${String(index).padStart(4, '0')}`);
