import type { LocationEntity } from '../../../store/entities.ts';
import { idOf } from '../../../webhooks/resource-payloads.ts';
import type { ResolverContext } from '../../context.ts';

type Reading = Pick<ResolverContext, 'store' | 'shop'>;

/** All locations, active or not, oldest first. */
export function allLocations({ store, shop }: Reading): readonly LocationEntity[] {
  return store.all(shop, 'Location') as readonly LocationEntity[];
}

/** The location with that gid. */
export function locationById({ store, shop }: Reading, id: string): LocationEntity | undefined {
  return store.get(shop, 'Location', id) as LocationEntity | undefined;
}

/** The location with that gid, if it can stock something. */
export function activeLocation(context: Reading, id: string): LocationEntity | undefined {
  const location = locationById(context, id);
  return location?.isActive ? location : undefined;
}

/** Where new variants are stocked: the primary location, or where that is inactive, the first that is not. */
export function primaryLocation(context: Reading): LocationEntity | undefined {
  const active = allLocations(context).filter((location) => location.isActive);
  return active.find((location) => location.isPrimary) ?? active[0];
}

/** A location in the REST shape of the topics `locations/…`. */
export function locationPayload(location: LocationEntity): Readonly<Record<string, unknown>> {
  const { address } = location;
  return {
    id: idOf(location.id),
    admin_graphql_api_id: location.id,
    name: location.name,
    address1: address.address1,
    address2: address.address2,
    city: address.city,
    zip: address.zip,
    phone: address.phone,
    country: address.countryCode,
    country_code: address.countryCode,
    province_code: address.provinceCode,
    legacy: false,
    active: location.isActive,
    created_at: location.createdAt,
    updated_at: location.updatedAt,
  };
}
