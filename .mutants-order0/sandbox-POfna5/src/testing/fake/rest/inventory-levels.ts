// @ts-nocheck
import { isRecord } from '../../../internal/json.ts';
import type { ResolverContext } from '../graphql/context.ts';
import { locationById } from '../graphql/resolvers/find-entities.ts';
import { itemOwner } from '../graphql/resolvers/inventory/items.ts';
import { levelAt } from '../graphql/resolvers/inventory/levels.ts';
import { setQuantities } from '../graphql/resolvers/inventory/quantities.ts';
import type { InventoryLevelEntity } from '../store/entities.ts';
import { levelPayload } from '../webhooks/resource-payloads.ts';
import { gidOf } from './input.ts';
import { numberOf, pageReply, readListing } from './listing.ts';
import {
  badParameter,
  ok,
  type RestEndpoint,
  type RestReply,
  type RestRequest,
  refusals,
  unprocessable,
} from './replies.ts';

/** Ids in one request. */
const maxIds = 50;

const allLevels = ({ store, shop }: ResolverContext): readonly InventoryLevelEntity[] =>
  store.all(shop, 'InventoryLevel') as readonly InventoryLevelEntity[];

/**
 * Stock.
 * https://shopify.dev/docs/api/admin-rest/latest/resources/inventorylevel
 */
export const inventoryEndpoints: readonly RestEndpoint[] = [
  { method: 'GET', path: 'inventory_levels.json', scope: 'read_inventory', answer: list },
  { method: 'POST', path: 'inventory_levels/set.json', scope: 'write_inventory', answer: set },
];

function list(request: RestRequest): RestReply {
  const { query, unit } = request;
  const read = readListing(query, {
    filters: ['inventory_item_ids', 'location_ids'],
    notSimulated: ['updated_at_min'],
  });
  if (!read.ok) return read.reply;
  const items = idsOf(read.listing.filters.inventory_item_ids);
  const locations = idsOf(read.listing.filters.location_ids);
  if (!items && !locations) {
    return unprocessable({ inventory_item_ids: ['or location_ids must be given'] });
  }
  for (const [name, ids] of Object.entries({ inventory_item_ids: items, location_ids: locations })) {
    if (ids && ids.size > maxIds) return unprocessable({ [name]: [`can't be more than ${maxIds}`] });
  }
  const levels = allLevels(unit).filter(
    (level) =>
      level.isActive &&
      (items?.has(numberOf(level.itemId)) ?? true) &&
      (locations?.has(numberOf(level.locationId)) ?? true),
  );
  return pageReply(levels, read.listing, request, {
    name: 'inventory_levels',
    // A level has no number of its own; those of its item and its location together are like one.
    number: ({ itemId, locationId }) => `${numberOf(itemId)}${numberOf(locationId).padStart(20, '0')}`,
    view: levelPayload,
  });
}

function set({ body, unit }: RestRequest): RestReply {
  const { inventory_item_id: item, location_id: location, available } = body;
  for (const [name, value] of Object.entries({ inventory_item_id: item, location_id: location, available })) {
    if (!/^-?\d+$/.test(String(value))) return badParameter(name, 'Required parameter missing or invalid');
  }
  const place = { inventoryItemId: gidOf('InventoryItem', item), locationId: gidOf('Location', location) };
  const owned = itemOwner(unit, place.inventoryItemId);
  if (!owned || !locationById(unit, place.locationId)) return refusals.notFound;
  if (!owned.variant.inventoryItem.tracked) {
    return { status: 422, body: { errors: ['Inventory item does not have inventory tracking enabled'] } };
  }
  const quantities = [{ ...place, quantity: Number(available), changeFromQuantity: null }];
  const payload = setQuantities({ name: 'available', reason: 'correction', quantities }, unit);
  const problems = isRecord(payload) && Array.isArray(payload.userErrors) ? payload.userErrors : [];
  if (problems.length > 0) return unprocessable({ base: problems.map(({ message }) => String(message)) });
  const level = levelAt(unit, place.inventoryItemId, place.locationId);
  return ok({ inventory_level: level ? levelPayload(level) : null });
}

function idsOf(text: string | undefined): ReadonlySet<string> | undefined {
  return text === undefined ? undefined : new Set(text.split(',').map((id) => id.trim()));
}
