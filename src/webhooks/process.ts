import type { Logger } from '../telemetry/types.ts';
import { accepted, answerOf } from './answer.ts';
import type {
  WebhookAnswer,
  WebhookDelivery,
  WebhookEvent,
  WebhookHandlerEvent,
  WebhookHandlerOptions,
} from './handler-types.ts';
import type { Receive } from './receive.ts';
import type { WebhookDetails } from './types.ts';

/** What may be logged and told of an event: not its body. */
function detailsOf({ payload: _payload, rawBody: _rawBody, ...details }: WebhookEvent): WebhookDetails {
  return details;
}

function tell(options: WebhookHandlerOptions, event: WebhookHandlerEvent): void {
  try {
    options.onEvent?.(event);
  } catch (error) {
    options.logger?.error({ error, event: event.type }, 'the listener for webhook events threw');
  }
}

function logFailure(logger: Logger | undefined, { topic, shop, webhookId }: WebhookEvent, error: unknown): void {
  logger?.error({ error, topic, shop, webhookId }, `the webhook handler for ${topic} threw; Shopify will try again`);
}

/** The life of one delivery: received, handed to its topic's handler, answered. */
export async function processWebhook(
  delivery: WebhookDelivery,
  receive: Receive,
  options: WebhookHandlerOptions,
): Promise<WebhookAnswer> {
  const received = await receive(delivery);
  if (!received.ok) {
    tell(options, { type: 'refused', status: received.status, reason: received.reason });
    return answerOf(received);
  }

  const { event } = received;
  // Own entries only: a topic is a word from outside, and `constructor` is one too.
  const handle = Object.hasOwn(options.on, event.topic) ? options.on[event.topic] : undefined;
  if (!handle) {
    tell(options, { type: 'unhandled', ...detailsOf(event) });
    return accepted;
  }
  try {
    await handle(event);
  } catch (error) {
    logFailure(options.logger, event, error);
    tell(options, { type: 'failed', error, ...detailsOf(event) });
    return answerOf({ status: 500, reason: 'handler-failed', message: 'The delivery could not be processed.' });
  }
  tell(options, { type: 'handled', ...detailsOf(event) });
  return accepted;
}
