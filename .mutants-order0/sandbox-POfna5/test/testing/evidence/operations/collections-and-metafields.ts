// @ts-nocheck
import { type DocumentedOperation, reference } from './record.ts';

/** Collections, publications, metafields, metaobjects, webhooks and bulk operations. */
export const collectionOperations: readonly DocumentedOperation[] = [
  {
    source: reference('2026-01/queries/collections'),
    query: 'query { collections(first: 10, query: "title:All*") { edges { node { id title handle updatedAt } } } }',
  },
  {
    source: reference('2025-07/queries/collectionByHandle'),
    query: `query {
      collectionByHandle(handle: "there is no collection with a handle like this") {
        id
        title
        products(first: 5, reverse: true) {
          edges {
            node {
              id title createdAt
              priceRangeV2 { minVariantPrice { amount currencyCode } maxVariantPrice { amount currencyCode } }
            }
          }
        }
      }
    }`,
  },
  {
    source: reference('2025-07/queries/collectionRulesConditions'),
    query: 'query { collectionRulesConditions { ruleType allowedRelations defaultRelation } }',
  },
  {
    source: reference('2026-01/mutations/collectionUpdate'),
    query: `mutation CollectionUpdate($input: CollectionInput!) {
      collectionUpdate(input: $input) { collection { id title description handle } userErrors { field message } }
    }`,
    variables: {
      input: {
        id: 'gid://shopify/Collection/142458073',
        title: 'Updated Collection Title',
        handle: 'updated-collection-handle',
      },
    },
  },
  {
    source: reference('2026-01/mutations/publishablePublish'),
    query: `mutation PublishablePublish($collectionId: ID!, $publicationId: ID!) {
      publishablePublish(id: $collectionId, input: { publicationId: $publicationId }) {
        publishable { publishedOnPublication(publicationId: $publicationId) }
        userErrors { field message }
      }
    }`,
    variables: {
      collectionId: 'gid://shopify/Collection/636030761',
      publicationId: 'gid://shopify/Publication/762454635',
    },
  },
  {
    source: reference('2026-07/mutations/metafieldsSet'),
    query: `mutation MetafieldsSet($metafields: [MetafieldsSetInput!]!) {
      metafieldsSet(metafields: $metafields) {
        metafields { key namespace value createdAt updatedAt }
        userErrors { field message code }
      }
    }`,
    variables: {
      metafields: [
        {
          key: 'example_key',
          namespace: 'example_namespace',
          ownerId: 'gid://shopify/Product/20995642',
          type: 'single_line_text_field',
          value: 'Example Value',
        },
      ],
    },
  },
  {
    source: reference('2026-07/mutations/metafieldDefinitionPin'),
    query: `mutation metafieldDefinitionPin($definitionId: ID!) {
      metafieldDefinitionPin(definitionId: $definitionId) {
        pinnedDefinition { name key namespace pinnedPosition }
        userErrors { field message }
      }
    }`,
    variables: { definitionId: 'gid://shopify/MetafieldDefinition/1071456171' },
  },
  {
    source: reference('2026-01/mutations/metaobjectCreate'),
    query: `mutation CreateMetaobject($metaobject: MetaobjectCreateInput!) {
      metaobjectCreate(metaobject: $metaobject) {
        metaobject { handle season: field(key: "season") { value } }
        userErrors { field message code }
      }
    }`,
    variables: {
      metaobject: { type: 'lookbook', handle: 'winter-2023', fields: [{ key: 'season', value: 'winter' }] },
    },
  },
  {
    source: reference('2026-07/mutations/webhookSubscriptionCreate'),
    query: `mutation webhookSubscriptionCreate(
      $topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!
    ) {
      webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) {
        webhookSubscription { id topic filter uri }
        userErrors { field message }
      }
    }`,
    variables: {
      topic: 'METAOBJECTS_CREATE',
      webhookSubscription: { uri: 'https://example.org/endpoint', filter: 'type:lookbook' },
    },
  },
  {
    source: 'https://shopify.dev/docs/api/usage/bulk-operations/imports',
    query: `mutation {
      webhookSubscriptionCreate(
        topic: BULK_OPERATIONS_FINISH
        webhookSubscription: { format: JSON, uri: "https://12345.ngrok.io/" }
      ) {
        userErrors { field message }
        webhookSubscription { id }
      }
    }`,
  },
  {
    source: reference('2026-01/mutations/webhookSubscriptionDelete'),
    query: `mutation webhookSubscriptionDelete($id: ID!) {
      webhookSubscriptionDelete(id: $id) { userErrors { field message } deletedWebhookSubscriptionId }
    }`,
    variables: { id: 'gid://shopify/WebhookSubscription/525699895' },
  },
  {
    source: reference('2026-01/mutations/pubSubWebhookSubscriptionUpdate'),
    query: `mutation pubSubWebhookSubscriptionUpdate($id: ID!, $webhookSubscription: PubSubWebhookSubscriptionInput!) {
      pubSubWebhookSubscriptionUpdate(id: $id, webhookSubscription: $webhookSubscription) {
        userErrors { field message }
        webhookSubscription { id topic endpoint { ... on WebhookPubSubEndpoint { pubSubProject pubSubTopic } } }
      }
    }`,
    variables: {
      id: 'gid://shopify/WebhookSubscription/525699895',
      webhookSubscription: { pubSubProject: 'a-gcp-project', pubSubTopic: 'a-pubsub-topic', format: 'JSON' },
    },
  },
  {
    source: reference('2026-07/queries/currentBulkOperation'),
    query: 'query { currentBulkOperation(type: QUERY) { id type status } }',
  },
  {
    source: 'https://shopify.dev/docs/api/usage/bulk-operations/imports',
    query: `query {
      bulkOperation(id: "gid://shopify/BulkOperation/206005076024") {
        id status errorCode createdAt completedAt objectCount fileSize url partialDataUrl
      }
    }`,
  },
  {
    source: 'https://shopify.dev/docs/api/usage/bulk-operations/queries',
    query: 'query { node(id: "gid://shopify/BulkOperation/720918") { ... on BulkOperation { url partialDataUrl } } }',
  },
  {
    source: 'https://shopify.dev/docs/api/usage/bulk-operations/queries',
    query: `mutation {
      bulkOperationRunQuery(query: "{ products { edges { node { id title } } } }") {
        bulkOperation { id status }
        userErrors { field message }
      }
    }`,
  },
  {
    source: 'https://shopify.dev/docs/api/usage/bulk-operations/imports',
    query: `mutation {
      stagedUploadsCreate(input: {
        resource: BULK_MUTATION_VARIABLES, filename: "bulk_op_vars", mimeType: "text/jsonl", httpMethod: POST
      }) {
        userErrors { field message }
        stagedTargets { url resourceUrl parameters { name value } }
      }
    }`,
  },
  {
    source: 'https://shopify.dev/docs/api/usage/bulk-operations/imports',
    query: `mutation {
      bulkOperationRunMutation(
        mutation: "mutation call($input: ProductInput!) { productCreate(input: $input) { product { id title } userErrors { message field } } }"
        stagedUploadPath: "tmp/21759409/bulk/89e620e1-0252-43b0-8f3b-3b7075ba4a23/bulk_op_vars"
      ) {
        bulkOperation { id url status }
        userErrors { message field }
      }
    }`,
  },
];
