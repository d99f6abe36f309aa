import type { EntityStore } from '../../../store/entity-store.ts';
import type { StoredMailingAddress } from '../../../store/order-entities.ts';
import { lengthProblem } from '../input-values.ts';
import { countryCodeOf, provinceCodeOf } from '../places.ts';

/** `MailingAddressInput`, and the same with the id of one that is changed. */
export interface MailingAddressInput extends Partial<StoredMailingAddress> {
  readonly country?: string | null;
  readonly province?: string | null;
}

/** Told of what is wrong with an address; `field` is `null` for all of it. */
type ReportAddress = (field: string | null, message: string) => void;

/** Lines of an address, as messages name them. */
const lines = [
  ['firstName', 'First name'],
  ['lastName', 'Last name'],
  ['company', 'Company'],
  ['address1', 'Address1'],
  ['address2', 'Address2'],
  ['city', 'City'],
  ['zip', 'Zip'],
  ['phone', 'Phone'],
] as const;

/**
 * An address as stored after an input, starting from the present one. Refusals were recorded 2025-10 for customers.
 *
 * @param report Told of what is wrong with it. Default: nobody; an unknown country or province is then left out.
 */
export function mailingAddress(
  input: MailingAddressInput,
  store: Pick<EntityStore, 'nextId'>,
  before?: StoredMailingAddress,
  report: ReportAddress = () => undefined,
): StoredMailingAddress {
  const text = (name: (typeof lines)[number][0]): string | null => {
    const value = input[name];
    return value === undefined ? (before?.[name] ?? null) : value?.trim() || null;
  };
  const said = {
    firstName: text('firstName'),
    lastName: text('lastName'),
    company: text('company'),
    address1: text('address1'),
    address2: text('address2'),
    city: text('city'),
    zip: text('zip'),
    phone: text('phone'),
  };
  const askedCountry = input.countryCode ?? input.country;
  const countryCode = askedCountry == null ? (before?.countryCode ?? null) : (countryCodeOf(askedCountry) ?? null);
  const askedProvince = input.provinceCode ?? input.province;
  const isMoved = askedCountry != null && countryCode !== before?.countryCode;
  const provinceCode =
    askedProvince == null || countryCode === null
      ? isMoved
        ? null
        : (before?.provinceCode ?? null)
      : provinceCodeOf(countryCode, askedProvince);
  if (askedCountry != null && countryCode === null) report('country', 'Country is invalid');
  else if (askedProvince != null && countryCode !== null && provinceCode === null)
    report('province', 'Province is invalid');
  else if (Object.values(said).every((value) => value === null) && askedCountry == null && askedProvince == null)
    report(null, 'Customer address cannot be blank.');
  for (const [name, label] of lines) {
    const problem = lineProblem(label, said[name] ?? '');
    if (problem !== undefined) report(name, problem);
  }
  return { ...said, countryCode, provinceCode, id: before?.id ?? store.nextId('MailingAddress') };
}

function lineProblem(label: string, value: string): string | undefined {
  if (/<\/?[a-z][^>]*>/i.test(value)) return `${label} cannot contain HTML tags`;
  if (/https?:\/\//i.test(value)) return `${label} cannot contain URL`;
  if (/\p{Extended_Pictographic}/u.test(value)) return `${label} cannot contain emojis`;
  return lengthProblem(label, value);
}
