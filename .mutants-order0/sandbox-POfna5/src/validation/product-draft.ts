/** Where a product can be seen; Shopify's `ProductStatus`. */
// @ts-nocheck

export type DraftStatus = 'ACTIVE' | 'ARCHIVED' | 'DRAFT' | 'UNLISTED';

/** Whether a variant can be bought when it is out of stock; Shopify's `ProductVariantInventoryPolicy`. */
export type DraftInventoryPolicy = 'DENY' | 'CONTINUE';

/**
 * How strictly SKUs are checked. `required`: each variant has one, and no other variant of the product has it. `warn`:
 * a missing or repeated one is a warning. `optional`: a missing one is fine, a repeated one is a warning.
 */
export type SkuPolicy = 'required' | 'warn' | 'optional';

/**
 * Whether each variant must have a price. `required`: one without is an error. `warn`: a warning. Its price stays as it is in
 * the shop then, and a new product is made as a draft that costs nothing, so that nobody can buy it.
 */
export type PricePolicy = 'required' | 'warn';

/** An image, which Shopify downloads from its address. */
export interface DraftImage {
  /** Absolute http or https address that Shopify can reach. */
  readonly url: string;
  /** Alternative text: what the image shows. */
  readonly alt?: string;
  /** Place among the product's images, from 1. Images without one keep their order, after those that have one. */
  readonly position?: number;
}

/** Title and description for search engines. */
export interface DraftSeo {
  readonly title?: string | null;
  readonly description?: string | null;
}

/** A metafield of the product or of a variant. Its value is text whatever its type, as in Shopify. */
export interface DraftMetafield {
  readonly namespace: string;
  readonly key: string;
  /**
   * Shopify's type name, such as `single_line_text_field` or `number_integer`; the value is checked by it
   * (https://shopify.dev/docs/apps/build/metafields/list-of-data-types). Left out, Shopify takes the type of the shop's
   * definition, and refuses the metafield where there is none.
   */
  readonly type?: string;
  readonly value: string;
}

/** Units of a weight; Shopify's `WeightUnit`. */
export const weightUnits = ['GRAMS', 'KILOGRAMS', 'OUNCES', 'POUNDS'] as const;

/** What a variant weighs. */
export interface DraftWeight {
  /** Zero or more. */
  readonly value: number;
  readonly unit: (typeof weightUnits)[number];
}

/** What is stocked and shipped when a variant is sold; Shopify's `InventoryItemInput`. */
export interface DraftInventoryItem {
  /** Decimal text in the shop's currency: what the shop pays for it. */
  readonly cost?: string | null;
  /** Whether Shopify counts the stock. */
  readonly tracked?: boolean;
  readonly weight?: DraftWeight;
  readonly requiresShipping?: boolean;
  /** Customs code of the Harmonized System, such as `610910`. */
  readonly harmonizedSystemCode?: string | null;
  /** Where it was made: two letters of ISO 3166-1, such as `PT`. */
  readonly countryCodeOfOrigin?: string | null;
}

/** How many units of a new variant there are at a location. */
export interface DraftQuantity {
  /** Gid, such as `gid://shopify/Location/1`. */
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

/** What a price per unit is worked out from: a bottle of 500 ml whose price is shown for 1 l. */
export interface DraftUnitPrice {
  /** How much the variant holds, such as 500. */
  readonly quantityValue: number;
  /** Such as `ML`; Shopify's `UnitPriceMeasurementMeasuredUnit`. */
  readonly quantityUnit: string;
  /** The amount that the shown price is for: a whole number, such as 1. */
  readonly referenceValue: number;
  /** Such as `L`. */
  readonly referenceUnit: string;
}

/** The metafield whose entries are the values of an option, such as `shopify.color-pattern`. */
export interface DraftLinkedOption {
  readonly namespace: string;
  readonly key: string;
}

/** One variant of a product, such as one size and colour. What it leaves out stays as it is; `null` clears it. */
export interface ProductVariantDraft {
  /**
   * What the variant is known by from push to push where it has no SKU of its own; unique within the product. Left out,
   * the SKU is, and where there is none, the option values are.
   */
  readonly key?: string;
  /** Unique within the product, unless the draft's `sku` says otherwise. */
  readonly sku?: string;
  /** Decimal text in the shop's currency, such as `"24.90"`. Only where the draft's `price` is `warn` may it be left out. */
  readonly price?: string;
  /** Decimal text: the price before the discount, shown crossed out. `null` (and in input zero) means none. */
  readonly compareAtPrice?: string | null;
  readonly barcode?: string | null;
  /**
   * All barcodes, instead of `barcode`, which is the first of them: at most 20 of 255 characters
   * (https://shopify.dev/changelog/product-variant-barcode-is-being-replaced-by-barcodes).
   */
  readonly barcodes?: readonly string[];
  readonly taxable?: boolean;
  /** Code of the tax service that the shop uses, such as Avalara's. */
  readonly taxCode?: string | null;
  readonly inventoryPolicy?: DraftInventoryPolicy;
  readonly inventoryItem?: DraftInventoryItem;
  /**
   * Stock that the variant gets when a push makes it, one entry for each location. No push changes the stock of a variant that
   * is there: `createInventory` does. The token needs `write_inventory`.
   */
  readonly quantities?: readonly DraftQuantity[];
  readonly unitPrice?: DraftUnitPrice | null;
  readonly metafields?: readonly DraftMetafield[];
  /**
   * Option name → value, such as `{ Colour: 'Red', Size: 'M' }`; `{}` makes it the product's default variant. The value of a
   * linked option is the gid or the handle of a metaobject.
   */
  readonly options: Readonly<Record<string, string>>;
  /** Address of one of the product's images. */
  readonly imageUrl?: string;
  /** Addresses of several of the product's images, instead of `imageUrl`. The first is the one that lists show. */
  readonly imageUrls?: readonly string[];
  /** Place among the variants, from 1. Default: as they are listed. */
  readonly position?: number;
}

/**
 * A local product that has passed validation: what a push sends. It is plain JSON. What it leaves out stays as it is in the
 * shop; `null` clears it.
 *
 * Limits: 250 tags, 250 images, 249 metafields, 3 options, 1 to 2,048 variants, 20 barcodes. Title, handle, tag, SKU,
 * barcode and option value have 255 characters; Shopify says so of barcodes, the others are known from third parties
 * only. A local id has what every store holds: 255 UTF-16 units.
 */
export interface ProductDraft {
  /** Your own id of the product. It must never change, and no other product may have it. */
  readonly localId: string;
  /** How SKUs are checked. Default: as the validation's option says, else `required`. */
  readonly sku?: SkuPolicy;
  /** Whether each variant must have a price. Default `required`. */
  readonly price?: PricePolicy;
  readonly title: string;
  readonly descriptionHtml?: string | null;
  readonly vendor?: string | null;
  readonly productType?: string | null;
  /** Last part of the product's address. Left out, Shopify makes one from the title. */
  readonly handle?: string;
  /** Whether the old address leads to the new one when the handle changes. Default `false`, as in Shopify. */
  readonly redirectNewHandle?: boolean;
  /** Without commas, at which Shopify would split them. */
  readonly tags?: readonly string[];
  readonly status?: DraftStatus;
  /**
   * Id in Shopify's taxonomy, such as `gid://shopify/TaxonomyCategory/sg-4-17-2-17`, or a path, such as
   * `Apparel & Accessories > Clothing`. A push needs the id, or a `resolveCategory` that finds it.
   */
  readonly category?: string | null;
  readonly seo?: DraftSeo;
  readonly images?: readonly DraftImage[];
  /** Option names in their order. A validated draft has them whenever its variants have options. */
  readonly options?: readonly string[];
  /** Option name → the metafield that its values come from. */
  readonly linkedOptions?: Readonly<Record<string, DraftLinkedOption>>;
  readonly metafields?: readonly DraftMetafield[];
  /** Gids of all collections that the product is added to by hand. */
  readonly collections?: readonly string[];
  /** Name of the theme's product template, such as `preorder`. */
  readonly templateSuffix?: string | null;
  /** Whether it is a gift card. It can be said only when the product is created. */
  readonly giftCard?: boolean;
  /** Publications (sales channels) of this product, by name or gid, instead of those of the sync; `[]` for none. */
  readonly publishTo?: readonly string[];
  readonly variants: readonly ProductVariantDraft[];
}

/** The same object, whose optional fields may also be `undefined`, which counts as left out. */
export type Loose<T> = { readonly [K in keyof T]: object extends Pick<T, K> ? T[K] | undefined : T[K] };

/** The inventory item of a variant before validation: its cost may be a number. */
export interface DraftInventoryItemInput extends Loose<Omit<DraftInventoryItem, 'cost' | 'weight'>> {
  readonly cost?: string | number | null | undefined;
  readonly weight?: DraftWeight | undefined;
}

/** A variant before validation: prices may be numbers, and options may be left out. */
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
/** Metafields of a draft: Shopify takes 250 entries in a list of an input, and the sync adds the one with the local id. */
export const maxMetafields = 249;
/** Options a product may have. */
export const maxOptions = 3;
/** Variants a product may have. */
export const maxVariants = 2048;
/** Barcodes a variant may have (https://shopify.dev/changelog/product-variant-barcode-is-being-replaced-by-barcodes). */
export const maxBarcodes = 20;
/** Collections of a draft: Shopify takes 250 entries in a list of an input. */
export const maxCollections = 250;

/** Locations of a variant's quantities: https://help.shopify.com/en/manual/locations */
export const maxLocations = 1_000;

/** Whether a draft's category is a path of names, such as `Apparel & Accessories > Clothing`, and no id. */
export function isCategoryPath(category: string): boolean {
  return !category.startsWith('gid:') && /\p{L}/u.test(category);
}
