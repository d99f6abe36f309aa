import { type ResolverContext, type ResolverMap, resolver } from '../context.ts';
import { notSimulated } from '../errors.ts';
import { parseGid, requireGid } from '../gid.ts';
import { type ConnectionArgs, connection } from './connections.ts';
import { ownerOf } from './find-entities.ts';
import { metafieldView } from './metafields/metafields.ts';
import { wholeOwnerOf } from './metafields/owners.ts';
import { orderPart } from './orders/fulfillments.ts';
import { optionView } from './products/products.ts';
import { shopObject } from './shop.ts';
import { taxonomyCategory } from './taxonomy.ts';

/** Resolves a gid: an entity, a part of a product, or the shop; `null` if there is none. */
export function loadNode(id: string, context: ResolverContext): unknown {
  const { kind } = requireGid(id);
  const entity = context.store.get(context.shop, kind, id);
  if (entity) return entity;
  if (kind === 'Shop') {
    const shop = shopObject(context);
    return shop.id === id ? shop : null;
  }
  if (kind === 'TaxonomyCategory') return taxonomyCategory(id) ?? null;
  return loadPart(id, context) ?? null;
}

/** A metafield with what it belongs to. */
export const viewedMetafield = (id: string, context: ResolverContext): unknown => loadPart(id, context);

function loadPart(id: string, context: ResolverContext): unknown {
  const named = (part: { readonly id: string }): boolean => part.id === id;
  const product = ownerOf(context, id);
  if (!product) {
    const part = orderPart(id, context);
    if (part) return part;
    const found = wholeOwnerOf(id, context);
    return found && metafieldView(found.metafield, found.type, found.owner);
  }
  switch (parseGid(id)?.kind) {
    case 'ProductVariant':
      return product.variants.find(named);
    case 'MediaImage':
      return product.media.find(named);
    case 'InventoryItem':
      return product.variants.find(({ inventoryItem }) => named(inventoryItem))?.inventoryItem;
    case 'ProductOption':
      return product.options.map((option) => optionView(option, product)).find(named);
    case 'ProductOptionValue':
      return product.options.flatMap((option) => optionView(option, product).optionValues).find(named);
    default: {
      const own = product.metafields.find(named);
      if (own) return metafieldView(own, 'PRODUCT', product);
      const variant = product.variants.find(({ metafields }) => metafields.some(named));
      const metafield = variant?.metafields.find(named);
      return variant && metafield && metafieldView(metafield, 'PRODUCTVARIANT', variant);
    }
  }
}

/** A metafield, or a field of a metaobject. */
interface Referring {
  readonly type: string;
  readonly value: string | null;
}

/** What metafields can refer to, of what the fake holds. */
const referable: ReadonlySet<string> = new Set([
  ...['Collection', 'Customer', 'MediaImage', 'Metaobject', 'Order', 'Product', 'ProductVariant'],
]);

function referred(id: string, context: ResolverContext): unknown {
  const { kind } = requireGid(id);
  if (!referable.has(kind)) throw notSimulated(`a reference to a ${kind}`);
  return loadNode(id, context);
}

/**
 * What is gone is not there. Recorded 2026-04 of metaobjects: each field is `null` for values that it is not made for.
 */
const references: ResolverMap[string] = {
  reference: resolver<Referring>(({ type, value }, _args, context) =>
    value !== null && type.endsWith('_reference') && !type.startsWith('list.') ? referred(value, context) : null,
  ),
  references: resolver<Referring, ConnectionArgs>(({ type, value }, args, context) => {
    if (!type.startsWith('list.') || !type.endsWith('_reference')) return null;
    const ids: readonly string[] = JSON.parse(value ?? '[]');
    const found = ids.map((id) => referred(id, context)).filter((one): one is { id: string } => one != null);
    return connection(found, args);
  }),
};

/** `node` and `nodes`, and what metafields refer to. */
export const nodeResolvers: ResolverMap = {
  Metafield: references,
  MetaobjectField: references,
  QueryRoot: {
    node: resolver<unknown, { id: string }>((_source, { id }, context) => loadNode(id, context)),
    nodes: resolver<unknown, { ids: readonly string[] }>((_source, { ids }, context) =>
      ids.map((id) => loadNode(id, context)),
    ),
  },
};
