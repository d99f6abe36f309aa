import { type LocationEntity, newLocation, type StoredAddress } from '../../store/entities.ts';
import { locationPayload } from '../../webhooks/resource-payloads.ts';
import { isoNow, type ResolverContext, type ResolverMap, resolver } from '../context.ts';
import { collectUserErrors, notSimulated, type UserError } from '../errors.ts';
import { parseGid, requireGid } from '../gid.ts';
import { type ConnectionArgs, connection, countUpTo } from './connections.ts';
import { activeLocation, allLocations, locationById, primaryLocation } from './find-entities.ts';
import { isInStock, levelAt, levelsAt, moveStock } from './inventory/levels.ts';
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
    legacy: flag(() => false),
  },
  others: ['country', 'created_at', 'geolocated', 'pickup_in_store', 'province'],
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
    locationActivate: resolver<unknown, { locationId: string }>((_source, { locationId }, context) =>
      activateLocation(locationId, context),
    ),
    locationDeactivate: resolver<unknown, DeactivateArgs>((_source, args, context) =>
      deactivateLocation(args, context),
    ),
  },
  Location: {
    legacyResourceId: resolver<LocationEntity>(({ id }) => parseGid(id)?.key),
    // Also of one that is active: what can't be activated belongs to a fulfillment service.
    activatable: () => true,
    deactivatable: resolver<LocationEntity>(({ isActive }, _args, context) => isActive && !isOnlyActive(context)),
    deletable: resolver<LocationEntity>(({ id, isActive }, _args, context) => !isActive && !hasStock(id, context)),
    hasActiveInventory: resolver<LocationEntity>(({ id }, _args, context) => hasStock(id, context)),
    hasUnfulfilledOrders: () => false,
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

const hasStock = (locationId: string, context: ResolverContext): boolean =>
  levelsAt(context, locationId).some((level) => level.isActive && isInStock(level));

const countryName = (code: string): string => new Intl.DisplayNames('en', { type: 'region' }).of(code) ?? code;

/** Provinces of countries that have them in addresses: code and name. Other countries' are not known to the fake. */
const provinces: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AU: named(
    'ACT Australian Capital Territory|NSW New South Wales|NT Northern Territory|QLD Queensland|SA South Australia|TAS Tasmania|VIC Victoria|WA Western Australia',
  ),
  CA: named(
    'AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NS Nova Scotia|NT Northwest Territories|NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon',
  ),
  US: named(
    'AL Alabama|AK Alaska|AS American Samoa|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|DC District of Columbia|FL Florida|GA Georgia|GU Guam|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|PR Puerto Rico|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VI U.S. Virgin Islands|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming',
  ),
  NZ: named(
    'AUK Auckland|BOP Bay of Plenty|CAN Canterbury|GIS Gisborne|HKB Hawke’s Bay|MWT Manawatu-Wanganui|MBH Marlborough|NSN Nelson|NTL Northland|OTA Otago|STL Southland|TKI Taranaki|TAS Tasman|WKO Waikato|WGN Wellington|WTC West Coast',
  ),
};

function named(list: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    list.split('|').map((entry) => [entry.slice(0, entry.indexOf(' ')), entry.slice(entry.indexOf(' ') + 1)]),
  );
}

const provinceName = (country: string, code: string | null): string | null =>
  code === null ? null : (provinces[country]?.[code] ?? null);

/** `LocationAddInput`, as far as it is simulated. */
interface LocationAddInput {
  readonly name: string;
  readonly fulfillsOnlineOrders?: boolean | null;
  readonly address: { readonly countryCode: string } & Partial<StoredAddress>;
  readonly metafields?: readonly unknown[] | null;
}

/** Characters of a location's name. */
const maxLength = 100;

/** `locationAdd`. */
function addLocation(input: LocationAddInput, context: ResolverContext): unknown {
  if (input.metafields?.length) throw notSimulated('LocationAddInput.metafields');
  const name = input.name.trim();
  const { userErrors, report } = collectUserErrors<'BLANK' | 'TAKEN' | 'TOO_LONG'>();
  const field = ['input', 'name'];
  if (name === '') report('BLANK', field, 'Add a location name');
  if (name.length > maxLength) report('TOO_LONG', field, `Use a shorter location name (up to ${maxLength} characters)`);
  if (allLocations(context).some((location) => location.isActive && location.name === name))
    report('TAKEN', field, 'You already have a location with this name');
  if (userErrors.length > 0) return { location: null, userErrors };

  const { store, shop, clock } = context;
  const { countryCode, address1, address2, city, provinceCode, zip, phone } = input.address;
  const location = newLocation(store.nextId('Location'), isoNow(clock), {
    name,
    isPrimary: allLocations(context).length === 0,
    fulfillsOnlineOrders: input.fulfillsOnlineOrders ?? true,
    address: {
      countryCode,
      address1: address1 ?? null,
      address2: address2 ?? null,
      city: city ?? null,
      provinceCode: provinceCode ?? null,
      zip: zip ?? null,
      phone: phone ?? null,
    },
  });
  store.put(shop, 'Location', location);
  context.announce('locations/create', () => locationPayload(location));
  return { location, userErrors: [] };
}

/** `locationActivate`. One that is active already stays so. */
function activateLocation(locationId: string, context: ResolverContext): unknown {
  requireGid(locationId);
  const before = locationById(context, locationId);
  const { userErrors, report } = collectUserErrors<'LOCATION_NOT_FOUND' | 'HAS_NON_UNIQUE_NAME'>();
  const isNamesake = ({ id, name, isActive }: LocationEntity): boolean =>
    isActive && name === before?.name && id !== locationId;
  if (!before) report('LOCATION_NOT_FOUND', ['locationId'], 'Location not found.');
  else if (allLocations(context).some(isNamesake))
    report('HAS_NON_UNIQUE_NAME', ['locationId'], 'There is already an active location with this name.');
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
  const location: LocationEntity = { ...before, isActive: false, deactivatedAt: now, updatedAt: now };
  context.store.put(context.shop, 'Location', location);
  context.announce('locations/deactivate', () => locationPayload(location));
  return { location, locationDeactivateUserErrors: [] };
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
      'Location either has a fulfillment service or is the only location with a shipping address.',
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
      'Destination location is the same as the location to be deactivated.',
    );
  } else if (destination != null && !activeLocation(context, destination)) {
    report('DESTINATION_LOCATION_NOT_FOUND_OR_INACTIVE', field, 'Destination location is not found or inactive.');
  } else if (destination == null && levelsAt(context, locationId).some(isInStock)) {
    report(
      'HAS_ACTIVE_INVENTORY_ERROR',
      ['locationId'],
      'Location could not be deactivated without specifying where to relocate inventory at the location.',
    );
  }
  return userErrors;
}
