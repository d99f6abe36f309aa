import type { CsvIssue } from './records.ts';

/** The meaning of a column in Shopify's product CSV. */
export type Field = (typeof families)[number][0] | 'weight';

/**
 * The columns in the order of Shopify's export, with the names in exports, and those of the template since 2026. Both
 * are English in every shop.
 */
export const families = [
  ['handle', 'Handle', 'URL handle'],
  ['title', 'Title', 'Title'],
  ['body', 'Body (HTML)', 'Description'],
  ['vendor', 'Vendor', 'Vendor'],
  ['category', 'Product Category', 'Product category'],
  ['type', 'Type', 'Type'],
  ['tags', 'Tags', 'Tags'],
  ['published', 'Published', 'Published on online store'],
  ['option1Name', 'Option1 Name', 'Option1 name'],
  ['option1Value', 'Option1 Value', 'Option1 value'],
  ['option1Linked', 'Option1 Linked To', 'Option1 Linked To'],
  ['option2Name', 'Option2 Name', 'Option2 name'],
  ['option2Value', 'Option2 Value', 'Option2 value'],
  ['option2Linked', 'Option2 Linked To', 'Option2 Linked To'],
  ['option3Name', 'Option3 Name', 'Option3 name'],
  ['option3Value', 'Option3 Value', 'Option3 value'],
  ['option3Linked', 'Option3 Linked To', 'Option3 Linked To'],
  ['sku', 'Variant SKU', 'SKU'],
  ['grams', 'Variant Grams', 'Weight value (grams)'],
  ['tracker', 'Variant Inventory Tracker', 'Inventory tracker'],
  ['quantity', 'Variant Inventory Qty', 'Inventory quantity'],
  ['policy', 'Variant Inventory Policy', 'Continue selling when out of stock'],
  ['service', 'Variant Fulfillment Service', 'Fulfillment service'],
  ['price', 'Variant Price', 'Price'],
  ['compareAt', 'Variant Compare At Price', 'Compare-at price'],
  ['shipping', 'Variant Requires Shipping', 'Requires shipping'],
  ['taxable', 'Variant Taxable', 'Charge tax'],
  ['unitTotal', 'Unit Price Total Measure', 'Unit price total measure'],
  ['unitTotalUnit', 'Unit Price Total Measure Unit', 'Unit price total measure unit'],
  ['unitBase', 'Unit Price Base Measure', 'Unit price base measure'],
  ['unitBaseUnit', 'Unit Price Base Measure Unit', 'Unit price base measure unit'],
  ['barcode', 'Variant Barcode', 'Barcode'],
  ['image', 'Image Src', 'Product image URL'],
  ['imagePosition', 'Image Position', 'Image position'],
  ['imageAlt', 'Image Alt Text', 'Image alt text'],
  ['giftCard', 'Gift Card', 'Gift card'],
  ['seoTitle', 'SEO Title', 'SEO title'],
  ['seoDescription', 'SEO Description', 'SEO description'],
  ['variantImage', 'Variant Image', 'Variant image URL'],
  ['weightUnit', 'Variant Weight Unit', 'Weight unit for display'],
  ['taxCode', 'Variant Tax Code', 'Tax code'],
  ['cost', 'Cost per item', 'Cost per item'],
  ['status', 'Status', 'Status'],
] as const;

/** Names of the same columns in older files and other tools. */
const otherNames: Readonly<Record<string, Field>> = {
  'Standard Product Type': 'category',
  'Standardized Product Type': 'category',
  'Custom Product Type': 'type',
  Body: 'body',
  'Body HTML': 'body',
  'Variant Weight': 'weight',
  'Option1 LinkedTo': 'option1Linked',
  'Option2 LinkedTo': 'option2Linked',
  'Option3 LinkedTo': 'option3Linked',
};

const exact = new Map<string, Field>([
  ...families.flatMap(([field, old, current]) => [[old, field] as const, [current, field] as const]),
  ...Object.entries(otherNames),
]);

/** Normalises header names for comparison: case and spaces do not matter. */
const plain = (name: string): string => name.trim().replace(/\s+/g, ' ').toLowerCase();

const loose = new Map([...exact].map(([name, field]) => [plain(name), field]));

/** Whether a header names a column that is read. */
export const isKnownColumn = (name: string): boolean => loose.has(plain(name)) || metafieldOf(name) !== undefined;

/** A column with a metafield of the product. */
export interface MetafieldColumn {
  readonly index: number;
  readonly name: string;
  readonly namespace: string;
  readonly key: string;
  /** The type, if the header contains it, as in files of Matrixify. */
  readonly type?: string;
}

/** A column that is not read: it is reported once if it has values. */
interface UnreadColumn {
  readonly index: number;
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** The columns of a file. */
export interface Header {
  readonly columns: ReadonlyMap<Field, { readonly index: number; readonly name: string }>;
  readonly metafields: readonly MetafieldColumn[];
  readonly unread: readonly UnreadColumn[];
  /** Names and values of a fourth or further option. */
  readonly furtherOptions: readonly { readonly index: number; readonly name: string }[];
  /** Matrixify's columns with commands for a row. */
  readonly commands: readonly { readonly index: number; readonly name: string }[];
  /** The names as written, by index. */
  readonly names: readonly string[];
  /** Whether it is a file of Matrixify, another tool for product files. */
  readonly isMatrixify: boolean;
  readonly issues: readonly CsvIssue[];
}

/** Reads the names of the columns. */
export function readHeader(names: readonly string[]): Header {
  const columns = new Map<Field, { index: number; name: string }>();
  const metafields: MetafieldColumn[] = [];
  const unread: UnreadColumn[] = [];
  const furtherOptions: { index: number; name: string }[] = [];
  const commands: { index: number; name: string }[] = [];
  const issues: CsvIssue[] = [];
  const isMatrixify = names.some((name) => /^((variant )?metafield: .+|(\w+ )?command|top row)$/.test(plain(name)));
  const warn = (code: string, column: string, message: string): void =>
    void issues.push({ severity: 'warning', code, row: 1, line: 1, column, message });

  for (const [index, name] of names.entries()) {
    if (name.trim() === '') continue;
    const leave = (code: string, message: string): void => void unread.push({ index, name, code, message });
    const field = exact.get(name) ?? loose.get(plain(name));
    const metafield = metafieldOf(name);
    if (field !== undefined && columns.has(field)) {
      warn('column-twice', name, sameAs(columns.get(field)));
    } else if (field !== undefined) {
      columns.set(field, { index, name });
      if (exact.has(name)) continue;
      const isPadded = exact.has(name.trim());
      const change = isPadded ? 'spaces around it' : 'capitals';
      const code = isPadded ? 'header-padded' : 'header-other-case';
      warn(code, name, `has other ${change} than Shopify's: it is read here, but Shopify would not recognise it`);
    } else if (metafield) {
      const { namespace, key } = metafield;
      const other = metafields.find((column) => column.namespace === namespace && column.key === key);
      if (other) leave('column-twice', sameAs(other));
      else metafields.push({ index, name, ...metafield });
    } else if (/^option\d+ (name|value)$/.test(plain(name))) {
      furtherOptions.push({ index, name });
    } else if (/(^|\()variant\.metafields\.|^variant metafield: /i.test(name)) {
      leave('variant-metafield-not-read', 'has metafields of variants, which are not read');
    } else {
      if (isMatrixify && /^(variant )?command$/.test(plain(name))) commands.push({ index, name });
      const isKnown = isMatrixify || knownButUnread.test(plain(name));
      const code = isKnown ? 'column-not-read' : 'column-unknown';
      leave(
        code,
        isKnown ? 'has no counterpart in a draft: it is not read' : 'is not a column of a product file: it is not read',
      );
    }
  }
  return { columns, metafields, unread, furtherOptions, commands, names, isMatrixify, issues };
}

const sameAs = (other?: { readonly name: string }): string =>
  `has the same meaning as "${other?.name}", which is read: remove one`;

/** Shopify's columns that have no field in a draft. */
const knownButUnread = /^(google shopping|included|price|compare[ -]at price) \/|^(collection|packed product .*)$/;

const metafieldHeader = /(?:^|\()product\.metafields\.([\w$:-]+)\.([\w-]+)\)?$/;

const matrixifyHeader = /^Metafield: (?:([\w$:-]+)\.)?([\w-]+)(?: \[([\w.]+)\])?$/;

function metafieldOf(header: string): { namespace: string; key: string; type?: string } | undefined {
  const name = header.trim();
  const [, namespace, key] = metafieldHeader.exec(name) ?? [];
  if (namespace !== undefined && key !== undefined) return { namespace, key };
  const [, space = 'global', field, type] = matrixifyHeader.exec(name) ?? [];
  return field === undefined ? undefined : { namespace: space, key: field, ...(type !== undefined && { type }) };
}

/** The metafield of a `Linked To` cell, such as `product.metafields.shopify.color-pattern`. */
export function linkedMetafield(cell: string): { readonly namespace: string; readonly key: string } | undefined {
  const found = metafieldOf(cell);
  return found && { namespace: found.namespace, key: found.key };
}
