import { systemClock } from '../../internal/clock.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import type { WorkSettings } from '../durable/work-types.ts';
import type { WebhookStep, WebhookUnavailable } from '../event-types.ts';
import type { WebhookAnswer, WebhookEvent, WebhookHandlerOptions } from '../events.ts';
import { detailsOf, tell } from '../report.ts';
import { accepted, answerOf } from '../response.ts';

const hourMs = 3_600_000;

/** What everything here needs, with the defaults filled in. */
export interface DurableContext {
  readonly options: WebhookHandlerOptions;
  readonly settings: WorkSettings;
  readonly retryDelaysMs: readonly number[];
  /** Keys of what is done with and could not be taken out of the inbox yet. */
  readonly leftBehind: Set<string>;
  /** Inbox keys of what this process handles just now. */
  readonly running: Set<string>;
  /** Tells of a step, and makes the answer that goes with it. */
  answer(event: WebhookEvent, step: WebhookStep | { readonly type: 'handled' }): WebhookAnswer;
}

const messages: Readonly<Record<WebhookUnavailable, string>> = {
  busy: 'Another delivery of this resource is being handled.',
  'store-failed': 'The store for webhooks does not answer.',
  'queue-failed': 'The queue for webhooks does not answer.',
};

/** Fills in the defaults. The options are checked. */
export function durableContext(options: WebhookHandlerOptions, store: KeyValueStore): DurableContext {
  const { name = 'webhooks', order, keepForMs = 48 * hourMs, answerWithinMs: limitMs = 3_000 } = options;
  const { clock = systemClock, logger, retryDelaysMs = [10_000, 30_000, 60_000] } = options;
  return {
    options,
    settings: { store, name, order, keepForMs, limitMs, clock, logger },
    retryDelaysMs,
    leftBehind: new Set(),
    running: new Set(),
    answer(event, step) {
      tell(options, { ...step, ...detailsOf(event) });
      if (step.type !== 'unavailable') return accepted;
      const { reason } = step;
      if (reason !== 'busy') {
        const { topic, shop, webhookId } = event;
        logger?.error(
          { error: step.error, topic, shop, webhookId },
          'a webhook could not be taken in; Shopify will try again',
        );
      }
      return answerOf({ status: 503, reason, message: messages[reason] });
    },
  };
}
