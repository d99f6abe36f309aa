import type { InventoryItemInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { ProductEntity, StoredVariant } from '../../../store/entities.ts';
import { type ResolverMap, resolver } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { parseGid, requireGid } from '../../gid.ts';
import { type ConnectionArgs, connection } from '../connections.ts';
import { countUpTo } from '../counts.ts';
import { allProducts } from '../find-entities.ts';
import { byId, oneOf, type SearchTerm, searched } from '../search.ts';
import { type ActivateArgs, activateInventory, deactivateInventory } from './activate.ts';
import { type AdjustQuantitiesInput, adjustQuantities } from './adjust-quantities.ts';
import { updateItem } from './item-update.ts';
import { availableOf, levelAt, levelsOf, ownerOfItem } from './levels.ts';
import { type MoveQuantitiesInput, moveQuantities } from './move-quantities.ts';
import { type SetOnHandInput, type SetQuantitiesInput, setOnHandQuantities, setQuantities } from './quantities.ts';

type Item = StoredVariant['inventoryItem'];

interface LevelsArgs extends ConnectionArgs {
  readonly includeInactive: boolean;
  readonly query?: string | null;
}

const itemTerms: Readonly<Record<string, SearchTerm<Item>>> = {
  id: byId,
  sku: (value) => (item) => item.sku === value,
  tracked: oneOf((item) => String(item.tracked)),
};

/** Resolvers of inventory items and of the stock of products, and the mutations of inventory. */
export const inventoryResolvers: ResolverMap = {
  QueryRoot: {
    inventoryItem: resolver<unknown, { id: string }>((_source, { id }, context) => {
      requireGid(id);
      return ownerOfItem(context, id)?.variant.inventoryItem ?? null;
    }),
    inventoryItems: resolver<unknown, ConnectionArgs & { query?: string | null }>((_source, args, context) => {
      const items = allProducts(context).flatMap(({ variants }) => variants.map(({ inventoryItem }) => inventoryItem));
      return connection(searched(items, args.query, itemTerms, 'QueryRoot.inventoryItems'), args);
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
    inventorySetQuantities: resolver<unknown, { input: SetQuantitiesInput }>((_source, { input }, context) =>
      setQuantities(input, context),
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
    variant: resolver<Item>(({ id }, _args, context) => ownerOfItem(context, id)?.variant),
    variants: resolver<Item, ConnectionArgs>(({ id }, args, context) => {
      const owner = ownerOfItem(context, id);
      return connection(owner ? [owner.variant] : [], args);
    }),
    inventoryLevel: resolver<Item, { locationId: string; includeInactive: boolean }>(
      ({ id }, { locationId, includeInactive }, context) => {
        const level = levelAt(context, id, locationId);
        return level && (level.isActive || includeInactive) ? level : null;
      },
    ),
    inventoryLevels: resolver<Item, LevelsArgs>(({ id }, args, context) => {
      if (args.query != null) throw notSimulated('InventoryItem.inventoryLevels(query:)');
      return connection(
        levelsOf(context, id).filter((level) => level.isActive || args.includeInactive),
        args,
      );
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
    totalInventory: resolver<ProductEntity>(({ variants }, _args, context) =>
      variants.reduce((sum, { inventoryItem }) => sum + availableOf(context, inventoryItem.id), 0),
    ),
    hasOutOfStockVariants: resolver<ProductEntity>(({ variants }, _args, context) =>
      variants.some(({ inventoryItem }) => inventoryItem.tracked && availableOf(context, inventoryItem.id) <= 0),
    ),
  },
};
