// @ts-nocheck
export type { Stores } from '../ports/stores.ts';
export type { SkippedRecordListener } from '../storage/skipped-records.ts';
export type { MigrateOption, SqlStores } from '../storage/sql/schema.ts';
export type { SqliteStoresOptions } from '../storage/sqlite.ts';
export { sqliteStores } from '../storage/sqlite.ts';
