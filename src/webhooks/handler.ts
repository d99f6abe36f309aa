import { toResponse } from './answer.ts';
import type { WebhookAnswer, WebhookDelivery, WebhookHandler, WebhookHandlerOptions } from './handler-types.ts';
import { processWebhook } from './process.ts';
import { createReceiver } from './receive.ts';
import { fromRequest } from './request-body.ts';
import { verifyHere } from './verify-here.ts';

/**
 * One place for all webhooks: verifies each delivery, hands it to its topic's handler and answers.
 *
 * The handler's end is awaited. 200: done, or no handler for the topic. 401: wrong signature. 400: headers
 * or body missing, body no JSON. 405: not POST. 413: larger than `maxBodyBytes`. 500: the handler threw, or
 * no secret is set; Shopify tries again.
 *
 * Secrets are looked at when a delivery comes, not here, so that a build without them in its environment
 * can still load the module.
 *
 * @throws ConfigError when `maxBodyBytes` is no positive integer.
 *
 * @example
 * ```ts
 * const handler = createWebhookHandler({
 *   secrets: process.env.SHOPIFY_API_SECRET,
 *   on: { 'products/update': async ({ shop, payload }) => save(shop, payload) },
 * });
 * const response = await handler(request);
 * ```
 */
export function createWebhookHandler(options: WebhookHandlerOptions): WebhookHandler {
  const receive = createReceiver(options, verifyHere);
  const process = (delivery: WebhookDelivery): Promise<WebhookAnswer> => processWebhook(delivery, receive, options);
  const handle = async (request: Request): Promise<Response> => toResponse(await process(fromRequest(request)));
  return Object.assign(handle, { process });
}
