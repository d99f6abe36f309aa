/** Status of a product, which decides where it is visible; Shopify's `ProductStatus`. */
export type DraftStatus = 'ACTIVE' | 'ARCHIVED' | 'DRAFT' | 'UNLISTED';

/** Whether a variant can be bought when it is out of stock; Shopify's `ProductVariantInventoryPolicy`. */
export type DraftInventoryPolicy = 'DENY' | 'CONTINUE';

/**
 * How strictly SKUs are checked. `required`: each variant must have a SKU, unique within the product. `warn`: a missing
 * or repeated one is a warning. `optional`: a missing one is allowed, a repeated one is a warning.
 */
export type SkuPolicy = 'required' | 'warn' | 'optional';

/**
 * Whether each variant must have a price. `required`: a missing price is an error. `warn`: a warning; the price in the
 * shop is kept, and a new product is created as a draft with price zero, so that nobody can buy it.
 */
export type PricePolicy = 'required' | 'warn';

/** An image, which Shopify downloads from its URL. */
export interface DraftImage {
  /** Absolute http or https URL that Shopify can reach. */
  readonly url: string;
  /** Alternative text: what the image shows. */
  readonly alt?: string;
  /** Position among the product's images, from 1. Images without one follow the others in their given order. */
  readonly position?: number;
}

/** Title and description for search engines. */
export interface DraftSeo {
  readonly title?: string | null;
  readonly description?: string | null;
}

/** A metafield of a product or variant. Its value is a string whatever its type, as in Shopify. */
export interface DraftMetafield {
  readonly namespace: string;
  readonly key: string;
  /**
   * Shopify's type name, such as `single_line_text_field` or `number_integer`, against which the value is checked
   * (https://shopify.dev/docs/apps/build/metafields/list-of-data-types). If omitted, Shopify uses the type of the
   * shop's definition, and refuses the metafield if there is none.
   */
  readonly type?: string;
  readonly value: string;
}

/** Units of a weight; Shopify's `WeightUnit`. */
export const weightUnits = ['GRAMS', 'KILOGRAMS', 'OUNCES', 'POUNDS'] as const;

/** Weight of a variant. */
export interface DraftWeight {
  /** Zero or more. */
  readonly value: number;
  readonly unit: (typeof weightUnits)[number];
}

/** The inventory item of a variant; Shopify's `InventoryItemInput`. */
export interface DraftInventoryItem {
  /** What the shop pays for the item, as a decimal string in the shop's currency. */
  readonly cost?: string | null;
  /** Whether Shopify tracks the stock. */
  readonly tracked?: boolean;
  readonly weight?: DraftWeight;
  readonly requiresShipping?: boolean;
  /** Customs code of the Harmonized System, such as `610910`. */
  readonly harmonizedSystemCode?: string | null;
  /** Country where it was made, as an ISO 3166-1 alpha-2 code such as `PT`. */
  readonly countryCodeOfOrigin?: string | null;
}

/** Stock of a new variant at a location. */
export interface DraftQuantity {
  /** Gid of the location, such as `gid://shopify/Location/1`. */
  readonly locationId: string;
  /** Units for sale: a whole number from -1,000,000,000 to 1,000,000,000. */
  readonly available: number;
}

/** Units of a unit price; Shopify's `UnitPriceMeasurementMeasuredUnit`. */
export const unitPriceUnits = [
  ...[
    'CL',
    'CM',
    'FLOZ',
    'FT',
    'FT2',
    'G',
    'GAL',
    'IN',
    'ITEM',
    'KG',
    'L',
    'LB',
    'M',
    'M2',
    'M3',
    'MG',
    'ML',
    'MM',
    'OZ',
  ],
  ...['PT', 'QT', 'YD'],
] as const;

/** Basis of a unit price: for example, a bottle of 500 ml whose price is shown per 1 l. */
export interface DraftUnitPrice {
  /** Quantity in the variant, such as 500. */
  readonly quantityValue: number;
  /** Unit of that quantity, such as `ML`; Shopify's `UnitPriceMeasurementMeasuredUnit`. */
  readonly quantityUnit: string;
  /** Quantity for which the unit price is shown: a whole number, such as 1. */
  readonly referenceValue: number;
  /** Unit of that quantity, such as `L`. */
  readonly referenceUnit: string;
}

/** The metafield whose entries are the values of an option, such as `shopify.color-pattern`. */
export interface DraftLinkedOption {
  readonly namespace: string;
  readonly key: string;
}

/**
 * A variant of a product, such as one size and colour. Omitted fields keep their value in the shop; `null` clears a
 * field.
 */
export interface ProductVariantDraft {
  /**
   * Identifies the variant between pushes if it has no SKU of its own; unique within the product. If omitted, the SKU
   * is used, or without one, the option values.
   */
  readonly key?: string;
  /** SKU of the variant, unique within the product unless the draft's `sku` says otherwise. */
  readonly sku?: string;
  /**
   * Price as a decimal string in the shop's currency, such as `"24.90"`. Optional only if the draft's `price` is
   * `warn`.
   */
  readonly price?: string;
  /** Price before the discount, shown crossed out, as a decimal string. `null` (or zero in input) means none. */
  readonly compareAtPrice?: string | null;
  readonly barcode?: string | null;
  /**
   * All barcodes, instead of `barcode`, which is the first of them: at most 20, of up to 255 characters each
   * (https://shopify.dev/changelog/product-variant-barcode-is-being-replaced-by-barcodes).
   */
  readonly barcodes?: readonly string[];
  readonly taxable?: boolean;
  /** Code of the tax service that the shop uses, such as Avalara's. */
  readonly taxCode?: string | null;
  readonly inventoryPolicy?: DraftInventoryPolicy;
  readonly inventoryItem?: DraftInventoryItem;
  /**
   * Initial stock of a variant when a push creates it, one entry per location. A push never changes the stock of an
   * existing variant: use `createInventory`. The token needs `write_inventory`.
   */
  readonly quantities?: readonly DraftQuantity[];
  readonly unitPrice?: DraftUnitPrice | null;
  readonly metafields?: readonly DraftMetafield[];
  /**
   * Option name → value, such as `{ Colour: 'Red', Size: 'M' }`; `{}` makes it the product's default variant. The value
   * of a linked option is the gid or handle of a metaobject.
   */
  readonly options: Readonly<Record<string, string>>;
  /** URL of one of the product's images. */
  readonly imageUrl?: string;
  /** URLs of several of the product's images, instead of `imageUrl`. The first is shown in lists. */
  readonly imageUrls?: readonly string[];
  /** Position among the variants, from 1. Default: the order of the list. */
  readonly position?: number;
}

/**
 * A validated local product, as sent by a push. Plain JSON. Omitted fields keep their value in the shop; `null` clears
 * a field.
 *
 * Limits: 250 tags, 250 images, 249 metafields, 3 options, 1 to 2,048 variants, 20 barcodes. Title, handle, tag, SKU,
 * barcode and option value: 255 characters each; Shopify documents that of barcodes, the others are known only from
 * third parties. Local id: 255 UTF-16 units, which every store accepts.
 */
export interface ProductDraft {
  /** Your own id of the product. It must be unique and never change. */
  readonly localId: string;
  /** How strictly SKUs are checked. Default: the validation's option, or else `required`. */
  readonly sku?: SkuPolicy;
  /** Whether each variant must have a price. Default `required`. */
  readonly price?: PricePolicy;
  readonly title: string;
  readonly descriptionHtml?: string | null;
  readonly vendor?: string | null;
  readonly productType?: string | null;
  /** Last part of the product's URL. If omitted, Shopify derives it from the title. */
  readonly handle?: string;
  /** Whether the old URL redirects to the new one when the handle changes. Default `false`, as in Shopify. */
  readonly redirectNewHandle?: boolean;
  /** Tags, without commas, at which Shopify would split them. */
  readonly tags?: readonly string[];
  readonly status?: DraftStatus;
  /**
   * Category in Shopify's taxonomy: an id such as `gid://shopify/TaxonomyCategory/sg-4-17-2-17`, or a path such as
   * `Apparel & Accessories > Clothing`. A push needs the id, or a `resolveCategory` that finds it.
   */
  readonly category?: string | null;
  readonly seo?: DraftSeo;
  readonly images?: readonly DraftImage[];
  /** Option names in order. A validated draft has them whenever its variants have options. */
  readonly options?: readonly string[];
  /** Option name → metafield that provides its values. */
  readonly linkedOptions?: Readonly<Record<string, DraftLinkedOption>>;
  readonly metafields?: readonly DraftMetafield[];
  /** Gids of all manual collections that contain the product. */
  readonly collections?: readonly string[];
  /** Name of the theme's product template, such as `preorder`. */
  readonly templateSuffix?: string | null;
  /** Whether it is a gift card. Can only be set when the product is created. */
  readonly giftCard?: boolean;
  /** Publications (sales channels) of this product, by name or gid, instead of those of the sync; `[]` for none. */
  readonly publishTo?: readonly string[];
  readonly variants: readonly ProductVariantDraft[];
}

/** The same object, whose optional fields may also be `undefined`, which counts as omitted. */
export type Loose<T> = { readonly [K in keyof T]: object extends Pick<T, K> ? T[K] | undefined : T[K] };

/** The inventory item of a variant before validation: its cost may be a number. */
export interface DraftInventoryItemInput extends Loose<Omit<DraftInventoryItem, 'cost' | 'weight'>> {
  readonly cost?: string | number | null | undefined;
  readonly weight?: DraftWeight | undefined;
}

/** A variant before validation: prices may be numbers, and options may be omitted. */
export interface ProductVariantDraftInput
  extends Loose<
    Omit<ProductVariantDraft, 'price' | 'compareAtPrice' | 'options' | 'inventoryItem' | 'metafields' | 'sku'>
  > {
  readonly sku?: string | undefined;
  readonly price?: string | number | undefined;
  readonly compareAtPrice?: string | number | null | undefined;
  readonly inventoryItem?: DraftInventoryItemInput | undefined;
  readonly metafields?: readonly Loose<DraftMetafield>[] | undefined;
  /** Default `{}`. */
  readonly options?: Readonly<Record<string, string>> | undefined;
}

/** A product before validation. Option names default to those of the variants, in order of appearance. */
export interface ProductDraftInput extends Loose<Omit<ProductDraft, 'seo' | 'images' | 'metafields' | 'variants'>> {
  readonly seo?: Loose<DraftSeo> | undefined;
  readonly images?: readonly Loose<DraftImage>[] | undefined;
  readonly metafields?: readonly Loose<DraftMetafield>[] | undefined;
  readonly variants: readonly ProductVariantDraftInput[];
}

/** Characters a title, a local id, a handle or a tag may have. */
export const maxTextLength = 255;
/** Tags a product may have (https://shopify.dev/changelog/product-tags-now-have-a-limit-of-250-per-product). */
export const maxTags = 250;
/** Images a product may have (https://help.shopify.com/en/manual/products/variants/add-variants). */
export const maxImages = 250;
/** Metafields of a draft: Shopify accepts 250 entries in an input list, and the sync adds the one with the local id. */
export const maxMetafields = 249;
/** Options a product may have. */
export const maxOptions = 3;
/** Variants a product may have. */
export const maxVariants = 2048;
/** Barcodes a variant may have (https://shopify.dev/changelog/product-variant-barcode-is-being-replaced-by-barcodes). */
export const maxBarcodes = 20;
/** Collections of a draft: Shopify accepts 250 entries in an input list. */
export const maxCollections = 250;

/** Locations of a variant's quantities: https://help.shopify.com/en/manual/locations */
export const maxLocations = 1_000;

/** Whether a draft's category is a path of names, such as `Apparel & Accessories > Clothing`, and not an id. */
export function isCategoryPath(category: string): boolean {
  return !category.startsWith('gid:') && /\p{L}/u.test(category);
}
