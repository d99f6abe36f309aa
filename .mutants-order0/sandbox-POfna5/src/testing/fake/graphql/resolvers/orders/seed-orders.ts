// @ts-nocheck
import type { FakeCustomer, FakeOrder, FakeShopOptions } from '../../../model.ts';
import type { EntityStore } from '../../../store/entity-store.ts';
import type { CustomerEntity } from '../../../store/order-entities.ts';
import { isoTime } from '../../context.ts';
import { normalTags } from '../input-values.ts';
import { makeOrder, putOrder } from './new-order.ts';
import { allCustomers, allOrders, customerByEmail } from './save-order.ts';

/**
 * Gives a shop the customers and orders of its options. A shop that has some already, as after a restart, keeps those.
 * Nobody hears of them.
 *
 * @param now ISO 8601.
 */
export function seedOrders(
  store: EntityStore,
  shop: string,
  { customers = [], orders = [] }: Pick<FakeShopOptions, 'customers' | 'orders'>,
  now: string,
): void {
  const transaction = store.begin();
  const place = { store: transaction, shop };
  if (allCustomers(place).length === 0) {
    for (const customer of customers) transaction.put(shop, 'Customer', customerOf(customer, transaction, now));
  }
  if (allOrders(place).length === 0) {
    for (const order of orders) putOrder(makeOrder(contentOf(order, place, now), place), place);
  }
  transaction.commit();
}

const timeOr = (given: string | undefined, fallback: string): string =>
  given === undefined ? fallback : isoTime(Date.parse(given));

function customerOf(given: FakeCustomer, store: EntityStore, now: string): CustomerEntity {
  const createdAt = timeOr(given.createdAt, now);
  return {
    id: store.nextId('Customer'),
    firstName: given.firstName ?? null,
    lastName: given.lastName ?? null,
    email: given.email?.toLowerCase() ?? null,
    phone: given.phone ?? null,
    note: given.note ?? null,
    tags: normalTags(given.tags ?? [], () => undefined),
    locale: 'en',
    taxExempt: false,
    taxExemptions: [],
    state: 'DISABLED',
    verifiedEmail: true,
    addresses: [],
    metafields: [],
    createdAt,
    updatedAt: createdAt,
  };
}

function contentOf(given: FakeOrder, place: { readonly store: EntityStore; readonly shop: string }, now: string) {
  const customer = given.customer === undefined ? undefined : customerByEmail(place, given.customer);
  const createdAt = timeOr(given.createdAt, now);
  return {
    ...given,
    lineItems: given.lineItems.map((line) => ({ ...line, requiresShipping: true })),
    email: given.email ?? customer?.email ?? null,
    customerId: customer?.id ?? null,
    currencyCode: 'USD',
    sourceName: 'web',
    createdAt,
    updatedAt: timeOr(given.updatedAt, createdAt),
  };
}
