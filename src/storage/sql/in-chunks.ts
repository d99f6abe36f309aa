import { setImmediate as nextTurn } from 'node:timers/promises';

/** Most characters of one statement's values: far below what a driver or a server takes in one message. */
const longestChunk = 8_000_000;

const lengthOf = (row: object): number =>
  Object.values(row).reduce((sum: number, value) => sum + (typeof value === 'string' ? value.length : 8), 0);

/**
 * Does the work for the rows, some at a time: at most so many rows and, unless a single row is longer, 8 million
 * characters. Between two chunks the event loop gets a turn, since SQLite answers without ever leaving its own.
 */
export async function inChunks<T extends object>(
  rows: readonly T[],
  maxRows: number,
  work: (chunk: readonly T[]) => Promise<unknown>,
): Promise<void> {
  let chunk: T[] = [];
  let length = 0;
  for (const row of rows) {
    const added = lengthOf(row);
    if (chunk.length === maxRows || (chunk.length > 0 && length + added > longestChunk)) {
      await work(chunk);
      await nextTurn();
      chunk = [];
      length = 0;
    }
    chunk.push(row);
    length += added;
  }
  if (chunk.length > 0) await work(chunk);
}
