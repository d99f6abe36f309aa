// @ts-nocheck
import { isShopwrightError, type StorageError } from '../errors/errors.ts';

/** Hears of a record, or an entry of the journal, that lists and counts leave out. */
export type SkippedRecordListener = (error: StorageError) => void;

/** Which rows to read: a local id for records, a number for entries of the journal. */
interface Page<Cursor> {
  readonly after?: Cursor;
  readonly limit: number;
}

/** Records told of in the life of one store: of more than these nobody reads. */
const mostTold = 1000;

/**
 * Records that are damaged or of a newer release. Reading one of them by its id fails, but it must not stop what is about
 * all records of a shop: that leaves it out and tells of it, once.
 */
export class SkippedRecords {
  readonly #told = new Set<string>();
  readonly #listener: SkippedRecordListener;

  constructor(listener: SkippedRecordListener = warn) {
    this.#listener = listener;
  }

  tell(error: StorageError): void {
    if (this.#told.has(error.message) || this.#told.size >= mostTold) return;
    this.#told.add(error.message);
    this.#listener(error);
  }

  /** What can be read of the rows. */
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

  /** A page of what can be read, filled up with what comes behind it: who reads on by pages ends at a short one. */
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
  process.emitWarning(`Left out of lists and counts: ${error.message}`, { code: 'SHOPWRIGHT_RECORD_SKIPPED' });
}
