import { newLocation, type StoredAddress } from '../../../store/location-entities.ts';
import type { ResolverContext } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { collectProblems } from '../problems.ts';
import { allLocations } from './find-locations.ts';
import { locationPayload } from './location-payload.ts';

/** `LocationAddInput`, as far as it is simulated. */
export interface LocationAddInput {
  readonly name: string;
  readonly fulfillsOnlineOrders?: boolean | null;
  readonly address: { readonly countryCode: string } & Partial<StoredAddress>;
  readonly metafields?: readonly unknown[] | null;
}

const maxLength = 255;

/** `locationAdd`. */
export function addLocation(input: LocationAddInput, context: ResolverContext): unknown {
  if (input.metafields?.length) throw notSimulated('LocationAddInput.metafields');
  const name = input.name.trim();
  const { list, report } = collectProblems<'BLANK' | 'TAKEN' | 'TOO_LONG'>();
  const field = ['input', 'name'];
  if (name === '') report('BLANK', field, 'Add a location name');
  if (name.length > maxLength) report('TOO_LONG', field, `Use a shorter location name (up to ${maxLength} characters)`);
  if (allLocations(context).some((location) => location.isActive && location.name === name))
    report('TAKEN', field, 'You already have a location with this name');
  if (list.length > 0) return { location: null, userErrors: list };

  const { store, shop, clock } = context;
  const { countryCode, address1, address2, city, provinceCode, zip, phone } = input.address;
  const location = newLocation(store.nextId('Location'), new Date(clock.now()).toISOString(), {
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
