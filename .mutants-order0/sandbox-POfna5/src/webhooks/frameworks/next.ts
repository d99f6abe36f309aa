// @ts-nocheck
import type { ServerResponse } from 'node:http';
import type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from '../events.ts';
import { createVerifier } from '../receive.ts';
import { fromRequest } from '../request-body.ts';
import { failureResponse, toResponse } from '../response.ts';
import { verifyHere } from '../verify.ts';
import { fromNodeRequest, type NodeRequest, sendResponse, topicOfPath } from './requests.ts';

const fix =
  ' In a Next route let this handler read the body, and whatever comes before it a copy:\n' +
  '  export const POST = shopifyWebhooks(handler);\n' +
  '  const copy = await request.clone().text(); // before the handler has the request';

/**
 * A route handler of Next's App Router around a handler from `createWebhookHandler`, for the Node and the edge
 * runtime.
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

/** What Next hands to a catch-all route: the parameter that is a list holds the rest of the path. */
export interface CatchAllContext {
  readonly params: Promise<Readonly<Record<string, string | readonly string[] | undefined>>>;
}

/**
 * A catch-all route handler of Next's App Router that takes each topic on a URL of its own: `product/create`,
 * `product/update`, `product/delete`, `inventory/update` (topic `inventory_levels/update`) and the wire name of any
 * topic. In an optional catch-all (`[[...topic]]`) the bare path takes every topic. A genuine delivery whose topic is
 * not the URL's gets 400, any other path 404.
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

/** A route that is called for verified deliveries only. The request's body is used up: it is in the event. */
export type VerifiedRoute<Context> = (
  request: Request,
  event: WebhookEvent,
  context: Context,
) => Response | Promise<Response>;

/**
 * Puts verification in front of a route handler of Next's App Router; a delivery that is not Shopify's is
 * answered before the route sees it. Works in the edge runtime too.
 *
 * @throws ConfigError when `maxBodyBytes` is not a positive integer.
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
  " Next's Pages Router parses bodies unless the file of the API route says no:\n" +
  '  export const config = { api: { bodyParser: false } };\n' +
  '  export default shopifyWebhookApiRoute(handler);';

/**
 * An API route of Next's Pages Router around a handler from `createWebhookHandler`. The file must switch Next's
 * body parser off; where it does not, the response is 400 and says so.
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

/** An API route that is called for verified deliveries only. The request's body is used up: it is in the event. */
export type VerifiedApiRoute<Request extends NodeRequest, Response extends ServerResponse> = (
  request: Request,
  response: Response,
  event: WebhookEvent,
) => unknown;

/**
 * Puts verification in front of an API route of Next's Pages Router; a delivery that is not Shopify's is answered
 * before the route sees it. The file must switch Next's body parser off, as for `shopifyWebhookApiRoute`.
 *
 * @throws ConfigError when `maxBodyBytes` is not a positive integer.
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
