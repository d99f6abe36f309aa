import type { StorageError } from '../errors/errors.ts';
import { parseJson } from '../internal/json.ts';

/**
 * A row as returned by a database. Others can write to the database, and drivers differ: `pg` returns a bigint as text.
 */
export type UncheckedRow<Row> = { readonly [column in keyof Row]: unknown };

/** Reads a whole number, 0 or more, from a column; `undefined` if there is none. */
export function wholeNumber(value: unknown): number | undefined {
  const number =
    typeof value === 'bigint' || (typeof value === 'string' && /^\d+$/.test(value)) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** The text in a column. */
export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The value of the JSON in a column, if valid. */
export const json =
  <T>(isValid: (value: unknown) => value is T) =>
  (value: unknown): T | undefined => {
    const parsed = typeof value === 'string' ? parseJson(value) : undefined;
    return isValid(parsed) ? parsed : undefined;
  };

/** Reads the columns of one row. Throws the error that names the column of an invalid value. */
export function columnReader<Row extends object>(row: Row, damaged: (column: string) => StorageError) {
  const read = <T>(column: keyof Row & string, parse: (value: unknown) => T | undefined): T => {
    const value = parse(row[column]);
    if (value === undefined) throw damaged(column);
    return value;
  };
  return {
    read,
    readOrNull: <T>(column: keyof Row & string, parse: (value: unknown) => T | undefined): T | null =>
      row[column] === null ? null : read(column, parse),
  };
}
