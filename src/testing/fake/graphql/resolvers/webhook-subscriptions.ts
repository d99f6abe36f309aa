import type { WebhookSubscriptionEntity } from '../../store/webhook-entities.ts';
import { readAddress } from '../../webhooks/uri.ts';
import { type ResolverContext, type ResolverMap, resolver } from '../context.ts';
import { parseGid, requireGid } from '../gid.ts';
import { type ConnectionArgs, connection } from './connections.ts';
import { countUpTo } from './counts.ts';
import { byId, searched } from './search.ts';
import { webhookSubscriptionChanges } from './webhook-subscription-changes.ts';
import { ownSubscriptions } from './webhook-subscription-rules.ts';

interface SubscriptionsArgs extends ConnectionArgs {
  readonly topics?: readonly string[] | null;
  readonly uri?: string | null;
  readonly callbackUrl?: string | null;
  readonly format?: string | null;
  readonly query?: string | null;
}

function found(
  context: ResolverContext,
  query: string | null | undefined,
  field: string,
): readonly WebhookSubscriptionEntity[] {
  return searched(ownSubscriptions(context), query, { id: byId }, `QueryRoot.${field}`);
}

/** As the deprecated union shows an address. */
function endpoint({ uri }: WebhookSubscriptionEntity): object {
  const address = readAddress(uri);
  if (address.type === 'pubsub') {
    const { project: pubSubProject, topic: pubSubTopic } = address;
    return { __typename: 'WebhookPubSubEndpoint', pubSubProject, pubSubTopic };
  }
  if (address.type === 'eventbridge') return { __typename: 'WebhookEventBridgeEndpoint', arn: address.arn };
  return { __typename: 'WebhookHttpEndpoint', callbackUrl: uri };
}

/** Resolvers of webhook subscriptions. Those of the app's configuration are not among them, as on Shopify. */
export const webhookSubscriptionResolvers: ResolverMap = {
  QueryRoot: {
    webhookSubscription: resolver<unknown, { id: string }>((_source, { id }, context) => {
      requireGid(id);
      return ownSubscriptions(context).find((subscription) => subscription.id === id) ?? null;
    }),
    // Both sort keys, time of creation and id, are the order in which they stand.
    webhookSubscriptions: resolver<unknown, SubscriptionsArgs>((_source, args, context) => {
      const uris = [args.uri, args.callbackUrl].filter((uri) => uri != null);
      const wanted = found(context, args.query, 'webhookSubscriptions').filter(
        ({ topic, uri, format }) =>
          (args.topics == null || args.topics.includes(topic)) &&
          uris.every((asked) => asked === uri) &&
          (args.format == null || args.format === format),
      );
      return connection(wanted, args);
    }),
    webhookSubscriptionsCount: resolver<unknown, { limit: number | null; query?: string | null }>(
      (_source, { limit, query }, context) =>
        countUpTo(found(context, query, 'webhookSubscriptionsCount').length, limit),
    ),
  },
  Mutation: { ...webhookSubscriptionChanges },
  WebhookSubscription: {
    // Shopify takes it from the app's configuration; the fake has one version.
    apiVersion: () => ({ handle: '2026-10', displayName: '2026-10 (Latest)', supported: true }),
    callbackUrl: resolver<WebhookSubscriptionEntity>(({ uri }) => uri),
    endpoint: resolver<WebhookSubscriptionEntity>((subscription) => endpoint(subscription)),
    legacyResourceId: resolver<WebhookSubscriptionEntity>(({ id }) => parseGid(id)?.key),
  },
};
