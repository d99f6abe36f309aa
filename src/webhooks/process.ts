import type {
  WebhookAnswer,
  WebhookDelivery,
  WebhookEvent,
  WebhookHandlerOptions,
  WebhookTopicHandler,
} from './events.ts';
import { handlerOf } from './handler-of.ts';
import type { Receive } from './receive.ts';
import { detailsOf, logFailure, tell } from './report.ts';
import { accepted, answerOf } from './response.ts';

/** Has a verified delivery handled, now or later, and answers. Rejects with what the handler throws. */
export type Accept = (event: WebhookEvent, handle: WebhookTopicHandler<string>) => Promise<WebhookAnswer>;

/** Without a store: handled at once, each time it comes. */
export function acceptDirectly(options: WebhookHandlerOptions): Accept {
  return async (event, handle) => {
    await handle(event, { attempt: 1, signal: new AbortController().signal });
    tell(options, { type: 'handled', ...detailsOf(event) });
    return accepted;
  };
}

/** The life of one delivery: received, handed to its topic's handler, answered. */
export async function processWebhook(
  delivery: WebhookDelivery,
  receive: Receive,
  options: WebhookHandlerOptions,
  accept: Accept,
): Promise<WebhookAnswer> {
  const received =
    options.enabled === false
      ? ({ ok: false, status: 404, reason: 'disabled', message: 'Webhooks are switched off.' } as const)
      : await receive(delivery);
  if (!received.ok) {
    tell(options, { type: 'refused', status: received.status, reason: received.reason });
    return answerOf(received);
  }

  const { event } = received;
  const handle = handlerOf(options.on, event);
  if (!handle) {
    tell(options, { type: 'unhandled', ...detailsOf(event) });
    return accepted;
  }
  try {
    return await accept(event, handle);
  } catch (error) {
    logFailure(options, event, error, 'Shopify will try again');
    tell(options, { type: 'failed', error, attempt: 1, willRetry: true, ...detailsOf(event) });
    return answerOf({ status: 500, reason: 'handler-failed', message: 'The delivery could not be processed.' });
  }
}
