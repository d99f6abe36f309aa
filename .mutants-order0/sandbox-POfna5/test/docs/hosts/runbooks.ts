// @ts-nocheck
// What docs/runbooks.md takes for granted.
import type { ShopifyClient } from 'shopwright';
import type { JobQueue } from 'shopwright/queue';
import type { SqlStores } from 'shopwright/storage/sqlite';
import type { DesiredSubscription, ProductSync } from 'shopwright/sync';
import type { ProductDraftInput } from 'shopwright/validation';

export { isShopwrightError } from 'shopwright';
export { syncSubscriptions } from 'shopwright/sync';
export { createWebhookHandler } from 'shopwright/webhooks';
export declare const shop: ShopifyClient;
export declare const stores: SqlStores;
export declare const sync: ProductSync;
export declare const queue: JobQueue;
export declare const desired: readonly DesiredSubscription[];
export declare const catalogue: ReadonlyMap<string, ProductDraftInput>;
export declare const document: string;
export declare const error: unknown;
