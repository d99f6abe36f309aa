import { callListener } from '../telemetry/call-listener.ts';
import type { WebhookEvent, WebhookHandlerEvent, WebhookHandlerOptions } from './events.ts';
import type { WebhookDetails } from './types.ts';

/** Tells the listener, and goes on whatever that does. */
export function tell({ onEvent, logger }: WebhookHandlerOptions, event: WebhookHandlerEvent): void {
  callListener(onEvent, event, (error) =>
    logger?.error({ error, event: event.type }, 'the listener for webhook events threw'),
  );
}

/** Tells the log that a handler threw; `next` says what comes of it. */
export function logFailure({ logger }: WebhookHandlerOptions, event: WebhookEvent, error: unknown, next: string): void {
  const { topic, shop, webhookId } = event;
  logger?.error({ error, topic, shop, webhookId }, `the webhook handler for ${topic} threw; ${next}`);
}

/** What may be logged and told of an event: not its body. */
export function detailsOf(event: WebhookEvent): WebhookDetails {
  const { payload: _payload, rawBody: _rawBody, idempotencyKey: _key, fieldsChanged: _fields, ...details } = event;
  return details;
}
