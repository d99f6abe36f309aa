import type { ComplianceTopic, WebhookTopic } from '../../../webhooks/topics.ts';
import type { EventContent } from '../../webhooks/sign-event.ts';
import type { FakeDelivery } from '../store/webhook-entities.ts';
import type { RotationOptions } from './secrets.ts';
import type { DeliveryHandler } from './send.ts';

/** How `emit` sends. */
export interface EmitOptions {
  /** Default: the only shop. */
  readonly shop?: string;
  /** The same for all events of one action of the merchant. Default: a new UUID. */
  readonly eventId?: string;
  /** ISO 8601. Default: now. */
  readonly triggeredAt?: string;
  /**
   * How often each delivery is sent, all at once and with one `X-Shopify-Webhook-Id`. Default: once, or twice where
   * `duplicateRate` has it so.
   */
  readonly copies?: number;
}

/** A next-generation event that happens in a shop. */
export type FakeEvent = EventContent & Omit<EmitOptions, 'eventId'>;

/**
 * The webhooks of a fake. What changes in its shops is delivered to the subscriptions that want it, at least once and
 * with Shopify's headers, signature, time limit and retries, all on the fake's clock.
 */
export interface FakeWebhooks {
  /**
   * Something happens in a shop: those who subscribed to the topic get a webhook. Changes of products and the like tell
   * of themselves; this is for the rest, such as `app/uninstalled` and orders. The compliance topics go to
   * `complianceUrl`.
   *
   * @throws ConfigError for a topic or shop that is not there, and for a compliance topic without `complianceUrl`.
   */
  emit(topic: WebhookTopic | ComplianceTopic, payload: object, options?: EmitOptions): void;
  /**
   * A next-generation event happens: the subscriptions of `webhooks.events` to its topic and action get it.
   *
   * @throws ConfigError where no such subscription is set, and for a shop that is not there.
   */
  emitEvent(event: FakeEvent): void;
  /**
   * Changes the secret that signs. For an hour, or for as long as is said, the old one still does.
   *
   * @throws ConfigError for an app that is not there.
   */
  rotateWebhookSecret(next: string, options?: RotationOptions): void;
  /** Every delivery, with its tries and where it stands. An entry is replaced, not changed, when it goes on. */
  readonly deliveries: readonly FakeDelivery[];
  readonly webhooks: {
    /**
     * Takes all deliveries from now on in place of the network, so that a test needs no server. An answer other than
     * 2xx, or an error, counts as Shopify counts it.
     *
     * @returns Gives them back to the network.
     */
    onDelivery(handler: DeliveryHandler): () => void;
    /**
     * Resolves when every delivery that is due has been tried; retries for later are not waited for. With a manual
     * clock, let `clock.run(fake.webhooks.settled())` drive what needs time of the clock: `reorder`, slow answers. A
     * real server needs none of it: there, `await` it alone before the clock goes on, or the five seconds pass first.
     */
    settled(): Promise<void>;
  };
}
