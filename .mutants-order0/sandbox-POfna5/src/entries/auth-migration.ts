/** Exchanging offline tokens that never expire for tokens that do, for all shops of an app. */
// @ts-nocheck

export type { ForEachShopOptions, ForEachShopReport } from '../auth/each-shop.ts';
export {
  type DeadReason,
  type MigrateTokensOptions,
  type MigratingApp,
  type MigrationReport,
  migrateToExpiringTokens,
  type ShopMigration,
} from '../auth/migrate-tokens.ts';
