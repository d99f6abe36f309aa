import type { InventoryLevelEntity, ProductEntity } from '../../../store/entities.ts';
import { idOf, productPayload } from '../../../webhooks/resource-payloads.ts';
import type { ResolverContext } from '../../context.ts';
import { dropLevels, levelAt, putLevel, putNewLevel } from '../inventory/levels.ts';

/** Keeps a product, new or changed, and tells of it. Where variants are gone, so is their stock. */
export function saveProduct(
  context: ResolverContext,
  product: ProductEntity,
  before: ProductEntity | undefined,
  stock: readonly InventoryLevelEntity[] = [],
): void {
  context.store.put(context.shop, 'Product', product);
  if (before && before.variants !== product.variants) dropLevels(context, itemsGone(before, product));
  const known = new Set(before?.variants.map(({ inventoryItem }) => inventoryItem.id));
  for (const level of stock) {
    const isNewAndEmpty = !known.has(level.itemId) && level.quantities.available === 0;
    if (isNewAndEmpty) putNewLevel(context, level);
    else if (levelAt(context, level.itemId, level.locationId)?.quantities.available !== level.quantities.available)
      putLevel(context, level);
  }
  context.announce(before ? 'products/update' : 'products/create', () => productPayload(product));
}

/** Deletes a product with its stock, and tells of it. */
export function deleteProduct(context: ResolverContext, product: ProductEntity): void {
  dropLevels(
    context,
    product.variants.map(({ inventoryItem }) => inventoryItem.id),
  );
  context.store.delete(context.shop, 'Product', product.id);
  // Shopify only sends the id of a deleted product.
  context.announce('products/delete', () => ({ id: idOf(product.id) }));
}

function itemsGone(before: ProductEntity, after: ProductEntity): readonly string[] {
  const kept = new Set(after.variants.map(({ inventoryItem }) => inventoryItem.id));
  return before.variants.map(({ inventoryItem }) => inventoryItem.id).filter((id) => !kept.has(id));
}
