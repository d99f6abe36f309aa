import { shopNameOf } from '../config/shop-domain.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import type { DeadJob, JobQueue } from '../ports/job-queue.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { TokenStore } from '../ports/token-store.ts';
import {
  batchJob,
  defaultApp,
  doneKeyOf,
  erasedKey,
  keysOfApp,
  ownersPrefix,
  pushJob,
  recordsErasedKey,
  shopPrefix,
  tokenPrefix,
} from '../storage/keys.ts';

/** A store that can erase a shop. */
export interface ShopEraser {
  erase(shop: string): Promise<number>;
}

/** The stores with data about shops: those of one adapter, or some of them. */
export interface ErasableStores {
  /**
   * What `createTokenStore` returns. Its times show whether a shop has reinstalled the app. A store that can only
   * `erase` loses the tokens of all apps.
   */
  readonly tokens?: ShopEraser & Partial<Pick<TokenStore, 'owners' | 'get' | 'delete'>>;
  readonly records?: ShopEraser;
  readonly journal?: ShopEraser;
  /** Where `createTokenStore` stores tokens. */
  readonly keyValue?: KeyValueStore;
}

/** The part of a queue needed to list and delete dead letters. */
export type DeadLetterQueue = Pick<JobQueue, 'deadJobs' | 'remove'>;

/** The places with data that may have to be erased. */
export interface ErasurePlaces {
  /** Webhook data. */
  readonly store: KeyValueStore;
  readonly stores?: ErasableStores;
  readonly queue?: DeadLetterQueue;
}

/** Whose data is erased. */
export interface ErasedOwner {
  readonly shop: string;
  readonly appId: string;
}

/** Number of items erased for a shop. */
export interface ErasureReport {
  /** Token entries of the shop and its users. */
  readonly tokens: number;
  /** Sync records. */
  readonly records: number;
  /** Entries of the journal. */
  readonly journal: number;
  /** Notes about which file an image became. */
  readonly files: number;
  /** Webhook deliveries that were waiting to be handled. */
  readonly inbox: number;
  /** Dead letters of deliveries and of products to push. */
  readonly deadLetters: number;
  /** Other notes: handled deliveries, watermarks, stock, products to push, runs over all shops. */
  readonly notes: number;
}

/**
 * Erases everything the SDK stores about a shop for an app, and remembers that: a delivery or product push queued
 * before is dropped when its turn comes, and leaves no dead letter if it is in progress. Safe to repeat; if one store
 * fails, the others are still erased.
 *
 * @param now Milliseconds since the epoch.
 * @param keep Keys with this ending are kept.
 * @throws AggregateError with the errors of the stores.
 */
export async function eraseShop(
  { store, stores = {}, queue }: ErasurePlaces,
  owner: ErasedOwner,
  now: number,
  keep?: string,
): Promise<ErasureReport> {
  const { tokens, records, journal } = stores;
  const count = { tokens: 0, records: 0, journal: 0, files: 0, inbox: 0, deadLetters: 0, notes: 0 };
  const keyValues = keyValuesOf({ store, stores });
  const erased = await erasedKey(owner.shop, owner.appId);
  const ofRecords = await recordsErasedKey(owner.shop);
  // First, so that nothing that happens from now on is stored.
  const marked = await Promise.allSettled(
    keyValues.map(async (one) => {
      await one.set(erased, JSON.stringify({ format: 1, at: now }));
      if (records || journal) await one.set(ofRecords, JSON.stringify({ format: 1, id: crypto.randomUUID() }));
    }),
  );
  const results = await Promise.allSettled([
    (async () => {
      count.tokens += tokens ? await eraseTokens(tokens, owner) : 0;
    })(),
    (async () => {
      count.records = (await records?.erase(owner.shop)) ?? 0;
    })(),
    (async () => {
      count.journal = (await journal?.erase(owner.shop)) ?? 0;
    })(),
    ...keyValues.map((one) => eraseKeys(one, owner, keep, count)),
    (async () => {
      count.deadLetters = queue
        ? await discardDeadLetters(queue, (job) => isDeliveryOf(owner, job.payload) || isPushOf(owner, job))
        : 0;
    })(),
  ]);
  const failures = [...marked, ...results].flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  if (failures.length > 0) throw new AggregateError(failures, `Not all data of ${owner.shop} could be erased yet.`);
  return count;
}

/** Webhook data and the SDK's other data can be in one store or in two. */
const keyValuesOf = ({ store, stores }: ErasurePlaces): readonly KeyValueStore[] => [
  ...new Set([store, stores?.keyValue ?? store]),
];

async function eraseTokens(
  tokens: NonNullable<ErasableStores['tokens']>,
  { shop, appId }: ErasedOwner,
): Promise<number> {
  if (!tokens.owners || !tokens.delete) return tokens.erase(shop);
  let erased = 0;
  // Of all shops, since a host's own store keeps a shop's name as it was written.
  for await (const owner of tokens.owners()) {
    if (shopNameOf(owner.shop) !== shop || owner.appId !== appId) continue;
    if (await tokens.delete(owner)) erased += 1;
  }
  return erased;
}

async function eraseKeys(
  store: KeyValueStore,
  { shop, appId }: ErasedOwner,
  keep: string | undefined,
  count: Record<'tokens' | 'files' | 'inbox' | 'notes', number>,
): Promise<void> {
  for await (const key of keysOfApp(store, shop, appId)) {
    if (keep !== undefined && key.endsWith(keep)) continue;
    if (await store.delete(key)) count[partOf(key)] += 1;
  }
}

const partOf = (key: string): 'tokens' | 'files' | 'inbox' | 'notes' => {
  if (key.startsWith('webhook-inbox:')) return 'inbox';
  if (key.startsWith('files:')) return 'files';
  return key.startsWith(ownersPrefix(tokenPrefix)) ? 'tokens' : 'notes';
};

/** Each holds a whole body, so few at a time. */
const pageSize = 50;

/** Whether a job's payload is a delivery of that shop to that app, for any handler. */
function isDeliveryOf({ shop, appId }: ErasedOwner, payload: unknown): payload is StoredDelivery {
  if (!isRecord(payload) || typeof payload['idempotencyKey'] !== 'string') return false;
  const { details, appId: app = defaultApp } = payload;
  return isRecord(details) && details['shop'] === shop && app === appId;
}

/** Whether a job is a push of that shop's products by a product queue of that app. */
function isPushOf({ shop, appId }: ErasedOwner, { type }: DeadJob): boolean {
  const [kind, domain, scope = appId === defaultApp ? defaultApp : '', ...rest] = type.split(' ');
  if ((kind !== pushJob && kind !== batchJob) || domain !== shop || rest.length > 0) return false;
  return scope.split('/')[0] === encodeURIComponent(appId);
}

async function idsOf(queue: DeadLetterQueue, isMeant: (job: DeadJob) => boolean): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (let offset = 0; ; offset += pageSize) {
    const page = await queue.deadJobs({ limit: pageSize, offset });
    for (const job of page) if (isMeant(job)) ids.add(job.id);
    if (page.length < pageSize) return ids;
  }
}

/**
 * Deletes dead letters, and returns how many.
 *
 * @throws QueueError
 */
async function discardDeadLetters(queue: DeadLetterQueue, isMeant: (job: DeadJob) => boolean): Promise<number> {
  // Changes to the list during reading shift the pages, so it is read until none is left.
  for (let all = 0; ; ) {
    let discarded = 0;
    for (const id of await idsOf(queue, isMeant)) if (await queue.remove(id)) discarded += 1;
    if (discarded === 0) return all;
    all += discarded;
  }
}

/** Identifies a customer; pass what you know. */
export interface CustomerPerson {
  /** The customer's numeric id or gid. */
  readonly id?: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
  /** Numeric ids or gids of the customer's orders. */
  readonly orderIds?: readonly string[];
}

/** Stored data about a customer: a webhook delivery, or a feed's change that is waiting to be handled. */
export interface CustomerData {
  readonly where: 'inbox' | 'dead-letter' | 'feed';
  /** Topic of the delivery, or name of the feed. */
  readonly topic: string;
  /** Shopify's id of the delivery; `null` for a change of a feed. */
  readonly webhookId: string | null;
  /** The body as Shopify sent it; for a feed, the change as its handler receives it. */
  readonly payload: unknown;
}

/** Number of items erased for a customer. */
export interface CustomerErasureReport {
  /** Deliveries that were waiting to be handled. */
  readonly inbox: number;
  /** Dead letters of deliveries. */
  readonly deadLetters: number;
  /** Changes of feeds that were waiting to be handled. */
  readonly feeds: number;
}

/** A delivery as stored in inbox and queue. */
interface StoredDelivery {
  readonly details: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly encoding?: unknown;
}

/**
 * Returns everything the SDK stores about a customer: deliveries that are waiting or dead letters, and waiting changes
 * of feeds. Records and journal contain products, but no customer data.
 *
 * @throws StorageError @throws QueueError
 */
export async function exportCustomer(
  places: ErasurePlaces,
  owner: ErasedOwner,
  person: CustomerPerson,
): Promise<readonly CustomerData[]> {
  const { queue } = places;
  const isAbout = matcherOf(person);
  const found: CustomerData[] = [];
  for (const store of keyValuesOf(places)) {
    for await (const { delivery } of inboxOf(store, owner)) {
      if (isDeliveryAbout(isAbout, delivery)) found.push(dataOf('inbox', delivery));
    }
    for await (const { feed, change } of feedChangesOf(store, owner)) {
      if (isAbout(feed, change)) found.push({ where: 'feed', topic: feed, webhookId: null, payload: change });
    }
  }
  for (let offset = 0; queue; offset += pageSize) {
    const page = await queue.deadJobs({ limit: pageSize, offset });
    for (const { payload } of page) {
      if (isDeliveryOf(owner, payload) && isDeliveryAbout(isAbout, payload)) found.push(dataOf('dead-letter', payload));
    }
    if (page.length < pageSize) break;
  }
  return found;
}

/**
 * Erases what `exportCustomer` finds. Safe to repeat.
 *
 * @throws StorageError @throws QueueError
 */
export async function eraseCustomer(
  places: ErasurePlaces,
  owner: ErasedOwner,
  person: CustomerPerson,
): Promise<CustomerErasureReport> {
  const { queue } = places;
  const isAbout = matcherOf(person);
  let inbox = 0;
  let feeds = 0;
  for (const store of keyValuesOf(places)) {
    for await (const { key, delivery } of inboxOf(store, owner)) {
      if (!isDeliveryAbout(isAbout, delivery)) continue;
      // Its job contains the body too: it is dropped when its turn comes, and leaves no dead letter.
      await store.set(doneKeyOf(key), 'done', { ttlMs: droppedForMs });
      if (await store.delete(key)) inbox += 1;
    }
    for await (const { key, feed, change } of feedChangesOf(store, owner)) {
      if (isAbout(feed, change) && (await store.delete(key))) feeds += 1;
    }
  }
  const isMeant = ({ payload }: DeadJob): boolean => isDeliveryOf(owner, payload) && isDeliveryAbout(isAbout, payload);
  return { inbox, deadLetters: queue ? await discardDeadLetters(queue, isMeant) : 0, feeds };
}

/** Milliseconds for which the job of an erased delivery may wait: the default dedupe TTL. */
const droppedForMs = 48 * 3_600_000;

/**
 * Changes waiting for a queue: each contains the fields that the host selects, and remains if its job is a dead letter.
 */
async function* feedChangesOf(
  store: KeyValueStore,
  { shop, appId }: ErasedOwner,
): AsyncGenerator<{ readonly key: string; readonly feed: string; readonly change: unknown }> {
  const prefix = `${await shopPrefix(shop, appId)}~feed:`;
  for await (const key of store.scan(prefix)) {
    const [feed = '', kind] = key.slice(prefix.length).split(':');
    const stored = kind === 'due' ? parseJson((await store.get(key)) ?? '') : undefined;
    if (isRecord(stored)) yield { key, feed, change: stored['change'] };
  }
}

async function* inboxOf(
  store: KeyValueStore,
  owner: ErasedOwner,
): AsyncGenerator<{ readonly key: string; readonly delivery: StoredDelivery }> {
  for await (const key of keysOfApp(store, owner.shop, owner.appId)) {
    if (partOf(key) !== 'inbox') continue;
    const text = await store.get(key);
    const delivery = text === undefined ? undefined : parseJson(text);
    if (isDeliveryOf(owner, delivery)) yield { key, delivery };
  }
}

function bodyOf({ body, encoding }: StoredDelivery): unknown {
  if (typeof body !== 'string') return undefined;
  return parseJson(encoding === 'base64' ? atob(body) : body);
}

function dataOf(where: CustomerData['where'], delivery: StoredDelivery): CustomerData {
  const { topic, webhookId } = delivery.details;
  return {
    where,
    topic: String(topic),
    webhookId: typeof webhookId === 'string' ? webhookId : null,
    payload: bodyOf(delivery),
  };
}

/** Requests about the customer, which still have to be handled. */
const requestTopics: ReadonlySet<unknown> = new Set(['customers/data_request', 'customers/redact', 'shop/redact']);

/** Returns the numeric id of a gid or a number. */
const numberOf = (id: unknown): string | undefined =>
  typeof id === 'number' || typeof id === 'string' || typeof id === 'bigint'
    ? /^(?:gid:\/\/shopify\/\w+\/)?(\d+)$/.exec(String(id))?.[1]
    : undefined;

/** Maximum length of a phone number, with an extension and plenty of white space. */
const longestPhone = 64;

/** Returns the significant digits of a phone number, and whether it starts with its country code. */
function phoneOf(text: string): { readonly digits: string; readonly isWhole: boolean } {
  const digits = text
    .slice(0, longestPhone)
    .replace(/(?:x|ext)\D*\d+\s*$/i, '')
    .replace('(0)', '')
    .replace(/\D/g, '');
  return { digits: digits.replace(/^0+/, ''), isWhole: /^\s*(?:\+|00)/.test(text) };
}

/** Maximum digits of a country code. https://www.itu.int/rec/T-REC-E.164 */
const countryDigits = 3;

/**
 * Whether two texts are the same phone number. One may omit the country, as in addresses; very short ones do not match.
 */
function isSamePhone(one: string, other: string): boolean {
  const [long, short] = [phoneOf(one), phoneOf(other)].sort((a, b) => b.digits.length - a.digits.length);
  if (!long || !short) return false;
  if (long.digits === short.digits) return short.digits.length >= 7;
  if (short.isWhole || short.digits.length < 8) return false;
  return long.digits.endsWith(short.digits) && long.digits.length - short.digits.length <= countryDigits;
}

/** Checks whether a body of a topic is about a person. */
type Matcher = (topic: string, body: unknown) => boolean;

function isDeliveryAbout(isAbout: Matcher, delivery: StoredDelivery): boolean {
  const { topic } = delivery.details;
  return !requestTopics.has(topic) && isAbout(String(topic), bodyOf(delivery));
}

function matcherOf({ id, email, phone, orderIds = [] }: CustomerPerson): Matcher {
  const customer = numberOf(id);
  const mail = email?.trim().toLowerCase();
  const orders = new Set(orderIds.map(numberOf).filter((order) => order !== undefined));
  const isTheirs = (name: string, value: unknown): boolean => {
    if (typeof value === 'string') {
      if (/email/i.test(name) && mail && value.trim().toLowerCase() === mail) return true;
      if (/phone/i.test(name) && phone && isSamePhone(value, phone)) return true;
    }
    const number = numberOf(value);
    if (number === undefined) return false;
    // A gid names its type, whatever the field is called.
    const [, kind] = /^gid:\/\/shopify\/(\w+)\//.exec(String(value)) ?? [];
    const isCustomer = kind ? kind === 'Customer' : /^customer_ids?$/.test(name);
    const isOrder = kind ? kind === 'Order' : /^order_ids?$/.test(name);
    return (isCustomer && number === customer) || (isOrder && orders.has(number));
  };
  const isOf = (value: unknown, name: string, topic: string): boolean => {
    if (Array.isArray(value)) return value.some((each) => isOf(each, name, topic));
    if (!isRecord(value)) return isTheirs(name, value);
    const own = [value['admin_graphql_api_id'], value['id'], value['legacyResourceId']].map(numberOf).find(Boolean);
    const isCustomer = name === 'customer' || (name === '' && topic.startsWith('customers/'));
    const isOrder = name === 'order' || (name === '' && topic.startsWith('orders/'));
    if (own !== undefined && ((isCustomer && own === customer) || (isOrder && orders.has(own)))) return true;
    return Object.entries(value).some(([field, each]) => isOf(each, field, topic));
  };
  return (topic, body) => isOf(body, '', topic);
}
