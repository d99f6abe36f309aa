import { ConfigError, type Issue, ValidationError } from '../../../errors/errors.ts';
import { isRecord } from '../../../internal/json.ts';
import { unknownNames } from '../../../internal/names.ts';
import type { ProductDraftInput } from '../../../validation/product-draft.ts';
import { noteUnread } from '../../unread.ts';
import { groupVariants, type VariantMapping } from '../rows.ts';
import { readBoolean, readMoney, readPolicy, readStatus, readWeight, readWhole } from './cells.ts';
import { type Header, isKnownColumn, readHeader } from './columns.ts';
import {
  badQuoting,
  type CsvIssue,
  type CsvRecord,
  type CsvSource,
  cutOff,
  FileFault,
  readRecords,
} from './records.ts';
import { RowsByKey } from './rows-by-key.ts';
import {
  type CsvProduct,
  type PlacedRecord,
  ShopifyProducts,
  type ShopKnowledge,
  type UnreadRows,
} from './shopify-products.ts';

/** A row of a CSV file, by column name. */
export type CsvRow = Readonly<Record<string, string>>;

/**
 * Options of `readCsv`.
 *
 * @example
 * const { drafts } = await readCsv(createReadStream('feed.csv'), {
 *   format: { groupBy: 'style', product: { title: 'name' }, options: { Size: 'size' }, variant: { sku: 'sku', price: 'price' } },
 * }).collect();
 */
export interface ReadCsvOptions extends ShopKnowledge {
  /**
   * `shopify`: the product CSV that Shopify exports and imports, with the column names of any year. Otherwise a
   * mapping, as for `groupVariants`, for a file with one row per variant.
   */
  readonly format: 'shopify' | VariantMapping<CsvRow>;
  /**
   * The encoding, by its `TextDecoder` name, such as `windows-1250`. Default: from the byte order mark, otherwise
   * UTF-8, or Windows-1252 with a warning if the file is not valid UTF-8.
   */
  readonly encoding?: string;
}

/** The contents of a CSV file. */
export interface CsvContents {
  /** The drafts of products without errors; empty if the file cannot be read to its end. */
  readonly drafts: readonly ProductDraftInput[];
  /** All products, including those with errors; empty if the file cannot be read to its end. */
  readonly products: readonly CsvProduct[];
  /** Issues of the file and of all its products, by row. */
  readonly issues: readonly CsvIssue[];
}

/**
 * A CSV file being read: iterate over its products, or collect them all. It can be read once.
 *
 * The iteration throws a ValidationError (code `VALIDATION_FAILED`) if the file cannot be read to its end, for example
 * because a quote is never closed: a part of a catalogue must not be taken for the whole.
 */
export interface CsvReading extends AsyncIterable<CsvProduct> {
  /** Issues of the file as a whole. Complete when the iteration has ended. */
  readonly issues: readonly CsvIssue[];
  /** Reads everything. Throws only errors of the stream: problems of the file are in `issues`. */
  collect(): Promise<CsvContents>;
}

const optionNames: Record<keyof ReadCsvOptions, true> = {
  format: true,
  encoding: true,
  resolveCategory: true,
  definitionType: true,
  types: true,
  resolveReference: true,
};

/**
 * How many characters of rows are kept in memory for a stream, so that the rows of a product need not be adjacent: more
 * than the largest file that Shopify imports.
 */
const mostKept = 16 * 1024 * 1024;

/**
 * Reads product drafts from a CSV file. Nothing is guessed: a value that cannot be read, or has no field in a draft, is
 * reported with its row and column.
 *
 * The rows of a product need not be adjacent. A stream is read with limited memory, whatever its size: rows that come
 * more than 16 million characters after those of their product are errors.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) for an invalid option.
 *
 * @example
 * const { drafts, issues } = await readCsv(createReadStream('products_export.csv'), { format: 'shopify' }).collect();
 * for (const { row, column, message } of issues) console.log(`row ${row}, ${column} ${message}`);
 * await sync.pushMany(drafts);
 */
export function readCsv(source: CsvSource, options: ReadCsvOptions): CsvReading {
  checkOptions(options);
  const { format, encoding } = options;
  const issues: CsvIssue[] = [];
  const isInMemory = typeof source === 'string' || source instanceof Uint8Array;
  const kept = isInMemory ? Number.POSITIVE_INFINITY : mostKept;
  const report = (code: string, message: string): void => {
    issues.push({ severity: 'warning', code, row: 1, line: 1, column: '', message });
  };
  const mapped = typeof format === 'object' ? (name: string) => columnsOf(format).has(name.trim()) : undefined;
  const records = readRecords(source, encoding, mapped ?? isKnownColumn, report);
  const unread: UnreadRows = { localIds: new Set(), nameless: [] };
  const products =
    typeof format === 'object'
      ? readMapped(records, format, kept, issues, unread)
      : readShopify(records, options, kept, issues, unread);
  let isRead = false;

  async function* once(): AsyncGenerator<CsvProduct> {
    if (isRead) {
      const message = 'has already been read, and can be read only once: call readCsv again';
      throw new ConfigError('Invalid use', { issues: [{ field: 'source', message }] });
    }
    isRead = true;
    yield* products;
  }

  return {
    issues,
    async *[Symbol.asyncIterator]() {
      try {
        yield* once();
      } catch (error) {
        if (!(error instanceof FileFault)) throw error;
        issues.push(error.issue);
        throw new ValidationError('The CSV file is invalid', { issues: [toFieldIssue(error.issue)] });
      }
    },
    async collect() {
      const all: CsvProduct[] = [];
      try {
        for await (const product of once()) all.push(product);
      } catch (error) {
        if (!(error instanceof FileFault)) throw error;
        issues.push(error.issue);
        const nothing: CsvContents = { drafts: [], products: [], issues: [...issues] };
        noteUnread(nothing.drafts, { localIds: new Set(), nameless: [placeAndMessage(error.issue)] });
        return nothing;
      }
      const isWhole = !issues.some(({ severity, row }) => severity === 'error' && row === 1);
      // A product that was yielded before its last rows came is incomplete; only the late rows show that.
      const cut = new Set(
        all.flatMap((product) =>
          product.issues.some(({ code }) => code.endsWith('-late')) ? [product.draft.localId] : [],
        ),
      );
      const sound = all.filter(
        (product) =>
          isWhole && !cut.has(product.draft.localId) && !product.issues.some(({ severity }) => severity === 'error'),
      );
      const found = [...issues, ...all.flatMap((product) => product.issues)];
      const drafts = sound.map(({ draft }) => draft);
      const isSound = new Set(sound);
      const ofFile = issues.filter(({ severity, row }) => severity === 'error' && row === 1);
      noteUnread(drafts, {
        localIds: new Set([...unread.localIds, ...all.flatMap((one) => (isSound.has(one) ? [] : [one.draft.localId]))]),
        nameless: [...ofFile, ...unread.nameless].map(placeAndMessage),
      });
      return { drafts, products: all, issues: found.sort((a, b) => a.row - b.row) };
    },
  };
}

function checkOptions(options: ReadCsvOptions): void {
  const issues: Issue[] = [...unknownNames(options, optionNames)];
  const { format, encoding } = options;
  if (format !== 'shopify' && !isRecord(format)) {
    issues.push({ field: 'format', message: 'must be "shopify", or a mapping as for groupVariants' });
  }
  if (encoding !== undefined && !isEncoding(encoding)) {
    issues.push({ field: 'encoding', message: 'is unknown: use a name such as "utf-8" or "windows-1252"' });
  }
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });
}

function isEncoding(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== '';
  } catch {
    return false;
  }
}

function toFieldIssue({ row, line, column, message }: CsvIssue): Issue {
  return { field: `row ${row} (line ${line})${column === '' ? '' : `, column "${column}"`}`, message };
}

function placeAndMessage(issue: CsvIssue): string {
  const { field, message } = toFieldIssue(issue);
  return `${field} ${message}`;
}

async function* readShopify(
  records: AsyncGenerator<CsvRecord>,
  options: ReadCsvOptions,
  kept: number,
  issues: CsvIssue[],
  unread: UnreadRows,
): AsyncGenerator<CsvProduct> {
  const first = await records.next();
  const header = readHeader(first.done ? [] : first.value.cells);
  checkProductFile(header);
  issues.push(...header.issues);
  if (header.isMatrixify) {
    const message = 'is a file of Matrixify: its products are read, but its commands are not executed';
    issues.push(ofFile('warning', 'matrixify-file', message));
  }
  yield* readRows(withColumns(records, header.names), header, options, { kept, issues, unread });
}

/** The records after the header. Adds the column's name to faults: the parser knows only its index. */
async function* withColumns(records: AsyncGenerator<CsvRecord>, names: readonly string[]): AsyncGenerator<CsvRecord> {
  try {
    yield* records;
  } catch (error) {
    if (!(error instanceof FileFault) || error.columnIndex === undefined) throw error;
    throw new FileFault({ ...error.issue, column: (names[error.columnIndex] ?? '').trim() });
  }
}

async function* readRows(
  records: AsyncGenerator<CsvRecord>,
  header: Header,
  options: ReadCsvOptions,
  { kept, issues, unread }: { readonly kept: number; readonly issues: CsvIssue[]; readonly unread: UnreadRows },
): AsyncGenerator<CsvProduct> {
  const file = new ShopifyProducts(header, options);
  const groups = new RowsByKey<PlacedRecord>(kept);
  const shift = new ShiftDetector(file, header);
  let isEmpty = true;

  async function* finished(complete: Iterable<readonly [string, readonly PlacedRecord[]]>): AsyncGenerator<CsvProduct> {
    for (const [key, placed] of complete) {
      const product = await file.finish(key, placed);
      const told = 'draft' in product ? product.issues : product;
      unread.nameless.push(...told.filter((issue) => file.isNameless(issue)));
      if ('draft' in product) yield product;
      else {
        issues.push(...product);
        if (!key.startsWith('\0')) unread.localIds.add(key);
      }
    }
  }

  for await (const record of records) {
    if (record.badQuote !== undefined || record.isCutOff) {
      file.leaveOut(record, unread);
      isEmpty = false;
      continue;
    }
    const found = file.place(record);
    if (!found) continue;
    isEmpty = false;
    if ('code' in found) {
      issues.push(found);
      unread.nameless.push(found);
      continue;
    }
    shift.look(record);
    const { key, placed } = found;
    const size = record.cells.reduce((sum, cell) => sum + cell.length, 100);
    if (!groups.add(key, placed, size)) {
      const message = 'comes so late that its product was already returned without it: sort the file by handle';
      const { row, line } = record;
      const late = {
        severity: 'error',
        code: 'handle-returns-late',
        row,
        line,
        column: file.nameOf('handle'),
      } as const;
      (placed.issues as CsvIssue[]).push({ ...late, message });
    }
    for (const complete of groups.overflow(key)) {
      shift.check();
      yield* finished([complete]);
    }
  }
  shift.check();
  yield* finished(groups.rest());
  if (isEmpty) issues.push(noRows());
  else issues.push(...file.fileIssues());
}

const noRows = (): CsvIssue => ofFile('warning', 'no-rows', 'has a header but no rows: there is nothing to read');

function ofFile(severity: CsvIssue['severity'], code: string, message: string): CsvIssue {
  return { severity, code, row: 1, line: 1, column: '', message };
}

/** Columns of the inventory CSV, which also has handles and titles. */
const inventoryColumn = /^(location|available|on hand|incoming|unavailable|committed|bin name)\b/i;

/** @throws FileFault for a file that is not a product file. */
function checkProductFile({ columns, names }: Header): void {
  const isInventory =
    names.some((name) => inventoryColumn.test(name.trim())) &&
    !(['price', 'body', 'image'] as const).some((field) => columns.has(field));
  const isKnown = columns.has('title') || (columns.has('handle') && (columns.has('price') || columns.has('image')));
  if (!isInventory && isKnown) return;
  const kind = isInventory ? 'an inventory file' : 'not a product file';
  const message = `is ${kind}: a product CSV has the columns Handle, Title and Variant Price, or URL handle, Title and Price`;
  const { row, line, column, code } = ofFile('error', 'not-a-product-file', message);
  throw new FileFault({ row, line, column, code, message });
}

/** Columns whose cells show whether the columns of a row are shifted. */
const typed = [
  ['published', readBoolean],
  ['giftCard', readBoolean],
  ['shipping', readBoolean],
  ['taxable', readBoolean],
  ['status', readStatus],
  ['policy', (text: string) => readPolicy(text, true)],
  ['price', (text: string) => readMoney(text, 'price')],
  ['grams', (text: string) => readWeight(text, 'GRAMS', true)],
  ['quantity', (text: string) => readWhole(text, 'quantity')],
  ['imagePosition', (text: string) => readWhole(text, 'position')],
] as const;

/**
 * Detects a file whose cells are in the wrong columns: in most rows, several cells have values that are impossible for
 * their column. Such a file gets one error instead of several for each row.
 */
class ShiftDetector {
  readonly #file: ShopifyProducts;
  readonly #columns: typeof typed;
  #rows = 0;
  #shifted = 0;
  #first: { readonly record: CsvRecord; readonly examples: readonly string[] } | undefined;

  constructor(file: ShopifyProducts, header: Header) {
    this.#file = file;
    this.#columns = typed.filter(([field]) => header.columns.has(field)) as object as typeof typed;
  }

  look(record: CsvRecord): void {
    const wrong: string[] = [];
    let filled = 0;
    for (const [field, read] of this.#columns) {
      const text = this.#file.cell(record, field);
      if (text === '') continue;
      filled += 1;
      if (read(text).value === undefined) wrong.push(`${this.#file.nameOf(field)} has "${text.slice(0, 30)}"`);
    }
    if (filled < 2) return;
    this.#rows += 1;
    if (wrong.length < 2) return;
    this.#shifted += 1;
    this.#first ??= { record, examples: wrong };
  }

  /** @throws FileFault */
  check(): void {
    if (this.#shifted < 3 || 2 * this.#shifted < this.#rows || !this.#first) return;
    const { record, examples } = this.#first;
    const message = `is the first of ${this.#shifted} rows with cells in the wrong columns (${examples.slice(0, 3).join(', ')}): look for an unquoted comma, and save the file again`;
    throw new FileFault({ code: 'file-shifted', row: record.row, line: record.line, column: '', message });
  }
}

/** The columns that a mapping uses. */
function columnsOf({ groupBy, product, options, variant, images }: VariantMapping<CsvRow>): ReadonlySet<string> {
  const cells = [groupBy, images, ...[product, options, variant].flatMap((part) => Object.values(part ?? {}))].flat();
  return new Set(cells.filter((cell): cell is string => typeof cell === 'string'));
}

/** Products of a file with one row per variant, whose columns are named in a mapping. */
async function* readMapped(
  records: AsyncGenerator<CsvRecord>,
  mapping: VariantMapping<CsvRow>,
  kept: number,
  issues: CsvIssue[],
  unread: UnreadRows,
): AsyncGenerator<CsvProduct> {
  const first = await records.next();
  const names = (first.done ? [] : first.value.cells).map((name) => name.trim());
  const missing = [...columnsOf(mapping)].filter((name) => !names.includes(name));
  if (missing.length > 0) {
    const message = `has no column ${missing.map((name) => `"${name}"`).join(', ')}, which the mapping uses: correct the mapping or the file`;
    throw new FileFault({ code: 'column-missing', row: 1, line: 1, column: missing[0] ?? '', message });
  }
  const groups = new RowsByKey<MappedRecord>(kept);
  let isEmpty = true;

  function* finished(complete: Iterable<readonly [string, readonly MappedRecord[]]>): Generator<CsvProduct> {
    for (const [key, placed] of complete) {
      const grouped = groupVariants(
        placed.map(({ row }) => row),
        mapping,
      );
      const reasons = new Map(grouped.rejected.map(({ index, reason }) => [index, reason]));
      const found = placed.flatMap(({ record, issues: ofRow }, index) => {
        const reason = reasons.get(index);
        return reason === undefined ? ofRow : [...ofRow, ofRecord(record, 'row-rejected', reason)];
      });
      const [draft] = grouped.products;
      if (draft) yield { draft: { sku: 'optional', ...draft }, row: placed[0]?.record.row ?? 1, issues: found };
      else {
        issues.push(...found);
        unread.localIds.add(key);
      }
    }
  }

  for await (const record of withColumns(records, names)) {
    if (record.badQuote !== undefined) {
      const { row, line, badQuote } = record;
      throw new FileFault({ code: 'bad-quoting', row, line, column: names[badQuote] ?? '', message: badQuoting });
    }
    if (record.isCutOff) {
      const column = names[record.cells.length - 1] ?? '';
      throw new FileFault({ code: 'file-cut-off', row: record.row, line: record.line, column, message: cutOff });
    }
    if (record.cells.every((cell) => cell.trim() === '')) continue;
    isEmpty = false;
    const row: CsvRow = Object.fromEntries(names.map((name, index) => [name, record.cells[index] ?? '']));
    const probe = groupVariants([row], { groupBy: mapping.groupBy, product: {}, variant: {} });
    const [rejected] = probe.rejected;
    const key = probe.products[0]?.localId;
    if (rejected || key === undefined) {
      const issue = ofRecord(record, 'row-rejected', rejected?.reason ?? 'belongs to no product');
      issues.push(issue);
      unread.nameless.push(issue);
      continue;
    }
    const size = record.cells.reduce((sum, cell) => sum + cell.length, 100);
    const ofRow: CsvIssue[] = [];
    if (!groups.add(key, { record, row, issues: ofRow }, size)) {
      const message = 'comes so late that its product was already returned without it: sort the file by product';
      ofRow.push(ofRecord(record, 'row-late', message));
    }
    for (const complete of groups.overflow(key)) yield* finished([complete]);
  }
  yield* finished(groups.rest());
  if (isEmpty) issues.push(noRows());
}

interface MappedRecord {
  readonly record: CsvRecord;
  readonly row: CsvRow;
  readonly issues: readonly CsvIssue[];
}

function ofRecord({ row, line }: CsvRecord, code: string, message: string): CsvIssue {
  return { severity: 'error', code, row, line, column: '', message };
}
