// @ts-nocheck
import type { VariantMapping } from 'shopwright/sync';
import type { CatalogueRow } from './row.ts';

/** How the rows of `products.json` become products. */
export const catalogueMapping = {
  groupBy: 'style_code',
  product: {
    title: 'name',
    descriptionHtml: 'description_html',
    vendor: 'brand',
    productType: 'category',
    tags: 'tags',
  },
  options: { Colour: 'colour', Size: 'size', Length: 'length', Material: 'material' },
  variant: {
    sku: 'sku',
    price: 'price',
    compareAtPrice: 'compare_at_price',
    barcode: 'barcode',
    imageUrl: 'image_url',
  },
  images: 'image_url',
} as const satisfies VariantMapping<CatalogueRow>;
