import { type Issue, ValidationError } from '../errors/errors.ts';
import type { WebhookSubscriptionTopic } from '../graphql/operations/generated/graphql.ts';
import { isRecord } from '../internal/json.ts';
import { complianceTopics, eventTopics, topicToEnum, webhookTopics } from '../webhooks/topics.ts';
import { addressOf, type DesiredSubscription, type Ownership, type SubscriptionField, type Wanted } from './diff.ts';

const knownFields: readonly string[] = [
  ...(['topic', 'uri', 'name', 'filter', 'includeFields', 'metafieldNamespaces', 'metafields'] as const),
  'format',
] satisfies SubscriptionField[];

/**
 * Checks the whole list before anything is sent, and fills in what is left out.
 *
 * @throws ValidationError with all that does not fit.
 */
export function checkDesired(desired: unknown, ownership: Ownership, shop: string): readonly Wanted[] {
  const refuse = (problems: readonly Issue[]): ValidationError =>
    new ValidationError('The list of webhook subscriptions is invalid', { issues: problems, shop });
  if (!Array.isArray(desired)) throw refuse([{ field: 'desired', message: 'give a list of subscriptions' }]);
  const problems = desired.flatMap((one: unknown, index) => problemsOf(one, `desired[${index}]`, ownership));
  if (problems.length > 0) throw refuse(problems);
  const wanted = desired.map((one: DesiredSubscription, index) => wantedOf(one, `desired[${index}]`, ownership));
  const repeated = repetitions(wanted, desired);
  if (repeated.length > 0) throw refuse(repeated);
  return wanted;
}

function problemsOf(one: unknown, field: string, { longestGiven }: Ownership): Issue[] {
  if (!isRecord(one)) return [{ field, message: 'give a topic and a uri' }];
  const { topic, uri, name, filter, includeFields, metafieldNamespaces, metafields, format } = one;
  const problems: Issue[] = [];
  const check = (part: string, message: string | undefined): void => {
    if (message !== undefined) problems.push({ field: `${field}.${part}`, message });
  };
  for (const part of Object.keys(one)) {
    if (!knownFields.includes(part)) check(part, `is no field. There are: ${knownFields.join(', ')}`);
  }
  check('topic', topicProblem(topic));
  check('uri', uriProblem(uri));
  const isName = name === undefined || (typeof name === 'string' && /^[\w-]+$/.test(name));
  check('name', isName ? undefined : 'give letters, digits, - and _');
  if (typeof name === 'string' && name.length > longestGiven) {
    check('name', `is longer than the ${longestGiven} characters that the owner leaves of the 50 of Shopify`);
  }
  const lists = { includeFields, metafieldNamespaces };
  for (const [part, list] of Object.entries(lists)) {
    const isList = list === undefined || (Array.isArray(list) && list.every(isText));
    check(part, isList ? undefined : 'give a list of names, none of them empty');
  }
  check('metafields', metafields === undefined || areMetafields(metafields) ? undefined : 'give a list of { key }');
  check('format', format === undefined || format === 'JSON' || format === 'XML' ? undefined : 'give JSON or XML');
  if (filter !== undefined && typeof filter !== 'string') check('filter', 'give a text, such as status:active');
  else check('filter', filterProblem(filter, topic, Array.isArray(includeFields) ? includeFields.filter(isText) : []));
  return problems;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

function areMetafields(value: unknown): boolean {
  const fits = (one: unknown): boolean =>
    isRecord(one) && isText(one['key']) && (one['namespace'] === undefined || isText(one['namespace']));
  return Array.isArray(value) && value.every(fits);
}

function wantedOf(one: DesiredSubscription, field: string, ownership: Ownership): Wanted {
  const { topic, uri, name, filter, includeFields = [], metafieldNamespaces = [], metafields = [] } = one;
  return {
    field,
    // The table of topics is the enum's: a test holds it.
    topic: topicToEnum(topic) as WebhookSubscriptionTopic,
    uri,
    name: ownership.nameOf(name, topic),
    filter: filter ?? null,
    includeFields: [...includeFields],
    metafieldNamespaces: [...metafieldNamespaces],
    metafields: metafields.map(({ namespace = '$app', key }) => ({ namespace, key })),
    format: one.format ?? 'JSON',
  };
}

function repetitions(wanted: readonly Wanted[], desired: readonly DesiredSubscription[]): Issue[] {
  const names = new Map<string, string>();
  const addresses = new Map<string, string>();
  return wanted.flatMap((one, index): Issue[] => {
    const { field, name } = one;
    const sameName = names.get(name.toLowerCase());
    const sameAddress = addresses.get(addressOf(one));
    names.set(name.toLowerCase(), field);
    addresses.set(addressOf(one), field);
    if (sameAddress !== undefined) {
      return [{ field, message: `has the topic, uri and filter of ${sameAddress}: Shopify takes them once` }];
    }
    if (sameName === undefined) return [];
    if (desired[index]?.name !== undefined) return [{ field: `${field}.name`, message: `is that of ${sameName} too` }];
    return [{ field, message: `is called as ${sameName} is: give it a name of its own, by which to know it again` }];
  });
}

/** What is wrong with a topic and how to mend it; `undefined` where nothing is. */
function topicProblem(topic: unknown): string | undefined {
  if (typeof topic !== 'string' || topic === '') return 'give a topic, such as products/update';
  if (webhookTopics.some((known) => known === topic)) return undefined;
  if (complianceTopics.some((known) => known === topic)) {
    return 'is a compliance topic, which the API does not take: set it in shopify.app.toml as compliance_topics of [[webhooks.subscriptions]], or in the settings of the app';
  }
  if (eventTopics.some((known) => known === topic)) {
    return 'is a topic of the next-generation Events, which the API does not take: set it in shopify.app.toml under [[events.subscription]], or give a webhook topic such as products/update';
  }
  return `is no topic of this API version. Did you mean ${nearestTopic(topic)}?`;
}

/** The topic that takes the fewest changes of letters, written in whatever way. */
function nearestTopic(text: string): string {
  const wanted = topicToEnum(text.trim().slice(0, 100));
  let nearest = '';
  let fewest = Number.POSITIVE_INFINITY;
  for (const topic of webhookTopics) {
    const changes = distance(wanted, topicToEnum(topic));
    if (changes < fewest) [nearest, fewest] = [topic, changes];
  }
  return nearest;
}

/** Letters to put in, take out or change: the distance of Levenshtein. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (let at = 1; at <= other.length; at++) {
      const changed = (row[at - 1] ?? 0) + (letter === other[at - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}

/**
 * A field and its value, quoted or up to the next space or parenthesis. A backslash takes its meaning from what
 * follows. https://shopify.dev/docs/api/usage/search-syntax
 */
const term = /([\w.]+):(?:[<>]=?)?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?:\\.|[^\s()\\])*)/gs;

/** Fields that a filter such as `status:active AND variants.price:>=10` asks for. */
function filterFields(filter: string): string[] {
  return [...new Set([...filter.matchAll(term)].map(([, field = '']) => field))];
}

/**
 * What is wrong with a filter and how to mend it; `undefined` where nothing is.
 * https://shopify.dev/docs/apps/build/webhooks/delivery-filtering
 */
function filterProblem(
  filter: string | undefined,
  topic: unknown,
  includeFields: readonly string[],
): string | undefined {
  const fields = filterFields(filter ?? '');
  if (typeof topic === 'string' && topic.startsWith('metaobjects/') && !fields.includes('type')) {
    return 'must name the type of metaobjects, such as type:lookbook: Shopify takes this topic with it only';
  }
  if (filter === undefined) return undefined;
  if (filter.trim() === '') return 'is empty: leave it out';
  if (fields.length === 0) return 'names no field: write terms such as status:active, joined by AND, OR and NOT';
  if (includeFields.length === 0) return undefined;
  const missing = fields.filter((field) => !isIncluded(field, includeFields));
  if (missing.length === 0) return undefined;
  return `asks for ${missing.join(', ')}, which the payload would not hold, so that nothing would ever be delivered: add to includeFields`;
}

function isIncluded(field: string, includeFields: readonly string[]): boolean {
  return includeFields.some((included) => field === included || field.startsWith(`${included}.`));
}

const pubsubUri = /^pubsub:\/\/[^\s:/]+:[^\s:/]+$/;

const eventBridgeArn = /^arn:aws[\w-]*:events:[a-z0-9-]+::event-source\/aws\.partner\/shopify\.com\/\d+\/[\w./-]+$/;

const shopifyHost = /(^|\.)(shopify\.com|myshopify\.com|shopifycloud\.com)$/;

/** Where the fake of `shopwright/testing` delivers to. Shopify itself takes plain http nowhere. */
const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * What is wrong with an address and how to mend it; `undefined` where nothing is. The address is not said
 * again: there may be a secret in it. https://shopify.dev/docs/apps/build/webhooks/subscribe
 */
function uriProblem(uri: unknown): string | undefined {
  if (typeof uri !== 'string' || uri === '') return 'give an address, such as https://app.example/webhooks';
  if (uri !== uri.trim()) return 'has white space at an end: take it away';
  if (uri.startsWith('pubsub:')) {
    return pubsubUri.test(uri) ? undefined : 'is no address of Pub/Sub: write pubsub://{project}:{topic}';
  }
  if (uri.startsWith('arn:')) {
    const form = 'arn:aws:events:{region}::event-source/aws.partner/shopify.com/{app id}/{name}';
    return eventBridgeArn.test(uri) ? undefined : `is no ARN of an EventBridge partner event source: write ${form}`;
  }
  if (!URL.canParse(uri)) return 'is no address: give one that begins with https://, pubsub:// or arn:aws:events:';
  const { protocol, hostname, username, password } = new URL(uri);
  if (protocol === 'http:' && !loopbackHosts.has(hostname)) return 'begins with http: Shopify delivers to https only';
  if (protocol !== 'https:' && protocol !== 'http:') {
    return `begins with ${protocol}, which Shopify does not deliver to: give https://, pubsub:// or arn:aws:events:`;
  }
  if (username || password) return 'holds a user name or password: take them out, deliveries are signed';
  if (shopifyHost.test(hostname)) return "is on a domain of Shopify, which it does not deliver to: give the app's own";
  return undefined;
}
