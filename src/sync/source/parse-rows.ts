import { type Problem, ValidationError } from '../../errors/errors.ts';
import { findJsonError } from './json-error.ts';
import type { RejectedRow } from './rejected-row.ts';

/** Where rows come from. */
export interface ParseRowsOptions {
  /** Name of the file or feed, for messages. */
  readonly name: string;
}

/** The rows of a file. */
export interface ParsedRows<Row> {
  readonly rows: readonly Row[];
  /** Lines that are no JSON. Only the format of one object per line has them. */
  readonly rejected: readonly RejectedRow[];
}

/**
 * Reads rows out of a JSON array, or out of text with one JSON object per line (JSONL).
 *
 * `Row` is a promise of the caller's: that each row has that shape is not checked here but by
 * `groupVariants` and `validateProducts`. In JSONL a broken line is rejected and the others go on; look
 * at `rejected` before a push, since a product whose row was lost would be pushed without that variant.
 *
 * @throws ValidationError with line and column, where the array is broken, where no line is JSON, or
 * where there is nothing at all.
 */
export function parseRows<Row = Readonly<Record<string, unknown>>>(
  text: string,
  options: ParseRowsOptions,
): ParsedRows<Row> {
  const { name } = options;
  const body = text.replace(/^\uFEFF/, '');
  const first = body.trimStart()[0];
  if (first === undefined) throw new ValidationError(name, [{ field: 'line 1', message: `is empty: ${wanted}` }]);
  return first === '[' ? { rows: parseArray(body, name) as Row[], rejected: [] } : parseLines<Row>(body, name);
}

const wanted = 'give a JSON array of objects, or one JSON object per line';

function parseArray(text: string, name: string): unknown[] {
  try {
    return JSON.parse(text);
  } catch {
    throw new ValidationError(name, [problemOf(text)]);
  }
}

function parseLines<Row>(text: string, name: string): ParsedRows<Row> {
  const rows: Row[] = [];
  const rejected: RejectedRow[] = [];
  let firstProblem: Problem | undefined;
  for (const [lineIndex, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      rows.push(JSON.parse(line));
    } catch {
      const problem = problemOf(line, lineIndex);
      firstProblem ??= problem;
      rejected.push({ index: rows.length + rejected.length, reason: `${name}, ${problem.field}: ${problem.message}` });
    }
  }
  // Not one object in it: this is another kind of file, such as CSV or a web page.
  if (firstProblem && !rows.some((row) => typeof row === 'object' && row !== null)) {
    throw new ValidationError(name, [{ ...firstProblem, message: `${firstProblem.message}; ${wanted}` }]);
  }
  return { rows, rejected };
}

function problemOf(text: string, linesBefore = 0): Problem {
  const error = findJsonError(text) ?? { line: 1, column: 1, message: 'the text cannot be read' };
  return { field: `line ${linesBefore + error.line}, column ${error.column}`, message: `is no JSON: ${error.message}` };
}
