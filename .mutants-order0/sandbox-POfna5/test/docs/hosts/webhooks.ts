// @ts-nocheck
// What docs/webhooks.md takes for granted.

import type { KeyValueStore, ShopifyClient, Stores } from 'shopwright';
import type { JobQueue } from 'shopwright/queue';
import type { ProductSync } from 'shopwright/sync';
import type { WebhookHandler } from 'shopwright/webhooks';
import type { ErasableStores } from 'shopwright/webhooks/compliance';

export { default as express } from 'express';
export { inProcessQueue } from 'shopwright/queue';
export { sqliteStores } from 'shopwright/storage/sqlite';
export { createSyncWebhooks } from 'shopwright/sync';
export { createWebhookHandler } from 'shopwright/webhooks';

type Sql = (text: TemplateStringsArray, ...values: readonly unknown[]) => Promise<readonly object[]>;
interface Eraser {
  erase(shop: string, payload?: object): Promise<void>;
}
export declare const counter: { add(count: number, attributes: object): void };
export declare const secrets: string;
export declare const store: KeyValueStore;
export declare const stores: ErasableStores & { readonly keyValue: KeyValueStore };
export declare const queue: JobQueue;
export declare const sql: { begin(work: (transaction: Sql) => Promise<void>): Promise<void> };
export declare const book: (transaction: Sql, payload: object) => Promise<void>;
export declare const tickets: { open(shop: string, payload: object): Promise<void> };
export declare const customers: Eraser;
export declare const shops: Eraser;
export declare const shop: ShopifyClient;
export declare const logger: { error(fields: object, message: string): void };
export declare const app: import('express').Express;
export declare const handler: WebhookHandler;
export declare const productSync: ProductSync;
export declare const syncStores: Stores;
export declare const inventoryItemId: string;
export declare const locationId: string;
