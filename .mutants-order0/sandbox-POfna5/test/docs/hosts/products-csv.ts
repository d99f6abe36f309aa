// @ts-nocheck
// What docs/products-csv.md takes for granted.

import type { ShopifyClient, Stores } from 'shopwright';
import type { ProductSync } from 'shopwright/sync';

export { createReadStream, createWriteStream } from 'node:fs';
export { pipeline } from 'node:stream/promises';
export { createProductSync, createTaxonomy, readCsv, writeCsv } from 'shopwright/sync';
export declare const sync: ProductSync;
export declare const client: ShopifyClient;
export declare const shop: ShopifyClient;
export declare const stores: Stores;
export declare const categoryIds: ReadonlyMap<string, string>;
export declare const metafieldTypes: ReadonlyMap<string, string>;
