import { isRecord, parseJson } from '../../../internal/json.ts';

/** The variables of one line of a file. */
export interface VariableRow {
  /** From 0. */
  readonly lineNumber: number;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The rows of a file, or what is wrong with it. */
export type VariableRows =
  | { readonly ok: true; readonly rows: readonly VariableRow[] }
  | { readonly ok: false; readonly message: string };

/** Reads JSONL: one object of variables in each line. Empty lines count, and hold nothing. */
export function readRows(content: string): VariableRows {
  const rows: VariableRow[] = [];
  for (const [lineNumber, line] of content.split('\n').entries()) {
    if (line.trim() === '') continue;
    const variables = parseJson(line);
    if (!isRecord(variables)) {
      return { ok: false, message: `The JSONL file is invalid: line ${lineNumber + 1} is not a JSON object.` };
    }
    rows.push({ lineNumber, variables });
  }
  return rows.length > 0 ? { ok: true, rows } : { ok: false, message: 'The input file is empty.' };
}
