import {
  type MetafieldName,
  type WebhookSubscriptionContent,
  type WebhookSubscriptionEntity,
  webhookKinds,
} from '../../store/webhook-entities.ts';
import { type ResolverContext, type ResolverMap, resolver } from '../context.ts';
import { notSimulated } from '../errors.ts';
import { requireGid } from '../gid.ts';
import { resolveNamespace } from './namespaces.ts';
import { plainProblem } from './problems.ts';
import { ownSubscriptions, subscriptionProblems } from './webhook-subscription-rules.ts';

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

/** The content that an input leads to, over what stands so far. */
function withInput(before: WebhookSubscriptionContent, input: SubscriptionInput): WebhookSubscriptionContent {
  if (input.format === 'XML') throw notSimulated('WebhookSubscriptionInput.format: XML');
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

const missing = {
  webhookSubscription: null,
  userErrors: [plainProblem(['id'], 'Webhook subscription does not exist')],
};

function ownSubscription(context: ResolverContext, id: string): WebhookSubscriptionEntity | undefined {
  requireGid(id);
  return ownSubscriptions(context).find((subscription) => subscription.id === id);
}

/** `webhookSubscriptionCreate`, `…Update` and `…Delete`. */
export const webhookSubscriptionChanges: ResolverMap['Mutation'] = {
  webhookSubscriptionCreate: resolver<unknown, { topic: string; webhookSubscription: SubscriptionInput }>(
    (_source, { topic, webhookSubscription: input }, context) => {
      const { store, shop, app, clock } = context;
      const content = withInput(blank, input);
      const userErrors = subscriptionProblems({ ...content, topic }, context);
      if (userErrors.length > 0) return { webhookSubscription: null, userErrors };
      const now = new Date(clock.now()).toISOString();
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
      const userErrors = subscriptionProblems(changed, context);
      if (userErrors.length > 0) return { webhookSubscription: null, userErrors };
      const webhookSubscription = { ...changed, updatedAt: new Date(clock.now()).toISOString() };
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
