import type { LocationEntity, StoredAddress } from '../../../store/location-entities.ts';
import { type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { parseGid, requireGid } from '../../gid.ts';
import { type ConnectionArgs, connection } from '../connections.ts';
import { countUpTo } from '../counts.ts';
import { isInStock, levelAt, levelsAt } from '../inventory/levels.ts';
import { byId, containing, type SearchTerm, searched } from '../search.ts';
import { activateLocation } from './activate.ts';
import { addLocation, type LocationAddInput } from './add.ts';
import { type DeactivateArgs, deactivateLocation } from './deactivate.ts';
import { allLocations, locationById, primaryLocation } from './find-locations.ts';

interface LocationsArgs extends ConnectionArgs {
  readonly includeInactive: boolean;
  readonly query?: string | null;
  readonly sortKey: string;
}

interface LevelsArgs extends ConnectionArgs {
  readonly includeInactive: boolean;
  readonly query?: string | null;
}

const terms: Readonly<Record<string, SearchTerm<LocationEntity>>> = {
  id: byId,
  location_id: byId,
  name: containing((location) => location.name),
  active: (value) => (location) => location.isActive === (value === 'true'),
};

const byName = (a: LocationEntity, b: LocationEntity): number => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1);

/** Resolvers of locations. */
export const locationResolvers: ResolverMap = {
  QueryRoot: {
    location: resolver<unknown, { id?: string | null }>((_source, { id }, context) => {
      if (id == null) return primaryLocation(context) ?? null;
      requireGid(id);
      return locationById(context, id) ?? null;
    }),
    locations: resolver<unknown, LocationsArgs>((_source, args, context) => {
      if (args.sortKey === 'RELEVANCE') throw notSimulated('QueryRoot.locations(sortKey: RELEVANCE)');
      const wanted = allLocations(context).filter((location) => location.isActive || args.includeInactive);
      const found = searched(wanted, args.query, terms, 'QueryRoot.locations');
      return connection(args.sortKey === 'NAME' ? found.toSorted(byName) : found, args);
    }),
    locationsCount: resolver<unknown, { limit: number | null; query?: string | null }>((_source, args, context) => {
      const active = allLocations(context).filter((location) => location.isActive);
      return countUpTo(searched(active, args.query, terms, 'QueryRoot.locationsCount').length, args.limit);
    }),
  },
  Mutation: {
    locationAdd: resolver<unknown, { input: LocationAddInput }>((_source, { input }, context) =>
      addLocation(input, context),
    ),
    locationActivate: resolver<unknown, { locationId: string }>((_source, { locationId }, context) =>
      activateLocation(locationId, context),
    ),
    locationDeactivate: resolver<unknown, DeactivateArgs>((_source, args, context) =>
      deactivateLocation(args, context),
    ),
  },
  Location: {
    legacyResourceId: resolver<LocationEntity>(({ id }) => parseGid(id)?.key),
    activatable: resolver<LocationEntity>(({ isActive }) => !isActive),
    deactivatable: resolver<LocationEntity>(({ isActive }, _args, context) => isActive && !isOnlyActive(context)),
    deletable: resolver<LocationEntity>(({ id, isActive }, _args, context) => !isActive && !hasStock(id, context)),
    hasActiveInventory: resolver<LocationEntity>(({ id }, _args, context) => hasStock(id, context)),
    hasUnfulfilledOrders: () => false,
    isFulfillmentService: () => false,
    fulfillmentService: () => null,
    shipsInventory: resolver<LocationEntity>(({ isActive }) => isActive),
    addressVerified: () => false,
    suggestedAddresses: () => [],
    localPickupSettingsV2: () => null,
    inventoryLevel: resolver<LocationEntity, { inventoryItemId: string; includeInactive: boolean }>(
      ({ id }, { inventoryItemId, includeInactive }, context) => {
        const level = levelAt(context, inventoryItemId, id);
        return level && (level.isActive || includeInactive) ? level : null;
      },
    ),
    inventoryLevels: resolver<LocationEntity, LevelsArgs>(({ id }, args, context) => {
      if (args.query != null) throw notSimulated('Location.inventoryLevels(query:)');
      return connection(
        levelsAt(context, id).filter((level) => level.isActive || args.includeInactive),
        args,
      );
    }),
  },
  LocationAddress: {
    country: resolver<StoredAddress>(({ countryCode }) => countryName(countryCode)),
    province: () => null,
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

const hasStock = (locationId: string, context: ResolverContext): boolean =>
  levelsAt(context, locationId).some((level) => level.isActive && isInStock(level));

const countryName = (code: string): string => new Intl.DisplayNames('en', { type: 'region' }).of(code) ?? code;
