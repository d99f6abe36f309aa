import { ValidationError } from '../errors/errors.ts';
import {
  ProductByHandleDocument,
  ProductOwnerDocument,
  ProductsReadDocument,
  type ProductsReadQuery,
  ProductVariantsReadDocument,
  VariantsFindDocument,
} from '../graphql/operations/generated/graphql.ts';
import { allPages } from '../graphql/pagination.ts';
import type { ProductDraft, ProductVariantDraft } from '../validation/product-draft.ts';
import { idField } from './identity.ts';
import {
  type Facts,
  fullKey,
  itemFields,
  linksIn,
  metafieldPrefix,
  type ProductFacts,
  type PushBase,
  type RemoteProduct,
  type RemoteVariant,
  withLinkedValues,
} from './plan/product-facts.ts';
import type { SyncClient } from './sync-client.ts';

/** Options of the sync's calls. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The sync's calls have a lower priority than interactive ones. */
export const callOptions = ({ signal }: CallOptions) => ({
  priority: 'background' as const,
  ...(signal && { signal }),
});

/** The largest page of a connection. */
const maxPage = 250;

/** Which parts of a product must be read to compare it with a draft and a base. */
export interface ReadingScope {
  /** Expected number of variants: it is cheapest to read them all in the first page. */
  readonly variants: number;
  readonly images: number;
  readonly variantScope: VariantScope;
  readonly withCollections: boolean;
  /** Names or metafields of linked options whose values are read as metaobjects; `all` for all linked options. */
  readonly linkedOptions: readonly string[] | 'all';
  /** `namespace.key` of each metafield; `undefined` for all. */
  readonly metafieldKeys: readonly string[] | undefined;
}

/** Which optional parts of variants must be read: each part costs points. */
interface VariantScope {
  readonly withVariantImages: boolean;
  readonly withItems: boolean;
  readonly withUnitPrices: boolean;
  readonly withVariantMetafields: boolean;
  readonly variantMetafields: number;
  readonly variantMetafieldKeys: readonly string[];
}

function variantScopeOf(variants: readonly Facts[]): VariantScope {
  const fields = new Set(variants.flatMap((facts) => Object.keys(facts)));
  const keys = [...fields].filter((field) => field.startsWith(metafieldPrefix));
  return {
    withVariantImages: fields.has('image'),
    withUnitPrices: fields.has('unitPrice'),
    withItems: [...fields].some((field) => itemFields.has(field)),
    withVariantMetafields: keys.length > 0,
    variantMetafields: Math.min(maxPage, Math.max(1, keys.length)),
    variantMetafieldKeys: keys.map((key) => key.slice(metafieldPrefix.length)),
  };
}

/** The parts of a product that a push of this draft must read. */
export function scopeOf(desired: ProductFacts, base: PushBase | undefined, isAll: boolean): ReadingScope {
  const count = (list: 'variants' | 'images'): number =>
    Math.max(Object.keys(desired[list] ?? {}).length, Object.keys(base?.facts[list] ?? {}).length);
  const variants = [...Object.values(desired.variants ?? {}), ...Object.values(base?.facts.variants ?? {})];
  // An interrupted push may have added metafields that this draft no longer has.
  const known = [desired, base?.facts, base?.sending].flatMap((lists) => Object.keys(lists?.metafields ?? {}));
  const metafieldKeys = desired.metafields ? [...new Set(known)] : [];
  return {
    // One more than expected shows that a merchant has added some.
    variants: Math.min(maxPage, count('variants') + 1),
    images: desired.images ? maxPage : Math.min(maxPage, count('images') + 1),
    variantScope: variantScopeOf(variants),
    withCollections: desired.collections !== undefined,
    linkedOptions: [...new Set([desired, base?.facts ?? {}].flatMap((facts) => Object.entries(linksIn(facts)).flat()))],
    metafieldKeys: isAll ? undefined : metafieldKeys,
  };
}

/**
 * Everything of a product that is needed to create it again. Metafields and unit prices of variants are limited to
 * those that pushes wrote.
 */
export function wholeScope(base: PushBase | undefined): ReadingScope {
  const known = scopeOf({ images: {}, collections: {}, ...base?.facts }, base, true);
  const all = { withVariantImages: true, withItems: true };
  return {
    ...known,
    withCollections: true,
    linkedOptions: 'all',
    images: maxPage,
    variantScope: { ...known.variantScope, ...all },
  };
}

/** A product to read, and which parts of it. */
export interface WantedProduct {
  readonly gid: string;
  readonly scope: ReadingScope;
}

/** The most products in one call: `nodes` costs as much as one product, but the response must arrive in time. */
const maxRead = 100;

/** The most variants expected in one response. */
const maxVariantsRead = 2_500;

/**
 * Reads one product with all of its variants.
 *
 * @returns `undefined` if the shop does not have it.
 */
export async function readRemote(
  client: SyncClient,
  gid: string,
  scope: ReadingScope,
  options: CallOptions,
): Promise<RemoteProduct | undefined> {
  return (await readRemotes(client, [{ gid, scope }], options)).get(gid);
}

/**
 * Reads products with all of their variants, many in one call. Each result is the same as if it were read alone.
 *
 * @returns The products that the shop has, by gid.
 */
export async function readRemotes(
  client: SyncClient,
  wanted: readonly WantedProduct[],
  options: CallOptions,
): Promise<ReadonlyMap<string, RemoteProduct>> {
  const found = new Map<string, RemoteProduct>();
  let part: WantedProduct[] = [];
  let variants = 0;
  let keys = new Set<string>();
  const read = async (): Promise<void> => {
    if (part.length === 0) return;
    for (const product of await readPart(client, part, options)) found.set(product.id, product);
    [part, variants, keys] = [[], 0, new Set()];
  };
  for (const one of wanted) {
    const { scope } = one;
    const more = new Set([...(scope.metafieldKeys ?? []), ...scope.variantScope.variantMetafieldKeys, ...keys]);
    const isFull = part.length === maxRead || variants + scope.variants > maxVariantsRead || more.size > maxPage;
    if (isFull) await read();
    part.push(one);
    variants += scope.variants;
    keys = isFull ? new Set([...(scope.metafieldKeys ?? []), ...scope.variantScope.variantMetafieldKeys]) : more;
  }
  await read();
  return found;
}

async function readPart(
  client: SyncClient,
  part: readonly WantedProduct[],
  options: CallOptions,
): Promise<readonly RemoteProduct[]> {
  const whole = unionOf(part.map(({ scope }) => scope));
  const variables = {
    ids: part.map(({ gid }) => gid),
    variants: whole.variants,
    images: Math.max(1, whole.images),
    ...ofVariants(whole.variantScope),
    withCollections: whole.withCollections,
    withLinks: whole.linkedOptions.length > 0,
    metafields: Math.min(maxPage, Math.max(1, whole.metafieldKeys?.length ?? maxPage)),
    metafieldKeys: whole.metafieldKeys ? [...whole.metafieldKeys] : null,
    withMetafields: whole.metafieldKeys?.length !== 0,
  };
  const { data } = await client.graphql(ProductsReadDocument, variables, callOptions(options));
  const scopes = new Map(part.map(({ gid, scope }) => [gid, scope]));
  const products: RemoteProduct[] = [];
  for (const node of data.nodes) {
    if (!node || !('id' in node)) continue;
    const { variants, media, metafields, collections, options: told, ...fields } = node as RemoteNode;
    const { variantScope, linkedOptions, metafieldKeys, withCollections } = scopes.get(fields.id) ?? whole;
    const rest = variants.pageInfo.hasNextPage
      ? await readVariants(client, { id: fields.id, after: variants.pageInfo.endCursor, variantScope }, options)
      : [];
    const own = part.length === 1 ? variants.nodes : variants.nodes.map((one) => variantWithin(one, variantScope));
    const read = { options: told, variants: [...own, ...rest] };
    products.push({
      ...fields,
      ...(withCollections && collections && { collections }),
      ...(linkedOptions.length > 0
        ? withLinkedValues(read, (name) => linkedOptions === 'all' || linkedOptions.includes(name))
        : { ...read, links: undefined }),
      media: media.nodes.filter(({ status }) => status !== 'FAILED'),
      failedMedia: media.nodes.flatMap(({ id, status }) => (status === 'FAILED' ? [id] : [])),
      metafields: metafieldsWithin(metafields?.nodes, part.length === 1 ? undefined : metafieldKeys),
    });
  }
  return products;
}

type RemoteNode = Extract<NonNullable<ProductsReadQuery['nodes'][number]>, { readonly id: string }>;

/** The parts to read so that every scope is covered. */
function unionOf(scopes: readonly ReadingScope[]): ReadingScope {
  const [first, ...others] = scopes;
  if (!first || others.length === 0) return first ?? scopeOf({}, undefined, false);
  const all = <T>(lists: readonly (readonly T[])[]): readonly T[] => [...new Set(lists.flat())];
  const some = (is: (scope: ReadingScope) => boolean): boolean => scopes.some(is);
  const keys = all(scopes.map(({ variantScope }) => variantScope.variantMetafieldKeys));
  return {
    variants: Math.max(...scopes.map(({ variants }) => variants)),
    images: Math.max(...scopes.map(({ images }) => images)),
    withCollections: some(({ withCollections }) => withCollections),
    linkedOptions: some(({ linkedOptions }) => linkedOptions === 'all')
      ? 'all'
      : all(scopes.map(({ linkedOptions }) => (linkedOptions === 'all' ? [] : linkedOptions))),
    metafieldKeys: some(({ metafieldKeys }) => !metafieldKeys)
      ? undefined
      : all(scopes.map(({ metafieldKeys = [] }) => metafieldKeys)),
    variantScope: {
      withVariantImages: some(({ variantScope }) => variantScope.withVariantImages),
      withItems: some(({ variantScope }) => variantScope.withItems),
      withUnitPrices: some(({ variantScope }) => variantScope.withUnitPrices),
      withVariantMetafields: keys.length > 0,
      variantMetafields: Math.min(maxPage, Math.max(1, keys.length)),
      variantMetafieldKeys: keys,
    },
  };
}

/**
 * Removes what was read of a variant only for other products of the call, so that a plan does not depend on how it was
 * read.
 */
function variantWithin(
  { inventoryItem, unitPriceMeasurement, metafields, media, ...variant }: RemoteVariant,
  scope: VariantScope,
): RemoteVariant {
  return {
    ...variant,
    ...(scope.withItems && inventoryItem && { inventoryItem }),
    ...(scope.withUnitPrices && unitPriceMeasurement !== undefined && { unitPriceMeasurement }),
    ...(scope.withVariantMetafields &&
      metafields && { metafields: { nodes: metafieldsWithin(metafields.nodes, scope.variantMetafieldKeys) } }),
    ...(scope.withVariantImages && media && { media }),
  };
}

/** Metafields with one of these keys; all if `keys` is `undefined`. */
function metafieldsWithin<T extends { readonly namespace: string; readonly key: string }>(
  nodes: readonly T[] | undefined = [],
  keys: readonly string[] | undefined,
): T[] {
  return nodes.filter(({ namespace, key }) => keys?.includes(fullKey(namespace, key)) ?? true);
}

const ofVariants = ({ variantMetafieldKeys, ...scope }: VariantScope) => ({
  ...scope,
  variantMetafieldKeys: [...variantMetafieldKeys],
});

async function readVariants(
  client: SyncClient,
  {
    id,
    after,
    variantScope,
  }: { readonly id: string; readonly after: string | null; readonly variantScope: VariantScope },
  options: CallOptions,
): Promise<readonly RemoteVariant[]> {
  return allPages('product.variants', async (cursor) => {
    const variables = { id, first: maxPage, after: cursor ?? after, ...ofVariants(variantScope) };
    const { data } = await client.graphql(ProductVariantsReadDocument, variables, callOptions(options));
    return data.product?.variants ?? { nodes: [], pageInfo: { hasNextPage: false } };
  });
}

/** How to recognise a draft's product that is already in the shop. */
export type AdoptBy = 'handle' | 'sku' | 'barcode';

/**
 * Finds the product in the shop that a draft describes, by its handle or by SKUs or barcodes of its variants.
 *
 * @returns Its gid, or `undefined` if there is none.
 * @throws ValidationError if it already belongs to another local id, or if the variants belong to several products.
 */
export async function findAdoptable(
  client: SyncClient,
  draft: ProductDraft,
  adoptBy: readonly AdoptBy[],
  options: CallOptions,
): Promise<{ readonly gid: string; readonly isOurs: boolean } | undefined> {
  for (const by of adoptBy) {
    const found =
      by === 'handle' ? await byHandle(client, draft, options) : await byVariants(client, draft, by, options);
    if (!found) continue;
    if (found.owner === undefined || found.owner === draft.localId)
      return { gid: found.gid, isOurs: found.owner !== undefined };
    const field = by === 'handle' ? 'handle' : `variants[].${by}`;
    const message = `is used by a product that already belongs to the local id "${found.owner}". Give each product its own ${by === 'sku' ? 'SKU' : by}.`;
    throw new ValidationError('The product is invalid', { issues: [{ field, message }], shop: client.shop });
  }
  return undefined;
}

interface Found {
  readonly gid: string;
  /** The local id that the product belongs to. */
  readonly owner: string | undefined;
}

async function byHandle(
  client: SyncClient,
  { handle }: ProductDraft,
  options: CallOptions,
): Promise<Found | undefined> {
  if (handle === undefined) return undefined;
  const { namespace, key } = idField;
  const { data } = await client.graphql(ProductByHandleDocument, { handle, namespace, key }, callOptions(options));
  const product = data.productByIdentifier;
  return product ? { gid: product.id, owner: product.metafield?.value } : undefined;
}

/** SKUs or barcodes per search: more would make the query too long. */
const termsPerSearch = 10;

async function byVariants(
  client: SyncClient,
  draft: ProductDraft,
  by: 'sku' | 'barcode',
  options: CallOptions,
): Promise<Found | undefined> {
  const textsOf = ({ sku, barcode, barcodes }: ProductVariantDraft) =>
    (by === 'sku' ? sku : (barcodes ?? barcode)) || [];
  const wanted = [...new Set(draft.variants.flatMap(textsOf))].slice(0, termsPerSearch);
  if (wanted.length === 0) return undefined;
  const query = wanted.map((text) => `${by}:"${text.replaceAll(/(["\\])/g, '\\$1')}"`).join(' OR ');
  const { data } = await client.graphql(VariantsFindDocument, { query }, callOptions(options));
  // The search is not exact. Barcodes cannot be compared afterwards: the field is deprecated since 2026-10.
  const { nodes } = data.productVariants;
  const exact = by === 'sku' ? nodes.filter(({ sku }) => wanted.includes(sku ?? '')) : nodes;
  const gids = [...new Set(exact.map(({ product }) => product.id as string))];
  if (gids.length > 1) {
    const message = `are used by ${gids.length} products of ${client.shop} (${gids.join(', ')}). Set the handle of the right one (with "handle" first in adoptBy), or leave the product out.`;
    throw new ValidationError('The product is invalid', {
      issues: [{ field: `variants[].${by}`, message }],
      shop: client.shop,
    });
  }
  const [gid] = gids;
  if (gid === undefined) return undefined;
  const { namespace, key } = idField;
  const owner = await client.graphql(ProductOwnerDocument, { id: gid, namespace, key }, callOptions(options));
  return { gid, owner: owner.data.product?.metafield?.value };
}
