// @ts-nocheck
import type { StorageError } from '../errors/errors.ts';
import { parseJson } from '../internal/json.ts';

/** A row as a database gives it. Others can write to the database, and drivers differ: `pg` gives a bigint as text. */
export type UncheckedRow<Row> = { readonly [column in keyof Row]: unknown };

/** The whole number in a column, zero or more; `undefined` where there is none. */
export function wholeNumber(value: unknown): number | undefined {
  const number =
    typeof value === 'bigint' || (typeof value === 'string' && /^\d+$/.test(value)) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** The text in a column. */
export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What the JSON in a column holds, where it is valid. */
export const json =
  <T>(isValid: (value: unknown) => value is T) =>
  (value: unknown): T | undefined => {
    const parsed = typeof value === 'string' ? parseJson(value) : undefined;
    return isValid(parsed) ? parsed : undefined;
  };

/** Reads the columns of one row. What does not parse throws the error that names its column. */
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
