// What docs/inventory.md takes for granted.

import type { ShopifyClient } from 'shopwright';
import type { Inventory } from 'shopwright/sync';

export declare const client: ShopifyClient;
export declare const inventory: Inventory;
export declare const locationId: string;
