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

/** A request with the properties set by `verifyShopifyWebhook`. */
export interface ShopifyWebhookRequest extends NodeRequest {
  shopifyWebhook?: WebhookEvent;
}

/**
 * Middleware for Express 5 and 4, and anything else that calls `(request, response, next)` with node:http's objects.
 * Without `next`, it is a node:http listener.
 */
export type NodeMiddleware<Request extends NodeRequest = NodeRequest> = (
  request: Request,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Middleware that always responds, so that `createServer` of node:http accepts it too. */
export type NodeListener = (request: NodeRequest, response: ServerResponse, next?: (error?: unknown) => void) => void;

const fix =
  ' In Express, mount the webhook route before the parser, or let the parser keep the bytes:\n' +
  "  app.post('/webhooks/shopify', shopifyWebhooks(handler)); // first\n" +
  '  app.use(express.json({ verify: (req, _res, bytes) => { req.rawBody = bytes; } }));\n' +
  '  // in Nest: NestFactory.create(AppModule, { rawBody: true }) keeps them';

/** Only a handler not created by `createWebhookHandler` can reject. */
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
 * Creates Express middleware for a handler from `createWebhookHandler`: it reads the raw body and responds. Also works
 * as a listener for `createServer` of node:http.
 *
 * Mount it before `express.json()`, or keep the bytes as `request.rawBody`; if a parser comes first, the response is
 * 400 and says how to fix it.
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
 * Creates Express middleware with a URL per topic: `product/create`, `product/update`, `product/delete`,
 * `inventory/update` (topic `inventory_levels/update`) and the wire name of any topic, below the path where it is
 * mounted; that path itself accepts every topic. A genuine delivery whose topic is not the URL's gets a 400 response.
 * Other paths continue to `next()`.
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
 * Creates Express middleware that only verifies: a genuine delivery continues to `next()` with `request.shopifyWebhook`
 * (the event), `request.body` (its JSON) and `request.rawBody` (a `Buffer`); any other is refused.
 *
 * @throws ConfigError if `maxBodyBytes` is not a positive integer.
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
    // `next` is called once: what it throws is not handled here, and must not cause a second call.
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
