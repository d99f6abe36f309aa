// @ts-nocheck
// What docs/troubleshooting.md takes for granted.
import type { Logger, ShopifyClient, Stores } from 'shopwright';
import type { WebhookHandler } from 'shopwright/webhooks';

export { default as express } from 'express';
export { createShopifyClient, isShopwrightError } from 'shopwright';
export { shopifyWebhooks } from 'shopwright/express';
export { createProductSync } from 'shopwright/sync';
export { createWebhookHandler } from 'shopwright/webhooks';
export declare const shop: ShopifyClient;
export declare const accessToken: string;
export declare const stores: Stores;
export declare const logger: Logger;
export declare const document: string;
export declare const variables: object;
export declare const error: unknown;
export declare const RecentProducts: string;
export declare const askMerchantToReinstall: (shop: string | undefined) => Promise<void>;
export declare const app: import('express').Express;
export declare const handler: WebhookHandler;
