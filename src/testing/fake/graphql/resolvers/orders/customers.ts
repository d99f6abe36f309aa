import type { UniqueMetafieldValueInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type { CustomerEntity, OrderEntity, StoredMailingAddress } from '../../../store/order-entities.ts';
import { type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { parseGid, requireGid } from '../../gid.ts';
import { type ConnectionArgs, connection, countUpTo, type SortValue, sortedConnection } from '../connections.ts';
import { ownerByCustomId } from '../metafields/custom-id.ts';
import { metafieldFields } from '../metafields/metafields.ts';
import { countryName, provinceName } from '../places.ts';
import { byId, flag, keyword, numeric, type Searchable, searched, time, without, words } from '../search.ts';
import { consentView } from './marketing-consent.ts';
import { money } from './money.ts';
import { orderSortValues } from './orders.ts';
import {
  allCustomers,
  currencyOf,
  customerByEmail,
  customerById,
  customerByPhone,
  ordersOfCustomer,
  totalOf,
} from './save-order.ts';

interface CustomersArgs extends ConnectionArgs {
  readonly query?: string | null;
  readonly sortKey: string;
}

interface CustomerIdentifier {
  readonly id?: string;
  readonly emailAddress?: string;
  readonly phoneNumber?: string;
  readonly customId?: UniqueMetafieldValueInput;
}

/** Sort keys that are simulated; `null` for those that come to the order of creation. */
const sortValues: Readonly<Record<string, SortValue<CustomerEntity> | null>> = {
  ID: null,
  CREATED_AT: ({ createdAt }) => Date.parse(createdAt),
  UPDATED_AT: ({ updatedAt }) => Date.parse(updatedAt),
  NAME: ({ lastName, firstName }) => `${lastName ?? ''}, ${firstName ?? ''}`.toLowerCase(),
  // Without a search there is no relevance.
  RELEVANCE: null,
};

/** Resolvers of customers, but for their mutations. */
export const customerResolvers: ResolverMap = {
  QueryRoot: {
    customer: resolver<unknown, { id: string }>((_source, { id }, context) => {
      requireGid(id, 'Customer');
      return customerById(context, id) ?? null;
    }),
    customerByIdentifier: resolver<unknown, { identifier: CustomerIdentifier }>(
      (_source, { identifier }, context) => identified(identifier, context) ?? null,
    ),
    customers: resolver<unknown, CustomersArgs>((_source, args, context, info) => {
      const value = sortValues[args.sortKey];
      if (value === undefined) throw notSimulated(`QueryRoot.customers(sortKey: ${args.sortKey})`);
      const found = searched(allCustomers(context), args.query, searchable(context), { info, context });
      return value ? sortedConnection(found, args, value) : connection(found, args);
    }),
    customersCount: resolver<unknown, { limit: number | null; query?: string | null }>(
      (_source, args, context, info) => {
        const found = searched(allCustomers(context), args.query, countable(context), { info, context });
        return countUpTo(found.length, args.limit);
      },
    ),
  },
  Customer: {
    ...metafieldFields('CUSTOMER'),
    legacyResourceId: resolver<CustomerEntity>(({ id }) => parseGid(id)?.key),
    displayName: resolver<CustomerEntity>(displayName),
    defaultEmailAddress: resolver<CustomerEntity>((customer) =>
      customer.email === null
        ? null
        : { emailAddress: customer.email, validFormat: true, ...consentView(customer, 'email') },
    ),
    defaultPhoneNumber: resolver<CustomerEntity>((customer) =>
      customer.phone === null ? null : { phoneNumber: customer.phone, ...consentView(customer, 'sms') },
    ),
    emailMarketingConsent: resolver<CustomerEntity>((customer) =>
      customer.email === null ? null : consentView(customer, 'email'),
    ),
    smsMarketingConsent: resolver<CustomerEntity>((customer) =>
      customer.phone === null ? null : consentView(customer, 'sms'),
    ),
    validEmailAddress: resolver<CustomerEntity>(({ email }) => email !== null),
    productSubscriberStatus: () => 'NEVER_SUBSCRIBED',
    dataSaleOptOut: () => false,
    multipassIdentifier: () => null,
    hasTimelineComment: () => false,
    companyContactProfiles: () => [],
    storeCreditAccounts: resolver<CustomerEntity, ConnectionArgs>((_customer, args) => connection([], args)),
    defaultAddress: resolver<CustomerEntity>(({ addresses }) => addresses[0] ?? null),
    addresses: resolver<CustomerEntity, { first?: number | null }>(({ addresses }, { first }) =>
      addresses.slice(0, first ?? undefined),
    ),
    addressesV2: resolver<CustomerEntity, ConnectionArgs>(({ addresses }, args) => connection(addresses, args)),
    numberOfOrders: resolver<CustomerEntity>(({ id }, _args, context) => String(ordersOfCustomer(context, id).length)),
    lastOrder: resolver<CustomerEntity>(({ id }, _args, context) => ordersOfCustomer(context, id).at(-1) ?? null),
    amountSpent: resolver<CustomerEntity>(({ id }, _args, context) =>
      money(spentBy(ordersOfCustomer(context, id)).toFixed(2), currencyOf(context)),
    ),
    canDelete: resolver<CustomerEntity>(({ id }, _args, context) => ordersOfCustomer(context, id).length === 0),
    orders: resolver<CustomerEntity, CustomersArgs>(({ id }, args, context) => {
      if (args.query != null) throw notSimulated('Customer.orders(query:)');
      const value = orderSortValues(context)[args.sortKey];
      if (value === undefined) throw notSimulated(`Customer.orders(sortKey: ${args.sortKey})`);
      const orders = ordersOfCustomer(context, id);
      return value ? sortedConnection(orders, args, value) : connection(orders, args);
    }),
  },
  MailingAddress: {
    name: resolver<StoredMailingAddress>(nameOf),
    country: resolver<StoredMailingAddress>(({ countryCode }) => countryCode && countryName(countryCode)),
    countryCodeV2: resolver<StoredMailingAddress>(({ countryCode }) => countryCode),
    province: resolver<StoredMailingAddress>(
      ({ countryCode, provinceCode }) => countryCode && provinceName(countryCode, provinceCode),
    ),
    coordinatesValidated: () => false,
    latitude: () => null,
    longitude: () => null,
    formatted: resolver<StoredMailingAddress, { withName: boolean; withCompany: boolean }>(
      (address, { withName, withCompany }) => {
        const place = [address.city, address.provinceCode, address.zip].filter(Boolean).join(' ');
        const country = address.countryCode && countryName(address.countryCode);
        const top = [withName && nameOf(address), withCompany && address.company];
        return [...top, address.address1, address.address2, place, country].filter(Boolean);
      },
    ),
    formattedArea: resolver<StoredMailingAddress>(({ city, provinceCode, countryCode }) =>
      [[city, provinceCode].filter(Boolean).join(' '), countryCode && countryName(countryCode)]
        .filter(Boolean)
        .join(', '),
    ),
  },
};

function nameOf({ firstName, lastName }: Pick<CustomerEntity, 'firstName' | 'lastName'>): string | null {
  return [firstName, lastName].filter(Boolean).join(' ') || null;
}

function displayName(customer: CustomerEntity): string {
  return nameOf(customer) ?? customer.email ?? customer.phone ?? '';
}

const spentBy = (orders: readonly OrderEntity[]): number =>
  orders
    .filter(({ displayFinancialStatus, cancelledAt }) => displayFinancialStatus === 'PAID' && cancelledAt === null)
    .reduce((sum, order) => sum + Number(totalOf(order)), 0);

/** What customers can be searched by: the fields in the description of `QueryRoot.customers(query:)`. */
function searchable(context: ResolverContext): Searchable<CustomerEntity> {
  const now = (): number => context.clock.now();
  const tag = keyword<CustomerEntity>(({ tags }) => tags);
  const orders = ({ id }: CustomerEntity): readonly OrderEntity[] => ordersOfCustomer(context, id);
  return {
    texts: ({ firstName, lastName, email, phone, note, tags }) => [firstName, lastName, email, phone, note, ...tags],
    fields: {
      id: byId,
      email: keyword(({ email }) => email),
      phone: keyword(({ phone }) => phone),
      first_name: words(({ firstName }) => [firstName]),
      last_name: words(({ lastName }) => [lastName]),
      country: keyword(({ addresses }) =>
        addresses.flatMap(({ countryCode }) => (countryCode && [countryCode, countryName(countryCode)]) || []),
      ),
      state: keyword(({ state }) => state, ['DECLINED', 'DISABLED', 'ENABLED', 'INVITED']),
      tag,
      tag_not: without(tag),
      accepts_marketing: flag(({ consents }) => consents?.email?.marketingState === 'SUBSCRIBED'),
      orders_count: numeric((customer) => orders(customer).length),
      total_spent: numeric((customer) => spentBy(orders(customer))),
      order_date: time('order_date', (customer) => orders(customer).at(-1)?.createdAt ?? null, now),
      customer_date: time('customer_date', ({ createdAt }) => createdAt, now),
      updated_at: time('updated_at', ({ updatedAt }) => updatedAt, now),
    },
    metafieldsOf: 'CUSTOMER',
    others: ['last_abandoned_order_date'],
  };
}

/** What customers can be counted by. That words, emails and tags do not count is recorded 2025-10, the rest inferred. */
function countable({ clock }: ResolverContext): Searchable<CustomerEntity> {
  const now = (): number => clock.now();
  return {
    onlyFields: true,
    fields: {
      id: byId,
      created_at: time('created_at', ({ createdAt }) => createdAt, now),
      updated_at: time('updated_at', ({ updatedAt }) => updatedAt, now),
    },
  };
}

function identified(identifier: CustomerIdentifier, context: ResolverContext): CustomerEntity | undefined {
  if (identifier.emailAddress !== undefined) return customerByEmail(context, identifier.emailAddress);
  if (identifier.phoneNumber !== undefined) return customerByPhone(context, identifier.phoneNumber);
  if (identifier.customId) return ownerByCustomId(allCustomers(context), identifier.customId, 'CUSTOMER', context);
  const id = identifier.id ?? '';
  requireGid(id);
  return customerById(context, id);
}
