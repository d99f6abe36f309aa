import { ConfigError } from '../../errors/errors.ts';
import { type Clock, systemClock } from '../../internal/clock.ts';
import { isRecord } from '../../internal/json.ts';
import { missingMethods, unknownNames, unknownValue } from '../../internal/names.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Stores } from '../../ports/stores.ts';
import { callListener } from '../../telemetry/telemetry.ts';
import type { WebhookContext, WebhookEvent, WebhookTopicHandler } from '../../webhooks/events.ts';
import { notAfter } from '../../webhooks/ingest/ordering.ts';
import { type StockLevel, storeIfNewer } from '../inventory/stock-table.ts';
import type { DriftPolicy } from '../plan/plan.ts';
import type { ProductSync } from '../product-sync.ts';
import { exactId, productGid, type WebhookOutcome } from './external-changes.ts';

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
  /** The effect of a product webhook; `stock-kept` or `stock-older` for an inventory webhook. */
  readonly effect: WebhookOutcome | 'stock-kept' | 'stock-older';
}

/** Options of `createSyncWebhooks`. */
export interface SyncWebhookOptions {
  /**
   * A sync of `createProductSync`, or a function that returns the one of a shop; `undefined`: the shop is not synced.
   */
  readonly sync: Pick<ProductSync, 'applyWebhook'> | ((shop: string) => Pick<ProductSync, 'applyWebhook'> | undefined);
  /** The stores of the sync. */
  readonly stores: Pick<Stores, 'keyValue'>;
  /**
   * What to do with a change that somebody else made to a synced product. `report` (default): note it in the record.
   * `ours`: restore the values of the last push; these calls take longer than Shopify waits, so give the webhook
   * handler a queue. `theirs`: accept it, so that `reconcile` does not find it again.
   */
  readonly onDrift?: DriftPolicy;
  /** Called with stock that is not older than the stored one. If it throws, the delivery is retried. */
  readonly onInventory?: (level: StockLevel, event: WebhookEvent, context: WebhookContext) => unknown;
  /**
   * Called when somebody else changed a synced product, before the record is updated. If it throws, the delivery is
   * retried.
   */
  readonly onExternalChange?: (change: ExternalChange, context: WebhookContext) => unknown;
  /**
   * Called when a synced product was deleted in Shopify, before the record is updated. If it throws, the delivery is
   * retried.
   */
  readonly onDeleted?: (change: ExternalChange, context: WebhookContext) => unknown;
  /**
   * Called with a product of a synced shop that has no record, such as one that a merchant created: `sync.import` can
   * import it. If it throws, the delivery is retried.
   */
  readonly onUnknownProduct?: (product: Omit<ExternalChange, 'localId'>, context: WebhookContext) => unknown;
  /** Called with the outcome of each delivery, such as `unknown-product`. Errors that it throws are only logged. */
  readonly onEvent?: (event: SyncWebhookEvent) => void;
  /** Logs errors of `onEvent`. Default: none. */
  readonly logger?: Logger;
  /** Clock, for tests. Default: the system clock. */
  readonly clock?: Clock;
}

const optionNames: Record<keyof SyncWebhookOptions, true> = {
  sync: true,
  stores: true,
  onDrift: true,
  onInventory: true,
  onExternalChange: true,
  onDeleted: true,
  onUnknownProduct: true,
  onEvent: true,
  logger: true,
  clock: true,
};

type SyncTopic = 'products/update' | 'products/delete' | 'inventory_levels/update';

/** Handlers for `createWebhookHandler`. */
export type SyncWebhooks = { readonly [Topic in SyncTopic]: WebhookTopicHandler<Topic> };

/**
 * Creates webhook handlers that update the sync when products are changed or deleted in Shopify, and when stock
 * changes. A product that is not synced is an event, not an error. The echo of our own push is not a change.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) for an invalid option.
 *
 * @example
 * createWebhookHandler({
 *   secrets, store: stores.keyValue, queue,
 *   on: { ...createSyncWebhooks({ sync, stores, onInventory: ({ available }) => shelf.set(available) }) },
 * });
 */
export function createSyncWebhooks(options: SyncWebhookOptions): SyncWebhooks {
  const { sync, stores, onDrift = 'report', onInventory, onExternalChange, onDeleted, onUnknownProduct } = options;
  const { onEvent, logger, clock = systemClock } = options;
  const issues = [
    ...unknownNames(options, optionNames),
    ...unknownValue('onDrift', options.onDrift, ['report', 'ours', 'theirs']),
    ...(typeof sync === 'function' ? [] : missingMethods('sync', sync ?? null, ['applyWebhook'])),
    ...missingMethods('stores.keyValue', stores?.keyValue ?? null, ['get', 'compareAndSet']),
  ];
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  const emit = ({ topic, shop, webhookId }: WebhookEvent, effect: SyncWebhookEvent['effect']): void =>
    callListener(onEvent, { topic, shop, webhookId, effect }, (error) =>
      logger?.error({ error, topic, shop, webhookId, effect }, 'the listener for the webhooks of the sync threw'),
    );

  const onProduct = async (event: ExternalChange['event'], context: WebhookContext): Promise<void> => {
    const { shop, topic, payload, rawBody } = event;
    const ofShop = typeof sync === 'function' ? sync(shop) : sync;
    const effect =
      (await ofShop?.applyWebhook(
        { topic, shop, payload, rawBody },
        {
          onDrift,
          onEffect: async (meaning, { localId, gid }) => {
            const callback =
              meaning === 'changed-externally' ? onExternalChange : meaning === 'deleted' ? onDeleted : undefined;
            await callback?.({ shop, localId, gid, event }, context);
          },
        },
      )) ?? 'unknown-product';
    const gid = productGid(event);
    if (ofShop && effect === 'unknown-product' && gid !== undefined)
      await onUnknownProduct?.({ shop, gid, event }, context);
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
