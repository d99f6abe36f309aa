// One file: the push of one product, which reads its record, changes the shop and images, and writes the record.
import { randomUUID } from 'node:crypto';
import {
  InvalidResponseError,
  isShopwrightError,
  type ShopwrightError,
  StorageError,
  ValidationError,
} from '../../errors/errors.ts';
import {
  FilesRemoveDocument,
  MetafieldsWriteDocument,
  ProductByIdentifierDocument,
  ProductPublishDocument,
  ProductPushDocument,
  type ProductPushMutation,
  type ProductPushMutationVariables,
} from '../../graphql/operations/generated/graphql.ts';
import type { Clock } from '../../internal/clock.ts';
import { isRecord, type JsonObject } from '../../internal/json.ts';
import type { JournalDraft, SyncJournal } from '../../ports/sync-journal.ts';
import type { RecordWrite, SyncRecord, SyncRecordStore } from '../../ports/sync-record-store.ts';
import type { ValidationIssue } from '../../validation/issues.ts';
import type { ProductDraft } from '../../validation/product-draft.ts';
import { problemText, type RemoteFile, readFiles, settledFiles } from '../files/files.ts';
import type { SharedImages } from '../files/shared-images.ts';
import { identifierOf, idMetafield } from '../identity.ts';
import type { ProductChange, ProductDifference } from '../plan/change.ts';
import { changedWithOptions, isParked, layoutOf, type ProductLayout } from '../plan/option-order.ts';
import { orderVariants } from '../plan/order.ts';
import {
  type DeleteAllowance,
  type DeleteBudget,
  type DeleteLimits,
  type PlannedUpdate,
  type PlanOptions,
  type ProductPlan,
  planCreate,
  planUpdate,
  withChanged,
} from '../plan/plan.ts';
import {
  contentHash,
  desiredFacts,
  type Facts,
  type FactValue,
  hashOfText,
  imageKey,
  matchFacts,
  type ProductFacts,
  type PushBase,
  type RemoteProduct,
  readBase,
  remoteFacts,
  saidText,
  variantKeys,
  withoutImages,
  writeBase,
} from '../plan/product-facts.ts';
import { inFormerOrder, placesOf, sendingOf } from '../plan/sending.ts';
import { heldStatus, withoutStatus } from '../plan/unpriced.ts';
import { type AdoptBy, callOptions, findAdoptable, readRemote, scopeOf, type WantedProduct } from '../read-remote.ts';
import { withoutLarge } from '../rollback/large-values.ts';
import type { SyncClient } from '../sync-client.ts';
import { applyChanges } from './apply.ts';
import { withBarcodes } from './barcodes.ts';
import { ShopErasedError } from './erased-shop.ts';
import { toChangedInput, toProductInput, withinCost } from './product-input.ts';
import { failure, goneField, lastErrorOf } from './push-failure.ts';

/** Further information in a result. */
interface Told {
  readonly localId: string;
  /** Values that changed only in the shop since the last push. Absent if there are none. */
  readonly drifts?: readonly ProductDifference[];
  /** Values that changed on both sides since the last push, to different values. Absent if there are none. */
  readonly conflicts?: readonly ProductDifference[];
  /**
   * Names of variants that cost 0.00 because nobody has set a price. Customers do not see the product: it is, or stays,
   * a draft. Absent if there are none.
   */
  readonly unpriced?: readonly string[];
  /**
   * Images that Shopify could not process: those of earlier pushes, which are uploaded again, and with `waitForImages`
   * those of this push. Absent if none are known.
   */
  readonly failedImages?: readonly FailedImage[];
}

/**
 * In a dry run, for a product whose last push was interrupted although the shop already has all of its changes.
 */
interface OpenRecord {
  /** A plan without changes: applying it completes the sync record. Absent if the record is complete. */
  readonly plan?: ProductPlan;
}

/** An image of a product that Shopify could not process. */
export interface FailedImage {
  /** The URL, without parts that grant access to it. */
  readonly source: string;
  /** Shopify's reason: a sentence with a code, such as `IMAGE_DOWNLOAD_FAILURE`. */
  readonly reason: string;
}

/** The result of pushing one product. */
export type PushResult =
  /** Pushed and, with `publishTo`, published. */
  | ({ readonly outcome: 'created' | 'updated'; readonly gid: string } & Told)
  /** There was nothing to send. */
  | ({ readonly outcome: 'unchanged'; readonly gid: string } & Told & OpenRecord)
  /** No change of the draft is in the shop, because others changed the same values there. See `onConflict`. */
  | ({ readonly outcome: 'conflict'; readonly gid: string } & Told & OpenRecord)
  /** In a dry run: what a push would do. */
  | ({ readonly outcome: 'would-create' | 'would-update'; readonly plan: ProductPlan } & Told)
  /**
   * Nothing was sent: the push would delete more than `maxDeletes` allows, or add a variant without a price to a
   * product that customers can buy. The plan names them.
   */
  | ({ readonly outcome: 'blocked'; readonly plan: ProductPlan; readonly error: ValidationError } & Told)
  /**
   * Failed validation, so nothing was sent; the record has the error. `localId` is `undefined` if the input has none.
   */
  | { readonly outcome: 'invalid'; readonly localId: string | undefined; readonly issues: readonly ValidationIssue[] }
  /** Deleted or archived in the shop, because it left the list or its removal was requested. */
  | { readonly outcome: 'deleted' | 'archived'; readonly gid: string; readonly localId: string }
  /** In a dry run: what a removal would delete or archive. */
  | { readonly outcome: 'would-delete' | 'would-archive'; readonly plan: ProductPlan; readonly localId: string }
  /** Nothing was sent: the shop has changed since the applied plan was made. */
  | ({ readonly outcome: 'outdated'; readonly plan: ProductPlan } & Told)
  /** Shopify rejected it, or could not be reached. The record has the error too. */
  | { readonly outcome: 'failed'; readonly localId: string; readonly error: ShopwrightError }
  /** Not attempted. */
  | { readonly outcome: 'skipped'; readonly localId: string | undefined; readonly reason: SkipReason };

/**
 * Why a product was not attempted. `stopped`: an abort, or an error that concerns the whole shop, stopped the run
 * before the product's turn. `rollout`: it is not part of the run's rollout. `no-draft`: the source of `retryFailed`
 * has no draft of it.
 */
export type SkipReason = 'stopped' | 'rollout' | 'no-draft';

/**
 * The outcome for one product: `created`, `updated`, `unchanged`, `deleted`, `archived`, `conflict`, `would-create`,
 * `would-update`, `would-delete`, `would-archive`, `blocked`, `outdated`, `invalid`, `failed` or `skipped`.
 *
 * @example
 * const pushed: PushOutcome[] = ['created', 'updated'];
 * if (pushed.includes(result.outcome)) console.log(`${result.localId} is in the shop`);
 */
export type PushOutcome = PushResult['outcome'];

/**
 * Options of `push`, and of each product of `pushMany`.
 *
 * @example
 * const result = await sync.push(product, { dryRun: true, signal: AbortSignal.timeout(30_000) });
 */
export interface PushOptions extends PlanOptions {
  /** Stops the push: calls in progress are aborted, and the remaining products of a run are skipped. Default: none. */
  readonly signal?: AbortSignal;
  /** Changes nothing in the shop or the records, and returns what a push would do. Default `false`. */
  readonly dryRun?: boolean;
  /**
   * Also reads and compares products whose draft has not changed since the last push, so that changes in the shop are
   * found. Runs and plans read up to 100 products in one call. Default `false`: an unchanged draft costs no call.
   */
  readonly refresh?: boolean;
  /**
   * The draft overwrites all changes in the shop: `refresh` with `onDrift` and `onConflict` set to `ours`. Default
   * `false`.
   */
  readonly force?: boolean;
  /**
   * Waits up to a minute for Shopify to process the images that the push uploads, and lists those that fail in
   * `failedImages`. Default `false`: the next push that reads the product lists them.
   */
  readonly waitForImages?: boolean;
  /** How many deletions are allowed: in this call, or in all calls that share the limit. Default: none of any kind. */
  readonly maxDeletes?: DeleteLimits | DeleteAllowance;
  /** Id of the run in the journal, for `rollback`. Default: a new UUID for `pushMany`, none for `push`. */
  readonly runId?: string;
}

/** What a push of one product needs. */
export interface PushContext {
  readonly client: SyncClient;
  readonly records: SyncRecordStore;
  readonly journal: SyncJournal;
  readonly clock: Clock;
  readonly images: Pick<SharedImages, 'claim' | 'unbrought'>;
  /** Gids of the publications to publish pushed products in, sorted. */
  readonly publications: readonly string[];
  readonly adoptBy: readonly AdoptBy[];
  readonly recreateDeleted: boolean;
  /** Whether the shop has the definition of the local id metafield. May be `false` only in a dry run. */
  readonly hasIdentity: boolean;
  /** What the run may still delete. */
  readonly deletes: DeleteBudget;
  /** The plan that is being applied: changes that it does not contain make the product `outdated`. */
  readonly expected?: ProductPlan;
  /** The product as it was read in advance, together with others. */
  readonly seen?: SeenProduct | undefined;
  /** Whether a rollback creates the product again, which later rollbacks do not undo. Default `false`. */
  readonly isRollback?: boolean;
}

/** A product that was read in advance. */
export interface SeenProduct {
  readonly remote: RemoteProduct;
  /** Version of the record for which it was read. */
  readonly version: number;
}

/**
 * Pushes one valid draft: reads the shop's product, plans, writes the record, makes each change, publishes, and writes
 * the record again.
 *
 * Before anything is sent, the record gets the status `syncing`, and the journal the old values. If a crash interrupts
 * a push, the next one compares with the shop's current state and sends the rest.
 *
 * @throws StorageError, and the signal's reason. A rejection by Shopify is a result.
 */
export async function pushProduct(
  draft: ProductDraft,
  context: PushContext,
  options: PushOptions,
): Promise<PushResult> {
  const { client, records, publications, recreateDeleted } = context;
  const { localId } = draft;
  const before = await records.get(client.shop, localId);
  const said = desiredFacts(draft);
  const hash = hashOfText(saidText(draft, publications));
  const desired = shownAgain(said, before);
  const isGone = before?.status === 'deleted-in-shopify';
  const isForced = options.force === true;
  const unchanged = options.refresh || isForced ? undefined : unchangedBy(before, hash);
  if (unchanged) return unchanged;
  if (isGone && !recreateDeleted) return { outcome: 'failed', localId, error: deletedInShopify(client.shop) };
  options.signal?.throwIfAborted();

  const push = new Push(draft, context, options, {
    desired,
    hash,
    before: isGone ? undefined : before,
    stored: before,
  });
  if (options.dryRun) return push.dryRun();
  try {
    // `undefined`: somebody else has written the record, so its base may have changed. Start again.
    return (await push.run()) ?? (await pushProduct(draft, context, options));
  } catch (error) {
    if (error instanceof ShopErasedError) throw error;
    // An abort is not a failure of the product, which is left to the next run.
    if (options.signal?.aborted || !isShopwrightError(error)) {
      await push.end({ status: 'pending' });
      throw error;
    }
    const failed = failure(error, push.gid);
    await push.end(failed).catch((storage: unknown) => {
      if (storage instanceof ShopErasedError) throw storage;
      throw new StorageError(`The push of ${localId} failed, and the failure could not be recorded.`, {
        cause: { error, storage },
      });
    });
    // Somebody deleted it during the push: with recreateDeleted it is created again at once.
    if (failed.status === 'deleted-in-shopify' && recreateDeleted) return pushProduct(draft, context, options);
    return { outcome: 'failed', localId, error };
  }
}

/** Shopify's response for a product that it has created. */
export type CreatedProduct = NonNullable<NonNullable<ProductPushMutation['productSet']>['product']>;

/**
 * A product that a row of a bulk operation creates or changes. The record (`begin`) and the journal (`entry`) are
 * stored before it is sent.
 */
export interface BulkCreation {
  readonly localId: string;
  /** Marks its record as being pushed. */
  readonly begin: RecordWrite;
  /** The journal entry to store before it is sent. */
  readonly entry: JournalDraft;
  readonly outcome: 'created' | 'updated';
  /**
   * Variables of `ProductPushDocument`. A row that creates has no identifier: if the product already exists, Shopify
   * refuses it instead of replacing it.
   */
  readonly row: ProductPushMutationVariables;
  /** Publishes the created or changed product. @throws StorageError, and what a call throws. */
  done(product: CreatedProduct): Promise<RecordEnd>;
  /** Records why it failed. */
  refused(error: ShopwrightError): RecordEnd;
}

/** The end of a push, as written to its record. Ends of many products are written at once. */
export interface RecordEnd {
  readonly localId: string;
  /** The stored record with these changes; `undefined` if more must be read first. In that case, call `write`. */
  over(stored: SyncRecord): SyncRecord | undefined;
  /** Writes this end alone. @throws StorageError, and what a call throws. */
  write(): Promise<void>;
}

/**
 * How a product is created in bulk. `undefined` if it must be pushed alone, such as after an earlier push of it.
 *
 * @param before Its record, if it has one.
 * @throws StorageError
 */
export async function bulkCreation(
  draft: ProductDraft,
  before: SyncRecord | undefined,
  context: PushContext,
  options: PushOptions,
): Promise<BulkCreation | undefined> {
  const { publications, adoptBy } = context;
  const isUntouched =
    !before || (before.gid === null && before.attempts === 0 && before.status !== 'deleted-in-shopify');
  if (!isUntouched || adoptBy.length > 0) return undefined;
  const start = {
    desired: desiredFacts(draft),
    hash: hashOfText(saidText(draft, publications)),
    before,
    stored: before,
  };
  return new Push(draft, context, options, start).inBulk();
}

/**
 * What to read of a product before it is changed in bulk. `undefined` if it must be pushed alone, because there is
 * nothing to send or its last push did not succeed.
 */
export function readForBulk(
  draft: ProductDraft,
  before: SyncRecord | undefined,
  { publications }: Pick<PushContext, 'publications'>,
): WantedProduct | undefined {
  const isSettled = before?.status === 'synced' && before.gid !== null && before.parts?.[doubt] === undefined;
  if (!isSettled || before.gid === null || unchangedBy(before, hashOfText(saidText(draft, publications))))
    return undefined;
  return { gid: before.gid, scope: scopeOf(desiredFacts(draft), readBase(before.lastSyncData), true) };
}

/**
 * How an existing product is changed in bulk, overwriting changes in the shop. `undefined` if it must be pushed alone.
 *
 * @param remote The product, as requested by `readForBulk`.
 * @throws StorageError
 */
export async function bulkChange(
  draft: ProductDraft,
  { before, remote }: { readonly before: SyncRecord; readonly remote: RemoteProduct },
  context: PushContext,
  options: PushOptions,
): Promise<BulkCreation | undefined> {
  const start = {
    desired: shownAgain(desiredFacts(draft), before),
    hash: hashOfText(saidText(draft, context.publications)),
    before,
    stored: before,
  };
  return new Push(draft, context, options, start).changeInBulk(remote);
}

/** The result for a product whose last push sent the same draft. */
function unchangedBy(record: SyncRecord | undefined, hash: string): PushResult | undefined {
  const isSame = record?.status === 'synced' && record.hash === hash && record.gid !== null;
  return isSame ? { outcome: 'unchanged', localId: record.localId, gid: record.gid } : undefined;
}

/**
 * How to find out from its record that a draft needs no push, or what to read of the product in advance: always in a
 * dry run, otherwise only if the push will probably find nothing to send. `size` is the approximate number of
 * characters of the draft.
 */
export function unchangedIf(draft: ProductDraft, publications: readonly string[], options: PushOptions = {}) {
  const text = saidText(draft, publications);
  const hash = hashOfText(text);
  const isLooking = options.refresh === true || options.force === true;
  const isAll = options.managed?.metafields === 'all';
  return {
    localId: draft.localId,
    size: text.length,
    resultOf: (record: SyncRecord | undefined) => (isLooking ? undefined : unchangedBy(record, hash)),
    toRead: (record: SyncRecord | undefined): WantedProduct | undefined => {
      const isRead = options.dryRun ? record?.status !== 'deleted-in-shopify' : isLooking && unchangedBy(record, hash);
      if (!isRead || !record || record.gid === null) return undefined;
      return { gid: record.gid, scope: scopeOf(desiredFacts(draft), readBase(record.lastSyncData), isAll) };
    },
  };
}

/** What is known about a product before its push. */
interface PushStart {
  readonly desired: ProductFacts;
  readonly hash: string;
  /** The record, unless the product is known to be deleted. */
  readonly before: SyncRecord | undefined;
  readonly stored: SyncRecord | undefined;
}

/** One push of one product. */
class Push {
  gid: string | null;
  readonly #draft: ProductDraft;
  readonly #context: PushContext;
  readonly #options: PushOptions;
  readonly #start: PushStart;
  readonly #id = randomUUID();
  /** Id of the first of the interrupted or failed pushes that this one continues; otherwise its own. */
  readonly #firstTry: string;
  #base: PushBase | undefined;
  #updatedAt: string | null;
  #plan: ProductPlan | undefined;

  constructor(draft: ProductDraft, context: PushContext, options: PushOptions, start: PushStart) {
    this.#draft = draft;
    this.#context = context;
    this.#options = options.force ? { ...options, onDrift: 'ours', onConflict: 'ours' } : options;
    this.#start = start;
    const tries = start.before?.status === 'synced' ? undefined : start.before?.parts?.[triesPart];
    this.#firstTry = typeof tries === 'string' ? tries : this.#id;
    this.gid = start.before?.gid ?? null;
    this.#base = readBase(start.before?.lastSyncData);
    this.#updatedAt = start.before?.shopifyUpdatedAt ?? null;
  }

  /** Marks the record as being pushed, with the changes to be sent. Returns `false` if somebody else has written it. */
  async #begin(changes: readonly ProductChange[], remote?: RemoteProduct): Promise<boolean> {
    const { record, version } = this.#beginning(changes, remote);
    this.#hasBegun = await this.#context.records.putIf(record, version);
    return this.#hasBegun;
  }

  /** The record while the product is being pushed. */
  #beginning(changes: readonly ProductChange[], remote?: RemoteProduct): RecordWrite {
    const { client, clock } = this.#context;
    const { before, stored } = this.#start;
    const { [doubt]: _, ...parts } = stored?.parts ?? {};
    const sending = sendingOf(changes, this.#base?.sending);
    const places = remote ? placesOf(remote, changes, this.#base?.places) : this.#base?.places;
    const base = this.#base && remote ? this.#identified(this.#base, remote) : this.#base;
    const syncing: SyncRecord = {
      ...emptyRecord(client.shop, this.#draft.localId),
      ...stored,
      ...(before === undefined && { shopifyUpdatedAt: null, lastSyncData: null }),
      ...(base && { lastSyncData: writeBase({ ...base, sending, ...(places && { places }) }) }),
      gid: this.gid,
      version: (stored?.version ?? 0) + 1,
      status: 'syncing',
      attempts: (stored?.attempts ?? 0) + 1,
      lastAttemptAt: clock.now(),
      parts: { ...parts, [pushId]: this.#id, [triesPart]: this.#firstTry },
    };
    return { record: syncing, version: stored?.version };
  }

  /**
   * The base with the gids of all its variants. Once variants have exchanged their options, those without a SKU could
   * not be matched otherwise.
   */
  #identified(base: PushBase, remote: RemoteProduct): PushBase {
    const { baseKeys } = matchFacts(this.#start.desired, base, remote);
    const variants = { ...base.ids.variants };
    for (const [id, key] of baseKeys) if (base.facts.variants?.[key]) variants[key] = id;
    return { ...base, ids: { ...base.ids, variants } };
  }

  /** Whether there are changes or conflicts that are not in the plan being applied. */
  #isOutdated({ changes, conflicts }: ProductPlan): boolean {
    const { expected } = this.#context;
    if (!expected) return false;
    // An interrupted push may have sent some changes already, so fewer changes than planned are allowed.
    const planned = new Set(expected.changes.map(contentHash));
    const isAsPlanned = changes.every((change) => planned.has(contentHash(change)));
    return !isAsPlanned || contentHash(conflicts) !== contentHash(expected.conflicts);
  }

  #hasBegun = false;

  /** Whether everything was sent, so that the base matches the shop's state. */
  #isApplied = false;

  async dryRun(): Promise<PushResult> {
    const { localId } = this.#draft;
    const gid = this.gid ?? (await this.#find());
    const now = gid === null ? undefined : (this.#seen ?? (await this.#read(gid)));
    const remote = now && inFormerOrder(now, this.#base);
    if (!remote)
      return { outcome: 'would-create', localId, plan: planCreate(this.#draft.localId, this.#start.desired) };
    await this.#noteFailed(remote);
    const planned = this.#planOf(remote);
    const { plan } = planned;
    if (plan.action === 'unchanged' && this.#unpublished().length === 0) {
      const outcome = plan.conflicts.length > 0 ? 'conflict' : 'unchanged';
      // For example after a push that was killed after it had sent everything.
      const isOpen = this.#start.before !== undefined && this.#start.before.status !== 'synced';
      return { outcome, gid: remote.id, ...this.#told(plan), ...(isOpen && { plan }) };
    }
    return (await this.#blocked(planned)) ?? { outcome: 'would-update', plan, ...this.#told(plan) };
  }

  /** Pushes. Returns `undefined` if somebody else has written the record since it was read. */
  async run(): Promise<PushResult | undefined> {
    const isAdopted = this.gid === null;
    this.gid ??= await this.#find();
    if (this.gid === null) {
      const plan = planCreate(this.#draft.localId, this.#start.desired);
      if (this.#isOutdated(plan)) return { outcome: 'outdated', plan, ...told(plan) };
      if (!(await this.#begin(plan.changes))) return undefined;
      await this.#create(plan);
      // Otherwise images that would have made the call too costly are sent now.
      if (this.#isComplete) return this.#conclude('created', plan);
    }
    const { gid } = this;
    if (gid === null) throw new InvalidResponseError('A product was created without an id.', {});
    const isNew = this.#plan !== undefined;
    const seen = isNew ? undefined : this.#seen;
    const hasAll =
      seen !== undefined &&
      seen.failedMedia.length === 0 &&
      inFormerOrder(seen, this.#base) === seen &&
      this.#planOf(seen).plan.changes.length === 0;
    // The changes are compared with the shop's current state.
    const now = hasAll ? seen : await this.#read(gid);
    if (!now) throw new ValidationError('The product is invalid', notThere(this.#context.client.shop));
    if (!isNew) await this.#noteFailed(now);
    const remote = inFormerOrder(now, this.#base);
    const planned = this.#planOf(remote);
    if (!isNew && this.#isOutdated(planned.plan))
      return { outcome: 'outdated', ...this.#told(planned.plan), plan: planned.plan };
    const blocked = await this.#blocked(planned);
    if (!isNew && !(await this.#begin(blocked ? [] : planned.plan.changes, remote))) return undefined;
    if (blocked) {
      await this.end({ status: 'failed', lastError: lastErrorOf(blocked.error) });
      return blocked;
    }
    this.#plan = planned.plan;
    const isUnmarked = this.#start.before?.parts?.[unmarkedPart] !== undefined && planned.plan.changes.length > 0;
    if (isUnmarked || (isAdopted && !isNew && this.#isForeign)) await this.#mark(gid);
    if (remote !== now) {
      const { client, clock } = this.#context;
      const order = remote.variants.map(({ id }) => id as string);
      await orderVariants({ client, clock, productId: gid }, order, this.#options);
    }
    await this.#update(remote, planned);
    const done = this.#plan;
    if (isNew) return this.#conclude('created', done);
    const outcome = done.action === 'update' ? 'updated' : done.conflicts.length > 0 ? 'conflict' : 'unchanged';
    return this.#conclude(outcome, done);
  }

  /**
   * Writes the end of the push to the record. If another push of the product ran at the same time, it is unknown whose
   * values won. The record then gets the shop's values, so that the next push sends the differences.
   */
  async end(changes: Partial<SyncRecord>): Promise<void> {
    const { client, records } = this.#context;
    const { localId } = this.#draft;
    if (!this.#hasBegun && !(await this.#begin([]))) return;
    for (;;) {
      const stored = await records.get(client.shop, localId);
      // The record was deleted, for example by an erasure: do not write it again.
      if (!stored) return;
      const record = this.#ended(stored, changes) ?? (await this.#reconciled(stored));
      if (await records.putIf({ ...record, version: stored.version + 1 }, stored.version)) return;
    }
  }

  #isOvertaken({ parts }: SyncRecord): boolean {
    return parts?.[pushId] !== this.#id;
  }

  /** The record at the end of the push; `undefined` if another push of the product ran at the same time. */
  #ended(stored: SyncRecord, changes: Partial<SyncRecord>): SyncRecord | undefined {
    if (this.#isOvertaken(stored) || stored.parts?.[doubt] !== undefined) return undefined;
    return {
      ...stored,
      gid: this.gid,
      shopifyUpdatedAt: this.#updatedAt ?? stored.shopifyUpdatedAt,
      lastSyncData: this.#base && this.#isApplied ? writeBase(this.#base) : stored.lastSyncData,
      ...(stored.status === 'deleted-in-shopify' ? {} : changes),
      ...(changes.status === 'synced' && { parts: this.#closedParts(stored.parts) }),
    };
  }

  #closedParts(parts: SyncRecord['parts']): SyncRecord['parts'] {
    const shown = withoutPart(withoutPart(parts, archivedPart), triesPart);
    return this.#isMarked ? withoutPart(shown, unmarkedPart) : shown;
  }

  /** The record with the shop's values for everything that this push has changed. */
  async #reconciled(before: SyncRecord): Promise<SyncRecord> {
    const isOvertaken = this.#isOvertaken(before);
    const gid = this.gid ?? before.gid;
    const base = isOvertaken ? readBase(before.lastSyncData) : this.#base;
    const parts = isOvertaken ? { ...before.parts, [doubt]: this.#id } : withoutPart(before.parts, doubt);
    const status = before.status === 'synced' ? 'pending' : before.status;
    const inDoubt: SyncRecord = { ...before, gid, parts, hash: null, status: isOvertaken ? status : 'pending' };
    if (gid === null || !base) return inDoubt;
    const remote = await this.#read(gid);
    if (!remote) return inDoubt;
    const theirs = remoteFacts(remote, matchFacts(this.#start.desired, base, remote));
    const changes = this.#plan?.changes ?? [];
    const facts = withChanged(base.facts, changes, theirs);
    // The stored values belong to what another push sent, and do not apply to these fields.
    const sent = new Set(changes.flatMap(({ list, fields }) => (list === 'product' ? Object.keys(fields) : [])));
    const stored = Object.fromEntries(Object.entries(base.stored).filter(([field]) => !sent.has(field)));
    return { ...inDoubt, lastSyncData: writeBase({ ...base, facts, stored }) };
  }

  /** The gid of a product that already belongs to the local id, or that is adopted. */
  async #find(): Promise<string | null> {
    const { client, adoptBy, hasIdentity } = this.#context;
    const { localId } = this.#draft;
    const call = this.#call;
    if (hasIdentity) {
      const { data } = await client.graphql(ProductByIdentifierDocument, { identifier: identifierOf(localId) }, call);
      if (data.productByIdentifier) return data.productByIdentifier.id;
    }
    const found = await findAdoptable(client, this.#draft, adoptBy, this.#options);
    this.#isForeign = found !== undefined && !found.isOurs;
    return found?.gid ?? null;
  }

  /** Whether the product that was found does not have the local id yet. */
  #isForeign = false;

  #isMarked = false;

  /** Stores the local id on the product, so that later pushes find it even if its handle changes. */
  async #mark(gid: string): Promise<void> {
    const metafields = [{ ...idMetafield(this.#draft.localId), ownerId: gid }];
    await this.#context.client.graphql(MetafieldsWriteDocument, { metafields }, this.#call);
    this.#isMarked = true;
  }

  #planOf(remote: RemoteProduct): PlannedUpdate {
    return planUpdate(this.#draft.localId, this.#start.desired, this.#base, remote, this.#options);
  }

  /** The product as read in advance, unless its record was written since. */
  get #seen(): RemoteProduct | undefined {
    const { seen } = this.#context;
    return seen && seen.version === this.#start.before?.version && seen.remote.id === this.gid
      ? seen.remote
      : undefined;
  }

  #read(gid: string): Promise<RemoteProduct | undefined> {
    const scope = scopeOf(this.#start.desired, this.#base, this.#options.managed?.metafields === 'all');
    return readRemote(this.#context.client, gid, scope, this.#options);
  }

  /** Images of earlier pushes that Shopify could not process, by gid. */
  readonly #failed = new Map<string, FailedImage>();

  /** Finds images of earlier pushes that failed, and removes them from the base, so that they are uploaded again. */
  async #noteFailed({ failedMedia }: RemoteProduct): Promise<void> {
    const base = this.#base;
    const keys = Object.entries(base?.ids.images ?? {}).filter(([, id]) => failedMedia.includes(id));
    if (!base || keys.length === 0) return;
    const files = await readFiles(
      this.#context.client,
      keys.map(([, id]) => id),
      this.#options,
    );
    for (const [key, id] of keys) this.#failed.set(id, failedImage(base.facts.images?.[key], files.get(id)));
    const failed = new Set(keys.map(([key]) => key));
    const without = <T>(entries: Readonly<Record<string, T>> = {}): Record<string, T> =>
      Object.fromEntries(Object.entries(entries).filter(([key]) => !failed.has(key)));
    this.#base = {
      ...base,
      facts: { ...base.facts, images: without(base.facts.images) },
      ids: { ...base.ids, images: without(base.ids.images) },
    };
  }

  /** Deletes the files of failed uploads, which contain only their errors. */
  async #removeFailed(): Promise<void> {
    if (this.#failed.size === 0) return;
    try {
      await this.#context.client.graphql(FilesRemoveDocument, { ids: [...this.#failed.keys()] }, this.#call);
    } catch (error) {
      // Somebody else has deleted it first.
      const isGone =
        isShopwrightError(error, 'USER_ERROR') && error.userErrors.every(({ code }) => code === 'FILE_DOES_NOT_EXIST');
      if (!isGone) throw error;
    }
  }

  /** Waits for the images that this push has uploaded. Returns `false` if Shopify could not process some of them. */
  async #awaitImages(): Promise<boolean> {
    if (!this.#options.waitForImages || this.#uploaded.size === 0) return true;
    const { client, clock } = this.#context;
    const waiting = { ...this.#options, timeoutMs: longestImageWaitMs };
    const files = await settledFiles(client, clock, [...this.#uploaded.values()], waiting);
    const failed = [...this.#uploaded].filter(([, id]) => files.get(id)?.status === 'FAILED');
    const { images = {} } = this.#start.desired;
    for (const [key, id] of failed) this.#failed.set(id, failedImage(images[key], files.get(id)));
    return failed.length === 0;
  }

  #told(plan: ProductPlan): Told {
    // An image that has failed again is listed once.
    const failedImages = [...new Map([...this.#failed.values()].map((image) => [image.source, image])).values()];
    return { ...told(plan), ...(failedImages.length > 0 && { failedImages }) };
  }

  /** Whether the whole draft was sent when the product was created. */
  #isComplete = false;

  async #create(plan: ProductPlan): Promise<void> {
    this.#plan = plan;
    await this.#journal('create', null, plan.changes);
    const { desired } = this.#start;
    const wanted = Object.entries(desired.images ?? {}).map(([key, { alt }]) => ({ key, alt: textOrAny(alt) }));
    const claim = await this.#context.images.claim(wanted, this.#options);
    try {
      await this.#createWith(claim.ids).catch((error: unknown) => {
        // If somebody has deleted an image that another product uploaded, upload it again.
        const isOfFiles =
          isShopwrightError(error, 'USER_ERROR') && error.userErrors.some(({ field }) => field?.includes('files'));
        if (!isOfFiles || claim.ids.size === 0) throw error;
        claim.forget();
        return this.#createWith(new Map());
      });
      await claim.uploaded(this.#uploaded);
    } finally {
      await claim.release();
    }
  }

  /** Gids of the images that this push has uploaded, by key. */
  readonly #uploaded = new Map<string, string>();

  async #createWith(imageIds: ReadonlyMap<string, string>): Promise<void> {
    const { client } = this.#context;
    const whole = toProductInput(this.#draft, imageIds);
    const input = withinCost(whole);
    const images = input.files?.length ?? 0;
    const { data, requestId } = await client.graphql(
      ProductPushDocument,
      {
        identifier: identifierOf(this.#draft.localId),
        input,
        // Variants can be matched by the draft's values, but images only by their gids: read these back.
        images: Math.max(1, images),
        withImages: images > 0,
      },
      this.#call,
    );
    const product = data.productSet?.product;
    if (!product) {
      throw new InvalidResponseError(`${client.shop} returned neither a product nor user errors for productSet.`, {
        shop: client.shop,
        ...(requestId !== undefined && { requestId }),
      });
    }
    this.#isCreated(product, imageIds, input === whole);
  }

  /** Takes over Shopify's response for the product that it has created. */
  #isCreated(product: CreatedProduct, imageIds: ReadonlyMap<string, string>, isComplete: boolean): void {
    this.gid = product.id;
    this.#updatedAt = product.updatedAt;
    this.#isComplete = isComplete;
    const { desired } = this.#start;
    const { title, descriptionHtml, vendor, productType } = product;
    // If the draft's status was not sent, a later push must send it.
    const said = heldStatus(desired)
      ? { ...desired, product: { '': withoutStatus(desired.product?.[''] ?? {}) } }
      : desired;
    const facts = this.#isComplete ? said : { ...said, images: {}, variants: withoutImages(said) };
    this.#base = {
      facts,
      stored: { title, descriptionHtml, vendor, productType },
      ids: {
        variants: {},
        images: idsByKey(Object.keys(facts.images ?? {}), product.media?.nodes ?? []),
      },
      publications: [],
    };
    for (const [key, id] of Object.entries(this.#base.ids.images)) if (!imageIds.has(key)) this.#uploaded.set(key, id);
    this.#isApplied = true;
  }

  /**
   * How the product is created by a row of a bulk operation. `undefined` if it must be pushed alone: the row cannot
   * contain the whole draft, or the shop may already have images of it.
   */
  async inBulk(): Promise<BulkCreation | undefined> {
    const { desired } = this.#start;
    const whole = toProductInput(this.#draft, new Map());
    if (withinCost(whole) !== whole) return undefined;
    const wanted = Object.entries(desired.images ?? {}).map(([key, { alt }]) => ({ key, alt: textOrAny(alt) }));
    const noteImages = await this.#context.images.unbrought(wanted);
    const plan = planCreate(this.#draft.localId, desired);
    if (!noteImages) return undefined;
    this.#plan = plan;
    const images = whole.files?.length ?? 0;
    // The caller stores this before anything is sent.
    this.#hasBegun = true;
    return {
      localId: this.#draft.localId,
      begin: this.#beginning(plan.changes),
      entry: this.#entry('create', null, plan.changes),
      outcome: 'created',
      row: { input: whole, images: Math.max(1, images), withImages: images > 0 },
      done: async (product) => {
        this.#isCreated(product, new Map(), true);
        await noteImages(this.#uploaded);
        await this.#publish();
        return this.#end(this.#synced(plan, await this.#awaitImages()));
      },
      refused: (error) => this.#end(failure(error, null)),
    };
  }

  /** How the product is changed by a row of a bulk operation. `undefined` if it must be pushed alone. */
  async changeInBulk(remote: RemoteProduct): Promise<BulkCreation | undefined> {
    if (remote.failedMedia.length > 0 || this.#start.before?.parts?.[unmarkedPart] !== undefined) return undefined;
    const { plan, matches, problem, nextFacts, stored } = this.#planOf(remote);
    if (problem !== undefined) return undefined;
    const { variants, images } = this.#idsOf(matches);
    const input = toChangedInput(this.#draft, plan.changes);
    if (!input || plan.changes.length === 0 || withinCost(input) !== input) return undefined;
    this.#plan = plan;
    this.#hasBegun = true;
    return {
      localId: this.#draft.localId,
      begin: this.#beginning(plan.changes),
      entry: this.#entry('update', remote.id, plan.changes),
      outcome: 'updated',
      row: { identifier: { id: remote.id }, input, images: 1, withImages: false },
      done: async (product) => {
        const { title, descriptionHtml, vendor, productType } = product;
        const now: Facts = { title, descriptionHtml, vendor, productType };
        const told = Object.fromEntries(Object.entries(now).filter(([field]) => field in input));
        this.#updatedAt = product.updatedAt;
        this.#isNow(nextFacts, { ...stored, ...told }, { variants, images });
        await this.#publish();
        return this.#end(this.#synced(plan, true));
      },
      refused: (error) => this.#end(failure(error, this.gid)),
    };
  }

  /** Gids of the draft's variants and images in the shop, by key. */
  #idsOf(matches: PlannedUpdate['matches']): { variants: Map<string, string>; images: Map<string, string> } {
    const ids = this.#base?.ids;
    const idsIn = (known: Readonly<Record<string, string>> = {}, found: ReadonlyMap<string, { readonly id: string }>) =>
      new Map([...Object.entries(known), ...[...found].map(([key, { id }]) => [key, id] as [string, string])]);
    return { variants: idsIn(ids?.variants, matches.variants), images: idsIn(ids?.images, matches.images) };
  }

  /** Updates the base with the shop's current state. */
  #isNow(
    facts: ProductFacts,
    stored: Facts,
    { variants, images }: { readonly variants: Map<string, string>; readonly images: Map<string, string> },
  ): void {
    const keep = (of: Map<string, string>, list: 'variants' | 'images') =>
      Object.fromEntries([...of].filter(([key]) => facts[list]?.[key] !== undefined));
    this.#base = {
      facts,
      stored,
      ids: { variants: keep(variants, 'variants'), images: keep(images, 'images') },
      publications: this.#base?.publications ?? [],
    };
    this.#isApplied = true;
  }

  #end(changes: Partial<SyncRecord>): RecordEnd {
    return {
      localId: this.#draft.localId,
      over: (stored) => this.#ended(stored, changes),
      write: () => this.end(changes),
    };
  }

  async #update(remote: RemoteProduct, { plan, matches, nextFacts, stored: known }: PlannedUpdate): Promise<void> {
    const { desired } = this.#start;
    const { variants: variantIds, images: imageIds } = this.#idsOf(matches);
    let stored = known;
    let facts = nextFacts;
    await this.#removeFailed();
    if (plan.changes.length > 0 || isParked(remote)) {
      const { client, clock, images } = this.#context;
      const changes = await withBarcodes(client, remote, plan.changes, this.#options);
      const beside = changedWithOptions(changes, { remote, desired, variantIds });
      if (changes.length > 0)
        await this.#journal('update', remote.id, [...changes, ...beside], layoutOf(remote, changes));
      const sources = new Map((this.#draft.images ?? []).map(({ url }) => [imageKey(url), url]));
      const quantities = new Map(
        variantKeys(this.#draft.variants).flatMap(([key, one]) => (one.quantities ? [[key, one.quantities]] : [])),
      );
      const application = {
        ...{ client, clock, remote, changes, desired, sources, shared: images, imageIds, variantIds },
        quantities,
        redirectsHandle: this.#draft.redirectNewHandle,
        overwrites: this.#options.onConflict === 'ours',
      };
      const applied = await applyChanges(application, this.#options);
      for (const { list, kind, key, gid } of plan.changes) {
        const id = imageIds.get(key);
        if (list === 'images' && kind === 'add' && gid === undefined && id !== undefined) this.#uploaded.set(key, id);
      }
      this.#updatedAt = applied.updatedAt;
      stored = { ...stored, ...applied.stored };
      facts = this.#overtaken(plan, nextFacts, applied.overtaken);
    } else this.#updatedAt = remote.updatedAt;
    this.#isNow(facts, stored, { variants: variantIds, images: imageIds });
  }

  /**
   * Records as conflicts the values that somebody wrote after this push had read them. Returns the base for the next
   * push.
   */
  #overtaken(plan: ProductPlan, next: ProductFacts, theirs: Facts): ProductFacts {
    const fields = plan.changes.find(({ list }) => list === 'product')?.fields ?? {};
    const found = Object.entries(theirs).flatMap(([field, there]) => {
      const change = fields[field];
      if (!change) return [];
      const base = this.#base?.facts.product?.['']?.[field] ?? change.from;
      return [{ list: 'product' as const, key: '', name: '', field, base, ours: change.to, theirs: there }];
    });
    if (found.length === 0) return next;
    const isPutBack = this.#options.onConflict !== 'ours';
    const changes = isPutBack ? plan.changes.flatMap((change) => withoutFields(change, theirs)) : plan.changes;
    const action = changes.length === 0 ? 'unchanged' : plan.action;
    this.#plan = { ...plan, action, changes, conflicts: [...plan.conflicts, ...found] };
    // A conflict that was only reported is a conflict again the next time.
    if ((this.#options.onConflict ?? 'report') !== 'report') return next;
    const known = Object.fromEntries(found.map(({ field, base }) => [field, base]));
    return { ...next, product: { '': { ...next.product?.[''], ...known } } };
  }

  /** Publishes to channels that no earlier push requested, so that products that a merchant unpublished stay so. */
  async #publish(): Promise<boolean> {
    const missing = this.#unpublished();
    const { client, publications } = this.#context;
    if (this.gid === null || !this.#base) return false;
    if (missing.length > 0) {
      const { data } = await client.graphql(
        ProductPublishDocument,
        { id: this.gid, publications: missing.map((publicationId) => ({ publicationId })) },
        this.#call,
      );
      const published = data.publishablePublish?.publishable;
      if (published && 'updatedAt' in published) this.#updatedAt = published.updatedAt;
    }
    this.#base = { ...this.#base, publications };
    return missing.length > 0;
  }

  #unpublished(): readonly string[] {
    const asked = new Set(this.#base?.publications);
    return this.#context.publications.filter((gid) => !asked.has(gid));
  }

  async #conclude(outcome: 'created' | 'updated' | 'unchanged' | 'conflict', plan: ProductPlan): Promise<PushResult> {
    const isPublished = await this.#publish();
    await this.end(this.#synced(plan, await this.#awaitImages()));
    const happened = isPublished && outcome === 'unchanged' ? 'updated' : outcome;
    return { outcome: happened, gid: this.gid ?? '', ...this.#told({ ...plan, localId: this.#draft.localId }) };
  }

  #synced(plan: ProductPlan, isWhole: boolean): Partial<SyncRecord> {
    // An open conflict must be reported again the next time, so the draft must not count as pushed.
    const isOpen = plan.conflicts.length > 0 && (this.#options.onConflict ?? 'report') === 'report';
    return {
      status: 'synced',
      hash: isOpen || !isWhole ? null : this.#start.hash,
      attempts: 0,
      lastError: null,
      lastSyncedAt: this.#context.clock.now(),
    };
  }

  /** The result for a plan that must not be applied; otherwise reserves its deletions. */
  async #blocked({ plan, problem }: PlannedUpdate): Promise<Extract<PushResult, { outcome: 'blocked' }> | undefined> {
    const message = problem ?? (await this.#context.deletes.takeOne(plan));
    if (message === undefined) return undefined;
    const error = new ValidationError('The product was not pushed', {
      issues: [{ field: 'variants', message }],
      shop: this.#context.client.shop,
    });
    return { outcome: 'blocked', plan, error, ...this.#told(plan) };
  }

  async #journal(
    action: 'create' | 'update',
    gid: string | null,
    changes: readonly ProductChange[],
    layout?: ProductLayout,
  ): Promise<void> {
    await this.#context.journal.append([this.#entry(action, gid, changes, layout)]);
  }

  #entry(
    action: 'create' | 'update',
    gid: string | null,
    changes: readonly ProductChange[],
    layout?: ProductLayout,
  ): JournalDraft {
    const { client, clock } = this.#context;
    const { runId } = this.#options;
    const publications = [...this.#context.publications];
    return {
      shop: client.shop,
      localId: this.#draft.localId,
      gid,
      runId: runId ?? null,
      action: this.#context.isRollback ? 'rollback' : action,
      at: clock.now(),
      sent: {
        ...{ format: journalFormat, changes, publications, push: this.#firstTry },
        ...(layout && { layout }),
      } as unknown as JsonObject,
      before: this.#base ? writeBase(withoutLarge(this.#base, changes)) : null,
    };
  }

  get #call() {
    return callOptions(this.#options);
  }
}

/** The format of a push in the journal. A release that stores something else uses the next number. */
export const journalFormat = 1;

/** Part of a record: id of the push that started last. */
export const pushId = 'push';

/** Part of a record: present if another push ran at the same time, so that the shop's state is in doubt. */
export const doubt = 'doubt';

/** Id of the first of the pushes that were interrupted or failed since the last complete one. */
export const triesPart = 'tries';

/** Marks an imported product whose local id is not in the shop yet, because no push has sent anything since. */
export const unmarkedPart = 'unmarked';

/** The status that a product had before it left the list and was archived. */
export const archivedPart = 'archived';

/** The facts of a draft. If the product was archived when it left the list, they have its former status by default. */
function shownAgain(facts: ProductFacts, record: SyncRecord | undefined): ProductFacts {
  const status = record?.parts?.[archivedPart];
  if (status === undefined) return facts;
  return { ...facts, product: { '': { status, ...facts.product?.[''] } } };
}

/** Milliseconds that a push waits for images. */
const longestImageWaitMs = 60_000;

const failedImage = (facts: Facts | undefined, file: RemoteFile | undefined): FailedImage => ({
  source: String(facts?.['url'] ?? ''),
  reason: problemText(file?.errors ?? []),
});

const textOrAny = (alt: FactValue | undefined): string | null | undefined =>
  typeof alt === 'string' || alt === null ? alt : undefined;

const told = ({ localId, unpriced, drifts, conflicts }: ProductPlan): Told => ({
  localId,
  ...(unpriced && { unpriced }),
  ...(drifts.length > 0 && { drifts }),
  ...(conflicts.length > 0 && { conflicts }),
});

function idsByKey(keys: readonly string[], nodes: readonly { readonly id: string }[]): Record<string, string> {
  return Object.fromEntries(keys.flatMap((key, index) => (nodes[index] ? [[key, nodes[index].id]] : [])));
}

function deletedInShopify(shop: string): ValidationError {
  const message = `was deleted in ${shop}. Set recreateDeleted to create it again, or stop pushing it.`;
  return new ValidationError('The product is invalid', { issues: [{ field: 'localId', message }], shop });
}

/** A change without values of the product that were restored. */
function withoutFields(change: ProductChange, putBack: Facts): readonly ProductChange[] {
  if (change.list !== 'product') return [change];
  const fields = Object.fromEntries(Object.entries(change.fields).filter(([field]) => !(field in putBack)));
  return Object.keys(fields).length > 0 ? [{ ...change, fields }] : [];
}

/** The error for a product whose gid is known, but which is not in the shop. */
const notThere = (shop: string) => ({ issues: [{ field: goneField, message: `is no longer in ${shop}` }], shop });

/** The parts of a record without one of them. */
export function withoutPart(parts: SyncRecord['parts'], name: string): SyncRecord['parts'] {
  return parts && Object.fromEntries(Object.entries(parts).filter(([part]) => part !== name));
}

/** A new record for a product. */
export function emptyRecord(shop: string, localId: string): SyncRecord {
  return {
    shop,
    localId,
    version: 0,
    gid: null,
    status: 'pending',
    hash: null,
    parts: null,
    lastError: null,
    attempts: 0,
    lastSyncData: null,
    lastSyncedAt: null,
    lastAttemptAt: null,
    shopifyUpdatedAt: null,
  };
}

/** The local id of a product that may be invalid, or of a job's payload. */
export function localIdOf(product: unknown): string | undefined {
  return isRecord(product) && typeof product['localId'] === 'string' ? product['localId'] : undefined;
}
