// One file: what a sync of one shop can do, the options of each method, and what all of them share.
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
  /** What `createShopifyClient` returns. */
  readonly client: SyncClient;
  /** Where the sync records are kept, such as `sqliteStores({ path })`. */
  readonly stores: Stores;
  /**
   * Publications (sales channels) to publish pushed products to, by name or gid. Default: none, and then customers do
   * not see new products.
   */
  readonly publishTo?: readonly string[];
  /**
   * How many products are pushed, or put back by a rollback, at the same time: 1 to 1,000, default 8. The limiter paces
   * their calls in any case.
   */
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
  /** How long the journal keeps what runs did: 90 days or 3 runs, whichever is more. `forever` deletes nothing. */
  readonly journal?: JournalRetention | 'forever';
  /** What `health()` and `watchHealth` go by. */
  readonly health?: HealthOptions;
  /** The clock, for tests. Default: the system's. */
  readonly clock?: Clock;
}

type InvalidResult = Extract<PushResult, { outcome: 'invalid' }>;

type MaybePromise<T> = T | Promise<T>;

/** Keeps the products of one shop in step with your own data. */
export interface ProductSync extends HealthReader {
  /** The client that it was made with. */
  readonly client: SyncClient;
  /** The stores that it was made with. */
  readonly stores: Pick<Stores, 'records' | 'journal'>;
  /**
   * Validates one product and pushes it, unless nothing has changed since its last push. Pushes of the same product
   * run one after another.
   *
   * @throws StorageError, the signal's reason, and errors that concern the whole shop.
   */
  push(product: ProductDraftInput, options?: PushOptions): Promise<PushResult>;
  /**
   * Pushes many products, each at most once, and continues when one fails.
   *
   * @throws What the list or `onProgress` throws, once everything in flight has ended: `onProgress` was told each product
   * that was pushed until then. ValidationError for an invalid option, StorageError, and the signal's reason where it had
   * aborted before.
   */
  pushMany(
    products: Iterable<ProductDraftInput> | AsyncIterable<ProductDraftInput>,
    options?: PushManyOptions,
  ): Promise<PushSummary>;
  /**
   * Says what is wrong with a product that a push would refuse as `invalid`: nothing where it can be pushed. Sends nothing,
   * but for what `resolveCategory` does and the names of publications.
   *
   * @example
   * const issues = await sync.validate(product);
   */
  validate(product: ProductDraftInput): Promise<readonly ValidationIssue[]>;
  /**
   * Creates the products that the shop does not have by one bulk operation, which costs no points. Those that have been
   * pushed before, that share images with others, or that `adoptBy` could find are left to `pushMany`: call it with the
   * same products next.
   *
   * @throws BulkNotEnabledError where the app may run no bulk mutations. StorageError, the signal's reason, and errors that
   * concern the whole shop.
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
   * Pushes the products again whose last push failed: those with a record that says `failed`. `source` gives their drafts.
   *
   * @throws ValidationError where the source gives the draft of another product. What the source throws, and what `pushMany`
   * throws.
   *
   * @example
   * const { counts } = await sync.retryFailed((localId) => catalogue.get(localId));
   */
  retryFailed(source: DraftSource, options?: RetryFailedOptions): Promise<PushSummary>;
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
    options?: PlanRunOptions,
  ): Promise<RunPlan>;
  /**
   * Makes what a plan says. Each product is read again: where the shop is not any more as it was, the product is
   * `outdated` and nothing of it is sent. Call it again where it was cut off: what has been sent already is not sent twice.
   * What it deletes is checked against `maxDeletes` before the first write.
   *
   * @throws ValidationError for a plan of another shop, or one that deletes more than is allowed.
   *
   * @example
   * const summary = await sync.apply(plan, { maxDeletes: { variants: 3 } });
   */
  apply(plan: RunPlan, options?: ApplyOptions): Promise<PushSummary>;
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
   * Finds what webhooks missed among the products with records: edits and deletions in the shop, records that were lost, and
   * pushes that never ended. Repairs them where `onDrift` says so, and tells how many products are in step.
   *
   * @throws StorageError, the signal's reason, and errors that concern the whole shop.
   *
   * @example
   * const { consistency, findings } = await sync.reconcile({ onDrift: 'ours' });
   */
  reconcile(options?: ReconcileOptions): Promise<ReconcileReport>;
  /**
   * Reads a product of the shop as a draft, and gives it a record, as if that draft had been pushed. Writes nothing in the
   * shop.
   *
   * @throws ValidationError for a gid or an option that is invalid. StorageError, the signal's reason, and errors that concern
   * the whole shop.
   *
   * @example
   * const result = await sync.import('gid://shopify/Product/1');
   * if ('draft' in result) catalogue.set(result.localId, result.draft);
   */
  import(gid: string, options?: ImportOptions): Promise<ImportResult>;
  /**
   * Imports all products of the shop, or those of a query, while they are iterated. Call it again where it was cut off.
   *
   * @throws What `import` throws, and by bulk what `bulk.query` throws.
   *
   * @example
   * for await (const result of sync.importAll()) if ('draft' in result) catalogue.set(result.localId, result.draft);
   */
  importAll(options?: ImportAllOptions): AsyncIterable<ImportResult>;
  /**
   * Brings a record up to date from a verified `products/update` or `products/delete` webhook.
   *
   * @throws ValidationError for a `products/delete` that holds a product: the signature covers no topic, and the body of a
   * deletion is an id. StorageError of the stores.
   */
  applyWebhook(webhook: ProductWebhook, options?: ApplyWebhookOptions): Promise<WebhookOutcome>;
}

/**
 * Options of `plan`. It changes nothing, so what only a change needs is not among them: `maxDeletes` is for `apply`.
 *
 * @example
 * const plan = await sync.plan(products, { missing: 'archive', refresh: true });
 */
export type PlanRunOptions = Omit<
  PushManyOptions,
  'concurrency' | 'dryRun' | 'gate' | 'maxDeletes' | 'runId' | 'waitForImages'
>;

/**
 * Options of `apply`. Which products go is in the plan, so there is no `missing` and no `rollout`, and the plan is the dry run.
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
  /** How much may go. Default: the products that are named, and none of their variants that have stock. */
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

/** A product of which nothing is to be known before its turn. */
const asIs = async (product: unknown): Promise<Candidate> => ({ product });

/** What a dry run may take away. */
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

  /** Where the pushes of a run keep what they keep. */
  const storedIn = ({ records: kept, journal: log, isErased }: KeptStores) => {
    const claim: SharedImages['claim'] = (wanted, options) => images.claim(wanted, options, isErased);
    const unbrought: SharedImages['unbrought'] = (wanted) => images.unbrought(wanted, isErased);
    return { records: kept, journal: log, images: { claim, unbrought } };
  };

  /** Reads what all pushes need, once; after a failure, the next push tries again. */
  const prepare = async ({ dryRun, signal, maxDeletes }: PushOptions, kept?: KeptStores): Promise<PushContext> => {
    const stored = kept ?? (await keep());
    const found = await publicationsOf(publishTo, signal);
    const isKnown = dryRun ? await hasIdentity(client) : true;
    if (!dryRun) await identity(signal);
    const shared = { client, ...storedIn(stored), clock, adoptBy, recreateDeleted };
    return { ...shared, publications: found, hasIdentity: isKnown, deletes: new DeleteBudget(maxDeletes) };
  };

  /** The draft of a product that can be pushed, or the result for one that cannot. */
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

  /** What removals would take away, checked against what is allowed. Nothing is sent. */
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

  /** Makes a removal as it was planned. */
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

  /** What is known of a product before its turn in a run: that its id came before, what the validation says, its hash. */
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
      // Its push meets the same, and tells it.
      return { product, checked: checking };
    }
  };

  /** Which products of the records no run removes: those of its list, and those that take no part in its rollout. */
  const keptBy =
    (rollout: PushManyOptions['rollout'], isListed: (localId: string) => boolean) =>
    (localId: string): boolean =>
      isListed(localId) || (rollout !== undefined && !inRollout(rollout, { shop: client.shop, localId }));

  const readRecords = (localIds: readonly string[]) =>
    // Whoever pushes one of them reads its record again, and tells what is wrong with the store.
    recordsOf(records, client.shop, localIds).catch((): readonly SyncRecord[] => []);

  /** Goes through a run. */
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
    // As with the records: whoever pushes one of them reads it again, and tells what is wrong.
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

  /** The summary of a run that was halted, with what it had pushed undone where its gate says so. */
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

  /** Goes through a run that changes something, and then deletes what the journal need not keep. */
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
    // A run that is gone through in several calls began with the first of them.
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

  /** Notes in the record that the draft is invalid, so that `health` counts the product. A push that is valid clears it. */
  const noteInvalid = async (
    { localId, issues: found }: InvalidResult,
    kept: PushContext['records'],
  ): Promise<void> => {
    // An id that no store holds is what is invalid.
    if (localId === undefined || localId.length > maxTextLength || keyProblem(localId) !== undefined) return;
    await mutex.run(localId, async () => {
      const record = await kept.get(client.shop, localId);
      // A push of another process says at its end how the product stands.
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
    // What the list lacks is taken from the budget of all: its stock is none that variants may take.
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
      // What is allowed is checked when the plan is applied: here all of it is to be seen.
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
        const message = `is for ${plan.shop}, and this sync is for ${client.shop}. Apply it with a sync of its shop.`;
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
      // Products that left the list go last: a draft may have taken over the handle of one.
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
  concurrency: 'is for what is sent: give it to `apply`.',
  dryRun: 'is what a plan always is: leave it out.',
  gate: 'judges what is sent: give it to `apply`.',
  maxDeletes: 'is checked when the plan is applied: give it to `apply`.',
  runId: 'names what changes something: give it to `apply`.',
  waitForImages: 'has nothing to wait for in a plan: give it to `apply`.',
};

const notOfApply = {
  dryRun: 'is not for `apply`: the plan says what it would do. Make a new one with `plan`.',
  missing: 'was decided when the plan was made: give it to `plan`.',
  unreadable: 'was decided when the plan was made: give it to `plan`.',
  rollout: 'was decided when the plan was made: give it to `plan`.',
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
 * A `dryrun` that nothing reads would write.
 *
 * @param elsewhere Names that other methods read, and what to do about them.
 * @throws ValidationError for names and values that do not exist, with the nearest that do.
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
  // One that is missing may have been made since they were read.
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
