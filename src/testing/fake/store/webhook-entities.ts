import type { Entity } from './entity-store.ts';

/** What can be changed of a subscription. */
export interface WebhookSubscriptionContent {
  readonly uri: string;
  readonly format: 'JSON';
  readonly filter: string | null;
  /** Empty for all fields. */
  readonly includeFields: readonly string[];
  /** Resolved: `app--1001`, never `$app`. */
  readonly metafieldNamespaces: readonly string[];
  readonly metafields: readonly MetafieldName[];
  readonly name: string | null;
}

/** A subscription that an app made through the API, for one shop. */
export interface WebhookSubscriptionEntity extends Entity, WebhookSubscriptionContent {
  /** The app that made it, and the only one that sees it. */
  readonly app: string;
  /** As the enum has it, such as `PRODUCTS_UPDATE`. */
  readonly topic: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A metafield that a payload shall have, with the resolved namespace. */
export interface MetafieldName {
  readonly namespace: string;
  readonly key: string;
}

/** One try to deliver. */
export interface DeliveryAttempt {
  /** Wall time of its begin, in milliseconds since the epoch. */
  readonly at: number;
  /** HTTP status of the answer; 0 where none came. */
  readonly status: number;
  /** Why none came: `timeout`, or the words of the error. */
  readonly error?: string;
}

/** A webhook of a fake on its way, or arrived. */
export interface FakeDelivery {
  /** No other has it, while copies share a `webhookId`. */
  readonly id: string;
  /** Shop domain. */
  readonly shop: string;
  /** Wire name, or the resource of a next-generation event. */
  readonly topic: string;
  readonly generation: 'classic' | 'next';
  /** What happened to the resource, for the next generation; else `null`. */
  readonly action: string | null;
  /** Where it goes, also when the subscription has a new address since. */
  readonly uri: string;
  /** The app that subscribed, whose secret signs; `null` for the first one. */
  readonly app: string | null;
  /** Gid of the subscription that was made through the API; `null` for one of the app's configuration. */
  readonly subscriptionId: string | null;
  /** Name of the subscription, or its handle for the next generation. */
  readonly name: string | null;
  /** The same in all tries and copies. */
  readonly webhookId: string;
  /** The same in all deliveries from one action. */
  readonly eventId: string;
  /** ISO 8601. */
  readonly triggeredAt: string;
  /** The same in all tries and copies; empty for what is done in a fake that does not record. */
  readonly body: string;
  /** Whether it is a copy that Shopify sends by mistake. It is sent once, whatever comes of it. */
  readonly isCopy: boolean;
  readonly attempts: readonly DeliveryAttempt[];
  /**
   * `waiting` for its first or next try; `delivered`, answered with 2xx; `failed`, given up; `recorded`, for an
   * address that is not served (Pub/Sub, EventBridge).
   */
  readonly state: 'waiting' | 'delivered' | 'failed' | 'recorded';
  /** Wall time of the next try, in milliseconds since the epoch; `null` where there is none. */
  readonly nextAttemptAt: number | null;
}

/** A delivery that waits, as the store keeps it. */
export interface WebhookDeliveryEntity extends Entity, FakeDelivery {
  readonly id: string;
}

/** Kinds under which the store keeps them. */
export const webhookKinds = { subscription: 'WebhookSubscription', delivery: 'WebhookDelivery' } as const;
