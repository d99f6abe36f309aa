/** What docs/resilience.md takes for granted. */
// @ts-nocheck

export { createAdminApiClient } from '@shopify/admin-api-client';
export { shopifyBreaker, shopifyRetry } from 'shopwright/resilience';

import type { AdminApiClient } from '@shopify/admin-api-client';
import type { ShopifyBreakerPolicy, ShopifyRetryPolicy } from 'shopwright/resilience';

export declare const adminClient: AdminApiClient;
export declare const ProductByHandle: string;
export declare const variables: { handle: string };
export declare const url: string;
export declare const retry: ShopifyRetryPolicy;
export declare const breaker: ShopifyBreakerPolicy;
export declare const settings: { storeDomain: string; apiVersion: string; accessToken: string };
