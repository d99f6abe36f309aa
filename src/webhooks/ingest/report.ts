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
  'store-failed': 'The store for webhooks does not respond.',
  'queue-failed': 'The queue for webhooks does not respond.',
};

/** Reports the progress of deliveries to the host's listener and logger, and creates the matching response. */
export class DeliveryReporter {
  readonly #options: WebhookHandlerOptions;

  constructor(options: WebhookHandlerOptions) {
    this.#options = options;
  }

  /** Notifies the listener, and continues even if it throws. */
  emit(event: WebhookHandlerEvent): void {
    const { onEvent, logger } = this.#options;
    const channel = channelOf('webhook');
    if (channel?.hasSubscribers) channel.publish(this.#told(event));
    callListener(onEvent, event, (error) =>
      logger?.error({ error, event: event.type }, 'the listener for webhook events threw'),
    );
  }

  /** The event for the channel: without the body, and without the error, which may quote it. */
  #told(event: WebhookHandlerEvent): TelemetryEventOf<'webhook'> {
    const type = 'webhook';
    const reason = 'reason' in event ? event.reason : null;
    if (event.type === 'refused') return { type, outcome: 'refused', topic: null, shop: null, lagMs: null, reason };
    const { clock = systemClock } = this.#options;
    const lagMs = clock.now() - Date.parse(event.triggeredAt ?? '');
    const { type: outcome, topic, shop } = event;
    return { type, outcome, topic, shop, lagMs: Number.isFinite(lagMs) ? Math.max(0, lagMs) : null, reason };
  }

  /** Reports a step, and creates its response. */
  respond(event: WebhookEvent, step: WebhookStep | { readonly type: 'handled' | 'unhandled' }): WebhookResponse {
    if (this.#isHeard) this.emit({ ...step, ...detailsOf(event) });
    if (step.type !== 'unavailable') return accepted;
    const { reason, error } = step;
    if (reason !== 'busy') {
      const message = 'a webhook could not be accepted; Shopify will try again';
      this.#options.logger?.error({ error, ...idsOf(event) }, message);
    }
    return failureResponse({ status: 503, reason, message: unavailable[reason] });
  }

  /** Reports that a handler threw; `next` says what happens next. */
  failed(event: WebhookEvent, error: unknown, attempt: number, willRetry: boolean, next: string): void {
    this.#options.logger?.error({ error, ...idsOf(event) }, `the webhook handler for ${event.topic} threw; ${next}`);
    this.emit({ type: 'failed', error, attempt, willRetry, ...detailsOf(event) });
  }

  get #isHeard(): boolean {
    return this.#options.onEvent !== undefined || channelOf('webhook')?.hasSubscribers === true;
  }
}
