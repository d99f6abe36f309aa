// @ts-nocheck
// What docs/metafields.md takes for granted.

import type { ShopifyClient } from 'shopwright';
import type { Metafields } from 'shopwright/sync';

export declare const client: ShopifyClient;
export declare const metafields: Metafields;
export declare const gid: string;
