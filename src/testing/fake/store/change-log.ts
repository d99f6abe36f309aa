import { StorageError } from '../../../errors/errors.ts';
import { isRecord, parseJson } from '../../../internal/json.ts';
import type { StoreChange } from './entity-store.ts';

/**
 * Reads lines of batches. What follows the last line break was torn by a crash and is ignored.
 *
 * @throws StorageError that names the file and the line when a whole line is not a batch of changes.
 */
export function readChanges(text: string, file: string): StoreChange[] {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.flatMap((line, index) => {
    if (line === '') return [];
    const batch = parseJson(line);
    if (Array.isArray(batch) && batch.every(isChange)) return batch;
    throw new StorageError(
      `${file}, line ${index + 1}, is not a batch of changes. Mend it, or delete the file to start over.`,
      false,
    );
  });
}

/** The fewest changes that lead to the same state, in order of creation. */
export function compactChanges(changes: Iterable<StoreChange>): StoreChange[] {
  const puts = new Map<string, StoreChange>();
  let last = 0;
  for (const change of changes) {
    if (change.op === 'ids') last = Math.max(last, change.last);
    else if (change.op === 'put') puts.set(`${change.shop} ${change.kind} ${change.entity.id}`, change);
    else puts.delete(`${change.shop} ${change.kind} ${change.id}`);
  }
  return last > 0 ? [...puts.values(), { op: 'ids', last }] : [...puts.values()];
}

function isChange(value: unknown): value is StoreChange {
  if (!isRecord(value)) return false;
  if (value.op === 'ids') return Number.isSafeInteger(value.last);
  if (typeof value.shop !== 'string' || typeof value.kind !== 'string') return false;
  if (value.op === 'delete') return typeof value.id === 'string';
  return value.op === 'put' && isRecord(value.entity) && typeof value.entity.id === 'string';
}
