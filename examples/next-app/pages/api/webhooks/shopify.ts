import { shopifyWebhookApiRoute } from 'shopwright/next';
import { handler } from '../../../app/webhooks/handler';

// The Pages Router would parse the body, but the signature is over the raw bytes.
export const config = { api: { bodyParser: false } };
export default shopifyWebhookApiRoute(handler);
