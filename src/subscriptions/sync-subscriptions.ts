import {
  ConfigError,
  InvalidResponseError,
  isShopwrightError,
  type ShopwrightError,
  StorageError,
} from '../errors/errors.ts';
import type { GraphqlClient } from '../graphql/graphql.ts';
import {
  type StandingWebhookSubscriptionFragment,
  UnnamedWebhookSubscriptionsDocument,
  WebhookSubscriptionAddDocument,
  WebhookSubscriptionChangeDocument,
  WebhookSubscriptionRemoveDocument,
  WebhookSubscriptionsDocument,
} from '../graphql/operations/generated/graphql.ts';
import { allPages } from '../graphql/pagination.ts';
import type { RequestOptions } from '../http/request-options.ts';
import { forEachConcurrent } from '../internal/concurrency.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import { unknownNames } from '../internal/names.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import { checkFormat, shopPrefix } from '../storage/keys.ts';
import { checkDesired, type DesiredSubscription, Ownership } from './desired.ts';
import { type Creation, diffSubscriptions, type RememberedSubscriptions, type SubscriptionDiff } from './diff.ts';
import { ReportBuilder, type SubscriptionReport } from './report.ts';
import { type ActualSubscription, addressOf, type CheckedSubscription, differences, inputOf } from './subscription.ts';

/** The part of a client that `syncSubscriptions` needs, as returned by `createShopifyClient`. */
export interface SubscriptionClient extends GraphqlClient {
  readonly shop: string;
  /** Determines how a subscription is identified: by name, or before 2026-04 by its address. */
  readonly apiVersion: string;
}

/** Options of `syncSubscriptions`. */
export interface SyncSubscriptionsOptions {
  readonly client: SubscriptionClient;
  /** All subscriptions that this owner should have. The owner's others are deleted. */
  readonly desired: readonly DesiredSubscription[];
  /**
   * Owner of the subscriptions: those of other owners, and those without one, are never touched. 1 to 20 letters,
   * digits, `-` and `_`, no `__`, and no `_` at the end. Default `shopwright`.
   */
  readonly owner?: string;
  /** Name of the app, as for its client: each app has a separate memory in a `store`. Default `default`. */
  readonly appId?: string;
  /** Remembers what was set, which is needed for `drifted` and `removedByShopify`. Default: none. */
  readonly store?: Pick<KeyValueStore, 'get' | 'set'>;
  /** Only reports what would change; changes neither the shop nor the store. Default `false`. */
  readonly dryRun?: boolean;
  /** Ends the run: calls in flight are aborted, and the run rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Makes the webhook subscriptions of a shop match the desired list: reads the actual ones, and creates, changes and
 * deletes only those with the owner's name (`{owner}__…`) and those set by earlier runs. A second run changes nothing.
 * Subscriptions from the app's configuration file are not touched: the API does not return them.
 *
 * Before API version 2026-04, subscriptions have no names: then only those that `store` remembers, and those at an
 * address in the list, belong to the owner. Without a store, one removed from the list is not deleted.
 *
 * Concurrent runs arrive at the same result, since Shopify accepts a name only once.
 *
 * @returns The outcome for each. A subscription that fails does not stop the others, and is listed in `failed`.
 * @throws ValidationError (code `VALIDATION_FAILED`) listing all issues, before anything is sent.
 * @throws ConfigError (code `CONFIG_INVALID`) for an invalid owner or an unknown option.
 * @throws What the client throws while reading the actual subscriptions, and StorageError of the store.
 *
 * @example
 * const report = await syncSubscriptions({
 *   client: shop,
 *   store,
 *   desired: [
 *     { topic: 'products/update', uri: 'https://app.example/webhooks/shopify' },
 *     { topic: 'app/uninstalled', uri: 'pubsub://my-project:uninstalls' },
 *   ],
 * });
 */
export async function syncSubscriptions(options: SyncSubscriptionsOptions): Promise<SubscriptionReport> {
  const { client, store, owner = 'shopwright', appId, dryRun = false, signal } = options;
  const unknown = unknownNames(options, optionNames);
  if (unknown.length > 0) throw new ConfigError('Invalid configuration', { issues: unknown });
  const { shop } = client;
  const ownership = new Ownership(owner);
  const desired = checkDesired(options.desired, ownership, shop);
  signal?.throwIfAborted();
  const memory = await createMemory(store, { shop, appId, owner });
  const remembered = await memory.read();
  const calls = createCalls(client, { desired, remembered, signal });
  const diff = diffSubscriptions({ desired, actual: await calls.read(), remembered, ownership });
  const report = new ReportBuilder(diff, remembered, shop);
  if (dryRun) {
    preview(diff, report);
    return report.build();
  }
  try {
    await apply(diff, { calls, report, signal });
  } finally {
    // Also written after an interrupted run: the owner keeps what it has set.
    await memory.write(report.remembered);
  }
  return report.build();
}

/** A misspelt `dryRun` would be ignored, and the call would delete subscriptions. */
const optionNames: Record<keyof SyncSubscriptionsOptions, true> = {
  client: true,
  desired: true,
  owner: true,
  appId: true,
  store: true,
  dryRun: true,
  signal: true,
};

/** Reports what the diff would do if all calls succeed. */
function preview(diff: SubscriptionDiff, report: ReportBuilder): void {
  for (const actual of diff.deletions) report.deleted(actual);
  for (const { desired, actual, changes } of diff.updates) report.updated({ ...desired, id: actual.id }, changes);
  for (const creation of diff.creations) report.wouldCreate(creation);
}

/** What a run needs. */
interface Run {
  readonly calls: Calls;
  readonly report: ReportBuilder;
  readonly signal: AbortSignal | undefined;
}

/** Calls in flight at the same time; the client's limiter paces them as well. */
const concurrency = 8;

/** How often a creation is tried if its response is lost. */
const mostRounds = 3;

/**
 * Executes the diff. A failure is reported and does not stop the others.
 *
 * @throws The signal's reason, and errors that are not of this package.
 */
async function apply(diff: SubscriptionDiff, run: Run): Promise<void> {
  const { calls, report, signal } = run;
  await deleteAll(diff.deletions, run);
  await forEachConcurrent(diff.updates, { concurrency, signal }, async ({ desired, actual, changes }) => {
    const updated = await orError(calls.update(actual.id, desired), run);
    if (isShopwrightError(updated)) report.failed('update', desired, updated, actual.id);
    else report.updated(updated, changes);
  });
  await createAll(diff.creations, run);
}

async function deleteAll(deletions: readonly ActualSubscription[], run: Run): Promise<void> {
  const { calls, report, signal } = run;
  const unclear: { readonly actual: ActualSubscription; readonly error: ShopwrightError }[] = [];
  await forEachConcurrent(deletions, { concurrency, signal }, async (actual) => {
    const error = await orError(calls.delete(actual.id), run);
    if (!error) report.deleted(actual);
    else if (isUnclear(error)) unclear.push({ actual, error });
    else report.failed('delete', actual, error, actual.id);
  });
  const now = unclear.length > 0 ? await orError(calls.read(), run) : [];
  for (const { actual, error } of unclear) {
    const isGone = !isShopwrightError(now) && now.every(({ id }) => id !== actual.id);
    if (isGone) report.deleted(actual);
    else report.failed('delete', actual, error, actual.id);
  }
}

async function createAll(creations: readonly Creation[], run: Run): Promise<void> {
  const { calls, report, signal } = run;
  let todo = creations;
  for (let round = 1; todo.length > 0; round++) {
    const unclear: { readonly creation: Creation; readonly error: ShopwrightError }[] = [];
    await forEachConcurrent(todo, { concurrency, signal }, async (creation) => {
      const created = await orError(calls.create(creation.desired), run);
      if (!isShopwrightError(created)) report.created(creation, created, 'this run');
      else if (isUnclear(created)) unclear.push({ creation, error: created });
      else report.failed('create', creation.desired, created);
    });
    const now = unclear.length > 0 ? await orError(calls.read(), run) : [];
    todo = unclear.flatMap(({ creation, error }) => {
      const { desired } = creation;
      const name = desired.name.toLowerCase();
      const found = isShopwrightError(now) ? undefined : now.find((one) => one.name?.toLowerCase() === name);
      const isRefused = isShopwrightError(error, 'USER_ERROR');
      if (found && differences(desired, found).length === 0) {
        report.created(creation, found, isRefused ? 'another' : 'this run');
        return [];
      }
      // It does not exist, so the call was not executed: another try cannot create a duplicate.
      if (!found && !isRefused && !isShopwrightError(now) && round < mostRounds) return [creation];
      report.failed('create', desired, error);
      return [];
    });
  }
}

/** Whether the shop must be read to see the outcome: the call may have been executed, by this process or another. */
function isUnclear(error: ShopwrightError): boolean {
  return isShopwrightError(error, 'USER_ERROR', 'OUTCOME_UNKNOWN', 'INVALID_RESPONSE');
}

/** Returns the result of the call, or the error of this package that it throws. */
async function orError<T>(call: Promise<T>, { signal }: Run): Promise<T | ShopwrightError> {
  try {
    return await call;
  } catch (error) {
    signal?.throwIfAborted();
    if (!isShopwrightError(error)) throw error;
    return error;
  }
}

/** The calls of one run. They throw what the client throws. */
interface Calls {
  /** All subscriptions that the app created in the shop through the API; not those of its configuration file. */
  read(): Promise<readonly ActualSubscription[]>;
  /**
   * @throws OutcomeUnknownError for a lost response: if the first send was executed, Shopify would refuse the taken
   * name.
   */
  create(desired: CheckedSubscription): Promise<ActualSubscription>;
  /** Sends the whole content, so it is retried after a lost response. */
  update(id: ActualSubscription['id'], desired: CheckedSubscription): Promise<ActualSubscription>;
  /** Retried after a lost response, and then refused if the first send was executed. */
  delete(id: ActualSubscription['id']): Promise<void>;
}

/** What is known about subscriptions besides Shopify's response. */
interface CallsOptions {
  readonly desired: readonly CheckedSubscription[];
  readonly remembered: RememberedSubscriptions;
  readonly signal: AbortSignal | undefined;
}

function createCalls(client: SubscriptionClient, { desired, remembered, signal }: CallsOptions): Calls {
  // https://shopify.dev/changelog/webhook-subscriptions-now-support-a-name-field-for-identification
  const withName = client.apiVersion >= '2026-04';
  const options: RequestOptions = { priority: 'background', ...(signal && { signal }) };
  const retried: RequestOptions = { ...options, retry: { idempotency: 'idempotent' } };
  const present = (
    subscription: StandingWebhookSubscriptionFragment | null | undefined,
    { name }: CheckedSubscription,
  ): ActualSubscription => {
    if (subscription) return { ...subscription, name };
    throw new InvalidResponseError('Shopify returned neither the webhook subscription nor an error.', {
      shop: client.shop,
    });
  };
  return {
    async read() {
      if (withName) {
        return allPages('webhookSubscriptions', async (after) => {
          const { data } = await client.graphql(WebhookSubscriptionsDocument, { first: 100, after }, options);
          return data.webhookSubscriptions;
        });
      }
      const unnamed = await allPages('webhookSubscriptions', async (after) => {
        const { data } = await client.graphql(UnnamedWebhookSubscriptionsDocument, { first: 100, after }, options);
        return data.webhookSubscriptions;
      });
      // A subscription at an address in the list is the one of the list: an address can exist only once.
      const names = new Map(desired.map((one) => [addressOf(one), one.name]));
      return unnamed.map((one) => ({
        ...one,
        name: remembered.get(one.id)?.name ?? names.get(addressOf(one)) ?? null,
      }));
    },
    async create(desired) {
      const variables = { topic: desired.topic, subscription: inputOf(desired, { withName }) };
      const { data } = await client.graphql(WebhookSubscriptionAddDocument, variables, options);
      return present(data.webhookSubscriptionCreate?.webhookSubscription, desired);
    },
    async update(id, desired) {
      const variables = { id, subscription: inputOf(desired, { withName }) };
      const { data } = await client.graphql(WebhookSubscriptionChangeDocument, variables, retried);
      return present(data.webhookSubscriptionUpdate?.webhookSubscription, desired);
    },
    async delete(id) {
      await client.graphql(WebhookSubscriptionRemoveDocument, { id }, retried);
    },
  };
}

/** Remembers subscriptions between runs. */
interface Memory {
  /** @throws StorageError for a value that `write` did not write. */
  read(): Promise<RememberedSubscriptions>;
  /** Does nothing if nothing has changed since `read`. */
  write(subscriptions: RememberedSubscriptions): Promise<void>;
}

const noMemory: Memory = { read: async () => new Map(), write: async () => undefined };

/**
 * Creates the memory of one owner and shop, under a key that `shop/redact` erases with the others. Empty without a
 * store.
 */
async function createMemory(
  store: Pick<KeyValueStore, 'get' | 'set'> | undefined,
  { shop, appId, owner }: { readonly shop: string; readonly appId: string | undefined; readonly owner: string },
): Promise<Memory> {
  if (!store) return noMemory;
  const key = `${await shopPrefix(shop, appId)}subscriptions:${owner}`;
  let before: string | undefined;
  return {
    async read() {
      before = await store.get(key);
      return new Map(parseMemory(before, key, shop).map((one) => [one.id, one]));
    },
    async write(subscriptions) {
      const ordered = [...subscriptions.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
      const text = JSON.stringify({ format: memoryFormat, subscriptions: ordered });
      if (text !== before && !(before === undefined && ordered.length === 0)) await store.set(key, text);
    },
  };
}

/** The format in which this release stores its memory. A release that changes it takes the next number. */
const memoryFormat = 1;

function parseMemory(text: string | undefined, key: string, shop: string): readonly ActualSubscription[] {
  if (text === undefined) return [];
  const read = parseJson(text);
  checkFormat(read, memoryFormat, `The memory of subscriptions under ${key}`, shop);
  const entries = isRecord(read) && read['format'] === memoryFormat ? read['subscriptions'] : undefined;
  if (Array.isArray(entries) && entries.every(isSubscription)) return entries;
  throw new StorageError(
    `${key} was not written by syncSubscriptions. Delete it: the next run starts without a memory.`,
  );
}

function isSubscription(value: unknown): value is ActualSubscription {
  return (
    isRecord(value) &&
    ['id', 'topic', 'uri'].every((name) => typeof value[name] === 'string') &&
    ['includeFields', 'metafieldNamespaces', 'metafields'].every((name) => Array.isArray(value[name]))
  );
}
