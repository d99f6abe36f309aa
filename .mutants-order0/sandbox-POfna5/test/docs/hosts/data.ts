// @ts-nocheck
// What docs/data.md takes for granted.
import type { ShopifyApp } from 'shopwright';

export declare const app: ShopifyApp;
