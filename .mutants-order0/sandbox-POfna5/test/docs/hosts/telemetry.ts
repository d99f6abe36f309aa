// @ts-nocheck
// What docs/telemetry.md takes for granted.

import type { ShopifyClient } from 'shopwright';
import type { JobQueue } from 'shopwright/queue';

export { createShopifyClient } from 'shopwright';

export declare const shop: ShopifyClient;
export declare const queue: JobQueue;
export declare const accessToken: string;
