import type {
  FulfillmentEntity,
  FulfillmentOrderEntity,
  OrderEntity,
  StoredFulfillmentLine,
  StoredFulfillmentOrderLine,
  StoredLineItem,
} from '../../../store/order-entities.ts';
import { type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { parseGid, requireGid } from '../../gid.ts';
import { type ConnectionArgs, connection, sortedConnection } from '../connections.ts';
import { locationById, variantById } from '../find-entities.ts';
import { provinceName } from '../places.ts';
import { byId, gid, keyword, type Searchable, searched, time } from '../search.ts';
import { moneyBag, times } from './money.ts';
import { orderOfLine } from './orders.ts';
import {
  allFulfillmentOrders,
  currencyOf,
  fulfillmentById,
  fulfillmentOrderById,
  fulfillmentsOf,
  orderById,
} from './save-order.ts';

interface FulfillmentOrdersArgs extends ConnectionArgs {
  readonly includeClosed: boolean;
  readonly query?: string | null;
  readonly sortKey: string;
}

/** States in which nothing is to be done any more. */
const ended = new Set<string>(['CLOSED', 'CANCELLED', 'INCOMPLETE']);

/** The supported actions of a fulfillment order, without MERGE. Recorded 2025-01 to 2026-04. */
function actionsOf({ status, lineItems }: FulfillmentOrderEntity): readonly string[] {
  if (ended.has(status)) return [];
  if (status === 'ON_HOLD') return ['RELEASE_HOLD', 'HOLD', 'MOVE'];
  if (status === 'IN_PROGRESS') return ['CREATE_FULFILLMENT', 'REPORT_PROGRESS', 'HOLD', 'MARK_AS_OPEN'];
  const units = lineItems.reduce((sum, { remainingQuantity }) => sum + remainingQuantity, 0);
  return ['CREATE_FULFILLMENT', 'REPORT_PROGRESS', 'MOVE', 'HOLD', ...(units > 1 ? ['SPLIT'] : [])];
}

/** Resolvers of what is to be sent and what was sent. */
export const fulfillmentResolvers: ResolverMap = {
  QueryRoot: {
    fulfillmentOrder: resolver<unknown, { id: string }>((_source, { id }, context) => {
      requireGid(id, 'FulfillmentOrder');
      return fulfillmentOrderById(context, id) ?? null;
    }),
    fulfillmentOrders: resolver<unknown, FulfillmentOrdersArgs>((_source, args, context, info) => {
      const wanted = allFulfillmentOrders(context).filter(({ status }) => args.includeClosed || !ended.has(status));
      const found = searched(wanted, args.query, searchable(context), { info, context });
      if (args.sortKey === 'ID') return connection(found, args);
      return sortedConnection(found, args, ({ updatedAt }) => Date.parse(updatedAt));
    }),
    fulfillment: resolver<unknown, { id: string }>((_source, { id }, context) => {
      requireGid(id, 'Fulfillment');
      return fulfillmentById(context, id) ?? null;
    }),
  },
  FulfillmentOrder: {
    order: resolver<FulfillmentOrderEntity>(({ orderId }, _args, context) => orderById(context, orderId)),
    orderName: resolver<FulfillmentOrderEntity>(({ orderId }, _args, context) => orderById(context, orderId)?.name),
    orderProcessedAt: resolver<FulfillmentOrderEntity>(
      ({ orderId }, _args, context) => orderById(context, orderId)?.processedAt,
    ),
    // Nobody asks a fulfillment service for anything.
    merchantRequests: resolver<FulfillmentOrderEntity, ConnectionArgs>((_order, args) => connection([], args)),
    lineItems: resolver<FulfillmentOrderEntity, ConnectionArgs>(({ lineItems }, args) => connection(lineItems, args)),
    fulfillments: resolver<FulfillmentOrderEntity, ConnectionArgs>(({ id, orderId }, args, context) =>
      connection(
        fulfillmentsOf(context, orderId).filter(({ fulfillmentOrderIds }) => fulfillmentOrderIds.includes(id)),
        args,
      ),
    ),
    assignedLocation: resolver<FulfillmentOrderEntity>(({ locationId }, _args, context) => {
      const location = locationById(context, locationId);
      const { countryCode = 'US', provinceCode = null, ...rest } = location?.address ?? {};
      return {
        ...rest,
        countryCode,
        province: provinceName(countryCode, provinceCode),
        name: location?.name,
        location,
      };
    }),
    destination: resolver<FulfillmentOrderEntity>(({ id, orderId }, _args, context) => {
      const order = orderById(context, orderId);
      const { shippingAddress: address } = order ?? {};
      if (!address) return null;
      const province = address.countryCode && provinceName(address.countryCode, address.provinceCode);
      const own = `gid://shopify/FulfillmentOrderDestination/${parseGid(id)?.key}`;
      return { ...address, id: own, province, email: order?.email ?? null, location: null };
    }),
    supportedActions: resolver<FulfillmentOrderEntity>((order) =>
      actionsOf(order).map((action) => ({ action, externalUrl: null })),
    ),
    fulfillmentHolds: () => [],
    deliveryMethod: () => null,
    fulfillBy: () => null,
    internationalDuties: () => null,
    channelId: () => null,
  },
  FulfillmentOrderLineItem: {
    lineItem: resolver<StoredFulfillmentOrderLine>(lineItemOf),
    productTitle: resolver<StoredFulfillmentOrderLine>(
      (line, _args, context) => lineItemOf(line, _args, context)?.title,
    ),
    ...Object.fromEntries(
      (['sku', 'variantTitle', 'vendor', 'requiresShipping'] as const).map((name) => [
        name,
        resolver<StoredFulfillmentOrderLine>((line, args, context) => lineItemOf(line, args, context)?.[name]),
      ]),
    ),
    variant: resolver<StoredFulfillmentOrderLine>((line, args, context) => variantOf(line, args, context) ?? null),
    inventoryItemId: resolver<StoredFulfillmentOrderLine>(
      (line, args, context) => variantOf(line, args, context)?.inventoryItem.id ?? null,
    ),
    originalUnitPriceSet: resolver<StoredFulfillmentOrderLine>((line, args, context) =>
      moneyBag(lineItemOf(line, args, context)?.price ?? '0.00', currencyOf(context)),
    ),
    image: () => null,
    warnings: () => [],
  },
  Fulfillment: {
    legacyResourceId: resolver<FulfillmentEntity>(({ id }) => parseGid(id)?.key),
    order: resolver<FulfillmentEntity>(({ orderId }, _args, context) => orderById(context, orderId)),
    location: resolver<FulfillmentEntity>(
      ({ locationId }, _args, context) => locationById(context, locationId) ?? null,
    ),
    displayStatus: resolver<FulfillmentEntity>(({ status }) => (status === 'CANCELLED' ? 'CANCELED' : 'FULFILLED')),
    totalQuantity: resolver<FulfillmentEntity>(({ lines }) => lines.reduce((sum, { quantity }) => sum + quantity, 0)),
    requiresShipping: resolver<FulfillmentEntity>(({ lines }, args, context) =>
      lines.some((line) => lineItemOf(line, args, context)?.requiresShipping),
    ),
    trackingInfo: resolver<FulfillmentEntity, { first?: number | null }>(({ trackingInfo }, { first }) =>
      trackingInfo.slice(0, first ?? undefined),
    ),
    fulfillmentLineItems: resolver<FulfillmentEntity, ConnectionArgs>(({ lines }, args) => connection(lines, args)),
    fulfillmentOrders: resolver<FulfillmentEntity, ConnectionArgs>(({ fulfillmentOrderIds }, args, context) =>
      connection(
        fulfillmentOrderIds.flatMap((id) => fulfillmentOrderById(context, id) ?? []),
        args,
      ),
    ),
    deliveredAt: () => null,
    estimatedDeliveryAt: () => null,
    inTransitAt: () => null,
    originAddress: () => null,
    service: () => null,
  },
  FulfillmentLineItem: {
    lineItem: resolver<StoredFulfillmentLine>(lineItemOf),
    originalTotalSet: resolver<StoredFulfillmentLine>(totalOfLine),
    discountedTotalSet: resolver<StoredFulfillmentLine>(totalOfLine),
  },
};

function lineItemOf(
  { lineItemId }: { readonly lineItemId: string },
  _args: unknown,
  context: ResolverContext,
): StoredLineItem | undefined {
  return orderOfLine(lineItemId, context)?.lineItems.find(({ id }) => id === lineItemId);
}

function variantOf(line: StoredFulfillmentOrderLine, args: unknown, context: ResolverContext) {
  const id = lineItemOf(line, args, context)?.variantId ?? null;
  return id === null ? undefined : variantById(context, id);
}

function totalOfLine(line: StoredFulfillmentLine, args: unknown, context: ResolverContext): unknown {
  const price = lineItemOf(line, args, context)?.price ?? '0.00';
  return moneyBag(times(price, line.quantity), currencyOf(context));
}

/**
 * What fulfillment orders can be searched by: the fields in the description of `QueryRoot.fulfillmentOrders(query:)`.
 */
function searchable({ clock }: ResolverContext): Searchable<FulfillmentOrderEntity> {
  return {
    fields: {
      id: byId,
      status: keyword(({ status }) => status),
      assigned_location_id: gid(({ locationId }) => locationId),
      updated_at: time(
        'updated_at',
        ({ updatedAt }) => updatedAt,
        () => clock.now(),
      ),
    },
  };
}

/** A part of an order with that gid. */
export function orderPart(id: string, context: ResolverContext): unknown {
  const { store, shop } = context;
  const named = (part: { readonly id: string }): boolean => part.id === id;
  switch (parseGid(id)?.kind) {
    case 'LineItem':
      return (store.find(shop, 'Order', id)[0] as OrderEntity | undefined)?.lineItems.find(named);
    case 'FulfillmentOrderLineItem':
      return (store.find(shop, 'FulfillmentOrder', id)[0] as FulfillmentOrderEntity | undefined)?.lineItems.find(named);
    case 'FulfillmentLineItem':
      return (store.find(shop, 'Fulfillment', id)[0] as FulfillmentEntity | undefined)?.lines.find(named);
    default:
      return undefined;
  }
}
