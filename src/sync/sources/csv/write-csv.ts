import { ConfigError, type Issue, ValidationError } from '../../../errors/errors.ts';
import { isRecord } from '../../../internal/json.ts';
import { unknownNames } from '../../../internal/names.ts';
import type { ProductDraftInput, ProductVariantDraftInput } from '../../../validation/product-draft.ts';
import { toDecimalText } from '../../../validation/rules.ts';
import { toGrams, weights, withoutApostrophe } from './cells.ts';
import { type Field, families } from './columns.ts';
import type { CsvProduct } from './shopify-products.ts';

/**
 * A product to write: a result of `readCsv`, or a draft, optionally with the fields of a CSV that a draft does not
 * have.
 */
export type CsvProductToWrite = Pick<CsvProduct, 'draft' | 'published' | 'category' | 'stock'>;

/**
 * Options of `writeCsv`.
 *
 * @example
 * const text = writeCsv(products, { metafields: ['custom.care'], unwritable: 'omit' });
 */
export interface WriteCsvOptions {
  /**
   * Metafields that become columns, such as `custom.care`. Default: those of all products if they are an array; for
   * other iterables, none.
   */
  readonly metafields?: readonly string[];
  /** The least number of decimals of prices, as in the shop's currency: 0 for yen. Default 2. */
  readonly priceDecimals?: number;
  /**
   * What to do with fields that have no column, such as collections: `error` (default) throws, `omit` leaves them out.
   */
  readonly unwritable?: 'error' | 'omit';
}

const optionNames: Record<keyof WriteCsvOptions, true> = { metafields: true, priceDecimals: true, unwritable: true };

const defaultDecimals = 2;

const mostDecimals = 4;

/**
 * Writes products in the format of Shopify's export: the column names of its newest exports, one row per variant,
 * further images in rows of their own. `readCsv` reads the result as the same products, and Shopify imports it.
 *
 * Note that when Shopify imports with "overwrite", an empty cell clears the field in the shop.
 *
 * @returns Parts of the text, one per product.
 * @throws ConfigError (code `CONFIG_INVALID`) for an invalid option. During the iteration: ValidationError (code
 * `VALIDATION_FAILED`) for a field that has no column, and errors of the stream of products.
 *
 * @example
 * const drafts: ProductDraftInput[] = [{ localId: 'tee', title: 'Tee', variants: [{ price: '24.90' }] }];
 * await pipeline(writeCsv(drafts.map((draft) => ({ draft }))), createWriteStream('products.csv'));
 */
export function writeCsv(
  products: Iterable<CsvProductToWrite> | AsyncIterable<CsvProductToWrite>,
  options: WriteCsvOptions = {},
): AsyncIterable<string> {
  const { priceDecimals = defaultDecimals, unwritable = 'error' } = options;
  const issues: Issue[] = [...unknownNames(options, optionNames)];
  if (!Number.isInteger(priceDecimals) || priceDecimals < 0 || priceDecimals > mostDecimals) {
    issues.push({ field: 'priceDecimals', message: `must be a whole number from 0 to ${mostDecimals}` });
  }
  const { metafields = Array.isArray(products) ? metafieldsOf(products) : [] } = options;
  for (const name of metafields) {
    if (/^[^.]+\.[^.]+$/.test(name)) continue;
    issues.push({ field: 'metafields', message: `has "${name}": write it as NAMESPACE.KEY` });
  }
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
  return write(products, { metafields, priceDecimals, isStrict: unwritable === 'error' });
}

/** The metafields of all products, in an order in which each product's stay in theirs. */
function metafieldsOf(products: readonly CsvProductToWrite[]): readonly string[] {
  const namesBefore = new Map<string, Set<string>>();
  for (const { draft } of products) {
    let before = '';
    for (const { namespace, key } of draft.metafields ?? []) {
      const name = `${namespace}.${key}`;
      namesBefore.set(name, (namesBefore.get(name) ?? new Set()).add(before));
      before = name;
    }
  }
  const sorted = new Set<string>();
  const seen = new Set<string>();
  const add = (name: string): void => {
    if (name === '' || seen.has(name)) return;
    seen.add(name);
    namesBefore.get(name)?.forEach(add);
    sorted.add(name);
  };
  for (const name of namesBefore.keys()) add(name);
  return [...sorted];
}

interface Settings {
  readonly metafields: readonly string[];
  readonly priceDecimals: number;
  readonly isStrict: boolean;
}

/** In Shopify's exports, metafields come before this column. */
const afterMetafields: Field = 'variantImage';

/** Text columns that exports write as `""` when empty; other columns stay empty. */
const quotedWhenEmpty = new Set<Field>(['body', 'type', 'tags', 'sku', 'barcode', 'imageAlt']);

async function* write(
  products: Iterable<CsvProductToWrite> | AsyncIterable<CsvProductToWrite>,
  settings: Settings,
): AsyncGenerator<string> {
  const split = families.findIndex(([field]) => field === afterMetafields);
  const columns: readonly (Field | { readonly metafield: string })[] = [
    ...families.slice(0, split).map(([field]) => field),
    ...settings.metafields.map((metafield) => ({ metafield })),
    ...families.slice(split).map(([field]) => field),
  ];
  const names = new Map(families.map(([field, name]) => [field as Field, name]));
  const header = columns.map((column) =>
    typeof column === 'string'
      ? (names.get(column) ?? column)
      : `${column.metafield.split('.')[1]} (product.metafields.${column.metafield})`,
  );
  yield `${header.map(quoted).join(',')}\n`;
  for await (const product of products) {
    if (settings.isStrict) refuseUnwritable(product.draft, settings);
    const metafields = new Map(
      product.draft.metafields?.map(({ namespace, key, type, value }) => [
        `${namespace}.${key}`,
        exportedText(type ?? '', value),
      ]),
    );
    const rows = rowsOf(product, settings).map((row, index) => {
      const cells = columns.map((column) => {
        if (typeof column !== 'string') return index === 0 ? quoted(metafields.get(column.metafield) ?? '') : '';
        const text = row[column];
        return text === '' && quotedWhenEmpty.has(column) ? '""' : quoted(text ?? '');
      });
      return `${cells.join(',')}\n`;
    });
    yield rows.join('');
  }
}

/** Quotes a cell if necessary. */
function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A metafield's value as exports write it: entries of a list separated by semicolons. */
function exportedText(type: string, value: string): string {
  if (!type.startsWith('list.')) return value;
  try {
    const entries: unknown = JSON.parse(value);
    const isPlain =
      Array.isArray(entries) && entries.every((entry) => !isRecord(entry) && !/[;\r\n]/.test(String(entry)));
    return isPlain ? entries.map(String).join('; ') : value;
  } catch {
    // Not a list: the validation reports that.
    return value;
  }
}

type Row = { readonly [F in Field]?: string | undefined };

/** The rows of a product: one per variant or image, whichever are more. */
function rowsOf(product: CsvProductToWrite, settings: Settings): readonly Row[] {
  const { draft, stock } = product;
  const images = (draft.images ?? []).toSorted(
    (a, b) => (a.position ?? Number.MAX_VALUE) - (b.position ?? Number.MAX_VALUE),
  );
  const optionNames = draft.options?.length
    ? draft.options
    : [...new Set(draft.variants.flatMap(({ options = {} }) => Object.keys(options)))];
  return Array.from({ length: Math.max(draft.variants.length, images.length) }, (_, index): Row => {
    const variant = draft.variants[index];
    const image = images[index];
    return {
      handle: draft.handle ?? draft.localId,
      ...(index === 0 && productCells(product, optionNames)),
      ...(variant && variantCells(variant, optionNames, stock?.[index], settings)),
      ...(variant && draft.giftCard && { service: 'gift_card' }),
      ...(image && { image: image.url, imagePosition: String(index + 1), imageAlt: image.alt ?? '' }),
    };
  });
}

/** The cells of options, by the end of their column's name. */
function optionCells(part: 'Name' | 'Value' | 'Linked', texts: readonly (string | undefined)[]): Row {
  return Object.fromEntries(texts.map((text, index) => [`option${index + 1}${part}`, text]));
}

function productCells({ draft, published, category }: CsvProductToWrite, optionNames: readonly string[]): Row {
  const links = optionNames.map((name) => draft.linkedOptions?.[name]);
  return {
    title: draft.title,
    body: draft.descriptionHtml ?? '',
    vendor: draft.vendor ?? undefined,
    // Shopify's import accepts paths, but no gids.
    category: category ?? draft.category ?? undefined,
    type: draft.productType ?? '',
    tags: draft.tags?.join(', ') ?? '',
    published: (published ?? (draft.publishTo?.length === 0 ? false : undefined))?.toString(),
    giftCard: draft.giftCard?.toString(),
    seoTitle: draft.seo?.title ?? undefined,
    seoDescription: draft.seo?.description ?? undefined,
    status: draft.status?.toLowerCase(),
    ...optionCells('Name', optionNames.length === 0 ? ['Title'] : optionNames),
    ...optionCells(
      'Linked',
      links.map((link) => link && `product.metafields.${link.namespace}.${link.key}`),
    ),
  };
}

function variantCells(
  variant: ProductVariantDraftInput,
  optionNames: readonly string[],
  quantity: number | null | undefined,
  { priceDecimals }: Settings,
): Row {
  const { inventoryItem = {}, unitPrice, options = {} } = variant;
  const money = (amount: unknown): string => priceText(amount, priceDecimals);
  const { weight } = inventoryItem;
  const unit = weights.find((known) => known.unit === weight?.unit);
  return {
    ...optionCells('Value', optionNames.length === 0 ? ['Default Title'] : optionNames.map((name) => options[name])),
    sku: variant.sku ?? '',
    grams: weight && unit && measureText(toGrams(weight.value, unit)),
    tracker: inventoryItem.tracked === true ? 'shopify' : undefined,
    quantity: quantity?.toString(),
    policy: variant.inventoryPolicy?.toLowerCase(),
    service: 'manual',
    price: money(variant.price),
    compareAt: Number(variant.compareAtPrice) === 0 ? undefined : money(variant.compareAtPrice),
    shipping: inventoryItem.requiresShipping?.toString(),
    taxable: variant.taxable?.toString(),
    barcode: variant.barcode ?? variant.barcodes?.[0] ?? '',
    variantImage: variant.imageUrl ?? variant.imageUrls?.[0],
    weightUnit: unit?.short,
    taxCode: variant.taxCode ?? undefined,
    cost: money(inventoryItem.cost),
    ...(unitPrice && {
      unitTotal: measureText(unitPrice.quantityValue),
      unitTotalUnit: unitPrice.quantityUnit.toLowerCase(),
      unitBase: measureText(unitPrice.referenceValue),
      unitBaseUnit: unitPrice.referenceUnit.toLowerCase(),
    }),
  };
}

/** `24.9` → `24.90`: at least as many decimals as the currency has. */
function priceText(amount: unknown, decimals: number): string {
  const text = toDecimalText(amount);
  if (text === undefined) return '';
  const [whole = '', fraction = ''] = text.split('.');
  const padded = fraction.padEnd(decimals, '0');
  return padded === '' ? whole : `${whole}.${padded}`;
}

/** Exports write measures with a decimal, such as `330.0`. */
function measureText(value: number): string {
  const text = toDecimalText(value) ?? '';
  return text.includes('.') ? text : `${text}.0`;
}

/** @throws ValidationError that names fields without a column in a product CSV. */
function refuseUnwritable(draft: ProductDraftInput, { metafields }: Settings): void {
  const issues: Issue[] = [];
  const refuse = (field: string, value: unknown): void => {
    if (value === undefined || value === null) return;
    issues.push({ field, message: 'has no column in a product CSV: leave it out, or set unwritable to "omit"' });
  };
  refuse('collections', draft.collections);
  refuse('templateSuffix', draft.templateSuffix);
  refuse('redirectNewHandle', draft.redirectNewHandle);
  if (draft.publishTo?.length) refuse('publishTo', draft.publishTo);
  for (const [index, { namespace, key }] of (draft.metafields ?? []).entries()) {
    if (metafields.includes(`${namespace}.${key}`)) continue;
    const message = 'is not among the columns: add it to the option metafields, or set unwritable to "omit"';
    issues.push({ field: `metafields[${index}]`, message });
  }
  for (const [index, variant] of draft.variants.entries()) {
    const field = `variants[${index}]`;
    refuse(`${field}.metafields`, variant.metafields);
    refuse(`${field}.position`, variant.position);
    refuse(`${field}.key`, variant.key);
    if (variant.price === undefined) {
      const message = 'is missing, and Shopify refuses an empty cell: set a price, or set unwritable to "omit"';
      issues.push({ field: `${field}.price`, message });
    }
    refuse(`${field}.quantities`, variant.quantities);
    refuse(`${field}.inventoryItem.harmonizedSystemCode`, variant.inventoryItem?.harmonizedSystemCode);
    refuse(`${field}.inventoryItem.countryCodeOfOrigin`, variant.inventoryItem?.countryCodeOfOrigin);
    if (variant.barcodes && variant.barcodes.length > 1) refuse(`${field}.barcodes`, variant.barcodes);
    if (variant.imageUrls && variant.imageUrls.length > 1) refuse(`${field}.imageUrls`, variant.imageUrls);
    for (const [name, text] of Object.entries({
      sku: variant.sku,
      barcode: variant.barcode,
      taxCode: variant.taxCode,
    })) {
      if (typeof text !== 'string' || withoutApostrophe(text) === text) continue;
      const message = 'begins with an apostrophe before a number, which every import removes: change it';
      issues.push({ field: `${field}.${name}`, message });
    }
  }
  if (issues.length === 0) return;
  throw new ValidationError(`The product ${draft.localId} cannot be written as CSV`, { issues });
}
