// @ts-nocheck
import { lookupKey } from '../../../store/fake-store.ts';
import type {
  CustomerEntity,
  FulfillmentEntity,
  FulfillmentOrderEntity,
  OrderEntity,
} from '../../../store/order-entities.ts';
import {
  customerPayload,
  fulfillmentPayload,
  type OrderSurroundings,
  orderPayload,
} from '../../../webhooks/order-payloads.ts';
import { idOf } from '../../../webhooks/resource-payloads.ts';
import type { ResolverContext } from '../../context.ts';

type Reading = Pick<ResolverContext, 'store' | 'shop'>;

/** All orders, oldest first. */
export const allOrders = ({ store, shop }: Reading): readonly OrderEntity[] =>
  store.all(shop, 'Order') as readonly OrderEntity[];

/** The order with that gid. */
export const orderById = ({ store, shop }: Reading, id: string): OrderEntity | undefined =>
  store.get(shop, 'Order', id) as OrderEntity | undefined;

/** The orders of a customer, oldest first. */
export const ordersOfCustomer = ({ store, shop }: Reading, customerId: string): readonly OrderEntity[] =>
  store.find(shop, 'Order', customerId) as readonly OrderEntity[];

/** All customers, oldest first. */
export const allCustomers = ({ store, shop }: Reading): readonly CustomerEntity[] =>
  store.all(shop, 'Customer') as readonly CustomerEntity[];

/** The customer with that gid. */
export const customerById = ({ store, shop }: Reading, id: string): CustomerEntity | undefined =>
  store.get(shop, 'Customer', id) as CustomerEntity | undefined;

/** The customer with that email address, whatever its case. */
export const customerByEmail = ({ store, shop }: Reading, email: string): CustomerEntity | undefined =>
  store.find(shop, 'Customer', lookupKey.email(email.trim().toLowerCase()))[0] as CustomerEntity | undefined;

/** The customer with that phone number, as E.164 has it. */
export const customerByPhone = ({ store, shop }: Reading, phone: string): CustomerEntity | undefined =>
  store.find(shop, 'Customer', lookupKey.phone(phone))[0] as CustomerEntity | undefined;

/** All fulfillment orders, oldest first. */
export const allFulfillmentOrders = ({ store, shop }: Reading): readonly FulfillmentOrderEntity[] =>
  store.all(shop, 'FulfillmentOrder') as readonly FulfillmentOrderEntity[];

/** The fulfillment order with that gid. */
export const fulfillmentOrderById = ({ store, shop }: Reading, id: string): FulfillmentOrderEntity | undefined =>
  store.get(shop, 'FulfillmentOrder', id) as FulfillmentOrderEntity | undefined;

/** The fulfillment orders of an order. */
export const fulfillmentOrdersOf = ({ store, shop }: Reading, orderId: string): readonly FulfillmentOrderEntity[] =>
  store.find(shop, 'FulfillmentOrder', orderId) as readonly FulfillmentOrderEntity[];

/** The fulfillment with that gid. */
export const fulfillmentById = ({ store, shop }: Reading, id: string): FulfillmentEntity | undefined =>
  store.get(shop, 'Fulfillment', id) as FulfillmentEntity | undefined;

/** The fulfillments of an order. */
export const fulfillmentsOf = ({ store, shop }: Reading, orderId: string): readonly FulfillmentEntity[] =>
  store.find(shop, 'Fulfillment', orderId) as readonly FulfillmentEntity[];

/** What an order costs: of the fake's orders the sum of their lines. */
export function totalOf({ lineItems }: Pick<OrderEntity, 'lineItems'>): string {
  return lineItems.reduce((sum, { price, quantity }) => sum + Number(price) * quantity, 0).toFixed(2);
}

/** Units of a line that are still to be sent. */
export function remainingOf(fulfillmentOrders: readonly FulfillmentOrderEntity[], lineItemId: string): number {
  const open = fulfillmentOrders.filter(({ status }) => status !== 'CANCELLED');
  const lines = open.flatMap(({ lineItems }) => lineItems).filter((line) => line.lineItemId === lineItemId);
  return lines.reduce((sum, { remainingQuantity }) => sum + remainingQuantity, 0);
}

/** In the words of `OrderDisplayFulfillmentStatus`. */
export function fulfillmentStatusOf(fulfillmentOrders: readonly FulfillmentOrderEntity[]): string {
  const counted = fulfillmentOrders.filter(({ status }) => status !== 'CANCELLED');
  const lines = counted.flatMap(({ lineItems }) => lineItems);
  const total = lines.reduce((sum, { totalQuantity }) => sum + totalQuantity, 0);
  const remaining = lines.reduce((sum, { remainingQuantity }) => sum + remainingQuantity, 0);
  if (total > 0 && remaining === 0) return 'FULFILLED';
  if (remaining < total) return 'PARTIALLY_FULFILLED';
  const waiting = counted.filter(({ status }) => status !== 'CLOSED');
  for (const status of ['ON_HOLD', 'SCHEDULED', 'IN_PROGRESS'] as const) {
    if (waiting.length > 0 && waiting.every((one) => one.status === status)) return status;
  }
  return 'UNFULFILLED';
}

/** Keeps an order, new or changed, and tells of it by the topics given. */
export function saveOrder(context: ResolverContext, order: OrderEntity, ...topics: readonly string[]): void {
  context.store.put(context.shop, 'Order', order);
  for (const topic of topics) announceOrder(order.id, context, topic);
}

/** Tells of an order as it is when the operation ends. */
export function announceOrder(id: string, context: ResolverContext, topic = 'orders/updated'): void {
  context.announce(topic, () => {
    const order = orderById(context, id);
    return order ? orderPayload(order, surroundingsOf(order, context)) : { id: idOf(id) };
  });
}

function surroundingsOf(order: OrderEntity, context: ResolverContext): OrderSurroundings {
  const fulfillmentOrders = fulfillmentOrdersOf(context, order.id);
  return {
    customer: order.customerId === null ? undefined : customerById(context, order.customerId),
    fulfillments: fulfillmentsOf(context, order.id),
    total: totalOf(order),
    remaining: (lineItemId) => remainingOf(fulfillmentOrders, lineItemId),
    fulfillmentStatus: fulfillmentStatusOf(fulfillmentOrders),
  };
}

/** Deletes an order with all that belongs to it. */
export function deleteOrder(context: ResolverContext, { id }: OrderEntity): void {
  const { store, shop } = context;
  for (const one of fulfillmentOrdersOf(context, id)) store.delete(shop, 'FulfillmentOrder', one.id);
  for (const one of fulfillmentsOf(context, id)) store.delete(shop, 'Fulfillment', one.id);
  store.delete(shop, 'Order', id);
  context.announce('orders/delete', () => ({ id: idOf(id) }));
}

/** Keeps a customer, new or changed, and tells of it. */
export function saveCustomer(context: ResolverContext, customer: CustomerEntity, before?: CustomerEntity): void {
  context.store.put(context.shop, 'Customer', customer);
  announceCustomer(customer, context, before ? 'customers/update' : 'customers/create');
}

/** Tells of a customer. */
export function announceCustomer(customer: CustomerEntity, context: ResolverContext, topic = 'customers/update'): void {
  context.announce(topic, () => customerPayload(customer, currencyOf(context)));
}

/** Tells of a fulfillment. */
export function announceFulfillment(fulfillment: FulfillmentEntity, context: ResolverContext, topic: string): void {
  context.announce(topic, () => {
    const order = orderById(context, fulfillment.orderId);
    return order ? fulfillmentPayload(fulfillment, order) : { id: idOf(fulfillment.id) };
  });
}

/** The currency of the shop. */
export const currencyOf = ({ info }: Pick<ResolverContext, 'info'>): string => info.currencyCode ?? 'USD';
