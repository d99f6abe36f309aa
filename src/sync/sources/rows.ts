import { checkNames, type Issue, ValidationError } from '../../errors/errors.ts';
import { isRecord } from '../../internal/json.ts';
import type { ProductDraft, ProductDraftInput, ProductVariantDraft } from '../../validation/product-draft.ts';
import { toDecimalText } from '../../validation/rules.ts';
import { noteUnread, unreadOf } from '../unread.ts';

/** Options of `parseRows`. */
export interface ParseRowsOptions {
  /** Name of the file or feed, for messages. */
  readonly name: string;
}

/** The rows parsed from text. */
export interface ParsedRows<Row> {
  readonly rows: readonly Row[];
  /** Lines that are not JSON; only in JSONL. */
  readonly rejected: readonly RejectedRow[];
}

/** A row that could not be used, and the reason. */
export interface RejectedRow {
  /** Its position among the rows, from zero. */
  readonly index: number;
  /** The row itself, if it could be parsed. */
  readonly row?: unknown;
  /** What is wrong with it. */
  readonly reason: string;
}

/**
 * Parses rows from a JSON array, or from text with one JSON object per line (JSONL).
 *
 * Numbers keep their digits: a whole number beyond 2^53, such as an id, becomes a `bigint`, and a decimal number with
 * more digits than a number can hold becomes text. `groupVariants` accepts both.
 *
 * `Row` is not checked here, but by `groupVariants` and `validateProducts`. In JSONL an invalid line is rejected and
 * the others are read. Check `rejected` before a push: a product that lost a row would be pushed without that variant.
 *
 * @throws ValidationError (code `VALIDATION_FAILED`) with line and column, if the array is invalid, no line is JSON, or
 * the text is empty.
 *
 * @example
 * const { rows, rejected } = parseRows(await readFile('feed.jsonl', 'utf8'), { name: 'feed.jsonl' });
 */
export function parseRows<Row = Readonly<Record<string, unknown>>>(
  text: string,
  options: ParseRowsOptions,
): ParsedRows<Row> {
  checkNames(options, { name: true });
  const { name } = options;
  const body = text.replace(/^\uFEFF/, '');
  const first = body.trimStart()[0];
  if (first === undefined)
    throw new ValidationError(`${name} is invalid`, {
      issues: [{ field: 'line 1', message: `is empty: ${expectedFormat}` }],
    });
  return first === '[' ? { rows: parseArray(body, name) as Row[], rejected: [] } : parseLines<Row>(body, name);
}

const expectedFormat = 'pass a JSON array of objects, or one JSON object per line';

function parseArray(text: string, name: string): unknown {
  try {
    return parseExactRows(text);
  } catch {
    throw new ValidationError(`${name} is invalid`, { issues: [issueOf(text)] });
  }
}

/** A number that may be inexact as a JavaScript number has at least 16 digits, possibly with a decimal point. */
const longNumber = /\d[\d.]{15}/;

/**
 * Parses JSON so that numbers keep their digits: if a number cannot hold them, a whole one becomes a `bigint`, one with
 * a fraction becomes text.
 */
function parseExactRows(text: string): unknown {
  if (!longNumber.test(text)) return JSON.parse(text);
  const revive = (_key: string, value: unknown, { source = '' }: { readonly source?: string }): unknown => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    if (/^-?\d+$/.test(source)) return BigInt(source);
    return digitsOf(source) === digitsOf(String(value)) ? value : source;
  };
  // Every Node we support passes the third argument; the types do not have it yet.
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
}

/** The significant digits of a number. */
const digitsOf = (text: string): string => (text.split(/e/i)[0] ?? '').replace(/[-.]/g, '').replace(/^0+|0+$/g, '');

function parseLines<Row>(text: string, name: string): ParsedRows<Row> {
  const rows: Row[] = [];
  const rejected: RejectedRow[] = [];
  let firstIssue: Issue | undefined;
  for (const [lineIndex, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      rows.push(parseExactRows(line) as Row);
    } catch {
      const issue = issueOf(line, lineIndex);
      firstIssue ??= issue;
      rejected.push({ index: rows.length + rejected.length, reason: `${name}, ${issue.field}: ${issue.message}` });
    }
  }
  // No line is an object: this is another kind of file, such as CSV or a web page.
  if (firstIssue && !rows.some((row) => typeof row === 'object' && row !== null)) {
    throw new ValidationError(`${name} is invalid`, {
      issues: [{ ...firstIssue, message: `${firstIssue.message}; ${expectedFormat}` }],
    });
  }
  noteUnread(rows, { localIds: new Set(), nameless: rejected.map(({ reason }) => reason) });
  return { rows, rejected };
}

function issueOf(text: string, linesBefore = 0): Issue {
  const error = findJsonError(text) ?? { line: 1, column: 1, message: 'the text cannot be read' };
  return {
    field: `line ${linesBefore + error.line}, column ${error.column}`,
    message: `is not JSON: ${error.message}`,
  };
}

/** The first place where a text is not JSON. Lines and columns count from one, columns in UTF-16 units. */
interface JsonError {
  readonly line: number;
  readonly column: number;
  /** The problem, such as `unexpected "}"`. */
  readonly message: string;
}

/**
 * Finds the first place where a text is not JSON; `undefined` if it is valid. The messages of `JSON.parse` cannot be
 * used: whether they contain the place depends on the engine and the error.
 */
export function findJsonError(text: string): JsonError | undefined {
  const offset = findOffset(text);
  if (offset === undefined) return undefined;
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, message: describe(text, offset) };
}

function describe(text: string, offset: number): string {
  const found = text.codePointAt(offset);
  if (found === undefined) return 'the text ends too early';
  const { string } = tokens();
  string.lastIndex = offset;
  if (text[offset] === '"' && !string.test(text)) {
    return 'a string that is not closed, or contains a line break or an invalid escape';
  }
  return `unexpected ${JSON.stringify(String.fromCodePoint(found))}`;
}

type Expected = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'comma-or-end' | 'nothing';

/** Walks the text with its own stack, so that deep nesting cannot exhaust the engine's. */
function findOffset(text: string): number | undefined {
  const { space, string, scalar } = tokens();
  const open: ('[' | '{')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  const match = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found !== null;
  };
  const afterValue = (): Expected => (open.length === 0 ? 'nothing' : 'comma-or-end');
  for (;;) {
    match(space);
    const start = at;
    const character = text[at];
    if (expected === 'nothing') return at < text.length ? at : undefined;
    const closing = open.at(-1) === '[' ? ']' : '}';
    if (expected === 'comma-or-end' && character === ',') {
      at += 1;
      expected = open.at(-1) === '[' ? 'value' : 'key';
    } else if (expected.endsWith('or-end') && character === closing) {
      at += 1;
      open.pop();
      expected = afterValue();
    } else if (expected.startsWith('key')) {
      if (!match(string)) return start;
      match(space);
      if (text[at] !== ':') return at;
      at += 1;
      expected = 'value';
    } else if (!expected.startsWith('value')) {
      return start;
    } else if (character === '[' || character === '{') {
      at += 1;
      open.push(character);
      expected = character === '[' ? 'value-or-end' : 'key-or-end';
    } else if (match(string) || match(scalar)) {
      expected = afterValue();
    } else {
      return start;
    }
  }
}

/** The tokens of the grammar. Created for each walk, because a sticky pattern stores its position. */
const tokens = () => ({
  space: /[ \t\n\r]*/y,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids just these within a string.
  string: /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y,
  scalar: /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y,
});

/** Name of a column of a row. */
export type Column<Row> = keyof Row & string;

/** The source of a value: a column, or a function of the row. */
export type Cell<Row> = Column<Row> | ((row: Row) => unknown);

/**
 * The source of each product field. The first row of the product with a value wins, so a description needs to be in one
 * row only. Text for `tags` is split at commas.
 */
export type ProductCells<Row> = {
  readonly [Field in keyof Omit<ProductDraft, 'localId' | 'images' | 'options' | 'variants'>]?: Cell<Row>;
};

/** The source of each variant field. */
export type VariantCells<Row> = {
  readonly [Field in keyof Omit<ProductVariantDraft, 'options'>]?: Cell<Row>;
};

/**
 * How flat rows, one per variant, become products. Empty cells count as left out, and numbers become text where a draft
 * expects text.
 */
export interface VariantMapping<Row> {
  /**
   * What the rows of one product have in common, such as its style code. It becomes the product's `localId`, even if
   * the mapping sets another one.
   */
  readonly groupBy: Cell<Row>;
  /** The product's fields, or a function that makes them from all its rows. */
  readonly product: ProductCells<Row> | ((rows: readonly Row[]) => object);
  /**
   * Option name → source of its value, in the order in which customers see them. If left out, a `variant` function may
   * return `options`.
   */
  readonly options?: Readonly<Record<string, Cell<Row>>>;
  /** The variant's fields, or a function that makes them from its row. */
  readonly variant: VariantCells<Row> | ((row: Row) => object);
  /** The source of image URLs (or `{ url, alt }`, or lists of either). All rows are read; each URL is used once. */
  readonly images?: Cell<Row> | readonly Cell<Row>[];
}

/**
 * A product made from rows: pass it to `validateProduct` or to a push. Its values have not been checked yet; the type
 * is what the mapping should produce.
 */
export type GroupedProduct = ProductDraftInput;

/** The result of grouping rows. */
export interface GroupedRows {
  /** In the order of their first rows. */
  readonly products: readonly GroupedProduct[];
  readonly rejected: readonly RejectedRow[];
}

const mappingNames: Record<keyof VariantMapping<unknown>, true> = {
  groupBy: true,
  product: true,
  options: true,
  variant: true,
  images: true,
};

interface Placed<Row> {
  readonly index: number;
  readonly row: Row;
}

/**
 * Makes products from flat rows, one row per variant. The rows of a product need not be adjacent.
 *
 * A row that is not an object, or has no group key, is rejected; the others are still read. If a function of the
 * mapping throws, all rows of that product are rejected: pushed without one of its rows, the product would lose that
 * variant in the shop.
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
  checkNames(mapping, mappingNames);
  const groups = new Map<string, Placed<Row>[]>();
  const rejected: RejectedRow[] = [];
  const nameless = [...(typeof rows === 'object' ? (unreadOf(rows)?.nameless ?? []) : [])];
  const localIds = new Set<string>();
  let index = 0;
  for (const row of rows) {
    const key = keyOf(row, mapping.groupBy);
    if ('reason' in key) {
      rejected.push({ index, row, reason: key.reason });
      nameless.push(`row ${index} ${key.reason}`);
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
      const reason = `the mapping of product ${JSON.stringify(localId)} failed: ${messageOf(error)}`;
      for (const { index: at, row } of placed) rejected.push({ index: at, row, reason });
      localIds.add(localId);
    }
  }
  noteUnread(products, { localIds, nameless });
  return { products, rejected: rejected.sort((a, b) => a.index - b.index) };
}

function keyOf<Row>(row: Row, groupBy: Cell<Row>): { readonly text: string } | { readonly reason: string } {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    return { reason: 'is not an object: pass an object with a field for each column' };
  }
  const source = typeof groupBy === 'string' ? JSON.stringify(groupBy) : 'the group key';
  try {
    const key = numberToText(readCell(row, groupBy));
    if (typeof key === 'string') return { text: key.trim() };
    return { reason: key === undefined ? `has no ${source}: fill it in` : `${source} must be text or a number` };
  } catch (error) {
    return { reason: `${source} could not be read: ${messageOf(error)}` };
  }
}

function toProduct<Row>(localId: string, rows: readonly Row[], mapping: VariantMapping<Row>): GroupedProduct {
  const { product, images = [], options = {} } = mapping;
  const imageCells = typeof images === 'object' ? images : [images];
  const pictures = readImages(rows, imageCells);
  const made = rows.map((row) => toVariant(row, mapping));
  // A row that contains only an image, as in Shopify's own CSV, is not a variant.
  const isImageOnly = (variant: Record<string, unknown>, index: number): boolean =>
    isBlank(variant) && readImages(rows.slice(index, index + 1), imageCells).length > 0;
  const real = made.filter((variant, index) => !isImageOnly(variant, index));
  const variants = real.length > 0 ? real : made;
  const used = Object.entries(options).filter(([, cell]) => readFirst(rows, cell) !== undefined);
  const grouped: Readonly<Record<string, unknown>> = {
    ...(typeof product === 'function' ? withoutEmpty(product(rows)) : readProduct(rows, product)),
    ...(pictures.length > 0 && { images: pictures }),
    ...(used.length > 0 && { options: used.map(([name]) => name) }),
    localId,
    variants,
  };
  // The validation checks whether the values have the draft's types.
  return grouped as object as GroupedProduct;
}

function readProduct<Row>(rows: readonly Row[], cells: ProductCells<Row>): Record<string, unknown> {
  return readFields(cells, (cell, field) => {
    const value = numberToText(readFirst(rows, cell));
    return field === 'tags' ? splitTags(value) : value;
  });
}

/** Whether a variant has no values. */
const isBlank = (variant: Record<string, unknown>): boolean =>
  Object.values(variant).every(
    (value) => value === undefined || (isRecord(value) && Object.values(value).every((one) => one === undefined)),
  );

/** Fields of a variant that a draft takes as numbers. */
const numberFields = new Set(['price', 'compareAtPrice', 'position']);

function toVariant<Row>(row: Row, { variant, options }: VariantMapping<Row>): Record<string, unknown> {
  const fields =
    typeof variant === 'function'
      ? withoutEmpty(variant(row))
      : readFields(variant, (cell, field) => {
          const value = readCell(row, cell);
          // A draft accepts prices as numbers, and writes them without exponent.
          return typeof value === 'number' && numberFields.has(field) ? value : numberToText(value);
        });
  return { ...fields, ...(options && { options: readFields(options, (cell) => numberToText(readCell(row, cell))) }) };
}

/** The value of a cell; `undefined` if it is empty: nothing, null, or blank text. */
function readCell<Row>(row: Row, cell: Cell<Row>): unknown {
  const value: unknown = typeof cell === 'function' ? cell(row) : row[cell];
  return isEmpty(value) ? undefined : value;
}

/** The first non-empty value of a cell in several rows. */
function readFirst<Row>(rows: readonly Row[], cell: Cell<Row>): unknown {
  for (const row of rows) {
    const value = readCell(row, cell);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The fields that are not empty. */
function readFields<Row>(
  cells: Readonly<Record<string, Cell<Row> | undefined>>,
  read: (cell: Cell<Row>, field: string) => unknown,
): Record<string, unknown> {
  const fields = Object.entries(cells).map(([field, cell]) => [field, cell && read(cell, field)] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

/** Images of all rows in order: URLs become `{ url }`, and each URL is used once. */
function readImages<Row>(rows: readonly Row[], cells: readonly Cell<Row>[]): unknown[] {
  const seen = new Set<unknown>();
  return rows
    .flatMap((row) => cells.flatMap((cell) => readCell(row, cell)))
    .filter((image) => !isEmpty(image))
    .map((image) => (typeof image === 'string' ? { url: image.trim() } : image))
    .filter((image) => {
      const key = addressOf(image);
      const isNew = !seen.has(key);
      seen.add(key);
      return isNew;
    });
}

function addressOf(image: unknown): unknown {
  return typeof image === 'object' && image !== null && 'url' in image ? image.url : image;
}

/** `"a, b"` → `["a", "b"]`. A value that is not text is unchanged. */
function splitTags(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value.split(',').flatMap((tag) => tag.trim() || []);
}

/** Numbers as text without exponent, for ids and option values. Other values are unchanged. */
function numberToText(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'number' ? (toDecimalText(value) ?? value) : value;
}

/** The fields that are not empty, also within objects such as `inventoryItem`. Lists are unchanged. */
function withoutEmpty(fields: object): Record<string, unknown> {
  const entries = Object.entries(fields).filter(([, value]) => !isEmpty(value));
  return Object.fromEntries(entries.map(([name, value]) => [name, isRecord(value) ? withoutEmpty(value) : value]));
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
