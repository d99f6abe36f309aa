// @ts-nocheck
// What docs/pushing.md takes for granted.

import type { ShopifyClient, Stores } from 'shopwright';
import type { ProductSync } from 'shopwright/sync';
import type { ProductDraftInput } from 'shopwright/validation';

export { createProductSync, parsePlan, serializePlan } from 'shopwright/sync';

export declare const sync: ProductSync;
export declare const shop: ShopifyClient;
export declare const stores: Stores;
export declare const product: ProductDraftInput;
export declare const products: readonly ProductDraftInput[];
export declare const plan: Awaited<ReturnType<ProductSync['plan']>>;
