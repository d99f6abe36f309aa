// @ts-nocheck
// What docs/storage.md takes for granted.
import type pg from 'pg';
import type { KeyValueStore, SyncRecordStore } from 'shopwright';
import type { StoredTokens } from 'shopwright/auth';
import type { JsonObject, SyncJournal } from 'shopwright/storage/adapter';

export { isShopwrightError } from 'shopwright';
export { postgresStores } from 'shopwright/storage/postgres';
export declare const stores: { readonly keyValue: KeyValueStore };
export declare const records: SyncRecordStore;
export declare const journal: SyncJournal;
export declare const keyValue: KeyValueStore;
export declare const logger: { error(problem: unknown): void };
export declare const pool: pg.Pool;
export declare const ownerPool: pg.Pool;
export declare const shop: string;
export declare const localId: string;
export declare const gid: string;
export declare const runId: string;
export declare const webhookId: string;
export declare const sent: JsonObject;
export declare const before: JsonObject;
export declare const after: string;
export declare const seen: string;
export declare const next: string;
export declare const refreshed: StoredTokens;
export declare const build: (options: { readonly signal: AbortSignal }) => Promise<string>;
export declare const readAgain: () => Promise<void>;
