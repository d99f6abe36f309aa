// @ts-nocheck
import { ConfigError, type Issue, ValidationError } from '../errors/errors.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import { nearestName, unknownNames } from '../internal/names.ts';
import { isoTimeToMs } from '../internal/time.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import { checkFormat, defaultApp, keyPart } from '../storage/keys.ts';
import {
  type CustomerData,
  type CustomerPerson,
  type DeadLetterQueue,
  type ErasableStores,
  type ErasedOwner,
  eraseCustomer,
  eraseShop,
  exportCustomer,
} from './erasure.ts';
import type { WebhookContext, WebhookEvent, WebhookTopicHandler } from './events.ts';
import { tokensOf } from './shop-tokens.ts';
import type { ComplianceTopic } from './topics.ts';
import { lowerAscii } from './verify.ts';

/**
 * Does what a request asks for. Once it returns, the request is completed, unless it returns `later`: then the request
 * stays open until `completeComplianceRequest` is called. What it throws is tried again.
 */
export type ComplianceCallback<Topic extends ComplianceTopic> = (
  event: WebhookEvent<Topic>,
  request: ComplianceRequest,
  context: WebhookContext,
) => unknown;

/** Options of `complianceHandlers`. */
export interface ComplianceOptions {
  /** Keeps the deadlines, and what webhooks keep: the store of `createWebhookHandler`. */
  readonly store: KeyValueStore;
  /**
   * What else the SDK keeps about shops and must erase: all stores of an adapter, such as `sqliteStores(…)`. Access
   * tokens are erased from its `keyValue` and from `store`, where `createTokenStore` keeps them by default. Give a token
   * store with a `keyPrefix`, or one of your own, as `tokens`: `{ ...stores, tokens }`. Default: none.
   */
  readonly stores?: ErasableStores;
  /**
   * The queue of `createWebhookHandler`: dead letters hold whole bodies, and `shop/redact` throws those of the shop away.
   * Default: none, and they are the host's to throw away.
   */
  readonly queue?: DeadLetterQueue;
  /**
   * Hands over to the merchant what is known of the customer. The last argument is what the SDK keeps: deliveries about the
   * customer that wait or are dead letters.
   */
  readonly onDataRequest: (
    ...given: [...Parameters<ComplianceCallback<'customers/data_request'>>, stored: readonly CustomerData[]]
  ) => unknown;
  /** Erases what the host knows of the customer. What the SDK keeps is erased after it. */
  readonly onCustomerRedact: ComplianceCallback<'customers/redact'>;
  /**
   * Erases what the host knows of the shop. What the SDK keeps is erased after it. Not called where `stores.tokens` has a token
   * that was stored after the uninstall: see `ComplianceRequest.installedAgainAt`.
   */
  readonly onShopRedact: ComplianceCallback<'shop/redact'>;
  /** Time, for tests. */
  readonly clock?: Clock;
}

/** Handlers for `createWebhookHandler`. */
export type ComplianceHandlers = { readonly [Topic in ComplianceTopic]: WebhookTopicHandler<Topic> };

/** https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance */
const deadlineMs = 30 * 24 * 3_600_000;

/**
 * Shopify sends `shop/redact` 48 hours after the uninstall, and renews no token after that: whatever was stored later is of a new
 * installation. An hour less, in case that it was sent early.
 */
const uninstalledForMs = 47 * 3_600_000;

/** The customer that a request is about. */
function personOf({ payload }: WebhookEvent<ComplianceTopic>): CustomerPerson {
  const body: unknown = payload;
  const { customer, orders_requested: requested, orders_to_redact: toRedact } = isRecord(body) ? body : {};
  const { email, phone } = isRecord(customer) ? customer : {};
  const orders: readonly unknown[] = [requested, toRedact].flat();
  return {
    id: idOf(customer),
    email: typeof email === 'string' ? email : null,
    phone: typeof phone === 'string' ? phone : null,
    orderIds: orders.filter((id) => Number.isSafeInteger(id) || typeof id === 'string').map(String),
  };
}

const idOf = (value: unknown): string | null => {
  const id = isRecord(value) ? value['id'] : undefined;
  return Number.isSafeInteger(id) || typeof id === 'string' ? String(id) : null;
};

/**
 * The three webhooks that every public app must answer. What is erased is what the app of the webhook handler (its
 * `appId`) keeps; records and journal hold no app, so each app needs its own.
 * Each request is written down with its deadline before anything
 * else, so that `openComplianceRequests` lists what is not done. Where a step fails, the handler throws, and the queue
 * (or Shopify, where there is none) tries again; all that is repeated then is safe to repeat, if the callbacks are.
 *
 * @throws ConfigError where a callback is missing, or something cannot be erased with what was given.
 *
 * @example
 * createWebhookHandler({
 *   secrets, store, queue,
 *   on: { ...complianceHandlers({ store, stores, queue, onDataRequest, onCustomerRedact, onShopRedact }) },
 * });
 */
export function complianceHandlers(options: ComplianceOptions): ComplianceHandlers {
  checkOptions(options);
  const { store, clock = systemClock } = options;

  /** The request, written down at the first attempt. */
  const noteRequest = async (event: WebhookEvent<ComplianceTopic>): Promise<ComplianceRequest> => {
    const { topic, shop, triggeredAt } = event;
    const now = clock.now();
    // No header is signed: a time ahead of ours must not move the deadline.
    const receivedAt = Math.min((triggeredAt === null ? undefined : isoTimeToMs(triggeredAt)) ?? now, now);
    const payload: unknown = event.payload;
    const { customer, data_request: dataRequest } = isRecord(payload) ? payload : {};
    const request: ComplianceRequest = {
      id: await keyPart(event.idempotencyKey),
      topic,
      shop,
      customerId: idOf(customer),
      dataRequestId: idOf(dataRequest),
      receivedAt,
      dueAt: receivedAt + deadlineMs,
      installedAgainAt: null,
      completedAt: null,
    };
    const key = await requestKey(request);
    if (await store.setIfAbsent(key, storedRequest(request))) return request;
    return readRequest(await store.get(key), key) ?? request;
  };

  const handle = async <Topic extends ComplianceTopic>(
    event: WebhookEvent<Topic>,
    context: WebhookContext,
    callback: ComplianceCallback<Topic>,
    then?: (request: ComplianceRequest) => Promise<void>,
    isOff?: (request: ComplianceRequest) => Promise<boolean>,
  ): Promise<void> => {
    checkBody(event);
    const request = await noteRequest(event);
    if (await isOff?.(request)) return;
    const answer = await callback(event, request, context);
    await then?.(request);
    if (answer !== 'later') await completeComplianceRequest(store, request, clock.now());
  };

  /** Leaves the request of a shop that has installed the app again to somebody who can decide it. */
  const isInstalledAgain = async (request: ComplianceRequest, owner: ErasedOwner): Promise<boolean> => {
    const { owners, get } = options.stores?.tokens ?? {};
    if (!owners || !get) return false;
    const tokens = { owners: owners.bind(options.stores?.tokens), get: get.bind(options.stores?.tokens) };
    const { savedAt } = await tokensOf(tokens, owner);
    if (savedAt === undefined || savedAt < request.receivedAt - uninstalledForMs) return false;
    await changeOpen(store, request, { installedAgainAt: savedAt });
    return true;
  };

  return {
    'customers/data_request': (event, context) =>
      handle(event, context, async (...given) => {
        const owner = { shop: event.shop, appId: context.appId ?? defaultApp };
        return options.onDataRequest(...given, await exportCustomer(options, owner, personOf(event)));
      }),
    'customers/redact': (event, context) =>
      handle(event, context, options.onCustomerRedact, async () => {
        await eraseCustomer(options, { shop: event.shop, appId: context.appId ?? defaultApp }, personOf(event));
      }),
    'shop/redact': (event, context) => {
      const owner = { shop: event.shop, appId: context.appId ?? defaultApp };
      // This very delivery stays: it is not handled until all is erased.
      const erase = async ({ id }: ComplianceRequest): Promise<void> => {
        await eraseShop(options, owner, clock.now(), `:${id}`);
      };
      return handle(event, context, options.onShopRedact, erase, (request) => isInstalledAgain(request, owner));
    },
  };
}

/** What the law on privacy asks for, and until when. Holds ids, and no other data of a customer. */
export interface ComplianceRequest {
  /** Names it, for `completeComplianceRequest`. */
  readonly id: string;
  readonly topic: ComplianceTopic;
  /** Shop domain. */
  readonly shop: string;
  /** Number of the customer in the shop; `null` for `shop/redact`, and once it is completed. */
  readonly customerId: string | null;
  /** Shopify's number of a `customers/data_request`; else `null`. */
  readonly dataRequestId: string | null;
  /**
   * When Shopify sent it, in milliseconds since the epoch; where the delivery does not say that, or says a time to come,
   * when it was handled first.
   */
  readonly receivedAt: number;
  /** Milliseconds since the epoch, 30 days after that. */
  readonly dueAt: number;
  /**
   * Of `shop/redact`: when the newest token was stored, in milliseconds since the epoch, where that was after the uninstall. The shop has installed the
   * app again, so nothing was erased, and the request stays open until you complete it. Else `null`.
   */
  readonly installedAgainAt: number | null;
  /** Milliseconds since the epoch; `null` while it is open. */
  readonly completedAt: number | null;
}

/** Its own prefix: what is kept about a shop is erased on `shop/redact`, and this stays as the proof of it. */
const prefix = 'compliance:';

/** Key of a request in the store. */
async function requestKey({ shop, id }: Pick<ComplianceRequest, 'shop' | 'id'>): Promise<string> {
  return `${await prefixOf(shop)}${id}`;
}

async function prefixOf(shop: string): Promise<string> {
  return `${prefix}${await keyPart(shop, 80)}:`;
}

/** The format in which this release stores a request. A later release that stores more, or otherwise, takes the next number. */
const requestFormat = 1;

function storedRequest(request: ComplianceRequest): string {
  return JSON.stringify({ format: requestFormat, ...request });
}

/**
 * The request of a stored text; `undefined` for none, and for what is none.
 *
 * @throws StorageError for one that a newer release has stored.
 */
function readRequest(text: string | undefined, key: string): ComplianceRequest | undefined {
  const found = text === undefined ? undefined : parseJson(text);
  checkFormat(found, requestFormat, `The compliance request under ${key}`);
  const isRequest = isRecord(found) && typeof found['topic'] === 'string' && typeof found['dueAt'] === 'number';
  if (!isRequest) return undefined;
  const { format: _, ...request } = found;
  return { installedAgainAt: null, ...request } as unknown as ComplianceRequest;
}

/**
 * Requests that are not completed yet, the one with the nearest deadline first.
 *
 * @param shop Shop domain. Default: all shops.
 * @throws StorageError, also where a newer release of this package has stored one of them.
 *
 * @example
 * for (const { topic, shop, dueAt } of await openComplianceRequests(store)) {
 *   if (dueAt < Date.now() + 7 * 86_400_000) alertSomebody(`${topic} of ${shop} is due in a week`);
 * }
 */
export async function openComplianceRequests(
  store: KeyValueStore,
  shop?: string,
): Promise<readonly ComplianceRequest[]> {
  const open: ComplianceRequest[] = [];
  for await (const key of store.scan(shop === undefined ? prefix : await prefixOf(shop))) {
    const request = readRequest(await store.get(key), key);
    if (request && request.completedAt === null) open.push(request);
  }
  return open.sort((one, other) => one.dueAt - other.dueAt);
}

/**
 * Notes that a request is done with. The record stays, without the customer's number.
 *
 * @param now Milliseconds since the epoch. Default: now.
 * @returns `false` where there is no such open request.
 * @throws StorageError
 *
 * @example
 * ```ts
 * const [request] = await openComplianceRequests(store);
 * if (request && (await sendData(request))) await completeComplianceRequest(store, request);
 * ```
 */
export async function completeComplianceRequest(
  store: KeyValueStore,
  request: Pick<ComplianceRequest, 'shop' | 'id'>,
  now: number = Date.now(),
): Promise<boolean> {
  return changeOpen(store, request, { customerId: null, completedAt: now });
}

/** `false` where there is no such open request. @throws StorageError */
async function changeOpen(
  store: KeyValueStore,
  request: Pick<ComplianceRequest, 'shop' | 'id'>,
  changes: Partial<ComplianceRequest>,
): Promise<boolean> {
  const key = await requestKey(request);
  for (;;) {
    const text = await store.get(key);
    const found = readRequest(text, key);
    if (!found || found.completedAt !== null) return false;
    if (await store.compareAndSet(key, text, storedRequest({ ...found, ...changes }))) return true;
  }
}

/** Fields that one topic's bodies have and the other two have not. */
const ownFields: readonly (readonly [field: string, topic: ComplianceTopic])[] = [
  ['data_request', 'customers/data_request'],
  ['orders_requested', 'customers/data_request'],
  ['orders_to_redact', 'customers/redact'],
];

/** Fields of a shop, and those that make the body one about a customer, which is told with more words. */
const isKnown = (field: string): boolean =>
  field.startsWith('shop_') || field === 'customer' || ownFields.some(([own]) => own === field);

/** What is wrong with a body of that topic, by field; `undefined` where nothing is. */
function flawOf(topic: ComplianceTopic, shop: string, payload: unknown): readonly [string, string] | undefined {
  const body = isRecord(payload) ? payload : {};
  const domain = body['shop_domain'];
  if (typeof domain !== 'string' || lowerAscii(domain) !== shop) {
    return ['shop_domain', `is not the shop of the header, ${shop}`];
  }
  const foreign = ownFields.find(([field, owner]) => owner !== topic && Object.hasOwn(body, field));
  if (foreign) return [foreign[0], `is of a body of ${foreign[1]}`];
  // The bodies of resources have an id; those of these topics have `shop_id`.
  const strange = Object.keys(body).find(
    (field) => field === 'id' || field === 'admin_graphql_api_id' || (topic === 'shop/redact' && !isKnown(field)),
  );
  if (strange !== undefined) return [strange, 'is of a body of another topic'];
  const isOfCustomer = Object.hasOwn(body, 'customer') || ownFields.some(([field]) => Object.hasOwn(body, field));
  if (isOfCustomer === (topic !== 'shop/redact')) return undefined;
  return ['customer', isOfCustomer ? 'is of a body about a customer' : 'is missing, as in a body of shop/redact'];
}

/**
 * The signature covers the body and no header: whoever has seen one signed body could send it again as another topic
 * or shop, and have erased what nobody asked to erase. So the body itself must say what it is.
 *
 * @throws ValidationError where it is not about the header's topic and shop.
 */
function checkBody({ topic, shop, payload }: WebhookEvent<ComplianceTopic>): void {
  const flaw = flawOf(topic, shop, payload);
  if (!flaw) return;
  const [field, why] = flaw;
  const message = `${why}: nothing was done; somebody may have sent an old body again under other headers`;
  throw new ValidationError(`The webhook ${topic} is invalid`, { issues: [{ field, message }], shop });
}

/** What is erased of `stores`. */
const storeNames: readonly string[] = ['tokens', 'records', 'journal', 'keyValue'];

const optionNames: Record<keyof ComplianceOptions, true> = {
  store: true,
  stores: true,
  queue: true,
  onDataRequest: true,
  onCustomerRedact: true,
  onShopRedact: true,
  clock: true,
};

/** What would come to light with the first request, when it is too late. @throws ConfigError */
function checkOptions(options: ComplianceOptions): void {
  const issues: Issue[] = [...unknownNames(options, optionNames)];
  const need = (field: string, value: unknown, methods: readonly string[], fix: string): void => {
    const missing = methods.filter((method) => typeof Object(value)[method] !== 'function');
    if (missing.length > 0) issues.push({ field, message: `has no ${missing.join(', ')}, so ${fix}` });
  };
  for (const field of ['onDataRequest', 'onCustomerRedact', 'onShopRedact'] as const) {
    if (typeof options[field] !== 'function') issues.push({ field, message: 'is missing: give a function' });
  }
  const { store, stores = {}, queue } = options;
  const keyValue = 'what it keeps cannot be erased: give the `keyValue` of an adapter';
  need('store', store, ['get', 'setIfAbsent', 'compareAndSet', 'delete', 'scan'], keyValue);
  for (const [name, value] of Object.entries(stores)) {
    if (typeof Object(value).erase === 'function' && !storeNames.includes(name)) {
      const message = `is not erased, for it has another name than ${storeNames.join(', ')}. Did you mean stores.${nearestName(name, storeNames)}?`;
      issues.push({ field: `stores.${name}`, message });
    }
  }
  for (const field of ['tokens', 'records', 'journal'] as const) {
    const fix = 'what it keeps of a shop cannot be erased: give one that has it, or leave it out if it keeps nothing';
    if (stores[field] !== undefined) need(`stores.${field}`, stores[field], ['erase'], fix);
  }
  if (stores.keyValue !== undefined) need('stores.keyValue', stores.keyValue, ['delete', 'scan'], keyValue);
  // Nobody knows where the tokens are: `store` may be another one, in which there are none.
  else if (!stores.tokens && (stores.records || stores.journal)) {
    const message =
      'is missing, so access tokens cannot be erased: give the token store, or `keyValue`, where they are';
    issues.push({ field: 'stores.tokens', message });
  }
  if (queue !== undefined) need('queue', queue, ['deadJobs', 'remove'], 'dead letters cannot be erased');
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
}
