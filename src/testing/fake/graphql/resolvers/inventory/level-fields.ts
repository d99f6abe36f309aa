import {
  type InventoryAdjustmentGroupEntity,
  type InventoryLevelEntity,
  type QuantityName,
  quantityStates,
  type StoredInventoryChange,
} from '../../../store/inventory-entities.ts';
import { type ResolverMap, resolver } from '../../context.ts';
import { badRequest } from '../../errors.ts';
import { locationById } from '../locations/find-locations.ts';
import { deactivationProblem } from './activate.ts';
import { ownerOfItem, quantityOf } from './levels.ts';

const names: ReadonlySet<string> = new Set([...quantityStates, 'on_hand']);

interface ChangesArgs {
  readonly inventoryItemIds?: readonly string[] | null;
  readonly locationIds?: readonly string[] | null;
  readonly quantityNames?: readonly string[] | null;
}

/** Resolvers of inventory levels, and of what mutations changed on them. */
export const inventoryLevelResolvers: ResolverMap = {
  InventoryLevel: {
    item: resolver<InventoryLevelEntity>(
      ({ itemId }, _args, context) => ownerOfItem(context, itemId)?.variant.inventoryItem,
    ),
    location: resolver<InventoryLevelEntity>(({ locationId }, _args, context) => locationById(context, locationId)),
    quantities: resolver<InventoryLevelEntity, { names: readonly string[] }>((level, args) =>
      args.names.map((name) => {
        if (!names.has(name)) throw badRequest(`The quantity name ${name} is invalid.`);
        const [, query = ''] = level.id.split('?');
        const id = `gid://shopify/InventoryQuantity/${level.id.split('/').at(-1)?.split('?')[0]}?${query}&name=${name}`;
        return { id, name, quantity: quantityOf(level, name as QuantityName), updatedAt: level.updatedAt };
      }),
    ),
    canDeactivate: resolver<InventoryLevelEntity>(
      (level, _args, context) => deactivationProblem(level, context) === undefined,
    ),
    deactivationAlert: resolver<InventoryLevelEntity>(
      (level, _args, context) => deactivationProblem(level, context) ?? null,
    ),
  },
  InventoryAdjustmentGroup: {
    changes: resolver<InventoryAdjustmentGroupEntity, ChangesArgs>(({ entries }, args) =>
      entries.filter(
        ({ itemId, locationId, name }) =>
          (args.inventoryItemIds?.includes(itemId) ?? true) &&
          (args.locationIds?.includes(locationId) ?? true) &&
          (args.quantityNames?.includes(name) ?? true),
      ),
    ),
    staffMember: () => null,
  },
  InventoryChange: {
    item: resolver<StoredInventoryChange>(
      ({ itemId }, _args, context) => ownerOfItem(context, itemId)?.variant.inventoryItem ?? null,
    ),
    location: resolver<StoredInventoryChange>(
      ({ locationId }, _args, context) => locationById(context, locationId) ?? null,
    ),
  },
};
