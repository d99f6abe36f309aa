import { createHash } from 'node:crypto';
import { ConfigError, type Issue, ValidationError } from '../errors/errors.ts';
import type { WebhookSubscriptionTopic } from '../graphql/operations/generated/graphql.ts';
import { isRecord } from '../internal/json.ts';
import { nearestName } from '../internal/names.ts';
import { complianceTopics, eventTopics, topicToEnum, type WebhookTopic, webhookTopics } from '../webhooks/topics.ts';
import { addressOf, type CheckedSubscription, type SubscriptionField } from './subscription.ts';

/** A webhook subscription that a shop should have. */
export interface DesiredSubscription {
  /** The topic as in the `X-Shopify-Topic` header, such as `products/update`. */
  readonly topic: WebhookTopic;
  /**
   * `https://…`, `pubsub://{project}:{topic}`, or the ARN of an Amazon EventBridge partner event source of Shopify.
   * Plain `http://` is accepted only for localhost, for the fake of `shopwright/testing`.
   */
  readonly uri: string;
  /**
   * Distinguishes it from others with the same topic; required if there are several. Letters, digits, `-` and `_`.
   * Prefixed with the owner, it is the `X-Shopify-Name` of each delivery. Default: derived from the topic.
   */
  readonly name?: string;
  /** Delivers only what matches, such as `status:active`. Case-sensitive. Its fields must be in `includeFields`. */
  readonly filter?: string;
  /**
   * Fields to include in the payload; no others are sent. Default: all. Include `updated_at`: Shopify does not deliver
   * a payload identical to the previous one. Include `metafields` if you request some.
   */
  readonly includeFields?: readonly string[];
  /** Namespaces whose metafields are included in the payload; `$app` is the app's own. Default: none. */
  readonly metafieldNamespaces?: readonly string[];
  /** Individual metafields to include in the payload. Their namespace is `$app` by default. Default: none. */
  readonly metafields?: readonly { readonly namespace?: string; readonly key: string }[];
  /** Default `JSON`. */
  readonly format?: 'JSON' | 'XML';
}

const fields: readonly string[] = [
  ...(['topic', 'uri', 'name', 'filter', 'includeFields', 'metafieldNamespaces', 'metafields'] as const),
  'format',
] satisfies SubscriptionField[];

/**
 * Checks the whole list before anything is sent, and fills in defaults.
 *
 * @throws ValidationError with all issues of the list.
 */
export function checkDesired(desired: unknown, ownership: Ownership, shop: string): readonly CheckedSubscription[] {
  const invalid = (issues: readonly Issue[]): ValidationError =>
    new ValidationError('The list of webhook subscriptions is invalid', { issues, shop });
  if (!Array.isArray(desired)) throw invalid([{ field: 'desired', message: 'must be a list of subscriptions' }]);
  const issues = desired.flatMap((one: unknown, index) => issuesOf(one, `desired[${index}]`, ownership));
  if (issues.length > 0) throw invalid(issues);
  const checked = desired.map((one: DesiredSubscription, index) => withDefaults(one, `desired[${index}]`, ownership));
  const duplicates = duplicateIssues(checked, desired);
  if (duplicates.length > 0) throw invalid(duplicates);
  return checked;
}

function issuesOf(one: unknown, field: string, { longestGiven }: Ownership): Issue[] {
  if (!isRecord(one)) return [{ field, message: 'must have a topic and a uri' }];
  const { topic, uri, name, filter, includeFields, metafieldNamespaces, metafields, format } = one;
  const issues: Issue[] = [];
  const check = (part: string, message: string | undefined): void => {
    if (message !== undefined) issues.push({ field: `${field}.${part}`, message });
  };
  for (const part of Object.keys(one)) {
    if (!fields.includes(part)) check(part, `is not a known field. The fields are: ${fields.join(', ')}`);
  }
  check('topic', topicIssue(topic));
  check('uri', uriIssue(uri));
  const isName = name === undefined || (typeof name === 'string' && /^[\w-]+$/.test(name));
  check('name', isName ? undefined : 'must be letters, digits, - and _');
  if (typeof name === 'string' && name.length > longestGiven) {
    check('name', `is longer than the ${longestGiven} characters that the owner leaves of Shopify's 50`);
  }
  const lists = { includeFields, metafieldNamespaces };
  for (const [part, list] of Object.entries(lists)) {
    const isList = list === undefined || (Array.isArray(list) && list.every(isText));
    check(part, isList ? undefined : 'must be a list of non-empty names');
  }
  check('metafields', metafields === undefined || areMetafields(metafields) ? undefined : 'must be a list of { key }');
  check('format', format === undefined || format === 'JSON' || format === 'XML' ? undefined : 'must be JSON or XML');
  if (filter !== undefined && typeof filter !== 'string') check('filter', 'must be a string, such as status:active');
  else check('filter', filterIssue(filter, topic, Array.isArray(includeFields) ? includeFields.filter(isText) : []));
  return issues;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

function areMetafields(value: unknown): boolean {
  const isMetafield = (one: unknown): boolean =>
    isRecord(one) && isText(one['key']) && (one['namespace'] === undefined || isText(one['namespace']));
  return Array.isArray(value) && value.every(isMetafield);
}

function withDefaults(one: DesiredSubscription, field: string, ownership: Ownership): CheckedSubscription {
  const { topic, uri, name, filter, includeFields = [], metafieldNamespaces = [], metafields = [] } = one;
  return {
    field,
    // The table contains every topic of the enum: a test checks it.
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

function duplicateIssues(checked: readonly CheckedSubscription[], desired: readonly DesiredSubscription[]): Issue[] {
  const names = new Map<string, string>();
  const addresses = new Map<string, string>();
  return checked.flatMap((one, index): Issue[] => {
    const { field, name } = one;
    const sameName = names.get(name.toLowerCase());
    const sameAddress = addresses.get(addressOf(one));
    names.set(name.toLowerCase(), field);
    addresses.set(addressOf(one), field);
    if (sameAddress !== undefined) {
      return [{ field, message: `has the topic, uri and filter of ${sameAddress}: Shopify accepts them only once` }];
    }
    if (sameName === undefined) return [];
    if (desired[index]?.name !== undefined)
      return [{ field: `${field}.name`, message: `is already used by ${sameName}` }];
    return [{ field, message: `has the same name as ${sameName}: give each its own \`name\`` }];
  });
}

/** Returns what is wrong with a topic and how to fix it; `undefined` if it is valid. */
function topicIssue(topic: unknown): string | undefined {
  if (typeof topic !== 'string' || topic === '') return 'must be a topic, such as products/update';
  if (webhookTopics.some((known) => known === topic)) return undefined;
  if (complianceTopics.some((known) => known === topic)) {
    return "is a compliance topic, which cannot be subscribed to through the API: set it in shopify.app.toml as compliance_topics of [[webhooks.subscriptions]], or in the app's settings";
  }
  if (eventTopics.some((known) => known === topic)) {
    return 'is a topic of the next-generation Events, which cannot be subscribed to through the API: set it in shopify.app.toml under [[events.subscription]], or use a webhook topic such as products/update';
  }
  return `is not a topic of this API version. Did you mean ${nearestName(topic, webhookTopics, topicToEnum)}?`;
}

/**
 * Returns what is wrong with a filter and how to fix it; `undefined` if it is valid.
 * https://shopify.dev/docs/apps/build/webhooks/delivery-filtering
 */
function filterIssue(filter: string | undefined, topic: unknown, includeFields: readonly string[]): string | undefined {
  const fields = filterFields(filter ?? '');
  if (typeof topic === 'string' && topic.startsWith('metaobjects/') && !fields.includes('type')) {
    return 'must name the type of metaobjects, such as type:lookbook: Shopify requires it for this topic';
  }
  if (filter === undefined) return undefined;
  if (filter.trim() === '') return 'is empty: omit it';
  if (fields.length === 0) return 'names no field: write terms such as status:active, joined by AND, OR and NOT';
  if (includeFields.length === 0) return undefined;
  const isIncluded = (field: string): boolean =>
    includeFields.some((included) => field === included || field.startsWith(`${included}.`));
  const missing = fields.filter((field) => !isIncluded(field));
  if (missing.length === 0) return undefined;
  return `asks for ${missing.join(', ')}, which the payload would not contain, so nothing would ever be delivered: add them to includeFields`;
}

/**
 * A field and its value, quoted or up to the next space or parenthesis. A backslash escapes what follows it.
 * https://shopify.dev/docs/api/usage/search-syntax
 */
const term = /([\w.]+):(?:[<>]=?)?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?:\\.|[^\s()\\])*)/gs;

/** The fields used in a filter such as `status:active AND variants.price:>=10`. */
function filterFields(filter: string): string[] {
  return [...new Set([...filter.matchAll(term)].map(([, field = '']) => field))];
}

const pubsubUri = /^pubsub:\/\/[^\s:/]+:[^\s:/]+$/;

const eventBridgeArn = /^arn:aws[\w-]*:events:[a-z0-9-]+::event-source\/aws\.partner\/shopify\.com\/\d+\/[\w./-]+$/;

const shopifyHost = /(^|\.)(shopify\.com|myshopify\.com|shopifycloud\.com)$/;

/** Hosts of the fake of `shopwright/testing`. Shopify itself never delivers to plain http. */
const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Returns what is wrong with an address and how to fix it; `undefined` if it is valid. The address is not repeated: it
 * may contain a secret. https://shopify.dev/docs/apps/build/webhooks/subscribe
 */
function uriIssue(uri: unknown): string | undefined {
  if (typeof uri !== 'string' || uri === '') return 'must be a URI, such as https://app.example/webhooks';
  if (uri !== uri.trim()) return 'starts or ends with white space: remove it';
  if (uri.startsWith('pubsub:')) {
    return pubsubUri.test(uri) ? undefined : 'is not a Pub/Sub address: write pubsub://{project}:{topic}';
  }
  if (uri.startsWith('arn:')) {
    const form = 'arn:aws:events:{region}::event-source/aws.partner/shopify.com/{app id}/{name}';
    return eventBridgeArn.test(uri)
      ? undefined
      : `is not the ARN of an EventBridge partner event source: write ${form}`;
  }
  if (!URL.canParse(uri)) return 'is not a URI: use one that begins with https://, pubsub:// or arn:aws:events:';
  const { protocol, hostname, username, password } = new URL(uri);
  if (protocol === 'http:' && !loopbackHosts.has(hostname)) return 'begins with http: Shopify delivers only to https';
  if (protocol !== 'https:' && protocol !== 'http:') {
    return `begins with ${protocol}, which Shopify does not deliver to: use https://, pubsub:// or arn:aws:events:`;
  }
  if (username || password) return 'contains a user name or password: remove them, deliveries are signed';
  if (shopifyHost.test(hostname)) return "is on a domain of Shopify, which it does not deliver to: use the app's own";
  return undefined;
}

/** The most characters of a name. https://shopify.dev/changelog/webhook-subscriptions-now-support-a-name-field-for-identification */
const longestName = 50;

const longestOwner = 20;

/** Not allowed within an owner, so that no owner is a prefix of another. */
const separator = '__';

/** Names that identify the owner of a subscription: `{owner}__{name}`. */
export class Ownership {
  /** Maximum length of a name given by the host. */
  readonly longestGiven: number;
  readonly #prefix: string;

  /** @throws ConfigError for an invalid owner. */
  constructor(owner: string) {
    const isValid = typeof owner === 'string' && /^[\w-]+$/.test(owner) && owner.length <= longestOwner;
    if (!isValid || owner.includes(separator) || owner.endsWith('_')) {
      const message = `must be 1 to ${longestOwner} letters, digits, - and _, without __ and without _ at the end`;
      throw new ConfigError('Invalid configuration', { issues: [{ field: 'owner', message }] });
    }
    this.#prefix = owner + separator;
    this.longestGiven = longestName - this.#prefix.length;
  }

  /** Whether a subscription with that name belongs to this owner. Case-insensitive, as in Shopify. */
  owns(name: string | null | undefined): boolean {
    return name?.toLowerCase().startsWith(this.#prefix.toLowerCase()) ?? false;
  }

  /** The full name of a subscription: with the name given by the host, or else derived from its topic. */
  nameOf(given: string | undefined, topic: string): string {
    return shortened(this.#prefix + (given ?? topic.replaceAll(/[^\w-]/g, '_')));
  }
}

/** Some topics are longer than a name may be: then a digest replaces the end. */
function shortened(name: string): string {
  if (name.length <= longestName) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, longestName - digest.length - 1)}-${digest}`;
}
