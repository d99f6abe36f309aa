import { StorageError } from '../errors/errors.ts';
import type { ErrorPatternOptions, ListOptions } from '../ports/sync-record-store.ts';
import { isStorableText } from './adapter-kit.ts';

const defaultPageSize = 100;

const maxPageSize = 1_000;

const defaultPatterns = 20;

/**
 * The limit of a page, with its default.
 *
 * @throws StorageError for a limit out of range: a smaller page than asked for would look like the last one.
 */
export function checkedLimit(method: string, limit: number | undefined, otherwise = defaultPageSize): number {
  if (limit === undefined) return otherwise;
  if (!Number.isInteger(limit) || limit < 1 || limit > maxPageSize) {
    throw new StorageError(`${method}() takes a limit from 1 to ${maxPageSize}.`, false);
  }
  return limit;
}

/**
 * The options of one page of records, with the default.
 *
 * @throws StorageError for what does not fit.
 */
export function checkedPage(options: ListOptions): ListOptions & { readonly limit: number } {
  const limit = checkedLimit('list', options.limit);
  if (options.after !== undefined && !isStorableText(options.after)) {
    throw new StorageError(
      'list() takes the last local id of the page before as `after`; this one cannot be a local id.',
      false,
    );
  }
  return { ...options, limit };
}

/** How many error patterns are asked for. @throws StorageError for a limit out of range. */
export function checkedPatternLimit({ limit }: ErrorPatternOptions): number {
  return checkedLimit('errorPatterns', limit, defaultPatterns);
}
