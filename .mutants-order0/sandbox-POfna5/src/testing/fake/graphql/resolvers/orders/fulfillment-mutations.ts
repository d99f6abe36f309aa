// @ts-nocheck
import { GraphQLError } from 'graphql';
import type {
  FulfillmentEntity,
  FulfillmentOrderEntity,
  StoredFulfillmentLine,
} from '../../../store/order-entities.ts';
import { isoNow, type ResolverContext, type ResolverMap, resolver } from '../../context.ts';
import { notSimulated, type UserError, userError } from '../../errors.ts';
import { parseGid, requireGid } from '../../gid.ts';
import {
  announceFulfillment,
  fulfillmentById,
  fulfillmentOrderById,
  fulfillmentOrdersOf,
  fulfillmentStatusOf,
  fulfillmentsOf,
  orderById,
  saveOrder,
} from './save-order.ts';

/** `FulfillmentInput`. */
interface FulfillmentInput {
  readonly lineItemsByFulfillmentOrder: readonly {
    readonly fulfillmentOrderId: string;
    readonly fulfillmentOrderLineItems?: readonly { readonly id: string; readonly quantity: number }[] | null;
  }[];
  readonly trackingInfo?: TrackingInput | null;
  readonly originAddress?: object | null;
}

/** `FulfillmentTrackingInput`. */
interface TrackingInput {
  readonly company?: string | null;
  readonly number?: string | null;
  readonly url?: string | null;
  readonly numbers?: readonly string[] | null;
  readonly urls?: readonly string[] | null;
}

/** Mutations of fulfillments. */
export const fulfillmentMutationResolvers: ResolverMap = {
  Mutation: {
    fulfillmentCreate: resolver<unknown, { fulfillment: FulfillmentInput }>((_source, { fulfillment }, context) =>
      createFulfillment(fulfillment, context),
    ),
    fulfillmentCancel: resolver<unknown, { id: string }>((_source, { id }, context) => cancelFulfillment(id, context)),
    fulfillmentTrackingInfoUpdate: resolver<unknown, { fulfillmentId: string; trackingInfoInput: TrackingInput }>(
      (_source, { fulfillmentId, trackingInfoInput }, context) =>
        changeTracking(fulfillmentId, trackingInfoInput, context),
    ),
  },
};

const refused = (userErrors: readonly UserError[]): unknown => ({ fulfillment: null, userErrors });

/** Units of one line that are sent now. */
interface Sent {
  readonly fulfillmentOrder: FulfillmentOrderEntity;
  readonly lineId: string;
  readonly lineItemId: string;
  readonly quantity: number;
}

/** `fulfillmentCreate`: all lines given, or where none are, all that remain. */
function createFulfillment(input: FulfillmentInput, context: ResolverContext): unknown {
  if (input.originAddress) throw notSimulated('FulfillmentInput.originAddress');
  // In steps, and of each only the first. Recorded 2026-04.
  const none = input.lineItemsByFulfillmentOrder.flatMap(({ fulfillmentOrderLineItems }, group) =>
    (fulfillmentOrderLineItems ?? []).flatMap(({ quantity }, line) => (quantity < 1 ? [[group, line] as const] : [])),
  )[0];
  if (none) {
    const [group, line] = none;
    const place = ['fulfillment', 'lineItemsByFulfillmentOrder', group, 'fulfillmentOrderLineItems', line, 'quantity'];
    return refused([userError(place, 'Quantity must be greater than 0')]);
  }
  const problems: string[] = [];
  const sent = input.lineItemsByFulfillmentOrder.flatMap(
    ({ fulfillmentOrderId, fulfillmentOrderLineItems }): readonly Sent[] => {
      if (requireGid(fulfillmentOrderId).key === '0')
        throw new GraphQLError('invalid id', { extensions: { code: 'RESOURCE_NOT_FOUND' } });
      const fulfillmentOrder = fulfillmentOrderById(context, fulfillmentOrderId);
      if (!fulfillmentOrder) {
        problems.push('Fulfillment order does not exist.');
        return [];
      }
      const { status } = fulfillmentOrder;
      if (status !== 'OPEN' && status !== 'IN_PROGRESS') {
        const number = parseGid(fulfillmentOrderId)?.key;
        problems.push(`Fulfillment order ${number} has an unfulfillable status= ${status.toLowerCase()}.`);
        return [];
      }
      return linesSent(fulfillmentOrder, fulfillmentOrderLineItems, problems);
    },
  );
  if (input.lineItemsByFulfillmentOrder.length === 0) problems.push("Line items by fulfillment order can't be blank.");
  const numbers = (ids: readonly string[]): readonly string[] => [...new Set(ids.map((id) => parseGid(id)?.key ?? ''))];
  const orders = numbers(sent.map(({ fulfillmentOrder }) => fulfillmentOrder.orderId));
  const locations = numbers(sent.map(({ fulfillmentOrder }) => fulfillmentOrder.locationId));
  if (orders.length > 1)
    problems.push(
      `All fulfillment orders must belong to the same order. Multiple orders with ids [${orders.join(', ')}] were found.`,
    );
  if (locations.length > 1)
    problems.push(
      `All fulfillment orders must be assigned to a single location. Multiple locations with ids [${locations.join(', ')}] were found.`,
    );
  const [first] = sent;
  const [problem] = problems;
  if (!first || problem !== undefined)
    return refused(problem === undefined ? [] : [userError(['fulfillment'], problem)]);
  return { fulfillment: fulfill(first.fulfillmentOrder, sent, input.trackingInfo ?? {}, context), userErrors: [] };
}

function linesSent(
  fulfillmentOrder: FulfillmentOrderEntity,
  asked: readonly { readonly id: string; readonly quantity: number }[] | null | undefined,
  problems: string[],
): readonly Sent[] {
  const remaining = fulfillmentOrder.lineItems.filter(({ remainingQuantity }) => remainingQuantity > 0);
  const wanted = asked ?? remaining.map(({ id, remainingQuantity }) => ({ id, quantity: remainingQuantity }));
  return wanted.flatMap(({ id, quantity }) => {
    const line = fulfillmentOrder.lineItems.find((each) => each.id === id);
    if (!line) {
      problems.push('Fulfillment order line item does not exist.');
      return [];
    }
    if (quantity > line.remainingQuantity) {
      problems.push('Invalid fulfillment order line item quantity requested.');
      return [];
    }
    return [{ fulfillmentOrder, lineId: id, lineItemId: line.lineItemId, quantity }];
  });
}

function fulfill(
  { orderId, locationId }: FulfillmentOrderEntity,
  sent: readonly Sent[],
  tracking: TrackingInput,
  context: ResolverContext,
): FulfillmentEntity {
  const { store, shop, clock } = context;
  const now = isoNow(clock);
  const order = orderById(context, orderId);
  const count = fulfillmentsOf(context, orderId).length + 1;
  const fulfillment: FulfillmentEntity = {
    id: store.nextId('Fulfillment'),
    orderId,
    locationId,
    name: `${order?.name}-F${count}`,
    status: 'SUCCESS',
    fulfillmentOrderIds: [...new Set(sent.map(({ fulfillmentOrder }) => fulfillmentOrder.id))],
    lines: sent.map(({ lineId, lineItemId, quantity }) => ({
      id: store.nextId('FulfillmentLineItem'),
      lineItemId,
      fulfillmentOrderLineId: lineId,
      quantity,
    })),
    trackingInfo: trackingFrom(tracking),
    createdAt: now,
    updatedAt: now,
  };
  store.put(shop, 'Fulfillment', fulfillment);
  moveUnits(fulfillment, (units) => -units, now, context);
  announceFulfillment(fulfillment, context, 'fulfillments/create');
  if (order) {
    const isDone = fulfillmentStatusOf(fulfillmentOrdersOf(context, orderId)) === 'FULFILLED';
    const topic = isDone ? 'orders/fulfilled' : 'orders/partially_fulfilled';
    saveOrder(context, { ...order, updatedAt: now }, topic, 'orders/updated');
  }
  return fulfillment;
}

/** Takes the units of a fulfillment from its fulfillment orders, or brings them back. */
function moveUnits(
  { fulfillmentOrderIds, lines }: FulfillmentEntity,
  sign: (units: number) => number,
  now: string,
  context: ResolverContext,
): void {
  const unitsOf = (id: string): number =>
    lines.filter(isOfLine(id)).reduce((sum, { quantity }) => sum + sign(quantity), 0);
  for (const id of fulfillmentOrderIds) {
    const before = fulfillmentOrderById(context, id);
    if (!before || before.status === 'CANCELLED') continue;
    const lineItems = before.lineItems.map((line) => ({
      ...line,
      remainingQuantity: line.remainingQuantity + unitsOf(line.id),
    }));
    const isDone = lineItems.every(({ remainingQuantity }) => remainingQuantity === 0);
    const isBegun = lineItems.some(({ remainingQuantity, totalQuantity }) => remainingQuantity < totalQuantity);
    const status = isDone ? 'CLOSED' : isBegun ? 'IN_PROGRESS' : 'OPEN';
    context.store.put(context.shop, 'FulfillmentOrder', { ...before, lineItems, status, updatedAt: now });
  }
}

const isOfLine =
  (id: string) =>
  ({ fulfillmentOrderLineId }: StoredFulfillmentLine): boolean =>
    fulfillmentOrderLineId === id;

function trackingFrom({ company, number, url, numbers, urls }: TrackingInput): FulfillmentEntity['trackingInfo'] {
  const [all, links] = [numbers ?? (number ? [number] : []), urls ?? (url ? [url] : [])];
  const length = Math.max(all.length, links.length, company ? 1 : 0);
  return Array.from({ length }, (_entry, index) => ({
    company: company ?? null,
    number: all[index] ?? null,
    url: links[index] ?? null,
  }));
}

/** `fulfillmentCancel`: the units are to be sent again. One that is cancelled already stays so. */
function cancelFulfillment(id: string, context: ResolverContext): unknown {
  requireGid(id);
  const before = fulfillmentById(context, id);
  if (!before) return refused([userError(['id'], 'Fulfillment not found.')]);
  if (before.status === 'CANCELLED') return { fulfillment: before, userErrors: [] };
  const now = isoNow(context.clock);
  moveUnits(before, (units) => units, now, context);
  return { fulfillment: saveFulfillment({ ...before, status: 'CANCELLED', updatedAt: now }, context), userErrors: [] };
}

/** `fulfillmentTrackingInfoUpdate`. */
function changeTracking(id: string, tracking: TrackingInput, context: ResolverContext): unknown {
  requireGid(id);
  const before = fulfillmentById(context, id);
  if (!before) return refused([userError(['fulfillmentId'], 'Fulfillment does not exist.')]);
  const changed = { ...before, trackingInfo: trackingFrom(tracking), updatedAt: isoNow(context.clock) };
  return { fulfillment: saveFulfillment(changed, context), userErrors: [] };
}

/** Keeps a fulfillment that was changed, and tells of it and of its order. */
function saveFulfillment(fulfillment: FulfillmentEntity, context: ResolverContext): FulfillmentEntity {
  context.store.put(context.shop, 'Fulfillment', fulfillment);
  announceFulfillment(fulfillment, context, 'fulfillments/update');
  const order = orderById(context, fulfillment.orderId);
  if (order) saveOrder(context, { ...order, updatedAt: fulfillment.updatedAt }, 'orders/updated');
  return fulfillment;
}
