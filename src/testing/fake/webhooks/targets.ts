import { complianceTopics, topicToEnum } from '../../../webhooks/topics.ts';
import type { EventContent } from '../../webhooks/sign-event.ts';
import type { ShopEvent } from '../background.ts';
import type { EntityStore } from '../store/entity-store.ts';
import { type WebhookSubscriptionEntity, webhookKinds } from '../store/webhook-entities.ts';
import type { EventSubscription, FakeWebhookOptions } from './options.ts';
import type { PayloadWishes } from './payload.ts';

/** Somebody who wants an event. */
export interface Target extends PayloadWishes {
  /** Id of the app; `null` for the first one. */
  readonly app: string | null;
  /** `null` for one that is not made through the API, and that failures do not remove. */
  readonly subscriptionId: string | null;
  readonly uri: string;
  readonly name: string | null;
  readonly filter: string | null;
}

const everything: Omit<Target, 'uri'> = {
  app: null,
  subscriptionId: null,
  name: null,
  filter: null,
  includeFields: [],
  metafieldNamespaces: [],
  metafields: [],
};

/** Who wants an event, as subscriptions stand now: those of apps, of the app's configuration, and for compliance. */
export function targetsOf(event: ShopEvent, store: EntityStore, options: FakeWebhookOptions): readonly Target[] {
  const { shop, topic } = event;
  if (complianceTopics.some((name) => name === topic)) {
    return options.complianceUrl === undefined ? [] : [{ ...everything, uri: options.complianceUrl }];
  }
  const name = topicToEnum(topic);
  const made = store.all(shop, webhookKinds.subscription) as readonly WebhookSubscriptionEntity[];
  const configured = (options.subscriptions ?? []).filter(({ topics }) => topics.some((wanted) => wanted === topic));
  return [
    ...made
      .filter((subscription) => subscription.topic === name)
      .map((subscription) => ({ ...subscription, subscriptionId: subscription.id })),
    ...configured.map((subscription) => ({ ...everything, ...subscription })),
  ];
}

/** Who wants a next-generation event. */
export function eventTargets(
  event: EventContent,
  subscriptions: readonly EventSubscription[],
): readonly EventSubscription[] {
  return subscriptions.filter(
    ({ topic, actions }) => topic === event.topic && (actions === undefined || actions.includes(event.action)),
  );
}
