// @ts-nocheck
// What docs/security.md takes for granted.
import type { ShopwrightError } from 'shopwright';

export declare const error: ShopwrightError;
