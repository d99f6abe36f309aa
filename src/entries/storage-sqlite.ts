export type { Stores } from '../ports/stores.ts';
export type { MigrateOption, SqlStores } from '../storage/sql/preparation.ts';
export type { SqliteStoresOptions } from '../storage/sqlite/options.ts';
export { sqliteStores } from '../storage/sqlite/stores.ts';
