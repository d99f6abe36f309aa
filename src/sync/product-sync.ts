import { randomUUID } from 'node:crypto';
import { ConfigError, type Issue, isShopwrightError, ValidationError } from '../errors/errors.ts';
import { PublicationsDocument } from '../graphql/operations/generated/graphql.ts';
import { allPages } from '../graphql/pagination.ts';
import { sharedTask } from '../internal/abort.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { forEachConcurrent } from '../internal/concurrency.ts';
import { KeyedMutex } from '../internal/keyed-mutex.ts';
import { lateModule } from '../internal/late-module.ts';
import { unknownNames, unknownValue } from '../internal/names.ts';
import type { BreakerState } from '../ports/events.ts';
import type { LimiterStatus } from '../ports/rate-limiter.ts';
import type { Stores } from '../ports/stores.ts';
import type { SyncCounts } from '../ports/sync-record-store.ts';
import type { ValidationIssue } from '../validation/issues.ts';
import { isCategoryPath, type ProductDraft, type ProductDraftInput } from '../validation/product-draft.ts';
import {
  type ApplyWebhookOptions,
  applyProductWebhook,
  type ProductWebhook,
  type WebhookOutcome,
} from './external-changes.ts';
import { DeleteBudget, type DeleteLimits, type ProductPlan } from './plan.ts';
import { ensureIdentity, hasIdentity, type SyncClient, unsentParts } from './product-input.ts';
import {
  localIdOf,
  type PushContext,
  type PushOptions,
  type PushOutcome,
  type PushResult,
  pushProduct,
} from './push.ts';
import { isShopWide } from './push-failure.ts';
import type { AdoptBy } from './read-remote.ts';
import { type MissingProducts, missingProducts, type Removal, removeProduct } from './remove.ts';
import { type RollbackOptions, type RollbackReport, type RollbackTarget, rollback } from './rollback.ts';
import { checkDeletes, costOf, type PlannedProduct, plannedProduct, type RunPlan } from './run-plan.ts';

/**
 * Options of `createProductSync`.
 *
 * @example
 * const sync = createProductSync({
 *   client: createShopifyClient({ shop, accessToken }),
 *   stores: sqliteStores({ path: 'sync.db' }),
 *   publishTo: ['Online Store'],
 *   concurrency: 4,
 * });
 */
export interface ProductSyncOptions {
  /** What `createShopifyClient` returns. */
  readonly client: SyncClient;
  /** Where the sync records are kept, such as `sqliteStores({ path })`. */
  readonly stores: Stores;
  /**
   * Publications (sales channels) to publish pushed products to, by name or gid. Default: none, and then customers do
   * not see new products.
   */
  readonly publishTo?: readonly string[];
  /** How many products are pushed at the same time: 1 to 1,000, default 8. The limiter paces their calls in any case. */
  readonly concurrency?: number;
  /**
   * By what a product that is in the shop already is taken for that of a draft, in this order: its `handle`, or the `sku`
   * or `barcode` of one of its variants. Its variants are kept. Default: none, and then a second product is created.
   */
  readonly adoptBy?: readonly AdoptBy[];
  /** The same as `adoptBy: ['handle']`. */
  readonly adoptByHandle?: boolean;
  /** Create a product again that somebody deleted in Shopify. Default `false`: its push fails without a call. */
  readonly recreateDeleted?: boolean;
  /**
   * Finds the category of a path, such as `Apparel & Accessories > Clothing`, in Shopify's taxonomy: its gid. Default: none,
   * and then a draft whose category is a path is invalid.
   */
  readonly resolveCategory?: (path: string) => MaybePromise<string | undefined>;
  /** The clock, for tests. Default: the system's. */
  readonly clock?: Clock;
}

type InvalidResult = Extract<PushResult, { outcome: 'invalid' }>;

type MaybePromise<T> = T | Promise<T>;

/** Keeps the products of one shop in step with your own data. */
export interface ProductSync {
  /**
   * Validates one product and pushes it, unless nothing has changed since its last push. Pushes of the same product
   * run one after another.
   *
   * @throws StorageError, the signal's reason, and errors that concern the whole shop.
   */
  push(product: ProductDraftInput, options?: PushOptions): Promise<PushResult>;
  /** Pushes many products, each at most once, and continues when one fails. */
  pushMany(
    products: Iterable<ProductDraftInput> | AsyncIterable<ProductDraftInput>,
    options?: PushManyOptions,
  ): Promise<PushSummary>;
  /**
   * Says what a push of these products would do, and changes nothing. Unchanged products are only counted.
   *
   * @throws StorageError, the signal's reason, and errors that concern the whole shop.
   *
   * @example
   * console.log(formatPlan(await sync.plan(products)));
   */
  plan(
    products: Iterable<ProductDraftInput> | AsyncIterable<ProductDraftInput>,
    options?: PushManyOptions,
  ): Promise<RunPlan>;
  /**
   * Makes what a plan says. Each product is read again: where the shop is not any more as it was, the product is
   * `outdated` and nothing of it is sent. What it deletes is checked against `maxDeletes` before the first write.
   *
   * @throws ValidationError for a plan of another shop, or one that deletes more than is allowed.
   *
   * @example
   * const summary = await sync.apply(plan, { maxDeletes: { variants: 3 } });
   */
  apply(plan: RunPlan, options?: Omit<PushManyOptions, 'missing'>): Promise<PushSummary>;
  /**
   * Deletes products from the shop, with their variants and stock, and forgets their records. The journal holds what stood
   * there: `rollback` makes them anew, without their ids, stock and sales.
   *
   * @throws ValidationError where a product has units in stock, or `maxDeletes` allows less; then nothing was sent.
   * StorageError, the signal's reason, and errors that concern the whole shop.
   *
   * @example
   * await sync.delete(['tee-1', 'tee-2'], { maxDeletes: { variantsWithStock: 4 } });
   */
  delete(localIds: Iterable<string>, options?: RemoveOptions): Promise<PushSummary>;
  /**
   * Archives products: customers no longer see them, and all that belongs to them stays. A later push of their drafts shows
   * them again.
   *
   * @throws ValidationError where `maxDeletes` allows less. StorageError, the signal's reason, and errors that concern the
   * whole shop.
   *
   * @example
   * await sync.archive(['tee-1']);
   */
  archive(localIds: Iterable<string>, options?: RemoveOptions): Promise<PushSummary>;
  /**
   * Puts back what a run, or the last push of one product, changed. What others changed since is left and listed; a product
   * that the run created is deleted. Safe to call again where it was cut off.
   *
   * @throws ValidationError where the journal knows no such run or product.
   *
   * @example
   * const report = await sync.rollback({ runId: summary.runId }, { dryRun: true });
   */
  rollback(target: RollbackTarget, options?: RollbackOptions): Promise<RollbackReport>;
  /**
   * Brings a record up to date from a verified `products/update` or `products/delete` webhook.
   *
   * @throws ValidationError for a `products/delete` that holds a product: the signature covers no topic, and the body of a
   * deletion is an id. StorageError of the stores.
   */
  applyWebhook(webhook: ProductWebhook, options?: ApplyWebhookOptions): Promise<WebhookOutcome>;
  /** Counts of the sync records, with the state of the circuit breaker and the limiter. */
  health(): Promise<SyncHealth>;
}

/**
 * Options of `pushMany`.
 *
 * @example
 * await sync.pushMany(products, {
 *   signal: shutdown.signal,
 *   onProgress: ({ finished, total, result }) => console.log(`${finished}/${total} ${result.localId} ${result.outcome}`),
 * });
 */
export interface PushManyOptions extends PushOptions {
  /**
   * What becomes of products that earlier runs pushed and this list no longer has: `keep` them, `archive` or `delete` them.
   * As many as `maxDeletes.products` allows; where there are more, nothing of the run is sent. Give it with whole lists only:
   * `pushMany` then reads the list to its end before it sends anything. Default `keep`.
   */
  readonly missing?: MissingProducts;
  /** Called after each product, and awaited where it returns a promise. What it throws ends the run. */
  readonly onProgress?: (progress: PushProgress) => unknown;
}

/**
 * Options of `delete` and `archive`.
 *
 * @example
 * await sync.archive(discontinued, { dryRun: true, onProgress: ({ result }) => console.log(result) });
 */
export interface RemoveOptions extends Pick<PushManyOptions, 'signal' | 'dryRun' | 'runId' | 'onProgress'> {
  /** How much may go. Default: the products that are named, and none of their variants that have stock. */
  readonly maxDeletes?: Omit<DeleteLimits, 'variants'>;
}

/** How far a run has come. */
export interface PushProgress {
  /** Products finished, whatever their outcome. */
  readonly finished: number;
  /** Products in the run, where it is known beforehand. */
  readonly total: number | undefined;
  readonly counts: Readonly<Record<PushOutcome, number>>;
  /** The product that was just finished. */
  readonly result: PushResult;
}

/** The summary of a run. */
export interface PushSummary {
  /** Products finished, whatever their outcome. */
  readonly finished: number;
  readonly counts: Readonly<Record<PushOutcome, number>>;
  /** The first 1,000 of them. */
  readonly invalid: readonly Extract<PushResult, { outcome: 'invalid' }>[];
  /** The first 1,000 of them. */
  readonly failed: readonly Extract<PushResult, { outcome: 'failed' }>[];
  /** What stopped the run before its end: the signal's reason, or an error that concerns the whole shop. */
  readonly stoppedBy: unknown;
  readonly durationMs: number;
  /** Name of the run in the journal. */
  readonly runId: string;
}

/** How well the sync with one shop works. */
export interface SyncHealth {
  /** `failing`: the breaker is open. `degraded`: it is half open, or products failed, were deleted, or are being pushed. */
  readonly status: 'healthy' | 'degraded' | 'failing';
  readonly records: SyncCounts;
  readonly breaker: BreakerState;
  readonly limiter: LimiterStatus | undefined;
}

/** Loaded with the first product: zod takes longer to load than everything else in this entry. */
const loadValidation = lateModule(() => import('../validation/validate.ts'));

const optionNames: Record<keyof ProductSyncOptions, true> = {
  client: true,
  stores: true,
  publishTo: true,
  concurrency: true,
  adoptBy: true,
  adoptByHandle: true,
  recreateDeleted: true,
  resolveCategory: true,
  clock: true,
};

/** What a dry run may take away. */
const anyRemoval = { products: Number.POSITIVE_INFINITY, variantsWithStock: Number.POSITIVE_INFINITY };

const defaultConcurrency = 8;

const maxConcurrency = 1000;

/**
 * Creates the product sync of one shop.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) for an invalid option.
 *
 * @example
 * const sync = createProductSync({ client, stores: memoryStores() });
 * const result = await sync.push({ localId: 'tee-1', title: 'Linen tee', variants: [{ sku: 'TEE-M', price: '24.90' }] });
 */
export function createProductSync(options: ProductSyncOptions): ProductSync {
  const { client, stores, publishTo = [], concurrency = defaultConcurrency, clock = systemClock } = options;
  const issues: Issue[] = [...unknownNames(options, optionNames)];
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > maxConcurrency)
    issues.push({ field: 'concurrency', message: `must be a whole number from 1 to ${maxConcurrency}.` });
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  const { records, journal } = stores;
  const mutex = new KeyedMutex();
  const { adoptByHandle = false, adoptBy = adoptByHandle ? ['handle'] : [], recreateDeleted = false } = options;
  const findOnce = new Map<string, (signal?: AbortSignal) => Promise<readonly string[]>>();
  const publicationsOf = (wanted: readonly string[], signal?: AbortSignal): Promise<readonly string[]> => {
    const key = JSON.stringify(wanted);
    const task = findOnce.get(key) ?? sharedTask(async () => [...(await findPublications(client, wanted))].sort());
    findOnce.set(key, task);
    return task(signal);
  };
  const identity = sharedTask(() => ensureIdentity(client));

  /** Reads what all pushes need, once; after a failure, the next push tries again. */
  const prepare = async ({ dryRun, signal, maxDeletes }: PushOptions): Promise<PushContext> => {
    const found = await publicationsOf(publishTo, signal);
    const isKnown = dryRun ? await hasIdentity(client) : true;
    if (!dryRun) await identity(signal);
    const shared = { client, records, journal, clock, adoptBy, recreateDeleted };
    return { ...shared, publications: found, hasIdentity: isKnown, deletes: new DeleteBudget(maxDeletes) };
  };

  /** The draft of a product that can be pushed, or the result for one that cannot. */
  const draftOf = async (product: unknown): Promise<{ readonly draft: ProductDraft } | InvalidResult> => {
    const { validateProduct } = await loadValidation();
    const checked = validateProduct(product);
    if (!checked.ok) return { outcome: 'invalid', localId: checked.localId, issues: checked.errors };
    const draft = await withCategory(checked.draft, options.resolveCategory);
    const unsent = unsentParts(draft);
    return unsent.length > 0 ? { outcome: 'invalid', localId: draft.localId, issues: unsent } : { draft };
  };

  const pushDraft = async (
    draft: ProductDraft,
    pushOptions: PushOptions,
    context: PushContext,
  ): Promise<PushResult> => {
    const { localId } = draft;
    const own = draft.publishTo && (await publicationsOf(draft.publishTo, pushOptions.signal).catch(issuesOfConfig));
    if (own && 'issues' in own) return { outcome: 'invalid', localId, issues: own.issues };
    const publishing = own ? { ...context, publications: own } : context;
    return mutex.run(localId, () => pushProduct(draft, publishing, pushOptions), pushOptions.signal);
  };

  const remove = (localId: string, removal: Removal, options: RemoveOptions, expected?: ProductPlan) =>
    mutex.run(
      localId,
      () => removeProduct(localId, removal, { client, records, journal, clock }, { ...options, expected }),
      options.signal,
    );

  /** What removals would take away, checked against what is allowed. Nothing is sent. */
  const planRemovals = async (
    localIds: Iterable<string> | AsyncIterable<string>,
    removal: Removal,
    { signal }: RemoveOptions,
    maxDeletes: (count: number) => DeleteLimits | undefined,
  ): Promise<ReadonlyMap<object, PushResult>> => {
    const found = new Map<object, PushResult>();
    await forEachConcurrent(localIds, { concurrency, signal }, async (localId) => {
      found.set({ localId }, await remove(localId, removal, { ...(signal && { signal }), dryRun: true }));
    });
    const shopWide = [...found.values()].find((result) => result.outcome === 'failed' && isShopWide(result.error));
    if (shopWide?.outcome === 'failed') throw shopWide.error;
    const plans = [...found.values()].flatMap((result) => ('plan' in result ? [result.plan] : []));
    checkDeletes(plans, maxDeletes(plans.length), client.shop);
    return found;
  };

  /** Makes a removal as it was planned. */
  const removeAsPlanned = (localId: string, planned: PushResult, removal: Removal, options: RemoveOptions) =>
    'plan' in planned || planned.outcome === 'unchanged'
      ? remove(localId, removal, options, 'plan' in planned ? planned.plan : undefined)
      : Promise.resolve(planned);

  const removeNamed = async (
    localIds: Iterable<string>,
    removal: Removal,
    options: RemoveOptions = {},
  ): Promise<PushSummary> => {
    options.signal?.throwIfAborted();
    const planned = await planRemovals(new Set(localIds), removal, options, (count) =>
      options.dryRun ? anyRemoval : { products: count, ...options.maxDeletes },
    );
    const runOptions = { ...options, runId: options.runId ?? randomUUID() };
    const pushOne = (product: unknown): Promise<PushResult> => {
      const result = planned.get(product as object) ?? skippedOf(product);
      return options.dryRun
        ? Promise.resolve(result)
        : removeAsPlanned(localIdOf(product) ?? '', result, removal, runOptions);
    };
    return pushMany([...planned.keys()], { clock, concurrency, pushOne }, runOptions);
  };

  const push = async (product: unknown, pushOptions: PushOptions = {}, ofRun?: PushContext): Promise<PushResult> => {
    const found = await draftOf(product);
    return 'draft' in found ? pushDraft(found.draft, pushOptions, ofRun ?? (await prepare(pushOptions))) : found;
  };

  return {
    push: (product, pushOptions) => push(product, pushOptions),
    async pushMany(products, pushOptions = {}) {
      const { signal, dryRun, maxDeletes } = pushOptions;
      const removal = removalOf(pushOptions);
      signal?.throwIfAborted();
      const whole = removal && (await readWhole(products, signal));
      // An error of the shop or the options is reported once, not for each product.
      const context = await prepare(pushOptions);
      const runOptions = { ...pushOptions, runId: pushOptions.runId ?? randomUUID() };
      const gone = whole && missingProducts(records, client.shop, removal, listed(whole, client.shop));
      const removals =
        gone && (await planRemovals(gone, removal, pushOptions, () => (dryRun ? anyRemoval : maxDeletes)));
      // What the list lacks is taken from the budget of all: its stock is none that variants may take.
      context.deletes.take([...(removals?.values() ?? [])].flatMap((one) => ('plan' in one ? [one.plan] : [])));
      const seen = new Set<string>();
      const pushOne = (product: unknown): Promise<PushResult> => {
        const planned = removals?.get(product as object);
        if (planned && removal && !dryRun)
          return removeAsPlanned(localIdOf(product) ?? '', planned, removal, {
            ...(signal && { signal }),
            runId: runOptions.runId,
          });
        if (planned) return Promise.resolve(planned);
        const localId = localIdOf(product);
        if (localId !== undefined && seen.has(localId)) return Promise.resolve(duplicate(localId));
        if (localId !== undefined) seen.add(localId);
        return push(product, runOptions, context);
      };
      const all = whole && removals ? [...whole, ...removals.keys()] : products;
      return pushMany(all, { clock, concurrency, pushOne }, runOptions);
    },
    delete: (localIds, removeOptions) => removeNamed(localIds, 'delete', removeOptions),
    archive: (localIds, removeOptions) => removeNamed(localIds, 'archive', removeOptions),
    async plan(products, planOptions = {}) {
      const { signal } = planOptions;
      const removal = removalOf(planOptions);
      signal?.throwIfAborted();
      // What is allowed is checked when the plan is applied: here all of it is to be seen.
      const all = Number.POSITIVE_INFINITY;
      const maxDeletes = { products: all, variants: all, variantsWithStock: all };
      const dryRun = { ...planOptions, maxDeletes, dryRun: true };
      const context = await prepare(dryRun);
      const found: PlannedProduct[] = [];
      const pushOne = async (product: unknown): Promise<PushResult> => {
        if (product instanceof Missing && removal) {
          const result = await remove(product.localId, removal, { ...(signal && { signal }), dryRun: true });
          if (result.outcome !== 'unchanged') found.push(plannedProduct(result, undefined));
          return result;
        }
        const checked = await draftOf(product);
        const draft = 'draft' in checked ? checked.draft : undefined;
        const result = 'draft' in checked ? await pushDraft(checked.draft, dryRun, context) : checked;
        if (result.outcome !== 'unchanged' || result.drifts) found.push(plannedProduct(result, draft));
        return result;
      };
      const options = { ...planOptions, runId: '' };
      const { counts, stoppedBy } = await pushMany(
        removal ? withMissing(products, removal, stores.records, client.shop) : products,
        { clock, concurrency, pushOne },
        options,
      );
      if (stoppedBy !== undefined) throw stoppedBy;
      const costs = found.flatMap(({ plan }) => (plan ? [costOf(plan)] : []));
      const [points, calls] = (['points', 'calls'] as const).map((name) =>
        costs.reduce((sum, cost) => sum + cost[name], 0),
      );
      return {
        shop: client.shop,
        createdAt: clock.now(),
        counts,
        products: found,
        points: points ?? 0,
        calls: calls ?? 0,
      };
    },
    async apply(plan, applyOptions = {}) {
      applyOptions.signal?.throwIfAborted();
      if (plan.shop !== client.shop) {
        const message = `is for ${plan.shop}, and this sync is for ${client.shop}. Apply it with a sync of its shop.`;
        throw new ValidationError('The plan was not applied', {
          issues: [{ field: 'plan', message }],
          shop: client.shop,
        });
      }
      checkDeletes(
        plan.products.flatMap((one) => one.plan ?? []),
        applyOptions.maxDeletes,
        client.shop,
      );
      const context = await prepare(applyOptions);
      const runOptions = { ...applyOptions, runId: applyOptions.runId ?? randomUUID() };
      // Products that left the list go last: a draft may have taken over the handle of one.
      const [drafts, removals] = [true, false].map((isDraft) =>
        plan.products.flatMap((one) =>
          one.plan && isDraft === (one.draft !== undefined) ? [[one.draft ?? one, one.plan] as const] : [],
        ),
      );
      const planned = new Map<unknown, ProductPlan>([...(drafts ?? []), ...(removals ?? [])]);
      const pushOne = (product: unknown): Promise<PushResult> => {
        const expected = planned.get(product);
        if (expected?.action === 'delete' || expected?.action === 'archive')
          return remove(expected.localId, expected.action, runOptions, expected);
        return push(product, runOptions, { ...context, ...(expected && { expected }) });
      };
      return pushMany([...planned.keys()], { clock, concurrency, pushOne }, runOptions);
    },
    rollback: (target, rollbackOptions = {}) => {
      const { signal } = rollbackOptions;
      const inTurn = <T>(localId: string, work: () => Promise<T>) => mutex.run(localId, work, signal);
      const recreate = async (draft: ProductDraft, publications: readonly string[]): Promise<PushResult> => {
        await identity(signal);
        const shared = {
          client,
          records,
          journal,
          clock,
          publications,
          hasIdentity: true,
          deletes: new DeleteBudget(),
        };
        const context = { ...shared, adoptBy: [], recreateDeleted: true, isRollback: true };
        return pushProduct(draft, context, { ...(signal && { signal }) });
      };
      return rollback(target, { client, records, journal, clock, inTurn, recreate }, rollbackOptions);
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

/** A product of the records that the list of a plan lacks. */
class Missing {
  readonly localId: string;

  constructor(localId: string) {
    this.localId = localId;
  }
}

/** The products of a list, and behind them those that it lacks. */
async function* withMissing(
  products: Iterable<unknown> | AsyncIterable<unknown>,
  removal: Removal,
  records: Stores['records'],
  shop: string,
): AsyncGenerator<unknown> {
  const seen = new Set<string>();
  let nameless = 0;
  for await (const product of products) {
    const localId = localIdOf(product);
    if (localId === undefined) nameless += 1;
    else seen.add(localId);
    yield product;
  }
  refuseNameless(nameless, shop);
  for await (const localId of missingProducts(records, shop, removal, (id) => seen.has(id))) yield new Missing(localId);
}

async function readWhole(
  products: Iterable<unknown> | AsyncIterable<unknown>,
  signal: AbortSignal | undefined,
): Promise<readonly unknown[]> {
  const whole: unknown[] = [];
  for await (const product of products) {
    signal?.throwIfAborted();
    whole.push(product);
  }
  return whole;
}

/** Tells of a local id whether the list has it. */
function listed(products: readonly unknown[], shop: string): (localId: string) => boolean {
  const localIds = new Set(products.map(localIdOf));
  refuseNameless(localIds.has(undefined) ? products.filter((one) => localIdOf(one) === undefined).length : 0, shop);
  return (localId) => localIds.has(localId);
}

/** @throws ValidationError where products without a local id could be those that seem to be missing. */
function refuseNameless(count: number, shop: string): void {
  if (count === 0) return;
  const message = `cannot be known: ${count} of the list ${count === 1 ? 'has' : 'have'} no local id, and may be what seems to be missing. Give each product its local id, or leave \`missing\` out.`;
  throw new ValidationError('Nothing was changed', { issues: [{ field: 'missing', message }], shop });
}

/** @throws ConfigError for a word that is none. */
function removalOf({ missing }: PushManyOptions): Removal | undefined {
  const issues = unknownValue('missing', missing, ['keep', 'archive', 'delete']);
  if (issues.length > 0) throw new ConfigError('Invalid options', { issues });
  return missing === 'keep' ? undefined : missing;
}

/** The draft with the gid of its category, where that is a path that can be resolved. */
async function withCategory(
  draft: ProductDraft,
  resolve: ProductSyncOptions['resolveCategory'],
): Promise<ProductDraft> {
  if (!draft.category || !resolve || !isCategoryPath(draft.category)) return draft;
  const category = await resolve(draft.category);
  return category === undefined ? draft : { ...draft, category };
}

/** A publication that only a product names, and that the shop does not have, is that product's fault. */
function issuesOfConfig(error: unknown): { readonly issues: readonly ValidationIssue[] } {
  if (!isShopwrightError(error, 'CONFIG_INVALID')) throw error;
  return { issues: error.issues.map((issue) => ({ severity: 'error', code: 'publication-unknown', ...issue })) };
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
 * Finds publications (sales channels) by gid or by name, such as `Online Store`.
 *
 * @returns Their gids, in the order given.
 * @throws ConfigError that names those the shop does not have, and those it has.
 */
async function findPublications(client: SyncClient, wanted: readonly string[]): Promise<readonly string[]> {
  if (wanted.length === 0) return [];
  const publications = await allPages(async (after) => {
    const { data } = await client.graphql(PublicationsDocument, { first: 100, after }, { priority: 'background' });
    return data.publications;
  });
  // A channel is known by the name of its app; what is no channel, by the title of its catalog.
  const found = publications.map(({ id, catalog }) => {
    const apps = catalog && 'apps' in catalog ? catalog.apps.nodes.map(({ title }) => title) : [];
    return { id, names: [...apps, ...(catalog ? [catalog.title] : [])] };
  });

  const is = (text: string) => (name: string) => name.toLowerCase() === text.toLowerCase();
  const missing: string[] = [];
  const gids = wanted.flatMap((text) => {
    const match = found.find(({ id, names }) => id === text || names.some(is(text)));
    if (!match) missing.push(text);
    return match ? [match.id] : [];
  });
  if (missing.length > 0) {
    const names = found.map(({ id, names: [name = id] }) => `"${name}"`).join(', ') || 'none';
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
  options: PushManyOptions & { readonly runId: string },
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
    const skipped = skippedOf(product);
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
  return { finished, counts, invalid, failed, stoppedBy: stop?.reason, durationMs, runId: options.runId };
}

const skippedOf = (product: unknown): Extract<PushResult, { outcome: 'skipped' }> => ({
  outcome: 'skipped',
  localId: localIdOf(product),
});

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
    conflict: 0,
    'would-create': 0,
    'would-update': 0,
    deleted: 0,
    archived: 0,
    'would-delete': 0,
    'would-archive': 0,
    blocked: 0,
    outdated: 0,
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
