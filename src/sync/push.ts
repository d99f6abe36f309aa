import {
  type ErrorCode,
  InvalidResponseError,
  isShopwrightError,
  type ShopwrightError,
  StorageError,
  ValidationError,
} from '../errors/errors.ts';
import {
  MetafieldsWriteDocument,
  ProductByHandleDocument,
  ProductPublishDocument,
  ProductPushDocument,
} from '../graphql/operations/generated/graphql.ts';
import type { Clock } from '../internal/clock.ts';
import { isRecord, type JsonObject } from '../internal/json.ts';
import { redactText } from '../internal/redact.ts';
import type { SyncRecord, SyncRecordStore } from '../ports/sync-record-store.ts';
import type { ValidationIssue } from '../validation/issues.ts';
import type { ProductDraft } from '../validation/product-draft.ts';
import {
  contentHash,
  identifierOf,
  idMetafield,
  type ProductInput,
  type SyncClient,
  toProductInput,
  withoutImages,
} from './product-input.ts';

/** The result of pushing one product. */
export type PushResult =
  /** Pushed and, with `publishTo`, published. */
  | { readonly outcome: 'created' | 'updated'; readonly localId: string; readonly gid: string }
  /** Nothing has changed since the last push, so nothing was sent. */
  | { readonly outcome: 'unchanged'; readonly localId: string; readonly gid: string }
  /** In a dry run: what a push would do. */
  | { readonly outcome: 'would-create' | 'would-update'; readonly localId: string }
  /** Did not pass validation, so nothing was sent. `localId` is `undefined` where the input has none. */
  | { readonly outcome: 'invalid'; readonly localId: string | undefined; readonly issues: readonly ValidationIssue[] }
  /** Shopify rejected it, or could not be reached. The record has the error too. */
  | { readonly outcome: 'failed'; readonly localId: string; readonly error: ShopwrightError }
  /** Not tried, because the run was stopped by an abort or by an error that concerns the whole shop. */
  | { readonly outcome: 'skipped'; readonly localId: string | undefined };

/**
 * What became of one product: `created`, `updated`, `unchanged`, `would-create`, `would-update`, `invalid`, `failed` or
 * `skipped`.
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
export interface PushOptions {
  /** Stops the push: calls in flight are aborted, and the other products of a run are skipped. Default: none. */
  readonly signal?: AbortSignal;
  /** Changes nothing, neither in the shop nor in the records, and tells what a push would do. Default `false`. */
  readonly dryRun?: boolean;
}

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

/**
 * Pushes one valid draft: compare, record, send, publish, record.
 *
 * The record says `syncing` before anything is sent, so that a run after a crash knows what to repeat. Repeating is
 * harmless: each step sends the whole state of an identified product.
 *
 * @throws StorageError, and the signal's reason. What Shopify rejects is a result.
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
  const gone = before?.status === 'deleted-in-shopify';

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
    // From here on nobody can be sure which images the shop has, until a response tells.
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
    // An abort says nothing about the product: it is left to the next run.
    if (options.signal?.aborted || !isShopwrightError(error)) {
      await records.put({ ...syncing, ...reached, status: 'pending' });
      throw error;
    }
    const failed: SyncRecord = { ...syncing, ...reached, ...failure(error, reached.gid) };
    await records.put(failed).catch((storage: unknown) => {
      throw new StorageError(`${localId} failed, and that could not be recorded.`, { cause: { error, storage } });
    });
    // Somebody deleted it meanwhile: with recreateDeleted it is created again at once.
    if (failed.status === 'deleted-in-shopify' && recreateDeleted) return pushProduct(draft, context, options);
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

/** What is known of a product that the shop does not have. */
const unknownProduct: Known = { gid: null, parts: null, shopifyUpdatedAt: null };

function deletedInShopify(shop: string): ValidationError {
  const message = `was deleted in ${shop}. Set recreateDeleted to create it again, or stop pushing it.`;
  return new ValidationError('The product is invalid', { issues: [{ field: 'localId', message }], shop });
}

/**
 * Adopts the product that has the draft's handle: gives it the draft's local id, and leaves its other metafields
 * alone. From then on it is found by that id, whatever becomes of its handle.
 *
 * @returns Its gid, or `null` where the shop has none with that handle.
 * @throws ValidationError where the product belongs to another local id already.
 */
async function adoptByHandle(client: SyncClient, draft: ProductDraft, { signal }: PushOptions): Promise<string | null> {
  if (draft.handle === undefined) return null;
  const options = { priority: 'background', ...(signal && { signal }) } as const;
  const { namespace = '', key = '', type, value } = idMetafield(draft.localId);
  const { data } = await client.graphql(ProductByHandleDocument, { handle: draft.handle, namespace, key }, options);
  const product = data.productByIdentifier;
  if (!product) return null;

  const owner = product.metafield?.value;
  if (owner === draft.localId) return product.id;
  if (owner !== undefined) {
    const message = `is that of a product which already belongs to the local id "${owner}". Give each product a handle of its own.`;
    throw new ValidationError('The product is invalid', { issues: [{ field: 'handle', message }], shop: client.shop });
  }
  await client.graphql(
    MetafieldsWriteDocument,
    { metafields: [{ ownerId: product.id, namespace, key, type, value }] },
    options,
  );
  return product.id;
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
    throw new InvalidResponseError(`${client.shop} returned neither a product nor user errors for productSet.`, {
      shop: client.shop,
      ...(requestId !== undefined && { requestId }),
    });
  }
  return { gid: product.id, parts: { ...known.parts, images: imagesHash }, shopifyUpdatedAt: product.updatedAt };
}

/** Publishes, unless the same publications were requested before: what a merchant has unpublished since stays so. */
async function publish(known: Known, { client, publications }: PushContext, { signal }: PushOptions): Promise<Known> {
  const requested = contentHash(publications);
  if (known.gid === null || publications.length === 0 || known.parts?.['publications'] === requested) return known;
  const { data } = await client.graphql(
    ProductPublishDocument,
    { id: known.gid, publications: publications.map((publicationId) => ({ publicationId })) },
    { priority: 'background', ...(signal && { signal }) },
  );
  const published = data.publishablePublish?.publishable;
  return {
    ...known,
    parts: { ...known.parts, publications: requested },
    shopifyUpdatedAt: published && 'updatedAt' in published ? published.updatedAt : known.shopifyUpdatedAt,
  };
}

function failure(error: ShopwrightError, gid: string | null): Pick<SyncRecord, 'status' | 'lastError'> {
  const lastError = { code: error.code, message: error.message };
  // An error that concerns the shop says nothing about the product.
  if (isShopWide(error)) return { status: 'pending', lastError };
  const gone =
    gid !== null && isShopwrightError(error, 'USER_ERROR') && error.userErrors.some(({ code }) => goneCodes.has(code));
  return { status: gone ? 'deleted-in-shopify' : 'failed', lastError };
}

/** Codes of `productSet` for an identifier whose product is gone. */
const goneCodes: ReadonlySet<string | null | undefined> = new Set(['NOT_FOUND', 'PRODUCT_DOES_NOT_EXIST']);

const shopWideCodes: ReadonlySet<ErrorCode> = new Set([
  'AUTHENTICATION_FAILED',
  'ACCESS_DENIED',
  'IP_NOT_ALLOWED',
  'SHOP_UNAVAILABLE',
  'CIRCUIT_OPEN',
  'CONFIG_INVALID',
]);

/** Whether an error concerns the shop or the token, so that every other product would fail with it too. */
export function isShopWide(error: ShopwrightError): boolean {
  return shopWideCodes.has(error.code);
}

/**
 * What a push sent, as the sync record keeps it: the whole input, including images that the shop already had, and the
 * publications. Without secrets: image addresses lose their query, and what looks like a token is redacted.
 */
function toSyncData({ input }: ProductInput, publications: readonly string[]): JsonObject {
  const text = JSON.stringify({ input, publications }, (key, value: unknown) => {
    if (typeof value !== 'string') return value;
    return redactText(key === 'originalSource' ? publicAddress(value) : value);
  });
  return JSON.parse(text) as JsonObject;
}

/** An address without what grants access to it: user, password, and the query, which may hold a signature. */
function publicAddress(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** The part hashes of a record without one of them, so that this part is sent again. */
export function withoutPart(parts: SyncRecord['parts'], name: string): SyncRecord['parts'] {
  return parts && Object.fromEntries(Object.entries(parts).filter(([part]) => part !== name));
}

/** The record of a product of which nothing is known yet. */
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

/** The local id of a product that need not be valid, or of the payload of its job. */
export function localIdOf(product: unknown): string | undefined {
  return isRecord(product) && typeof product['localId'] === 'string' ? product['localId'] : undefined;
}
