import { type Problem, ValidationError } from '../errors/errors.ts';
import type { WebhookSubscriptionTopic } from '../graphql/operations/generated/graphql.ts';
import { isRecord } from '../internal/json.ts';
import { topicToEnum } from '../webhooks/topics.ts';
import { filterProblem } from './check-filter.ts';
import { topicProblem } from './check-topic.ts';
import { uriProblem } from './check-uri.ts';
import { addressOf, type Wanted } from './content.ts';
import type { Ownership } from './ownership.ts';
import type { DesiredSubscription, SubscriptionField } from './types.ts';

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
  const refuse = (problems: readonly Problem[]): ValidationError =>
    new ValidationError('The list of webhook subscriptions', problems, { shop });
  if (!Array.isArray(desired)) throw refuse([{ field: 'desired', message: 'give a list of subscriptions' }]);
  const problems = desired.flatMap((one: unknown, index) => problemsOf(one, `desired[${index}]`, ownership));
  if (problems.length > 0) throw refuse(problems);
  const wanted = desired.map((one: DesiredSubscription, index) => wantedOf(one, `desired[${index}]`, ownership));
  const repeated = repetitions(wanted, desired);
  if (repeated.length > 0) throw refuse(repeated);
  return wanted;
}

function problemsOf(one: unknown, field: string, { longestGiven }: Ownership): Problem[] {
  if (!isRecord(one)) return [{ field, message: 'give a topic and a uri' }];
  const { topic, uri, name, filter, includeFields, metafieldNamespaces, metafields, format } = one;
  const problems: Problem[] = [];
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

function repetitions(wanted: readonly Wanted[], desired: readonly DesiredSubscription[]): Problem[] {
  const names = new Map<string, string>();
  const addresses = new Map<string, string>();
  return wanted.flatMap((one, index): Problem[] => {
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
