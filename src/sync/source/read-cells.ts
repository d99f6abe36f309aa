import type { Cell } from './mapping.ts';

/** The value of a cell; `undefined` where it is empty: nothing, null, or blank text. */
export function readCell<Row>(row: Row, cell: Cell<Row>): unknown {
  const value: unknown = typeof cell === 'function' ? cell(row) : row[cell];
  return isEmpty(value) ? undefined : value;
}

/** The fields that are not empty. */
export function readFields<Row>(
  cells: Readonly<Record<string, Cell<Row> | undefined>>,
  read: (cell: Cell<Row>, field: string) => unknown,
): Record<string, unknown> {
  const fields = Object.entries(cells).map(([field, cell]) => [field, cell && read(cell, field)] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

/** The first value of a cell over several rows. */
export function readFirst<Row>(rows: readonly Row[], cell: Cell<Row>): unknown {
  for (const row of rows) {
    const value = readCell(row, cell);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** `"a, b"` → `["a", "b"]`. What is no text stays as it is. */
export function splitTags(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value.split(',').flatMap((tag) => tag.trim() || []);
}

/** Numbers as the text that people read, for ids and option values. What is no number stays as it is. */
export function numberToText(value: unknown): unknown {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value)) ? String(value) : value;
}

/** Images of all rows in order: addresses become `{ url }`, and an address counts once. */
export function readImages<Row>(rows: readonly Row[], cells: readonly Cell<Row>[]): unknown[] {
  const seen = new Set<unknown>();
  return rows
    .flatMap((row) => cells.flatMap((cell) => readCell(row, cell)))
    .filter((image) => !isEmpty(image))
    .map((image) => (typeof image === 'string' ? { url: image.trim() } : image))
    .filter((image) => {
      const key = addressOf(image);
      const isNew = !seen.has(key);
      seen.add(key);
      return isNew;
    });
}

function addressOf(image: unknown): unknown {
  return typeof image === 'object' && image !== null && 'url' in image ? image.url : image;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}
