import type { MetafieldInput } from '../../../../graphql/operations/generated/graphql.ts';
import { type LocationEntity, newLocation, type StoredAddress } from '../../store/entities.ts';
import { locationPayload } from '../../webhooks/resource-payloads.ts';
import { isoNow, type ResolverContext } from '../context.ts';
import { collectUserErrors, type ReportUserError, userError } from '../errors.ts';
import { requireGid } from '../gid.ts';
import { allLocations, locationById } from './find-entities.ts';
import { upsertedMetafields } from './metafields/values.ts';

/** `LocationAddInput`. */
export interface LocationAddInput {
  readonly name: string;
  readonly fulfillsOnlineOrders?: boolean | null;
  readonly address: AddressInput & { readonly countryCode: string };
  readonly metafields?: readonly MetafieldInput[] | null;
}

/** `LocationEditInput`. What is left out stays. */
export interface LocationEditInput {
  readonly name?: string | null;
  readonly fulfillsOnlineOrders?: boolean | null;
  readonly address?: AddressInput | null;
  readonly metafields?: readonly MetafieldInput[] | null;
}

type AddressInput = Partial<Omit<StoredAddress, 'countryCode'>> & { readonly countryCode?: string | null };

/** Characters of a location's name. */
const maxLength = 100;

/** Locations of a shop, active or not. Recorded 2026-04 of a development store. */
const maxLocations = 200;

/** `locationAdd`. */
export function addLocation(input: LocationAddInput, context: ResolverContext): unknown {
  const { store, clock } = context;
  if (allLocations(context).length >= maxLocations) {
    const message = `You have reached the maximum number of locations (${maxLocations})`;
    return { location: null, userErrors: [userError(['input'], message, 'INVALID')] };
  }
  const blank = newLocation(store.nextId('Location'), isoNow(clock), {
    name: '',
    isPrimary: allLocations(context).length === 0,
  });
  const { location, userErrors } = withInput(blank, input, context);
  if (userErrors.length > 0) return { location: null, userErrors };
  store.put(context.shop, 'Location', location);
  context.announce('locations/create', () => locationPayload(location));
  return { location, userErrors: [] };
}

/** `locationEdit`. */
export function editLocation(id: string, input: LocationEditInput, context: ResolverContext): unknown {
  requireGid(id);
  const before = locationById(context, id);
  if (!before) {
    const { userErrors, report } = collectUserErrors();
    report('NOT_FOUND', ['id'], 'Location not found.');
    return { location: null, userErrors };
  }
  const { location, userErrors } = withInput(before, input, context);
  if (userErrors.length > 0) return { location: null, userErrors };
  context.store.put(context.shop, 'Location', location);
  context.announce('locations/update', () => locationPayload(location));
  return { location, userErrors: [] };
}

/** A location after an input. In the words of `LocationAddUserErrorCode` and `LocationEditUserErrorCode`. */
function withInput(before: LocationEntity, input: LocationEditInput, context: ResolverContext) {
  const { userErrors, report } = collectUserErrors();
  const name = input.name == null ? before.name : input.name.trim();
  const others = allLocations(context).filter(({ id, isActive }) => isActive && id !== before.id);
  if (input.name != null) checkName(name, others, report);
  const fulfillsOnlineOrders = input.fulfillsOnlineOrders ?? before.fulfillsOnlineOrders;
  const isLast = locationById(context, before.id) && !others.some((location) => location.fulfillsOnlineOrders);
  if (!fulfillsOnlineOrders && before.isActive && isLast)
    report(
      'CANNOT_DISABLE_ONLINE_ORDER_FULFILLMENT',
      ['input'],
      'Online order fulfillment could not be disabled for this location as it is the only location that fulfills online orders.',
    );
  const now = isoNow(context.clock);
  const owner = { type: 'LOCATION', id: before.id, metafields: before.metafields ?? [] } as const;
  const given = input.metafields ?? [];
  // Entries without a value are skipped, and positions count all entries of the location. Recorded 2026-04.
  const valued = given.filter(({ value }) => value !== '');
  const metafields = upsertedMetafields(valued, owner, { ...context, now }, (index, problem) =>
    report(problem.code, ['input', 'metafields', owner.metafields.length + index, problem.part], problem.message),
  );
  const address = addressAfter(before.address, input.address ?? {}, report);
  const location: LocationEntity = { ...before, name, fulfillsOnlineOrders, address, metafields, updatedAt: now };
  return { location, userErrors };
}

function checkName(name: string, others: readonly LocationEntity[], report: ReportUserError): void {
  const field = ['input', 'name'];
  if (name === '') report('BLANK', field, 'Add a location name');
  if (name.length > maxLength) report('TOO_LONG', field, `Use a shorter location name (up to ${maxLength} characters)`);
  if (others.some((location) => location.name === name))
    report('TAKEN', field, 'You already have a location with this name');
}

/** Characters of the parts of an address. */
const maxAddressLength = 255;

/**
 * What messages call the parts. Recorded 2026-04 for the street, the city and the ZIP code. ZIP codes are not checked.
 */
const addressWords = { address1: 'name for the street', city: 'city name', zip: 'postal / ZIP code' } as const;

function addressAfter(before: StoredAddress, input: AddressInput, report: ReportUserError): StoredAddress {
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  const address: StoredAddress = {
    ...before,
    ...Object.fromEntries(given),
    countryCode: input.countryCode ?? before.countryCode,
  };
  for (const [name, what] of Object.entries(addressWords)) {
    if ((input[name as keyof typeof addressWords]?.length ?? 0) > maxAddressLength)
      report('TOO_LONG', ['input', 'address', name], `Use a shorter ${what} (up to ${maxAddressLength} characters)`);
  }
  return address;
}
