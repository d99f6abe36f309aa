// @ts-nocheck
// What docs/dashboard.md takes for granted.

import type { Express } from 'express';
import type { Hono } from 'hono';
import type { Dashboard } from 'shopwright/dashboard';
import type { JobQueue } from 'shopwright/queue';
import type { ProductQueue, ProductSync } from 'shopwright/sync';
import type { ProductDraftInput } from 'shopwright/validation';

export { createDashboardHandler } from 'shopwright/dashboard';

export declare const sync: ProductSync;
export declare const queue: JobQueue;
export declare const products: ProductQueue;
export declare const dashboard: Dashboard;
export declare const catalogue: ReadonlyMap<string, ProductDraftInput>;
export declare const userOf: (request: Request) => Promise<{ name: string; isOperator: boolean } | undefined>;
export declare const audit: { write(line: object): Promise<void> };
export declare const expressApp: Express;
export declare const honoApp: Hono;
export declare const channel: { publish(text: string): void; subscribe(listener: (text: string) => void): void };
