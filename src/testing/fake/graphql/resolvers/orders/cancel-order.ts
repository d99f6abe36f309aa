import { isoNow, type ResolverContext } from '../../context.ts';
import { fulfillmentOrdersOf, orderById, saveOrder } from './save-order.ts';

/**
 * Cancels an order: items that are not sent yet stay at their location. A deleted or cancelled order stays as it is.
 */
export function cancelNow(
  { orderId, reason, refunds }: { readonly orderId: string; readonly reason: string; readonly refunds: boolean },
  context: ResolverContext,
): void {
  const order = orderById(context, orderId);
  if (!order || order.cancelledAt !== null) return;
  const now = isoNow(context.clock);
  for (const one of fulfillmentOrdersOf(context, orderId)) {
    if (one.status === 'CLOSED') continue;
    context.store.put(context.shop, 'FulfillmentOrder', { ...one, status: 'CANCELLED', updatedAt: now });
  }
  const paid = order.displayFinancialStatus === 'PAID';
  const displayFinancialStatus = paid ? (refunds ? 'REFUNDED' : 'PAID') : 'VOIDED';
  const cancelled = { ...order, cancelReason: reason, cancelledAt: now, closedAt: now, displayFinancialStatus };
  saveOrder(context, { ...cancelled, updatedAt: now }, 'orders/cancelled', 'orders/updated');
}
