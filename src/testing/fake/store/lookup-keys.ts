import type { BulkResultPartEntity, StagedUploadEntity } from './bulk-entities.ts';
import type { CollectionEntity } from './collection-entities.ts';
import type { MetafieldDefinitionEntity, ProductEntity } from './entities.ts';
import type { Entity } from './entity-store.ts';

/** Types of metafields whose values can be unique, so that a product can be found by them. */
const uniqueTypes = new Set(['id', 'single_line_text_field', 'url', 'number_integer']);

/** Whether a definition of that type can demand unique values. */
export const canBeUnique = (type: string): boolean => uniqueTypes.has(type);

/** Keys that `EntityStore.find` takes. A gid of something inside an entity is a key too. */
export const lookupKey = {
  handle: (handle: string): string => `handle ${handle}`,
  collection: (id: string): string => `collection ${id}`,
  metafield: (namespace: string, key: string, value: string): string => `metafield ${namespace} ${key} ${value}`,
  definition: (ownerType: string, namespace: string, key: string): string => `${ownerType} ${namespace} ${key}`,
};

/** All keys by which an entity can be found. */
export function lookupKeys(kind: string, entity: Entity): readonly string[] {
  if (kind === 'Product') return productKeys(entity as ProductEntity);
  if (kind === 'Collection') return collectionKeys(entity as CollectionEntity);
  if (kind === 'MetafieldDefinition') {
    const { ownerType, namespace, key } = entity as MetafieldDefinitionEntity;
    return [lookupKey.definition(ownerType, namespace, key)];
  }
  if (kind === 'BulkResultPart') return [(entity as BulkResultPartEntity).operationId];
  if (kind === 'StagedUpload') return [(entity as StagedUploadEntity).key];
  return [];
}

/** A collection that a test puts there by hand may be no more than its gid. */
function collectionKeys({ handle, metafields = [] }: Partial<CollectionEntity>): string[] {
  return [...(handle === undefined ? [] : [lookupKey.handle(handle)]), ...metafields.map(({ id }) => id)];
}

function productKeys(product: ProductEntity): string[] {
  const keys = [lookupKey.handle(product.handle), ...product.collectionIds.map(lookupKey.collection)];
  for (const option of product.options) keys.push(option.id, ...option.optionValues.map((value) => value.id));
  for (const variant of product.variants) {
    keys.push(variant.id, variant.inventoryItem.id, ...variant.metafields.map((metafield) => metafield.id));
  }
  for (const media of product.media) keys.push(media.id);
  for (const metafield of product.metafields) {
    keys.push(metafield.id);
    if (canBeUnique(metafield.type))
      keys.push(lookupKey.metafield(metafield.namespace, metafield.key, metafield.value));
  }
  return keys;
}
