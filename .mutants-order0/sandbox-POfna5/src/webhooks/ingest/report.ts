// @ts-nocheck
import { systemClock } from '../../internal/clock.ts';
import type { TelemetryEventOf } from '../../ports/events.ts';
import { callListener, channelOf } from '../../telemetry/telemetry.ts';
import type {
  WebhookEvent,
  WebhookHandlerEvent,
  WebhookHandlerOptions,
  WebhookResponse,
  WebhookStep,
  WebhookUnavailable,
} from '../events.ts';
import { accepted, failureResponse } from '../response.ts';
import { detailsOf, idsOf } from './store.ts';

const unavailable: Readonly<Record<WebhookUnavailable, string>> = {
  busy: 'Another delivery of this resource is being handled.',
  'store-failed': 'The store for webhooks does not answer.',
  'queue-failed': 'The queue for webhooks does not answer.',
};

/** Tells the host's listener and logger how deliveries go on, and makes the response that goes with it. */
export class DeliveryReporter {
  readonly #options: WebhookHandlerOptions;

  constructor(options: WebhookHandlerOptions) {
    this.#options = options;
  }

  /** Tells the listener, and goes on whatever that does. */
  emit(event: WebhookHandlerEvent): void {
    const { onEvent, logger } = this.#options;
    const channel = channelOf('webhook');
    if (channel?.hasSubscribers) channel.publish(this.#told(event));
    callListener(onEvent, event, (error) =>
      logger?.error({ error, event: event.type }, 'the listener for webhook events threw'),
    );
  }

  /** What the channel hears of it: nothing of the body, and no error, which may quote it. */
  #told(event: WebhookHandlerEvent): TelemetryEventOf<'webhook'> {
    const type = 'webhook';
    const reason = 'reason' in event ? event.reason : null;
    if (event.type === 'refused') return { type, outcome: 'refused', topic: null, shop: null, lagMs: null, reason };
    const { clock = systemClock } = this.#options;
    const lagMs = clock.now() - Date.parse(event.triggeredAt ?? '');
    const { type: outcome, topic, shop } = event;
    return { type, outcome, topic, shop, lagMs: Number.isFinite(lagMs) ? Math.max(0, lagMs) : null, reason };
  }

  /** Tells of a step, and makes its response. */
  respond(event: WebhookEvent, step: WebhookStep | { readonly type: 'handled' | 'unhandled' }): WebhookResponse {
    this.emit({ ...step, ...detailsOf(event) });
    if (step.type !== 'unavailable') return accepted;
    const { reason, error } = step;
    if (reason !== 'busy') {
      const message = 'a webhook could not be taken in; Shopify will try again';
      this.#options.logger?.error({ error, ...idsOf(event) }, message);
    }
    return failureResponse({ status: 503, reason, message: unavailable[reason] });
  }

  /** Tells that a handler threw; `next` says what comes of it. */
  failed(event: WebhookEvent, error: unknown, attempt: number, willRetry: boolean, next: string): void {
    this.#options.logger?.error({ error, ...idsOf(event) }, `the webhook handler for ${event.topic} threw; ${next}`);
    this.emit({ type: 'failed', error, attempt, willRetry, ...detailsOf(event) });
  }
}
