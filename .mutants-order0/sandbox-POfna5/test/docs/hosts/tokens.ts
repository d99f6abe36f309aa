// @ts-nocheck
// What docs/tokens.md takes for granted.

import type { Stores, TokenSource } from 'shopwright';
import type { ShopifySession, ShopifySessionStorage } from 'shopwright/auth';
import type { WebhookHandler } from 'shopwright/webhooks';

export declare const error: unknown;
export declare const sessionStorage: ShopifySessionStorage<ShopifySession>;
export declare const stores: Stores;
export declare const auth: TokenSource;
export declare const webhooks: WebhookHandler;
