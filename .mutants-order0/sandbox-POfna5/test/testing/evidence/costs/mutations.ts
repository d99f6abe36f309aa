// @ts-nocheck
import { type CostRecord, times } from './record.ts';

const changelog = 'https://shopify.dev/changelog';
const productSetPost = `${changelog}/dynamic-complexity-cost-for-productset-mutation`;
const productPost = `${changelog}/dynamic-complexity-cost-for-productcreate-and-productupdate-mutations`;
const variantsPost = `${changelog}/dynamic-complexity-for-productvariantsbulkcreate-and-productvariantsbulkupdate-mutations`;
const metafieldsPost = `${changelog}/dynamic-complexity-cost-for-metafieldsset-mutation`;
const imports = 'https://shopify.dev/docs/api/usage/bulk-operations/imports';

const metafield = (index: number): object => ({
  namespace: 'custom',
  key: `key_${index}`,
  type: 'single_line_text_field',
  value: 'x',
});
const file = (index: number): object => ({ originalSource: `https://example.com/${index}.png` });
const image = (index: number): object => ({ ...file(index), mediaContentType: 'IMAGE' });
const variant = (index: number): object => ({ optionValues: [{ optionName: 'Size', name: `${index}` }] });

const productSet = 'mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id } } }';
const variantsBulk = (name: string): string => `
  mutation ($variants: [ProductVariantsBulkInput!]!, $media: [CreateMediaInput!]) {
    ${name}(productId: "gid://shopify/Product/1", variants: $variants, media: $media) { userErrors { message } }
  }`;
const setMetafields = 'metafieldsSet(metafields: $metafields) { userErrors { message } }';
const metafieldsSet = `mutation ($metafields: [MetafieldsSetInput!]!) { ${setMetafields} }`;
const owned = (count: number, ownerId: (index: number) => string): Readonly<Record<string, unknown>> => ({
  metafields: times(count, (index) => ({ ...metafield(index), ownerId: ownerId(index) })),
});
const order = (index: number): string => `gid://shopify/Order/${index + 1}`;

const metafieldsRow = (type: string, weight: number): CostRecord => ({
  source: metafieldsPost,
  kind: 'changelog',
  quote: `Base cost: 10 points. Per distinct owner, ${type}: ${weight}`,
  query: metafieldsSet,
  variables: owned(2, (index) => `gid://shopify/${type}/${index + 1}`),
  requested: 10 + 2 * weight,
});

/** Points of mutations. */
export const mutationCosts: readonly CostRecord[] = [
  {
    source: 'https://shopify.dev/docs/apps/build/marketing-analytics/build-web-pixels',
    kind: 'docs',
    quote: '"webPixelCreate": { … }, … "requestedQueryCost": 10',
    query: `mutation { webPixelCreate(webPixel: { settings: "{}" }) {
      userErrors { code field message } webPixel { settings id }
    } }`,
    requested: 10,
  },
  {
    source: imports,
    kind: 'docs',
    quote: '"webhookSubscriptionCreate": { … }, … "requestedQueryCost": 10, "actualQueryCost": 10',
    query: `mutation { webhookSubscriptionCreate(
      topic: BULK_OPERATIONS_FINISH, webhookSubscription: { format: JSON, uri: "https://12345.ngrok.io/" }
    ) { userErrors { field message } webhookSubscription { id } } }`,
    requested: 10,
  },
  {
    source: imports,
    kind: 'docs',
    quote: '"bulkOperationRunMutation": { … }, … "requestedQueryCost": 10, "actualQueryCost": 10',
    query: `mutation { bulkOperationRunMutation(
      mutation: "mutation call($input: ProductInput!) { productCreate(input: $input) { product { id } } }"
      stagedUploadPath: "tmp/21759409/bulk/89e620e1-0252-43b0-8f3b-3b7075ba4a23/bulk_op_vars"
    ) { bulkOperation { id url status } userErrors { message field } } }`,
    requested: 10,
  },
  {
    source: imports,
    kind: 'docs',
    quote: '"stagedUploadsCreate": { … "parameters": [ … ] }, … "requestedQueryCost": 11, "actualQueryCost": 11',
    query: `mutation { stagedUploadsCreate(input: {
      resource: BULK_MUTATION_VARIABLES, filename: "bulk_op_vars", mimeType: "text/jsonl", httpMethod: POST
    }) { userErrors { field message } stagedTargets { url resourceUrl parameters { name value } } } }`,
    requested: 11,
  },
  {
    source: 'https://community.shopify.com/t/using-productvariantupdate-with-bulkoperationrunmutation-to-update/77881',
    kind: 'seen',
    quote: '"bulkOperationRunMutation": { … }, … "requestedQueryCost":10,"actualQueryCost":10',
    query: `mutation { bulkOperationRunMutation(
      mutation: "mutation call($input: ProductInput!) { productUpdate(input: $input) { product { id } } }"
      stagedUploadPath: "tmp/58782580893/bulk/0de283d9/shopify_uploads"
    ) { bulkOperation { createdAt completedAt errorCode id status } userErrors { field message } } }`,
    requested: 10,
  },
  {
    source: productSetPost,
    kind: 'changelog',
    quote: 'Simple product update (1 variant, no files or metafields): New cost: 10 points',
    query: productSet,
    variables: { input: { variants: times(1, variant) } },
    requested: 10,
  },
  {
    source: productSetPost,
    kind: 'changelog',
    quote: 'Medium complexity (20 variants, 5 product metafields): New cost: 16 points',
    query: productSet,
    variables: { input: { variants: times(20, variant), metafields: times(5, metafield) } },
    requested: 16,
  },
  {
    source: productSetPost,
    kind: 'changelog',
    quote: 'Complex product (200 variants, 10 files, 20 metafields): New cost: 77 points',
    query: productSet,
    variables: { input: { variants: times(200, variant), files: times(10, file), metafields: times(20, metafield) } },
    requested: 77,
  },
  {
    source: productSetPost,
    kind: 'changelog',
    quote: 'Per variant file: 0.6 points. Per variant metafield: 0.4 points',
    query: productSet,
    variables: {
      input: {
        variants: times(5, (index) => ({ ...variant(index), file: file(index), metafields: [metafield(index)] })),
      },
    },
    requested: 16,
  },
  {
    source: productPost,
    kind: 'changelog',
    quote: '10 + (product_metafields × 0.4) + (product_media × 1.9)',
    query: `mutation ($product: ProductCreateInput!, $media: [CreateMediaInput!]) {
      productCreate(product: $product, media: $media) { product { id } }
    }`,
    variables: { product: { title: 'Hat', metafields: times(5, metafield) }, media: times(10, image) },
    requested: 31,
  },
  {
    source: productPost,
    kind: 'changelog',
    quote: '10 + (product_metafields × 0.4) + (product_media × 1.9)',
    query: `mutation ($product: ProductUpdateInput!, $media: [CreateMediaInput!]) {
      productUpdate(product: $product, media: $media) { product { id } }
    }`,
    variables: { product: { title: 'Hat', metafields: times(2, metafield) }, media: times(2, image) },
    // 14.6, in whole points.
    requested: 15,
  },
  {
    source: variantsPost,
    kind: 'changelog',
    quote: '10 + (variants × 0.2) + (variant_media × 0.6) + (variant_metafields × 0.4) + (product_media × 1.9)',
    query: variantsBulk('productVariantsBulkCreate'),
    variables: {
      variants: times(10, (index) => ({ ...variant(index), mediaSrc: [`https://example.com/${index}.png`] })),
      media: times(10, image),
    },
    requested: 37,
  },
  {
    source: variantsPost,
    kind: 'changelog',
    quote: '10 + (variants × 0.2) + (variant_media × 0.6) + (variant_metafields × 0.4) + (product_media × 1.9)',
    query: variantsBulk('productVariantsBulkUpdate'),
    variables: { variants: times(20, (index) => ({ metafields: times(3, metafield), price: index })) },
    requested: 38,
  },
  {
    source: metafieldsPost,
    kind: 'changelog',
    quote: 'the highest possible cost for a single invocation is 260 points (25 distinct orders)',
    query: metafieldsSet,
    variables: owned(25, order),
    requested: 260,
  },
  {
    source: metafieldsPost,
    kind: 'changelog',
    quote: 'A request with three aliases updating the same 25 distinct orders costs 780 points',
    query: `mutation ($metafields: [MetafieldsSetInput!]!) {
      a: ${setMetafields} b: ${setMetafields} c: ${setMetafields}
    }`,
    variables: owned(25, order),
    requested: 780,
  },
  {
    source: metafieldsPost,
    kind: 'changelog',
    quote: 'Setting 10 metafields on one product costs the same as setting one',
    query: metafieldsSet,
    variables: owned(10, () => 'gid://shopify/Product/1'),
    requested: 14,
  },
  ...[
    metafieldsRow('Order', 10),
    metafieldsRow('Product', 4),
    metafieldsRow('Collection', 1),
    metafieldsRow('Customer', 1),
    metafieldsRow('Location', 0),
  ],
];
