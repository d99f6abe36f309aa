// @ts-nocheck
import type { InventoryLevelEntity } from '../../../store/entities.ts';
import type { ResolverContext } from '../../context.ts';
import { gid, type Searchable, time } from '../search.ts';

/** What levels can be searched by: the fields in the description of `InventoryItem.inventoryLevels(query:)`. */
export function searchableLevels({ clock }: ResolverContext): Searchable<InventoryLevelEntity> {
  const now = (): number => clock.now();
  return {
    fields: {
      inventory_item_id: gid(({ itemId }) => itemId),
      created_at: time('created_at', ({ createdAt }) => createdAt, now),
      updated_at: time('updated_at', ({ updatedAt }) => updatedAt, now),
    },
    others: ['inventory_group_id'],
  };
}
