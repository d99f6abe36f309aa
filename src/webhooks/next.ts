import { answerOf, toResponse } from './answer.ts';
import type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from './handler-types.ts';
import { createReceiver } from './receive.ts';
import { fromRequest } from './request-body.ts';
import { verifyWebhookAsync } from './verify-async.ts';

/**
 * A route handler of Next's App Router around a handler from `createWebhookHandler`.
 *
 * @example
 * ```ts
 * // app/webhooks/shopify/route.ts
 * export const POST = shopifyWebhooks(handler);
 * ```
 */
export function shopifyWebhooks(handler: WebhookHandler): (request: Request) => Promise<Response> {
  return (request) => handler(request);
}

/** A route that is called for verified deliveries only. The request's body is used up: it is in the event. */
export type VerifiedRoute<Context> = (
  request: Request,
  event: WebhookEvent,
  context: Context,
) => Response | Promise<Response>;

/**
 * Puts verification in front of a route handler of Next's App Router; a delivery that is not Shopify's is
 * answered before the route sees it. Uses Web Crypto, so it works in the edge runtime too.
 *
 * @throws ConfigError when `maxBodyBytes` is no positive integer.
 *
 * @example
 * ```ts
 * export const POST = verifyShopifyWebhook({ secrets: process.env.SHOPIFY_API_SECRET })(async (request, event) => {
 *   await save(event.shop, event.payload);
 *   return new Response();
 * });
 * ```
 */
export function verifyShopifyWebhook(
  options: ReceiveWebhookOptions,
): <Context = unknown>(route: VerifiedRoute<Context>) => (request: Request, context: Context) => Promise<Response> {
  const receive = createReceiver(options, verifyWebhookAsync);
  return (route) => async (request, context) => {
    const received = await receive(fromRequest(request));
    return received.ok ? route(request, received.event, context) : toResponse(answerOf(received));
  };
}
