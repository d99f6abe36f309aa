// @ts-nocheck
// What docs/queues.md takes for granted.

import type { Logger, ShopifyClient, Stores } from 'shopwright';
import type { JobQueue } from 'shopwright/queue';
import type { ProductQueueOptions, ProductSync } from 'shopwright/sync';

export { createProductQueue } from 'shopwright/sync';
export { createManualClock, describeJobQueue } from 'shopwright/testing';
export { describe, expect, it } from 'vitest';
export declare const logger: Logger;
export declare const shop: ShopifyClient;
export declare const config: { readonly syncQueue: string };
export declare const AdjustStock: string;
export declare const isStocktaking: () => Promise<boolean>;
export declare const sync: ProductSync;
export declare const queue: JobQueue;
export declare const stores: Stores;
export declare const loadProduct: ProductQueueOptions['source'];
export declare const myQueue: (options: object) => JobQueue;
