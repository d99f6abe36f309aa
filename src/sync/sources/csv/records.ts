import { pipeline, Readable } from 'node:stream';
import type { CsvError as ParserError } from 'csv-parse';
import { lateModule } from '../../../internal/late-module.ts';

/** A CSV file: its text, its bytes, or a stream of either, such as `createReadStream(path)` or the body of a response. */
export type CsvSource = string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/** A problem in a CSV file. */
export interface CsvIssue {
  /** `collect` returns no draft for a product with an error; with a warning, it does. */
  readonly severity: 'error' | 'warning';
  /** What it is about, such as `price-with-comma`, `column-not-read` or `options-repeated`. */
  readonly code: string;
  /** Number of the record, counted from 1, which is the header; empty records count. */
  readonly row: number;
  /** Line of the file on which that record starts. It differs from `row` after cells with line breaks. */
  readonly line: number;
  /** The column's name as in the header; empty if the issue concerns the whole record or file. */
  readonly column: string;
  /** What is wrong, and how to fix it. */
  readonly message: string;
}

/** A record of the file. */
export interface CsvRecord {
  /** Counted from 1, which is the header. */
  readonly row: number;
  readonly line: number;
  readonly cells: readonly string[];
  /** Indexes of cells that contain a quote although they are not quoted. */
  readonly strayQuotes: readonly number[];
  /**
   * Index of a cell that continues after its closing quote: it is unclear where it ends, so the record cannot be used.
   */
  readonly badQuote?: number;
  /** The file ends in the middle of this record, in its last cell: the rest is lost. */
  readonly isCutOff?: true;
}

/** Ends the reading of a file, because the rest cannot be trusted. */
export class FileFault extends Error {
  readonly issue: CsvIssue;
  /** Index of the column; the caller knows the header, and so its name. */
  readonly columnIndex: number | undefined;

  constructor(issue: Omit<CsvIssue, 'severity'>, columnIndex?: number) {
    super(issue.message);
    this.issue = { severity: 'error', ...issue };
    this.columnIndex = columnIndex;
  }
}

const loadParser = lateModule(() => import('csv-parse'));

/** Reports, once, a way in which the file differs from what Shopify writes. */
export type ReportFile = (code: string, message: string) => void;

/**
 * Reads the records of a CSV file one by one. The encoding is that of the byte order mark, otherwise UTF-8, or
 * Windows-1252 if the file is not valid UTF-8. The separator is the one that gives the most known names in the header.
 *
 * @throws FileFault if the quotes of a record do not show where its cells end.
 */
export async function* readRecords(
  source: CsvSource,
  encoding: string | undefined,
  isName: (header: string) => boolean,
  report: ReportFile,
): AsyncGenerator<CsvRecord> {
  const chunks = decode(source, encoding, report);
  const { head, separator } = await readHeader(chunks);
  if (head.trim() === '') return;
  const delimiter = separator ?? separatorOf(head, isName);
  if (separator !== undefined) {
    const message = `begins with the line "sep=${delimiter}", which tells Excel the separator: the file is read, but Shopify does not accept that line`;
    report('separator-line', message);
  }
  if (delimiter !== ',') {
    const name = delimiter === '\t' ? 'a tab' : `"${delimiter}"`;
    report('separator-not-comma', `is separated by ${name}: it is read, but Shopify accepts only commas`);
  }
  const { parse, CsvError } = await loadParser();
  let open: ParserError | undefined;
  const parser = parse({
    delimiter,
    // All line endings, since a file may mix them: otherwise only the first one found would count.
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    raw: true,
    info: true,
    max_record_size: mostInRecord,
    // An error would discard the records before it, which must be read first.
    skip_records_with_error: true,
    on_skip(error) {
      if (error?.code !== 'CSV_QUOTE_NOT_CLOSED') throw error;
      open = error;
    },
  });
  async function* all(): AsyncGenerator<string> {
    yield head;
    yield* chunks;
  }
  // An error of the pipeline is also an error of the parser, and thrown below.
  pipeline(Readable.from(all()), parser, () => undefined);
  let row = 0;
  const linesBefore = separator === undefined ? 1 : 2;
  let line = linesBefore;
  let width = 0;
  let isRagged = false;
  let bad: CsvRecord | undefined;
  try {
    for await (const { record, raw, info } of parser as AsyncIterable<Parsed>) {
      row += 1;
      const quotes = raw.includes('"') ? checkQuotes(raw, delimiter) : noQuotes;
      if (row === 1) width = record.length;
      // Only the last record can lack a line end. If others are short too, the file omits empty cells at the end of a
      // row.
      const isShort = record.length < width && record.some((cell) => cell.trim() !== '');
      const isCutOff = isShort && !isRagged && !/[\r\n]$/.test(raw);
      isRagged ||= isShort;
      const next = { row, line, cells: record, ...quotes, ...(isCutOff && { isCutOff }) };
      // After a bad quote, a row with as many cells as the header shows that the columns match again.
      const isInStep = record.length === width && quotes.badQuote === undefined;
      if ((bad && !isInStep) || (row === 1 && quotes.badQuote !== undefined)) {
        const { row: at, line: of, badQuote: index } = bad ?? next;
        throw new FileFault({ code: 'bad-quoting', row: at, line: of, column: '', message: badQuoting }, index);
      }
      if (bad) yield bad;
      bad = quotes.badQuote === undefined ? undefined : next;
      if (!bad) yield next;
      line = info.lines + linesBefore;
    }
  } catch (error) {
    if (!(error instanceof CsvError) || error.code !== 'CSV_MAX_RECORD_SIZE') throw error;
    open = error;
  }
  if (bad && !open) yield bad;
  if (!open) return;
  const message = 'opens a quote that is never closed, so the rest of the file would be one cell: close it with "';
  const place = { code: 'quote-not-closed', row: row + 1, line, column: '', message };
  const column: unknown = open['column'];
  throw new FileFault(place, typeof column === 'number' ? column : undefined);
}

/** The most bytes of a record: a quote that is never closed must not fill the memory. */
const mostInRecord = 64 * 1024 * 1024;

interface Parsed {
  readonly record: readonly string[];
  readonly raw: string;
  readonly info: { readonly lines: number };
}

/** Message for a cell that continues after its closing quote. */
export const badQuoting =
  'has a quote within quotes, so it is unclear where the cell ends: double the quote (""), and read the file again';

/** Message for the last record of a file that ends in the middle of it. */
export const cutOff =
  'is incomplete, and the file ends here without a line end: it was cut off, and the rest is missing; get it again';

interface Quotes {
  /** Unquoted cells that contain a quote: their value is clear. */
  readonly strayQuotes: readonly number[];
  readonly badQuote?: number;
  /** The cells, if closing quotes are followed by spaces, which the parser would add to the cell. */
  readonly cells?: readonly string[];
}

const noQuotes: Quotes = { strayQuotes: [] };

/** Checks the quotes of a record in its original text. */
function checkQuotes(raw: string, delimiter: string): Quotes {
  const strayQuotes: number[] = [];
  const cells: string[] = [];
  const ends = new Set([delimiter, '\r', '\n', undefined]);
  let isPadded = false;
  for (let at = 0; ; at += 1) {
    const start = at;
    if (raw[at] === '"') {
      const close = closingQuote(raw, at);
      cells.push(raw.slice(start + 1, close).replaceAll('""', '"'));
      at = close + 1;
      while (raw[at] === ' ') at += 1;
      isPadded ||= at > close + 1;
      if (!ends.has(raw[at])) return { strayQuotes, badQuote: cells.length - 1 };
    } else {
      while (!ends.has(raw[at])) at += 1;
      const cell = raw.slice(start, at);
      if (cell.includes('"')) strayQuotes.push(cells.length);
      cells.push(cell);
    }
    if (raw[at] !== delimiter) return { strayQuotes, ...(isPadded && { cells }) };
  }
}

/** The end of a quoted cell: the first quote that is not doubled. */
function closingQuote(raw: string, open: number): number {
  let at = raw.indexOf('"', open + 1);
  while (at >= 0 && raw[at + 1] === '"') at = raw.indexOf('"', at + 2);
  return at < 0 ? raw.length : at;
}

/** The most characters of a header. */
const mostInHead = 1024 * 1024;

/**
 * Excel's first line, which names the separator. Programs that save such a file again may quote it, or append
 * separators.
 */
const separatorLine = /^("?)sep=([^"\r\n])\1\2*$/i;

/** The text up to the end of the header or a little more, and the separator if a line before the header names one. */
async function readHeader(
  chunks: AsyncIterator<string>,
): Promise<{ readonly head: string; readonly separator?: string | undefined }> {
  const head = await readHead(chunks, '');
  const line = firstRecordOf(head);
  const separator = separatorLine.exec(line)?.[2];
  if (separator === undefined) return { head };
  let rest = head.slice(line.length);
  // A line end of two characters may be split between chunks.
  for (let next = await readMore(rest); next !== undefined; next = await readMore(rest)) rest += next;
  return { head: await readHead(chunks, rest.replace(/^(\r\n|\r|\n)/, '')), separator };

  async function readMore(text: string): Promise<string | undefined> {
    const { value, done } = text.length < 2 ? await chunks.next() : { value: undefined, done: true };
    return done ? undefined : value;
  }
}

/** The text up to the end of the first record or a little more. */
async function readHead(chunks: AsyncIterator<string>, start: string): Promise<string> {
  let head = start;
  if (firstRecordOf(head).length < head.length) return head;
  while (head.length < mostInHead) {
    const { value, done } = await chunks.next();
    if (done) break;
    head += value;
    if (firstRecordOf(head).length < head.length) break;
  }
  return head;
}

function firstRecordOf(text: string): string {
  for (let at = 0, quoted = false; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '\n' || character === '\r')) return text.slice(0, at);
  }
  return text;
}

function separatorOf(head: string, isName: (header: string) => boolean): string {
  const header = firstRecordOf(head);
  const known = [',', ';', '\t', '|'].map((delimiter) => {
    const names = header.split(delimiter).map((name) => name.replace(/^\s*"|"\s*$/g, ''));
    return { delimiter, count: names.filter(isName).length };
  });
  return known.reduce((best, next) => (next.count > best.count ? next : best)).delimiter;
}

/** The text of the file in chunks, without a byte order mark. */
async function* decode(
  source: CsvSource,
  encoding: string | undefined,
  report: ReportFile,
): AsyncGenerator<string, undefined> {
  let decoder: Decoder | undefined;
  let isFirst = true;
  for await (const chunk of typeof source === 'string' || source instanceof Uint8Array ? [source] : source) {
    if (chunk.length === 0) continue;
    if (typeof chunk !== 'string') decoder ??= decoderFor(chunk, encoding, report);
    const text = typeof chunk === 'string' ? chunk : (decoder?.(chunk, false) ?? '');
    yield isFirst ? text.replace(/^\uFEFF/, '') : text;
    isFirst &&= text === '';
  }
  const rest = decoder?.(new Uint8Array(), true) ?? '';
  if (rest !== '') yield rest;
}

type Decoder = (bytes: Uint8Array, isLast: boolean) => string;

/** Detects the encoding from the byte order mark, or from the zero bytes of UTF-16 without one. */
function decoderFor(first: Uint8Array, encoding: string | undefined, report: ReportFile): Decoder {
  const [a, b] = first;
  const little = (a === 0xff && b === 0xfe) || (a !== 0 && b === 0);
  const big = (a === 0xfe && b === 0xff) || (a === 0 && b !== 0);
  const utf16 = little ? 'utf-16le' : big ? 'utf-16be' : undefined;
  const label = encoding ?? utf16;
  if (label === undefined || /^utf-?8$/i.test(label)) return utf8Decoder(report);
  if (encoding === undefined) {
    report('not-utf8', `is ${label.toUpperCase()}: it is read, but Shopify accepts only UTF-8; save it as "CSV UTF-8"`);
  }
  const decoder = new TextDecoder(label, { fatal: false });
  return (bytes, isLast) => decoder.decode(bytes, { stream: !isLast });
}

/**
 * Reads UTF-8. At the first bytes that are not UTF-8, it switches to Windows-1252 if there was only ASCII before, so
 * that no letter is read in two ways. In a file that mixes both, such bytes become U+FFFD, which is checked for in the
 * cells.
 */
function utf8Decoder(report: ReportFile): Decoder {
  let decoder: TextDecoder | undefined;
  let hasLetters = false;
  let held: Uint8Array = new Uint8Array();
  return (chunk, isLast) => {
    if (decoder) return decoder.decode(chunk, { stream: !isLast });
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    // A letter may be split between chunks.
    const end = isLast ? bytes.length : bytes.length - unfinished(bytes);
    const complete = bytes.subarray(0, end);
    held = bytes.slice(end);
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(complete);
      hasLetters ||= text.length < complete.length;
      return text;
    } catch {
      const mixed = hasLetters || /[\u0080-\uFFFC]/.test(new TextDecoder('utf-8').decode(complete));
      const label = mixed ? 'utf-8' : 'windows-1252';
      report(
        'not-utf8',
        mixed
          ? 'mixes UTF-8 with bytes that are not: save it as "CSV UTF-8" again from its source'
          : 'is not UTF-8: it is read as Windows-1252; check letters with accents, or set the option encoding',
      );
      decoder = new TextDecoder(label, { ignoreBOM: true });
      held = new Uint8Array();
      return decoder.decode(bytes, { stream: !isLast });
    }
  };
}

/** The number of bytes at the end that may begin a UTF-8 letter whose rest is in the next chunk. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}
