import type { ProductDraft, ProductVariantDraft } from '../../validation/product-draft.ts';

/** Name of a column of a row. */
export type Column<Row> = keyof Row & string;

/** Where a value comes from: a column, or a function of the row. */
export type Cell<Row> = Column<Row> | ((row: Row) => unknown);

/**
 * Fields of the product and where each comes from. The first row of a style that has a value gives it,
 * so a description needs to stand in one row only. A text for `tags` is split at its commas.
 */
export type ProductCells<Row> = {
  readonly [Field in keyof Omit<ProductDraft, 'localId' | 'images' | 'options' | 'variants'>]?: Cell<Row>;
};

/** Fields of a variant and where each comes from. */
export type VariantCells<Row> = {
  readonly [Field in keyof Omit<ProductVariantDraft, 'options'>]?: Cell<Row>;
};

/**
 * How flat rows, one for each variant, become products. Empty cells count as left out, and numbers become
 * text wherever a draft wants text.
 */
export interface VariantMapping<Row> {
  /** What the rows of one product have in common, such as its style code. It is the product's `localId`, whatever else the mapping says. */
  readonly groupBy: Cell<Row>;
  /** The product's fields, or a function that makes them from all its rows. */
  readonly product: ProductCells<Row> | ((rows: readonly Row[]) => object);
  /** Option name → where its value comes from, in the order that shoppers see. Left out, a function for `variant` may give `options`. */
  readonly options?: Readonly<Record<string, Cell<Row>>>;
  /** The variant's fields, or a function that makes them from its row. */
  readonly variant: VariantCells<Row> | ((row: Row) => object);
  /** Where image addresses (or `{ url, alt }`, or lists of either) come from. All rows are looked at; each address is taken once. */
  readonly images?: Cell<Row> | readonly Cell<Row>[];
}
