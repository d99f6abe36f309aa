// @ts-nocheck
import { shopifyWebhooks } from 'shopwright/next';
import { handler } from '../handler';

// Every topic on one URL: POST /webhooks/shopify
export const POST = shopifyWebhooks(handler);
