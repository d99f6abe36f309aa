import { shopifyWebhooks } from 'shopwright/next';
import { handler } from '../handler';

// The edge runtime has no node:crypto: Web Crypto checks the signatures there.
export const runtime = 'edge';
export const POST = shopifyWebhooks(handler);
