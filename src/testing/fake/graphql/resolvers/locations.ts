import type { LocationEntity, StoredAddress } from '../../store/entities.ts';
import { idOf, locationPayload } from '../../webhooks/resource-payloads.ts';
import { isoNow, type ResolverContext, type ResolverMap, resolver } from '../context.ts';
import { collectUserErrors, notSimulated, type UserError } from '../errors.ts';
import { parseGid, requireGid } from '../gid.ts';
import { type ConnectionArgs, connection, countUpTo } from './connections.ts';
import { activeLocation, allLocations, locationById, primaryLocation } from './find-entities.ts';
import { isInStock, levelAt, levelsAt, moveStock } from './inventory/levels.ts';
import { searchableLevels } from './inventory/searchable-levels.ts';
import { addLocation, editLocation, type LocationAddInput, type LocationEditInput } from './location-input.ts';
import { metafieldFields } from './metafields/metafields.ts';
import { allFulfillmentOrders } from './orders/save-order.ts';
import { countryName, provinceName } from './places.ts';
import { byId, flag, keyword, type Searchable, searched, words } from './search.ts';

interface LocationsArgs extends ConnectionArgs {
  readonly includeInactive: boolean;
  readonly query?: string | null;
  readonly sortKey: string;
}

interface LevelsArgs extends ConnectionArgs {
  readonly includeInactive: boolean;
  readonly query?: string | null;
}

/** What locations can be searched by: the fields in the description of `QueryRoot.locations(query:)`. */
const searchable: Searchable<LocationEntity> = {
  texts: ({ name }) => [name],
  fields: {
    id: byId,
    location_id: byId,
    name: words(({ name }) => [name]),
    active: flag(({ isActive }) => isActive),
    address1: words(({ address }) => [address.address1]),
    address2: words(({ address }) => [address.address2]),
    city: words(({ address }) => [address.city]),
    zip: keyword(({ address }) => address.zip),
    country: keyword(({ address: { countryCode } }) => [countryCode, countryName(countryCode)]),
    province: keyword(({ address: { countryCode, provinceCode } }) => [
      provinceCode ?? '',
      provinceName(countryCode, provinceCode) ?? '',
    ]),
    legacy: flag(() => false),
  },
  others: ['created_at', 'geolocated', 'pickup_in_store'],
};

const byName = (a: LocationEntity, b: LocationEntity): number => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1);

/** Resolvers of locations. */
export const locationResolvers: ResolverMap = {
  QueryRoot: {
    location: resolver<unknown, { id?: string | null }>((_source, { id }, context) => {
      if (id == null) return primaryLocation(context) ?? null;
      requireGid(id, 'Location');
      return locationById(context, id) ?? null;
    }),
    locations: resolver<unknown, LocationsArgs>((_source, args, context, info) => {
      if (args.sortKey === 'RELEVANCE') throw notSimulated('QueryRoot.locations(sortKey: RELEVANCE)');
      const wanted = allLocations(context).filter((location) => location.isActive || args.includeInactive);
      const found = searched(wanted, args.query, searchable, { info, context });
      return connection(args.sortKey === 'NAME' ? found.toSorted(byName) : found, args);
    }),
    locationsCount: resolver<unknown, { limit: number | null; query?: string | null }>(
      (_source, args, context, info) => {
        const active = allLocations(context).filter((location) => location.isActive);
        return countUpTo(searched(active, args.query, searchable, { info, context }).length, args.limit);
      },
    ),
  },
  Mutation: {
    locationAdd: resolver<unknown, { input: LocationAddInput }>((_source, { input }, context) =>
      addLocation(input, context),
    ),
    locationEdit: resolver<unknown, { id: string; input: LocationEditInput }>((_source, { id, input }, context) =>
      editLocation(id, input, context),
    ),
    locationDelete: resolver<unknown, { locationId: string }>((_source, { locationId }, context) =>
      deleteLocation(locationId, context),
    ),
    locationActivate: resolver<unknown, { locationId: string }>((_source, { locationId }, context) =>
      activateLocation(locationId, context),
    ),
    locationDeactivate: resolver<unknown, DeactivateArgs>((_source, args, context) =>
      deactivateLocation(args, context),
    ),
  },
  Location: {
    ...metafieldFields('LOCATION'),
    legacyResourceId: resolver<LocationEntity>(({ id }) => parseGid(id)?.key),
    // Also of one that is active: what can't be activated belongs to a fulfillment service.
    activatable: () => true,
    // True for an inactive location too. Recorded 2026-04.
    deactivatable: resolver<LocationEntity>(({ isActive }, _args, context) => !isActive || !isOnlyActive(context)),
    deletable: resolver<LocationEntity>(({ id, isActive }, _args, context) => !isActive && !hasStock(id, context)),
    hasActiveInventory: resolver<LocationEntity>(({ id }, _args, context) => hasStock(id, context)),
    hasUnfulfilledOrders: resolver<LocationEntity>(({ id }, _args, context) => isToSend(id, context)),
    isFulfillmentService: () => false,
    fulfillmentService: () => null,
    shipsInventory: resolver<LocationEntity>(({ isActive, fulfillsOnlineOrders }) => isActive && fulfillsOnlineOrders),
    addressVerified: () => false,
    suggestedAddresses: () => [],
    localPickupSettingsV2: () => null,
    inventoryLevel: resolver<LocationEntity, { inventoryItemId: string; includeInactive: boolean }>(
      ({ id }, { inventoryItemId, includeInactive }, context) => {
        const level = levelAt(context, inventoryItemId, id);
        return level && (level.isActive || includeInactive) ? level : null;
      },
    ),
    inventoryLevels: resolver<LocationEntity, LevelsArgs>(({ id }, args, context, info) => {
      const levels = levelsAt(context, id).filter((level) => level.isActive || args.includeInactive);
      return connection(searched(levels, args.query, searchableLevels(context), { info, context }), args);
    }),
  },
  LocationAddress: {
    country: resolver<StoredAddress>(({ countryCode }) => countryName(countryCode)),
    province: resolver<StoredAddress>(({ countryCode, provinceCode }) => provinceName(countryCode, provinceCode)),
    latitude: () => null,
    longitude: () => null,
    formatted: resolver<StoredAddress>((address) => {
      const place = [address.city, address.provinceCode, address.zip].filter((part) => part !== null).join(' ');
      return [address.address1, address.address2, place, countryName(address.countryCode)].filter(Boolean);
    }),
  },
};

const isOnlyActive = (context: ResolverContext): boolean =>
  allLocations(context).filter((location) => location.isActive).length === 1;

/** Whether something of an order is still to be sent from a location. */
const isToSend = (id: string, context: ResolverContext): boolean =>
  allFulfillmentOrders(context).some(
    ({ locationId, status }) => locationId === id && status !== 'CLOSED' && status !== 'CANCELLED',
  );

const hasStock = (locationId: string, context: ResolverContext): boolean =>
  levelsAt(context, locationId).some((level) => level.isActive && isInStock(level));

/** `locationActivate`. One that is active already stays so. */
function activateLocation(locationId: string, context: ResolverContext): unknown {
  requireGid(locationId);
  const before = locationById(context, locationId);
  const { userErrors, report } = collectUserErrors<'LOCATION_NOT_FOUND' | 'HAS_NON_UNIQUE_NAME'>();
  const isNamesake = ({ id, name, isActive }: LocationEntity): boolean =>
    isActive && name === before?.name && id !== locationId;
  if (!before) report('LOCATION_NOT_FOUND', ['locationId'], 'Location not found.');
  else if (allLocations(context).some(isNamesake))
    report(
      'HAS_NON_UNIQUE_NAME',
      ['locationId'],
      'This location currently cannot be activated because there exists an active location with the same name.',
    );
  if (!before || userErrors.length > 0) return { location: before ?? null, locationActivateUserErrors: userErrors };
  if (before.isActive) return { location: before, locationActivateUserErrors: [] };

  const updatedAt = isoNow(context.clock);
  const location: LocationEntity = { ...before, isActive: true, deactivatedAt: null, updatedAt };
  context.store.put(context.shop, 'Location', location);
  context.announce('locations/activate', () => locationPayload(location));
  return { location, locationActivateUserErrors: [] };
}

/** Arguments of `locationDeactivate`. */
interface DeactivateArgs {
  readonly locationId: string;
  readonly destinationLocationId?: string | null;
}

/** `locationDeactivate`. What is in stock there goes to the destination. One that is inactive already stays so. */
function deactivateLocation(args: DeactivateArgs, context: ResolverContext): unknown {
  requireGid(args.locationId);
  const before = locationById(context, args.locationId);
  if (before && !before.isActive) return { location: before, locationDeactivateUserErrors: [] };
  const userErrors = deactivationErrors(before, args, context);
  if (!before || userErrors.length > 0) return { location: before ?? null, locationDeactivateUserErrors: userErrors };

  const now = isoNow(context.clock);
  moveStock(context, before.id, args.destinationLocationId ?? undefined);
  if (args.destinationLocationId != null) moveOrders(before.id, args.destinationLocationId, now, context);
  const location: LocationEntity = { ...before, isActive: false, deactivatedAt: now, updatedAt: now };
  context.store.put(context.shop, 'Location', location);
  context.announce('locations/deactivate', () => locationPayload(location));
  return { location, locationDeactivateUserErrors: [] };
}

/** What was to be sent from one location is to be sent from another. */
function moveOrders(from: string, to: string, updatedAt: string, context: ResolverContext): void {
  for (const one of allFulfillmentOrders(context)) {
    if (one.locationId !== from || one.status === 'CLOSED') continue;
    context.store.put(context.shop, 'FulfillmentOrder', { ...one, locationId: to, updatedAt });
  }
}

/** In the words of `LocationDeactivateUserErrorCode`. */
function deactivationErrors(
  location: LocationEntity | undefined,
  { locationId, destinationLocationId: destination }: DeactivateArgs,
  context: ResolverContext,
): readonly UserError[] {
  const { userErrors, report } = collectUserErrors();
  if (!location) {
    report('LOCATION_NOT_FOUND', ['locationId'], 'Location not found.');
    return userErrors;
  }
  const others = allLocations(context).filter(({ id, isActive }) => isActive && id !== locationId);
  if (others.length === 0) {
    report(
      'PERMANENTLY_BLOCKED_FROM_DEACTIVATION_ERROR',
      ['locationId'],
      'Location could not be deactivated because it either has a fulfillment service or is the only location with a shipping address.',
    );
  } else if (location.fulfillsOnlineOrders && !others.some(({ fulfillsOnlineOrders }) => fulfillsOnlineOrders)) {
    report(
      'CANNOT_DISABLE_ONLINE_ORDER_FULFILLMENT',
      ['locationId'],
      'At least one location must fulfill online orders.',
    );
  }
  const field = ['destinationLocationId'];
  if (destination === locationId) {
    report(
      'DESTINATION_LOCATION_IS_THE_SAME_LOCATION',
      field,
      'Location could not be deactivated because the destination location cannot be set to the location to be deactivated.',
    );
  } else if (destination != null && !locationById(context, destination)) {
    report('DESTINATION_LOCATION_NOT_SHOPIFY_MANAGED', field, 'destination location not shopify managed');
  } else if (destination != null && !activeLocation(context, destination)) {
    report(
      'DESTINATION_LOCATION_NOT_FOUND_OR_INACTIVE',
      field,
      'Location could not be deactivated because the destination location could be not found or is inactive.',
    );
  } else if (destination == null && levelsAt(context, locationId).some(isInStock)) {
    report(
      'HAS_ACTIVE_INVENTORY_ERROR',
      ['locationId'],
      'Location could not be deactivated without specifying where to relocate inventory stocked at the location.',
    );
  }
  if (destination == null && isToSend(locationId, context)) {
    report(
      'HAS_FULFILLMENT_ORDERS_ERROR',
      ['locationId'],
      'Location could not be deactivated because it has pending orders.',
    );
  }
  return userErrors;
}

/** `locationDelete`, of one that is inactive and empty. In the words of `LocationDeleteUserErrorCode`. */
function deleteLocation(locationId: string, context: ResolverContext): unknown {
  requireGid(locationId);
  const { userErrors, report } = collectUserErrors();
  const location = locationById(context, locationId);
  const refuse = (code: string, message: string): void => report(code, ['locationId'], message);
  if (!location) refuse('LOCATION_NOT_FOUND', 'Location not found.');
  if (location?.isActive) refuse('LOCATION_IS_ACTIVE', 'The location cannot be deleted while it is active.');
  if (levelsAt(context, locationId).some(isInStock))
    refuse('LOCATION_HAS_INVENTORY', 'The location cannot be deleted while it has inventory.');
  if (isToSend(locationId, context))
    refuse('LOCATION_HAS_PENDING_ORDERS', 'The location cannot be deleted while it has pending orders.');
  if (userErrors.length > 0) return { deletedLocationId: null, locationDeleteUserErrors: userErrors };

  moveStock(context, locationId, undefined);
  context.store.delete(context.shop, 'Location', locationId);
  context.announce('locations/delete', () => ({ id: idOf(locationId) }));
  return { deletedLocationId: locationId, locationDeleteUserErrors: [] };
}
