// @ts-nocheck
// What docs/inventory.md takes for granted.

import type { ShopifyClient, Stores } from 'shopwright';
import type { Inventory, ProductSync } from 'shopwright/sync';

export declare const client: ShopifyClient;
export declare const stores: Stores;
export declare const sync: ProductSync;
export declare const inventory: Inventory;
export declare const locationId: string;
