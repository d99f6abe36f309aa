// @ts-nocheck
// What docs/doctor.md takes for granted.
import type { ShopifyClient } from 'shopwright';
import type { TokenStore } from 'shopwright/auth';
import type { JobQueue } from 'shopwright/queue';
import type { SqlStores } from 'shopwright/storage/sqlite';
import type { DesiredSubscription } from 'shopwright/sync';

export { createShopifyClient, isShopwrightError } from 'shopwright';
export { scopes } from 'shopwright/auth/oauth';
export { syncSubscriptions } from 'shopwright/sync';
export { createWebhookHandler } from 'shopwright/webhooks';
export declare const clientId: string;
export declare const clientSecret: string;
export declare const tokens: TokenStore;
export declare const stores: SqlStores;
export declare const error: unknown;
export declare const accessToken: string;
export declare const shop: ShopifyClient;
export declare const queue: JobQueue;
export declare const secrets: string;
export declare const desired: readonly DesiredSubscription[];
export declare const pauseShop: (shop: string | undefined) => Promise<void>;
export declare const askMerchantToReinstall: (shop: string | undefined) => Promise<void>;
export declare const save: (payload: object) => Promise<void>;
export declare const push: (payload: unknown) => Promise<void>;
