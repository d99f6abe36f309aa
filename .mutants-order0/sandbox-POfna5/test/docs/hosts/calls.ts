// @ts-nocheck
// What docs/calls.md takes for granted.
import type { ShopifyClient, TokenSource } from 'shopwright';
import type { Logger as WinstonLogger } from 'winston';

export { createShopifyApp, createShopifyClient } from 'shopwright';
export declare const shop: ShopifyClient;
export declare const tokenSource: TokenSource;
export declare const accessToken: string;
export declare const document: string;
export declare const variables: object;
export declare const signal: AbortSignal;
export declare const AdjustStock: string;
export declare const UpdateTitle: string;
export declare const sku: string;
export declare const delta: number;
export declare const job: { readonly id: string };
export declare const readToken: (shop: string) => Promise<string>;
export declare const histogram: { record(value: number, attributes: object): void };
export declare const winston: WinstonLogger;
