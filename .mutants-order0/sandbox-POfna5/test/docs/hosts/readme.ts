// @ts-nocheck
// What the README takes for granted.
import type { ShopifyClient } from 'shopwright';

export declare const shop: ShopifyClient;
export declare const CreateProduct: string;
export declare const product: object;
export declare const findProductCreatedAfter: (sentAt: number) => Promise<void>;
export declare const report: (userErrors: readonly object[]) => void;
export declare const tryLater: (afterMs: number | undefined) => Promise<void>;
