// @ts-nocheck
// What docs/testing.md takes for granted.
import type { ChildProcess } from 'node:child_process';
import type { ShopifyClient } from 'shopwright';
import type { FakeShopify, ManualClock } from 'shopwright/testing';

export { setupServer } from 'msw/node';
export { createShopifyClient } from 'shopwright';
export { createFakeShopify, createManualClock, shopwrightMatchers } from 'shopwright/testing';
export { afterAll, beforeAll, expect } from 'vitest';
export declare const fake: FakeShopify;
export declare const merchant: ShopifyClient;
export declare const AddTag: string;
export declare const id: string;
export declare const child: ChildProcess;
export declare const clock: ManualClock;
export declare const origin: string;
