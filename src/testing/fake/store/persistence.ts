import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { StorageError } from '../../../errors/errors.ts';
import { isRecord, parseJson } from '../../../internal/json.ts';
import type { StoreChange } from './entity-store.ts';

/** A file that holds the state of a fake Shopify: one line of JSON per batch of changes. */
interface Persistence {
  /** What the file held when it was opened, for `FakeStore.restore`. */
  load(): readonly StoreChange[];
  /**
   * Adds one batch as one line, before it returns: what is killed later has lost nothing, and a batch
   * that was torn by a crash counts as never written.
   *
   * @throws StorageError when it cannot be written. The file is then as before.
   */
  append(changes: readonly StoreChange[]): void;
  close(): void;
}

/**
 * Opens a persistence file, or begins one. What was overwritten and deleted since is dropped from it, through a
 * temporary file, so that a crash on the way leaves the old one. One process may have a file open at a time.
 *
 * @throws StorageError when it cannot be read or written, or a line before the last does not parse.
 */
export function openPersistence(file: string): Persistence {
  const guarded = <T>(what: string, run: () => T): T => {
    try {
      return run();
    } catch (cause) {
      if (cause instanceof StorageError) throw cause;
      throw new StorageError(`${file} cannot be ${what}: ${(cause as Error).message}`, { cause });
    }
  };

  const changes = guarded('read', () => {
    mkdirSync(dirname(file), { recursive: true });
    return compactChanges(existsSync(file) ? readChanges(readFileSync(file, 'utf8'), file) : []);
  });
  let size = guarded('written', () => rewrite(file, changes));
  const descriptor = guarded('opened', () => openSync(file, 'r+'));

  const append = (batch: readonly StoreChange[]): void => {
    const line = Buffer.from(`${JSON.stringify(batch)}\n`);
    try {
      for (let written = 0; written < line.length; ) {
        written += writeSync(descriptor, line, written, line.length - written, size + written);
      }
    } catch (cause) {
      // A full disk may have taken half of the line; the next one must not begin in the middle of it.
      ftruncateSync(descriptor, size);
      throw cause;
    }
    size += line.length;
  };

  let closed = false;
  return {
    load: () => changes,
    append(batch) {
      // The descriptor of a closed file may already belong to another file.
      if (closed) throw new StorageError(`${file} cannot be written: the fake is closed.`);
      guarded('written', () => append(batch));
    },
    close() {
      if (!closed) closeSync(descriptor);
      closed = true;
    },
  };
}

/** Writes all changes to a new file in place of the old one. Returns its size in bytes. */
function rewrite(file: string, changes: readonly StoreChange[]): number {
  const content = Buffer.from(changes.map((change) => `${JSON.stringify([change])}\n`).join(''));
  const temporary = `${file}.tmp`;
  writeFileSync(temporary, content, { flush: true });
  renameSync(temporary, file);
  return content.length;
}

/**
 * Reads lines of batches. What follows the last line break was torn by a crash and is ignored.
 *
 * @throws StorageError that names the file and the line when a whole line is not a batch of changes.
 */
function readChanges(text: string, file: string): StoreChange[] {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.flatMap((line, index) => {
    if (line === '') return [];
    const batch = parseJson(line);
    if (Array.isArray(batch) && batch.every(isChange)) return batch;
    throw new StorageError(
      `${file}, line ${index + 1}, is not a valid batch of changes. Fix the line, or delete the file to start over.`,
    );
  });
}

/** The fewest changes that lead to the same state, in order of creation. */
function compactChanges(changes: Iterable<StoreChange>): StoreChange[] {
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
