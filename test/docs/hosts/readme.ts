// What the README takes for granted.
import type { ShopifyClient } from 'shopwright';

export { setupServer } from 'msw/node';
export declare const shop: ShopifyClient;
export declare const document: string;
export declare const variables: Readonly<Record<string, unknown>>;
export declare const signal: AbortSignal;
