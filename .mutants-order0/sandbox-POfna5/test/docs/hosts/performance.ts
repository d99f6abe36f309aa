// @ts-nocheck
// What docs/performance.md takes for granted.
export { createShopifyClient } from 'shopwright';
export declare const accessToken: string;
