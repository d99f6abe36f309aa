// @ts-nocheck
import { shopifyWebhooks } from 'shopwright/next';
import { handler } from '../handler';

// The edge runtime has no node:crypto: signatures are checked by Web Crypto there.
export const runtime = 'edge';
export const POST = shopifyWebhooks(handler);
