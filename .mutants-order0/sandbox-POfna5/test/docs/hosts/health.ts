// @ts-nocheck
// What docs/health.md takes for granted.

import type { ShopifyClient, Stores } from 'shopwright';
import type { JobQueue } from 'shopwright/queue';
import type { ProductSync } from 'shopwright/sync';

export { createProductSync } from 'shopwright/sync';

export declare const sync: ProductSync;
export declare const client: ShopifyClient;
export declare const stores: Stores;
export declare const queue: JobQueue;
