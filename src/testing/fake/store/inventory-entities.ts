import type { Entity } from './entity-store.ts';

/**
 * States a unit of stock can be in. All but `incoming` are on hand.
 * https://shopify.dev/docs/apps/build/orders-fulfillment/inventory-management-apps/manage-quantities-states
 */
export const quantityStates = [
  'available',
  'committed',
  'damaged',
  'incoming',
  'quality_control',
  'reserved',
  'safety_stock',
] as const;

/** A state that is counted by itself. */
export type QuantityState = (typeof quantityStates)[number];

/** A name by which a quantity is read; `on_hand` is a sum. */
export type QuantityName = QuantityState | 'on_hand';

/** The stock of one inventory item at one location. */
export interface InventoryLevelEntity extends Entity {
  readonly itemId: string;
  readonly locationId: string;
  readonly isActive: boolean;
  readonly quantities: Readonly<Record<QuantityState, number>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** One line of an adjustment group. */
export interface StoredInventoryChange {
  readonly itemId: string;
  readonly locationId: string;
  readonly name: QuantityName;
  readonly delta: number;
  readonly quantityAfterChange: number;
  readonly ledgerDocumentUri: string | null;
}

/** What one inventory mutation changed. */
export interface InventoryAdjustmentGroupEntity extends Entity {
  readonly reason: string;
  readonly referenceDocumentUri: string | null;
  readonly entries: readonly StoredInventoryChange[];
  readonly createdAt: string;
}
