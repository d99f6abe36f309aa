// @ts-nocheck
import type { ServerResponse } from 'node:http';
import type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from '../events.ts';
import { createVerifier } from '../receive.ts';
import { failureResponse } from '../response.ts';
import { verifyWebhook } from '../verify.ts';
import { fromNodeRequest, type NodeRequest, sendResponse, topicOfPath } from './requests.ts';

declare global {
  // Express's own types take additions to a request in this way only.
  namespace Express {
    interface Request {
      /** The verified delivery, set by `verifyShopifyWebhook`. */
      shopifyWebhook?: WebhookEvent;
    }
  }
}

/** A request on which `verifyShopifyWebhook` leaves what it found. */
export interface ShopifyWebhookRequest extends NodeRequest {
  shopifyWebhook?: WebhookEvent;
}

/**
 * Middleware for Express 5 and 4, and for whatever else calls `(request, response, next)` with node:http's objects.
 * Without `next` it is a listener of node:http.
 */
export type NodeMiddleware<Request extends NodeRequest = NodeRequest> = (
  request: Request,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Middleware that always responds, so that `createServer` of node:http takes it too. */
export type NodeListener = (request: NodeRequest, response: ServerResponse, next?: (error?: unknown) => void) => void;

const fix =
  ' In Express mount the webhook route before the parser, or let the parser keep the bytes:\n' +
  "  app.post('/webhooks/shopify', shopifyWebhooks(handler)); // first\n" +
  '  app.use(express.json({ verify: (req, _res, bytes) => { req.rawBody = bytes; } }));\n' +
  '  // in Nest: NestFactory.create(AppModule, { rawBody: true }) keeps them';

/** Only a handler that is not from `createWebhookHandler` can reject. */
const failed = failureResponse({
  status: 500,
  reason: 'handler-failed',
  message: 'The delivery could not be processed.',
});

function respond(
  handler: WebhookHandler,
  topic: string | undefined,
  ...[request, response, next]: Parameters<NodeListener>
) {
  handler
    .process(fromNodeRequest(request, fix, topic))
    .then((result) => sendResponse(response, result))
    .catch(next ?? (() => sendResponse(response, failed)));
}

/**
 * Express middleware around a handler from `createWebhookHandler`: reads the raw body itself and responds. It is a
 * listener for `createServer` of node:http as well.
 *
 * Mount it before `express.json()`, or keep the bytes as `request.rawBody`; where a parser was there first,
 * the response is 400 and says how to fix it.
 *
 * @example
 * ```ts
 * app.post('/webhooks/shopify', shopifyWebhooks(handler));
 * app.use(express.json());
 * ```
 */
export function shopifyWebhooks(handler: WebhookHandler): NodeListener {
  return (request, response, next) => respond(handler, undefined, request, response, next);
}

/**
 * Express middleware that takes each topic on a URL of its own: `product/create`, `product/update`, `product/delete`,
 * `inventory/update` (topic `inventory_levels/update`) and the wire name of any topic, all below where it is mounted;
 * and every topic there itself. A genuine delivery whose topic is not the URL's gets 400. Other paths go on to `next()`.
 *
 * @example
 * ```ts
 * app.use('/webhooks/shopify', shopifyWebhookRouter(handler)); // POST /webhooks/shopify/product/update
 * ```
 */
export function shopifyWebhookRouter(handler: WebhookHandler): NodeMiddleware {
  return (request, response, next) => {
    const [path = ''] = (request.url ?? '').split('?');
    const topic = topicOfPath(path);
    if (topic === null) next();
    else respond(handler, topic, request, response, next);
  };
}

/**
 * Express middleware that only verifies: a genuine delivery goes on to `next()` with `request.shopifyWebhook`
 * (the event), `request.body` (its JSON) and `request.rawBody` (a `Buffer`); any other is answered here.
 *
 * @throws ConfigError when `maxBodyBytes` is not a positive integer.
 *
 * @example
 * ```ts
 * app.post('/webhooks/shopify', verifyShopifyWebhook({ secrets }), (request, response) => {
 *   response.json({ topic: request.shopifyWebhook?.topic });
 * });
 * ```
 */
export function verifyShopifyWebhook(options: ReceiveWebhookOptions): NodeMiddleware<ShopifyWebhookRequest> {
  const receive = createVerifier(options, verifyWebhook);
  return (request, response, next) => {
    // `next` is called once: what it throws itself is for nobody here, least of all for a second call of it.
    receive(fromNodeRequest(request, fix)).then((received) => {
      if (!received.ok) {
        sendResponse(response, failureResponse(received));
        return;
      }
      const { payload, rawBody } = received.event;
      request.shopifyWebhook = received.event;
      request.body = payload;
      request.rawBody = Buffer.from(rawBody.buffer, rawBody.byteOffset, rawBody.byteLength);
      next();
    }, next);
  };
}
