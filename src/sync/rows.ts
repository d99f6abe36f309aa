import type { Cell, ProductCells, VariantMapping } from './source/mapping.ts';
import { numberToText, readCell, readFields, readFirst, readImages, splitTags } from './source/read-cells.ts';
import type { RejectedRow } from './source/rejected-row.ts';

/** A product made of rows, not validated yet: give it to `validateProduct` or to a push. */
export interface GroupedProduct {
  readonly localId: string;
  readonly variants: readonly Readonly<Record<string, unknown>>[];
  readonly [field: string]: unknown;
}

/** What became of the rows. */
export interface GroupedRows {
  /** In the order in which their first rows came. */
  readonly products: readonly GroupedProduct[];
  readonly rejected: readonly RejectedRow[];
}

interface Placed<Row> {
  readonly index: number;
  readonly row: Row;
}

/**
 * Makes products out of flat rows, one row for each variant. Rows of one product need not stand together.
 *
 * A row that is no object, or that has no group key, is rejected and the others go on. Where a function
 * of the mapping throws, all rows of that product are rejected: pushed without one of its rows, the
 * product would lose that variant in the shop.
 *
 * @example
 * ```ts
 * const { products, rejected } = groupVariants(rows, {
 *   groupBy: 'style_code',
 *   product: { title: 'name', vendor: 'brand' },
 *   options: { Colour: 'colour', Size: 'size' },
 *   variant: { sku: 'sku', price: 'price' },
 *   images: 'image_url',
 * });
 * ```
 */
export function groupVariants<Row>(rows: Iterable<Row>, mapping: VariantMapping<Row>): GroupedRows {
  const groups = new Map<string, Placed<Row>[]>();
  const rejected: RejectedRow[] = [];
  let index = 0;
  for (const row of rows) {
    const key = keyOf(row, mapping.groupBy);
    if ('reason' in key) {
      rejected.push({ index, row, reason: key.reason });
    } else {
      const group = groups.get(key.text) ?? [];
      group.push({ index, row });
      groups.set(key.text, group);
    }
    index += 1;
  }
  const products: GroupedProduct[] = [];
  for (const [localId, placed] of groups) {
    try {
      const group = placed.map(({ row }) => row);
      products.push(toProduct(localId, group, mapping));
    } catch (error) {
      const reason = `the mapping of product ${JSON.stringify(localId)} failed: ${wordsOf(error)}`;
      for (const { index: at, row } of placed) rejected.push({ index: at, row, reason });
    }
  }
  return { products, rejected: rejected.sort((a, b) => a.index - b.index) };
}

function keyOf<Row>(row: Row, groupBy: Cell<Row>): { readonly text: string } | { readonly reason: string } {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    return { reason: 'is no object: give an object with a field for each column' };
  }
  const source = typeof groupBy === 'string' ? JSON.stringify(groupBy) : 'the group key';
  try {
    const key = numberToText(readCell(row, groupBy));
    if (typeof key === 'string') return { text: key.trim() };
    return { reason: key === undefined ? `has no ${source}: fill it in` : `${source} must be text or a number` };
  } catch (error) {
    return { reason: `${source} could not be read: ${wordsOf(error)}` };
  }
}

function toProduct<Row>(localId: string, rows: readonly Row[], mapping: VariantMapping<Row>): GroupedProduct {
  const { product, images = [], options = {} } = mapping;
  const pictures = readImages(rows, typeof images === 'object' ? images : [images]);
  const variants = rows.map((row) => toVariant(row, mapping));
  const used = Object.entries(options).filter(([, cell]) => readFirst(rows, cell) !== undefined);
  return {
    ...(typeof product === 'function' ? product(rows) : readProduct(rows, product)),
    ...(pictures.length > 0 && { images: pictures }),
    ...(used.length > 0 && { options: used.map(([name]) => name) }),
    localId,
    variants,
  };
}

function readProduct<Row>(rows: readonly Row[], cells: ProductCells<Row>): Record<string, unknown> {
  return readFields(cells, (cell, field) => {
    const value = numberToText(readFirst(rows, cell));
    return field === 'tags' ? splitTags(value) : value;
  });
}

function toVariant<Row>(row: Row, { variant, options }: VariantMapping<Row>): Record<string, unknown> {
  const fields =
    typeof variant === 'function'
      ? variant(row)
      : readFields(variant, (cell, field) => {
          const value = readCell(row, cell);
          // A draft takes prices as numbers, and writes them without exponent.
          return field === 'price' || field === 'compareAtPrice' ? value : numberToText(value);
        });
  return { ...fields, ...(options && { options: readFields(options, (cell) => numberToText(readCell(row, cell))) }) };
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
