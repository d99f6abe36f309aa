// @ts-nocheck
// What docs/migrating.md takes for granted.
import type { Express } from 'express';
import type { ShopifyApp, ShopifyClient, Stores, TypedDocument } from 'shopwright';
import type { ShopifySession, ShopifySessionStorage, TokenStore } from 'shopwright/auth';
import type { JobQueue } from 'shopwright/queue';

interface Page {
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export declare const app: ShopifyApp;
export declare const shop: ShopifyClient;
export declare const stores: Stores;
export declare const tokens: TokenStore;
export declare const queue: JobQueue;
export declare const server: Express;
export declare const sessionStorage: ShopifySessionStorage<ShopifySession>;
export declare const session: ShopifySession & { readonly shop: string; readonly accessToken: string };
export declare const clientId: string;
export declare const clientSecret: string;
export declare const bearer: string;
export declare const query: string;
export declare const Products: TypedDocument<
  { readonly products: Page },
  { readonly first: number; readonly after?: string | null }
>;
export declare const use: (product: object) => void;
export declare const handle: (shop: string, payload: object) => Promise<void>;
export declare const tryLater: (ms: number | undefined) => Promise<void>;
