// @ts-nocheck
export type { DesiredSubscription } from '../subscriptions/desired.ts';
export type {
  ChangedSubscription,
  FailedSubscription,
  ReportedSubscription,
  SubscriptionReport,
} from '../subscriptions/report.ts';
export type { SubscriptionField } from '../subscriptions/subscription.ts';
export {
  type SubscriptionClient,
  type SyncSubscriptionsOptions,
  syncSubscriptions,
} from '../subscriptions/sync-subscriptions.ts';
export {
  createFiles,
  type EnsuredFile,
  type Files,
  type FilesOptions,
  type FileToEnsure,
} from '../sync/files/files.ts';
export type {
  ApiSuccess,
  FailedProduct,
  FailureAnalysis,
  HealthAlert,
  HealthOptions,
  HealthReader,
  HealthStatus,
  HealthThresholds,
  HealthWatch,
  ReadHealthOptions,
  SyncHealth,
  WatchHealthOptions,
} from '../sync/health.ts';
export type {
  ImportAllOptions,
  ImportedProduct,
  ImportOptions,
  ImportResult,
  LeftOut,
  ProductToName,
} from '../sync/import.ts';
export {
  type AdjustStockOptions,
  createInventory,
  type Inventory,
  type InventoryOptions,
  type RefusedStock,
  type SetStockOptions,
  type StockChange,
  type StockPlace,
  type StockQuantity,
  type StockReason,
  type StockReport,
} from '../sync/inventory/inventory.ts';
export {
  readStock,
  type StockCheck,
  type StockCheckOptions,
  type StockFinding,
  type StockLevel,
} from '../sync/inventory/stock-table.ts';
export {
  createMetafields,
  type EnsuredDefinition,
  type MetafieldDefinition,
  type MetafieldReport,
  type MetafieldRow,
  type Metafields,
  type MetafieldsOptions,
  type RefusedMetafield,
  type SetMetafieldsOptions,
} from '../sync/metafields.ts';
export type { ProductChange, ProductDifference } from '../sync/plan/change.ts';
export type {
  DeleteAllowance,
  DeleteLimits,
  DriftPolicy,
  Ownership,
  PlanOptions,
  ProductPlan,
} from '../sync/plan/plan.ts';
export type { FactList, FactValue } from '../sync/plan/product-facts.ts';
export {
  type FormatPlanOptions,
  formatPlan,
  type PlannedProduct,
  parsePlan,
  type RunPlan,
  serializePlan,
} from '../sync/plan/run-plan.ts';
export {
  type ApplyOptions,
  createProductSync,
  type PlanRunOptions,
  type ProductSync,
  type ProductSyncOptions,
  type RemoveOptions,
} from '../sync/product-sync.ts';
export type { BulkCreateResult, BulkCreateSummary, CreateInBulkOptions } from '../sync/push/bulk-create.ts';
export type { Gate, GateHalt } from '../sync/push/gate.ts';
export type { MissingProducts } from '../sync/push/missing-products.ts';
export type { FailedImage, PushOptions, PushOutcome, PushResult, SkipReason } from '../sync/push/push.ts';
export type { PushManyOptions, PushProgress, PushSummary } from '../sync/push/push-many.ts';
export type { DraftSource, RetryFailedOptions } from '../sync/push/retry-failed.ts';
export { inRollout, type Rollout } from '../sync/push/rollout.ts';
export type { AdoptBy } from '../sync/read-remote.ts';
export type { ApplyWebhookOptions, ProductWebhook, WebhookOutcome } from '../sync/reconcile/external-changes.ts';
export type { ReconcileOptions, ReconcileReport } from '../sync/reconcile/reconcile.ts';
export type { Finding, FindingKind } from '../sync/reconcile/repair.ts';
export {
  createSyncWebhooks,
  type ExternalChange,
  type SyncWebhookEvent,
  type SyncWebhookOptions,
  type SyncWebhooks,
} from '../sync/reconcile/sync-webhooks.ts';
export type { JournalRetention } from '../sync/rollback/journal-retention.ts';
export type { RollbackOptions, RollbackReport, RollbackResult, RollbackTarget } from '../sync/rollback/rollback.ts';
export {
  createProductQueue,
  type ProductQueue,
  type ProductQueueOptions,
  type RunSettings,
} from '../sync/runs/product-queue.ts';
export type {
  ListRunsOptions,
  RetryTarget,
  RunProgress,
  StartRunOptions,
  SyncRun,
  SyncRuns,
  WatchRunOptions,
} from '../sync/runs/runs.ts';
export type { RunCounts, RunHalt, RunPhase, RunPushOptions, RunState } from '../sync/runs/stored-run.ts';
export {
  createShopInfo,
  type ShopDetails,
  type ShopInfo,
  type ShopInfoCallOptions,
  type ShopInfoOptions,
  type ShopLocation,
  type ShopPublication,
} from '../sync/shop/shop-info.ts';
export {
  type Category,
  createTaxonomy,
  type Taxonomy,
  type TaxonomyCallOptions,
  type TaxonomyOptions,
} from '../sync/shop/taxonomy.ts';
export { createDefinitionTypes } from '../sync/sources/csv/definition-types.ts';
export {
  type CsvContents,
  type CsvReading,
  type CsvRow,
  type ReadCsvOptions,
  readCsv,
} from '../sync/sources/csv/read-csv.ts';
export type { CsvIssue, CsvSource } from '../sync/sources/csv/records.ts';
export { createReferences } from '../sync/sources/csv/references.ts';
export type { CsvProduct, MetafieldName, ShopKnowledge } from '../sync/sources/csv/shopify-products.ts';
export { type CsvProductToWrite, type WriteCsvOptions, writeCsv } from '../sync/sources/csv/write-csv.ts';
export type { Cell, Column, ProductCells, RejectedRow, VariantCells, VariantMapping } from '../sync/sources/rows.ts';
export {
  type GroupedProduct,
  type GroupedRows,
  groupVariants,
  type ParsedRows,
  type ParseRowsOptions,
  parseRows,
} from '../sync/sources/rows.ts';
export type { SyncClient } from '../sync/sync-client.ts';
