import type { UniqueMetafieldValueInput } from '../../../../../graphql/operations/generated/graphql.ts';
import type {
  CustomerEntity,
  FulfillmentEntity,
  FulfillmentOrderEntity,
  OrderEntity,
  StoredLineItem,
} from '../../../store/order-entities.ts';
import { type FieldResolver, type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { notSimulated } from '../../errors.ts';
import { parseGid, requireGid } from '../../gid.ts';
import { type ConnectionArgs, connection, countUpTo, type SortValue, sortedConnection } from '../connections.ts';
import { productById, variantById } from '../find-entities.ts';
import { ownerByCustomId } from '../metafields/custom-id.ts';
import { metafieldFields } from '../metafields/metafields.ts';
import { byId, flag, gid, keyword, numeric, type Searchable, searched, time, without, words } from '../search.ts';
import { moneyBag, times } from './money.ts';
import {
  allOrders,
  currencyOf,
  customerById,
  fulfillmentOrdersOf,
  fulfillmentStatusOf,
  fulfillmentsOf,
  orderById,
  remainingOf,
  totalOf,
} from './save-order.ts';
import { paidBy } from './transactions.ts';

interface OrdersArgs extends ConnectionArgs {
  readonly query?: string | null;
  readonly savedSearchId?: string | null;
  readonly sortKey: string;
}

const customerOf = ({ customerId }: OrderEntity, context: ResolverContext): CustomerEntity | undefined =>
  customerId === null ? undefined : customerById(context, customerId);

const unitsOf = ({ lineItems }: OrderEntity): number => lineItems.reduce((sum, { quantity }) => sum + quantity, 0);

const statusOf = ({ id }: OrderEntity, context: ResolverContext): string =>
  fulfillmentStatusOf(fulfillmentOrdersOf(context, id));

/** Sort keys that are simulated; `null` for the one that comes to the order of creation. */
export function orderSortValues(context: ResolverContext): Readonly<Record<string, SortValue<OrderEntity> | null>> {
  const total = (order: OrderEntity): number => Number(totalOf(order));
  return {
    ID: null,
    CREATED_AT: ({ createdAt }) => Date.parse(createdAt),
    PROCESSED_AT: ({ processedAt }) => Date.parse(processedAt),
    UPDATED_AT: ({ updatedAt }) => Date.parse(updatedAt),
    ORDER_NUMBER: ({ number }) => number,
    PO_NUMBER: ({ poNumber }) => poNumber ?? '',
    TOTAL_PRICE: total,
    CURRENT_TOTAL_PRICE: total,
    TOTAL_ITEMS_QUANTITY: unitsOf,
    FINANCIAL_STATUS: ({ displayFinancialStatus }) => displayFinancialStatus ?? '',
    FULFILLMENT_STATUS: (order) => statusOf(order, context),
    CUSTOMER_NAME: (order) => {
      const { lastName = '', firstName = '' } = customerOf(order, context) ?? {};
      return `${lastName ?? ''}, ${firstName ?? ''}`.toLowerCase();
    },
    // Without a search there is no relevance.
    RELEVANCE: null,
  };
}

/** Money fields that are the whole of an order, a part of it that the fake does not have, or what was paid. */
const totals = (order: OrderEntity): Readonly<Record<string, string>> => {
  const total = totalOf(order);
  const paid = order.transactions && paidBy(order.transactions);
  const received = paid?.received ?? (isPaid(order) ? total : '0.00');
  const isDue = !isPaid(order) && order.cancelledAt === null && order.displayFinancialStatus !== 'AUTHORIZED';
  return {
    totalPrice: total,
    currentTotalPrice: total,
    originalTotalPrice: total,
    subtotalPrice: total,
    currentSubtotalPrice: total,
    totalReceived: received,
    netPayment: received,
    totalOutstanding: isDue ? (Number(total) - Number(received)).toFixed(2) : '0.00',
    totalTax: '0.00',
    currentTotalTax: '0.00',
    totalDiscounts: '0.00',
    currentTotalDiscounts: '0.00',
    totalShippingPrice: '0.00',
    currentShippingPrice: '0.00',
    totalRefunded: '0.00',
    totalRefundedShipping: '0.00',
    totalTipReceived: '0.00',
    totalCapturable: paid?.capturable ?? '0.00',
    refundDiscrepancy: '0.00',
  };
};

const bags = [
  ...['totalPrice', 'currentTotalPrice', 'originalTotalPrice', 'subtotalPrice', 'currentSubtotalPrice'],
  ...['totalReceived', 'netPayment', 'totalOutstanding', 'totalTax', 'currentTotalTax', 'totalDiscounts'],
  ...['currentTotalDiscounts', 'totalShippingPrice', 'currentShippingPrice', 'totalRefunded', 'totalRefundedShipping'],
  ...['totalTipReceived', 'totalCapturable', 'refundDiscrepancy'],
];

/** Older fields without a currency of their own. */
const plain = [
  ...['totalPrice', 'subtotalPrice', 'totalReceived', 'netPayment', 'totalTax', 'totalDiscounts'],
  ...['totalShippingPrice', 'totalRefunded', 'totalCapturable'],
];

const moneyFields: Readonly<Record<string, FieldResolver>> = Object.fromEntries([
  ...bags.map((name) => [
    `${name}Set`,
    resolver<OrderEntity>((order) => moneyBag(totals(order)[name] ?? '0.00', order.currencyCode)),
  ]),
  ...plain.map((name) => [name, resolver<OrderEntity>((order) => totals(order)[name])]),
]);

/** What the fake's orders never have: edits, returns, duties, discounts, taxes, a till. */
const neverThere: Readonly<Record<string, FieldResolver>> = Object.fromEntries([
  ...['additionalFees', 'alerts', 'currentTaxLines', 'discountCodes', 'disputes', 'refunds', 'taxLines'].map(
    (name) => [name, () => []] as const,
  ),
  ...['cartDiscountAmountSet', 'currentTotalAdditionalFeesSet', 'currentTotalDutiesSet', 'discountCode'].map(
    (name) => [name, () => null] as const,
  ),
  ...['originalTotalAdditionalFeesSet', 'originalTotalDutiesSet', 'paymentTerms', 'retailLocation'].map(
    (name) => [name, () => null] as const,
  ),
  ...['shopifyProtect', 'staffMember', 'physicalLocation', 'purchasingEntity', 'shippingLine', 'cancellation'].map(
    (name) => [name, () => null] as const,
  ),
]);

/** Resolvers of orders, but for their mutations and for fulfillment. */
export const orderResolvers: ResolverMap = {
  QueryRoot: {
    order: resolver<unknown, { id: string }>((_source, { id }, context) => {
      requireGid(id, 'Order');
      return orderById(context, id) ?? null;
    }),
    orderByIdentifier: resolver<unknown, { identifier: { id?: string; customId?: UniqueMetafieldValueInput } }>(
      (_source, { identifier }, context) => {
        if (identifier.customId)
          return ownerByCustomId(allOrders(context), identifier.customId, 'ORDER', context) ?? null;
        const { id = '' } = identifier;
        requireGid(id);
        return orderById(context, id) ?? null;
      },
    ),
    orders: resolver<unknown, OrdersArgs>((_source, args, context, info) => {
      if (args.savedSearchId != null) throw notSimulated('QueryRoot.orders(savedSearchId:)');
      const value = orderSortValues(context)[args.sortKey];
      if (value === undefined) throw notSimulated(`QueryRoot.orders(sortKey: ${args.sortKey})`);
      const found = searched(allOrders(context), args.query, searchable(context), { info, context });
      return value ? sortedConnection(found, args, value) : connection(found, args);
    }),
    ordersCount: resolver<unknown, { limit: number | null; query?: string | null; savedSearchId?: string | null }>(
      (_source, args, context, info) => {
        if (args.savedSearchId != null) throw notSimulated('QueryRoot.ordersCount(savedSearchId:)');
        const found = searched(allOrders(context), args.query, searchable(context), { info, context });
        return countUpTo(found.length, args.limit);
      },
    ),
  },
  Order: {
    ...metafieldFields('ORDER'),
    ...moneyFields,
    ...neverThere,
    legacyResourceId: resolver<OrderEntity>(({ id }) => parseGid(id)?.key),
    presentmentCurrencyCode: resolver<OrderEntity>(({ currencyCode }) => currencyCode),
    customer: resolver<OrderEntity>((order, _args, context) => customerOf(order, context) ?? null),
    displayAddress: resolver<OrderEntity>(({ shippingAddress, billingAddress }) => shippingAddress ?? billingAddress),
    billingAddressMatchesShippingAddress: resolver<OrderEntity>(
      ({ shippingAddress, billingAddress }) => addressText(shippingAddress) === addressText(billingAddress),
    ),
    lineItems: resolver<OrderEntity, ConnectionArgs>(({ lineItems }, args) => connection(lineItems, args)),
    returns: resolver<OrderEntity, ConnectionArgs>((_order, args) => connection([], args)),
    shippingLines: resolver<OrderEntity, ConnectionArgs>((_order, args) => connection([], args)),
    nonFulfillableLineItems: resolver<OrderEntity, ConnectionArgs>((_order, args) => connection([], args)),
    subtotalLineItemsQuantity: resolver<OrderEntity>(unitsOf),
    currentSubtotalLineItemsQuantity: resolver<OrderEntity>(unitsOf),
    displayFulfillmentStatus: resolver<OrderEntity>((order, _args, context) => statusOf(order, context)),
    fulfillmentOrders: resolver<OrderEntity, ConnectionArgs & { query?: string | null }>(({ id }, args, context) => {
      if (args.query != null) throw notSimulated('Order.fulfillmentOrders(query:)');
      return connection(fulfillmentOrdersOf(context, id), args);
    }),
    fulfillments: resolver<OrderEntity, { first?: number | null; query?: string | null }>(
      ({ id }, { first, query }, context) => {
        if (query != null) throw notSimulated('Order.fulfillments(query:)');
        return fulfillmentsOf(context, id).slice(0, first ?? undefined);
      },
    ),
    fulfillmentsCount: resolver<OrderEntity>(({ id }, _args, context) => countUpTo(fulfillmentsOf(context, id).length)),
    fulfillable: resolver<OrderEntity>(({ id }, _args, context) =>
      fulfillmentOrdersOf(context, id).some(({ status }) => status === 'OPEN' || status === 'IN_PROGRESS'),
    ),
    closed: resolver<OrderEntity>(({ closedAt }) => closedAt !== null),
    confirmed: () => true,
    edited: () => false,
    refundable: resolver<OrderEntity>(isPaid),
    fullyPaid: resolver<OrderEntity>(isPaid),
    unpaid: resolver<OrderEntity>((order) => !isPaid(order)),
    canMarkAsPaid: resolver<OrderEntity>((order) => !isPaid(order) && order.cancelledAt === null),
    canNotifyCustomer: resolver<OrderEntity>(({ email }) => email !== null),
    requiresShipping: resolver<OrderEntity>(({ lineItems }) => lineItems.some((line) => line.requiresShipping)),
    restockable: () => false,
    returnStatus: () => 'NO_RETURN',
    merchantEditable: resolver<OrderEntity>(({ cancelledAt }) => cancelledAt === null),
    merchantEditableErrors: () => [],
    dutiesIncluded: () => false,
    estimatedTaxes: () => false,
    taxExempt: () => false,
    customerAcceptsMarketing: () => false,
    hasTimelineComment: () => false,
    productNetwork: () => false,
  },
  LineItem: {
    variant: resolver<StoredLineItem>(({ variantId }, _args, context) =>
      variantId === null ? null : (variantById(context, variantId) ?? null),
    ),
    product: resolver<StoredLineItem>(({ productId }, _args, context) =>
      productId === null ? null : (productById(context, productId) ?? null),
    ),
    name: resolver<StoredLineItem>(({ title, variantTitle }) =>
      variantTitle === null ? title : `${title} - ${variantTitle}`,
    ),
    currentQuantity: resolver<StoredLineItem>(({ quantity }) => quantity),
    refundableQuantity: resolver<StoredLineItem>(({ quantity }) => quantity),
    nonFulfillableQuantity: () => 0,
    unfulfilledQuantity: resolver<StoredLineItem>(openUnits),
    fulfillableQuantity: resolver<StoredLineItem>(openUnits),
    originalUnitPriceSet: resolver<StoredLineItem>((line, _args, context) => ofLine(line, 1, context)),
    discountedUnitPriceSet: resolver<StoredLineItem>((line, _args, context) => ofLine(line, 1, context)),
    discountedUnitPriceAfterAllDiscountsSet: resolver<StoredLineItem>((line, _args, context) =>
      ofLine(line, 1, context),
    ),
    originalTotalSet: resolver<StoredLineItem>((line, _args, context) => ofLine(line, line.quantity, context)),
    discountedTotalSet: resolver<StoredLineItem>((line, _args, context) => ofLine(line, line.quantity, context)),
    totalDiscountSet: resolver<StoredLineItem>((line, _args, context) => ofLine(line, 0, context)),
    originalUnitPrice: resolver<StoredLineItem>(({ price }) => price),
    originalTotal: resolver<StoredLineItem>(({ price, quantity }) => times(price, quantity)),
    discountedUnitPrice: resolver<StoredLineItem>(({ price }) => price),
    discountedTotal: resolver<StoredLineItem>(({ price, quantity }) => times(price, quantity)),
    totalDiscount: () => '0.00',
    discountAllocations: () => [],
    taxLines: () => [],
    duties: () => [],
    image: () => null,
    lineItemGroup: () => null,
    sellingPlan: () => null,
    staffMember: () => null,
    merchantEditable: () => true,
    restockable: () => false,
  },
};

function isPaid({ displayFinancialStatus }: OrderEntity): boolean {
  return displayFinancialStatus === 'PAID';
}

/** What an address says, whichever id it has. */
const addressText = (address: OrderEntity['shippingAddress']): string => JSON.stringify({ ...address, id: '' });

/** The order of a line. */
export const orderOfLine = (lineItemId: string, { store, shop }: ResolverContext): OrderEntity | undefined =>
  store.find(shop, 'Order', lineItemId)[0] as OrderEntity | undefined;

function ofLine({ id, price }: StoredLineItem, quantity: number, context: ResolverContext): unknown {
  return moneyBag(times(price, quantity), orderOfLine(id, context)?.currencyCode ?? currencyOf(context));
}

function openUnits({ id }: StoredLineItem, _args: unknown, context: ResolverContext): number {
  const order = orderOfLine(id, context);
  return order ? remainingOf(fulfillmentOrdersOf(context, order.id), id) : 0;
}

/** As `status` finds an order. */
function stateOf({ cancelledAt, closedAt }: OrderEntity): readonly string[] {
  if (cancelledAt !== null) return ['cancelled', 'not_open'];
  return closedAt === null ? ['open', 'not_closed'] : ['closed', 'not_open'];
}

/** As `fulfillment_status` finds an order, by its status for people. */
const searchedStatus: Readonly<Record<string, readonly string[]>> = {
  FULFILLED: ['fulfilled', 'shipped'],
  PARTIALLY_FULFILLED: ['partial'],
  UNFULFILLED: ['unfulfilled', 'unshipped'],
  ON_HOLD: ['on_hold', 'unfulfilled', 'unshipped'],
  SCHEDULED: ['scheduled', 'unfulfilled', 'unshipped'],
  IN_PROGRESS: ['in_progress', 'unfulfilled', 'unshipped'],
};

/** What orders can be searched by: the fields in the description of `QueryRoot.orders(query:)`. */
function searchable(context: ResolverContext): Searchable<OrderEntity> {
  const now = (): number => context.clock.now();
  const tag = keyword<OrderEntity>(({ tags }) => tags);
  const fulfillmentOrders = ({ id }: OrderEntity): readonly FulfillmentOrderEntity[] =>
    fulfillmentOrdersOf(context, id);
  const fulfillments = ({ id }: OrderEntity): readonly FulfillmentEntity[] => fulfillmentsOf(context, id);
  return {
    texts: (order) => {
      const customer = customerOf(order, context);
      return [order.name, order.email, order.note, customer?.firstName ?? null, customer?.lastName ?? null];
    },
    fields: {
      id: byId,
      name: keyword(({ name, number }) => [name, name.replace(/^#/, ''), String(number)]),
      email: keyword(({ email }) => email),
      po_number: keyword(({ poNumber }) => poNumber),
      sku: keyword(({ lineItems }) => lineItems.flatMap(({ sku }) => sku ?? [])),
      tag,
      tag_not: without(tag),
      customer_id: gid(({ customerId }) => customerId ?? []),
      location_id: gid((order) => fulfillmentOrders(order).map(({ locationId }) => locationId)),
      fulfillment_location_id: gid((order) => fulfillments(order).map(({ locationId }) => locationId)),
      financial_status: keyword(
        ({ displayFinancialStatus }) => displayFinancialStatus,
        ['AUTHORIZED', 'EXPIRED', 'PAID', 'PARTIALLY_PAID', 'PARTIALLY_REFUNDED', 'PENDING', 'REFUNDED', 'VOIDED'],
      ),
      fulfillment_status: keyword((order) => searchedStatus[statusOf(order, context)] ?? []),
      status: keyword(stateOf),
      test: flag(({ test }) => test),
      source_name: keyword(({ sourceName }) => sourceName),
      source_identifier: keyword(({ sourceIdentifier }) => sourceIdentifier),
      discount_code: words(() => []),
      current_total_price: numeric((order) => Number(totalOf(order))),
      subtotal_line_items_quantity: numeric(unitsOf),
      created_at: time('created_at', ({ createdAt }) => createdAt, now),
      processed_at: time('processed_at', ({ processedAt }) => processedAt, now),
      updated_at: time('updated_at', ({ updatedAt }) => updatedAt, now),
      fulfilled_at: time('fulfilled_at', (order) => fulfillments(order).at(-1)?.createdAt ?? null, now),
    },
    metafieldsOf: 'ORDER',
    others: [
      ...['cart_token', 'channel', 'channel_id', 'chargeback_status', 'checkout_token', 'confirmation_number'],
      ...['credit_card_last4', 'delivery_method', 'earliest_fulfill_by', 'fraud_protection_level', 'gateway'],
      ...['payment_id', 'payment_provider_id', 'reference_location_id', 'return_status', 'risk_level'],
      ...['sales_channel', 'total_weight', 'user_id'],
    ],
  };
}
