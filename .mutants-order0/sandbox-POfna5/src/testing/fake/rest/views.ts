// @ts-nocheck
import type { ResolverContext } from '../graphql/context.ts';
import { availableOf } from '../graphql/resolvers/inventory/levels.ts';
import type { ProductEntity, StoredVariant } from '../store/entities.ts';
import { productPayload } from '../webhooks/resource-payloads.ts';
import type { Json } from './replies.ts';

/** A product in the shape of REST. */
export function productView(product: ProductEntity, unit: ResolverContext): Json {
  const payload = productPayload(product);
  const variants = payload.variants as readonly Json[];
  return {
    ...payload,
    published_scope: 'web',
    variants: product.variants.map((variant, index) => withStock({ ...variants[index] }, variant, unit)),
  };
}

/** One variant of a product in the shape of REST. */
export function variantView(product: ProductEntity, variant: StoredVariant, unit: ResolverContext): Json {
  const { variants } = productPayload({ ...product, variants: [variant] });
  const [payload] = variants as readonly Json[];
  return withStock({ ...payload }, variant, unit);
}

/** With what REST says of a variant's stock and weight, of which webhooks are silent. */
function withStock(payload: Json, { inventoryItem }: StoredVariant, unit: ResolverContext): Json {
  const quantity = availableOf(unit, inventoryItem.id);
  const { weight } = inventoryItem.measurement as {
    readonly weight: { readonly unit: Unit; readonly value: number };
  };
  return {
    ...payload,
    fulfillment_service: 'manual',
    inventory_management: inventoryItem.tracked ? 'shopify' : null,
    inventory_quantity: quantity,
    old_inventory_quantity: quantity,
    requires_shipping: inventoryItem.requiresShipping,
    grams: Math.round(weight.value * grams[weight.unit]),
    weight: weight.value,
    weight_unit: restUnits[weight.unit],
  };
}

const grams = { GRAMS: 1, KILOGRAMS: 1_000, OUNCES: 28.349523125, POUNDS: 453.59237 } as const;

type Unit = keyof typeof grams;

const restUnits: Readonly<Record<Unit, string>> = { GRAMS: 'g', KILOGRAMS: 'kg', OUNCES: 'oz', POUNDS: 'lb' };

/** `WeightUnit` by REST's name for it. */
export const weightUnits: ReadonlyMap<string, Unit> = new Map(
  (Object.keys(restUnits) as Unit[]).map((unit) => [restUnits[unit], unit]),
);
