// @ts-nocheck
import { type RefusedOperation, reference } from './record.ts';

/** Examples of the docs with one mistake put in, as people make them. */
export const alteredOperations: readonly RefusedOperation[] = [
  {
    because: 'the required argument `input` is missing',
    source: reference('2026-01/mutations/productDelete'),
    query: 'mutation { productDelete { deletedProductId } }',
  },
  {
    because: 'the required argument `id` is missing',
    source: reference('2026-07/queries/node'),
    query: 'query { node { id } }',
  },
  {
    because: 'a required field of the input is missing',
    source: reference('2026-01/mutations/locationAdd'),
    query: 'mutation { locationAdd(input: { name: "New York Warehouses" }) { location { id } } }',
  },
  {
    because: 'the required variable has no value',
    source: reference('2026-07/mutations/paymentReminderSend'),
    query: `mutation paymentReminderSend($paymentScheduleId: ID!) {
      paymentReminderSend(paymentScheduleId: $paymentScheduleId) { success }
    }`,
    variables: {},
  },
  {
    because: 'a variable is used and not declared',
    source: reference('2026-07/mutations/productVariantsBulkDelete'),
    query: `mutation ($productId: ID!) {
      productVariantsBulkDelete(productId: $productId, variantsIds: $variantsIds) { product { id } }
    }`,
    variables: { productId: 'gid://shopify/Product/20995642' },
  },
  {
    because: 'a variable is declared and not used',
    source: reference('2026-01/queries/locationsCount'),
    query: 'query ($limit: Int) { locationsCount { count } }',
    variables: { limit: 10 },
  },
  {
    because: 'a variable has the wrong type for its argument',
    source: reference('2026-01/mutations/orderDelete'),
    query: 'mutation OrderDelete($orderId: Int!) { orderDelete(orderId: $orderId) { deletedId } }',
    variables: { orderId: 776341364 },
  },
  {
    because: 'the page size is text',
    source: reference('2026-07/queries/locations'),
    query: 'query { locations(first: "5") { edges { node { id } } } }',
  },
  {
    because: 'the enum value is in quotes',
    source: reference('2026-07/queries/catalogs'),
    query: 'query { catalogs(first: 3, type: "MARKET") { nodes { id } } }',
  },
  {
    because: 'the topic does not exist',
    source: reference('2026-07/mutations/webhookSubscriptionCreate'),
    query: `mutation ($topic: WebhookSubscriptionTopic!) {
      webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: "https://example.org/endpoint" }) {
        webhookSubscription { id }
      }
    }`,
    variables: { topic: 'METAOBJECTS_CREATED' },
  },
  {
    because: '`sku` belongs to `inventoryItem` there',
    source: reference('2025-07/mutations/productVariantsBulkUpdate'),
    query: `mutation ($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
      productVariantsBulkUpdate(productId: $productId, variants: $variants) { productVariants { id } }
    }`,
    variables: {
      productId: 'gid://shopify/Product/20995642',
      variants: [{ id: 'gid://shopify/ProductVariant/1070325197', sku: 'element-151' }],
    },
  },
  {
    because: 'an object is asked for without its fields',
    source: reference('2026-01/objects/Shop'),
    query: 'query { shop { domains } }',
  },
  {
    because: 'a scalar is asked for with fields',
    source: reference('2026-01/queries/shopLocales'),
    query: 'query { shopLocales { locale { name } } }',
  },
  {
    because: 'a field is asked of the wrong type of a union',
    source: reference('2026-01/queries/codeDiscountNode'),
    query: `query {
      codeDiscountNode(id: "gid://shopify/DiscountCodeNode/206265824") { codeDiscount { title } }
    }`,
  },
  {
    because: '`@idempotent` has no key',
    source: reference('2026-07/mutations/refundCreate'),
    query: `mutation ($input: RefundInput!) {
      refundCreate(input: $input) @idempotent { refund { id } }
    }`,
    variables: { input: { orderId: 'gid://shopify/Order/734509473' } },
  },
  {
    because: 'a brace is missing',
    source: reference('2026-01/queries/segments'),
    query: 'query { segments(first: 3) { edges { node { id } } }',
  },
];
