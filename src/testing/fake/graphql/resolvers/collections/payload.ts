import type { CollectionEntity } from '../../../store/collection-entities.ts';
import { idOf } from '../../../webhooks/product-payload.ts';

/** A collection in the REST shape of the topics `collections/create` and `collections/update`. */
export function collectionPayload(collection: CollectionEntity): Readonly<Record<string, unknown>> {
  return {
    id: idOf(collection.id),
    handle: collection.handle,
    title: collection.title,
    updated_at: collection.updatedAt,
    body_html: collection.descriptionHtml,
    published_at: null,
    sort_order: collection.sortOrder.toLowerCase().replace('_', '-'),
    template_suffix: collection.templateSuffix,
    published_scope: 'web',
    admin_graphql_api_id: collection.id,
  };
}
