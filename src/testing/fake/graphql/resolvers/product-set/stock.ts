import type { ProductSetInput, ProductVariantSetInput } from '../../../../../graphql/operations/generated/graphql.ts';
import { levelAt, newLevel, quantityOf } from '../inventory/levels.ts';
import { activeLocation, primaryLocation } from '../locations/find-locations.ts';
import type { ProductSetContext } from './user-errors.ts';

type Quantities = ProductVariantSetInput['inventoryQuantities'];

/** https://shopify.dev/changelog/posts/productset-limit-for-inventory-quantities */
const maxEntries = 50_000;

const maxQuantity = 1_000_000_000;

/** Reports more quantities than one call may set. */
export function checkStockLimit({ variants }: ProductSetInput, { report }: ProductSetContext): void {
  const entries = (variants ?? []).reduce((sum, variant) => sum + (variant.inventoryQuantities?.length ?? 0), 0);
  if (entries <= maxEntries) return;
  report(
    'INVENTORY_QUANTITIES_LIMIT_EXCEEDED',
    ['input', 'variants'],
    `Inventory quantity input exceeds the limit of ${maxEntries}. Consider using separate \`inventorySetQuantities\` mutations.`,
  );
}

/**
 * Notes in `context.stock` what a variant's quantities become. A new variant is stocked where its input says, else at
 * the primary location; one that exists, only where it is stocked already.
 */
export function stockFrom(
  inputs: Quantities,
  item: { readonly itemId: string; readonly isNew: boolean },
  place: readonly (string | number)[],
  context: ProductSetContext,
): void {
  if (item.isNew && !inputs?.length) {
    const location = primaryLocation(context);
    if (location) context.stock.push(newLevel(item.itemId, location.id, context.now));
  }
  for (const [index, { locationId, name, quantity }] of (inputs ?? []).entries()) {
    const field = [...place, 'inventoryQuantities', index];
    if (name !== 'available' && name !== 'on_hand') {
      context.report('INVALID_INPUT', [...field, 'name'], "The quantity name must be either 'available' or 'on_hand'.");
      continue;
    }
    if (Math.abs(quantity) > maxQuantity) {
      context.report('INVALID_INPUT', [...field, 'quantity'], `The quantity can't be beyond ${maxQuantity}.`);
      continue;
    }
    const known = item.isNew ? undefined : levelAt(context, item.itemId, locationId);
    if (!activeLocation(context, locationId)) {
      context.report(
        'TRACKED_VARIANT_LOCATION_NOT_FOUND',
        [...field, 'locationId'],
        'Quantity could not be set. The location was not found.',
      );
    } else if (!item.isNew && !known?.isActive) {
      context.report(
        'INVALID_INPUT',
        [...field, 'locationId'],
        "Quantity could not be set. The variant isn't stocked at the location.",
      );
    } else {
      const level = known ?? newLevel(item.itemId, locationId, context.now);
      const available = level.quantities.available + quantity - quantityOf(level, name);
      context.stock.push({ ...level, quantities: { ...level.quantities, available }, updatedAt: context.now });
    }
  }
}
