import type { GraphqlClient } from '../admin/types.ts';
import type { ShopwrightError } from '../errors/base.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { WebhookTopic } from '../webhooks/topics.ts';

/** The client as the sync of subscriptions needs it: what `createShopifyClient` returns. */
export interface SubscriptionClient extends GraphqlClient {
  readonly shop: string;
}

/** A webhook subscription as it shall stand. */
export interface DesiredSubscription {
  /** Wire name, such as `products/update`. */
  readonly topic: WebhookTopic;
  /**
   * `https://…`, `pubsub://{project}:{topic}`, or the ARN of an EventBridge partner event source of Shopify.
   * Plain http is taken for this machine only, where the fake of `shopwright/testing` delivers to.
   */
  readonly uri: string;
  /**
   * Sets it apart from others of the same topic; needed where there are several. Letters, digits, `-` and `_`.
   * With the owner in front it is the `X-Shopify-Name` of each delivery. Default: made of the topic.
   */
  readonly name?: string;
  /** Deliver only what fits, such as `status:active`. Case counts. Its fields must be in `includeFields`. */
  readonly filter?: string;
  /**
   * Fields of the payload; nothing else comes. Default: all. Add `updated_at`: Shopify holds back payloads that are the
   * same. Add `metafields` where some are wanted.
   */
  readonly includeFields?: readonly string[];
  /** Namespaces whose metafields are in the payload; `$app` is the app's own. Default: none. */
  readonly metafieldNamespaces?: readonly string[];
  /** Single metafields for the payload. Their namespace is `$app` by default. Default: none. */
  readonly metafields?: readonly { readonly namespace?: string; readonly key: string }[];
  /** Default `JSON`. */
  readonly format?: 'JSON' | 'XML';
}

/** Options of `syncSubscriptions`. */
export interface SyncSubscriptionsOptions {
  readonly client: SubscriptionClient;
  /** All subscriptions of this owner that shall stand. Those of it that are not in the list are deleted. */
  readonly desired: readonly DesiredSubscription[];
  /**
   * Whose subscriptions they are: those of other owners, and those without one, are never touched. 1 to 20
   * letters, digits, `-` and `_`, no `__`, and no `_` at the end. Default `shopwright`.
   */
  readonly owner?: string;
  /**
   * Remembers what was set, and so tells `drifted` and `removedByShopify`. Where several apps share a store, give
   * each an owner of its own. Default: none.
   */
  readonly store?: Pick<KeyValueStore, 'get' | 'set'>;
  /** Changes nothing, in the shop and in the store; tells what would change. Default `false`. */
  readonly dryRun?: boolean;
  /** Ends the run: what is in flight is aborted, and the call rejects with the reason. */
  readonly signal?: AbortSignal;
}

/** A field of a subscription that can differ. */
export type SubscriptionField =
  | 'topic'
  | 'uri'
  | 'name'
  | 'filter'
  | 'includeFields'
  | 'metafieldNamespaces'
  | 'metafields'
  | 'format';

/** One subscription in a report. */
export interface ReportedSubscription {
  /** Wire name; the enum's for a topic that this package does not know. */
  readonly topic: string;
  /** The whole name, with the owner in front. `null` where another hand has taken it away. */
  readonly name: string | null;
  readonly uri: string;
  /** Gid; `undefined` for one that does not stand. */
  readonly id: string | undefined;
}

/** One with what differs in it. */
export interface ChangedSubscription extends ReportedSubscription {
  readonly changes: readonly SubscriptionField[];
}

/** One that could not be brought to what it shall be. */
export interface FailedSubscription extends ReportedSubscription {
  readonly action: 'create' | 'update' | 'delete';
  /** What is wrong, and how to mend it. */
  readonly reason: string;
  readonly error: ShopwrightError;
}

/** What has become of each subscription; in a dry run, what would. */
export interface SubscriptionReport {
  readonly created: readonly ReportedSubscription[];
  /** With what differed. Where that is the topic, which cannot be changed, it was deleted and created anew. */
  readonly updated: readonly ChangedSubscription[];
  readonly deleted: readonly ReportedSubscription[];
  readonly unchanged: readonly ReportedSubscription[];
  /** Changed by another hand since the last run, whatever was done about it now. Needs a `store`. */
  readonly drifted: readonly ChangedSubscription[];
  /**
   * Gone since the last run, with the id that they had: Shopify deletes a subscription after eight failed
   * deliveries, and all of them when the app is uninstalled. They are created again. Needs a `store`.
   */
  readonly removedByShopify: readonly ReportedSubscription[];
  readonly failed: readonly FailedSubscription[];
}
