import type { EntityStore } from '../../../store/entity-store.ts';
import type { StoredMailingAddress } from '../../../store/order-entities.ts';
import { notSimulated } from '../../errors.ts';

/** `MailingAddressInput`. */
export interface MailingAddressInput extends Partial<Omit<StoredMailingAddress, 'id'>> {
  readonly country?: string | null;
  readonly province?: string | null;
}

/**
 * An address as it is stored.
 *
 * @throws GraphQLError `NOT_SIMULATED` for the names of countries and provinces: codes are simulated.
 */
export function mailingAddress(input: MailingAddressInput, store: Pick<EntityStore, 'nextId'>): StoredMailingAddress {
  for (const name of ['country', 'province'] as const) {
    if (input[name] != null) throw notSimulated(`MailingAddressInput.${name}`);
  }
  return {
    id: store.nextId('MailingAddress'),
    firstName: input.firstName ?? null,
    lastName: input.lastName ?? null,
    company: input.company ?? null,
    address1: input.address1 ?? null,
    address2: input.address2 ?? null,
    city: input.city ?? null,
    countryCode: input.countryCode ?? null,
    provinceCode: input.provinceCode ?? null,
    zip: input.zip ?? null,
    phone: input.phone ?? null,
  };
}
