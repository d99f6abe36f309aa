// One file: the sync of one shop, with its methods, their options, and what the methods share.
import { randomUUID } from 'node:crypto';
import { ConfigError, type Issue, isShopwrightError, ValidationError } from '../errors/errors.ts';
import { sharedTask } from '../internal/abort.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { forEachConcurrent } from '../internal/concurrency.ts';
import { ownValue } from '../internal/json.ts';
import { KeyedMutex } from '../internal/keyed-mutex.ts';
import { lateModule } from '../internal/late-module.ts';
import { idListIssues, missingMethods, unknownNames, unknownValue } from '../internal/names.ts';
import type { Stores } from '../ports/stores.ts';
import type { SyncRecord } from '../ports/sync-record-store.ts';
import { keyProblem } from '../storage/adapter-kit.ts';
import type { ValidationIssue } from '../validation/issues.ts';
import {
  isCategoryPath,
  maxTextLength,
  type ProductDraft,
  type ProductDraftInput,
} from '../validation/product-draft.ts';
import { SharedImages } from './files/shared-images.ts';
import { createHealthReader, type HealthOptions, type HealthReader, healthIssues, watchCalls } from './health.ts';
import { ensureIdentity, hasIdentity } from './identity.ts';
import type { ImportAllOptions, ImportOptions, ImportResult } from './import.ts';
import { type Candidate, candidatesOf, type Looked, mostDrawn, recordsOf, SeenIds } from './plan/candidates.ts';
import {
  DeleteBudget,
  type DeleteLimits,
  type DriftPolicy,
  deleteLimitIssues,
  limitsOf,
  managedIssues,
  type PlanOptions,
  type ProductPlan,
} from './plan/plan.ts';
import type { RemoteProduct } from './plan/product-facts.ts';
import { checkDeletes, costOf, type PlannedProduct, plannedProduct, type RunPlan } from './plan/run-plan.ts';
import { type BulkCreateSummary, type CreateInBulkOptions, createInBulk } from './push/bulk-create.ts';
import { type KeptStores, keptStores } from './push/erased-shop.ts';
import { gateIssues } from './push/gate.ts';
import {
  listed,
  Missing,
  missingProducts,
  type Removal,
  readWhole,
  refuseNamelessRows,
  removalOf,
  withMissing,
} from './push/missing-products.ts';
import { unsentParts } from './push/product-input.ts';
import {
  localIdOf,
  type PushContext,
  type PushOptions,
  type PushResult,
  pushProduct,
  unchangedIf,
} from './push/push.ts';
import { isShopWide } from './push/push-failure.ts';
import { type PushManyOptions, type PushSummary, pushMany, skippedOf } from './push/push-many.ts';
import { createPushOutcomes } from './push/push-outcomes.ts';
import { removeProduct } from './push/remove.ts';
import { type DraftSource, failedDrafts, type RetryFailedOptions, WithoutDraft } from './push/retry-failed.ts';
import { inRollout, rolloutIssues } from './push/rollout.ts';
import { type AdoptBy, readRemotes, type WantedProduct } from './read-remote.ts';
import {
  type ApplyWebhookOptions,
  applyProductWebhook,
  type ProductWebhook,
  type WebhookOutcome,
} from './reconcile/external-changes.ts';
import { type ReconcileOptions, type ReconcileReport, reconcile } from './reconcile/reconcile.ts';
import { checkRecord, isBeingPushed } from './reconcile/repair.ts';
import { type JournalRetention, pruneJournal, retentionIssues } from './rollback/journal-retention.ts';
import { type RollbackOptions, type RollbackReport, type RollbackTarget, rollback } from './rollback/rollback.ts';
import { createShopInfo, type ShopInfo, type ShopPublication } from './shop/shop-info.ts';
import type { SyncClient } from './sync-client.ts';

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
  /** A client of `createShopifyClient`. */
  readonly client: SyncClient;
  /** Where sync records and the journal are stored, such as `sqliteStores({ path })`. */
  readonly stores: Stores;
  /**
   * Publications (sales channels) in which pushed products are published, by name or gid. Default: none; then customers
   * do not see new products.
   */
  readonly publishTo?: readonly string[];
  /**
   * How many products are pushed, or restored by a rollback, at the same time: 1 to 1,000, default 8. The rate limiter
   * paces the calls in any case.
   */
  readonly concurrency?: number;
  /**
   * How to recognise a draft's product that is already in the shop, tried in this order: by its `handle`, or by the
   * `sku` or `barcode` of one of its variants. It is updated and keeps its variants. Default: none; then a second
   * product is created.
   */
  readonly adoptBy?: readonly AdoptBy[];
  /** The same as `adoptBy: ['handle']`. */
  readonly adoptByHandle?: boolean;
  /**
   * Whether to create a product again that somebody deleted in Shopify. Default `false`: its push fails without a call.
   */
  readonly recreateDeleted?: boolean;
  /**
   * Returns the gid in Shopify's taxonomy for a category path, such as `Apparel & Accessories > Clothing`. Default:
   * none; then a draft whose category is a path is invalid.
   */
  readonly resolveCategory?: (path: string) => MaybePromise<string | undefined>;
  /** How long the journal keeps entries. Default: 90 days or 3 runs, whichever is more. `forever` deletes nothing. */
  readonly journal?: JournalRetention | 'forever';
  /** Thresholds, cache and queue for `health()` and `watchHealth`. */
  readonly health?: HealthOptions;
  /** Clock, for tests. Default: the system clock. */
  readonly clock?: Clock;
}

type InvalidResult = Extract<PushResult, { outcome: 'invalid' }>;

type MaybePromise<T> = T | Promise<T>;

/** Keeps the products of one shop in sync with your own data. */
export interface ProductSync extends HealthReader {
  /** The client passed to `createProductSync`. */
  readonly client: SyncClient;
  /** The records and journal of the stores passed to `createProductSync`. */
  readonly stores: Pick<Stores, 'records' | 'journal'>;
  /**
   * Validates one product and pushes it, unless nothing has changed since its last push. Pushes of the same product run
   * one after another.
   *
   * @throws StorageError, the signal's reason, and errors that concern the whole shop.
   */
  push(product: ProductDraftInput, options?: PushOptions): Promise<PushResult>;
  /**
   * Pushes many products, each at most once. If one fails, the others are still pushed.
   *
   * @throws What the list or `onProgress` throws, once every push in progress has ended; `onProgress` was called for
   * each product pushed until then. ValidationError for an invalid option, StorageError, and the signal's reason if it
   * had already aborted.
   */
  pushMany(
    products: Iterable<ProductDraftInput> | AsyncIterable<ProductDraftInput>,
    options?: PushManyOptions,
  ): Promise<PushSummary>;
  /**
   * Returns the issues for which a push would refuse a product as `invalid`; an empty list if it can be pushed. Writes
   * nothing: it only calls `resolveCategory` and reads the names of publications.
   *
   * @example
   * const issues = await sync.validate(product);
   */
  validate(product: ProductDraftInput): Promise<readonly ValidationIssue[]>;
  /**
   * Creates the products that the shop does not have in one bulk operation, which costs no points. Products that were
   * pushed before, share images with others, or could be found by `adoptBy` are left to `pushMany`: call it afterwards
   * with the same products.
   *
   * @throws BulkNotEnabledError if the app may not run bulk mutations. StorageError, the signal's reason, and errors
   * that concern the whole shop.
   *
   * @example
   * await sync.createInBulk(products, { runId: 'autumn' });
   * await sync.pushMany(products, { runId: 'autumn' });
   */
  createInBulk(
    products: Iterable<ProductDraftInput> | AsyncIterable<ProductDraftInput>,
    options?: CreateInBulkOptions,
  ): Promise<BulkCreateSummary>;
  /**
   * Pushes the products again whose last push failed: those with a record of status `failed`. `source` returns their
   * drafts.
   *
   * @throws ValidationError if the source returns the draft of another product. Errors of the source, and of
   * `pushMany`.
   *
   * @example
   * const { counts } = await sync.retryFailed((localId) => catalogue.get(localId));
   */
  retryFailed(source: DraftSource, options?: RetryFailedOptions): Promise<PushSummary>;
  /**
   * Returns what a push of these products would do, and changes nothing. Unchanged products are only counted.
   *
   * @throws StorageError, the signal's reason, and errors that concern the whole shop.
   *
   * @example
   * console.log(formatPlan(await sync.plan(products)));
   */
  plan(
    products: Iterable<ProductDraftInput> | AsyncIterable<ProductDraftInput>,
    options?: PlanRunOptions,
  ): Promise<RunPlan>;
  /**
   * Executes a plan. Each product is read again: if it has changed in the shop since the plan was made, it is
   * `outdated`, and nothing is sent for it. After an interruption, call it again: nothing is sent twice. Deletions are
   * checked against `maxDeletes` before the first write.
   *
   * @throws ValidationError for a plan of another shop, or one that deletes more than allowed.
   *
   * @example
   * const summary = await sync.apply(plan, { maxDeletes: { variants: 3 } });
   */
  apply(plan: RunPlan, options?: ApplyOptions): Promise<PushSummary>;
  /**
   * Deletes products from the shop, with their variants and stock, and their sync records. The journal keeps the old
   * values, so `rollback` can create the products again, but with new ids and without stock and sales history.
   *
   * @throws ValidationError if a product has units in stock, or `maxDeletes` allows fewer deletions; then nothing was
   * sent. StorageError, the signal's reason, and errors that concern the whole shop.
   *
   * @example
   * await sync.delete(['tee-1', 'tee-2'], { maxDeletes: { variantsWithStock: 4 } });
   */
  delete(localIds: Iterable<string>, options?: RemoveOptions): Promise<PushSummary>;
  /**
   * Archives products: customers no longer see them, and all their data stays. A later push of their drafts makes them
   * visible again.
   *
   * @throws ValidationError if `maxDeletes` allows fewer. StorageError, the signal's reason, and errors that concern
   * the whole shop.
   *
   * @example
   * await sync.archive(['tee-1']);
   */
  archive(localIds: Iterable<string>, options?: RemoveOptions): Promise<PushSummary>;
  /**
   * Restores what a run, or the last push of one product, changed. Values that others changed since then are left alone
   * and listed. A product that the run created is deleted. After an interruption it is safe to call again.
   *
   * @throws ValidationError if the journal has no such run or product.
   *
   * @example
   * const report = await sync.rollback({ runId: summary.runId }, { dryRun: true });
   */
  rollback(target: RollbackTarget, options?: RollbackOptions): Promise<RollbackReport>;
  /**
   * Finds what webhooks missed among the products with records: edits and deletions in the shop, lost records, and
   * pushes that never ended. Repairs them as `onDrift` says, and reports how many products are in sync.
   *
   * @throws StorageError, the signal's reason, and errors that concern the whole shop.
   *
   * @example
   * const { consistency, findings } = await sync.reconcile({ onDrift: 'ours' });
   */
  reconcile(options?: ReconcileOptions): Promise<ReconcileReport>;
  /**
   * Reads a product of the shop as a draft and writes a record for it, as if that draft had been pushed. Writes nothing
   * in the shop.
   *
   * @throws ValidationError for an invalid gid or option. StorageError, the signal's reason, and errors that concern
   * the whole shop.
   *
   * @example
   * const result = await sync.import('gid://shopify/Product/1');
   * if ('draft' in result) catalogue.set(result.localId, result.draft);
   */
  import(gid: string, options?: ImportOptions): Promise<ImportResult>;
  /**
   * Imports all products of the shop, or those of a query, while you iterate. After an interruption, call it again.
   *
   * @throws What `import` throws, and with bulk operations what `bulk.query` throws.
   *
   * @example
   * for await (const result of sync.importAll()) if ('draft' in result) catalogue.set(result.localId, result.draft);
   */
  importAll(options?: ImportAllOptions): AsyncIterable<ImportResult>;
  /**
   * Updates a record from a verified `products/update` or `products/delete` webhook.
   *
   * @throws ValidationError for a `products/delete` that contains a whole product: the signature does not cover the
   * topic, and a real deletion contains only an id. StorageError of the stores.
   */
  applyWebhook(webhook: ProductWebhook, options?: ApplyWebhookOptions): Promise<WebhookOutcome>;
}

/**
 * Options of `plan`. A plan changes nothing, so options for writes, such as `maxDeletes`, belong to `apply`.
 *
 * @example
 * const plan = await sync.plan(products, { missing: 'archive', refresh: true });
 */
export type PlanRunOptions = Omit<
  PushManyOptions,
  'concurrency' | 'dryRun' | 'gate' | 'maxDeletes' | 'runId' | 'waitForImages'
>;

/**
 * Options of `apply`. The plan already says which products take part, so there is no `missing` and no `rollout`; and it
 * is the dry run.
 *
 * @example
 * await sync.apply(plan, { maxDeletes: { variants: 3 }, runId: 'autumn' });
 */
export type ApplyOptions = Omit<PushManyOptions, 'dryRun' | 'missing' | 'rollout' | 'unreadable'>;

/**
 * Options of `delete` and `archive`.
 *
 * @example
 * await sync.archive(discontinued, { dryRun: true, onProgress: ({ result }) => console.log(result) });
 */
export interface RemoveOptions extends Pick<PushManyOptions, 'signal' | 'dryRun' | 'runId' | 'onProgress'> {
  /** How much may be deleted. Default: the named products, if none of their variants has stock. */
  readonly maxDeletes?: Omit<DeleteLimits, 'variants'>;
}

/** Loaded with the first product: zod takes longer to load than everything else in this entry. */
const loadValidation = lateModule(() => import('../validation/validate.ts'));

const loadImport = lateModule(() => import('./import.ts'));

const optionNames: Record<keyof ProductSyncOptions, true> = {
  client: true,
  stores: true,
  publishTo: true,
  concurrency: true,
  adoptBy: true,
  adoptByHandle: true,
  recreateDeleted: true,
  resolveCategory: true,
  journal: true,
  health: true,
  clock: true,
};

/** For products that need no look-up before their turn. */
const asIs = async (product: unknown): Promise<Candidate> => ({ product });

/** The limits of a dry run: it deletes nothing. */
const anyRemoval = { products: Number.POSITIVE_INFINITY, variantsWithStock: Number.POSITIVE_INFINITY };

const defaultConcurrency = 8;

const maxConcurrency = 1000;

const isConcurrency = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= maxConcurrency;

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
  const { stores, publishTo = [], concurrency = defaultConcurrency, clock = systemClock } = options;
  const { journal: retention = {} } = options;
  const issues: Issue[] = [
    ...unknownNames(options, optionNames),
    ...retentionIssues(retention),
    ...healthIssues(options.health ?? {}),
  ];
  if (!isConcurrency(concurrency))
    issues.push({ field: 'concurrency', message: `must be a whole number from 1 to ${maxConcurrency}.` });
  issues.push(
    ...missingMethods('client', options.client ?? null, ['graphql']),
    ...missingMethods('stores.records', stores?.records ?? null, ['get', 'putIf']),
    ...missingMethods('stores.journal', stores?.journal ?? null, ['append', 'list']),
    ...missingMethods('stores.keyValue', stores?.keyValue ?? null, ['get', 'set']),
  );
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  const { client, calls } = watchCalls(options.client, clock);
  const { records, journal } = stores;
  const keep = (): Promise<KeptStores> => keptStores(stores, client.shop);
  const mutex = new KeyedMutex();
  const { adoptByHandle = false, adoptBy = adoptByHandle ? ['handle'] : [], recreateDeleted = false } = options;
  const info = createShopInfo({ client, stores, clock });
  const publicationsOf = async (wanted: readonly string[], signal?: AbortSignal): Promise<readonly string[]> =>
    [...(await findPublications(info, wanted, { shop: client.shop, signal }))].sort();
  const identity = sharedTask(() => ensureIdentity(client));
  const images = new SharedImages(client, stores.keyValue, clock);

  /** The stores of a run. Images are shared through them unless the shop was erased meanwhile. */
  const storedIn = ({ records: kept, journal: log, isErased }: KeptStores) => {
    const claim: SharedImages['claim'] = (wanted, options) => images.claim(wanted, options, isErased);
    const unbrought: SharedImages['unbrought'] = (wanted) => images.unbrought(wanted, isErased);
    return { records: kept, journal: log, images: { claim, unbrought } };
  };

  /**
   * Reads what all pushes of a run need. The definition of the id metafield is ensured once; after a failure, the next
   * push tries again.
   */
  const prepare = async ({ dryRun, signal, maxDeletes }: PushOptions, kept?: KeptStores): Promise<PushContext> => {
    const stored = kept ?? (await keep());
    const found = await publicationsOf(publishTo, signal);
    const isKnown = dryRun ? await hasIdentity(client) : true;
    if (!dryRun) await identity(signal);
    const shared = { client, ...storedIn(stored), clock, adoptBy, recreateDeleted };
    return { ...shared, publications: found, hasIdentity: isKnown, deletes: new DeleteBudget(maxDeletes) };
  };

  /** The draft of a product if it can be pushed, otherwise the result `invalid`. */
  const draftOf = async (product: unknown): Promise<{ readonly draft: ProductDraft } | InvalidResult> => {
    const { draftIn } = await loadValidation();
    const checked = draftIn(product);
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

  const remove = (
    localId: string,
    removal: Removal,
    options: Omit<RemoveOptions, 'maxDeletes'>,
    { records: kept, journal: log }: Pick<KeptStores, 'records' | 'journal'>,
    expected?: ProductPlan,
  ) =>
    mutex.run(
      localId,
      () => removeProduct(localId, removal, { client, records: kept, journal: log, clock }, { ...options, expected }),
      options.signal,
    );

  /** Plans removals and checks them against the limits. Nothing is sent. */
  const planRemovals = async (
    localIds: Iterable<string> | AsyncIterable<string>,
    removal: Removal,
    { signal }: Pick<RemoveOptions, 'signal'>,
    maxDeletes: (count: number) => DeleteLimits | undefined,
  ): Promise<ReadonlyMap<object, PushResult>> => {
    const found = new Map<object, PushResult>();
    await forEachConcurrent(localIds, { concurrency, signal }, async (localId) => {
      found.set({ localId }, await remove(localId, removal, { ...(signal && { signal }), dryRun: true }, stores));
    });
    const shopWide = [...found.values()].find((result) => result.outcome === 'failed' && isShopWide(result.error));
    if (shopWide?.outcome === 'failed') throw shopWide.error;
    const plans = [...found.values()].flatMap((result) => ('plan' in result && result.plan ? [result.plan] : []));
    checkDeletes(plans, maxDeletes(plans.length), client.shop);
    return found;
  };

  /** Executes a planned removal. */
  const removeAsPlanned = (
    localId: string,
    planned: PushResult,
    removal: Removal,
    options: RemoveOptions,
    kept: KeptStores,
  ) =>
    'plan' in planned || planned.outcome === 'unchanged'
      ? remove(localId, removal, options, kept, 'plan' in planned ? planned.plan : undefined)
      : Promise.resolve(planned);

  /** Looks a product up before its turn in a run: whether its id came before, its validation, and its hash. */
  const lookUp = async (
    product: unknown,
    seen: SeenIds,
    pushOptions: PushManyOptions,
    context: PushContext,
  ): Promise<Looked> => {
    const { signal, rollout } = pushOptions;
    const localId = localIdOf(product);
    if (localId !== undefined && !seen.add(localId)) return { product, result: duplicate(localId) };
    if (product instanceof WithoutDraft)
      return { product, result: { outcome: 'skipped', localId: product.localId, reason: 'no-draft' } };
    if (localId !== undefined && rollout && !inRollout(rollout, { shop: client.shop, localId }))
      return { product, result: { outcome: 'skipped', localId, reason: 'rollout' } };
    const checking = draftOf(product);
    try {
      const checked = await checking;
      if (!('draft' in checked)) return { product, checked };
      const { publishTo } = checked.draft;
      const publications = publishTo ? await publicationsOf(publishTo, signal) : context.publications;
      return { product, checked, lookup: unchangedIf(checked.draft, publications, pushOptions) };
    } catch {
      // The push of the product fails in the same way and reports it.
      return { product, checked: checking };
    }
  };

  /** Whether a product with a record stays: it is in the list, or takes no part in the rollout. */
  const keptBy =
    (rollout: PushManyOptions['rollout'], isListed: (localId: string) => boolean) =>
    (localId: string): boolean =>
      isListed(localId) || (rollout !== undefined && !inRollout(rollout, { shop: client.shop, localId }));

  const readRecords = (localIds: readonly string[]) =>
    // The push of each product reads its record again, and reports errors of the store.
    recordsOf(records, client.shop, localIds).catch((): readonly SyncRecord[] => []);

  /** Pushes all products of a run. */
  const pushAll = (
    products: Iterable<unknown> | AsyncIterable<unknown>,
    look: (product: unknown) => Promise<Looked>,
    pushOne: (candidate: Candidate) => Promise<PushResult>,
    runOptions: PushManyOptions & { readonly runId: string },
  ): Promise<PushSummary> => {
    const total = Array.isArray(products) ? products.length : undefined;
    const most = Math.min(concurrency, runOptions.concurrency ?? concurrency);
    const { refresh, force, dryRun, signal } = runOptions;
    const least = refresh || force || dryRun ? mostDrawn : most;
    // As with records: the push of each product reads it again, and reports errors.
    const readProducts = (wanted: readonly WantedProduct[]) =>
      readRemotes(client, wanted, { signal }).catch((): ReadonlyMap<string, RemoteProduct> => new Map());
    const candidates = (isStopped: () => boolean) =>
      candidatesOf(products, { look, readRecords, readProducts, isStopped, least });
    return pushMany(candidates, { clock, concurrency: most, total, pushOne }, runOptions);
  };

  const undo = async (target: RollbackTarget, rollbackOptions: RollbackOptions): Promise<RollbackReport> => {
    const { signal } = rollbackOptions;
    const kept = await keep();
    const inTurn = <T>(localId: string, work: () => Promise<T>) => mutex.run(localId, work, signal);
    const recreate = async (draft: ProductDraft, publications: readonly string[]): Promise<PushResult> => {
      await identity(signal);
      const shared = {
        client,
        ...storedIn(kept),
        clock,
        publications,
        hasIdentity: true,
        deletes: new DeleteBudget(),
      };
      const context = { ...shared, adoptBy: [], recreateDeleted: true, isRollback: true };
      return pushProduct(draft, context, { ...(signal && { signal }) });
    };
    const { records: stored, journal: log } = kept;
    const shared = { client, records: stored, journal: log, clock, concurrency, inTurn, recreate };
    return rollback(target, shared, rollbackOptions);
  };

  /** Rolls back a halted run if its gate has `onHalt: 'rollback'`, and adds the report to the summary. */
  const undoneIfHalted = async (
    summary: PushSummary,
    { gate, dryRun, signal }: PushManyOptions,
  ): Promise<PushSummary> => {
    const { halt, runId } = summary;
    if (!halt || gate?.onHalt !== 'rollback' || dryRun) return summary;
    try {
      const isNothing = (await journal.list(client.shop, { runId, limit: 1 })).length === 0;
      if (isNothing) return summary;
      return { ...summary, halt: { ...halt, rollback: await undo({ runId }, { ...(signal && { signal }) }) } };
    } catch (rollbackError) {
      return { ...summary, halt: { ...halt, rollbackError } };
    }
  };

  /** Executes a run that changes something, then deletes old journal entries. */
  const run = async (
    products: Iterable<unknown> | AsyncIterable<unknown>,
    look: (product: unknown) => Promise<Looked>,
    pushOne: (candidate: Candidate) => Promise<PushResult>,
    runOptions: PushManyOptions & { readonly runId: string },
    kept: KeptStores,
  ): Promise<PushSummary> => {
    const startedAt = clock.now();
    const summary = await undoneIfHalted(await pushAll(products, look, pushOne, runOptions), runOptions);
    const { created, updated, deleted, archived } = summary.counts;
    if (retention === 'forever' || created + updated + deleted + archived === 0) return summary;
    if (await kept.isErased()) return summary;
    const { runId } = summary;
    // If a run was executed in several calls, it began with the first of them.
    const [first] = await journal.list(client.shop, { runId, limit: 1 });
    const began = Math.min(startedAt, first?.at ?? startedAt);
    await pruneJournal(stores, { shop: client.shop, runId, startedAt: began, endedAt: clock.now() }, retention);
    return summary;
  };

  const removeNamed = async (
    localIds: Iterable<string>,
    removal: Removal,
    options: RemoveOptions = {},
  ): Promise<PushSummary> => {
    checkOptions(options, removeNames);
    const wrong = idListIssues('localIds', localIds);
    if (wrong.length > 0) throw new ValidationError('Nothing was changed', { issues: wrong, shop: client.shop });
    options.signal?.throwIfAborted();
    const planned = await planRemovals(new Set(localIds), removal, options, (count) =>
      options.dryRun ? anyRemoval : { products: count, ...options.maxDeletes },
    );
    const runOptions = { ...options, runId: options.runId ?? randomUUID() };
    const kept = await keep();
    const pushOne = ({ product }: Candidate): Promise<PushResult> => {
      const result = planned.get(product as object) ?? skippedOf(product);
      return options.dryRun
        ? Promise.resolve(result)
        : removeAsPlanned(localIdOf(product) ?? '', result, removal, runOptions, kept);
    };
    return run([...planned.keys()], asIs, pushOne, runOptions, kept);
  };

  const push = async (
    { product, checked, seen }: Candidate,
    pushOptions: PushOptions = {},
    ofRun?: PushContext,
  ): Promise<PushResult> => {
    const found = await (checked ?? draftOf(product));
    if (!('draft' in found)) {
      if (!pushOptions.dryRun) await noteInvalid(found, ofRun?.records ?? (await keep()).records);
      return found;
    }
    const context = ofRun ?? (await prepare(pushOptions));
    const result = await pushDraft(found.draft, pushOptions, { ...context, seen });
    if (result.outcome === 'invalid' && !pushOptions.dryRun) await noteInvalid(result, context.records);
    return result;
  };

  /**
   * Notes in the record that the draft is invalid, so that `health` counts the product. The next valid push clears it.
   */
  const noteInvalid = async (
    { localId, issues: found }: InvalidResult,
    kept: PushContext['records'],
  ): Promise<void> => {
    // An id that no store accepts may itself be the problem.
    if (localId === undefined || localId.length > maxTextLength || keyProblem(localId) !== undefined) return;
    await mutex.run(localId, async () => {
      const record = await kept.get(client.shop, localId);
      // If another process is pushing the product, that push sets the status at its end.
      if (record && isBeingPushed(record, clock)) return;
      await createPushOutcomes(kept, client.shop, clock).rejectInvalid(localId, found, true);
    });
  };

  const pushList = async (
    products: Iterable<unknown> | AsyncIterable<unknown>,
    pushOptions: PushManyOptions,
  ): Promise<PushSummary> => {
    const { signal, dryRun, maxDeletes, rollout } = pushOptions;
    const removal = removalOf(pushOptions);
    const list = { products, unreadable: pushOptions.unreadable };
    signal?.throwIfAborted();
    if (removal) refuseNamelessRows(list, client.shop);
    const whole = removal && (await readWhole(products, signal));
    // An error of the shop or the options is reported once, not for each product.
    const kept = await keep();
    const context = await prepare(pushOptions, kept);
    const runOptions = { ...pushOptions, runId: pushOptions.runId ?? randomUUID() };
    const stays = whole && keptBy(rollout, listed(whole, list, client.shop));
    const gone = stays && missingProducts(records, client.shop, removal, stays);
    const removals =
      gone &&
      (await planRemovals(gone, removal, pushOptions, () =>
        dryRun ? anyRemoval : maxDeletes && limitsOf(maxDeletes),
      ));
    // Removals count towards the same budget as deleted variants, including their stock.
    context.deletes.take(
      [...(removals?.values() ?? [])].flatMap((one) => ('plan' in one && one.plan ? [one.plan] : [])),
    );
    const seen = new SeenIds();
    const isRemoval = (product: unknown): boolean => removals?.has(product as object) ?? false;
    const look = (product: unknown) =>
      isRemoval(product) ? asIs(product) : lookUp(product, seen, pushOptions, context);
    const pushOne = (candidate: Candidate): Promise<PushResult> => {
      const { product } = candidate;
      const planned = removals?.get(product as object);
      if (planned && removal && !dryRun)
        return removeAsPlanned(
          localIdOf(product) ?? '',
          planned,
          removal,
          { ...(signal && { signal }), runId: runOptions.runId },
          kept,
        );
      if (planned) return Promise.resolve(planned);
      return push(candidate, runOptions, context);
    };
    const all = whole && removals ? [...whole, ...removals.keys()] : products;
    return run(all, look, pushOne, runOptions, kept);
  };

  const importing = async ({ signal }: ImportOptions) => {
    const { records: kept } = await keep();
    const inTurn = <T>(localId: string, work: () => Promise<T>) => mutex.run(localId, work, signal);
    return { client, records: kept, clock, concurrency, inTurn };
  };

  return {
    client: options.client,
    stores: { records, journal },
    async push(product, pushOptions = {}) {
      checkOptions(pushOptions, pushNames);
      return push({ product }, pushOptions);
    },
    async pushMany(products, pushOptions = {}) {
      checkOptions(pushOptions, pushManyNames);
      return pushList(products, pushOptions);
    },
    async validate(product) {
      const checked = await draftOf(product);
      if (!('draft' in checked)) return checked.issues;
      const own = checked.draft.publishTo && (await publicationsOf(checked.draft.publishTo).catch(issuesOfConfig));
      return own && 'issues' in own ? own.issues : [];
    },
    async createInBulk(products, bulkOptions = {}) {
      checkOptions(bulkOptions, bulkNames);
      const context = await prepare(bulkOptions);
      const seen = new SeenIds();
      async function* drafts(): AsyncGenerator<ProductDraft | undefined> {
        for await (const product of products) {
          const checked = seen.add(localIdOf(product) ?? '') ? await draftOf(product) : undefined;
          yield checked && 'draft' in checked ? checked.draft : undefined;
        }
      }
      const contextOf = async ({ publishTo: own }: ProductDraft): Promise<PushContext | undefined> => {
        const found = own && (await publicationsOf(own, bulkOptions.signal).catch(issuesOfConfig));
        if (found && 'issues' in found) return undefined;
        return found ? { ...context, publications: found } : context;
      };
      return createInBulk(drafts(), contextOf, { client, records: context.records, concurrency }, bulkOptions);
    },
    async retryFailed(source, retryOptions = {}) {
      checkOptions(retryOptions, retryNames);
      return pushList(failedDrafts({ records, shop: client.shop }, source, retryOptions), retryOptions);
    },
    delete: (localIds, removeOptions) => removeNamed(localIds, 'delete', removeOptions),
    archive: (localIds, removeOptions) => removeNamed(localIds, 'archive', removeOptions),
    async plan(products, planOptions = {}) {
      checkOptions(planOptions, planNames, notOfPlan);
      const { signal, rollout } = planOptions;
      const removal = removalOf(planOptions);
      const list = { products, unreadable: planOptions.unreadable };
      signal?.throwIfAborted();
      if (removal) refuseNamelessRows(list, client.shop);
      // Limits are checked when the plan is applied: a plan shows everything.
      const maxDeletes = { ...anyRemoval, variants: Number.POSITIVE_INFINITY };
      const dryRun = { ...planOptions, maxDeletes, dryRun: true };
      const context = await prepare(dryRun);
      const found: PlannedProduct[] = [];
      const seen = new SeenIds();
      const look = async (product: unknown): Promise<Looked> => {
        if (product instanceof Missing) return { product };
        const candidate = await lookUp(product, seen, dryRun, context);
        if (candidate.result && candidate.result.outcome !== 'skipped')
          found.push(plannedProduct(candidate.result, undefined));
        return candidate;
      };
      const pushOne = async ({ product, checked: known, seen: ahead }: Candidate): Promise<PushResult> => {
        if (product instanceof Missing && removal) {
          const result = await remove(product.localId, removal, { ...(signal && { signal }), dryRun: true }, stores);
          if (result.outcome !== 'unchanged') found.push(plannedProduct(result, undefined));
          return result;
        }
        const checked = await (known ?? draftOf(product));
        const draft = 'draft' in checked ? checked.draft : undefined;
        const result =
          'draft' in checked ? await pushDraft(checked.draft, dryRun, { ...context, seen: ahead }) : checked;
        if (result.outcome !== 'unchanged' || result.drifts || result.plan) found.push(plannedProduct(result, draft));
        return result;
      };
      const options = { ...dryRun, runId: '' };
      const stays = keptBy(rollout, (id) => seen.has(id));
      const all = removal ? withMissing(list, removal, records, client.shop, stays) : products;
      const { counts, stoppedBy } = await pushAll(all, look, pushOne, options);
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
      checkOptions(applyOptions, applyNames, notOfApply);
      applyOptions.signal?.throwIfAborted();
      if (plan.shop !== client.shop) {
        const message = `is for ${plan.shop}, but this sync is for ${client.shop}. Apply it with a sync of that shop.`;
        throw new ValidationError('The plan was not applied', {
          issues: [{ field: 'plan', message }],
          shop: client.shop,
        });
      }
      checkDeletes(
        plan.products.flatMap((one) => one.plan ?? []),
        applyOptions.maxDeletes && limitsOf(applyOptions.maxDeletes),
        client.shop,
      );
      const kept = await keep();
      const context = await prepare(applyOptions, kept);
      const runOptions = { ...applyOptions, runId: applyOptions.runId ?? randomUUID() };
      // Products that left the list go last: a draft may have taken over the handle of one of them.
      const [drafts, removals] = [true, false].map((isDraft) =>
        plan.products.flatMap((one) =>
          one.plan && isDraft === (one.draft !== undefined) ? [[one.draft ?? one, one.plan] as const] : [],
        ),
      );
      const planned = new Map<unknown, ProductPlan>([...(drafts ?? []), ...(removals ?? [])]);
      const pushOne = ({ product }: Candidate): Promise<PushResult> => {
        const expected = planned.get(product);
        if (expected?.action === 'delete' || expected?.action === 'archive')
          return remove(expected.localId, expected.action, runOptions, kept, expected);
        return push({ product }, runOptions, { ...context, ...(expected && { expected }) });
      };
      return run([...planned.keys()], asIs, pushOne, runOptions, kept);
    },
    async rollback(target, rollbackOptions = {}) {
      checkOptions(rollbackOptions, rollbackNames);
      return undo(target, rollbackOptions);
    },
    async reconcile(reconcileOptions = {}) {
      const { signal } = reconcileOptions;
      const { records: kept, journal: log } = await keep();
      const inTurn = <T>(localId: string, work: () => Promise<T>) => mutex.run(localId, work, signal);
      const stored = { records: kept, journal: log, keyValue: stores.keyValue };
      return reconcile({ client, ...stored, info, clock, concurrency, inTurn }, reconcileOptions);
    },
    async import(gid, importOptions = {}) {
      const { importProduct } = await loadImport();
      return importProduct(gid, await importing(importOptions), importOptions);
    },
    async *importAll(importOptions = {}) {
      const { importProducts } = await loadImport();
      yield* importProducts(await importing(importOptions), importOptions);
    },
    async applyWebhook(webhook, webhookOptions = {}) {
      checkOptions(webhookOptions, webhookNames);
      const inTurn = <T>(localId: string, work: () => Promise<T>) => mutex.run(localId, work);
      const repair = async (localId: string, onDrift: DriftPolicy) => {
        const { records: kept, journal: log } = await keep();
        const shared = { client, records: kept, journal: log, clock, inTurn, signal: undefined };
        return checkRecord(localId, { ...shared, onDrift, runId: randomUUID(), mayFind: () => true });
      };
      return applyProductWebhook(records, webhook, { mutex, clock, repair }, webhookOptions);
    },
    ...createHealthReader({ client, calls, records, clock, options: options.health ?? {} }),
  };
}

const planNames: Record<keyof PlanRunOptions, true> = {
  signal: true,
  refresh: true,
  force: true,
  managed: true,
  onDrift: true,
  onConflict: true,
  missing: true,
  unreadable: true,
  rollout: true,
  onProgress: true,
};

const notOfPlan = {
  concurrency: 'applies to writes: pass it to `apply`.',
  dryRun: 'is not needed: a plan never writes. Leave it out.',
  gate: 'applies to writes: pass it to `apply`.',
  maxDeletes: 'is checked when the plan is applied: pass it to `apply`.',
  runId: 'names a run that writes: pass it to `apply`.',
  waitForImages: 'applies to writes: pass it to `apply`.',
};

const notOfApply = {
  dryRun: 'is not an option of `apply`: the plan is the dry run. To see what has changed, make a new one with `plan`.',
  missing: 'is decided when the plan is made: pass it to `plan`.',
  unreadable: 'is decided when the plan is made: pass it to `plan`.',
  rollout: 'is decided when the plan is made: pass it to `plan`.',
};

const { missing: _ofPlan, unreadable: _ofSource, rollout: _ofPlanned, ...comparing } = planNames;

const applyNames: Record<keyof ApplyOptions, true> = {
  ...comparing,
  concurrency: true,
  waitForImages: true,
  maxDeletes: true,
  runId: true,
  gate: true,
};

const pushManyNames: Record<keyof PushManyOptions, true> = {
  ...applyNames,
  missing: true,
  unreadable: true,
  rollout: true,
  dryRun: true,
};

const {
  missing: _ofList,
  unreadable: _ofRows,
  rollout: _ofMany,
  gate: _ofRuns,
  onProgress: _ofRun,
  concurrency: _ofAll,
  ...pushNames
} = pushManyNames;

const { missing: _ofLists, unreadable: _ofFiles, rollout: _ofParts, ...retrying } = pushManyNames;

const retryNames: Record<keyof RetryFailedOptions, true> = { ...retrying, filter: true };

const bulkNames: Record<keyof CreateInBulkOptions, true> = {
  runId: true,
  signal: true,
  overwrite: true,
  onResult: true,
};

const removeNames: Record<keyof RemoveOptions, true> = {
  signal: true,
  dryRun: true,
  runId: true,
  onProgress: true,
  maxDeletes: true,
};

const webhookNames: Record<keyof ApplyWebhookOptions, true> = { dryRun: true, onDrift: true, onEffect: true };

const rollbackNames: Record<keyof RollbackOptions, true> = {
  dryRun: true,
  signal: true,
  created: true,
  onProgress: true,
};

const policies = ['report', 'ours', 'theirs'];

/**
 * Rejects unknown options: a misspelt `dryRun` would be ignored, and the call would write.
 *
 * @param elsewhere Options of other methods, with a message for each.
 * @throws ValidationError for unknown names and values, with the nearest known ones.
 */
function checkOptions(
  options: PlanOptions &
    Pick<RollbackOptions, 'created' | 'signal'> &
    Pick<PushManyOptions, 'concurrency' | 'rollout' | 'gate' | 'maxDeletes'> &
    Pick<RetryFailedOptions, 'filter'>,
  names: object,
  elsewhere: Readonly<Record<string, string>> = {},
): void {
  const { onDrift, onConflict, managed, maxDeletes, created, rollout, gate, filter, concurrency: pushing } = options;
  const isShared = typeof maxDeletes === 'object' && maxDeletes !== null && 'take' in maxDeletes;
  const misplaced = Object.keys(options).filter(
    (name) => name in elsewhere && ownValue({ ...options }, name) !== undefined,
  );
  const issues = [
    ...misplaced.map((field) => ({ field, message: elsewhere[field] ?? '' })),
    ...unknownNames(options, { ...names, ...elsewhere }),
    ...unknownValue('onDrift', onDrift, policies),
    ...unknownValue('onConflict', onConflict, policies),
    ...unknownValue('created', created, ['delete', 'archive']),
    ...managedIssues('managed' in names ? managed : undefined),
    ...deleteLimitIssues('maxDeletes' in names && !isShared ? maxDeletes : undefined),
    ...('concurrency' in names && pushing !== undefined && !isConcurrency(pushing)
      ? [{ field: 'concurrency', message: `must be a whole number from 1 to ${maxConcurrency}.` }]
      : []),
    ...rolloutIssues('rollout' in names ? rollout : undefined),
    ...gateIssues('gate' in names ? gate : undefined),
    ...('filter' in names && filter !== undefined && typeof filter !== 'function'
      ? [{ field: 'filter', message: 'must be a function, such as ({ code }) => code === "USER_ERROR".' }]
      : []),
  ];
  if (issues.length > 0) throw new ValidationError('The options are invalid', { issues });
}

/** Replaces a category path in a draft by its gid, if it can be resolved. */
async function withCategory(
  draft: ProductDraft,
  resolve: ProductSyncOptions['resolveCategory'],
): Promise<ProductDraft> {
  if (!draft.category || !resolve || !isCategoryPath(draft.category)) return draft;
  const category = await resolve(draft.category);
  return category === undefined ? draft : { ...draft, category };
}

/** If only one product names a publication that the shop does not have, only that product is invalid. */
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
 * @returns Their gids, without duplicates.
 * @throws ConfigError that names the missing publications and those that exist.
 */
async function findPublications(
  { publications }: ShopInfo,
  wanted: readonly string[],
  { shop, signal }: { readonly shop: string; readonly signal: AbortSignal | undefined },
): Promise<readonly string[]> {
  const options = signal && { signal };
  const is = (text: string) => (name: string) => name.toLowerCase() === text.toLowerCase();
  const gidsIn = (found: readonly ShopPublication[]) =>
    wanted.map((text) => found.find(({ id, names }) => id === text || names.some(is(text)))?.id);
  let found = wanted.length > 0 ? await publications(options) : [];
  // A missing one may have been created since they were read.
  if (gidsIn(found).includes(undefined)) found = await publications({ ...options, refresh: true });
  const gids = gidsIn(found);
  const missing = wanted.filter((_text, index) => gids[index] === undefined);
  if (missing.length > 0) {
    const names = found.map(({ id, names: [name = id] }) => `"${name}"`).join(', ') || 'none';
    throw new ConfigError('Invalid configuration', {
      issues: missing.map((text) => ({
        field: 'publishTo',
        message: `${shop} has no publication "${text}". It has: ${names}.`,
      })),
      shop,
    });
  }
  return [...new Set(gids.flatMap((gid) => gid ?? []))];
}
