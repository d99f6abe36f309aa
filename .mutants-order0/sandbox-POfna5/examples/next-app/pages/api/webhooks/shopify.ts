// @ts-nocheck
import { shopifyWebhookApiRoute } from 'shopwright/next';
import { handler } from '../../../app/webhooks/handler';

// The Pages Router would parse the body, and the signature is over the bytes.
export const config = { api: { bodyParser: false } };
export default shopifyWebhookApiRoute(handler);
