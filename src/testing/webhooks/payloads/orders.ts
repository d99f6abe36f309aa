import type { CustomerPayload } from '../../../webhooks/payload-types/customer.ts';
import type { OrderPayload } from '../../../webhooks/payload-types/order.ts';
import { gidOf, happenedAt, type PayloadOverrides, withoutUndefined } from './defaults.ts';

const address = {
  first_name: 'Ada',
  last_name: 'Example',
  name: 'Ada Example',
  company: null,
  address1: '1 Example Street',
  address2: null,
  city: 'Ottawa',
  province: 'Ontario',
  province_code: 'ON',
  country: 'Canada',
  country_code: 'CA',
  zip: 'K2P 2L8',
  phone: null,
};

/** The payload of `customers/create` and `customers/update`, about nobody. The gid follows the `id`. */
export function customerPayload(overrides: PayloadOverrides<CustomerPayload> = {}): CustomerPayload {
  const { id = 701 } = overrides;
  return withoutUndefined({
    id,
    ...gidOf('Customer', id),
    email: 'ada@customer.example',
    phone: null,
    first_name: 'Ada',
    last_name: 'Example',
    state: 'disabled',
    note: null,
    verified_email: true,
    tax_exempt: false,
    currency: 'USD',
    addresses: [],
    default_address: address,
    created_at: happenedAt,
    updated_at: happenedAt,
    ...overrides,
  }) as CustomerPayload;
}

/** The payload of the topics about a whole order, such as `orders/create` and `orders/paid`. The gid follows the `id`. */
export function orderPayload(overrides: PayloadOverrides<OrderPayload> = {}): OrderPayload {
  const { id = 801 } = overrides;
  return withoutUndefined({
    id,
    ...gidOf('Order', id),
    name: '#1001',
    number: 1,
    order_number: 1001,
    email: 'ada@customer.example',
    phone: null,
    currency: 'USD',
    presentment_currency: 'USD',
    total_price: '24.90',
    subtotal_price: '24.90',
    total_tax: '0.00',
    total_discounts: '0.00',
    current_total_price: '24.90',
    total_outstanding: '0.00',
    financial_status: 'paid',
    fulfillment_status: null,
    cancel_reason: null,
    cancelled_at: null,
    closed_at: null,
    processed_at: happenedAt,
    created_at: happenedAt,
    updated_at: happenedAt,
    note: null,
    tags: '',
    test: false,
    location_id: null,
    customer: customerPayload(),
    billing_address: address,
    shipping_address: address,
    line_items: [
      {
        id: 8011,
        ...gidOf('LineItem', 8011),
        title: 'Organic cotton tee',
        name: 'Organic cotton tee - S',
        sku: 'TEE-S',
        quantity: 1,
        current_quantity: 1,
        fulfillable_quantity: 1,
        fulfillment_status: null,
        price: '24.90',
        total_discount: '0.00',
        product_id: 42,
        variant_id: 401,
        requires_shipping: true,
        taxable: true,
      },
    ],
    ...overrides,
  }) as OrderPayload;
}
