import type {
  CollectionEntity,
  LocationEntity,
  ProductEntity,
  StoredMetafield,
  StoredVariant,
} from '../../../store/entities.ts';
import type { Entity } from '../../../store/entity-store.ts';
import type { CustomerEntity, OrderEntity } from '../../../store/order-entities.ts';
import { collectionPayload, locationPayload } from '../../../webhooks/resource-payloads.ts';
import { isoNow, type ResolverContext } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { parseGid, requireGid, stableGid } from '../../gid.ts';
import { allProducts, ownerOf, productById, variantById } from '../find-entities.ts';
import { announceCustomer, announceOrder } from '../orders/save-order.ts';
import { saveProduct } from '../products/save-product.ts';

/** Types of things whose metafields are simulated. */
export type MetafieldOwnerType = 'PRODUCT' | 'PRODUCTVARIANT' | keyof typeof wholeOwners;

/** What has metafields. */
export type OwnerEntity =
  | ProductEntity
  | StoredVariant
  | CollectionEntity
  | LocationEntity
  | CustomerEntity
  | OrderEntity;

/** A thing with metafields. */
export interface MetafieldOwner {
  readonly type: MetafieldOwnerType;
  /** `undefined` for what is new. */
  readonly id: string | undefined;
  readonly metafields: readonly StoredMetafield[];
}

/** What is kept by itself, with its metafields: its kind, and who hears of a change. */
interface WholeOwner {
  readonly kind: string;
  readonly announce: (entity: Entity, context: ResolverContext) => void;
}

/** By type of owner. Variants are parts of their products. */
const wholeOwners = {
  COLLECTION: {
    kind: 'Collection',
    announce: (entity, context) =>
      context.announce('collections/update', () => collectionPayload(entity as CollectionEntity)),
  },
  CUSTOMER: { kind: 'Customer', announce: (entity, context) => announceCustomer(entity as CustomerEntity, context) },
  LOCATION: {
    kind: 'Location',
    announce: (entity, context) =>
      context.announce('locations/update', () => locationPayload(entity as LocationEntity)),
  },
  ORDER: { kind: 'Order', announce: (entity, context) => announceOrder(entity.id, context) },
  // A change of a shop's metafields sends no webhook.
  SHOP: { kind: 'Shop', announce: () => undefined },
} as const satisfies Readonly<Record<string, WholeOwner>>;

const typeByKind: ReadonlyMap<string, keyof typeof wholeOwners> = new Map(
  Object.entries(wholeOwners).map(([type, { kind }]) => [kind, type as keyof typeof wholeOwners]),
);

/** The metafields of something that is kept by itself. What a test puts there by hand may have none. */
const ownMetafields = (entity: Entity): readonly StoredMetafield[] =>
  (entity['metafields'] as readonly StoredMetafield[] | undefined) ?? [];

/**
 * The owner with that gid.
 *
 * @throws GraphQLError `NOT_SIMULATED` for a kind whose metafields are not simulated.
 */
export function metafieldOwner(id: string, context: ResolverContext): MetafieldOwner | undefined {
  const { kind } = requireGid(id);
  const owner = (type: MetafieldOwnerType, entity: ProductEntity | StoredVariant | undefined) =>
    entity && { type, id, metafields: entity.metafields };
  if (kind === 'Product') return owner('PRODUCT', productById(context, id));
  if (kind === 'ProductVariant') return owner('PRODUCTVARIANT', variantById(context, id));
  const type = typeByKind.get(kind);
  if (!type) throw notSimulated(`metafields of a ${kind}`);
  const entity = type === 'SHOP' ? shopEntity(id, context) : context.store.get(context.shop, kind, id);
  return entity && { type, id, metafields: ownMetafields(entity) };
}

/** The entity that holds the shop's metafields; `undefined` for the gid of another shop. */
function shopEntity(id: string, { store, shop }: ResolverContext): Entity | undefined {
  return id === stableGid('Shop', shop) ? (store.get(shop, 'Shop', id) ?? { id }) : undefined;
}

/** All owners of a type; none for a type whose metafields are not simulated. */
export function ownersOfType(
  type: string,
  context: ResolverContext,
): readonly { readonly id: string; readonly metafields: readonly StoredMetafield[] }[] {
  if (type === 'PRODUCT') return allProducts(context);
  if (type === 'PRODUCTVARIANT') return allProducts(context).flatMap(({ variants }) => variants);
  if (!Object.hasOwn(wholeOwners, type)) return [];
  const { kind } = wholeOwners[type as keyof typeof wholeOwners];
  return context.store.all(context.shop, kind).map((entity) => ({ id: entity.id, metafields: ownMetafields(entity) }));
}

/** The metafield with that gid, and what it belongs to, where that is kept by itself. */
export function wholeOwnerOf(
  metafieldId: string,
  { store, shop }: ResolverContext,
): { readonly type: MetafieldOwnerType; readonly owner: OwnerEntity; readonly metafield: StoredMetafield } | undefined {
  for (const [kind, type] of typeByKind) {
    const [owner] = store.find(shop, kind, metafieldId);
    const metafield = owner && ownMetafields(owner).find(({ id }) => id === metafieldId);
    if (owner && metafield) return { type, owner: owner as OwnerEntity, metafield };
  }
  return undefined;
}

/** Gives an owner other metafields, and tells of nobody yet: see `announceOwners`. */
export function putMetafields(id: string, metafields: readonly StoredMetafield[], context: ResolverContext): void {
  const { store, shop } = context;
  const updatedAt = isoNow(context.clock);
  const kind = parseGid(id)?.kind ?? '';
  const entity = kind === 'Shop' ? shopEntity(id, context) : typeByKind.has(kind) && store.get(shop, kind, id);
  if (entity) {
    store.put(shop, kind, { ...entity, metafields, updatedAt });
    return;
  }
  const product = productById(context, id) ?? ownerOf(context, id);
  if (!product) return;
  const variants = product.variants.map((variant) =>
    variant.id === id ? { ...variant, metafields, updatedAt } : variant,
  );
  const changed = product.id === id ? { ...product, metafields } : { ...product, variants };
  store.put(shop, 'Product', { ...changed, updatedAt });
}

/** Tells once of each thing whose metafields changed. */
export function announceOwners(ids: Iterable<string>, context: ResolverContext): void {
  const products = new Set<string>();
  for (const id of new Set(ids)) {
    const kind = parseGid(id)?.kind ?? '';
    const type = typeByKind.get(kind);
    const entity = type && context.store.get(context.shop, kind, id);
    if (entity) wholeOwners[type].announce(entity, context);
    const product = productById(context, id) ?? ownerOf(context, id);
    if (product) products.add(product.id);
  }
  for (const id of products) {
    const product = productById(context, id);
    if (product) saveProduct(context, product, product);
  }
}
