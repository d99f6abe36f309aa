/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "query MetafieldDefinitionByKey($ownerType: MetafieldOwnerType!, $namespace: String!, $key: String!) {\n  metafieldDefinitions(\n    ownerType: $ownerType\n    namespace: $namespace\n    key: $key\n    first: 1\n  ) {\n    nodes {\n      id\n      namespace\n      key\n      type {\n        name\n      }\n    }\n  }\n}\n\nmutation MetafieldDefinitionEnsure($definition: MetafieldDefinitionInput!) {\n  metafieldDefinitionCreate(definition: $definition) {\n    createdDefinition {\n      id\n      namespace\n    }\n    userErrors {\n      code\n      field\n      message\n    }\n  }\n}\n\nmutation MetafieldsWrite($metafields: [MetafieldsSetInput!]!) {\n  metafieldsSet(metafields: $metafields) {\n    metafields {\n      id\n    }\n    userErrors {\n      code\n      field\n      message\n    }\n  }\n}": typeof types.MetafieldDefinitionByKeyDocument,
    "mutation ProductPush($identifier: ProductSetIdentifiers!, $input: ProductSetInput!) {\n  productSet(identifier: $identifier, input: $input, synchronous: true) {\n    product {\n      id\n      handle\n      updatedAt\n    }\n    userErrors {\n      code\n      field\n      message\n    }\n  }\n}\n\nquery ProductByIdentifier($identifier: ProductIdentifierInput!) {\n  productByIdentifier(identifier: $identifier) {\n    id\n    handle\n    title\n    status\n    updatedAt\n  }\n}\n\nquery ProductByHandle($handle: String!, $namespace: String!, $key: String!) {\n  productByIdentifier(identifier: {handle: $handle}) {\n    id\n    metafield(namespace: $namespace, key: $key) {\n      value\n    }\n  }\n}": typeof types.ProductPushDocument,
    "query Publications($first: Int!, $after: String) {\n  publications(first: $first, after: $after) {\n    nodes {\n      id\n      name\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation ProductPublish($id: ID!, $publications: [PublicationInput!]!) {\n  publishablePublish(id: $id, input: $publications) {\n    publishable {\n      ... on Product {\n        updatedAt\n      }\n    }\n    userErrors {\n      field\n      message\n    }\n  }\n}": typeof types.PublicationsDocument,
    "query ShopOverview {\n  shop {\n    id\n    name\n    myshopifyDomain\n    currencyCode\n    plan {\n      publicDisplayName\n    }\n  }\n  productsCount {\n    count\n    precision\n  }\n}": typeof types.ShopOverviewDocument,
};
const documents: Documents = {
    "query MetafieldDefinitionByKey($ownerType: MetafieldOwnerType!, $namespace: String!, $key: String!) {\n  metafieldDefinitions(\n    ownerType: $ownerType\n    namespace: $namespace\n    key: $key\n    first: 1\n  ) {\n    nodes {\n      id\n      namespace\n      key\n      type {\n        name\n      }\n    }\n  }\n}\n\nmutation MetafieldDefinitionEnsure($definition: MetafieldDefinitionInput!) {\n  metafieldDefinitionCreate(definition: $definition) {\n    createdDefinition {\n      id\n      namespace\n    }\n    userErrors {\n      code\n      field\n      message\n    }\n  }\n}\n\nmutation MetafieldsWrite($metafields: [MetafieldsSetInput!]!) {\n  metafieldsSet(metafields: $metafields) {\n    metafields {\n      id\n    }\n    userErrors {\n      code\n      field\n      message\n    }\n  }\n}": types.MetafieldDefinitionByKeyDocument,
    "mutation ProductPush($identifier: ProductSetIdentifiers!, $input: ProductSetInput!) {\n  productSet(identifier: $identifier, input: $input, synchronous: true) {\n    product {\n      id\n      handle\n      updatedAt\n    }\n    userErrors {\n      code\n      field\n      message\n    }\n  }\n}\n\nquery ProductByIdentifier($identifier: ProductIdentifierInput!) {\n  productByIdentifier(identifier: $identifier) {\n    id\n    handle\n    title\n    status\n    updatedAt\n  }\n}\n\nquery ProductByHandle($handle: String!, $namespace: String!, $key: String!) {\n  productByIdentifier(identifier: {handle: $handle}) {\n    id\n    metafield(namespace: $namespace, key: $key) {\n      value\n    }\n  }\n}": types.ProductPushDocument,
    "query Publications($first: Int!, $after: String) {\n  publications(first: $first, after: $after) {\n    nodes {\n      id\n      name\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation ProductPublish($id: ID!, $publications: [PublicationInput!]!) {\n  publishablePublish(id: $id, input: $publications) {\n    publishable {\n      ... on Product {\n        updatedAt\n      }\n    }\n    userErrors {\n      field\n      message\n    }\n  }\n}": types.PublicationsDocument,
    "query ShopOverview {\n  shop {\n    id\n    name\n    myshopifyDomain\n    currencyCode\n    plan {\n      publicDisplayName\n    }\n  }\n  productsCount {\n    count\n    precision\n  }\n}": types.ShopOverviewDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query MetafieldDefinitionByKey($ownerType: MetafieldOwnerType!, $namespace: String!, $key: String!) {\n  metafieldDefinitions(\n    ownerType: $ownerType\n    namespace: $namespace\n    key: $key\n    first: 1\n  ) {\n    nodes {\n      id\n      namespace\n      key\n      type {\n        name\n      }\n    }\n  }\n}\n\nmutation MetafieldDefinitionEnsure($definition: MetafieldDefinitionInput!) {\n  metafieldDefinitionCreate(definition: $definition) {\n    createdDefinition {\n      id\n      namespace\n    }\n    userErrors {\n      code\n      field\n      message\n    }\n  }\n}\n\nmutation MetafieldsWrite($metafields: [MetafieldsSetInput!]!) {\n  metafieldsSet(metafields: $metafields) {\n    metafields {\n      id\n    }\n    userErrors {\n      code\n      field\n      message\n    }\n  }\n}"): typeof import('./graphql.ts').MetafieldDefinitionByKeyDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation ProductPush($identifier: ProductSetIdentifiers!, $input: ProductSetInput!) {\n  productSet(identifier: $identifier, input: $input, synchronous: true) {\n    product {\n      id\n      handle\n      updatedAt\n    }\n    userErrors {\n      code\n      field\n      message\n    }\n  }\n}\n\nquery ProductByIdentifier($identifier: ProductIdentifierInput!) {\n  productByIdentifier(identifier: $identifier) {\n    id\n    handle\n    title\n    status\n    updatedAt\n  }\n}\n\nquery ProductByHandle($handle: String!, $namespace: String!, $key: String!) {\n  productByIdentifier(identifier: {handle: $handle}) {\n    id\n    metafield(namespace: $namespace, key: $key) {\n      value\n    }\n  }\n}"): typeof import('./graphql.ts').ProductPushDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Publications($first: Int!, $after: String) {\n  publications(first: $first, after: $after) {\n    nodes {\n      id\n      name\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation ProductPublish($id: ID!, $publications: [PublicationInput!]!) {\n  publishablePublish(id: $id, input: $publications) {\n    publishable {\n      ... on Product {\n        updatedAt\n      }\n    }\n    userErrors {\n      field\n      message\n    }\n  }\n}"): typeof import('./graphql.ts').PublicationsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query ShopOverview {\n  shop {\n    id\n    name\n    myshopifyDomain\n    currencyCode\n    plan {\n      publicDisplayName\n    }\n  }\n  productsCount {\n    count\n    precision\n  }\n}"): typeof import('./graphql.ts').ShopOverviewDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
