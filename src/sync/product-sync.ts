import { ConfigError, isShopwrightError } from '../errors/errors.ts';
import type { GraphqlResult } from '../graphql/graphql.ts';
import { PublicationsDocument, type PublicationsQuery } from '../graphql/operations/generated/graphql.ts';
import { sharedTask, untilAborted } from '../internal/abort.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
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
      return pushMany(products, { clock, concurrency, pushOne, localIdOf }, pushOptions);
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
  const found: { id: string; name: string }[] = [];
  let after: string | null = null;
  do {
    const page: GraphqlResult<PublicationsQuery> = await client.graphql(
      PublicationsDocument,
      { first: 100, after },
      { priority: 'background' },
    );
    found.push(...page.data.publications.nodes);
    const { hasNextPage, endCursor } = page.data.publications.pageInfo;
    after = hasNextPage ? endCursor : null;
  } while (after !== null);

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
  readonly localIdOf: (product: unknown) => string | undefined;
}

/**
 * Pushes products with bounded concurrency, drawing the next one only when a place is free, so a source
 * of any length can be streamed. One product's failure never stops the others; what holds for the whole
 * shop does, and leaves the rest for the next run. It ends only when all that is in flight has ended.
 *
 * @throws What the source or `onProgress` throws.
 */
async function pushMany(
  products: Iterable<unknown> | AsyncIterable<unknown>,
  settings: PushManySettings,
  options: PushManyOptions,
): Promise<PushSummary> {
  const startedAt = settings.clock.monotonic();
  const total = Array.isArray(products) ? products.length : undefined;
  const source = createSource(products);
  const tally = createTally();
  // Ends the wait for a stream that has nothing to give just now.
  const halt = new AbortController();
  let stop: { readonly reason: unknown } | undefined;
  let broken: { readonly error: unknown } | undefined;

  const stopFor = (reason: unknown): void => {
    stop ??= { reason };
    if (total === undefined) halt.abort();
  };
  const onAbort = (): void => stopFor(options.signal?.reason);
  options.signal?.addEventListener('abort', onAbort, { once: true });

  const handle = async (product: unknown): Promise<PushResult> => {
    const skipped: PushResult = { outcome: 'skipped', localId: settings.localIdOf(product) };
    if (stop) return skipped;
    const result = await settings.pushOne(product, options).catch((error: unknown): PushResult => {
      if (options.signal?.aborted) return skipped;
      if (!isShopwrightError(error) || skipped.localId === undefined) throw error;
      return { outcome: 'failed', localId: skipped.localId, error };
    });
    if (result.outcome !== 'failed' || !isShopWide(result.error)) return result;
    stopFor(result.error);
    // An open breaker let nothing out: the product has not failed, it waits for the next run.
    return result.error.code === 'CIRCUIT_OPEN' ? skipped : result;
  };

  const work = async (): Promise<void> => {
    try {
      // What is left of a list is told as skipped; a stream of unknown length is not read to its end for that.
      while (!broken && (!stop || total !== undefined)) {
        const next = await untilAborted(source.next(), halt.signal);
        if (next.done) return;
        const result = await handle(next.value);
        tally.add(result);
        await options.onProgress?.({ finished: tally.finished, total, counts: { ...tally.counts }, result });
      }
    } catch (error) {
      if (halt.signal.aborted) return;
      broken ??= { error };
      halt.abort();
    }
  };

  await Promise.all(Array.from({ length: settings.concurrency }, work));
  options.signal?.removeEventListener('abort', onAbort);
  if (stop || broken) source.close();
  if (broken) throw broken.error;
  return {
    finished: tally.finished,
    counts: tally.counts,
    invalid: tally.invalid,
    failed: tally.failed,
    stoppedBy: stop?.reason,
    durationMs: settings.clock.monotonic() - startedAt,
  };
}

/** A source of products, drawn from one at a time by whoever is free. */
interface PushSource {
  next(): Promise<IteratorResult<unknown>>;
  /** Tells the source that no more is wanted. */
  close(): void;
}

/** An iterator need not stand two draws at the same time: each waits for the one before. */
function createSource(products: Iterable<unknown> | AsyncIterable<unknown>): PushSource {
  const iterator = isAsync(products) ? products[Symbol.asyncIterator]() : products[Symbol.iterator]();
  let drawn: Promise<unknown> = Promise.resolve();
  return {
    next() {
      const next = drawn.then(() => iterator.next());
      drawn = next;
      return next;
    },
    close() {
      // A generator that is waiting closes only after that wait, which may never end, so nobody waits for
      // it. What its own clean-up throws must not hide why the run was stopped.
      void (async () => iterator.return?.())().catch(() => undefined);
    },
  };
}

function isAsync(products: Iterable<unknown> | AsyncIterable<unknown>): products is AsyncIterable<unknown> {
  return typeof products === 'object' && Symbol.asyncIterator in products;
}

/** Problems of a run that its summary names one by one; all are counted. */
const namedProblems = 1000;

/** Counts the results of a run. */
interface Tally extends Pick<PushSummary, 'finished' | 'counts' | 'invalid' | 'failed'> {
  add(result: PushResult): void;
}

function createTally(): Tally {
  const invalid: PushSummary['invalid'][number][] = [];
  const failed: PushSummary['failed'][number][] = [];
  const counts: Record<PushOutcome, number> = {
    created: 0,
    updated: 0,
    unchanged: 0,
    'would-create': 0,
    'would-update': 0,
    invalid: 0,
    failed: 0,
    skipped: 0,
  };
  let finished = 0;
  return {
    get finished() {
      return finished;
    },
    counts,
    invalid,
    failed,
    add(result) {
      finished += 1;
      counts[result.outcome] += 1;
      if (result.outcome === 'invalid' && invalid.length < namedProblems) invalid.push(result);
      if (result.outcome === 'failed' && failed.length < namedProblems) failed.push(result);
    },
  };
}
