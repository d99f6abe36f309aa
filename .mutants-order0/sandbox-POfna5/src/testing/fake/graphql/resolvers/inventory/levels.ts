// @ts-nocheck
import {
  type InventoryLevelEntity,
  type ProductEntity,
  type QuantityName,
  type QuantityState,
  quantityStates,
} from '../../../store/entities.ts';
import { levelPayload } from '../../../webhooks/resource-payloads.ts';
import { isoNow, type ResolverContext } from '../../context.ts';
import { parseGid } from '../../gid.ts';
import { allLocations, locationById } from '../find-entities.ts';

type Reading = Pick<ResolverContext, 'store' | 'shop'>;

const kind = 'InventoryLevel';

const none = Object.fromEntries(quantityStates.map((state) => [state, 0])) as Record<QuantityState, number>;

/** The gid of a level, which follows from its item and location, as in Shopify. */
const levelId = (itemId: string, locationId: string): string =>
  `gid://shopify/${kind}/${parseGid(locationId)?.key}?inventory_item_id=${parseGid(itemId)?.key}`;

/** The level of an item at a location, active or not. */
export function levelAt(
  { store, shop }: Reading,
  itemId: string,
  locationId: string,
): InventoryLevelEntity | undefined {
  return store.get(shop, kind, levelId(itemId, locationId)) as InventoryLevelEntity | undefined;
}

/** The levels of an item, active or not, by location. */
export function levelsOf(context: Reading, itemId: string): readonly InventoryLevelEntity[] {
  return allLocations(context).flatMap(({ id }) => levelAt(context, itemId, id) ?? []);
}

/** The levels at a location, active or not. */
export function levelsAt({ store, shop }: Reading, locationId: string): readonly InventoryLevelEntity[] {
  return (store.all(shop, kind) as readonly InventoryLevelEntity[]).filter((level) => level.locationId === locationId);
}

/** A quantity by its name. What is on hand is all but what is on its way. */
export function quantityOf({ quantities }: Pick<InventoryLevelEntity, 'quantities'>, name: QuantityName): number {
  if (name !== 'on_hand') return quantities[name];
  return quantityStates.reduce((sum, state) => (state === 'incoming' ? sum : sum + quantities[state]), 0);
}

/** Whether anything of an item is at a location, or on its way there. */
export const isInStock = ({ quantities }: InventoryLevelEntity): boolean =>
  quantityStates.some((state) => quantities[state] !== 0);

/** What of an item is available over all locations. */
export function availableOf(context: Reading, itemId: string): number {
  const active = levelsOf(context, itemId).filter((level) => level.isActive);
  return active.reduce((sum, level) => sum + level.quantities.available, 0);
}

/** What of a product is available, of variants that are tracked. */
export const totalInventory = ({ variants }: ProductEntity, context: Reading): number =>
  variants.reduce((sum, { inventoryItem: { id, tracked } }) => sum + (tracked ? availableOf(context, id) : 0), 0);

/** A level of an item that was not stocked at a location before. */
export function newLevel(
  itemId: string,
  locationId: string,
  now: string,
  quantities: Partial<Record<QuantityState, number>> = {},
): InventoryLevelEntity {
  const id = levelId(itemId, locationId);
  return {
    id,
    itemId,
    locationId,
    isActive: true,
    quantities: { ...none, ...quantities },
    createdAt: now,
    updatedAt: now,
  };
}

/** Keeps a level, and tells of it: by default that its quantities changed. */
export function putLevel(
  context: ResolverContext,
  level: InventoryLevelEntity,
  topic: 'update' | 'connect' | 'disconnect' = 'update',
): void {
  context.store.put(context.shop, kind, level);
  context.announce(`inventory_levels/${topic}`, () => levelPayload(level));
}

/** Keeps the level of a new variant, of which nobody hears by itself. */
export function putNewLevel({ store, shop }: Reading, level: InventoryLevelEntity): void {
  store.put(shop, kind, level);
}

/** Forgets the stock of items that are gone. */
export function dropLevels(context: Reading, itemIds: Iterable<string>): void {
  for (const itemId of itemIds) {
    for (const { id } of levelsOf(context, itemId)) context.store.delete(context.shop, kind, id);
  }
}

/** Moves all that is stocked at a location to another one, and where there is none, forgets it. */
export function moveStock(context: ResolverContext, from: string, to: string | undefined): void {
  const now = isoNow(context.clock);
  for (const level of levelsAt(context, from)) {
    context.store.delete(context.shop, kind, level.id);
    if (to === undefined || !level.isActive) continue;
    const target = levelAt(context, level.itemId, to) ?? newLevel(level.itemId, to, now);
    const sums = quantityStates.map((state) => [state, target.quantities[state] + level.quantities[state]]);
    const quantities = Object.fromEntries(sums) as Record<QuantityState, number>;
    putLevel(context, { ...target, isActive: true, quantities, updatedAt: now });
  }
}

/** Whether something can be stocked at a location. */
export const canStock = (context: Reading, locationId: string): boolean =>
  locationById(context, locationId)?.isActive === true;
