// @ts-nocheck
// What docs/auth.md takes for granted.
import type { ShopifyApp, ShopifyClient, Stores, TokenSource } from 'shopwright';
import type { TokenStore } from 'shopwright/auth';
import type { ShopifyOAuth } from 'shopwright/auth/oauth';
import type { JobQueue } from 'shopwright/queue';

export { default as express } from 'express';
export { verifyAppProxy, verifyOAuthQuery, verifySessionToken, verifyShop } from 'shopwright/auth';
export declare const readStateCookie: (request: Request) => string | undefined;
export declare const request: Request;
export declare const shop: ShopifyClient;
export declare const stores: Stores;
export declare const oauth: ShopifyOAuth;
export declare const subscribe: (shop: string) => Promise<void>;
export declare const sessionCookieOf: (shop: string) => Promise<string>;
export declare const ordersOf: (shop: string | undefined) => Promise<readonly object[]>;
export declare const clientId: string;
export declare const secrets: string;
export declare const tokens: TokenStore;
export declare const auth: TokenSource;
export declare const queue: JobQueue;
export declare const app: ShopifyApp;
export declare const setPrices: (client: ShopifyClient) => Promise<void>;
/** What Flow sends: the documented fields of a body, or `undefined` for a body that is none. */
export declare const readAction: (
  rawBody: string,
) => { shopify_domain: string; action_run_id: string; properties: object } | undefined;
export declare const placeBid: (shop: string, properties: object) => Promise<void>;
