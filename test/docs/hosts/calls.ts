// What docs/calls.md takes for granted.
export { createShopifyClient } from 'shopwright';
export declare const shop: string;
export declare const accessToken: string;
