import type {
  CustomerEntity,
  FulfillmentEntity,
  OrderEntity,
  StoredLineItem,
  StoredMailingAddress,
} from '../store/order-entities.ts';
import { idOf } from './resource-payloads.ts';

type Payload = Readonly<Record<string, unknown>>;

/** A customer in the REST shape of the topics `customers/create` and `customers/update`. */
export function customerPayload(customer: CustomerEntity, currency: string): Payload {
  return {
    id: idOf(customer.id),
    admin_graphql_api_id: customer.id,
    email: customer.email,
    phone: customer.phone,
    first_name: customer.firstName,
    last_name: customer.lastName,
    state: customer.state.toLowerCase(),
    note: customer.note,
    verified_email: customer.verifiedEmail,
    multipass_identifier: null,
    tax_exempt: customer.taxExempt,
    tax_exemptions: customer.taxExemptions,
    currency,
    addresses: customer.addresses.map(addressPayload),
    default_address: customer.addresses[0] ? addressPayload(customer.addresses[0]) : null,
    created_at: customer.createdAt,
    updated_at: customer.updatedAt,
  };
}

function addressPayload(address: StoredMailingAddress): Payload {
  return {
    first_name: address.firstName,
    last_name: address.lastName,
    name: [address.firstName, address.lastName].filter(Boolean).join(' ') || null,
    company: address.company,
    address1: address.address1,
    address2: address.address2,
    city: address.city,
    province_code: address.provinceCode,
    country_code: address.countryCode,
    zip: address.zip,
    phone: address.phone,
  };
}

/** What an order's payload tells of other things. */
export interface OrderSurroundings {
  readonly customer: CustomerEntity | undefined;
  readonly fulfillments: readonly FulfillmentEntity[];
  readonly total: string;
  /** Units of a line that can still be sent. */
  readonly remaining: (lineItemId: string) => number;
  /** In the words of `OrderDisplayFulfillmentStatus`. */
  readonly fulfillmentStatus: string;
}

/** As REST says it: `null` as long as nothing is fulfilled. */
const restStatus: Readonly<Record<string, string>> = { FULFILLED: 'fulfilled', PARTIALLY_FULFILLED: 'partial' };

/** An order in the REST shape of the topics `orders/…`. */
export function orderPayload(order: OrderEntity, around: OrderSurroundings): Payload {
  const { total } = around;
  return {
    id: idOf(order.id),
    admin_graphql_api_id: order.id,
    name: order.name,
    number: order.number - 1000,
    order_number: order.number,
    email: order.email,
    contact_email: order.email,
    phone: order.phone,
    currency: order.currencyCode,
    presentment_currency: order.currencyCode,
    total_price: total,
    subtotal_price: total,
    total_tax: '0.00',
    total_discounts: '0.00',
    current_total_price: total,
    current_subtotal_price: total,
    financial_status: order.displayFinancialStatus?.toLowerCase() ?? null,
    fulfillment_status: restStatus[around.fulfillmentStatus] ?? null,
    cancel_reason: order.cancelReason?.toLowerCase() ?? null,
    cancelled_at: order.cancelledAt,
    closed_at: order.closedAt,
    processed_at: order.processedAt,
    created_at: order.createdAt,
    updated_at: order.updatedAt,
    note: order.note,
    note_attributes: order.customAttributes.map(({ key, value }) => ({ name: key, value })),
    po_number: order.poNumber,
    tags: order.tags.join(', '),
    taxes_included: order.taxesIncluded,
    test: order.test,
    source_name: order.sourceName,
    location_id: null,
    customer: around.customer ? customerPayload(around.customer, order.currencyCode) : null,
    billing_address: order.billingAddress && addressPayload(order.billingAddress),
    shipping_address: order.shippingAddress && addressPayload(order.shippingAddress),
    line_items: order.lineItems.map((line) => linePayload(line, around)),
    fulfillments: around.fulfillments.map((fulfillment) => fulfillmentPayload(fulfillment, order)),
    refunds: [],
  };
}

function linePayload(line: StoredLineItem, { remaining }: Pick<OrderSurroundings, 'remaining'>): Payload {
  const open = remaining(line.id);
  return {
    id: idOf(line.id),
    admin_graphql_api_id: line.id,
    title: line.title,
    name: line.variantTitle === null ? line.title : `${line.title} - ${line.variantTitle}`,
    variant_title: line.variantTitle,
    sku: line.sku,
    vendor: line.vendor,
    quantity: line.quantity,
    current_quantity: line.quantity,
    fulfillable_quantity: open,
    fulfillment_status: open === 0 ? 'fulfilled' : open < line.quantity ? 'partial' : null,
    price: line.price,
    total_discount: '0.00',
    product_id: line.productId === null ? null : idOf(line.productId),
    variant_id: line.variantId === null ? null : idOf(line.variantId),
    requires_shipping: line.requiresShipping,
    taxable: line.taxable,
    gift_card: line.isGiftCard,
    properties: line.customAttributes.map(({ key, value }) => ({ name: key, value })),
  };
}

/** A fulfillment in the REST shape of the topics `fulfillments/create` and `fulfillments/update`. */
export function fulfillmentPayload(fulfillment: FulfillmentEntity, order: OrderEntity): Payload {
  const { trackingInfo } = fulfillment;
  const numbers = trackingInfo.flatMap(({ number }) => number ?? []);
  const urls = trackingInfo.flatMap(({ url }) => url ?? []);
  return {
    id: idOf(fulfillment.id),
    admin_graphql_api_id: fulfillment.id,
    order_id: idOf(fulfillment.orderId),
    name: fulfillment.name,
    status: fulfillment.status.toLowerCase(),
    location_id: idOf(fulfillment.locationId),
    service: 'manual',
    shipment_status: null,
    tracking_company: trackingInfo[0]?.company ?? null,
    tracking_number: numbers[0] ?? null,
    tracking_numbers: numbers,
    tracking_url: urls[0] ?? null,
    tracking_urls: urls,
    line_items: fulfillment.lines.flatMap(({ lineItemId, quantity }) => {
      const line = order.lineItems.find(({ id }) => id === lineItemId);
      return line ? [{ ...linePayload(line, { remaining: () => 0 }), quantity }] : [];
    }),
    created_at: fulfillment.createdAt,
    updated_at: fulfillment.updatedAt,
  };
}
