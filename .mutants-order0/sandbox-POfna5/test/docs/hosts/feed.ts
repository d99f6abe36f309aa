// @ts-nocheck
// What docs/feed.md takes for granted.

import type { Logger, ShopifyClient, Stores } from 'shopwright';
import type { Feed, FeedChange, FeedHandler, SelectedNode } from 'shopwright/feed';
import type { JobQueue } from 'shopwright/queue';

export declare const client: ShopifyClient;
export declare const stores: Stores;
export declare const orders: Feed<SelectedNode>;
export declare const logger: Logger;
export declare const queue: JobQueue;
export declare const handle: FeedHandler<SelectedNode>;
export declare const signal: AbortSignal;
export declare const secrets: string;
export declare const knownIds: readonly string[];

interface Transaction {
  saveOrder(change: FeedChange<SelectedNode>): Promise<void>;
  saveCursor(cursor: string): Promise<void>;
}
export declare const db: {
  loadCursor(): Promise<string | null>;
  transaction(work: (tx: Transaction) => Promise<void>): Promise<void>;
};
