import type { LocationEntity } from '../../../store/location-entities.ts';
import { idOf } from '../../../webhooks/product-payload.ts';

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
