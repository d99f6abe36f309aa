import { isShopwrightError, type StorageError } from '../errors/errors.ts';

/** Receives the error for a record or journal entry that lists and counts skip. */
export type SkippedRecordListener = (error: StorageError) => void;

/** Where to start reading: a local id for records, a number for journal entries. */
interface Page<Cursor> {
  readonly after?: Cursor;
  readonly limit: number;
}

/** Maximum number of records reported per store. */
const mostWarnings = 1000;

/**
 * Handles records that are damaged or from a newer release. Reading such a record by its id fails, but operations on
 * all records of a shop must not: they skip it and report it once.
 */
export class SkippedRecords {
  readonly #warned = new Set<string>();
  readonly #listener: SkippedRecordListener;

  constructor(listener: SkippedRecordListener = warn) {
    this.#listener = listener;
  }

  tell(error: StorageError): void {
    if (this.#warned.has(error.message) || this.#warned.size >= mostWarnings) return;
    this.#warned.add(error.message);
    this.#listener(error);
  }

  /** Returns the readable rows. */
  readable<Row, T>(rows: readonly Row[], read: (row: Row) => T): T[] {
    return rows.flatMap((row) => {
      try {
        return [read(row)];
      } catch (error) {
        if (!isShopwrightError(error, 'STORAGE_FAILED')) throw error;
        this.tell(error);
        return [];
      }
    });
  }

  /**
   * Returns a page of readable rows, filled up with the following ones, since a short page would look like the last
   * one.
   */
  async page<Row, T, Cursor extends string | number>(
    page: Page<Cursor>,
    load: (page: Page<Cursor>) => Promise<readonly Row[]>,
    cursorOf: (row: Row) => Cursor | undefined,
    read: (row: Row) => T,
  ): Promise<readonly T[]> {
    const found: T[] = [];
    for (let next = page; ; ) {
      const rows = await load(next);
      found.push(...this.readable(rows, read));
      const last = rows.at(-1);
      const after = last && cursorOf(last);
      if (found.length === page.limit || rows.length < next.limit || after === undefined) return found;
      next = { after, limit: page.limit - found.length };
    }
  }
}

function warn(error: StorageError): void {
  process.emitWarning(`Skipped in lists and counts: ${error.message}`, { code: 'SHOPWRIGHT_RECORD_SKIPPED' });
}
