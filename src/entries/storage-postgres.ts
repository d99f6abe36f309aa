export type { Stores } from '../ports/stores.ts';
export type { PostgresStoresOptions } from '../storage/postgres/options.ts';
export type { PostgresAnswer, PostgresClient, PostgresPool } from '../storage/postgres/pool.ts';
export { postgresStores } from '../storage/postgres/stores.ts';
export type { MigrateOption, SqlStores } from '../storage/sql/preparation.ts';
