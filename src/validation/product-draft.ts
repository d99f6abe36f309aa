/** Where a product can be seen; Shopify's `ProductStatus`. */
export type DraftStatus = 'ACTIVE' | 'ARCHIVED' | 'DRAFT' | 'UNLISTED';

/** Whether a variant can be bought when it is out of stock; Shopify's `ProductVariantInventoryPolicy`. */
export type DraftInventoryPolicy = 'DENY' | 'CONTINUE';

/** An image, which Shopify downloads from its address. */
export interface DraftImage {
  /** Absolute http or https address that Shopify can reach. */
  readonly url: string;
  /** Alternative text: what the image shows. */
  readonly alt?: string;
}

/** Title and description for search engines. */
export interface DraftSeo {
  readonly title?: string;
  readonly description?: string;
}

/** A metafield of the product. Its value is text whatever its type, as in Shopify. */
export interface DraftMetafield {
  readonly namespace: string;
  readonly key: string;
  /** Shopify's type name, such as `single_line_text_field` or `number_integer`. */
  readonly type: string;
  readonly value: string;
}

/** One variant of a product, such as one size and colour. */
export interface ProductVariantDraft {
  /** Unique within the product. */
  readonly sku: string;
  /** Decimal text in the shop's currency, such as `"24.90"`. */
  readonly price: string;
  /** Decimal text: the price before the discount, shown crossed out. */
  readonly compareAtPrice?: string;
  readonly barcode?: string;
  readonly taxable?: boolean;
  readonly inventoryPolicy?: DraftInventoryPolicy;
  /** Option name → value, such as `{ Colour: 'Red', Size: 'M' }`; `{}` makes it the product's default variant. */
  readonly options: Readonly<Record<string, string>>;
  /** Address of one of the product's images. */
  readonly imageUrl?: string;
}

/**
 * A local product that has passed validation: what a push sends. It is plain JSON.
 *
 * Limits: title, handle and local id 255 characters, 250 tags of 255 characters, 250 images,
 * 250 metafields, 3 options, 1 to 2,048 variants.
 */
export interface ProductDraft {
  /** Your own id of the product. It must never change, and no other product may have it. */
  readonly localId: string;
  readonly title: string;
  readonly descriptionHtml?: string;
  readonly vendor?: string;
  readonly productType?: string;
  /** Last part of the product's address. Left out, Shopify makes one from the title. */
  readonly handle?: string;
  readonly tags?: readonly string[];
  readonly status?: DraftStatus;
  /** Id in Shopify's taxonomy, such as `gid://shopify/TaxonomyCategory/sg-4-17-2-17`. */
  readonly category?: string;
  readonly seo?: DraftSeo;
  readonly images?: readonly DraftImage[];
  /** Option names in their order. A validated draft has them whenever its variants have options. */
  readonly options?: readonly string[];
  readonly metafields?: readonly DraftMetafield[];
  readonly variants: readonly ProductVariantDraft[];
}

/** The same object, whose optional fields may also be `undefined`, which counts as left out. */
export type Loose<T> = { readonly [K in keyof T]: object extends Pick<T, K> ? T[K] | undefined : T[K] };

/** A variant before validation: prices may be numbers, and options may be left out. */
export interface ProductVariantDraftInput
  extends Loose<Omit<ProductVariantDraft, 'price' | 'compareAtPrice' | 'options'>> {
  readonly price: string | number;
  readonly compareAtPrice?: string | number | undefined;
  /** Default `{}`. */
  readonly options?: Readonly<Record<string, string>> | undefined;
}

/** A product before validation. Option names default to those of the variants, in order of appearance. */
export interface ProductDraftInput extends Loose<Omit<ProductDraft, 'seo' | 'images' | 'variants'>> {
  readonly seo?: Loose<DraftSeo> | undefined;
  readonly images?: readonly Loose<DraftImage>[] | undefined;
  readonly variants: readonly ProductVariantDraftInput[];
}

/** Characters a title, a local id, a handle or a tag may have. */
export const maxTextLength = 255;
/** Tags a product may have (https://shopify.dev/changelog/product-tags-now-have-a-limit-of-250-per-product). */
export const maxTags = 250;
/** Images a product may have (https://help.shopify.com/en/manual/products/variants/add-variants). */
export const maxImages = 250;
/** Metafields of a draft: Shopify takes 250 entries in a list of an input, and the sync adds the one with the local id. */
export const maxMetafields = 249;
/** Options a product may have. */
export const maxOptions = 3;
/** Variants a product may have. */
export const maxVariants = 2048;
