/** One row of `products.json`: one variant of a style, as a shop's own system would export it. */
export interface CatalogueRow {
  readonly style_code?: string;
  readonly name: string;
  /** Only the first row of a style has description, brand, category and tags. */
  readonly description_html?: string;
  readonly brand?: string;
  readonly category?: string;
  /** Separated by commas. */
  readonly tags?: string;
  readonly colour?: string;
  readonly size?: string | number;
  readonly length?: string;
  readonly material?: string;
  readonly sku: string;
  /** EAN-13 of the range 200-299, which is for a shop's internal use. */
  readonly barcode: string;
  readonly price?: string | number;
  readonly compare_at_price?: string;
  readonly image_url?: string;
}

/** A style before it is written as rows. */
export interface Style {
  readonly code: string;
  readonly name: string;
  readonly description?: string;
  readonly brand: string;
  readonly category: string;
  readonly tags: readonly string[];
  readonly colours?: readonly string[];
  readonly sizes?: readonly (string | number)[];
  readonly lengths?: readonly string[];
  readonly materials?: readonly string[];
  /** Of the first size, in cents. */
  readonly cents: number;
  /** The extra cost of each further size, in cents. */
  readonly centsPerSize?: number;
  /** The price before the discount, in cents. */
  readonly centsBefore?: number;
  /** Prices are written as numbers, not as text. */
  readonly numericPrices?: boolean;
  readonly withoutImages?: boolean;
}
