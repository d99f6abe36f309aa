import type { StoredMetafield } from './entities.ts';
import type { Entity } from './entity-store.ts';

/** A collection of products that are put there by hand. Which they are stands in the products. */
export interface CollectionEntity extends Entity {
  readonly title: string;
  readonly handle: string;
  readonly descriptionHtml: string;
  readonly sortOrder: string;
  readonly templateSuffix: string | null;
  readonly seo: { readonly title: string | null; readonly description: string | null };
  readonly image: null;
  readonly metafields: readonly StoredMetafield[];
  readonly updatedAt: string;
}
