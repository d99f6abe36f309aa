/** A kind of product that the shop sells in several materials. */
export interface Kind {
  readonly name: string;
  readonly materials: readonly string[];
  readonly cents: number;
  /** Number of colours; 0 for none. */
  readonly colours: number;
  readonly sizes?: readonly (string | number)[];
  readonly lengths?: readonly string[];
  readonly centsPerSize?: number;
  /** Ends the sentence "A shirt …". */
  readonly about: string;
}

/** One department of the shop. */
export interface Family {
  readonly code: string;
  readonly category: string;
  readonly brands: readonly string[];
  readonly tags: readonly string[];
  readonly colours: readonly string[];
  readonly care: string;
  readonly numericPrices?: boolean;
  readonly kinds: readonly Kind[];
}

/** European shoe sizes, as numbers: most systems export them so. */
export const shoeSizes = [37, 38, 39, 40, 41, 42];

/** Sizes of clothing. */
export const letterSizes = ['S', 'M', 'L', 'XL'];

/** Sizes of clothing that is also sold in small sizes. */
export const wideSizes = ['XS', ...letterSizes];
