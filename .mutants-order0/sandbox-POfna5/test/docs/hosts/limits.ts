// @ts-nocheck
// What docs/limits.md takes for granted.
import type { ShopifyClient } from 'shopwright';
import type { ProductSync } from 'shopwright/sync';
import type { ProductDraftInput } from 'shopwright/validation';

export declare const shop: ShopifyClient;
export declare const sync: ProductSync;
export declare const document: string;
export declare const variables: object;
export declare const products: readonly ProductDraftInput[];
