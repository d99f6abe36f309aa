import { InvalidResponseError } from '../errors/answer.ts';
import type { ShopwrightError } from '../errors/base.ts';
import { StorageError, ValidationError } from '../errors/errors.ts';
import { isShopifyUserError, isShopwrightError } from '../errors/guards.ts';
import { ProductPublishDocument, ProductPushDocument } from '../graphql/operations/generated/graphql.ts';
import type { Clock } from '../internal/clock.ts';
import type { SyncRecord, SyncRecordStore } from '../ports/sync-record-store.ts';
import type { ProductDraft } from '../validation/product-draft.ts';
import { adoptByHandle } from './adopt.ts';
import { contentHash } from './content-hash.ts';
import { emptyRecord } from './empty-record.ts';
import { identifierOf } from './identity.ts';
import { type ProductInput, toProductInput, withoutImages } from './product-input.ts';
import { isShopWide } from './shop-wide.ts';
import { toSyncData } from './sync-data.ts';
import type { PushOptions, PushResult, SyncClient } from './types.ts';
import { withoutPart } from './without-part.ts';

/** What a push of one product needs. */
export interface PushContext {
  readonly client: SyncClient;
  readonly records: SyncRecordStore;
  readonly clock: Clock;
  /** Gids of the publications that pushed products are published to. */
  readonly publications: readonly string[];
  readonly adoptByHandle: boolean;
  readonly recreateDeleted: boolean;
}

/** What a push learns about the product. */
type Known = Pick<SyncRecord, 'gid' | 'parts' | 'shopifyUpdatedAt'>;

/** What `productSet` answers where the product of an identifier is gone. */
const goneCodes: ReadonlySet<string | null | undefined> = new Set(['NOT_FOUND', 'PRODUCT_DOES_NOT_EXIST']);

/**
 * Pushes one valid draft: compare, note, send, publish, note.
 *
 * The record says `syncing` before anything is sent, so that a run after a crash knows what to do
 * again. Doing it again is harmless: each step says a whole state of an identified product.
 *
 * @throws StorageError, and the abort reason. What Shopify refuses comes as a result.
 */
export async function pushProduct(
  draft: ProductDraft,
  context: PushContext,
  options: PushOptions,
): Promise<PushResult> {
  const { client, records, clock, publications, recreateDeleted } = context;
  const { localId } = draft;
  const before = await records.get(client.shop, localId);
  const product = toProductInput(draft);
  const hash = contentHash({ input: product.input, imagesHash: product.imagesHash, publications });
  const gone = before?.status === 'deleted_in_shopify';

  if (before?.status === 'synced' && before.hash === hash && before.gid !== null) {
    return { outcome: 'unchanged', localId, gid: before.gid };
  }
  if (gone && !recreateDeleted) return { outcome: 'failed', localId, error: deletedInShopify(client.shop) };
  const known = before && !gone ? before : unknownProduct;
  if (options.dryRun) return { outcome: known.gid === null ? 'would-create' : 'would-update', localId };
  options.signal?.throwIfAborted();

  const syncing: SyncRecord = {
    ...emptyRecord(client.shop, localId),
    ...before,
    ...known,
    // From here on nobody can be sure which images the shop has, until an answer says so.
    parts: known.parts?.['images'] === product.imagesHash ? known.parts : withoutPart(known.parts, 'images'),
    status: 'syncing',
    attempts: (before?.attempts ?? 0) + 1,
    lastAttemptAt: clock.now(),
  };
  await records.put(syncing);

  let reached: Known = syncing;
  let found = known.gid !== null;
  try {
    if (!found && context.adoptByHandle) reached = { ...reached, gid: await adoptByHandle(client, draft, options) };
    found = reached.gid !== null;
    reached = await send(draft, product, reached, context, options);
    reached = await publish(reached, context, options);
  } catch (error) {
    // An abort says nothing about the product: it waits for the next run.
    if (options.signal?.aborted || !isShopwrightError(error)) {
      await records.put({ ...syncing, ...reached, status: 'pending' });
      throw error;
    }
    const failed: SyncRecord = { ...syncing, ...reached, ...failure(error, reached.gid) };
    await records.put(failed).catch((storage: unknown) => {
      throw new StorageError(`${localId} failed, and that could not be written down.`, false, {
        cause: { error, storage },
      });
    });
    // Somebody deleted it meanwhile: where the host wants it back, it is made anew at once.
    if (failed.status === 'deleted_in_shopify' && recreateDeleted) return pushProduct(draft, context, options);
    return { outcome: 'failed', localId, error };
  }

  await records.put({
    ...syncing,
    ...reached,
    status: 'synced',
    hash,
    attempts: 0,
    lastError: null,
    lastSyncData: toSyncData(product, publications),
    lastSyncedAt: clock.now(),
  });
  return { outcome: found ? 'updated' : 'created', localId, gid: reached.gid ?? '' };
}

/** What is known of a product that the shop does not have, or no longer. */
const unknownProduct: Known = { gid: null, parts: null, shopifyUpdatedAt: null };

function deletedInShopify(shop: string): ValidationError {
  const message = `was deleted in ${shop}. Set recreateDeleted to make it again, or stop pushing it.`;
  return new ValidationError('The product', [{ field: 'localId', message }], { shop });
}

async function send(
  draft: ProductDraft,
  { input, imagesHash }: ProductInput,
  known: Known,
  { client }: PushContext,
  { signal }: PushOptions,
): Promise<Known> {
  const imagesStand = known.gid !== null && known.parts?.['images'] === imagesHash;
  const identifier = identifierOf(draft, known.gid);
  const { data, requestId } = await client.graphql(
    ProductPushDocument,
    { identifier, input: imagesStand ? withoutImages(input) : input },
    { priority: 'background', ...(signal && { signal }) },
  );
  const product = data.productSet?.product;
  if (!product) {
    throw new InvalidResponseError(`${client.shop} answered productSet with neither a product nor user errors.`, {
      shop: client.shop,
      ...(requestId !== undefined && { requestId }),
    });
  }
  return { gid: product.id, parts: { ...known.parts, images: imagesHash }, shopifyUpdatedAt: product.updatedAt };
}

/** Publishes, unless the same publications were asked for before: what a merchant has unpublished since stays so. */
async function publish(known: Known, { client, publications }: PushContext, { signal }: PushOptions): Promise<Known> {
  const asked = contentHash(publications);
  if (known.gid === null || publications.length === 0 || known.parts?.['publications'] === asked) return known;
  const { data } = await client.graphql(
    ProductPublishDocument,
    { id: known.gid, publications: publications.map((publicationId) => ({ publicationId })) },
    { priority: 'background', ...(signal && { signal }) },
  );
  const published = data.publishablePublish?.publishable;
  return {
    ...known,
    parts: { ...known.parts, publications: asked },
    shopifyUpdatedAt: published && 'updatedAt' in published ? published.updatedAt : known.shopifyUpdatedAt,
  };
}

function failure(error: ShopwrightError, gid: string | null): Pick<SyncRecord, 'status' | 'lastError'> {
  const lastError = { code: error.code, message: error.message };
  // What is about the shop says nothing about the product.
  if (isShopWide(error)) return { status: 'pending', lastError };
  const gone = gid !== null && isShopifyUserError(error) && error.userErrors.some(({ code }) => goneCodes.has(code));
  return { status: gone ? 'deleted_in_shopify' : 'failed', lastError };
}
