import { ConfigError } from '../errors/errors.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { isRecord } from '../internal/json.ts';
import { createTurns } from '../internal/keyed-mutex.ts';
import { sharedTask } from '../internal/shared-task.ts';
import type { Stores } from '../ports/stores.ts';
import { validateProduct } from '../validation/validate-product.ts';
import {
  type ApplyWebhookOptions,
  applyProductWebhook,
  type ProductWebhook,
  type WebhookEffect,
} from './external-changes.ts';
import { ensureIdentity } from './identity.ts';
import { findPublications } from './publications.ts';
import { type PushContext, pushProduct } from './push.ts';
import { pushMany } from './push-many.ts';
import type { PushManyOptions, PushOptions, PushResult, PushSummary, SyncClient, SyncHealth } from './types.ts';

export interface ProductSyncOptions {
  /** What `createShopifyClient` returns. */
  readonly client: SyncClient;
  /** Where sync records are kept, such as `sqliteStores({ path })`. */
  readonly stores: Stores;
  /**
   * Publications (sales channels) to publish pushed products to, by name or gid. Default none, and then
   * shoppers do not see new products.
   */
  readonly publishTo?: readonly string[];
  /** Products pushed at the same time. Default 8, at most 1,000. The limiter paces them whatever this is. */
  readonly concurrency?: number;
  /**
   * Take over a product that is in the shop already, if it has the draft's handle. Default `false`. A dry run
   * does not look for it.
   */
  readonly adoptByHandle?: boolean;
  /** Make a product again that somebody deleted in Shopify. Default `false`: its push fails, without a call. */
  readonly recreateDeleted?: boolean;
  /** Time, for tests. */
  readonly clock?: Clock;
}

/** Keeps the products of a shop as the host's own data say. */
export interface ProductSync {
  /**
   * Validates one product and pushes it, unless nothing has changed since its last push. Pushes of the
   * same product follow one another.
   *
   * @throws StorageError, the signal's reason, and what keeps the whole shop from being reached.
   */
  push(product: unknown, options?: PushOptions): Promise<PushResult>;
  /** Pushes many products, each at most once, and goes on when one fails. */
  pushMany(products: Iterable<unknown> | AsyncIterable<unknown>, options?: PushManyOptions): Promise<PushSummary>;
  /** Brings a record up to date from a verified `products/update` or `products/delete` webhook. */
  applyWebhook(webhook: ProductWebhook, options?: ApplyWebhookOptions): Promise<WebhookEffect>;
  health(): Promise<SyncHealth>;
}

const defaultConcurrency = 8;

const maxConcurrency = 1000;

/**
 * Makes the product sync of one shop.
 *
 * @throws ConfigError where an option does not fit.
 */
export function createProductSync(options: ProductSyncOptions): ProductSync {
  const { client, stores, publishTo = [], concurrency = defaultConcurrency, clock = systemClock } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > maxConcurrency) {
    throw new ConfigError([{ field: 'concurrency', message: `must be a whole number from 1 to ${maxConcurrency}.` }]);
  }
  const { records } = stores;
  const inTurn = createTurns();
  const { adoptByHandle = false, recreateDeleted = false } = options;
  const publications = sharedTask(() => findPublications(client, publishTo));
  const identity = sharedTask(() => ensureIdentity(client));

  /** Looks the shop up once for all pushes; after a failure, the next push tries again. */
  const prepare = async ({ dryRun, signal }: PushOptions): Promise<PushContext> => {
    const found = await publications(signal);
    if (!dryRun) await identity(signal);
    return { client, records, clock, publications: found, adoptByHandle, recreateDeleted };
  };

  const push = async (product: unknown, pushOptions: PushOptions = {}): Promise<PushResult> => {
    const checked = validateProduct(product);
    if (!checked.ok) return { outcome: 'invalid', localId: checked.localId, issues: checked.errors };
    const context = await prepare(pushOptions);
    const { draft } = checked;
    return inTurn(draft.localId, () => pushProduct(draft, context, pushOptions), pushOptions.signal);
  };

  return {
    push,
    async pushMany(products, pushOptions = {}) {
      pushOptions.signal?.throwIfAborted();
      // What is wrong with the shop or the options is told once, not for each product.
      await prepare(pushOptions);
      const seen = new Set<string>();
      const pushOne = (product: unknown): Promise<PushResult> => {
        const localId = localIdOf(product);
        if (localId !== undefined && seen.has(localId)) return Promise.resolve(duplicate(localId));
        if (localId !== undefined) seen.add(localId);
        return push(product, pushOptions);
      };
      return pushMany(products, { clock, concurrency, pushOne, localIdOf }, pushOptions);
    },
    applyWebhook: (webhook, webhookOptions) => applyProductWebhook(records, webhook, { inTurn, clock }, webhookOptions),
    async health() {
      const { breaker, limiter } = client.status();
      const counts = await records.counts(client.shop);
      const troubled = counts.failed + counts.syncing + counts.deleted_in_shopify > 0;
      const status = breaker === 'open' ? 'failing' : troubled || breaker === 'half-open' ? 'degraded' : 'healthy';
      return { status, records: counts, breaker, limiter };
    },
  };
}

function localIdOf(product: unknown): string | undefined {
  return isRecord(product) && typeof product['localId'] === 'string' ? product['localId'] : undefined;
}

function duplicate(localId: string): PushResult {
  const message = 'is already used by an earlier product of this run. Give each product an id of its own.';
  return {
    outcome: 'invalid',
    localId,
    issues: [{ severity: 'error', code: 'local-id-duplicate', field: 'localId', message }],
  };
}
