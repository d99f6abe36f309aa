import type { StoredMetafield, StoredVariant } from '../../../store/entities.ts';
import type { EntityStore } from '../../../store/entity-store.ts';
import type {
  FulfillmentOrderEntity,
  OrderEntity,
  StoredAttribute,
  StoredLineItem,
  StoredMailingAddress,
} from '../../../store/order-entities.ts';
import { primaryLocation, productById, variantById } from '../find-entities.ts';
import { amountFrom, normalTags } from '../input-values.ts';
import { allOrders } from './save-order.ts';

/** One line of an order that is made. */
export interface NewLineItem {
  readonly quantity?: number;
  readonly variantId?: string | null;
  /** Default: those of the variant. */
  readonly title?: string | null;
  readonly price?: string | null;
  readonly sku?: string | null;
  readonly variantTitle?: string | null;
  readonly vendor?: string | null;
  readonly productId?: string | null;
  readonly requiresShipping?: boolean | null;
  readonly taxable?: boolean | null;
  readonly isGiftCard?: boolean | null;
  readonly customAttributes?: readonly StoredAttribute[];
}

/** What an order is made of. */
export interface NewOrder {
  readonly lineItems: readonly NewLineItem[];
  readonly name?: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly note?: string | null;
  readonly poNumber?: string | null;
  readonly tags?: readonly string[] | null;
  readonly customAttributes?: readonly StoredAttribute[];
  readonly customerId?: string | null;
  readonly currencyCode: string;
  readonly financialStatus?: string | null;
  readonly shippingAddress?: StoredMailingAddress | null;
  readonly billingAddress?: StoredMailingAddress | null;
  readonly taxesIncluded?: boolean;
  readonly test?: boolean;
  readonly sourceName?: string | null;
  readonly sourceIdentifier?: string | null;
  readonly metafields?: readonly StoredMetafield[];
  readonly processedAt?: string | null;
  readonly closedAt?: string | null;
  readonly createdAt: string;
  readonly updatedAt?: string;
}

interface Place {
  readonly store: EntityStore;
  readonly shop: string;
}

/** Numbers of orders begin here. */
const firstNumber = 1001;

/** An order, and what the primary location is to send of it. Keeps neither. */
export function makeOrder(
  content: NewOrder,
  place: Place,
): { readonly order: OrderEntity; readonly fulfillmentOrder: FulfillmentOrderEntity | undefined } {
  const { createdAt, updatedAt = createdAt } = content;
  const number = allOrders(place).reduce((highest, order) => Math.max(highest, order.number), firstNumber - 1) + 1;
  const order: OrderEntity = {
    id: place.store.nextId('Order'),
    name: content.name || `#${number}`,
    number,
    email: content.email?.toLowerCase() ?? null,
    phone: content.phone ?? null,
    note: content.note ?? null,
    poNumber: content.poNumber ?? null,
    tags: normalTags(content.tags ?? [], () => undefined),
    customAttributes: content.customAttributes ?? [],
    customerId: content.customerId ?? null,
    currencyCode: content.currencyCode,
    displayFinancialStatus: content.financialStatus === undefined ? 'PAID' : content.financialStatus,
    lineItems: content.lineItems.map((line) => lineItem(line, place)),
    shippingAddress: content.shippingAddress ?? null,
    billingAddress: content.billingAddress ?? null,
    taxesIncluded: content.taxesIncluded ?? false,
    test: content.test ?? false,
    sourceName: content.sourceName ?? null,
    sourceIdentifier: content.sourceIdentifier ?? null,
    cancelReason: null,
    cancelledAt: null,
    closedAt: content.closedAt ?? null,
    metafields: content.metafields ?? [],
    processedAt: content.processedAt ?? createdAt,
    createdAt,
    updatedAt,
  };
  return { order, fulfillmentOrder: fulfillmentOrderFor(order, place) };
}

/** Keeps an order that was made. */
export function putOrder({ order, fulfillmentOrder }: ReturnType<typeof makeOrder>, { store, shop }: Place): void {
  store.put(shop, 'Order', order);
  if (fulfillmentOrder) store.put(shop, 'FulfillmentOrder', fulfillmentOrder);
}

function lineItem(line: NewLineItem, place: Place): StoredLineItem {
  const variant = line.variantId == null ? undefined : variantById(place, line.variantId);
  const product = variant && productById(place, variant.productId);
  return {
    id: place.store.nextId('LineItem'),
    title: line.title ?? product?.title ?? '',
    variantTitle: line.variantTitle ?? titleOf(variant),
    quantity: line.quantity ?? 1,
    sku: line.sku ?? variant?.sku ?? null,
    vendor: line.vendor ?? product?.vendor ?? null,
    price: amountFrom(line.price ?? variant?.price ?? '0') ?? '0.00',
    variantId: variant?.id ?? null,
    productId: product?.id ?? line.productId ?? null,
    requiresShipping: line.requiresShipping ?? variant?.inventoryItem['requiresShipping'] === true,
    taxable: line.taxable ?? variant?.taxable ?? true,
    isGiftCard: line.isGiftCard ?? false,
    customAttributes: line.customAttributes ?? [],
  };
}

const titleOf = (variant: StoredVariant | undefined): string | null =>
  variant === undefined || variant.title === 'Default Title' ? null : variant.title;

function fulfillmentOrderFor(order: OrderEntity, place: Place): FulfillmentOrderEntity | undefined {
  const location = primaryLocation(place);
  if (!location || order.lineItems.length === 0) return undefined;
  return {
    id: place.store.nextId('FulfillmentOrder'),
    orderId: order.id,
    locationId: location.id,
    status: 'OPEN',
    requestStatus: 'UNSUBMITTED',
    lineItems: order.lineItems.map((line) => ({
      id: place.store.nextId('FulfillmentOrderLineItem'),
      lineItemId: line.id,
      totalQuantity: line.quantity,
      remainingQuantity: line.quantity,
    })),
    fulfillAt: order.createdAt,
    createdAt: order.createdAt,
    updatedAt: order.createdAt,
  };
}
