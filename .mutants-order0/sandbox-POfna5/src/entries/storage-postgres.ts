// @ts-nocheck
export type { Stores } from '../ports/stores.ts';
export type { PostgresClient, PostgresPool, PostgresResult } from '../storage/postgres/connection.ts';
export type { PostgresStoresOptions } from '../storage/postgres/stores.ts';

export { postgresStores } from '../storage/postgres/stores.ts';
export type { SkippedRecordListener } from '../storage/skipped-records.ts';
export type { MigrateOption, SqlStores } from '../storage/sql/schema.ts';
