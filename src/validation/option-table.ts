import { maxVariants } from './product-draft.ts';

/** One option of one variant, as it was written. */
export interface OptionCell {
  /** The name as written. */
  readonly key: string;
  /** The name as Shopify compares it. */
  readonly folded: string;
  /** Trimmed; `undefined` where it is no text. */
  readonly value: string | undefined;
}

/** All options of a product: which names there are and what each variant says. */
export interface OptionTable {
  /** Folded name → first spelling, in order. */
  readonly names: ReadonlyMap<string, string>;
  /** Names that the product itself lists; `undefined` where it lists none. */
  readonly listed: readonly string[] | undefined;
  /** For each variant its cells; `undefined` where the variant or its options are no object. */
  readonly rows: readonly (readonly OptionCell[] | undefined)[];
}

/** What Shopify compares names and values by: case and outer white space do not count. */
export function fold(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}

/** Whether a value is an object with fields: no list, not null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The variants of a product as they stand; none where there are too many to look at. */
export function variantsOf(product: unknown): readonly unknown[] {
  const variants = isObject(product) ? product.variants : undefined;
  return Array.isArray(variants) && variants.length <= maxVariants ? variants : [];
}

/** The first spelling of each text under its folded form, in order of appearance; blank ones are left out. */
export function firstSpellings(texts: Iterable<string>): Map<string, string> {
  const spellings = new Map<string, string>();
  for (const text of texts) {
    const folded = fold(text);
    if (folded !== '' && !spellings.has(folded)) spellings.set(folded, text.trim());
  }
  return spellings;
}

/** The cell of an option, by its folded name. */
export function cellOf(row: readonly OptionCell[] | undefined, folded: string): OptionCell | undefined {
  return row?.find((cell) => cell.folded === folded);
}

/** Reads the options of a product that need not be valid. */
export function readOptions(product: unknown): OptionTable {
  const given = isObject(product) && Array.isArray(product.options) ? product.options : [];
  const listed = given.length === 0 ? undefined : given.filter((name) => typeof name === 'string');
  const rows = variantsOf(product).map(cellsOf);
  const written = rows.flatMap((row) => row?.map((cell) => cell.key) ?? []);
  return { names: firstSpellings(listed ?? written), listed, rows };
}

function cellsOf(variant: unknown): readonly OptionCell[] | undefined {
  if (!isObject(variant)) return undefined;
  if (variant.options === undefined) return [];
  if (!isObject(variant.options)) return undefined;
  return Object.entries(variant.options).map(([key, value]) => ({
    key,
    folded: fold(key),
    value: typeof value === 'string' ? value.trim() : undefined,
  }));
}
