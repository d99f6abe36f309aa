// @ts-nocheck
import { type RefusedOperation, reference } from './record.ts';

/** What Shopify's docs and changelog showed once, in versions from 2023 on, and has removed since. */
export const removedOperations: readonly RefusedOperation[] = [
  {
    because: '`compareQuantity` was removed in 2026-04; the page still showed it in 2026-07',
    source: reference('2026-07/mutations/inventorySetQuantities'),
    query: `mutation InventorySet($input: InventorySetQuantitiesInput!) {
      inventorySetQuantities(input: $input) {
        inventoryAdjustmentGroup { createdAt reason referenceDocumentUri changes { name delta } }
        userErrors { field message }
      }
    }`,
    variables: {
      input: {
        name: 'available',
        reason: 'correction',
        referenceDocumentUri: 'logistics://some.warehouse/take/2023-01-23T13:14:15Z',
        quantities: [
          {
            inventoryItemId: 'gid://shopify/InventoryItem/30322695',
            locationId: 'gid://shopify/Location/124656943',
            quantity: 11,
            compareQuantity: 1,
          },
        ],
      },
    },
  },
  {
    because: '`ignoreCompareQuantity` was removed in 2026-04',
    source: 'https://shopify.dev/changelog/finalizing-compare-and-swap-redesign-for-inventory-set-quantities',
    query: `mutation {
      inventorySetQuantities(input: {
        name: "available", reason: "correction", ignoreCompareQuantity: true, quantities: []
      }) @idempotent(key: "a") { userErrors { field message } }
    }`,
  },
  {
    because: '`Shop.draftOrders` was removed in 2026-01',
    source: 'https://shopify.dev/changelog/removal-of-deprecated-shopdraftorders-connection-in-admin-graphql-api',
    query: '{ shop { draftOrders(first: 5) { nodes { id } } } }',
  },
  {
    because: '`inventorySetScheduledChanges` was removed in 2026-07',
    source: reference('2026-01/mutations/inventorySetScheduledChanges'),
    query: `mutation inventorySetScheduledChanges($input: InventorySetScheduledChangesInput!, $idempotencyKey: String!) {
      inventorySetScheduledChanges(input: $input) @idempotent(key: $idempotencyKey) {
        scheduledChanges { expectedAt fromName toName quantity ledgerDocumentUri }
        userErrors { field message code }
      }
    }`,
    variables: { input: { reason: 'correction', items: [] }, idempotencyKey: 'a' },
  },
  {
    because: '`deliverySettings` was removed in 2026-04',
    source: reference('2026-01/queries/deliverySettings'),
    query: '{ deliverySettings { legacyModeProfiles } }',
  },
  {
    because: 'the argument `permitsSkuSharing` was removed after 2025-10',
    source: reference('2025-10/mutations/fulfillmentServiceCreate'),
    query: `mutation {
      fulfillmentServiceCreate(name: "example", permitsSkuSharing: true) { fulfillmentService { id } }
    }`,
  },
  {
    because: '`productAppendImages` was removed in 2024-10',
    source: reference('2024-01/mutations/productAppendImages'),
    query: `mutation productAppendImages($input: ProductAppendImagesInput!) {
      productAppendImages(input: $input) {
        newImages { id altText }
        product { id }
        userErrors { field message }
      }
    }`,
    variables: {
      input: {
        id: 'gid://shopify/Product/108828309',
        images: [{ altText: 'Existing image.', src: 'http://example.com/rails_logo.gif' }],
      },
    },
  },
  {
    because: '`productImageUpdate` was removed in 2024-10',
    source: 'https://shopify.dev/changelog/removal-of-deprecated-product-image-mutations-from-the-graphql-admin-api',
    query: `mutation {
      productImageUpdate(productId: "gid://shopify/Product/1", image: { altText: "New" }) { image { id } }
    }`,
  },
  {
    because: '`productVariantCreate` was deprecated in 2024-10 and is gone',
    source:
      'https://shopify.dev/changelog/breaking-changes-in-several-productvariant-related-mutations-in-version-2024-10',
    query: `mutation productVariantCreate($input: ProductVariantInput!) {
      productVariantCreate(input: $input) { productVariant { id title price } userErrors { field message } }
    }`,
    variables: { input: { productId: 'gid://shopify/Product/20995642', price: '10.00', options: ['Blue'] } },
  },
  {
    because: '`productVariantUpdate` was deprecated in 2024-10 and is gone',
    source: 'https://community.shopify.com/t/using-productvariantupdate-with-bulkoperationrunmutation-to-update/77881',
    query: `mutation call($input: ProductVariantInput!) {
      productVariantUpdate(input: $input) {
        productVariant { id price inventoryQuantity }
        userErrors { field message }
      }
    }`,
    variables: { input: { id: 'gid://shopify/ProductVariant/40678598934685', price: 55.9 } },
  },
  {
    because: '`ProductInput.images` was deprecated in 2024-01 and is gone',
    source: 'https://shopify.dev/changelog/breaking-changes-to-products-api-deprecate-productinput-images',
    query: `mutation {
      productCreate(input: { title: "Hat", images: [{ src: "https://example.com/hat.png" }] }) { product { id } }
    }`,
  },
  {
    because: '`ProductInput.variants` went with the product model of 2024-04',
    source: 'https://community.shopify.com/t/update-product-images-using-productupdate-mutation/104929',
    query: `mutation {
      productUpdate(input: {
        id: "gid://shopify/Product/7177251913918"
        variants: [{ price: "20", compareAtPrice: "500", inventoryManagement: SHOPIFY }]
      }) { product { id images(first: 2) { edges { node { url } } } } }
    }`,
  },
  {
    because: 'price rules were removed from GraphQL in 2024-10',
    source: 'https://shopify.dev/changelog/removal-of-the-pricerule-resource-from-graphql-admin-api',
    query: '{ priceRules(first: 10) { edges { node { id title status } } } }',
  },
];
