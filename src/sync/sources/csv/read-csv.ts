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

/** A row of a CSV file by column name. */
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
   * `shopify`: the product CSV that Shopify exports and imports, with the column names of any year. Else a mapping, as
   * `groupVariants` takes it, for a file with one row for each variant.
   */
  readonly format: 'shopify' | VariantMapping<CsvRow>;
  /**
   * The encoding, as `TextDecoder` names it, such as `windows-1250`. Default: as the byte order mark says, else UTF-8, and
   * where the file cannot be that, Windows-1252 with a warning.
   */
  readonly encoding?: string;
}

/** All of a CSV file. */
export interface CsvContents {
  /** The drafts of products without an error; none where the file cannot be read to its end. */
  readonly drafts: readonly ProductDraftInput[];
  /** All products, also those with errors; none where the file cannot be read to its end. */
  readonly products: readonly CsvProduct[];
  /** What concerns the file, and the issues of all its products, by row. */
  readonly issues: readonly CsvIssue[];
}

/**
 * A CSV file that is being read: iterate over its products, or collect them all. It can be read once.
 *
 * The iteration throws a ValidationError (code `VALIDATION_FAILED`) where the file cannot be read to its end, such as for
 * a quote that is never closed: a part of a catalogue must not be taken for the whole.
 */
export interface CsvReading extends AsyncIterable<CsvProduct> {
  /** What concerns the file as a whole. Complete when the iteration has ended. */
  readonly issues: readonly CsvIssue[];
  /** Reads everything. Throws only what the stream throws: what is wrong with the file is among the issues. */
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

/** Characters of rows that a stream keeps, so that rows of a product may stand apart: more than a file that Shopify imports has. */
const mostKept = 16 * 1024 * 1024;

/**
 * Reads product drafts out of a CSV file. Nothing is guessed: what cannot be read, or has no place in a draft, is reported
 * with its row and column.
 *
 * Rows of a product need not stand together. A stream is read in bounded memory, whatever its size: rows that come more
 * than 16 million characters after those of their product are errors.
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
      const message = 'has been read already, and can be read once: call readCsv again';
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
      // What was given away before its last rows came lacks them, which only the late rows tell.
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
    issues.push({ field: 'format', message: 'must be "shopify", or a mapping as groupVariants takes it' });
  }
  if (encoding !== undefined && !isEncoding(encoding)) {
    issues.push({ field: 'encoding', message: 'is not known: give a name such as "utf-8" or "windows-1252"' });
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
    const message = 'is written by or for Matrixify: its products are read, its commands are not carried out';
    issues.push(ofFile('warning', 'matrixify-file', message));
  }
  yield* readRows(withColumns(records, header.names), header, options, { kept, issues, unread });
}

/** The records after the header, whose faults name the column: the parser knows its number, the header its name. */
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
      const message = 'comes back so late that its product was given away before: sort the file by handle';
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

const noRows = (): CsvIssue => ofFile('warning', 'no-rows', 'has a header and no rows: there is nothing to read');

function ofFile(severity: CsvIssue['severity'], code: string, message: string): CsvIssue {
  return { severity, code, row: 1, line: 1, column: '', message };
}

/** Columns of the inventory CSV, which has handles and titles too. */
const inventoryColumn = /^(location|available|on hand|incoming|unavailable|committed|bin name)\b/i;

/** @throws FileFault for a file that holds something else than products. */
function checkProductFile({ columns, names }: Header): void {
  const isInventory =
    names.some((name) => inventoryColumn.test(name.trim())) &&
    !(['price', 'body', 'image'] as const).some((field) => columns.has(field));
  const isKnown = columns.has('title') || (columns.has('handle') && (columns.has('price') || columns.has('image')));
  if (!isInventory && isKnown) return;
  const kind = isInventory ? 'an inventory file' : 'a file of something else';
  const message = `is ${kind}: a product CSV has the columns Handle, Title and Variant Price, or URL handle, Title and Price`;
  const { row, line, column, code } = ofFile('error', 'not-a-product-file', message);
  throw new FileFault({ row, line, column, code, message });
}

/** Cells that cannot be what their column holds, from which a shift of the columns is told. */
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
 * Finds a file whose cells stand in wrong columns: in most of its rows, several cells are nothing that their column can
 * hold. Such a file is one error, and not three for each row.
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
      if (read(text).value === undefined) wrong.push(`${this.#file.nameOf(field)} holds "${text.slice(0, 30)}"`);
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
    const message = `begins a shift in ${this.#shifted} rows, whose cells stand in wrong columns (${examples.slice(0, 3).join(', ')}): look for an unquoted comma, and save the file again`;
    throw new FileFault({ code: 'file-shifted', row: record.row, line: record.line, column: '', message });
  }
}

/** The columns that a mapping names. */
function columnsOf({ groupBy, product, options, variant, images }: VariantMapping<CsvRow>): ReadonlySet<string> {
  const cells = [groupBy, images, ...[product, options, variant].flatMap((part) => Object.values(part ?? {}))].flat();
  return new Set(cells.filter((cell): cell is string => typeof cell === 'string'));
}

/** Products of a file with one row for each variant, whose columns a mapping names. */
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
    const message = `has no column ${missing.map((name) => `"${name}"`).join(', ')}, which the mapping names: correct one of the two`;
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
      const message = 'comes so late that its product was given away before: sort the file by product';
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
