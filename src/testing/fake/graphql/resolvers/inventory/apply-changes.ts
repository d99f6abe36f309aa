import {
  type InventoryAdjustmentGroupEntity,
  type InventoryLevelEntity,
  type QuantityName,
  type QuantityState,
  quantityStates,
  type StoredInventoryChange,
} from '../../../store/inventory-entities.ts';
import type { ResolverContext } from '../../context.ts';
import { levelAt, newLevel, putLevel, quantityOf } from './levels.ts';

/** One change of one state of an item at a location. */
export interface PlannedChange {
  readonly inventoryItemId: string;
  readonly locationId: string;
  readonly state: QuantityState;
  readonly delta: number;
  readonly ledgerDocumentUri?: string | null | undefined;
}

/** Why quantities change. */
export interface Cause {
  readonly reason: string;
  readonly referenceDocumentUri?: string | null;
}

const names: readonly QuantityName[] = [...quantityStates, 'on_hand'];

/**
 * Carries out changes that were checked. An item that is not stocked at a location is from now on; Shopify's error
 * for that is gone: https://shopify.dev/changelog/removal-of-itemnotstockedatlocation-error
 *
 * @returns What changed; `null` for nothing.
 */
export function applyChanges(
  changes: readonly PlannedChange[],
  cause: Cause,
  context: ResolverContext,
): InventoryAdjustmentGroupEntity | null {
  const { store, shop, clock } = context;
  const now = new Date(clock.now()).toISOString();
  const touched = new Map<string, Touched>();
  for (const change of changes) {
    const known = levelAt(context, change.inventoryItemId, change.locationId);
    const before = known ?? newLevel(change.inventoryItemId, change.locationId, now);
    const { before: first, after, ledgers } = touched.get(before.id) ?? { before, after: before, ledgers: new Map() };
    ledgers.set(change.state, change.ledgerDocumentUri ?? null);
    const quantities = { ...after.quantities, [change.state]: after.quantities[change.state] + change.delta };
    touched.set(before.id, { before: first, after: { ...after, quantities }, ledgers });
  }

  const entries: StoredInventoryChange[] = [];
  for (const level of touched.values()) {
    const own = entriesOf(level);
    entries.push(...own);
    const { itemId, locationId } = level.before;
    const isStocked = levelAt(context, itemId, locationId)?.isActive === true;
    if (!isStocked || own.length > 0) putLevel(context, { ...level.after, isActive: true, updatedAt: now });
  }
  if (entries.length === 0) return null;
  const group: InventoryAdjustmentGroupEntity = {
    id: store.nextId('InventoryAdjustmentGroup'),
    reason: cause.reason,
    referenceDocumentUri: cause.referenceDocumentUri ?? null,
    entries,
    createdAt: now,
  };
  store.put(shop, 'InventoryAdjustmentGroup', group);
  return group;
}

/** A level with what becomes of it. */
interface Touched {
  readonly before: InventoryLevelEntity;
  readonly after: InventoryLevelEntity;
  readonly ledgers: Map<QuantityName, string | null>;
}

function entriesOf({ before, after, ledgers }: Touched): readonly StoredInventoryChange[] {
  return names.flatMap((name) => {
    const quantityAfterChange = quantityOf(after, name);
    const delta = quantityAfterChange - quantityOf(before, name);
    const { itemId, locationId } = before;
    const ledgerDocumentUri = ledgers.get(name) ?? null;
    return delta === 0 ? [] : [{ itemId, locationId, name, delta, quantityAfterChange, ledgerDocumentUri }];
  });
}
