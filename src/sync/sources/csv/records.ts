import { pipeline, Readable } from 'node:stream';
import type { CsvError as ParserError } from 'csv-parse';
import { lateModule } from '../../../internal/late-module.ts';

/** A CSV file: its text, its bytes, or a stream of either, such as `createReadStream(path)` or the body of a response. */
export type CsvSource = string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/** One thing about a CSV file that its reader should know. */
export interface CsvIssue {
  /** A product with an error is not among the drafts of `collect`; a warning does not prevent that. */
  readonly severity: 'error' | 'warning';
  /** What it is about, such as `price-with-comma`, `column-not-read` or `options-repeated`. */
  readonly code: string;
  /** The record, counted from 1, which is the header; empty records count. */
  readonly row: number;
  /** The line of the file on which that record starts. It differs from `row` once cells hold line breaks. */
  readonly line: number;
  /** The column's name as the header has it; empty where the whole record or file is meant. */
  readonly column: string;
  /** What is wrong, and how to fix it. */
  readonly message: string;
}

/** A record of the file. */
export interface CsvRecord {
  /** From 1, which is the header. */
  readonly row: number;
  readonly line: number;
  readonly cells: readonly string[];
  /** Indexes of cells that hold a quote although they are not quoted. */
  readonly strayQuotes: readonly number[];
  /** Index of a cell that goes on after its closing quote: nobody knows where it ends, so the record cannot be used. */
  readonly badQuote?: number;
  /** The file ends in the middle of this record, in its last cell: what came behind it is lost. */
  readonly isCutOff?: true;
}

/** Ends the reading of a file: what follows cannot be trusted. */
export class FileFault extends Error {
  readonly issue: CsvIssue;
  /** Index of the column; its name is known to whoever knows the header. */
  readonly columnIndex: number | undefined;

  constructor(issue: Omit<CsvIssue, 'severity'>, columnIndex?: number) {
    super(issue.message);
    this.issue = { severity: 'error', ...issue };
    this.columnIndex = columnIndex;
  }
}

const loadParser = lateModule(() => import('csv-parse'));

/** How the file is written, as far as it differs from what Shopify writes: reported once. */
export type ReportFile = (code: string, message: string) => void;

/**
 * Reads the records of a CSV file one by one. The encoding is told by the byte order mark, else it is UTF-8, and where it
 * cannot be, Windows-1252; the separator is the one that finds most names in the header.
 *
 * @throws FileFault where the quotes of a record leave open where its cells end.
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
    const message = `begins with the line "sep=${delimiter}", by which Excel knows the separator: it is read, but Shopify takes no such line`;
    report('separator-line', message);
  }
  if (delimiter !== ',') {
    const name = delimiter === '\t' ? 'a tab' : `"${delimiter}"`;
    report('separator-not-comma', `is separated by ${name}: it is read, but Shopify takes commas only`);
  }
  const { parse, CsvError } = await loadParser();
  let open: ParserError | undefined;
  const parser = parse({
    delimiter,
    // All of them, since a file may mix them: otherwise the first one found is the only one.
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    raw: true,
    info: true,
    max_record_size: mostInRecord,
    // An error would throw away the records before it, which are read first.
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
  // The error of a pipeline is the parser's too, and thrown below.
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
      // Only the last record can lack a line end. Where others are short too, the file leaves out empty cells at the end.
      const isShort = record.length < width && record.some((cell) => cell.trim() !== '');
      const isCutOff = isShort && !isRagged && !/[\r\n]$/.test(raw);
      isRagged ||= isShort;
      const next = { row, line, cells: record, ...quotes, ...(isCutOff && { isCutOff }) };
      // After a bad quote, a row as long as the header shows that the cells are in step again.
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
  const message = 'opens a quote that is never closed, so the rest of the file is one cell: close it with "';
  const place = { code: 'quote-not-closed', row: row + 1, line, column: '', message };
  const column: unknown = open['column'];
  throw new FileFault(place, typeof column === 'number' ? column : undefined);
}

/** Bytes of the longest record: a quote that is never closed must not fill the memory. */
const mostInRecord = 64 * 1024 * 1024;

interface Parsed {
  readonly record: readonly string[];
  readonly raw: string;
  readonly info: { readonly lines: number };
}

/** What is said of a cell that goes on after its closing quote. */
export const badQuoting =
  'has a quote within quotes, so nobody knows where the cell ends: double it (""), and read the file again';

/** What is said of the last record of a file that ends within it. */
export const cutOff =
  'is not whole, and the file ends here without a line end: it was cut off, and lacks what came behind; get it again';

interface Quotes {
  /** Cells without quotes around them that hold one: what they say is clear. */
  readonly strayQuotes: readonly number[];
  readonly badQuote?: number;
  /** The cells, where spaces follow closing quotes, which the parser takes for a part of the cell. */
  readonly cells?: readonly string[];
}

const noQuotes: Quotes = { strayQuotes: [] };

/** Looks at the quotes of a record as it is written. */
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

/** Where the cell that opens here is closed: at the first quote that is not doubled. */
function closingQuote(raw: string, open: number): number {
  let at = raw.indexOf('"', open + 1);
  while (at >= 0 && raw[at + 1] === '"') at = raw.indexOf('"', at + 2);
  return at < 0 ? raw.length : at;
}

/** Characters within which a header must end. */
const mostInHead = 1024 * 1024;

/** Excel's first line, which names the separator. What saves such a file again may quote it, or fill it up with separators. */
const separatorLine = /^("?)sep=([^"\r\n])\1\2*$/i;

/** The text up to the end of the header, and what came with it; with the separator, where a line before it names one. */
async function readHeader(
  chunks: AsyncIterator<string>,
): Promise<{ readonly head: string; readonly separator?: string | undefined }> {
  const head = await readHead(chunks, '');
  const line = firstRecordOf(head);
  const separator = separatorLine.exec(line)?.[2];
  if (separator === undefined) return { head };
  let rest = head.slice(line.length);
  // The end of a line may be cut in two.
  for (let next = await readMore(rest); next !== undefined; next = await readMore(rest)) rest += next;
  return { head: await readHead(chunks, rest.replace(/^(\r\n|\r|\n)/, '')), separator };

  async function readMore(text: string): Promise<string | undefined> {
    const { value, done } = text.length < 2 ? await chunks.next() : { value: undefined, done: true };
    return done ? undefined : value;
  }
}

/** The text up to the end of the first record, and what came with it. */
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

/** The text of the file in pieces, without a byte order mark. */
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

/** By the byte order mark, or the zeros beside letters of UTF-16 without one. */
function decoderFor(first: Uint8Array, encoding: string | undefined, report: ReportFile): Decoder {
  const [a, b] = first;
  const little = (a === 0xff && b === 0xfe) || (a !== 0 && b === 0);
  const big = (a === 0xfe && b === 0xff) || (a === 0 && b !== 0);
  const utf16 = little ? 'utf-16le' : big ? 'utf-16be' : undefined;
  const label = encoding ?? utf16;
  if (label === undefined || /^utf-?8$/i.test(label)) return utf8Decoder(report);
  if (encoding === undefined) {
    report('not-utf8', `is ${label.toUpperCase()}: it is read, but Shopify takes UTF-8 only; save it as "CSV UTF-8"`);
  }
  const decoder = new TextDecoder(label, { fatal: false });
  return (bytes, isLast) => decoder.decode(bytes, { stream: !isLast });
}

/**
 * Reads UTF-8, and from the first bytes on that are not, Windows-1252, as long as nothing but ASCII came before: so no
 * letter is read in two ways. A file that mixes both gets U+FFFD, which its cells are checked for.
 */
function utf8Decoder(report: ReportFile): Decoder {
  let decoder: TextDecoder | undefined;
  let hasLetters = false;
  let held: Uint8Array = new Uint8Array();
  return (chunk, isLast) => {
    if (decoder) return decoder.decode(chunk, { stream: !isLast });
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    // A letter may be cut in two.
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
          ? 'holds bytes that are not UTF-8 beside letters that are: save it as "CSV UTF-8" from its source'
          : 'is not UTF-8: it is read as Windows-1252; check letters with accents, or say its encoding',
      );
      decoder = new TextDecoder(label, { ignoreBOM: true });
      held = new Uint8Array();
      return decoder.decode(bytes, { stream: !isLast });
    }
  };
}

/** Bytes at the end that may begin a letter of UTF-8 whose rest comes later. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}
