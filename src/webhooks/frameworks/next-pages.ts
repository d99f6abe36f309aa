import type { ServerResponse } from 'node:http';
import type { ReceiveWebhookOptions, WebhookEvent, WebhookHandler } from '../events.ts';
import { createReceiver } from '../receive.ts';
import { answerOf } from '../response.ts';
import { verifyHere } from '../verify-here.ts';
import { fromNodeRequest, sendAnswer } from './node-http.ts';
import type { NodeRequest } from './requests.ts';

const mend =
  " Next's Pages Router parses bodies unless the file of the API route says no:\n" +
  '  export const config = { api: { bodyParser: false } };\n' +
  '  export default shopifyWebhookApiRoute(handler);';

/**
 * An API route of Next's Pages Router around a handler from `createWebhookHandler`. The file must switch Next's
 * body parser off; where it does not, the answer is 400 and says so.
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
  return async (request, response) => sendAnswer(response, await handler.process(fromNodeRequest(request, mend)));
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
 * @throws ConfigError when `maxBodyBytes` is no positive integer.
 */
export function verifyShopifyWebhookApiRoute(
  options: ReceiveWebhookOptions,
): <Request extends NodeRequest, Response extends ServerResponse>(
  route: VerifiedApiRoute<Request, Response>,
) => (request: Request, response: Response) => Promise<void> {
  const receive = createReceiver(options, verifyHere);
  return (route) => async (request, response) => {
    const received = await receive(fromNodeRequest(request, mend));
    if (received.ok) await route(request, response, received.event);
    else sendAnswer(response, answerOf(received));
  };
}
