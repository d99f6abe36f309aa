// The documents that `shopwright fake compare` sends, and that `shopwright fake compare --list` prints.
//
// The operation name of a document is its id, and reports name documents by it. Placeholders such as `{product}` in
// variables are replaced by ids that an earlier document has kept; `{handle}` is random for each run. Ids that end in
// 404404404404 do not exist: no shop has reached that number.

/** One document of the contract check, with the parts of its data to compare. */
export interface CompareDocument {
  /** Its name is the id of the document. */
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /**
   * Data that does not depend on the shop: `true` for all data, or paths outside of lists. Other data is compared only
   * by shape. Default: none.
   */
  readonly exact?: true | readonly string[];
  /** Ids that later documents use, by the path of their value. */
  readonly keep?: Readonly<Record<string, string>>;
  /** Points to reserve, for a document that costs more than the client's default limit. */
  readonly cost?: number;
}

const nowhere = (type: string): string => `gid://shopify/${type}/404404404404`;
const long = 'a'.repeat(256);

const pageInfo = 'pageInfo { hasNextPage hasPreviousPage }';
const ofProduct = `id title handle status descriptionHtml vendor productType tags templateSuffix createdAt updatedAt
    publishedAt totalInventory tracksInventory hasOnlyDefaultVariant seo { title description }
    options { id name position values optionValues { id name hasVariants } }`;
const ofVariant = `id title sku barcode price compareAtPrice taxable inventoryPolicy inventoryQuantity position
      selectedOptions { name value } inventoryItem { id tracked requiresShipping measurement { weight { unit value } } }`;

const productsPages: readonly CompareDocument[] = [
  {
    query: `query ProductsPage { products(first: 2) {
  nodes { ${ofProduct}
    variants(first: 2) { nodes { ${ofVariant} } } }
  ${pageInfo} } }`,
    exact: ['products.pageInfo.hasPreviousPage'],
  },
  {
    query: `query ProductsWide { products(first: 25) { nodes { id
  media(first: 5) { nodes { status mediaContentType } }
  variants(first: 10) { nodes { id sku } }
  metafields(first: 5) { nodes { id namespace key type createdAt } } } } }`,
  },
  {
    query: `query ProductsSearch { products(first: 3, query: "status:active OR status:draft", sortKey: UPDATED_AT, reverse: true) {
  nodes { id status updatedAt } } }`,
  },
  { query: 'query ProductsUnknownSearchField { products(first: 1, query: "colour:red") { nodes { id } } }' },
  { query: 'query ProductsNone { products(first: 0) { nodes { id } } }', exact: ['products.nodes'] },
  { query: 'query ProductsCount { productsCount { count precision } }' },
  { query: `query VariantsPage { productVariants(first: 3) { nodes { ${ofVariant} product { id } } ${pageInfo} } }` },
  {
    query: `query ProductUnknown { product(id: "${nowhere('Product')}") { id } }`,
    exact: true,
  },
  {
    query:
      'query ProductUnknownHandle { productByIdentifier(identifier: {handle: "no-such-handle-404404404404"}) { id } }',
    exact: true,
  },
  {
    query: 'query NodesUnknown($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    variables: { ids: [nowhere('Product'), nowhere('ProductVariant')] },
    exact: true,
  },
];

const otherPages: readonly CompareDocument[] = [
  {
    query: `query ShopBasics { shop { id name myshopifyDomain currencyCode ianaTimezone weightUnit unitSystem taxesIncluded
  plan { partnerDevelopment shopifyPlus } } }`,
  },
  { query: 'query InstallationScopes { currentAppInstallation { id accessScopes { handle } } }' },
  { query: 'query ApiVersions { publicApiVersions { handle displayName supported } }' },
  { query: 'query LocationsPage { locations(first: 3) { nodes { id isActive fulfillsOnlineOrders createdAt } } }' },
  {
    query: `query InventoryItemsPage { inventoryItems(first: 3) { nodes { id sku tracked requiresShipping createdAt
  inventoryLevels(first: 2) { nodes { id location { id } quantities(names: ["available", "on_hand"]) { name quantity } } } } } }`,
  },
  {
    query: `query MetafieldDefinitionsPage { metafieldDefinitions(ownerType: PRODUCT, first: 3) {
  nodes { id namespace key ownerType type { name } } } }`,
  },
  {
    query: 'query WebhookSubscriptionsPage { webhookSubscriptions(first: 3) { nodes { id topic format createdAt } } }',
  },
  { query: 'query FilesPage { files(first: 3) { nodes { fileStatus createdAt } } }' },
  {
    query: `query CollectionsPage { collections(first: 2) { nodes { id handle sortOrder updatedAt productsCount { count }
  products(first: 2) { nodes { id } } } } }`,
  },
  { query: 'query CollectionsCount { collectionsCount { count precision } }' },
  { query: 'query PublicationsPage { publications(first: 2) { nodes { id autoPublish } } }' },
  {
    query: `query CollectionUnknown { collection(id: "${nowhere('Collection')}") { id } }`,
    exact: true,
  },
];

/** Queries that Shopify refuses, each with its own message. */
const refusedQueries: readonly CompareDocument[] = [
  { query: 'query UnknownField { shop { colour } }' },
  { query: 'query UnknownRoot { colours { id } }' },
  { query: 'query UnknownArgument { products(first: 1, colour: "red") { nodes { id } } }' },
  { query: 'query MissingArgument { product { id } }' },
  { query: 'query MissingSelection { shop }' },
  { query: 'query SelectionOfText { shop { name { text } } }' },
  { query: 'query UnknownType { node(id: "gid://shopify/Shop/1") { ... on Colour { id } } }' },
  { query: 'query UnknownFragment { shop { ...Colours } }' },
  { query: 'query FieldConflict { shop { id: name id } }' },
  { query: 'query WrongEnum { products(first: 1, sortKey: SIZE) { nodes { id } } }' },
  {
    query: 'query WrongEnumVariable($by: ProductSortKeys) { products(first: 1, sortKey: $by) { nodes { id } } }',
    variables: { by: 'SIZE' },
  },
  { query: 'query WrongType { products(first: "two") { nodes { id } } }' },
  { query: 'query MalformedGid { product(id: "12") { id } }' },
  { query: 'query MalformedGidVariable($id: ID!) { product(id: $id) { id } }', variables: { id: 'tee' } },
  { query: `query GidOfAnotherType { product(id: "${nowhere('Collection')}") { id } }`, exact: true },
  { query: 'query NullVariable($id: ID!) { product(id: $id) { id } }', variables: { id: null } },
  { query: 'query MissingVariable($id: ID!) { product(id: $id) { id } }' },
  { query: 'query UnusedVariable($id: ID) { shop { id } }' },
  { query: 'query UndefinedVariable { product(id: $id) { id } }' },
  { query: 'query VariableMismatch($id: Int!) { product(id: $id) { id } }', variables: { id: 1 } },
  {
    query: `query UnknownInputField($by: ProductIdentifierInput!) { productByIdentifier(identifier: $by) { id } }`,
    variables: { by: { colour: 'red' } },
  },
  { query: 'query PageWithoutSize { products { nodes { id } } }' },
  { query: 'query PageBothWays { products(first: 1, last: 1) { nodes { id } } }' },
  { query: 'query PageTooLarge { products(first: 251) { nodes { id } } }' },
  { query: 'query WrongCursor { products(first: 1, after: "red") { nodes { id } } }' },
  {
    query: `query TooCostly { products(first: 250) { nodes {
  variants(first: 250) { nodes { metafields(first: 250) { nodes { id } } } }
  media(first: 250) { nodes { status } } metafields(first: 250) { nodes { id } } } } }`,
    cost: 1000,
  },
];

/** The documents that every run sends: queries only. */
export const readingDocuments: readonly CompareDocument[] = [...productsPages, ...otherPages, ...refusedQueries];

const coded = 'userErrors { code field message }';
const uncoded = 'userErrors { field message }';

/** Set explicitly, since a variant without it gets the shop's unit of weight. */
const weight = { measurement: { weight: { unit: 'GRAMS', value: 250 } } };

/** Creates the run's only product. Sent again, it finds the product by its handle. */
const makeProduct: CompareDocument = {
  query: `mutation ProductMake($identifier: ProductSetIdentifiers!, $input: ProductSetInput!) {
  productSet(identifier: $identifier, input: $input) {
    product { ${ofProduct}
      variants(first: 3) { nodes { ${ofVariant} } } }
    ${coded} } }`,
  variables: {
    identifier: { handle: '{handle}' },
    input: {
      handle: '{handle}',
      title: 'Contract check of shopwright',
      descriptionHtml: '<p>Made by a check, and deleted by it.</p>',
      vendor: 'shopwright',
      productType: 'Check',
      status: 'DRAFT',
      tags: ['shopwright', 'check'],
      productOptions: [{ name: 'Size', values: [{ name: 'S' }, { name: 'M' }] }],
      variants: ['S', 'M'].map((name, index) => ({
        optionValues: [{ optionName: 'Size', name }],
        sku: `CHECK-${name}`,
        price: `1${index}.5`,
        inventoryItem: { tracked: true, ...weight },
      })),
    },
  },
  exact: true,
  keep: {
    product: 'productSet.product.id',
    option: 'productSet.product.options.0.id',
    variant: 'productSet.product.variants.nodes.0.id',
    secondVariant: 'productSet.product.variants.nodes.1.id',
    item: 'productSet.product.variants.nodes.0.inventoryItem.id',
  },
};

const update = (name: string, fields: object, id = '{product}'): CompareDocument => ({
  query: `mutation ${name}($product: ProductUpdateInput!) { productUpdate(product: $product) {
  product { id title handle status tags vendor seo { title description } } ${uncoded} } }`,
  variables: { product: { id, ...fields } },
  exact: true,
});

const set = (name: string, input: object): CompareDocument => ({
  query: `mutation ${name}($identifier: ProductSetIdentifiers!, $input: ProductSetInput!) {
  productSet(identifier: $identifier, input: $input) { product { id } ${coded} } }`,
  variables: { identifier: { id: '{product}' }, input },
  exact: true,
});

const ofTheProduct: readonly CompareDocument[] = [
  {
    query: `query ProductRead($id: ID!) { product(id: $id) { ${ofProduct}
  media(first: 2) { nodes { id } }
  variants(first: 3) { nodes { ${ofVariant} } ${pageInfo} } } }`,
    variables: { id: '{product}' },
    exact: true,
  },
  update('ProductUpdate', {
    title: 'Contract check',
    tags: ['two', 'one'],
    seo: { title: 'Check', description: 'None' },
  }),
  update('ProductTitleBlank', { title: ' ' }),
  update('ProductTitleTooLong', { title: long }),
  update('ProductHandleTooLong', { handle: long }),
  update('ProductVendorTooLong', { vendor: long }),
  update('ProductTagTooLong', { tags: [long] }),
  update('ProductUpdateUnknown', { title: 'Nothing' }, nowhere('Product')),
  update('ProductUnknownInputField', { colour: 'red' }),
  update('ProductWrongStatus', { status: 'SOLD' }),
  set('ProductSetOptionsWithoutVariants', { productOptions: [{ name: 'Size', values: [{ name: 'S' }] }] }),
  set('ProductSetDelimiterInOption', {
    productOptions: [{ name: 'Size / Cut', values: [{ name: 'S' }] }],
    variants: [{ optionValues: [{ optionName: 'Size / Cut', name: 'S' }] }],
  }),
  set('ProductSetUnknownValue', {
    productOptions: [{ name: 'Size', values: [{ name: 'S' }] }],
    variants: [{ optionValues: [{ optionName: 'Size', name: 'XXL' }] }],
  }),
  {
    query: `mutation TagsAdd($id: ID!) { tagsAdd(id: $id, tags: ["three", "One"]) { node { id ... on Product { tags } } ${uncoded} } }`,
    variables: { id: '{product}' },
    exact: true,
  },
  {
    query: `mutation TagsAddUnknown { tagsAdd(id: "${nowhere('Product')}", tags: ["a"]) { node { id } ${uncoded} } }`,
    exact: true,
  },
];

const variants = (name: string, mutation: 'Create' | 'Update', list: readonly object[]): CompareDocument => ({
  query: `mutation ${name}($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulk${mutation}(productId: $id, variants: $variants) { productVariants { ${ofVariant} } ${coded} } }`,
  variables: { id: '{product}', variants: list },
  exact: true,
});
const sized = (name: string): object => ({
  price: '12',
  optionValues: [{ optionName: 'Size', name }],
  inventoryItem: weight,
});

const ofVariants: readonly CompareDocument[] = [
  variants('VariantCreate', 'Create', [sized('L')]),
  variants('VariantExists', 'Create', [sized('S')]),
  variants('VariantOfUnknownOption', 'Create', [{ optionValues: [{ optionName: 'Cut', name: 'Slim' }] }]),
  variants('VariantUpdate', 'Update', [
    { id: '{variant}', price: '9.999', compareAtPrice: '20', barcode: '4006381333931' },
  ]),
  variants('VariantPriceNegative', 'Update', [{ id: '{variant}', price: '-1' }]),
  variants('VariantSkuTooLong', 'Update', [{ id: '{variant}', inventoryItem: { sku: long } }]),
  variants('VariantUnknown', 'Update', [{ id: nowhere('ProductVariant'), price: '1' }]),
  variants('VariantWithoutId', 'Update', [{ price: '1' }]),
  {
    query: `mutation OptionsCreate($id: ID!, $options: [OptionCreateInput!]!) { productOptionsCreate(productId: $id, options: $options) {
  product { options { id name position optionValues { id name hasVariants } } } ${coded} } }`,
    variables: { id: '{product}', options: [{ name: 'Colour', values: [{ name: 'Red' }] }] },
    exact: true,
  },
  {
    query: `mutation OptionExists($id: ID!, $options: [OptionCreateInput!]!) { productOptionsCreate(productId: $id, options: $options) {
  product { id } ${coded} } }`,
    variables: { id: '{product}', options: [{ name: 'Size', values: [{ name: 'S' }] }] },
    exact: true,
  },
  {
    query: `mutation OptionUpdate($id: ID!, $option: OptionUpdateInput!) { productOptionUpdate(productId: $id, option: $option) {
  product { options { id name } } ${coded} } }`,
    variables: { id: '{product}', option: { id: '{option}', name: 'Width' } },
    exact: true,
  },
  {
    query: `mutation VariantsReorder($id: ID!, $positions: [ProductVariantPositionInput!]!) {
  productVariantsBulkReorder(productId: $id, positions: $positions) { product { id } ${coded} } }`,
    variables: { id: '{product}', positions: [{ id: '{secondVariant}', position: 1 }] },
    exact: true,
  },
  {
    query: `mutation VariantsDelete($id: ID!, $ids: [ID!]!) { productVariantsBulkDelete(productId: $id, variantsIds: $ids) {
  product { id } ${coded} } }`,
    variables: { id: '{product}', ids: ['{secondVariant}'] },
    exact: true,
  },
  {
    query: `mutation VariantsDeleteUnknown($id: ID!, $ids: [ID!]!) { productVariantsBulkDelete(productId: $id, variantsIds: $ids) {
  product { id } ${coded} } }`,
    variables: { id: '{product}', ids: [nowhere('ProductVariant')] },
    exact: true,
  },
];

const metafield = (name: string, fields: object): CompareDocument => ({
  query: `mutation ${name}($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) {
  metafields { id namespace key type value createdAt } ${coded} } }`,
  variables: {
    metafields: [
      {
        ownerId: '{product}',
        namespace: 'shopwright_check',
        key: 'note',
        type: 'single_line_text_field',
        value: 'a',
        ...fields,
      },
    ],
  },
  exact: true,
});

const ofMetafields: readonly CompareDocument[] = [
  metafield('MetafieldSet', {}),
  metafield('MetafieldOfJson', { key: 'data', type: 'json', value: '{"b": [1, 2.50], "a": null}' }),
  metafield('MetafieldWrongNumber', { key: 'count', type: 'number_integer', value: '1.5' }),
  metafield('MetafieldUnknownType', { key: 'colours', type: 'colours' }),
  metafield('MetafieldOtherType', { type: 'number_integer', value: '1' }),
  metafield('MetafieldKeyTooLong', { key: long }),
  metafield('MetafieldValueBlank', { value: '' }),
  metafield('MetafieldReservedNamespace', { namespace: 'shopify' }),
  metafield('MetafieldOfUnknownOwner', { ownerId: nowhere('Product') }),
  metafield('MetafieldStaleDigest', { compareDigest: 'stale' }),
  {
    query: `query MetafieldsRead($id: ID!) { product(id: $id) {
  metafield(namespace: "shopwright_check", key: "note") { id value type }
  metafields(first: 5, keys: ["shopwright_check.data"]) { nodes { id key value } } } }`,
    variables: { id: '{product}' },
    exact: true,
  },
  {
    query: `mutation MetafieldsDelete($metafields: [MetafieldIdentifierInput!]!) { metafieldsDelete(metafields: $metafields) {
  deletedMetafields { ownerId namespace key } ${uncoded} } }`,
    variables: {
      metafields: ['note', 'absent'].map((key) => ({ ownerId: '{product}', namespace: 'shopwright_check', key })),
    },
    exact: true,
  },
];

const item = (name: string, input: object): CompareDocument => ({
  query: `mutation ${name}($id: ID!, $input: InventoryItemInput!) { inventoryItemUpdate(id: $id, input: $input) {
  inventoryItem { id sku tracked requiresShipping countryCodeOfOrigin harmonizedSystemCode unitCost { amount } } ${uncoded} } }`,
  variables: { id: '{item}', input },
  exact: true,
});
const quantities = (name: string, input: object): CompareDocument => ({
  query: `mutation ${name}($input: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $input) {
  inventoryAdjustmentGroup { reason changes { name delta quantityAfterChange } } ${coded} } }`,
  variables: { input: { name: 'available', reason: 'correction', ...input } },
  exact: true,
});
const at = (locationId: string, quantity: number): object => ({
  quantities: [{ inventoryItemId: '{item}', locationId, quantity, changeFromQuantity: null }],
});

const ofInventory: readonly CompareDocument[] = [
  item('ItemUpdate', { cost: '3.5', countryCodeOfOrigin: 'DE', harmonizedSystemCode: '610910' }),
  item('ItemCostNegative', { cost: '-1' }),
  item('ItemWrongCode', { harmonizedSystemCode: 'tee' }),
  {
    query: `query LevelsRead($id: ID!) { inventoryItem(id: $id) { inventoryLevels(first: 1) { nodes { location { id }
  quantities(names: ["available", "committed", "on_hand"]) { name quantity updatedAt } } } } }`,
    variables: { id: '{item}' },
    exact: true,
    keep: { location: 'inventoryItem.inventoryLevels.nodes.0.location.id' },
  },
  quantities('QuantitiesSet', at('{location}', 7)),
  quantities('QuantitiesWrongName', { ...at('{location}', 7), name: 'sold' }),
  quantities('QuantitiesWrongReason', { ...at('{location}', 7), reason: 'weather' }),
  quantities('QuantitiesTooLarge', at('{location}', 2_000_000_000)),
  quantities('QuantitiesAtUnknownLocation', at(nowhere('Location'), 7)),
  {
    query: `query StockRead($id: ID!) { productVariant(id: $id) { inventoryQuantity product { totalInventory } } }`,
    variables: { id: '{variant}' },
    exact: true,
  },
];

/** Mutations of things that do not exist, which change nothing in any shop. */
const ofNothing: readonly CompareDocument[] = [
  {
    query: `mutation WebhookUpdateUnknown($webhook: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: "${nowhere('WebhookSubscription')}", webhookSubscription: $webhook) { webhookSubscription { id } ${uncoded} } }`,
    variables: { webhook: { uri: 'https://example.com/webhooks' } },
    exact: true,
  },
  {
    query: `mutation WebhookUpdateWithoutScheme($webhook: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: "${nowhere('WebhookSubscription')}", webhookSubscription: $webhook) { webhookSubscription { id } ${uncoded} } }`,
    variables: { webhook: { callbackUrl: 'example.com/webhooks' } },
    exact: true,
  },
  {
    query: `mutation WebhookDeleteUnknown { webhookSubscriptionDelete(id: "${nowhere('WebhookSubscription')}") {
  deletedWebhookSubscriptionId ${uncoded} } }`,
    exact: true,
  },
  {
    query: `mutation FileUpdateUnknown { fileUpdate(files: [{id: "${nowhere('MediaImage')}", alt: "none"}]) { files { id } ${coded} } }`,
    exact: true,
  },
  {
    query: `mutation FileDeleteUnknown { fileDelete(fileIds: ["${nowhere('MediaImage')}"]) { deletedFileIds ${coded} } }`,
    exact: true,
  },
  {
    query: `mutation CollectionUpdateUnknown { collectionUpdate(input: {id: "${nowhere('Collection')}", title: "None"}) {
  collection { id } ${uncoded} } }`,
    exact: true,
  },
  {
    query: `mutation CollectionAddUnknown($ids: [ID!]!) { collectionAddProducts(id: "${nowhere('Collection')}", productIds: $ids) {
  collection { id } ${uncoded} } }`,
    variables: { ids: ['{product}'] },
    exact: true,
  },
  {
    query: `mutation CollectionDeleteUnknown { collectionDelete(input: {id: "${nowhere('Collection')}"}) {
  deletedCollectionId ${uncoded} } }`,
    exact: true,
  },
  {
    query: `mutation PublishUnknown($id: ID!) { publishablePublish(id: $id, input: [{publicationId: "${nowhere('Publication')}"}]) {
  publishable { ... on Product { id } } ${uncoded} } }`,
    variables: { id: '{product}' },
    exact: true,
  },
  { query: 'mutation MutationWithoutArgument { productDelete { deletedProductId } }' },
  {
    query: 'mutation MutationOfNull { tagsAdd(id: "gid://shopify/Product/404404404404", tags: null) { node { id } } }',
  },
];

const deletion = (name: string): CompareDocument => ({
  query: `mutation ${name}($input: ProductDeleteInput!) { productDelete(input: $input) { deletedProductId ${uncoded} } }`,
  variables: { input: { id: '{product}' } },
  exact: true,
});

/**
 * The documents that `--write` adds. They write to one product, which the first document creates and the last but one
 * deletes.
 */
export const writingDocuments: readonly CompareDocument[] = [
  makeProduct,
  ...ofTheProduct,
  ...ofMetafields,
  ...ofInventory,
  ...ofVariants,
  ...ofNothing,
  deletion('ProductDelete'),
  deletion('ProductDeleteAgain'),
];

/** Initial data of the fake, so that its pages can be compared with those of a shop. */
export const fakeSeeds: readonly Pick<CompareDocument, 'query' | 'variables'>[] = [
  {
    query: `mutation SeedProduct($input: ProductSetInput!) { productSet(input: $input) { userErrors { message } } }`,
    variables: {
      input: {
        title: 'Seed',
        status: 'ACTIVE',
        productOptions: [{ name: 'Size', values: [{ name: 'S' }] }],
        variants: [{ optionValues: [{ optionName: 'Size', name: 'S' }], sku: 'SEED', price: '1' }],
        metafields: [{ namespace: 'seed', key: 'note', type: 'single_line_text_field', value: 'a' }],
        files: [{ originalSource: 'https://example.com/seed.png', alt: 'Seed', contentType: 'IMAGE' }],
      },
    },
  },
  {
    query: `mutation SeedCollection($input: CollectionInput!) { collectionCreate(input: $input) { userErrors { message } } }`,
    variables: { input: { title: 'Seed' } },
  },
  {
    query: `mutation SeedDefinition($definition: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $definition) { userErrors { message } } }`,
    variables: {
      definition: {
        name: 'Seed',
        namespace: 'seed',
        key: 'size',
        ownerType: 'PRODUCT',
        type: 'single_line_text_field',
      },
    },
  },
  {
    query: `mutation SeedWebhook($webhook: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: PRODUCTS_UPDATE, webhookSubscription: $webhook) { userErrors { message } } }`,
    variables: { webhook: { uri: 'https://example.com/webhooks' } },
  },
];
