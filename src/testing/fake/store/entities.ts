import type { Entity } from './entity-store.ts';

/** A value of an option. */
export interface StoredOptionValue {
  readonly id: string;
  readonly name: string;
}

/** An option of a product, such as "Size". */
export interface StoredOption {
  readonly id: string;
  readonly name: string;
  /** From 1. */
  readonly position: number;
  readonly optionValues: readonly StoredOptionValue[];
}

/** A metafield of a product or variant. */
export interface StoredMetafield {
  readonly id: string;
  /** Resolved: `app--1001`, never `$app`. */
  readonly namespace: string;
  readonly key: string;
  readonly type: string;
  readonly value: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** An image of a product. */
export interface StoredMedia {
  readonly id: string;
  readonly alt: string | null;
  readonly mediaContentType: 'IMAGE';
  readonly status: 'READY';
  readonly fileStatus: 'READY';
  /** Where it was uploaded from. */
  readonly originalSource: { readonly url: string };
  readonly image: { readonly id: string; readonly url: string; readonly altText: string | null };
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A variant, with the stock-keeping side of it. */
export interface StoredVariant {
  readonly id: string;
  readonly productId: string;
  readonly title: string;
  /** From 1. */
  readonly position: number;
  readonly sku: string | null;
  readonly price: string;
  readonly compareAtPrice: string | null;
  readonly barcode: string | null;
  readonly inventoryPolicy: string;
  readonly inventoryItem: Readonly<Record<string, unknown>> & { readonly id: string; readonly tracked: boolean };
  readonly taxable: boolean;
  readonly taxCode: string | null;
  readonly showUnitPrice: boolean;
  readonly selectedOptions: readonly {
    readonly name: string;
    readonly value: string;
    readonly optionValue: StoredOptionValue;
  }[];
  /** Gids of images of the product. */
  readonly mediaIds: readonly string[];
  readonly metafields: readonly StoredMetafield[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A product with all that belongs to it. */
export interface ProductEntity extends Entity {
  readonly title: string;
  readonly handle: string;
  readonly descriptionHtml: string;
  readonly vendor: string;
  readonly productType: string;
  /** Sorted. */
  readonly tags: readonly string[];
  readonly status: string;
  readonly templateSuffix: string | null;
  readonly requiresSellingPlan: boolean;
  readonly seo: { readonly title: string | null; readonly description: string | null };
  readonly category: { readonly id: string } | null;
  readonly collectionIds: readonly string[];
  readonly options: readonly StoredOption[];
  readonly variants: readonly StoredVariant[];
  readonly media: readonly StoredMedia[];
  readonly metafields: readonly StoredMetafield[];
  /** Where it is published, and from when (ISO 8601). */
  readonly published: readonly { readonly publicationId: string; readonly publishDate: string }[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A definition of a metafield. */
export interface MetafieldDefinitionEntity extends Entity {
  readonly ownerType: string;
  /** Resolved: `app--1001`, never `$app`. */
  readonly namespace: string;
  readonly key: string;
  readonly name: string;
  readonly type: { readonly name: string };
  /** No two things of the owner type may have the same value. */
  readonly uniqueValues: boolean;
}
