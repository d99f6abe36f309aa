import type { Entity } from './entity-store.ts';

/** The address of a location, as far as it was given. */
export interface StoredAddress {
  readonly address1: string | null;
  readonly address2: string | null;
  readonly city: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly countryCode: string;
  readonly provinceCode: string | null;
  readonly zip: string | null;
  readonly phone: string | null;
}

/** A place where inventory is stocked. */
export interface LocationEntity extends Entity {
  readonly name: string;
  readonly isActive: boolean;
  /** New variants are stocked there. */
  readonly isPrimary: boolean;
  readonly fulfillsOnlineOrders: boolean;
  readonly address: StoredAddress;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly deactivatedAt: string | null;
}

/** An active location as it is when it is new. */
export function newLocation(
  id: string,
  now: string,
  given: Pick<LocationEntity, 'name'> & Partial<LocationEntity>,
): LocationEntity {
  const nowhere = { address1: null, address2: null, city: null, provinceCode: null, zip: null, phone: null };
  return {
    isActive: true,
    isPrimary: false,
    fulfillsOnlineOrders: true,
    address: { ...nowhere, countryCode: 'US' },
    createdAt: now,
    updatedAt: now,
    deactivatedAt: null,
    ...given,
    id,
  };
}
