import { setImmediate as nextTurn } from 'node:timers/promises';
import { BulkNotEnabledError } from '../../errors/bulk-errors.ts';
import { isShopwrightError, ShopifyUserError } from '../../errors/errors.ts';
import { BulkRunMutationDocument, ProductPushDocument } from '../../graphql/operations/generated/graphql.ts';
import { userErrorText } from '../../graphql/response.ts';
import { forEachConcurrent } from '../../internal/concurrency.ts';
import type { RecordWrite, SyncRecord, SyncRecordStore } from '../../ports/sync-record-store.ts';
import type { ProductDraft } from '../../validation/product-draft.ts';
import { recordsOf } from '../plan/candidates.ts';
import type { PlanOptions } from '../plan/plan.ts';
import type { RemoteProduct } from '../plan/product-facts.ts';
import { readRemotes, type WantedProduct } from '../read-remote.ts';
import type { SyncClient } from '../sync-client.ts';
import {
  type BulkCreation,
  bulkChange,
  bulkCreation,
  type PushContext,
  type PushOptions,
  type RecordEnd,
  readForBulk,
} from './push.ts';

/**
 * Options of `createInBulk`.
 *
 * @example
 * await sync.createInBulk(products, { runId: 'autumn' });
 */
export interface CreateInBulkOptions {
  /** Id of the run in the journal, for `rollback`. Default: none. */
  readonly runId?: string;
  /**
   * Ends the wait for the bulk operation, which continues in Shopify: a later push finds what it has created. Default:
   * none.
   */
  readonly signal?: AbortSignal;
  /**
   * Also changes existing products, if a row can do so without touching variants, images and metafields. The draft
   * overwrites changes in the shop, and its tags and collections replace the shop's: as in a push with `force`
   * and `managed: 'all'` for each list. Reading these products costs points, changing them costs none. Default `false`.
   */
  readonly overwrite?: boolean;
  /**
   * Called after each product that was created, changed or refused, once its record is written. An error ends the call.
   */
  readonly onResult?: (result: BulkCreateResult) => void;
}

/** The result for one product. `failed`: Shopify refused it. */
export interface BulkCreateResult {
  readonly localId: string;
  readonly outcome: 'created' | 'updated' | 'failed';
}

/** The result of `createInBulk`. */
export interface BulkCreateSummary {
  /** Products that were created, published and recorded. */
  readonly created: number;
  /** Existing products that were changed and recorded. */
  readonly updated: number;
  /** Products that Shopify refused. Their records have the error. */
  readonly refused: number;
  /**
   * Products left to `push` and `pushMany`: existing or invalid ones, and those whose result Shopify does not report.
   */
  readonly left: number;
  /** Gids of the bulk operations. */
  readonly operations: readonly string[];
}

/** Shopify's code if a product with that local id already exists. */
const takenCode = 'CAPABILITY_VIOLATION';

/**
 * Creates the products that the shop does not have in one bulk operation, and with `overwrite` also changes others. A
 * row that creates a product never changes an existing one: if the product exists by then, Shopify refuses the row
 * because local ids are unique, and the product is left to its push.
 *
 * @throws BulkNotEnabledError if the app may not run bulk mutations. StorageError, and the signal's reason.
 */
export async function createInBulk(
  drafts: AsyncIterable<ProductDraft | undefined>,
  contextOf: (draft: ProductDraft) => Promise<PushContext | undefined>,
  { client, records, concurrency }: Pick<PushContext, 'client' | 'records'> & { readonly concurrency: number },
  options: CreateInBulkOptions,
): Promise<BulkCreateSummary> {
  const { bulk, shop } = client;
  const { signal } = options;
  if (!bulk || !(await mayRun(client, signal)))
    throw new BulkNotEnabledError(`Bulk mutations are not enabled for this app on ${shop}.`, {
      shop,
      kind: 'mutations',
    });
  const begun: BulkCreation[] = [];
  const images = new Set<string>();
  let left = 0;
  for await (const chunk of inChunks(drafts, productsPerWrite)) {
    signal?.throwIfAborted();
    const found: Creatable[] = [];
    for (const draft of chunk) {
      const context = draft && (await contextOf(draft));
      // The first product with an image uploads it; the others reuse it.
      const urls = draft?.images?.map(({ url }) => url) ?? [];
      const isFirst = urls.every((url) => !images.has(url));
      for (const url of urls) images.add(url);
      if (draft && context && isFirst) found.push({ draft, context });
    }
    const creations = await begin(found, options);
    begun.push(...creations);
    left += chunk.length - creations.length;
    // A file-based store responds synchronously. Yield, so that the timers that renew locks can run.
    await nextTurn();
  }
  if (begun.length === 0) return { created: 0, updated: 0, refused: 0, left, operations: [] };

  const counts = { created: 0, updated: 0, failed: 0 };
  const rows = begun.map(({ row }) => row);
  const run = await bulk.mutate(ProductPushDocument, rows, { rerun: 0, ...(signal && { signal }) });
  for await (const chunk of inChunks(run, productsPerWrite)) {
    let settled: ReadonlySet<RecordEnd> = new Set();
    const ends: { readonly end: RecordEnd; readonly outcome: BulkCreateResult['outcome'] }[] = [];
    try {
      await forEachConcurrent(chunk, { concurrency, signal }, async ({ index, status, data, userErrors }) => {
        const creation = begun[index];
        const product = data?.productSet?.product;
        if (creation && status === 'done' && product) {
          const end = await creation.done(product).catch(notPublished);
          if (end) ends.push({ end, outcome: creation.outcome });
          else left += 1;
        } else if (creation && data && status === 'refused' && !userErrors.some(({ code }) => code === takenCode)) {
          const message = `ProductPush was refused: ${userErrors.map(userErrorText).join('; ')}`;
          const error = new ShopifyUserError(message, { shop, operation: 'ProductPush', userErrors });
          ends.push({ end: creation.refused(error), outcome: 'failed' });
        } else left += 1;
      });
    } finally {
      settled = await writeEnds(
        ends.map(({ end }) => end),
        records,
        shop,
      );
    }
    for (const { end, outcome } of ends) {
      // Another push of the product ran at the same time, and may have sent newer values. The next push compares with
      // the shop.
      if (!settled.has(end)) {
        left += 1;
        continue;
      }
      counts[outcome] += 1;
      options.onResult?.({ localId: end.localId, outcome });
    }
    await nextTurn();
  }
  const { created, updated, failed } = counts;
  return { created, updated, refused: failed, left, operations: run.summary().operations };
}

/** Leaves a product that Shopify refused to publish to its push, which tries again and reports the error. */
function notPublished(error: unknown): undefined {
  if (!isShopwrightError(error, 'USER_ERROR')) throw error;
}

/** Products whose records and journal entries are written together, because each write waits for the disk. */
const productsPerWrite = 250;

/** A product that may be created in bulk. */
interface Creatable {
  readonly draft: ProductDraft;
  readonly context: PushContext;
}

/** The draft wins, and its lists replace the shop's. */
const whole: PlanOptions = {
  ...{ onDrift: 'ours', onConflict: 'ours' },
  managed: { variants: 'all', images: 'all', tags: 'all', metafields: 'all', collections: 'all' },
};

/** Whether these options have the same effect as `whole`. */
export const isWhole = ({ force, managed = {}, onDrift, onConflict }: PushOptions): boolean =>
  (force === true || (onDrift === 'ours' && onConflict === 'ours')) &&
  (['variants', 'images', 'tags', 'metafields', 'collections'] as const).every((list) => managed[list] === 'all');

/**
 * Stores in records and journal which products are about to be created or changed. Leaves out products whose record was
 * written by somebody else meanwhile.
 */
async function begin(found: readonly Creatable[], options: CreateInBulkOptions): Promise<readonly BulkCreation[]> {
  const [first] = found;
  if (!first) return [];
  const { records, journal, client } = first.context;
  const localIds = found.map(({ draft }) => draft.localId);
  const stored = new Map((await recordsOf(records, client.shop, localIds)).map((record) => [record.localId, record]));
  const creations: BulkCreation[] = [];
  const { onResult: _, overwrite, ...pushOptions } = options;
  const others: (Creatable & { readonly before: SyncRecord; readonly wanted: WantedProduct })[] = [];
  for (const { draft, context } of found) {
    const before = stored.get(draft.localId);
    const creation = await bulkCreation(draft, before, context, pushOptions);
    const wanted = creation || !overwrite ? undefined : readForBulk(draft, before, context);
    if (creation) creations.push(creation);
    else if (before && wanted) others.push({ draft, context, before, wanted });
  }
  const wanted = others.map((one) => one.wanted);
  const remotes = wanted.length > 0 ? await readRemotes(client, wanted, pushOptions) : new Map<string, RemoteProduct>();
  for (const {
    draft,
    context,
    before,
    wanted: { gid },
  } of others) {
    const remote = remotes.get(gid);
    const change = remote && (await bulkChange(draft, { before, remote }, context, { ...pushOptions, ...whole }));
    if (change) creations.push(change);
  }
  if (creations.length === 0) return [];
  const written = await putEach(
    records,
    creations.map(({ begin: beginning }) => beginning),
  );
  const begun = creations.filter((_creation, index) => written[index]);
  if (begun.length > 0) await journal.append(begun.map(({ entry }) => entry));
  return begun;
}

/**
 * Writes the ends of many pushes, as each push would write its own.
 *
 * @returns The products whose records nobody else has written meanwhile.
 */
async function writeEnds(
  ends: readonly RecordEnd[],
  records: SyncRecordStore,
  shop: string,
): Promise<ReadonlySet<RecordEnd>> {
  if (ends.length === 0) return new Set();
  const localIds = ends.map(({ localId }) => localId);
  const stored = new Map((await recordsOf(records, shop, localIds)).map((record) => [record.localId, record]));
  const alone: RecordEnd[] = [];
  const writes: { readonly end: RecordEnd; readonly write: RecordWrite }[] = [];
  for (const end of ends) {
    const before = stored.get(end.localId);
    const record = before && end.over(before);
    if (record)
      writes.push({ end, write: { record: { ...record, version: before.version + 1 }, version: before.version } });
    else alone.push(end);
  }
  const written = await putEach(
    records,
    writes.map(({ write }) => write),
  );
  alone.push(...writes.flatMap(({ end }, index) => (written[index] ? [] : [end])));
  for (const end of alone) await end.write();
  return new Set(writes.flatMap(({ end }, index) => (written[index] ? [end] : [])));
}

/** Writes records conditionally, one by one if the store cannot write many at once. */
async function putEach(records: SyncRecordStore, writes: readonly RecordWrite[]): Promise<readonly boolean[]> {
  if (records.putManyIf) return records.putManyIf(writes);
  return Promise.all(writes.map(({ record, version }) => records.putIf(record, version)));
}

/** The items of a stream, in groups of a fixed size. */
async function* inChunks<T>(all: AsyncIterable<T>, size: number): AsyncGenerator<readonly T[]> {
  let chunk: T[] = [];
  for await (const one of all) {
    if (chunk.push(one) < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

const probe = 'mutation Probe($input: ProductSetInput!) { productSet(input: $input) { userErrors { message } } }';

/**
 * Whether the app may run bulk mutations: tested with a file that does not exist, before anything is stored about any
 * product.
 */
async function mayRun(client: SyncClient, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    const variables = { mutation: probe, stagedUploadPath: 'none' };
    await client.graphql(BulkRunMutationDocument, variables, {
      ...{ userErrors: 'return', priority: 'background', retry: { idempotency: 'idempotent' } },
      ...(signal && { signal }),
    });
    return true;
  } catch (error) {
    if (isShopwrightError(error, 'ACCESS_DENIED')) return false;
    throw error;
  }
}
