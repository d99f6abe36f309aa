import { type Clock, systemClock } from '../internal/clock.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import type { Logger } from '../ports/logger.ts';
import type { Stores } from '../ports/stores.ts';
import { checkFormat, shopPrefix } from '../storage/keys.ts';
import { callListener } from '../telemetry/telemetry.ts';
import type { WebhookContext, WebhookEvent, WebhookTopicHandler } from '../webhooks/events.ts';
import { isOlder, notAfter } from '../webhooks/ingest/ordering.ts';
import { exactId, productGid, type WebhookOutcome } from './external-changes.ts';
import type { ProductSync } from './product-sync.ts';

/** A synced product that somebody else changed or deleted. */
export interface ExternalChange {
  /** Shop domain. */
  readonly shop: string;
  readonly localId: string;
  readonly gid: string;
  readonly event: WebhookEvent<'products/update'> | WebhookEvent<'products/delete'>;
}

/** The outcome of one delivery. Contains nothing of the body. */
export interface SyncWebhookEvent {
  readonly topic: string;
  /** Shop domain. */
  readonly shop: string;
  readonly webhookId: string | null;
  /** What a product webhook meant; `stock-kept` or `stock-older` for an inventory webhook. */
  readonly effect: WebhookOutcome | 'stock-kept' | 'stock-older';
}

/** Options of `createSyncWebhooks`. */
export interface SyncWebhookOptions {
  /** What `createProductSync` returns, or a function that finds it for a shop; `undefined`: the shop is not synced. */
  readonly sync: Pick<ProductSync, 'applyWebhook'> | ((shop: string) => Pick<ProductSync, 'applyWebhook'> | undefined);
  /** The stores of the sync. */
  readonly stores: Pick<Stores, 'records' | 'keyValue'>;
  /** Called with stock that is not older than what was known. If it throws, the delivery is retried. */
  readonly onInventory?: (level: StockLevel, event: WebhookEvent, context: WebhookContext) => unknown;
  /** Called when somebody else changed a synced product, before its record says so. If it throws, the delivery is retried. */
  readonly onExternalChange?: (change: ExternalChange, context: WebhookContext) => unknown;
  /** Called when a synced product was deleted in Shopify, before its record says so. If it throws, the delivery is retried. */
  readonly onDeleted?: (change: ExternalChange, context: WebhookContext) => unknown;
  /** Called with the outcome of each delivery, such as `unknown-product`. An error thrown in it is logged, no more. */
  readonly onEvent?: (event: SyncWebhookEvent) => void;
  /** Logs a listener that throws. Default: none. */
  readonly logger?: Logger;
  /** Time, for tests. */
  readonly clock?: Clock;
}

type SyncTopic = 'products/update' | 'products/delete' | 'inventory_levels/update';

/** Handlers for `createWebhookHandler`. */
export type SyncWebhooks = { readonly [Topic in SyncTopic]: WebhookTopicHandler<Topic> };

/**
 * Webhook handlers that keep the sync up to date: for products that are changed or deleted in Shopify, and for stock. A
 * product that is not synced is an event, not an error, and the echo of an own push is not a change.
 *
 * @example
 * createWebhookHandler({
 *   secrets, store: stores.keyValue, queue,
 *   on: { ...createSyncWebhooks({ sync, stores, onInventory: ({ available }) => shelf.set(available) }) },
 * });
 */
export function createSyncWebhooks(options: SyncWebhookOptions): SyncWebhooks {
  const { sync, stores, onInventory, onExternalChange, onDeleted, onEvent, logger, clock = systemClock } = options;
  const emit = ({ topic, shop, webhookId }: WebhookEvent, effect: SyncWebhookEvent['effect']): void =>
    callListener(onEvent, { topic, shop, webhookId, effect }, (error) =>
      logger?.error({ error, topic, shop, webhookId, effect }, 'the listener for the webhooks of the sync threw'),
    );

  const onProduct = async (event: ExternalChange['event'], context: WebhookContext): Promise<void> => {
    const { shop, topic, payload, rawBody } = event;
    const ofShop = typeof sync === 'function' ? sync(shop) : sync;
    const webhook = { topic, shop, payload, rawBody };
    // The record is changed last: once it is, a second attempt would not see a change any more.
    const effect = (await ofShop?.applyWebhook(webhook, { dryRun: true })) ?? 'unknown-product';
    const callback = effect === 'changed-externally' ? onExternalChange : effect === 'deleted' ? onDeleted : undefined;
    const gid = productGid(event);
    const record = callback && gid !== undefined ? await stores.records.getByGid(shop, gid) : undefined;
    if (callback && record && gid !== undefined) await callback({ shop, localId: record.localId, gid, event }, context);
    await ofShop?.applyWebhook(webhook);
    emit(event, effect);
  };

  return {
    'products/update': onProduct,
    'products/delete': onProduct,
    async 'inventory_levels/update'(event, context) {
      const level = levelFromWebhook(event, clock.now());
      if (!level) return emit(event, 'ignored');
      if (!(await storeIfNewer(stores.keyValue, level, context.appId))) return emit(event, 'stock-older');
      await onInventory?.(level, event, context);
      emit(event, 'stock-kept');
    },
  };
}

/** Stock of one item at one location, as a webhook reported it. */
export interface StockLevel {
  /** Shop domain. */
  readonly shop: string;
  /** Number at the end of `gid://shopify/InventoryItem/…`. */
  readonly inventoryItemId: string;
  /** Number at the end of `gid://shopify/Location/…`. */
  readonly locationId: string;
  /** Units available for sale; `null` where stock is not tracked. */
  readonly available: number | null;
  /** ISO time of the change; `null` where the body has none. */
  readonly updatedAt: string | null;
  /** ISO time at which Shopify triggered the webhook, at most that of its arrival; `null` where the delivery does not say. */
  readonly triggeredAt: string | null;
}

type StockKey = Pick<StockLevel, 'shop' | 'inventoryItemId' | 'locationId'>;

/**
 * The stock that was stored last; `undefined` where no webhook has reported it.
 *
 * @param place Which stock; `appId` is that of the webhook handler, where it has one.
 * @throws StorageError, also where a newer release of this package has stored it.
 */
export async function readStock(
  store: KeyValueStore,
  place: Pick<StockLevel, 'shop' | 'inventoryItemId' | 'locationId'> & { readonly appId?: string },
): Promise<StockLevel | undefined> {
  return parseLevel(await store.get(await stockKey(place, place.appId)), place);
}

/** Stores a level unless a newer one is stored; the same one again counts as stored. Decided by compare-and-set. */
async function storeIfNewer(store: KeyValueStore, level: StockLevel, appId: string | undefined): Promise<boolean> {
  const key = await stockKey(level, appId);
  for (;;) {
    const before = await store.get(key);
    const known = parseLevel(before, level);
    if (known && isOlder(level, known)) return false;
    if (await store.compareAndSet(key, before, JSON.stringify({ format: stockFormat, ...level }))) return true;
  }
}

async function stockKey({ shop, inventoryItemId, locationId }: StockKey, appId?: string): Promise<string> {
  return `${await shopPrefix(shop, appId)}stock:${inventoryItemId}:${locationId}`;
}

function levelFromWebhook(
  { shop, payload, rawBody, triggeredAt }: WebhookEvent,
  nowMs: number,
): StockLevel | undefined {
  if (!isRecord(payload)) return undefined;
  const { available, updated_at: updatedAt } = payload;
  const inventoryItemId = exactId(payload, 'inventory_item_id', rawBody);
  const locationId = exactId(payload, 'location_id', rawBody);
  if (inventoryItemId === undefined || locationId === undefined) return undefined;
  return {
    shop,
    inventoryItemId,
    locationId,
    available: typeof available === 'number' ? available : null,
    updatedAt: typeof updatedAt === 'string' ? updatedAt : null,
    triggeredAt: notAfter(triggeredAt, nowMs),
  };
}

/** The format in which this release stores a level. A later release that stores more, or otherwise, takes the next number. */
const stockFormat = 1;

function parseLevel(text: string | undefined, { shop, inventoryItemId, locationId }: StockKey): StockLevel | undefined {
  const found = text === undefined ? undefined : parseJson(text);
  checkFormat(found, stockFormat, `The stock of item ${inventoryItemId} at location ${locationId} of ${shop}`, shop);
  if (!isRecord(found)) return undefined;
  const { format: _, ...level } = found;
  return level as unknown as StockLevel;
}
