import { generatedApiVersion } from '../../../../config/generated/api-versions.ts';
import {
  type MetafieldName,
  type WebhookSubscriptionContent,
  type WebhookSubscriptionEntity,
  webhookKinds,
} from '../../store/entities.ts';
import { maxTextBytes, parseFilter, readAddress } from '../../webhooks/options.ts';
import { isoNow, type ResolverContext, type ResolverMap, resolver } from '../context.ts';
import { notSimulated, type UserError, userError } from '../errors.ts';
import { parseGid, requireGid } from '../gid.ts';
import { type ConnectionArgs, connection, countUpTo } from './connections.ts';
import { resolveNamespace } from './metafields/values.ts';
import { byId, type SearchPlace, searched, time } from './search.ts';

interface SubscriptionsArgs extends ConnectionArgs {
  readonly topics?: readonly string[] | null;
  readonly uri?: string | null;
  readonly callbackUrl?: string | null;
  readonly format?: string | null;
  readonly query?: string | null;
}

/** What subscriptions can be searched by: the fields in the description of `QueryRoot.webhookSubscriptions(query:)`. */
function found(query: string | null | undefined, place: SearchPlace): readonly WebhookSubscriptionEntity[] {
  const { context } = place;
  const now = (): number => context.clock.now();
  const fields = {
    id: byId,
    created_at: time<WebhookSubscriptionEntity>('created_at', ({ createdAt }) => createdAt, now),
    updated_at: time<WebhookSubscriptionEntity>('updated_at', ({ updatedAt }) => updatedAt, now),
  };
  return searched(ownSubscriptions(context), query, { fields }, place);
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

/** `webhookSubscriptionCreate`, `…Update` and `…Delete`. */
const webhookSubscriptionChanges: ResolverMap['Mutation'] = {
  webhookSubscriptionCreate: resolver<unknown, { topic: string; webhookSubscription: SubscriptionInput }>(
    (_source, { topic, webhookSubscription: input }, context) => {
      const { store, shop, app, clock } = context;
      const content = withInput(blank, input);
      const userErrors = [...subscriptionProblems({ ...content, topic }, context), ...formatProblems(content, input)];
      if (userErrors.length > 0) return { webhookSubscription: null, userErrors };
      const now = isoNow(clock);
      const id = store.nextId(webhookKinds.subscription);
      const webhookSubscription = { ...content, id, topic, app, createdAt: now, updatedAt: now };
      store.put(shop, webhookKinds.subscription, webhookSubscription);
      return { webhookSubscription, userErrors };
    },
  ),
  webhookSubscriptionUpdate: resolver<unknown, { id: string; webhookSubscription: SubscriptionInput }>(
    (_source, { id, webhookSubscription: input }, context) => {
      const { store, shop, clock } = context;
      const before = ownSubscription(context, id);
      if (!before) return missing;
      const changed = { ...before, ...withInput(before, input) };
      const userErrors = [...subscriptionProblems(changed, context), ...formatProblems(changed, input)];
      if (userErrors.length > 0) return { webhookSubscription: null, userErrors };
      const webhookSubscription = { ...changed, updatedAt: isoNow(clock) };
      store.put(shop, webhookKinds.subscription, webhookSubscription);
      return { webhookSubscription, userErrors };
    },
  ),
  webhookSubscriptionDelete: resolver<unknown, { id: string }>((_source, { id }, context) => {
    if (!ownSubscription(context, id)) return { deletedWebhookSubscriptionId: null, userErrors: missing.userErrors };
    context.store.delete(context.shop, webhookKinds.subscription, id);
    return { deletedWebhookSubscriptionId: id, userErrors: [] };
  }),
};

/** Resolvers of webhook subscriptions. Those of the app's configuration are not among them, as on Shopify. */
export const webhookSubscriptionResolvers: ResolverMap = {
  QueryRoot: {
    webhookSubscription: resolver<unknown, { id: string }>((_source, { id }, context) => {
      requireGid(id, 'WebhookSubscription');
      return ownSubscriptions(context).find((subscription) => subscription.id === id) ?? null;
    }),
    // Both sort keys, time of creation and id, are the order in which they stand.
    webhookSubscriptions: resolver<unknown, SubscriptionsArgs>((_source, args, context, info) => {
      const uris = [args.uri, args.callbackUrl].filter((uri) => uri != null);
      const wanted = found(args.query, { info, context }).filter(
        ({ topic, uri, format }) =>
          (args.topics == null || args.topics.includes(topic)) &&
          uris.every((asked) => asked === uri) &&
          (args.format == null || args.format === format),
      );
      return connection(wanted, args);
    }),
    webhookSubscriptionsCount: resolver<unknown, { limit: number | null; query?: string | null }>(
      (_source, { limit, query }, context, info) => countUpTo(found(query, { info, context }).length, limit),
    ),
  },
  Mutation: { ...webhookSubscriptionChanges },
  WebhookSubscription: {
    // Shopify takes it from the app's configuration; the fake has one version.
    apiVersion: () => ({
      handle: generatedApiVersion,
      displayName: `${generatedApiVersion} (Latest)`,
      supported: true,
    }),
    callbackUrl: resolver<WebhookSubscriptionEntity>(({ uri }) => uri),
    endpoint: resolver<WebhookSubscriptionEntity>((subscription) => endpoint(subscription)),
    legacyResourceId: resolver<WebhookSubscriptionEntity>(({ id }) => parseGid(id)?.key),
  },
};

/** `WebhookSubscriptionInput`: what is absent stays as it is. */
interface SubscriptionInput {
  readonly uri?: string | null;
  readonly callbackUrl?: string | null;
  readonly format?: 'JSON' | 'XML' | null;
  readonly filter?: string | null;
  readonly includeFields?: readonly string[] | null;
  readonly metafieldNamespaces?: readonly string[] | null;
  readonly metafields?: readonly { readonly namespace?: string | null; readonly key: string }[] | null;
  readonly name?: string | null;
}

const blank: WebhookSubscriptionContent = {
  uri: '',
  format: 'JSON',
  filter: null,
  includeFields: [],
  metafieldNamespaces: [],
  metafields: [],
  name: null,
};

/** The content of a subscription after an input, starting from its present content. */
function withInput(before: WebhookSubscriptionContent, input: SubscriptionInput): WebhookSubscriptionContent {
  const names = input.metafields?.map(
    ({ namespace, key }): MetafieldName => ({ namespace: resolveNamespace(namespace), key }),
  );
  return {
    format: 'JSON',
    uri: (input.uri ?? input.callbackUrl ?? before.uri).trim(),
    filter: input.filter === undefined ? before.filter : input.filter,
    includeFields: input.includeFields === undefined ? before.includeFields : (input.includeFields ?? []),
    metafieldNamespaces:
      input.metafieldNamespaces === undefined
        ? before.metafieldNamespaces
        : (input.metafieldNamespaces ?? []).map(resolveNamespace),
    metafields: input.metafields === undefined ? before.metafields : (names ?? []),
    name: input.name === undefined ? before.name : input.name,
  };
}

/**
 * Clouds take JSON only. Recorded 2026-04.
 *
 * @throws GraphQLError `NOT_SIMULATED` for XML to an address of one's own.
 */
function formatProblems({ uri }: WebhookSubscriptionContent, { format }: SubscriptionInput): UserError[] {
  if (format !== 'XML') return [];
  const { type } = readAddress(uri);
  if (type === 'http') throw notSimulated('WebhookSubscriptionInput.format: XML');
  return type === 'refused'
    ? []
    : [userError(['webhookSubscription', 'format'], "Format can only be used with format: 'json'")];
}

const missing = {
  webhookSubscription: null,
  userErrors: [userError(['id'], 'Webhook subscription does not exist')],
};

function ownSubscription(context: ResolverContext, id: string): WebhookSubscriptionEntity | undefined {
  requireGid(id);
  return ownSubscriptions(context).find((subscription) => subscription.id === id);
}

/**
 * Most characters of a name.
 * https://shopify.dev/changelog/webhook-subscriptions-now-support-a-name-field-for-identification
 */
const longestName = 50;

const badFilter = 'The specified filter is invalid, please ensure you specify the field(s) you wish to filter on.';

interface Candidate extends WebhookSubscriptionContent {
  /** Present if it already exists. */
  readonly id?: string;
  readonly topic: string;
}

/** The subscriptions of the calling app, which sees no others. */
function ownSubscriptions({ store, shop, app }: ResolverContext): readonly WebhookSubscriptionEntity[] {
  const all = store.all(shop, webhookKinds.subscription) as readonly WebhookSubscriptionEntity[];
  return all.filter((subscription) => subscription.app === app);
}

/** What Shopify finds wrong with a subscription that is to be made or changed. */
function subscriptionProblems(candidate: Candidate, context: ResolverContext): readonly UserError[] {
  const others = ownSubscriptions(context).filter(({ id }) => id !== candidate.id);
  return [...addressProblems(candidate, others), ...nameProblems(candidate.name, others), ...filterProblems(candidate)];
}

/** They name the old field, whichever of the two was given. */
function addressProblems(candidate: Candidate, others: readonly WebhookSubscriptionEntity[]): UserError[] {
  const address = readAddress(candidate.uri);
  const reasons = address.type === 'refused' ? [...address.reasons] : [];
  const isTaken = others.some(
    ({ topic, uri, filter }) =>
      topic === candidate.topic && uri === candidate.uri && (filter ?? '') === (candidate.filter ?? ''),
  );
  if (isTaken) reasons.push('Address for this topic has already been taken');
  return reasons.map((reason) => userError(['webhookSubscription', 'callbackUrl'], reason));
}

function nameProblems(name: string | null, others: readonly WebhookSubscriptionEntity[]): UserError[] {
  if (name === null) return [];
  const reasons = [
    ...(name === '' ? ['Name is too short (minimum is 1 character)'] : []),
    ...(/^[\w-]+$/.test(name)
      ? []
      : ['Name name field can only contain alphanumeric characters, underscores, and hyphens']),
    ...(name.length > longestName ? [`Name is too long (maximum is ${longestName} characters)`] : []),
    ...(others.some((other) => other.name?.toLowerCase() === name.toLowerCase())
      ? ['Name already exists, no duplicate allowed']
      : []),
  ];
  return reasons.map((reason) => userError(['webhookSubscription', 'name'], reason));
}

/** A filter is read, but its fields are not looked up: one that does not exist just never matches. */
function filterProblems({ topic, filter }: Candidate): UserError[] {
  if (filter && Buffer.byteLength(filter) > maxTextBytes)
    return [userError(['webhookSubscription'], 'The specified filter exceeds the maximum allowed size.')];
  const parsed = filter ? parseFilter(filter) : undefined;
  // Metaobjects are distinguished by their type: https://shopify.dev/docs/apps/build/webhooks/delivery-filtering
  const isEnough =
    !topic.startsWith('METAOBJECTS_') || parsed?.terms.some(({ field, value }) => field === 'type' && value !== '*');
  return (filter && !parsed) || !isEnough ? [userError(['webhookSubscription'], badFilter)] : [];
}
