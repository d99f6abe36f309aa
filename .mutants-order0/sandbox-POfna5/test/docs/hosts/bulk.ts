// @ts-nocheck
// What docs/bulk.md takes for granted.
import type { ShopifyClient, Stores } from 'shopwright';

export { createShopifyClient } from 'shopwright';
export declare const shop: ShopifyClient;
export declare const stores: Stores;
export declare const accessToken: string;
export declare const saveOrder: (order: { readonly id: string }) => Promise<void>;
export declare const loadPosition: () => Promise<string | undefined>;
export declare const saveWithPosition: (order: { readonly id: string }, position: string) => Promise<void>;
