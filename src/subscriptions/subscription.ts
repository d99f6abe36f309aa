import type {
  StandingWebhookSubscriptionFragment,
  WebhookSubscriptionInput,
  WebhookSubscriptionTopic,
} from '../graphql/operations/generated/graphql.ts';

/** A subscription as Shopify returns it. */
export interface ActualSubscription extends StandingWebhookSubscriptionFragment {
  /** `null` if it has none; names exist since API version 2026-04. */
  readonly name: string | null;
}

/** A desired subscription that has been checked, with all its fields, as Shopify would return it. */
export interface CheckedSubscription extends Omit<ActualSubscription, 'id' | 'topic' | 'name'> {
  /** The value in the enum. */
  readonly topic: WebhookSubscriptionTopic;
  /** The full name, with the owner in front. */
  readonly name: string;
  /** Its place in the host's list, such as `desired[3]`. */
  readonly field: string;
}

/** A field in which a subscription can differ. */
export type SubscriptionField =
  | 'topic'
  | 'uri'
  | 'name'
  | 'filter'
  | 'includeFields'
  | 'metafieldNamespaces'
  | 'metafields'
  | 'format';

/** The input sent to Shopify: all fields, so that changes made by others are undone. */
export function inputOf(
  { field: _, topic: _topic, name, metafields, ...rest }: CheckedSubscription,
  { withName }: { readonly withName: boolean },
): WebhookSubscriptionInput {
  return {
    ...rest,
    ...(withName && { name }),
    metafields: metafields.map(({ namespace, key }) => ({ namespace, key })),
  };
}

/** The combination that each subscription of an app must have alone. */
export function addressOf({ topic, uri, filter }: Pick<ActualSubscription, 'topic' | 'uri' | 'filter'>): string {
  return JSON.stringify([topic, normalUri(uri), filter || null]);
}

/** The fields in which two subscriptions differ. The order of a list does not count. */
export function differences(
  one: Omit<ActualSubscription, 'id'>,
  other: Omit<ActualSubscription, 'id'>,
): SubscriptionField[] {
  const [left, right] = [comparable(one), comparable(other)];
  return (Object.keys(left) as SubscriptionField[]).filter((name) => left[name] !== right[name]);
}

function comparable(subscription: Omit<ActualSubscription, 'id'>): Record<SubscriptionField, string> {
  const { topic, uri, format, filter, includeFields, metafieldNamespaces, metafields, name } = subscription;
  const asSet = (texts: readonly string[]): string => JSON.stringify([...new Set(texts)].toSorted());
  return {
    ...{ topic, uri: normalUri(uri), format, name: name ?? '', filter: filter ?? '' },
    includeFields: asSet(includeFields),
    metafieldNamespaces: asSet(metafieldNamespaces.map(ownNamespace)),
    metafields: asSet(metafields.map(({ namespace, key }) => `${ownNamespace(namespace)}.${key}`)),
  };
}

/** Shopify returns `app--123--extra` for `$app:extra`. https://shopify.dev/docs/apps/build/custom-data/ownership */
function ownNamespace(namespace: string): string {
  return namespace.replace(/^app--\d+(?=$|--)/, '$app').replace(/^\$app--/, '$app:');
}

/** Normalizes an address, which can be written in several ways and may be returned differently from how it was sent. */
function normalUri(uri: string): string {
  return URL.canParse(uri) && /^https?:/i.test(uri) ? new URL(uri).href : uri;
}
