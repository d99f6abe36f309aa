// @ts-nocheck
import { type DocumentedOperation, reference } from './record.ts';

/** Products, variants and media. */
export const productOperations: readonly DocumentedOperation[] = [
  {
    source: reference('2026-07/queries/node'),
    query: 'query { node(id: "gid://shopify/Product/108828309") { id ... on Product { title handle } } }',
  },
  {
    source: reference('2026-01/queries/products'),
    query: `query {
      products(first: 10, after: "eyJsYXN0X2lkIjoyMDk5NTY0MiwibGFzdF92YWx1ZSI6IjIwOTk1NjQyIn0=") {
        edges { node { id title handle } cursor }
        pageInfo { hasNextPage }
      }
    }`,
  },
  {
    source: 'https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens',
    query: '{ products(first: 5) { edges { node { id handle } } pageInfo { hasNextPage } } }',
  },
  {
    source: 'https://shopify.dev/docs/api/usage/bulk-operations/queries',
    query: `{
      products(query: "created_at:>=2024-01-01 AND created_at:<2024-05-01", first: 50) {
        edges {
          cursor
          node {
            id createdAt updatedAt title handle descriptionHtml productType
            options { name position values }
            priceRange { minVariantPrice { amount currencyCode } maxVariantPrice { amount currencyCode } }
          }
        }
        pageInfo { hasNextPage }
      }
    }`,
  },
  {
    source: reference('2026-01/queries/productVariants'),
    query: 'query { productVariants(first: 10, query: "sku:element*") { edges { node { id title sku } } } }',
  },
  {
    source: reference('2026-07/queries/productVariant'),
    query: `query {
      productVariant(id: "gid://shopify/ProductVariant/43729076") {
        contextualPricing(context: { country: CA }) { price { amount currencyCode } }
      }
    }`,
  },
  {
    source: reference('2026-07/queries/productSavedSearches'),
    query: `query {
      productSavedSearches(first: 3) { nodes { id legacyResourceId name filters { key value } query searchTerms } }
    }`,
  },
  {
    source: reference('2026-07/queries/productResourceFeedback'),
    query: `query {
      productResourceFeedback(id: "gid://shopify/Product/-1") {
        feedbackGeneratedAt messages productId productUpdatedAt state
      }
    }`,
  },
  {
    source: reference('2026-01/mutations/productCreate'),
    query: `mutation {
      productCreate(product: {
        title: "Cool socks"
        productOptions: [
          { name: "Color", values: [{ name: "Red" }, { name: "Blue" }] }
          { name: "Size", values: [{ name: "Small" }, { name: "Large" }] }
        ]
      }) {
        product { id title options { id name position optionValues { id name hasVariants } } }
        userErrors { field message }
      }
    }`,
  },
  {
    source: 'https://shopify.dev/docs/api/usage/bulk-operations/imports',
    query: `mutation call($input: ProductInput!) {
      productCreate(input: $input) {
        product { id title variants(first: 10) { edges { node { id title inventoryQuantity } } } }
        userErrors { message field }
      }
    }`,
    variables: { input: { title: 'Sweet new snowboard 1', productType: 'Snowboard', vendor: 'JadedPixel' } },
  },
  {
    source: reference('2026-01/mutations/productDelete'),
    query: `mutation {
      productDelete(input: { id: "gid://shopify/Product/-1" }) { deletedProductId userErrors { field message } }
    }`,
  },
  {
    source: reference('2026-01/mutations/productDelete'),
    query: 'mutation { productDelete(input: { id: "gid://shopify/Product/108828309" }) { deletedProductId } }',
  },
  {
    source: reference('2026-01/mutations/productDelete'),
    query: `mutation productDelete($input: ProductDeleteInput!, $synchronous: Boolean!) {
      productDelete(synchronous: $synchronous, input: $input) {
        deletedProductId
        productDeleteOperation { id status deletedProductId }
      }
    }`,
    variables: { synchronous: false, input: { id: 'gid://shopify/Product/108828309' } },
  },
  {
    source: reference('2026-01/mutations/productSet'),
    query: `mutation createProductAsynchronous($productSet: ProductSetInput!, $synchronous: Boolean!) {
      productSet(synchronous: $synchronous, input: $productSet) {
        product { id }
        productSetOperation { id status userErrors { code field message } }
        userErrors { code field message }
      }
    }`,
    variables: {
      synchronous: false,
      productSet: {
        title: 'Winter hat',
        productOptions: [{ name: 'Color', position: 1, values: [{ name: 'Grey' }, { name: 'Black' }] }],
        variants: [
          { optionValues: [{ optionName: 'Color', name: 'Grey' }], price: 79.99 },
          { optionValues: [{ optionName: 'Color', name: 'Black' }], price: 69.99 },
        ],
      },
    },
  },
  {
    source: reference('2026-01/mutations/productVariantsBulkCreate'),
    query: `mutation productVariantsBulkCreate($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
      productVariantsBulkCreate(productId: $productId, variants: $variants) {
        product { id }
        productVariants { id metafields(first: 1) { edges { node { namespace key value } } } }
        userErrors { field message }
      }
    }`,
    variables: {
      productId: 'gid://shopify/Product/20995642',
      variants: [
        {
          optionValues: [{ name: 'Fashionable', optionName: 'Title' }],
          metafields: [
            {
              namespace: 'my_fields',
              key: 'liner_material',
              type: 'single_line_text_field',
              value: 'Reinforced Polyethylene',
            },
          ],
        },
      ],
    },
  },
  {
    source: reference('2025-07/mutations/productVariantsBulkUpdate'),
    query: `mutation productVariantsBulkUpdate($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
      productVariantsBulkUpdate(productId: $productId, variants: $variants) {
        product { id }
        productVariants { id metafields(first: 2) { edges { node { namespace key value } } } }
        userErrors { field message }
      }
    }`,
    variables: {
      productId: 'gid://shopify/Product/20995642',
      variants: [
        {
          id: 'gid://shopify/ProductVariant/1070325197',
          metafields: [{ id: 'gid://shopify/Metafield/1069229096', value: 'SYNTHETIC LEATHER' }],
        },
      ],
    },
  },
  {
    source: reference('2026-07/mutations/productVariantsBulkDelete'),
    query: `mutation bulkDeleteProductVariants($productId: ID!, $variantsIds: [ID!]!) {
      productVariantsBulkDelete(productId: $productId, variantsIds: $variantsIds) {
        product { id title }
        userErrors { field message }
      }
    }`,
    variables: {
      productId: 'gid://shopify/Product/20995642',
      variantsIds: ['gid://shopify/ProductVariant/30322695', 'gid://shopify/ProductVariant/113711323'],
    },
  },
  {
    source: reference('2026-07/mutations/productVariantRelationshipBulkUpdate'),
    query: `mutation CreateBundle($input: [ProductVariantRelationshipUpdateInput!]!) {
      productVariantRelationshipBulkUpdate(input: $input) {
        parentProductVariants { id productVariantComponents(first: 10) { nodes { id productVariant { id displayName } } } }
        userErrors { code field message }
      }
    }`,
    variables: {
      input: [
        {
          parentProductVariantId: 'gid://shopify/ProductVariant/799757249',
          productVariantRelationshipsToCreate: [{ id: 'gid://shopify/ProductVariant/149896808', quantity: 1 }],
        },
      ],
    },
  },
  {
    source: reference('2026-07/mutations/productVariantAppendMedia'),
    query: `mutation productVariantAppendMedia($productId: ID!, $variantMedia: [ProductVariantAppendMediaInput!]!) {
      productVariantAppendMedia(productId: $productId, variantMedia: $variantMedia) { product { id } }
    }`,
    variables: {
      productId: 'gid://shopify/Product/1072481072',
      variantMedia: [
        { mediaIds: ['gid://shopify/MediaImage/1072273216'], variantId: 'gid://shopify/ProductVariant/1070325119' },
      ],
    },
  },
  {
    source: reference('2026-07/mutations/productReorderMedia'),
    query: `mutation productReorderMedia($id: ID!, $moves: [MoveInput!]!) {
      productReorderMedia(id: $id, moves: $moves) { job { id } }
    }`,
    variables: {
      id: 'gid://shopify/Product/108828309',
      moves: [{ id: 'gid://shopify/MediaImage/183532652', newPosition: '2' }],
    },
  },
  {
    source: reference('2026-01/mutations/productUpdateMedia'),
    query: `mutation ProductImageUpdate($id: ID!) {
      productUpdateMedia(productId: $id, media: [{ id: "gid://shopify/MediaImage/853695510", alt: "Updated alt text." }]) {
        media { id alt status ... on MediaImage { image { url } } }
        mediaUserErrors { field message }
      }
    }`,
    variables: { id: 'gid://shopify/Product/108828309' },
  },
];
