import { ConfigError, type Issue } from '../../../errors/errors.ts';
import { isRecord } from '../../../internal/json.ts';
import type { EventAction, EventTopic, WebhookTopic } from '../../../webhooks/topics.ts';

/** Options for a fake's webhooks. */
export interface FakeWebhookOptions {
  /** Signing secret, in place of the first app's client secret, which is `shpss_fake` if no `apps` are given. */
  readonly secret?: string;
  /** Sends the deliveries to real addresses. Default: the global `fetch` at the time of sending. */
  readonly fetch?: typeof globalThis.fetch;
  /** Share of deliveries that are sent twice, from 0 to 1; the fake's seed decides which. Default 0. */
  readonly duplicateRate?: number;
  /** Whether deliveries can overtake each other: each waits up to two seconds on the fake's clock. Default `false`. */
  readonly reorder?: boolean;
  /** Address for the three compliance topics. Default: none, so they are not sent. */
  readonly complianceUrl?: string;
  /** Subscriptions from the app's configuration, for every shop. Failures do not remove them. Default: none. */
  readonly subscriptions?: readonly AppWebhookSubscription[];
  /** Subscriptions to next-generation Events, which exist only in the app's configuration. Default: none. */
  readonly events?: readonly EventSubscription[];
}

/** A subscription as in `[[webhooks.subscriptions]]` of `shopify.app.toml`. */
export interface AppWebhookSubscription {
  readonly topics: readonly WebhookTopic[];
  /** HTTPS, or HTTP on the loopback interface. */
  readonly uri: string;
  /** Such as `status:active`. */
  readonly filter?: string;
  /** Default: all fields. */
  readonly includeFields?: readonly string[];
  /** Sent as `X-Shopify-Name`. */
  readonly name?: string;
}

/** A subscription as in `[[events.subscription]]` of `shopify.app.toml`. */
export interface EventSubscription {
  readonly handle: string;
  readonly topic: EventTopic;
  /** Default: all three actions. */
  readonly actions?: readonly EventAction[];
  readonly uri: string;
}

/** @throws ConfigError with all that does not fit. */
export function checkWebhookOptions(options: FakeWebhookOptions): void {
  const { duplicateRate = 0, secret, complianceUrl, subscriptions = [], events = [] } = options;
  const problems: Issue[] = [];
  const address = (field: string, uri: string): void => {
    const read = readAddress(uri);
    if (read.type === 'refused') problems.push({ field, message: `is ${uri}. ${read.reasons.join('. ')}.` });
  };
  if (!(duplicateRate >= 0 && duplicateRate <= 1)) {
    problems.push({ field: 'webhooks.duplicateRate', message: `is ${duplicateRate}. Give a share from 0 to 1.` });
  }
  if (secret === '') problems.push({ field: 'webhooks.secret', message: 'is empty. Leave it out for the default.' });
  if (complianceUrl !== undefined) address('webhooks.complianceUrl', complianceUrl);
  for (const [index, { uri, filter }] of subscriptions.entries()) {
    address(`webhooks.subscriptions[${index}].uri`, uri);
    if (filter !== undefined && !parseFilter(filter)) {
      const message = `is ${filter}. Write terms such as status:active, joined by AND, OR and NOT.`;
      problems.push({ field: `webhooks.subscriptions[${index}].filter`, message });
    }
  }
  for (const [index, { uri }] of events.entries()) address(`webhooks.events[${index}].uri`, uri);
  if (problems.length > 0) throw new ConfigError('Invalid configuration', { issues: problems });
}

/** Bytes that an address or a filter may have: 64 KB. */
export const maxTextBytes = 65_535;

/** What an address of webhooks may be. https://shopify.dev/docs/apps/build/webhooks/subscribe */
type WebhookAddress =
  | { readonly type: 'http'; readonly url: URL }
  | { readonly type: 'pubsub'; readonly project: string; readonly topic: string }
  | { readonly type: 'eventbridge'; readonly arn: string }
  | { readonly type: 'refused'; readonly reasons: readonly string[] };

const pubsubUri = /^pubsub:\/\/([^:/]+):([^:/]+)$/;

/** Or the project's number. https://cloud.google.com/resource-manager/docs/creating-managing-projects */
const projectId = /^(?:(?:[\w.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]|\d{6,})$/;

/** https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names */
const topicId = /^(?!goog)[a-z][\w.~+%-]{2,254}$/i;

const eventBridgeArn =
  /^arn:aws:events:[a-z0-9-]+::event-source\/aws\.partner\/shopify\.com(?:\.test)?\/\d+\/[\w./-]+$/;

const shopifyHost = /(^|\.)(shopify\.com|myshopify\.com|shopifycloud\.com)$/;

/** Hosts that nobody reaches from outside. */
const internalHost =
  /^(?:localhost|.*\.(?:localhost|local|internal)|127\..*|10\..*|192\.168\..*|172\.(?:1[6-9]|2\d|3[01])\..*|169\.254\..*|0\.0\.0\.0|\[::1?\])$/;

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

const refused = (...reasons: string[]): WebhookAddress => ({ type: 'refused', reasons });

/**
 * Reads an address, or says in Shopify's words why it is none. Plain HTTP, which Shopify refuses, is taken for the
 * loopback interface, so that a test's own server needs no certificate.
 */
export function readAddress(uri: string): WebhookAddress {
  if (uri.trim() === '') return refused("Address can't be blank");
  if (Buffer.byteLength(uri) > maxTextBytes) return refused('Address is too big (maximum is 64 KB)');
  if (uri.startsWith('pubsub://')) return pubsubAddress(uri);
  if (uri.startsWith('arn:')) {
    if (eventBridgeArn.test(uri)) return { type: 'eventbridge', arn: uri };
    return refused('Address is invalid', 'Address is not a valid AWS ARN');
  }
  if (!URL.canParse(uri)) return refused('Address is invalid');
  const url = new URL(uri);
  const isLoopback = loopbackHosts.has(url.hostname);
  const reasons = [
    ...(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)
      ? []
      : [`Address protocol ${url.protocol}// is not supported`]),
    ...(url.protocol === 'kafka:' ? ['Address is not a valid kafka topic'] : []),
    ...(shopifyHost.test(url.hostname) || (url.protocol === 'https:' && internalHost.test(url.hostname))
      ? ['Address cannot be a Shopify or an internal domain']
      : []),
  ];
  return reasons.length > 0 ? refused(...reasons) : { type: 'http', url };
}

function pubsubAddress(uri: string): WebhookAddress {
  const [, project, topic] = pubsubUri.exec(uri) ?? [];
  if (project !== undefined && topic !== undefined) {
    const reasons = [
      ...(projectId.test(project) ? [] : ['Address is not a valid GCP project id.']),
      ...(topicId.test(topic) ? [] : ['Address is not a valid GCP topic id.']),
    ];
    return reasons.length > 0 ? refused('Address is invalid', ...reasons) : { type: 'pubsub', project, topic };
  }
  return refused(
    'Address protocol pubsub:// is not supported',
    'Address is not a valid GCP pub/sub format. Format should be pubsub://project:topic',
  );
}

/** A subscription's filter, ready to be asked. */
interface WebhookFilter {
  /** Every field that it names, with the value it is compared to. */
  readonly terms: readonly { readonly field: string; readonly value: string }[];
  matches(payload: unknown): boolean;
}

type Test = (payload: unknown) => boolean;

type Token = '(' | ')' | 'AND' | 'OR' | 'NOT' | { readonly field: string; readonly operator: string; value: string };

const tokenPattern =
  /\s*(?:([()])|(AND|OR|NOT)(?=[\s()]|$)|(-?)([\w.]+):(>=|<=|>|<)?(?:"([^"]*)"|'([^']*)'|([^\s()"']+)))/y;

/**
 * Reads a filter such as `status:active AND (variants.price:>=10 OR NOT vendor:Acme)`. Case counts; `*` alone asks for
 * any value, and at the end of one for what begins so; a list matches where one of its entries does. A field that is
 * not in the payload matches nothing. https://shopify.dev/docs/apps/build/webhooks/delivery-filtering
 *
 * @returns `undefined` if it is not a filter, such as a value without its field.
 */
export function parseFilter(text: string): WebhookFilter | undefined {
  const tokens = tokenize(text);
  if (!tokens) return undefined;
  const terms = tokens.flatMap((token) =>
    typeof token === 'object' ? [{ field: token.field, value: token.value }] : [],
  );
  const rest = [...tokens];
  const test = parseOr(rest);
  return test && rest.length === 0 ? { terms, matches: test } : undefined;
}

function tokenize(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  const pattern = new RegExp(tokenPattern);
  const whole = text.trimEnd();
  while (pattern.lastIndex < whole.length) {
    const match = pattern.exec(whole);
    if (!match) return undefined;
    const [, parenthesis, connective, minus, field = '', operator = '', ...values] = match;
    if (minus) tokens.push('NOT');
    const word = parenthesis ?? connective;
    tokens.push(word ? (word as '(') : { field, operator, value: values.find((value) => value !== undefined) ?? '' });
  }
  return tokens;
}

/** Each takes what it reads from the front of `rest`; `undefined` where the text does not go on as it must. */
function parseOr(rest: Token[]): Test | undefined {
  const tests = [parseAnd(rest)];
  while (rest[0] === 'OR') {
    rest.shift();
    tests.push(parseAnd(rest));
  }
  const all = tests.filter((test) => test !== undefined);
  return all.length < tests.length ? undefined : (payload) => all.some((test) => test(payload));
}

function parseAnd(rest: Token[]): Test | undefined {
  const tests = [parseNot(rest)];
  while (rest.length > 0 && rest[0] !== 'OR' && rest[0] !== ')') {
    if (rest[0] === 'AND') rest.shift();
    tests.push(parseNot(rest));
  }
  const all = tests.filter((test) => test !== undefined);
  return all.length < tests.length ? undefined : (payload) => all.every((test) => test(payload));
}

function parseNot(rest: Token[]): Test | undefined {
  const token = rest.shift();
  if (token === 'NOT') {
    const test = parseNot(rest);
    return test && ((payload) => !test(payload));
  }
  if (token === '(') {
    const test = parseOr(rest);
    return rest.shift() === ')' ? test : undefined;
  }
  if (typeof token !== 'object') return undefined;
  const { field, operator, value } = token;
  return (payload) => valuesAt(payload, field.split('.')).some((found) => compare(found, operator, value));
}

function valuesAt(payload: unknown, path: readonly string[]): readonly unknown[] {
  if (Array.isArray(payload)) return payload.flatMap((entry) => valuesAt(entry, path));
  const [name, ...rest] = path;
  if (name === undefined) return payload === null || isRecord(payload) ? [] : [payload];
  return isRecord(payload) && Object.hasOwn(payload, name) ? valuesAt(payload[name], rest) : [];
}

function compare(found: unknown, operator: string, wanted: string): boolean {
  if (operator !== '') return ordered(String(found), operator, wanted);
  if (wanted.endsWith('*')) return String(found).startsWith(wanted.slice(0, -1));
  return String(found) === wanted;
}

/** Compares numbers as numbers and dates as times; nothing else has an order. */
function ordered(found: string, operator: string, wanted: string): boolean {
  const read = Number.isNaN(Number(found)) || Number.isNaN(Number(wanted)) ? Date.parse : Number;
  const [left, right] = [read(found), read(wanted)];
  switch (operator) {
    case '>':
      return left > right;
    case '<':
      return left < right;
    case '>=':
      return left >= right;
    default:
      return left <= right;
  }
}
