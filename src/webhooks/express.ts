import type { ServerResponse } from 'node:http';
import { answerOf } from './answer.ts';
import type {
  ReceiveWebhookOptions,
  WebhookAnswer,
  WebhookDelivery,
  WebhookEvent,
  WebhookHandler,
} from './handler-types.ts';
import { type NodeRequest, readNodeBody } from './node-body.ts';
import { createReceiver } from './receive.ts';
import { verifyWebhook } from './verify.ts';

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

/** Middleware for Express 5 and 4, and for whatever else calls `(request, response, next)` with node:http's objects. */
export type NodeMiddleware<Request extends NodeRequest = NodeRequest> = (
  request: Request,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

function toDelivery(request: NodeRequest): WebhookDelivery {
  return {
    method: request.method ?? '',
    headers: request.headers,
    readBody: (maxBytes) => readNodeBody(request, maxBytes),
  };
}

function send(response: ServerResponse, { status, headers, body }: WebhookAnswer): void {
  // Somebody else was faster, such as a middleware that ends slow requests.
  if (response.headersSent) return;
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}

/**
 * Express middleware around a handler from `createWebhookHandler`: reads the raw body itself and answers.
 *
 * Mount it before `express.json()`, or keep the bytes as `request.rawBody`; where a parser was there first,
 * the answer is 400 and says how to mend it.
 *
 * @example
 * ```ts
 * app.post('/webhooks/shopify', shopifyWebhooks(handler));
 * app.use(express.json());
 * ```
 */
export function shopifyWebhooks(handler: WebhookHandler): NodeMiddleware {
  return (request, response, next) => {
    handler
      .process(toDelivery(request))
      .then((answer) => send(response, answer))
      .catch(next);
  };
}

/**
 * Express middleware that only verifies: a true delivery goes on to `next()` with `request.shopifyWebhook`
 * (the event), `request.body` (its JSON) and `request.rawBody` (a `Buffer`); any other is answered here.
 *
 * @throws ConfigError when `maxBodyBytes` is no positive integer.
 */
export function verifyShopifyWebhook(options: ReceiveWebhookOptions): NodeMiddleware<ShopifyWebhookRequest> {
  const receive = createReceiver(options, verifyWebhook);
  return (request, response, next) => {
    receive(toDelivery(request))
      .then((received) => {
        if (!received.ok) {
          send(response, answerOf(received));
          return;
        }
        const { payload, rawBody } = received.event;
        request.shopifyWebhook = received.event;
        request.body = payload;
        request.rawBody = Buffer.from(rawBody.buffer, rawBody.byteOffset, rawBody.byteLength);
        next();
      })
      .catch(next);
  };
}
