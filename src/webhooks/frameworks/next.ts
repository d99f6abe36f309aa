import type { ServerResponse } from 'node:http';
import type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from '../events.ts';
import { createVerifier } from '../receive.ts';
import { fromRequest } from '../request-body.ts';
import { failureResponse, toResponse } from '../response.ts';
import { verifyHere } from '../verify.ts';
import { fromNodeRequest, type NodeRequest, sendResponse, topicOfPath } from './requests.ts';

const fix =
  ' In a Next route, let this handler read the body, and anything before it a copy:\n' +
  '  export const POST = shopifyWebhooks(handler);\n' +
  '  const copy = await request.clone().text(); // before the handler has the request';

/**
 * Creates a route handler for Next's App Router from a handler of `createWebhookHandler`, for the Node and edge
 * runtimes.
 *
 * @example
 * ```ts
 * // app/webhooks/shopify/route.ts
 * export const POST = shopifyWebhooks(handler);
 * ```
 */
export function shopifyWebhooks(handler: WebhookHandler): (request: Request) => Promise<Response> {
  return async (request) => toResponse(await handler.process(fromRequest(request, { fix })));
}

/** The context of a catch-all route in Next: the parameter that is a list contains the rest of the path. */
export interface CatchAllContext {
  readonly params: Promise<Readonly<Record<string, string | readonly string[] | undefined>>>;
}

/**
 * Creates a catch-all route handler for Next's App Router with a URL per topic: `product/create`, `product/update`,
 * `product/delete`, `inventory/update` (topic `inventory_levels/update`) and the wire name of any topic. In an optional
 * catch-all (`[[...topic]]`), the bare path accepts every topic. A genuine delivery whose topic is not the URL's gets a
 * 400 response, any other path a 404.
 *
 * @example
 * ```ts
 * // app/webhooks/shopify/[...topic]/route.ts
 * export const POST = shopifyWebhookRouter(handler); // POST /webhooks/shopify/product/update
 * ```
 */
export function shopifyWebhookRouter(
  handler: WebhookHandler,
): (request: Request, context: CatchAllContext) => Promise<Response> {
  return async (request, { params }) => {
    const rest = Object.values(await params).find((value) => Array.isArray(value)) ?? [];
    const topic = topicOfPath(rest.join('/'));
    if (topic === null) return new Response(null, { status: 404 });
    return toResponse(await handler.process(fromRequest(request, { topic, fix })));
  };
}

/** A route called only for verified deliveries. The request's body is consumed: it is in the event. */
export type VerifiedRoute<Context> = (
  request: Request,
  event: WebhookEvent,
  context: Context,
) => Response | Promise<Response>;

/**
 * Wraps a route handler of Next's App Router with verification; a delivery that is not from Shopify is refused before
 * it reaches the route. Also works in the edge runtime.
 *
 * @throws ConfigError if `maxBodyBytes` is not a positive integer.
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
  const receive = createVerifier(options, verifyHere);
  return (route) => async (request, context) => {
    const received = await receive(fromRequest(request, { fix }));
    return received.ok ? route(request, received.event, context) : toResponse(failureResponse(received));
  };
}

const pagesRouterFix =
  " Next's Pages Router parses bodies unless the API route's file turns that off:\n" +
  '  export const config = { api: { bodyParser: false } };\n' +
  '  export default shopifyWebhookApiRoute(handler);';

/**
 * Creates an API route for Next's Pages Router from a handler of `createWebhookHandler`. The file must turn off Next's
 * body parser; otherwise the response is 400 and says so.
 *
 * @example
 * ```ts
 * // pages/api/webhooks/shopify.ts
 * export const config = { api: { bodyParser: false } };
 * export default shopifyWebhookApiRoute(handler);
 * ```
 */
export function shopifyWebhookApiRoute(
  handler: WebhookHandler,
): (request: NodeRequest, response: ServerResponse) => Promise<void> {
  return async (request, response) =>
    sendResponse(response, await handler.process(fromNodeRequest(request, pagesRouterFix)));
}

/** An API route called only for verified deliveries. The request's body is consumed: it is in the event. */
export type VerifiedApiRoute<Request extends NodeRequest, Response extends ServerResponse> = (
  request: Request,
  response: Response,
  event: WebhookEvent,
) => unknown;

/**
 * Wraps an API route of Next's Pages Router with verification; a delivery that is not from Shopify is refused before it
 * reaches the route. The file must turn off Next's body parser, as for `shopifyWebhookApiRoute`.
 *
 * @throws ConfigError if `maxBodyBytes` is not a positive integer.
 *
 * @example
 * ```ts
 * export const config = { api: { bodyParser: false } };
 * export default verifyShopifyWebhookApiRoute({ secrets })(async (_request, response, event) => {
 *   await save(event.shop, event.payload);
 *   response.end();
 * });
 * ```
 */
export function verifyShopifyWebhookApiRoute(
  options: ReceiveWebhookOptions,
): <Request extends NodeRequest, Response extends ServerResponse>(
  route: VerifiedApiRoute<Request, Response>,
) => (request: Request, response: Response) => Promise<void> {
  const receive = createVerifier(options, verifyHere);
  return (route) => async (request, response) => {
    const received = await receive(fromNodeRequest(request, pagesRouterFix));
    if (received.ok) await route(request, response, received.event);
    else sendResponse(response, failureResponse(received));
  };
}
