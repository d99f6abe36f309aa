import {
  type WebhookSubscriptionContent,
  type WebhookSubscriptionEntity,
  webhookKinds,
} from '../../store/webhook-entities.ts';
import { parseFilter } from '../../webhooks/filter.ts';
import { readAddress } from '../../webhooks/uri.ts';
import type { ResolverContext } from '../context.ts';
import { plainProblem, type UserProblem } from './problems.ts';

/** Most characters of a name. https://shopify.dev/changelog/webhook-subscriptions-now-support-a-name-field-for-identification */
const longestName = 50;

const badFilter = 'The specified filter is invalid, please ensure you specify the field(s) you wish to filter on.';

interface Candidate extends WebhookSubscriptionContent {
  /** Where it stands already. */
  readonly id?: string;
  readonly topic: string;
}

/** The subscriptions of the calling app, which sees no others. */
export function ownSubscriptions({ store, shop, app }: ResolverContext): readonly WebhookSubscriptionEntity[] {
  const all = store.all(shop, webhookKinds.subscription) as readonly WebhookSubscriptionEntity[];
  return all.filter((subscription) => subscription.app === app);
}

/** What Shopify finds wrong with a subscription that is to be made or changed. */
export function subscriptionProblems(candidate: Candidate, context: ResolverContext): readonly UserProblem[] {
  const others = ownSubscriptions(context).filter(({ id }) => id !== candidate.id);
  return [...addressProblems(candidate, others), ...nameProblems(candidate.name, others), ...filterProblems(candidate)];
}

/** They name the old field, whichever of the two was given. */
function addressProblems(candidate: Candidate, others: readonly WebhookSubscriptionEntity[]): UserProblem[] {
  const address = readAddress(candidate.uri);
  const reasons = address.type === 'refused' ? [...address.reasons] : [];
  const isTaken = others.some(
    ({ topic, uri, filter }) =>
      topic === candidate.topic && uri === candidate.uri && (filter ?? '') === (candidate.filter ?? ''),
  );
  if (isTaken) reasons.push('Address for this topic has already been taken');
  return reasons.map((reason) => plainProblem(['webhookSubscription', 'callbackUrl'], reason));
}

function nameProblems(name: string | null, others: readonly WebhookSubscriptionEntity[]): UserProblem[] {
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
  return reasons.map((reason) => plainProblem(['webhookSubscription', 'name'], reason));
}

/** A filter is read, but its fields are not looked up: one that does not exist just never matches. */
function filterProblems({ topic, filter }: Candidate): UserProblem[] {
  const parsed = filter ? parseFilter(filter) : undefined;
  // Metaobjects are told apart by their type: https://shopify.dev/docs/apps/build/webhooks/delivery-filtering
  const isEnough =
    !topic.startsWith('METAOBJECTS_') || parsed?.terms.some(({ field, value }) => field === 'type' && value !== '*');
  return (filter && !parsed) || !isEnough ? [plainProblem(['webhookSubscription'], badFilter)] : [];
}
