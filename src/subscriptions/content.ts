import type {
  StandingWebhookSubscriptionFragment,
  WebhookSubscriptionInput,
  WebhookSubscriptionTopic,
} from '../graphql/operations/generated/graphql.ts';
import { topicFromEnum } from '../webhooks/topics.ts';
import type { ReportedSubscription, SubscriptionField } from './types.ts';

/** A subscription as Shopify tells of it. */
export type Standing = StandingWebhookSubscriptionFragment;

/** A checked wish with all its fields, as Shopify would tell of it. */
export interface Wanted extends Omit<Standing, 'id' | 'topic' | 'name'> {
  /** As the enum has it. */
  readonly topic: WebhookSubscriptionTopic;
  /** The whole name, with the owner in front. */
  readonly name: string;
  /** Where it is in the list of the host, such as `desired[3]`. */
  readonly field: string;
}

/** What Shopify is sent for it: everything, so that nothing stays as another hand left it. */
export function inputOf({ field: _, topic: _topic, metafields, ...fields }: Wanted): WebhookSubscriptionInput {
  return { ...fields, metafields: metafields.map(({ namespace, key }) => ({ namespace, key })) };
}

/** No two subscriptions of an app may have the same. */
export function addressOf({ topic, uri, filter }: Pick<Standing, 'topic' | 'uri' | 'filter'>): string {
  return JSON.stringify([topic, normalUri(uri), filter || null]);
}

/** Fields in which the one differs from the other. The order of a list does not count. */
export function differences(one: Omit<Standing, 'id'>, other: Omit<Standing, 'id'>): SubscriptionField[] {
  const [left, right] = [comparable(one), comparable(other)];
  return (Object.keys(left) as SubscriptionField[]).filter((name) => left[name] !== right[name]);
}

/** As a report has it. */
export function reported(subscription: Omit<Standing, 'id'>, id: string | undefined): ReportedSubscription {
  const { topic, name, uri } = subscription;
  return { topic: topicFromEnum(topic) ?? topic, name: name ?? null, uri, id };
}

function comparable(subscription: Omit<Standing, 'id'>): Record<SubscriptionField, string> {
  const { topic, uri, format, filter, includeFields, metafieldNamespaces, metafields, name } = subscription;
  const asSet = (texts: readonly string[]): string => JSON.stringify([...new Set(texts)].toSorted());
  return {
    ...{ topic, uri: normalUri(uri), format, name: name ?? '', filter: filter ?? '' },
    includeFields: asSet(includeFields),
    metafieldNamespaces: asSet(metafieldNamespaces.map(ownNamespace)),
    metafields: asSet(metafields.map(({ namespace, key }) => `${ownNamespace(namespace)}.${key}`)),
  };
}

/** Shopify answers `app--123--extra` for `$app:extra`. https://shopify.dev/docs/apps/build/custom-data/ownership */
function ownNamespace(namespace: string): string {
  return namespace.replace(/^app--\d+(?=$|--)/, '$app').replace(/^\$app--/, '$app:');
}

/** The same address can be written in several ways, and come back in another one than it was sent. */
function normalUri(uri: string): string {
  return URL.canParse(uri) && /^https?:/i.test(uri) ? new URL(uri).href : uri;
}
