import type { InventoryLevelEntity } from '../../../store/inventory-entities.ts';
import type { ResolverContext } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { type FieldPath, plainProblem } from '../problems.ts';
import { canStock, isInStock, levelAt, levelsOf, newLevel, ownerOfItem, putLevel, quantityOf } from './levels.ts';

/** Arguments of `inventoryActivate`. */
export interface ActivateArgs {
  readonly inventoryItemId: string;
  readonly locationId: string;
  readonly available?: number | null;
  readonly onHand?: number | null;
  readonly stockAtLegacyLocation: boolean;
}

/** `inventoryActivate`: stocks an item at a location. Where it is stocked already, no quantity may be given. */
export function activateInventory(args: ActivateArgs, context: ResolverContext): unknown {
  if (args.stockAtLegacyLocation) throw notSimulated('Mutation.inventoryActivate(stockAtLegacyLocation:)');
  const { inventoryItemId, locationId, available, onHand } = args;
  if (!ownerOfItem(context, inventoryItemId))
    return refused(['inventoryItemId'], 'The specified inventory item could not be found.');
  if (!canStock(context, locationId)) return refused(['locationId'], 'The specified location could not be found.');
  const before = levelAt(context, inventoryItemId, locationId);
  if (before?.isActive) {
    const given = Object.entries({ available, onHand }).find(([, quantity]) => quantity != null)?.[0];
    if (given === undefined) return { inventoryLevel: before, userErrors: [] };
    const message = 'Not allowed to set available quantity when the item is already active at the location.';
    return refused([given], message);
  }
  if (available != null && onHand != null && available !== onHand)
    return refused(['onHand'], 'Nothing is committed or reserved yet: what is on hand is what is available.');

  const now = new Date(context.clock.now()).toISOString();
  const level = newLevel(inventoryItemId, locationId, now, { available: available ?? onHand ?? 0 });
  putLevel(context, { ...level, createdAt: before?.createdAt ?? now }, 'connect');
  return { inventoryLevel: level, userErrors: [] };
}

/** `inventoryDeactivate`. An item stays stocked somewhere, and nothing that is spoken for is forgotten. */
export function deactivateInventory(inventoryLevelId: string, context: ResolverContext): unknown {
  const level = context.store.get(context.shop, 'InventoryLevel', inventoryLevelId) as InventoryLevelEntity | undefined;
  const field = ['inventoryLevelId'];
  if (!level?.isActive) return { userErrors: [plainProblem(field, "The inventory level couldn't be found.")] };
  const problem = deactivationProblem(level, context);
  if (problem !== undefined) return { userErrors: [plainProblem(field, problem)] };
  const now = new Date(context.clock.now()).toISOString();
  const { quantities } = newLevel(level.itemId, level.locationId, now);
  putLevel(context, { ...level, isActive: false, quantities, updatedAt: now }, 'disconnect');
  return { userErrors: [] };
}

/** Why a level can't be deactivated; `undefined` where it can. */
export function deactivationProblem(level: InventoryLevelEntity, context: ResolverContext): string | undefined {
  const others = levelsOf(context, level.itemId).filter(({ id, isActive }) => isActive && id !== level.id);
  if (others.length === 0)
    return "The product couldn't be unstocked because products need to be stocked at a minimum of 1 location.";
  const { available, incoming } = level.quantities;
  const isSpokenFor = isInStock(level) && (incoming !== 0 || quantityOf(level, 'on_hand') !== available);
  return isSpokenFor
    ? "The product couldn't be unstocked because of committed, incoming or reserved inventory at the location."
    : undefined;
}

const refused = (field: FieldPath, message: string): unknown => ({
  inventoryLevel: null,
  userErrors: [plainProblem(field, message)],
});
