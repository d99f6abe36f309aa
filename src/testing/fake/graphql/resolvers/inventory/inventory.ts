import type { InventoryItemInput } from '../../../../../graphql/operations/generated/graphql.ts';
import {
  type InventoryAdjustmentGroupEntity,
  type InventoryLevelEntity,
  type ProductEntity,
  type QuantityName,
  type QuantityState,
  quantityStates,
  type StoredInventoryChange,
  type StoredVariant,
} from '../../../store/entities.ts';
import { isoNow, type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { badRequest, type FieldPath, notSimulated, userError } from '../../errors.ts';
import { parseGid, requireGid } from '../../gid.ts';
import { type ConnectionArgs, connection, countUpTo } from '../connections.ts';
import { allProducts, locationById } from '../find-entities.ts';
import { byId, keyword, type Searchable, searched, time } from '../search.ts';
import { setByVersion } from './earlier-versions.ts';
import { itemOwner, updateItem } from './items.ts';
import {
  availableOf,
  canStock,
  isInStock,
  levelAt,
  levelsOf,
  newLevel,
  putLevel,
  quantityOf,
  totalInventory,
} from './levels.ts';
import {
  type AdjustQuantitiesInput,
  adjustQuantities,
  type MoveQuantitiesInput,
  moveQuantities,
  type SetOnHandInput,
  type SetQuantitiesInput,
  setOnHandQuantities,
  setQuantities,
} from './quantities.ts';
import { searchableLevels } from './searchable-levels.ts';

type Item = StoredVariant['inventoryItem'];

interface LevelsArgs extends ConnectionArgs {
  readonly includeInactive: boolean;
  readonly query?: string | null;
}

/** What items can be searched by: the fields in the description of `QueryRoot.inventoryItems(query:)`. */
function searchableItems(context: ResolverContext): Searchable<Item> {
  const now = (): number => context.clock.now();
  const variant = (item: Item): StoredVariant | undefined => itemOwner(context, item.id)?.variant;
  return {
    fields: {
      id: byId,
      sku: keyword(({ sku }) => (typeof sku === 'string' ? sku : null)),
      created_at: time('created_at', (item) => variant(item)?.createdAt ?? null, now),
      updated_at: time('updated_at', (item) => variant(item)?.updatedAt ?? null, now),
    },
  };
}

const quantityNames: ReadonlySet<string> = new Set([...quantityStates, 'on_hand']);

interface ChangesArgs {
  readonly inventoryItemIds?: readonly string[] | null;
  readonly locationIds?: readonly string[] | null;
  readonly quantityNames?: readonly string[] | null;
}

/** Resolvers of inventory: items, levels, the stock of products and variants, and the mutations. */
export const inventoryResolvers: ResolverMap = {
  QueryRoot: {
    inventoryItem: resolver<unknown, { id: string }>((_source, { id }, context) => {
      requireGid(id, 'InventoryItem');
      return itemOwner(context, id)?.variant.inventoryItem ?? null;
    }),
    inventoryItems: resolver<unknown, ConnectionArgs & { query?: string | null }>((_source, args, context, info) => {
      const items = allProducts(context).flatMap(({ variants }) => variants.map(({ inventoryItem }) => inventoryItem));
      return connection(searched(items, args.query, searchableItems(context), { info, context }), args);
    }),
    inventoryLevel: resolver<unknown, { id: string }>((_source, { id }, { store, shop }) => {
      requireGid(id);
      return store.get(shop, 'InventoryLevel', id) ?? null;
    }),
  },
  Mutation: {
    inventoryActivate: resolver<unknown, ActivateArgs>((_source, args, context) => activateInventory(args, context)),
    inventoryDeactivate: resolver<unknown, { inventoryLevelId: string }>((_source, { inventoryLevelId }, context) =>
      deactivateInventory(inventoryLevelId, context),
    ),
    inventoryItemUpdate: resolver<unknown, { id: string; input: InventoryItemInput }>(
      (_source, { id, input }, context) => updateItem(id, input, context),
    ),
    inventorySetQuantities: resolver<unknown, { input: SetQuantitiesInput }>((_source, { input }, context, info) =>
      setByVersion(input, info.schema, (now) => setQuantities(now, context)),
    ),
    inventorySetOnHandQuantities: resolver<unknown, { input: SetOnHandInput }>((_source, { input }, context) =>
      setOnHandQuantities(input, context),
    ),
    inventoryAdjustQuantities: resolver<unknown, { input: AdjustQuantitiesInput }>((_source, { input }, context) =>
      adjustQuantities(input, context),
    ),
    inventoryMoveQuantities: resolver<unknown, { input: MoveQuantitiesInput }>((_source, { input }, context) =>
      moveQuantities(input, context),
    ),
  },
  InventoryItem: {
    legacyResourceId: resolver<Item>(({ id }) => parseGid(id)?.key),
    variant: resolver<Item>(({ id }, _args, context) => itemOwner(context, id)?.variant),
    variants: resolver<Item, ConnectionArgs>(({ id }, args, context) => {
      const owner = itemOwner(context, id);
      return connection(owner ? [owner.variant] : [], args);
    }),
    inventoryLevel: resolver<Item, { locationId: string; includeInactive: boolean }>(
      ({ id }, { locationId, includeInactive }, context) => {
        const level = levelAt(context, id, locationId);
        return level && (level.isActive || includeInactive) ? level : null;
      },
    ),
    inventoryLevels: resolver<Item, LevelsArgs>(({ id }, args, context, info) => {
      const levels = levelsOf(context, id).filter((level) => level.isActive || args.includeInactive);
      return connection(searched(levels, args.query, searchableLevels(context), { info, context }), args);
    }),
    locationsCount: resolver<Item>(({ id }, _args, context) =>
      countUpTo(levelsOf(context, id).filter((level) => level.isActive).length),
    ),
    trackedEditable: () => ({ locked: false, reason: null }),
  },
  ProductVariant: {
    inventoryQuantity: resolver<StoredVariant>(({ inventoryItem }, _args, context) =>
      availableOf(context, inventoryItem.id),
    ),
    availableForSale: resolver<StoredVariant>(
      ({ inventoryItem, inventoryPolicy }, _args, context) =>
        !inventoryItem.tracked || inventoryPolicy === 'CONTINUE' || availableOf(context, inventoryItem.id) > 0,
    ),
  },
  Product: {
    totalInventory: resolver<ProductEntity>((product, _args, context) => totalInventory(product, context)),
    hasOutOfStockVariants: resolver<ProductEntity>(({ variants }, _args, context) =>
      variants.some(({ inventoryItem }) => inventoryItem.tracked && availableOf(context, inventoryItem.id) <= 0),
    ),
  },
  InventoryLevel: {
    item: resolver<InventoryLevelEntity>(
      ({ itemId }, _args, context) => itemOwner(context, itemId)?.variant.inventoryItem,
    ),
    location: resolver<InventoryLevelEntity>(({ locationId }, _args, context) => locationById(context, locationId)),
    quantities: resolver<InventoryLevelEntity, { names: readonly string[] }>((level, args) =>
      args.names.map((name) => {
        if (!quantityNames.has(name)) throw badRequest(`The quantity name ${name} is invalid.`);
        const [, query = ''] = level.id.split('?');
        const id = `gid://shopify/InventoryQuantity/${level.id.split('/').at(-1)?.split('?')[0]}?${query}&name=${name}`;
        // What is on hand is a sum, which nothing changes by itself.
        const updatedAt = name === 'on_hand' ? null : (level.changedAt?.[name as QuantityState] ?? null);
        return { id, name, quantity: quantityOf(level, name as QuantityName), updatedAt };
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
    // Recorded 2025-01 to 2026-04: Shopify does not say it.
    quantityAfterChange: () => null,
    item: resolver<StoredInventoryChange>(
      ({ itemId }, _args, context) => itemOwner(context, itemId)?.variant.inventoryItem ?? null,
    ),
    location: resolver<StoredInventoryChange>(
      ({ locationId }, _args, context) => locationById(context, locationId) ?? null,
    ),
  },
};

/** Arguments of `inventoryActivate`. */
interface ActivateArgs {
  readonly inventoryItemId: string;
  readonly locationId: string;
  readonly available?: number | null;
  readonly onHand?: number | null;
  readonly stockAtLegacyLocation: boolean;
}

const mostOnHand = 1_000_000_000;

/**
 * `inventoryActivate`: stocks an item at a location. Where it is stocked already, no quantity may be given. Texts
 * recorded 2025-10 and 2026-04; that of an unknown location has no name in it.
 */
function activateInventory(args: ActivateArgs, context: ResolverContext): unknown {
  if (args.stockAtLegacyLocation) throw notSimulated('Mutation.inventoryActivate(stockAtLegacyLocation:)');
  const { inventoryItemId, locationId, available, onHand } = args;
  const couldNot = (why: string, at = ''): string => `The product couldn't be stocked${at} because ${why}`;
  if (!canStock(context, locationId)) return refused(['locationId'], couldNot("the location wasn't found."));
  const at = ` at ${locationById(context, locationId)?.name}`;
  if (!itemOwner(context, inventoryItemId))
    return refused(['inventoryItemId'], couldNot('the product was deleted.', at));
  const before = levelAt(context, inventoryItemId, locationId);
  const given = Object.entries({ available, onHand }).filter(([, quantity]) => quantity != null);
  if (before?.isActive) {
    const userErrors = given.map(([name]) => {
      const quantity = name === 'onHand' ? 'an on_hand' : 'available';
      const message = `Not allowed to set ${quantity} quantity when the item is already active at the location.`;
      return userError([name], message);
    });
    return { inventoryLevel: before, userErrors };
  }
  if (given.length > 1) {
    const message = couldNot('not allowed to set available and on_hand quantities at the same time.', at);
    return { inventoryLevel: null, userErrors: given.map(([name]) => userError([name], message)) };
  }
  for (const [name, quantity] of given) {
    if (Math.abs(quantity ?? 0) > mostOnHand)
      return refused([name], couldNot('the quantity needs to be between -1 billion and 1 billion.', at));
  }

  const now = isoNow(context.clock);
  const fresh = newLevel(inventoryItemId, locationId, now, { available: available ?? onHand ?? 0 });
  // Recorded 2026-04: what is given counts as a change.
  const level = given.length > 0 ? { ...fresh, changedAt: { available: now } } : fresh;
  putLevel(context, { ...level, createdAt: before?.createdAt ?? now }, 'connect');
  return { inventoryLevel: level, userErrors: [] };
}

/**
 * `inventoryDeactivate`. An item stays stocked somewhere; what is committed or reserved is forgotten with the level, as
 * was recorded 2026-04, whatever `canDeactivate` says.
 */
function deactivateInventory(inventoryLevelId: string, context: ResolverContext): unknown {
  const level = context.store.get(context.shop, 'InventoryLevel', inventoryLevelId) as InventoryLevelEntity | undefined;
  const itemNumber = /inventory_item_id=(\d+)/.exec(inventoryLevelId)?.[1];
  const refuse = (why: string) => ({ userErrors: [userError(null, `The product couldn't be unstocked${why}`)] });
  if (level && !level.isActive)
    return { userErrors: [userError(['inventoryLevelId'], "The inventory level couldn't be found.")] };
  if (!level) {
    const hasItem = itemOwner(context, `gid://shopify/InventoryItem/${itemNumber}`) !== undefined;
    return refuse(` because the ${hasItem ? 'location' : 'product'} was deleted.`);
  }
  if (isOnly(level, context)) return refuse(` from ${locationById(context, level.locationId)?.name}${becauseOnly}`);
  const now = isoNow(context.clock);
  const { quantities } = newLevel(level.itemId, level.locationId, now);
  putLevel(context, { ...level, isActive: false, quantities, updatedAt: now }, 'disconnect');
  return { userErrors: [] };
}

const becauseOnly = ' because products need to be stocked at a minimum of 1 location.';

const isOnly = (level: InventoryLevelEntity, context: ResolverContext): boolean =>
  !levelsOf(context, level.itemId).some(({ id, isActive }) => isActive && id !== level.id);

/** Why a level should not be deactivated, as `deactivationAlert` has it; `undefined` where it can. */
function deactivationProblem(level: InventoryLevelEntity, context: ResolverContext): string | undefined {
  if (isOnly(level, context)) return `The product couldn't be unstocked${becauseOnly}`;
  const { available, incoming } = level.quantities;
  const isSpokenFor = isInStock(level) && (incoming !== 0 || quantityOf(level, 'on_hand') !== available);
  return isSpokenFor
    ? "The product couldn't be unstocked because of committed, incoming or reserved inventory at the location."
    : undefined;
}

const refused = (field: FieldPath, message: string): unknown => ({
  inventoryLevel: null,
  userErrors: [userError(field, message)],
});
