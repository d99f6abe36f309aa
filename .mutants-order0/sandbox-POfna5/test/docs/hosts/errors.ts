// @ts-nocheck
// What docs/errors.md takes for granted.
import type { Logger, ShopifyClient } from 'shopwright';

export { isShopwrightError } from 'shopwright';
export declare const shop: ShopifyClient;
export declare const error: unknown;
export declare const logger: Logger;
export declare const CreateProduct: string;
export declare const AdjustStock: string;
export declare const product: object;
export declare const variables: object;
export declare const findProductCreatedAfter: (sentAt: number) => Promise<void>;
export declare const report: (userErrors: readonly object[]) => void;
export declare const tryLater: (afterMs: number) => Promise<void>;
