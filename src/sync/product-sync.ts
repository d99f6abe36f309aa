import { ConfigError, isShopwrightError } from '../errors/errors.ts';
import { PublicationsDocument } from '../graphql/operations/generated/graphql.ts';
import { allPages } from '../graphql/pagination.ts';
import { sharedTask } from '../internal/abort.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { forEachConcurrent } from '../internal/concurrency.ts';
import { isRecord } from '../internal/json.ts';
import { KeyedMutex } from '../internal/keyed-mutex.ts';
import { lateModule } from '../internal/late-module.ts';
import type { Stores } from '../ports/stores.ts';
import {
  type ApplyWebhookOptions,
  applyProductWebhook,
  type ProductWebhook,
  type WebhookOutcome,
} from './external-changes.ts';
import { ensureIdentity, type SyncClient } from './product-input.ts';
import {
  isShopWide,
  type PushContext,
  type PushManyOptions,
  type PushOptions,
  type PushOutcome,
  type PushResult,
  type PushSummary,
  pushProduct,
  type SyncHealth,
} from './push.ts';

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
  applyWebhook(webhook: ProductWebhook, options?: ApplyWebhookOptions): Promise<WebhookOutcome>;
  health(): Promise<SyncHealth>;
}

/** Loaded with the first product: zod costs more than all else of this entry. */
const loadValidation = lateModule(() => import('../validation/validate.ts'));

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
    throw new ConfigError('Invalid configuration', {
      issues: [{ field: 'concurrency', message: `must be a whole number from 1 to ${maxConcurrency}.` }],
    });
  }
  const { records } = stores;
  const mutex = new KeyedMutex();
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
    const { validateProduct } = await loadValidation();
    const checked = validateProduct(product);
    if (!checked.ok) return { outcome: 'invalid', localId: checked.localId, issues: checked.errors };
    const context = await prepare(pushOptions);
    const { draft } = checked;
    return mutex.run(draft.localId, () => pushProduct(draft, context, pushOptions), pushOptions.signal);
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
      return pushMany(products, { clock, concurrency, pushOne }, pushOptions);
    },
    applyWebhook: (webhook, webhookOptions) => applyProductWebhook(records, webhook, { mutex, clock }, webhookOptions),
    async health() {
      const { breaker, limiter } = client.status();
      const counts = await records.counts(client.shop);
      const troubled = counts.failed + counts.syncing + counts['deleted-in-shopify'] > 0;
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

/**
 * Finds the publications (sales channels) that a host names by gid or by name, such as `Online Store`.
 *
 * @returns Their gids, in the order given.
 * @throws ConfigError naming what the shop does not have, and what it has.
 */
async function findPublications(client: SyncClient, wanted: readonly string[]): Promise<readonly string[]> {
  if (wanted.length === 0) return [];
  const found = await allPages(async (after) => {
    const { data } = await client.graphql(PublicationsDocument, { first: 100, after }, { priority: 'background' });
    return data.publications;
  });

  const missing: string[] = [];
  const gids = wanted.flatMap((text) => {
    const match = found.find(({ id, name }) => id === text || name.toLowerCase() === text.toLowerCase());
    if (!match) missing.push(text);
    return match ? [match.id] : [];
  });
  if (missing.length > 0) {
    const names = found.map(({ name }) => `"${name}"`).join(', ') || 'none';
    throw new ConfigError('Invalid configuration', {
      issues: missing.map((text) => ({
        field: 'publishTo',
        message: `${client.shop} has no publication "${text}". It has: ${names}.`,
      })),
      shop: client.shop,
    });
  }
  return [...new Set(gids)];
}

interface PushManySettings {
  readonly clock: Clock;
  /** Products pushed at the same time. */
  readonly concurrency: number;
  /** Validates and pushes one product. */
  readonly pushOne: (product: unknown, options: PushManyOptions) => Promise<PushResult>;
}

/**
 * Pushes products with bounded concurrency. A failed product never stops the others; an error that concerns the whole
 * shop does, and leaves the rest to the next run. It ends only when everything in flight has ended.
 *
 * @throws What the source or `onProgress` throws.
 */
async function pushMany(
  products: Iterable<unknown> | AsyncIterable<unknown>,
  { clock, concurrency, pushOne }: PushManySettings,
  options: PushManyOptions,
): Promise<PushSummary> {
  const startedAt = clock.monotonic();
  const total = Array.isArray(products) ? products.length : undefined;
  const counters = new PushCounters();
  const halt = new AbortController();
  let stop: { readonly reason: unknown } | undefined;

  const stopFor = (reason: unknown): void => {
    stop ??= { reason };
    // What is left of a list is reported as skipped; a stream of unknown length is not read to its end for that.
    if (total === undefined) halt.abort();
  };
  const onAbort = (): void => stopFor(options.signal?.reason);
  options.signal?.addEventListener('abort', onAbort, { once: true });

  const pushOrSkip = async (product: unknown): Promise<PushResult> => {
    const skipped: PushResult = { outcome: 'skipped', localId: localIdOf(product) };
    if (stop) return skipped;
    const result = await pushOne(product, options).catch((error: unknown): PushResult => {
      if (options.signal?.aborted) return skipped;
      if (!isShopwrightError(error) || skipped.localId === undefined) throw error;
      return { outcome: 'failed', localId: skipped.localId, error };
    });
    if (result.outcome !== 'failed' || !isShopWide(result.error)) return result;
    stopFor(result.error);
    // An open breaker let nothing out: the product has not failed, it waits for the next run.
    return result.error.code === 'CIRCUIT_OPEN' ? skipped : result;
  };

  try {
    await forEachConcurrent(products, { concurrency, signal: halt.signal }, async (product) => {
      const result = await pushOrSkip(product);
      counters.add(result);
      const { finished, counts } = counters;
      await options.onProgress?.({ finished, total, counts: { ...counts }, result });
    });
  } catch (error) {
    if (!halt.signal.aborted || error !== halt.signal.reason) throw error;
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
  }
  const { finished, counts, invalid, failed } = counters;
  const durationMs = clock.monotonic() - startedAt;
  return { finished, counts, invalid, failed, stoppedBy: stop?.reason, durationMs };
}

/** Most products that a summary lists by name, for each of `invalid` and `failed`; all of them are counted. */
const mostListed = 1000;

/** Counts the results of a run. */
class PushCounters {
  finished = 0;
  readonly invalid: PushSummary['invalid'][number][] = [];
  readonly failed: PushSummary['failed'][number][] = [];
  readonly counts: Record<PushOutcome, number> = {
    created: 0,
    updated: 0,
    unchanged: 0,
    'would-create': 0,
    'would-update': 0,
    invalid: 0,
    failed: 0,
    skipped: 0,
  };

  add(result: PushResult): void {
    this.finished += 1;
    this.counts[result.outcome] += 1;
    if (result.outcome === 'invalid' && this.invalid.length < mostListed) this.invalid.push(result);
    if (result.outcome === 'failed' && this.failed.length < mostListed) this.failed.push(result);
  }
}
