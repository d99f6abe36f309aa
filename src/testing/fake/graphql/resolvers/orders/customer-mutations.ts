import type { MetafieldInput, UniqueMetafieldValueInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { CustomerEntity } from '../../../store/order-entities.ts';
import { idOf } from '../../../webhooks/resource-payloads.ts';
import { isoNow, type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { requireSimulated, type UserError, userError } from '../../errors.ts';
import { requireGid } from '../../gid.ts';
import { lengthProblem, normalTags, tagProblems } from '../input-values.ts';
import { ownerByCustomId, resolveCustomId } from '../metafields/custom-id.ts';
import { upsertedMetafields } from '../metafields/values.ts';
import { type MailingAddressInput, mailingAddress } from './mailing-address.ts';
import { type ConsentInputs, consentsOfKnown, withConsents } from './marketing-consent.ts';
import {
  allCustomers,
  customerByEmail,
  customerById,
  customerByPhone,
  ordersOfCustomer,
  saveCustomer,
} from './save-order.ts';

/** What `CustomerInput` and `CustomerSetInput` say, as far as it is simulated. */
export interface CustomerFields extends ConsentInputs {
  readonly id?: string | null;
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly note?: string | null;
  readonly tags?: readonly string[] | null;
  readonly locale?: string | null;
  readonly taxExempt?: boolean | null;
  readonly taxExemptions?: readonly string[] | null;
  readonly addresses?: readonly MailingAddressInput[] | null;
  readonly metafields?: readonly MetafieldInput[] | null;
}

const simulated: ReadonlySet<string> = new Set<keyof CustomerFields>([
  ...(['id', 'firstName', 'lastName', 'email', 'phone', 'note', 'tags', 'locale', 'taxExempt'] as const),
  ...(['taxExemptions', 'addresses', 'metafields', 'emailMarketingConsent', 'smsMarketingConsent'] as const),
]);

/** Which customer is set: `CustomerSetIdentifiers`. */
interface SetIdentifier {
  readonly id?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly customId?: UniqueMetafieldValueInput;
}

/** Mutations of customers. */
export const customerMutationResolvers: ResolverMap = {
  Mutation: {
    customerCreate: resolver<unknown, { input: CustomerFields }>((_source, { input }, context) => {
      if (input.id != null) return refused([userError(['id'], 'Cannot specify ID on creation')]);
      const nested = nestedIdErrors(input);
      return nested.length > 0 ? refused(nested) : save(input, undefined, context, fieldsOnly);
    }),
    customerUpdate: resolver<unknown, { input: CustomerFields }>((_source, { input }, context) => {
      const before = input.id == null ? undefined : existing(input.id, context);
      if (!before) return refused([userError(['id'], 'Customer does not exist')]);
      return save(input, before, context, fieldsOnly);
    }),
    customerSet: resolver<unknown, { identifier?: SetIdentifier | null; input: CustomerFields }>(
      (_source, { identifier, input }, context) => setCustomer(identifier ?? undefined, input, context),
    ),
    customerDelete: resolver<unknown, { input: { id: string } }>((_source, { input }, context) =>
      deleteCustomer(input.id, context),
    ),
  },
};

const refused = (userErrors: readonly UserError[]): unknown => ({ customer: null, userErrors });

function existing(id: string, context: ResolverContext): CustomerEntity | undefined {
  requireGid(id);
  return customerById(context, id);
}

/** Ids of parts to create. For addresses and metafields only the first is reported. Recorded 2025-10. */
function nestedIdErrors({ addresses, metafields }: CustomerFields): readonly UserError[] {
  const address = (addresses ?? []).findIndex((each) => 'id' in each && each.id != null);
  if (address >= 0) return [userError(['addresses', address, 'id'], 'Cannot specify address ID on creation')];
  const metafield = (metafields ?? []).findIndex(({ id }) => id != null);
  return metafield < 0 ? [] : [userError(['metafields', metafield, 'id'], 'Cannot specify metafield ID on creation')];
}

/** What is wrong, before a mutation has put it in its own words. */
interface CustomerProblem {
  readonly code: 'BLANK' | 'INVALID' | 'TAKEN' | 'TOO_LONG';
  /** `null` where no field by itself is to blame. */
  readonly field: readonly (string | number)[] | null;
  readonly message: string;
}

/** Whether a phone number is in E.164 format. */
export const isPhone = (phone: string): boolean => /^\+[1-9]\d{6,14}$/.test(phone);

/** `customerCreate` and `customerUpdate` have no codes, and leave `input` out of their paths. */
const fieldsOnly = ({ field, message }: CustomerProblem): UserError => userError(field, message);

const setWords = ({ code, field, message }: CustomerProblem): UserError =>
  userError(['input', ...(field ?? [])], message, code);

/** `customerSet`: the one that the identifier means, or a new one. */
function setCustomer(identifier: SetIdentifier | undefined, input: CustomerFields, context: ResolverContext): unknown {
  if (identifier && input.id != null)
    return refused([userError(['input'], 'The id field is not allowed if identifier is provided.', 'ID_NOT_ALLOWED')]);
  if (identifier?.customId) {
    const before = ownerByCustomId(allCustomers(context), identifier.customId, 'CUSTOMER', context);
    const own = { ...resolveCustomId(identifier.customId), type: 'id' };
    return save({ ...input, metafields: [own] }, before, context, setWords);
  }
  const id = identifier?.id ?? input.id;
  if (id != null) {
    const before = existing(id, context);
    if (!before) return refused([userError(['input'], 'Resource matching the identifier was not found.', 'NOT_FOUND')]);
    return save(input, before, context, setWords);
  }
  for (const name of ['email', 'phone'] as const) {
    const wanted = identifier?.[name];
    if (wanted === undefined) continue;
    const said = input[name];
    const problem =
      said == null
        ? (['MISSING_FIELD_REQUIRED', 'The input field corresponding to the identifier is required.'] as const)
        : said.trim().toLowerCase() === wanted.trim().toLowerCase()
          ? undefined
          : ([
              'INPUT_MISMATCH',
              'The identifier value does not match the value of the corresponding field in the input.',
            ] as const);
    if (problem) return refused([userError(['input'], problem[1], problem[0])]);
    const before = name === 'email' ? customerByEmail(context, wanted) : customerByPhone(context, wanted);
    return save(input, before, context, setWords);
  }
  return save(input, undefined, context, setWords);
}

function save(
  input: CustomerFields,
  before: CustomerEntity | undefined,
  context: ResolverContext,
  say: (problem: CustomerProblem) => UserError,
): unknown {
  requireSimulated(input, simulated, 'CustomerInput');
  // Recorded 2026-04.
  if (say === setWords && input.taxExempt === null)
    return refused([
      say({ code: 'INVALID', field: ['taxExempt'], message: 'Tax exempt is of unexpected type NilClass' }),
    ]);
  const { customer, problems } = customerFrom(input, before, context);
  // `customerSet` takes addresses without a word in them. Recorded 2025-10.
  const counted = problems.filter(({ code, field }) => say === fieldsOnly || code !== 'BLANK' || field === null);
  const consents = before ? { customer, userErrors: consentsOfKnown(input) } : withConsents(customer, input, context);
  const userErrors = [...counted.map(say), ...consents.userErrors];
  if (userErrors.length > 0) return refused(userErrors);
  saveCustomer(context, consents.customer, before);
  return { customer: consents.customer, userErrors: [] };
}

/** A customer after an input; lists are replaced as a whole. */
export function customerFrom(
  input: CustomerFields,
  before: CustomerEntity | undefined,
  context: ResolverContext,
): { readonly customer: CustomerEntity; readonly problems: readonly CustomerProblem[] } {
  const problems: CustomerProblem[] = [];
  const report = (code: CustomerProblem['code'], field: CustomerProblem['field'], message: string): void => {
    problems.push({ code, field, message });
  };
  const now = isoNow(context.clock);
  const id = before?.id ?? context.store.nextId('Customer');
  const kept = <T>(value: T | null | undefined, earlier: T | null | undefined): T | null =>
    value === undefined ? (earlier ?? null) : (value ?? null);
  const text = (value: string | null | undefined): string | null | undefined =>
    value == null ? value : value.trim() || null;
  const customer: CustomerEntity = {
    id,
    firstName: kept(text(input.firstName), before?.firstName),
    lastName: kept(text(input.lastName), before?.lastName),
    // Shopify drops spaces wherever they stand. Recorded 2025-10.
    email: kept(text(input.email)?.toLowerCase().replaceAll(/\s/g, ''), before?.email),
    // A text of only spaces and dashes is not a phone number.
    phone: kept(text(text(input.phone)?.replaceAll(/[\s().-]/g, '')), before?.phone),
    note: kept(input.note, before?.note),
    tags:
      input.tags == null
        ? (before?.tags ?? [])
        : normalTags(input.tags, (problem) => report('INVALID', ['tags'], tagProblems[problem])),
    locale: input.locale ?? before?.locale ?? 'en',
    taxExempt: input.taxExempt ?? before?.taxExempt ?? false,
    taxExemptions: input.taxExemptions ?? before?.taxExemptions ?? [],
    state: before?.state ?? 'DISABLED',
    verifiedEmail: before?.verifiedEmail ?? true,
    addresses: addressesOf(input, before, context, report),
    metafields: upsertedMetafields(
      input.metafields ?? [],
      { type: 'CUSTOMER', id, metafields: before?.metafields ?? [] },
      { ...context, now },
      (index, { part, message }) => report('INVALID', ['metafields', index, part], message),
    ),
    ...(before?.consents && { consents: before.consents }),
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
  check(customer, context, report);
  return { customer, problems };
}

/** The list as a whole; an address that is named by its id is changed. Recorded 2026-04. */
function addressesOf(
  { addresses }: CustomerFields,
  before: CustomerEntity | undefined,
  { store }: ResolverContext,
  report: Report,
): CustomerEntity['addresses'] {
  const earlier = before?.addresses ?? [];
  if (!addresses) return earlier;
  return addresses.map((input, index) => {
    const field = ['addresses', index];
    const known = earlier.find(({ id }) => id === input.id);
    if (input.id != null && !known) report('INVALID', [...field, 'id'], 'Customer address does not exist');
    return mailingAddress(input, store, known, (name, message) =>
      name === null
        ? report('BLANK', field, message)
        : report(message.includes('too long') ? 'TOO_LONG' : 'INVALID', [...field, name], message),
    );
  });
}

const maxNote = 5000;

const maxEmail = 255;

type Report = (code: CustomerProblem['code'], field: CustomerProblem['field'], message: string) => void;

function check(customer: CustomerEntity, context: ResolverContext, report: Report): void {
  const { id, email, phone, firstName, lastName } = customer;
  if (!email && !phone && !firstName && !lastName)
    report('BLANK', null, 'A name, phone number, or email address must be present');
  if (!/^[a-z]{2,3}(-[a-z0-9]{2,4})*$/i.test(customer.locale)) report('INVALID', ['locale'], 'Locale is invalid');
  for (const [field, label, value] of [
    ['email', 'Email', email],
    ['phone', 'Phone', phone],
  ] as const) {
    const tooLong = lengthProblem(label, value ?? '');
    if (tooLong !== undefined) report('TOO_LONG', [field], tooLong);
  }
  if (email !== null && !(email.length <= maxEmail && /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(email)))
    report('INVALID', ['email'], 'Email is invalid');
  else if (email !== null && isOther(customerByEmail(context, email), id))
    report('TAKEN', ['email'], 'Email has already been taken');
  if (phone !== null && !isPhone(phone)) report('INVALID', ['phone'], 'Phone is invalid');
  else if (phone !== null && isOther(customerByPhone(context, phone), id))
    report('TAKEN', ['phone'], 'Phone has already been taken');
  for (const [field, label, value, most] of [
    ['firstName', 'First name', firstName, 255],
    ['lastName', 'Last name', lastName, 255],
    ['note', 'Note', customer.note, maxNote],
  ] as const) {
    const problem = lengthProblem(label, value ?? '', most);
    if (problem !== undefined) report('TOO_LONG', [field], problem);
  }
}

const isOther = (found: CustomerEntity | undefined, id: string): boolean => found !== undefined && found.id !== id;

/** `customerDelete`, of one without orders. */
function deleteCustomer(id: string, context: ResolverContext): unknown {
  const customer = existing(id, context);
  const problem = customer
    ? ordersOfCustomer(context, id).length > 0
      ? 'Customer can’t be deleted because they have associated orders'
      : undefined
    : "Customer can't be found";
  if (problem !== undefined) return { deletedCustomerId: null, userErrors: [userError(['id'], problem)] };
  context.store.delete(context.shop, 'Customer', id);
  context.announce('customers/delete', () => ({ id: idOf(id), admin_graphql_api_id: id }));
  return { deletedCustomerId: id, userErrors: [] };
}
