import { nodeCrypto } from './node-crypto.ts';
import type { Verify } from './receive.ts';
import { verifyWebhook } from './verify.ts';
import { verifyWebhookAsync } from './verify-async.ts';

/** The faster verifier of those that this runtime can run: on node:crypto, or on Web Crypto in an edge runtime. */
export const verifyHere: Verify = nodeCrypto ? verifyWebhook : verifyWebhookAsync;
