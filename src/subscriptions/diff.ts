import { createHash } from 'node:crypto';
import { ConfigError, type ShopwrightError, StorageError } from '../errors/errors.ts';
import type { GraphqlClient } from '../graphql/graphql.ts';
import type {
  StandingWebhookSubscriptionFragment,
  WebhookSubscriptionInput,
  WebhookSubscriptionTopic,
} from '../graphql/operations/generated/graphql.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import { shopPrefix } from '../storage/keys.ts';
import { topicFromEnum, type WebhookTopic } from '../webhooks/topics.ts';

/** The client as the sync of subscriptions needs it: what `createShopifyClient` returns. */
export interface SubscriptionClient extends GraphqlClient {
  readonly shop: string;
}

/** A webhook subscription as it shall stand. */
export interface DesiredSubscription {
  /** Wire name, such as `products/update`. */
  readonly topic: WebhookTopic;
  /**
   * `https://…`, `pubsub://{project}:{topic}`, or the ARN of an EventBridge partner event source of Shopify.
   * Plain http is taken for this machine only, where the fake of `shopwright/testing` delivers to.
   */
  readonly uri: string;
  /**
   * Sets it apart from others of the same topic; needed where there are several. Letters, digits, `-` and `_`.
   * With the owner in front it is the `X-Shopify-Name` of each delivery. Default: made of the topic.
   */
  readonly name?: string;
  /** Deliver only what fits, such as `status:active`. Case counts. Its fields must be in `includeFields`. */
  readonly filter?: string;
  /**
   * Fields of the payload; nothing else comes. Default: all. Add `updated_at`: Shopify holds back payloads that are the
   * same. Add `metafields` where some are wanted.
   */
  readonly includeFields?: readonly string[];
  /** Namespaces whose metafields are in the payload; `$app` is the app's own. Default: none. */
  readonly metafieldNamespaces?: readonly string[];
  /** Single metafields for the payload. Their namespace is `$app` by default. Default: none. */
  readonly metafields?: readonly { readonly namespace?: string; readonly key: string }[];
  /** Default `JSON`. */
  readonly format?: 'JSON' | 'XML';
}

/** Options of `syncSubscriptions`. */
export interface SyncSubscriptionsOptions {
  readonly client: SubscriptionClient;
  /** All subscriptions of this owner that shall stand. Those of it that are not in the list are deleted. */
  readonly desired: readonly DesiredSubscription[];
  /**
   * Whose subscriptions they are: those of other owners, and those without one, are never touched. 1 to 20
   * letters, digits, `-` and `_`, no `__`, and no `_` at the end. Default `shopwright`.
   */
  readonly owner?: string;
  /**
   * Remembers what was set, and so tells `drifted` and `removedByShopify`. Where several apps share a store, give
   * each an owner of its own. Default: none.
   */
  readonly store?: Pick<KeyValueStore, 'get' | 'set'>;
  /** Changes nothing, in the shop and in the store; tells what would change. Default `false`. */
  readonly dryRun?: boolean;
  /** Ends the run: what is in flight is aborted, and the call rejects with the reason. */
  readonly signal?: AbortSignal;
}

/** A field of a subscription that can differ. */
export type SubscriptionField =
  | 'topic'
  | 'uri'
  | 'name'
  | 'filter'
  | 'includeFields'
  | 'metafieldNamespaces'
  | 'metafields'
  | 'format';

/** One subscription in a report. */
export interface ReportedSubscription {
  /** Wire name; the enum's for a topic that this package does not know. */
  readonly topic: string;
  /** The whole name, with the owner in front. `null` where another hand has taken it away. */
  readonly name: string | null;
  readonly uri: string;
  /** Gid; `undefined` for one that does not stand. */
  readonly id: string | undefined;
}

/** One with what differs in it. */
export interface ChangedSubscription extends ReportedSubscription {
  readonly changes: readonly SubscriptionField[];
}

/** One that could not be brought to what it shall be. */
export interface FailedSubscription extends ReportedSubscription {
  readonly action: 'create' | 'update' | 'delete';
  /** What is wrong, and how to mend it. */
  readonly reason: string;
  readonly error: ShopwrightError;
}

/** What has become of each subscription; in a dry run, what would. */
export interface SubscriptionReport {
  readonly created: readonly ReportedSubscription[];
  /** With what differed. Where that is the topic, which cannot be changed, it was deleted and created anew. */
  readonly updated: readonly ChangedSubscription[];
  readonly deleted: readonly ReportedSubscription[];
  readonly unchanged: readonly ReportedSubscription[];
  /** Changed by another hand since the last run, whatever was done about it now. Needs a `store`. */
  readonly drifted: readonly ChangedSubscription[];
  /**
   * Gone since the last run, with the id that they had: Shopify deletes a subscription after eight failed
   * deliveries, and all of them when the app is uninstalled. They are created again. Needs a `store`.
   */
  readonly removedByShopify: readonly ReportedSubscription[];
  readonly failed: readonly FailedSubscription[];
}

/** A wish, and the subscription of ours that is to become it. */
interface Match {
  readonly wanted: Wanted;
  readonly standing: Standing;
  readonly changes: readonly SubscriptionField[];
}

/** A subscription to be made. */
export interface Creation {
  readonly wanted: Wanted;
  /** The one in whose place it comes, which is deleted before, and what differs in that. */
  readonly replaces?: Match;
}

/** What has to be done so that everything stands as it shall. Deletions come first, creations last. */
export interface Plan {
  readonly unchanged: readonly Match[];
  readonly deletions: readonly Standing[];
  readonly updates: readonly Match[];
  readonly creations: readonly Creation[];
  /** Wishes whose topic, uri and filter somebody else's subscription has. */
  readonly obstructed: readonly { readonly wanted: Wanted; readonly standing?: Standing; readonly by: Standing }[];
  /** Ours that another hand has changed. */
  readonly drifted: readonly { readonly standing: Standing; readonly changes: readonly SubscriptionField[] }[];
  /** Ours that are gone, though they are still wanted. */
  readonly gone: readonly Standing[];
}

/** What is compared. */
interface Situation {
  readonly wanted: readonly Wanted[];
  readonly standing: readonly Standing[];
  readonly remembered: Remembered;
  readonly ownership: Ownership;
}

/** Compares what shall stand with what stands. Touches only what bears the owner's name or is remembered. */
export function planOf({ wanted, standing, remembered, ownership }: Situation): Plan {
  const isOurs = ({ id, name }: Standing): boolean => ownership.owns(name) || remembered.has(id);
  const ours = standing.filter(isOurs);
  const pairs = pairUp(wanted, ours, remembered);
  const holders = new Map(standing.map((one) => [addressOf(one), one]));

  const unchanged: Match[] = [];
  const updates: Match[] = [];
  const replaced: Match[] = [];
  const creations: Creation[] = [];
  const obstructed: Plan['obstructed'][number][] = [];
  const kept = new Set(pairs.values());
  for (const one of wanted) {
    const own = pairs.get(one);
    const holder = holders.get(addressOf(one));
    const changes = own ? differences(one, own) : [];
    // Shopify may tell apart what is the same address here: one who has it is in nobody's way.
    const isThere = own !== undefined && addressOf(own) === addressOf(one);
    const isTaken = holder !== undefined && holder !== own && !isThere;
    if (isTaken && !isOurs(holder)) obstructed.push({ wanted: one, by: holder, ...(own && { standing: own }) });
    else if (!own) creations.push({ wanted: one });
    else if (changes.length === 0) unchanged.push({ wanted: one, standing: own, changes });
    // A topic cannot be changed, nor two addresses be exchanged.
    else if (changes.includes('topic') || (isTaken && kept.has(holder)))
      replaced.push({ wanted: one, standing: own, changes });
    else updates.push({ wanted: one, standing: own, changes });
  }

  const unwanted = ours.filter((one) => !kept.has(one));
  const drifted = ours.flatMap((one) => {
    const before = remembered.get(one.id);
    const changes = before ? differences(before, one) : [];
    return changes.length > 0 ? [{ standing: one, changes }] : [];
  });
  const stands = new Set(standing.map(({ id }) => id));
  const missing = new Set(wanted.filter((one) => !pairs.has(one)).map(({ name }) => name.toLowerCase()));
  return {
    ...{ unchanged, updates, obstructed, drifted },
    deletions: [...unwanted, ...replaced.map((match) => match.standing)],
    creations: [...creations, ...replaced.map((match) => ({ wanted: match.wanted, replaces: match }))],
    gone: [...remembered.values()].filter(({ id, name }) => !stands.has(id) && missing.has(name?.toLowerCase() ?? '')),
  };
}

/** Finds for each wish the subscription of ours that is to become it: by name, by memory, or by address. */
function pairUp(
  wanted: readonly Wanted[],
  ours: readonly Standing[],
  remembered: Remembered,
): ReadonlyMap<Wanted, Standing> {
  const pairs = new Map<Wanted, Standing>();
  const free = new Set(ours);
  const match = (keyOfWanted: (one: Wanted) => string, keyOfStanding: (one: Standing) => string | undefined): void => {
    const byKey = new Map([...free].map((one) => [keyOfStanding(one), one]));
    for (const one of wanted) {
      const found = pairs.has(one) ? undefined : byKey.get(keyOfWanted(one));
      if (!found || !free.delete(found)) continue;
      pairs.set(one, found);
    }
  };
  const nameOf = ({ name }: { readonly name?: string | null | undefined }): string | undefined => name?.toLowerCase();
  match(({ name }) => name.toLowerCase(), nameOf);
  match(
    ({ name }) => name.toLowerCase(),
    ({ id }) => nameOf(remembered.get(id) ?? {}),
  );
  // It has another name now, and goes on without a gap.
  match(addressOf, addressOf);
  return pairs;
}

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

/** Most characters of a name. https://shopify.dev/changelog/webhook-subscriptions-now-support-a-name-field-for-identification */
const longestName = 50;

const longestOwner = 20;

/** Cannot be in an owner, so that no owner begins like another one. */
const separator = '__';

/** Names that show whose a subscription is: `{owner}__{name}`. */
export interface Ownership {
  /** Whether a subscription of that name is this owner's. Case does not count, as for Shopify. */
  owns(name: string | null | undefined): boolean;
  /** The whole name of a subscription that the host calls so, or that is the only one of its topic. */
  nameOf(given: string | undefined, topic: string): string;
  /** Most characters of a name that the host gives. */
  readonly longestGiven: number;
}

/**
 * Makes the names of an owner.
 *
 * @throws ConfigError for one that does not fit.
 */
export function createOwnership(owner: string): Ownership {
  const fits = typeof owner === 'string' && /^[\w-]+$/.test(owner) && owner.length <= longestOwner;
  if (!fits || owner.includes(separator) || owner.endsWith('_')) {
    const message = `give 1 to ${longestOwner} letters, digits, - and _, without __ and not with _ at the end`;
    throw new ConfigError('Invalid configuration', { issues: [{ field: 'owner', message }] });
  }
  const prefix = owner + separator;
  return {
    longestGiven: longestName - prefix.length,
    owns: (name) => name?.toLowerCase().startsWith(prefix.toLowerCase()) ?? false,
    nameOf: (given, topic) => fitted(prefix + (given ?? topic.replaceAll(/[^\w-]/g, '_'))),
  };
}

/** Some topics are longer than a name may be: then a digest stands for the end. */
function fitted(name: string): string {
  if (name.length <= longestName) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, longestName - digest.length - 1)}-${digest}`;
}

/** What was set in earlier runs, by gid. */
export type Remembered = ReadonlyMap<string, Standing>;

/** Remembers what stands between two runs. */
interface Memory {
  /** @throws StorageError for what it did not write itself. */
  read(): Promise<Remembered>;
  /** Does nothing where nothing has changed since `read`. */
  write(subscriptions: Remembered): Promise<void>;
}

const nothing: Memory = { read: async () => new Map(), write: async () => undefined };

/** Makes the memory of one owner and shop, under a key that `shop/redact` erases with the rest. Without a store it is empty. */
export async function createMemory(
  store: Pick<KeyValueStore, 'get' | 'set'> | undefined,
  shop: string,
  owner: string,
): Promise<Memory> {
  if (!store) return nothing;
  const key = `${await shopPrefix(shop)}subscriptions:${owner}`;
  let before: string | undefined;
  return {
    async read() {
      before = await store.get(key);
      return new Map(entriesOf(before, key).map((one) => [one.id, one]));
    },
    async write(subscriptions) {
      const ordered = [...subscriptions.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
      const text = JSON.stringify({ version: 1, subscriptions: ordered });
      if (text !== before && !(before === undefined && ordered.length === 0)) await store.set(key, text);
    },
  };
}

function entriesOf(text: string | undefined, key: string): readonly Standing[] {
  if (text === undefined) return [];
  const read = parseJson(text);
  const entries = isRecord(read) && read['version'] === 1 ? read['subscriptions'] : undefined;
  if (Array.isArray(entries) && entries.every(isStanding)) return entries;
  throw new StorageError(`${key} does not hold what syncSubscriptions writes. Delete it: then nothing is remembered.`);
}

function isStanding(value: unknown): value is Standing {
  return (
    isRecord(value) &&
    ['id', 'topic', 'uri'].every((name) => typeof value[name] === 'string') &&
    ['includeFields', 'metafieldNamespaces', 'metafields'].every((name) => Array.isArray(value[name]))
  );
}
