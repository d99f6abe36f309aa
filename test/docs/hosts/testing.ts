// What docs/testing.md takes for granted.
import type { FakeShopify, ManualClock } from 'shopwright/testing';

export { setupServer } from 'msw/node';
export { createShopifyClient } from 'shopwright';
export { createFakeShopify, createManualClock, shopwrightMatchers } from 'shopwright/testing';
export { afterAll, beforeAll, expect } from 'vitest';
export declare const fake: FakeShopify;
export declare const clock: ManualClock;
export declare const origin: string;
