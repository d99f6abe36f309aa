import { ConfigError, type Issue, isShopwrightError, type ShopwrightError, ValidationError } from '../errors/errors.ts';
import { allPages, type PageRead, pagesById, searchAbove } from '../graphql/pagination.ts';
import type { Clock } from '../internal/clock.ts';
import { lateModule } from '../internal/late-module.ts';
import { unknownNames, unknownValue } from '../internal/names.ts';
import type { SyncRecord, SyncRecordStore } from '../ports/sync-record-store.ts';
import type { ValidationIssue } from '../validation/issues.ts';
import type { ProductDraft, ProductVariantDraft } from '../validation/product-draft.ts';
import { draftOf } from './plan/draft-of-facts.ts';
import {
  desiredFacts,
  type Facts,
  hashOfText,
  imageKey,
  localIdIn,
  metafieldName,
  type RemoteProduct,
  type RemoteVariant,
  remoteFacts,
  saidText,
  variantKeys,
  withLinkedValues,
  writeBase,
} from './plan/product-facts.ts';
import { emptyRecord, unmarkedPart } from './push/push.ts';
import { isShopWide } from './push/push-failure.ts';
import { callOptions } from './read-remote.ts';
import { isBeingPushed } from './reconcile/repair.ts';
import type { SyncClient } from './sync-client.ts';

/** What you know of a product that has no local id yet. */
export interface ProductToName {
  readonly gid: string;
  readonly handle: string;
  readonly title: string;
  /** SKUs of the variants that have one. */
  readonly skus: readonly string[];
}

/**
 * Options of `import` and `importAll`.
 *
 * @example
 * await sync.import(gid, { localId: ({ skus, handle }) => skus[0] ?? handle, record: 'all' });
 */
export interface ImportOptions {
  /**
   * Which products get a sync record with the shop's values, as if their drafts had been pushed: `new`, those without
   * one; `all`, also those with one, so that changes of merchants count as yours; `none`. Default `new`.
   */
  readonly record?: 'new' | 'all' | 'none';
  /** Returns the local id for a product that has none yet. Default: its handle. */
  readonly localId?: (product: ProductToName) => string;
  /** Metafields of variants to read, such as `custom.care`. Default: none. Metafields of products are all read. */
  readonly variantMetafields?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * Options of `importAll`.
 *
 * @example
 * for await (const result of sync.importAll({ query: 'status:active', via: 'pages' })) console.log(result.outcome);
 */
export interface ImportAllOptions extends ImportOptions {
  /**
   * `bulk`: one bulk operation, or pages if the app may not run one. `pages`: one call for each product, without
   * waiting for a bulk operation; faster for up to a few hundred. Default: `bulk` if the client supports it.
   */
  readonly via?: 'bulk' | 'pages';
  /** Imports only matching products, in Shopify's search syntax, such as `vendor:Acme`. Default: all. */
  readonly query?: string;
}

/** A part of a product that a draft cannot express. A push of the draft leaves it unchanged. */
export interface LeftOut {
  /** `video`: a video or 3D model. `image`: an image that Shopify rejected, or is still processing. */
  readonly kind: 'video' | 'image';
  readonly gid: string;
}

/** A product of the shop as a draft. Can be passed to `writeCsv`. */
export interface ImportedProduct {
  readonly localId: string;
  readonly gid: string;
  /** Without collections, `taxCode`, `publishTo`, and metafields of variants that were not requested. */
  readonly draft: ProductDraft;
  /** Units in stock of each variant of the draft, for all locations together; `null` if Shopify returns none. */
  readonly stock: readonly (number | null)[];
  /** The path of its category, if it has one. */
  readonly category?: string;
  readonly leftOut: readonly LeftOut[];
}

/** The result of importing one product. */
export type ImportResult =
  /**
   * `imported`: its record was written. `known`: it had a record, which was left alone. `read`: no record was
   * requested.
   */
  | ({ readonly outcome: 'imported' | 'known' | 'read' } & ImportedProduct)
  /** The shop does not have it, or it was deleted meanwhile. No record was written. */
  | { readonly outcome: 'gone'; readonly gid: string }
  /** The shop's values are not a valid draft, for example because of more than 250 images. No record was written. */
  | {
      readonly outcome: 'invalid';
      readonly gid: string;
      readonly localId: string;
      readonly issues: readonly ValidationIssue[];
    }
  /** It could not be read, or its local id belongs to another product. No record was written. */
  | { readonly outcome: 'failed'; readonly gid: string; readonly error: ShopwrightError };

/** What an import needs. */
export interface ImportContext {
  readonly client: SyncClient;
  readonly records: SyncRecordStore;
  readonly clock: Clock;
  readonly concurrency: number;
  readonly inTurn: <T>(localId: string, work: () => Promise<T>) => Promise<T>;
}

const loadValidation = lateModule(() => import('../validation/validate.ts'));

const optionNames: Record<keyof ImportOptions, true> = {
  record: true,
  localId: true,
  variantMetafields: true,
  signal: true,
};

const allNames: Record<keyof ImportAllOptions, true> = { ...optionNames, via: true, query: true };

export async function importProduct(
  gid: string,
  context: ImportContext,
  options: ImportOptions,
): Promise<ImportResult> {
  refuseInvalid(options, optionNames);
  if (!/^gid:\/\/shopify\/Product\/\d+$/.test(gid)) {
    const message = `is ${JSON.stringify(gid)}. Pass the gid of a product, such as gid://shopify/Product/1.`;
    throw new ValidationError('Nothing was imported', { issues: [{ field: 'gid', message }] });
  }
  return importOne(gid, context, options);
}

/** Imports the products of a shop, in the order in which the shop returns them. */
export async function* importProducts(
  context: ImportContext,
  options: ImportAllOptions,
): AsyncGenerator<ImportResult, void, undefined> {
  refuseInvalid(options, allNames);
  const { client, concurrency } = context;
  const { bulk } = client;
  const { via = bulk ? 'bulk' : 'pages', query, signal } = options;
  signal?.throwIfAborted();
  if (via === 'pages') {
    yield* inOrder(productIds(client, query, signal), concurrency, (gid) => importOne(gid, context, options));
    return;
  }
  if (!bulk) {
    const message =
      'is "bulk", but the client has no bulk operations. Pass a client of createShopifyClient, or via: "pages".';
    throw new ConfigError('Invalid configuration', { issues: [{ field: 'via', message }], shop: client.shop });
  }
  const document = `query ($query: String) { products(first: 250, query: $query) { edges { node { ${selectionOf(options)} } } } }`;
  const nodes = await bulk.query<BulkProduct>(
    document,
    { query: query ?? null },
    { fallback: 'paginate', ...(signal && { signal }) },
  );
  yield* inOrder(nodes, concurrency, (node) =>
    guarded(node.id, options, () => importRead(fromBulk(node, options), context, options)),
  );
}

function refuseInvalid(options: ImportAllOptions, names: object): void {
  const { record, via, localId, variantMetafields = [] } = options;
  const issues: Issue[] = [
    ...unknownNames(options, { ...names }),
    ...unknownValue('record', record, ['new', 'all', 'none']),
    ...unknownValue('via', via, ['bulk', 'pages']),
  ];
  if (localId !== undefined && typeof localId !== 'function')
    issues.push({ field: 'localId', message: 'must be a function, such as ({ handle }) => handle.' });
  for (const name of variantMetafields)
    if (!/^[^.\s]+\.[^.\s]+$/.test(name.replace(/^\$app:[^.]+/, 'app')))
      issues.push({ field: 'variantMetafields', message: `has ${JSON.stringify(name)}: write it as NAMESPACE.KEY.` });
  if (issues.length > 0) throw new ValidationError('The options are invalid', { issues });
}

/** Works on a few items at a time, and yields the results in the order of the items. */
async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  width: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const running: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    // The error is thrown when this result is awaited.
    result.catch(() => undefined);
    running.push(result);
    if (running.length >= width) yield (await running.shift()) as R;
  }
  for (const result of running) yield await result;
}

async function* productIds(
  client: SyncClient,
  query: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  const document =
    'query ProductIds($query: String, $after: String) { products(first: 250, after: $after, query: $query, sortKey: ID) { nodes { id } pageInfo { hasNextPage endCursor } } }';
  const read = async (
    after: string | null,
    stop: AbortSignal,
    above: number | undefined,
  ): Promise<PageRead<{ readonly id: string }>> => {
    const variables = { query: searchAbove(query, above), after };
    const { data } = await client.graphql<IdPage>(document, variables, callOptions({ signal: stop }));
    const { nodes, pageInfo } = data.products;
    return { nodes, hasMore: pageInfo.hasNextPage, cursor: pageInfo.endCursor };
  };
  for await (const { nodes } of pagesById(read, { path: 'products', shop: client.shop, signal }))
    for (const { id } of nodes) yield id;
}

interface IdPage {
  readonly products: { readonly nodes: readonly { readonly id: string }[]; readonly pageInfo: PageInfo };
}

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

/** A connection, as requested and as `fromBulk` expects it. */
interface Paged<Node> {
  readonly edges: readonly { readonly node: Node }[];
  readonly pageInfo: PageInfo;
}

type ReadFields = 'variants' | 'media' | 'metafields' | 'collections' | 'failedMedia' | 'links' | 'options';

/** The fields of a product, without its lists. */
interface ProductFields extends Omit<RemoteProduct, ReadFields> {
  readonly isGiftCard: boolean;
  readonly category: (RemoteProduct['category'] & { readonly fullName: string }) | null;
  readonly options: Parameters<typeof withLinkedValues>[0]['options'];
}

type Medium = RemoteProduct['media'][number];

type Metafield = RemoteProduct['metafields'][number];

/** A variant without its image. Requested metafields have aliases. */
interface VariantFields extends Omit<RemoteVariant, 'media' | 'metafields'> {
  readonly barcode: string | null;
  readonly [metafield: `metafield${number}`]: Metafield | null;
}

type BulkVariant = VariantFields & { readonly media: readonly { readonly id: string }[] };

/** A product as returned by a bulk operation. */
interface BulkProduct extends ProductFields {
  readonly media: readonly Medium[];
  readonly metafields: readonly Metafield[];
  readonly variants: readonly BulkVariant[];
}

/** A product as returned by a call: with the first page of each list. */
interface PagedProduct extends ProductFields {
  readonly media: Paged<Medium>;
  readonly metafields: Paged<Metafield>;
  readonly variants: Paged<PagedVariant>;
}

type PagedVariant = VariantFields & { readonly media: Paged<{ readonly id: string }> };

const pageInfo = 'pageInfo { hasNextPage endCursor }';

/**
 * The selection for a product. `barcode` is deprecated since 2026-10, which introduced `barcodes`; all supported
 * versions have it, and a file without barcodes would delete them:
 * https://shopify.dev/changelog/product-variant-barcode-is-being-replaced-by-barcodes
 */
function selectionOf(options: ImportOptions): string {
  const lists = listsOf(options);
  return `id updatedAt title descriptionHtml vendor productType handle status tags templateSuffix isGiftCard
    category { id fullName } seo { title description }
    options { id name linkedMetafield { namespace key } optionValues { id name linkedMetafieldValue } }
    ${Object.entries(lists)
      .map(([name, nodes]) => `${name}(first: 250) { edges { node { ${nodes} } } ${pageInfo} }`)
      .join(' ')}`;
}

/** The selection for the entries of each list. */
function listsOf({ variantMetafields = [] }: ImportOptions) {
  const own = variantMetafields.map((name, index) => {
    const { namespace, key } = metafieldName(name);
    return `metafield${index}: metafield(namespace: ${JSON.stringify(namespace)}, key: ${JSON.stringify(key)}) { namespace key type value }`;
  });
  return {
    media: 'id alt status ... on MediaImage { image { url } }',
    metafields: 'id namespace key type value',
    variants: `id sku price compareAtPrice barcode taxable inventoryPolicy inventoryQuantity selectedOptions { name value }
      inventoryItem { tracked requiresShipping harmonizedSystemCode countryCodeOfOrigin unitCost { amount } measurement { weight { value unit } } }
      unitPriceMeasurement { quantityValue quantityUnit referenceValue referenceUnit }
      media(first: 1) { edges { node { id } } } ${own.join(' ')}`,
  };
}

/** Reads one product and imports it. */
function importOne(gid: string, context: ImportContext, options: ImportOptions): Promise<ImportResult> {
  return guarded(gid, options, async () => {
    const node = await readProduct(gid, context.client, options);
    return node ? importRead(fromBulk(node, options), context, options) : { outcome: 'gone', gid };
  });
}

/** A product that cannot be read gives the result `failed`; an error that concerns the whole shop ends the import. */
async function guarded(
  gid: string,
  { signal }: ImportOptions,
  work: () => Promise<ImportResult>,
): Promise<ImportResult> {
  try {
    signal?.throwIfAborted();
    return await work();
  } catch (error) {
    const isOfOne = isShopwrightError(error) && error.code !== 'STORAGE_FAILED' && !isShopWide(error);
    if (!isOfOne || signal?.aborted) throw error;
    return { outcome: 'failed', gid, error };
  }
}

/**
 * Reads a product with all entries of its lists; `undefined` if the shop does not have it, or it is deleted meanwhile.
 */
async function readProduct(gid: string, client: SyncClient, options: ImportOptions): Promise<BulkProduct | undefined> {
  const document = `query ProductImport($id: ID!) { product(id: $id) { ${selectionOf(options)} } }`;
  const call = callOptions(options);
  const { data } = await client.graphql<{ readonly product: PagedProduct | null }>(document, { id: gid }, call);
  const { product } = data;
  if (!product) return undefined;
  let isGone = false;
  const whole = async <Node>(list: keyof ReturnType<typeof listsOf>, first: Paged<Node>): Promise<readonly Node[]> => {
    const nodes = first.edges.map(({ node }) => node);
    if (!first.pageInfo.hasNextPage) return nodes;
    const more = `query ProductImportMore($id: ID!, $after: String) { product(id: $id) { list: ${list}(first: 250, after: $after) { edges { node { ${listsOf(options)[list]} } } ${pageInfo} } } }`;
    const rest = await allPages(`product.${list}`, async (cursor) => {
      const variables = { id: gid, after: cursor ?? first.pageInfo.endCursor };
      const page = await client.graphql<{ readonly product: { readonly list: Paged<Node> } | null }>(
        more,
        variables,
        call,
      );
      const found = page.data.product?.list;
      isGone ||= found === undefined;
      return {
        nodes: found?.edges.map(({ node }) => node) ?? [],
        pageInfo: found?.pageInfo ?? { hasNextPage: false },
      };
    });
    return [...nodes, ...rest];
  };
  const variants = await whole('variants', product.variants);
  const media = await whole('media', product.media);
  const metafields = await whole('metafields', product.metafields);
  if (isGone) return undefined;
  const first = ({ media: images, ...variant }: PagedVariant): BulkVariant =>
    ({ ...variant, media: images.edges.map(({ node }) => node) }) as BulkVariant;
  return { ...product, media, metafields, variants: variants.map(first) };
}

/** A product as read, in the form in which pushes compare it. */
interface Read {
  readonly remote: RemoteProduct;
  readonly isGiftCard: boolean;
  readonly categoryPath: string | undefined;
  /** Fields of variants that pushes do not read, by gid. */
  readonly more: ReadonlyMap<string, Facts>;
  readonly leftOut: readonly LeftOut[];
}

function fromBulk(node: BulkProduct, { variantMetafields = [] }: ImportOptions): Read {
  const { isGiftCard, options, variants, media, metafields, ...fields } = node;
  const more = new Map<string, Facts>();
  const shown = variants.map((variant) => {
    const found = variantMetafields.flatMap((_name, index) => variant[`metafield${index}`] ?? []);
    more.set(variant.id, { barcode: variant.barcode });
    return { ...variant, media: { nodes: [...variant.media] }, metafields: { nodes: found } } as RemoteVariant;
  });
  const isThere = (medium: Medium): boolean =>
    'image' in medium && Boolean(medium.image?.url) && medium.status !== 'FAILED';
  return {
    remote: {
      ...fields,
      ...withLinkedValues({ options, variants: shown }, () => true),
      media: media.filter(isThere),
      failedMedia: [],
      metafields,
    },
    isGiftCard,
    categoryPath: node.category?.fullName,
    more,
    leftOut: media
      .filter((medium) => !isThere(medium))
      .map((medium) => ({ kind: 'image' in medium ? 'image' : 'video', gid: medium.id })),
  };
}

/** Creates the draft of a product, and its record if requested. */
async function importRead(read: Read, context: ImportContext, options: ImportOptions): Promise<ImportResult> {
  const { client, records, clock, inTurn } = context;
  const { record: wanted = 'new' } = options;
  const { remote } = read;
  const gid: string = remote.id;
  const known = wanted === 'none' ? undefined : await records.getByGid(client.shop, gid);
  const localId = known?.localId ?? localIdIn(remote) ?? nameOf(remote, options);
  const { draftIn } = await loadValidation();
  const { draft: input, stock } = inputFrom(localId, read);
  const checked = draftIn(input);
  if (!checked.ok) return { outcome: 'invalid', gid, localId, issues: checked.errors };
  const { draft } = checked;
  const product: ImportedProduct = {
    ...{ localId, gid, draft, stock, leftOut: read.leftOut },
    ...(read.categoryPath !== undefined && { category: read.categoryPath }),
  };
  if (wanted === 'none') return { outcome: 'read', ...product };
  return inTurn(localId, async () => {
    for (;;) {
      const record = await records.get(client.shop, localId);
      if (record && record.gid !== null && record.gid !== gid)
        return { outcome: 'failed', gid, error: localIdTaken(client.shop, localId, record.gid) };
      const isKnown = record !== undefined && record.gid !== null && record.status !== 'deleted-in-shopify';
      if ((isKnown && wanted === 'new') || (record && isBeingPushed(record, clock)))
        return { outcome: 'known', ...product };
      const next = recordOf(record, product, remote, context);
      if (await records.putIf(next, record?.version)) return { outcome: 'imported', ...product };
    }
  });
}

/** The draft with the shop's values. */
function inputFrom(localId: string, { remote, isGiftCard, more }: Read) {
  const nothing = { variants: new Map(), baseKeys: new Map(), images: new Map() };
  const facts = remoteFacts(remote, nothing);
  const { imageOrder: _images, variantOrder: _variants, optionOrder: _options, ...product } = facts.product?.[''] ?? {};
  const withMore = Object.entries(facts.variants ?? {}).map(([id, one]) => [id, { ...one, ...more.get(id) }] as const);
  const draft = draftOf(localId, { ...facts, product: { '': product }, variants: Object.fromEntries(withMore) });
  const variants = draft.variants.map(({ key: _gid, ...variant }): ProductVariantDraft => variant);
  const skus = variants.flatMap(({ sku }) => sku ?? []);
  const hasSkus = new Set(skus).size === variants.length;
  return {
    draft: { ...draft, ...(!hasSkus && { sku: 'optional' }), ...(isGiftCard && { giftCard: true }), variants },
    stock: remote.variants.map(({ inventoryQuantity }) => inventoryQuantity ?? null),
  };
}

function nameOf(remote: RemoteProduct, { localId }: ImportOptions): string {
  const { id: gid, handle, title, variants } = remote;
  if (!localId) return handle;
  const name: unknown = localId({ gid, handle, title, skus: variants.flatMap(({ sku }) => sku || []) });
  if (typeof name === 'string' && name !== '') return name;
  const message = `returned no text for ${gid}. Return a unique id for each product.`;
  throw new ValidationError('Nothing was imported', { issues: [{ field: 'localId', message }] });
}

function localIdTaken(shop: string, localId: string, gid: string): ValidationError {
  const message = `is "${localId}", which already belongs to ${gid}. Choose another one with the option localId.`;
  return new ValidationError('The product was not imported', { issues: [{ field: 'localId', message }], shop });
}

/** The record that would exist if a push of this draft had created the product. */
function recordOf(
  record: SyncRecord | undefined,
  { localId, gid, draft }: ImportedProduct,
  remote: RemoteProduct,
  { client, clock }: ImportContext,
): SyncRecord {
  const facts = desiredFacts(draft);
  const keys = variantKeys(draft.variants).map(([key]) => key);
  const images = remote.media.flatMap((media) =>
    'image' in media && media.image ? [[imageKey(media.image.url), media.id] as const] : [],
  );
  const parts: Record<string, string> = { ...record?.parts };
  // The next push that writes anything stores the local id on the product.
  if (localIdIn(remote) === undefined) parts[unmarkedPart] = 'yes';
  return {
    ...(record ?? emptyRecord(client.shop, localId)),
    gid,
    version: (record?.version ?? 0) + 1,
    status: 'synced',
    hash: hashOfText(saidText(draft, [])),
    parts: Object.keys(parts).length > 0 ? parts : null,
    lastError: null,
    attempts: 0,
    lastSyncedAt: clock.now(),
    shopifyUpdatedAt: remote.updatedAt,
    lastSyncData: writeBase({
      facts,
      stored: {},
      ids: {
        variants: Object.fromEntries(
          keys.flatMap((key, at) => (remote.variants[at] ? [[key, remote.variants[at].id]] : [])),
        ),
        images: Object.fromEntries(images),
      },
      publications: [],
    }),
  };
}
