import { type Clock, systemClock } from '../internal/clock.ts';
import { isRecord } from '../internal/json.ts';
import { isoTimeToMs } from '../internal/time.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import { keyPart } from '../storage/keys.ts';
import { checkBody } from './compliance/check-body.ts';
import type { DeadLetterQueue } from './compliance/discard-dead-letters.ts';
import { type ErasableStores, eraseShop } from './compliance/erase-shop.ts';
import { type ComplianceRequest, completeComplianceRequest, readRequest, requestKey } from './compliance/requests.ts';
import type { WebhookContext } from './event-types.ts';
import type { WebhookEvent, WebhookTopicHandler } from './events.ts';
import type { ComplianceTopic } from './topics.ts';

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
  /** What else the SDK keeps about shops and must erase: all stores of an adapter, such as `sqliteStores(…)`. */
  readonly stores?: ErasableStores;
  /**
   * The queue of `createWebhookHandler`: dead letters hold whole bodies, and `shop/redact` throws those of the shop away.
   * Default: none, and they are the host's to throw away.
   */
  readonly queue?: DeadLetterQueue;
  /** Hands over to the merchant what is known of the customer. */
  readonly onDataRequest: ComplianceCallback<'customers/data_request'>;
  /** Erases what is known of the customer. The SDK's own stores keep nothing of customers. */
  readonly onCustomerRedact: ComplianceCallback<'customers/redact'>;
  /** Erases what the host knows of the shop. What the SDK keeps is erased after it. */
  readonly onShopRedact: ComplianceCallback<'shop/redact'>;
  /** Time, for tests. */
  readonly clock?: Clock;
}

/** Handlers for `createWebhookHandler`. */
export type ComplianceHandlers = { readonly [Topic in ComplianceTopic]: WebhookTopicHandler<Topic> };

/** https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance */
const deadlineMs = 30 * 24 * 3_600_000;

const idOf = (value: unknown): string | null => {
  const id = isRecord(value) ? value['id'] : undefined;
  return Number.isSafeInteger(id) || typeof id === 'string' ? String(id) : null;
};

/**
 * The three webhooks that every public app must answer. Each request is written down with its deadline before anything
 * else, so that `openComplianceRequests` lists what is not done. Where a step fails, the handler throws, and the queue
 * (or Shopify, where there is none) tries again; all that is repeated then is safe to repeat, if the callbacks are.
 *
 * @example
 * createWebhookHandler({
 *   secrets, store, queue,
 *   on: { ...complianceHandlers({ store, stores, queue, onDataRequest, onCustomerRedact, onShopRedact }) },
 * });
 */
export function complianceHandlers(options: ComplianceOptions): ComplianceHandlers {
  const { store, stores = {}, queue, clock = systemClock } = options;

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
      completedAt: null,
    };
    const key = await requestKey(request);
    if (await store.setIfAbsent(key, JSON.stringify(request))) return request;
    return readRequest(await store.get(key)) ?? request;
  };

  const handle = async <Topic extends ComplianceTopic>(
    event: WebhookEvent<Topic>,
    context: WebhookContext,
    callback: ComplianceCallback<Topic>,
    then?: (request: ComplianceRequest) => Promise<void>,
  ): Promise<void> => {
    checkBody(event);
    const request = await noteRequest(event);
    const answer = await callback(event, request, context);
    await then?.(request);
    if (answer !== 'later') await completeComplianceRequest(store, request, clock.now());
  };

  return {
    'customers/data_request': (event, context) => handle(event, context, options.onDataRequest),
    'customers/redact': (event, context) => handle(event, context, options.onCustomerRedact),
    'shop/redact': (event, context) =>
      // This very delivery stays: it is not handled until all is erased.
      handle(event, context, options.onShopRedact, ({ id }) => eraseShop(store, stores, event.shop, `:${id}`, queue)),
  };
}
