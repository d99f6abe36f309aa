export { syncSubscriptions } from '../subscriptions/sync-subscriptions.ts';

export type {
  ChangedSubscription,
  DesiredSubscription,
  FailedSubscription,
  ReportedSubscription,
  SubscriptionClient,
  SubscriptionField,
  SubscriptionReport,
  SyncSubscriptionsOptions,
} from '../subscriptions/types.ts';

export type { ApplyWebhookOptions, ProductWebhook, WebhookEffect } from '../sync/external-changes.ts';

export { createProductQueue, type ProductQueue, type ProductQueueOptions } from '../sync/product-queue.ts';

export { createProductSync, type ProductSync, type ProductSyncOptions } from '../sync/product-sync.ts';

export { type GroupedProduct, type GroupedRows, groupVariants } from '../sync/rows.ts';

export type { Cell, Column, ProductCells, VariantCells, VariantMapping } from '../sync/source/mapping.ts';

export { type ParsedRows, type ParseRowsOptions, parseRows } from '../sync/source/parse-rows.ts';

export type { RejectedRow } from '../sync/source/rejected-row.ts';

export { readStock, type StockLevel } from '../sync/stock.ts';

export {
  createSyncWebhooks,
  type OutsideChange,
  type SyncWebhookEvent,
  type SyncWebhookOptions,
  type SyncWebhooks,
} from '../sync/sync-webhooks.ts';

export type {
  PushManyOptions,
  PushOptions,
  PushOutcome,
  PushProgress,
  PushResult,
  PushSummary,
  SyncClient,
  SyncHealth,
} from '../sync/types.ts';
