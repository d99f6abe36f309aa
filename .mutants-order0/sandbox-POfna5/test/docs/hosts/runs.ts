// @ts-nocheck
// What docs/runs.md takes for granted.

import type { Stores } from 'shopwright';
import type { JobQueue } from 'shopwright/queue';
import type { ProductQueue, ProductQueueOptions, ProductSync } from 'shopwright/sync';
import type { ProductDraftInput } from 'shopwright/validation';

export { createProductQueue } from 'shopwright/sync';
export declare const config: { readonly shop: string; readonly maxBulkSyncSize: number };
export declare const catalogue: { ids(): Promise<readonly string[]> };
export declare const products: ProductQueue;
export declare const drafts: readonly ProductDraftInput[];
export declare const sync: ProductSync;
export declare const queue: JobQueue;
export declare const stores: Stores;
export declare const loadProduct: ProductQueueOptions['source'];
