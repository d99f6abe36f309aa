// @ts-nocheck
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

/** A store that can forget a shop. */
export interface ShopEraser {
  erase(shop: string): Promise<number>;
}

/** What the SDK keeps by shop: the stores of one adapter, or a part of them. */
export interface ErasableStores {
  /** What `createTokenStore` returns. Its times tell a shop that has installed the app again. Of a store that can only `erase`, the tokens of all apps go. */
  readonly tokens?: ShopEraser & Partial<Pick<TokenStore, 'owners' | 'get' | 'delete'>>;
  readonly records?: ShopEraser;
  readonly journal?: ShopEraser;
  /** Where `createTokenStore` keeps tokens. */
  readonly keyValue?: KeyValueStore;
}

/** What is needed of a queue to look at its dead letters and throw them away. */
export type DeadLetterQueue = Pick<JobQueue, 'deadJobs' | 'remove'>;

/** Where things are kept that may have to be erased. */
export interface ErasurePlaces {
  /** What webhooks keep. */
  readonly store: KeyValueStore;
  readonly stores?: ErasableStores;
  readonly queue?: DeadLetterQueue;
}

/** Whose data is erased. */
export interface ErasedOwner {
  readonly shop: string;
  readonly appId: string;
}

/** What was erased of a shop. */
export interface ErasureReport {
  /** Token entries: the shop's, and those of its users. */
  readonly tokens: number;
  /** Sync records. */
  readonly records: number;
  /** Entries of the journal. */
  readonly journal: number;
  /** Notes of which file an image became. */
  readonly files: number;
  /** Deliveries of webhooks that waited to be handled. */
  readonly inbox: number;
  /** Dead letters: of deliveries, and of products to be pushed. */
  readonly deadLetters: number;
  /** Other notes: what was handled, watermarks, stock, products to be pushed, runs over all shops. */
  readonly notes: number;
}

/**
 * Erases all that the SDK keeps about a shop for an app, and remembers that: what was queued before, a delivery or a product
 * to be pushed, is dropped when its turn comes, and leaves no dead letter where it is under way. Safe to repeat, and where
 * one store fails the others are erased all the same.
 *
 * @param now Milliseconds since the epoch.
 * @param keep What stays of the keys: those that end with it.
 * @throws AggregateError with what each store threw.
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
  // First of all: what comes up from now on is not kept.
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
  if (failures.length > 0) throw new AggregateError(failures, `What is kept of ${owner.shop} could not be erased yet.`);
  return count;
}

/** What webhooks keep and what else the SDK keeps can be in one store or in two. */
const keyValuesOf = ({ store, stores }: ErasurePlaces): readonly KeyValueStore[] => [
  ...new Set([store, stores?.keyValue ?? store]),
];

async function eraseTokens(
  tokens: NonNullable<ErasableStores['tokens']>,
  { shop, appId }: ErasedOwner,
): Promise<number> {
  if (!tokens.owners || !tokens.delete) return tokens.erase(shop);
  let erased = 0;
  // Of all shops: a store of the host's own keeps a shop in the way that it was written.
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

/** Whether a job's payload is a delivery of that shop to that app, whichever handler's. */
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
 * Throws dead letters away, and says how many.
 *
 * @throws QueueError
 */
async function discardDeadLetters(queue: DeadLetterQueue, isMeant: (job: DeadJob) => boolean): Promise<number> {
  // What leaves or enters the list while it is read shifts the pages, so it is read until none is left.
  for (let all = 0; ; ) {
    let discarded = 0;
    for (const id of await idsOf(queue, isMeant)) if (await queue.remove(id)) discarded += 1;
    if (discarded === 0) return all;
    all += discarded;
  }
}

/** Who a customer is, as far as it is known. */
export interface CustomerPerson {
  /** Number of the customer in the shop, or its gid. */
  readonly id?: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
  /** Numbers of the customer's orders, or their gids. */
  readonly orderIds?: readonly string[];
}

/** What is kept about a customer: one delivery of a webhook, or one change of a feed that waits to be handled. */
export interface CustomerData {
  readonly where: 'inbox' | 'dead-letter' | 'feed';
  /** Topic of the delivery, or name of the feed. */
  readonly topic: string;
  /** Shopify's id of the delivery; `null` for a change of a feed. */
  readonly webhookId: string | null;
  /** The body, as Shopify sent it; of a feed the change, as its handler gets it. */
  readonly payload: unknown;
}

/** What was erased of a customer. */
export interface CustomerErasureReport {
  /** Deliveries that waited to be handled. */
  readonly inbox: number;
  /** Dead letters of deliveries. */
  readonly deadLetters: number;
  /** Changes of feeds that waited to be handled. */
  readonly feeds: number;
}

/** A delivery as inbox and queue hold it. */
interface StoredDelivery {
  readonly details: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly encoding?: unknown;
}

/**
 * All that the SDK keeps about a customer: deliveries that wait or are dead letters, and changes of feeds that wait. Records
 * and journal hold products, and nothing of customers.
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
      // Its job holds the body too: it is dropped when its turn comes, and leaves no dead letter.
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

/** Milliseconds for which the job of an erased delivery may wait: as long as copies of a delivery are known, by default. */
const droppedForMs = 48 * 3_600_000;

/** Changes that wait for a queue: each holds the fields that the host selects, and stays where its job is a dead letter. */
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

/** These are requests about the customer, and what is to be done for them is not done yet. */
const requestTopics: ReadonlySet<unknown> = new Set(['customers/data_request', 'customers/redact', 'shop/redact']);

/** A number at the end of a gid, or a number. */
const numberOf = (id: unknown): string | undefined =>
  typeof id === 'number' || typeof id === 'string' || typeof id === 'bigint'
    ? /^(?:gid:\/\/shopify\/\w+\/)?(\d+)$/.exec(String(id))?.[1]
    : undefined;

/** Characters of a phone number, with an extension and as much white space as anybody writes. */
const longestPhone = 64;

/** The digits of a phone number that count, and whether it begins with its country. */
function phoneOf(text: string): { readonly digits: string; readonly isWhole: boolean } {
  const digits = text
    .slice(0, longestPhone)
    .replace(/(?:x|ext)\D*\d+\s*$/i, '')
    .replace('(0)', '')
    .replace(/\D/g, '');
  return { digits: digits.replace(/^0+/, ''), isWhole: /^\s*(?:\+|00)/.test(text) };
}

/** Digits of a country's code at most. https://www.itu.int/rec/T-REC-E.164 */
const countryDigits = 3;

/**
 * Whether two texts are one phone number. One may leave out the country, as people write it in addresses; a few digits
 * would be those of many.
 */
function isSamePhone(one: string, other: string): boolean {
  const [long, short] = [phoneOf(one), phoneOf(other)].sort((a, b) => b.digits.length - a.digits.length);
  if (!long || !short) return false;
  if (long.digits === short.digits) return short.digits.length >= 7;
  if (short.isWhole || short.digits.length < 8) return false;
  return long.digits.endsWith(short.digits) && long.digits.length - short.digits.length <= countryDigits;
}

/** Says whether a body of a topic is about somebody. */
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
    // A gid says by itself what it is of, whatever the field is called.
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
