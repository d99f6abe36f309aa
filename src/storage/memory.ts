import type { AgeCount, ErrorPattern, ListOptions, SyncRecord } from '../ports/sync-record-store.ts';
import { compareCodePoints } from './code-points.ts';
import { createPatternTally } from './pattern-tally.ts';
import { RecordCounter } from './record-counter.ts';
import { readRecord, type StoredRecord } from './record-kit.ts';

/** The sync records of one shop in memory, with an index by gid, the order of the local ids, and counts. */
export class MemoryShop {
  readonly #records = new Map<string, StoredRecord>();
  readonly #localIdsByGid = new Map<string, Set<string>>();
  readonly #counter = new RecordCounter();
  /** Local ids in code point order; built when a page is asked for, dropped when an id comes or goes. */
  #sorted: readonly string[] | undefined;

  get size(): number {
    return this.#records.size;
  }

  get(localId: string): SyncRecord | undefined {
    const record = this.#records.get(localId);
    return record && readRecord(record);
  }

  getByGid(gid: string): SyncRecord | undefined {
    const [first] = [...(this.#localIdsByGid.get(gid) ?? [])].sort(compareCodePoints);
    return first === undefined ? undefined : this.get(first);
  }

  put(record: StoredRecord): void {
    const before = this.#records.get(record.localId);
    if (before) this.#forget(before);
    else this.#sorted = undefined;
    this.#records.set(record.localId, record);
    this.#counter.count(record, 1);
    if (record.gid === null) return;
    const localIds = this.#localIdsByGid.get(record.gid);
    if (localIds) localIds.add(record.localId);
    else this.#localIdsByGid.set(record.gid, new Set([record.localId]));
  }

  delete(localId: string): boolean {
    const record = this.#records.get(localId);
    if (!record) return false;
    this.#forget(record);
    this.#records.delete(localId);
    this.#sorted = undefined;
    return true;
  }

  list({ status, after, limit }: ListOptions & { readonly limit: number }): readonly SyncRecord[] {
    this.#sorted ??= [...this.#records.keys()].sort(compareCodePoints);
    const page: SyncRecord[] = [];
    for (let index = after === undefined ? 0 : this.#placeAfter(this.#sorted, after); page.length < limit; index++) {
      const localId = this.#sorted[index];
      if (localId === undefined) break;
      const record = this.#records.get(localId);
      if (record && (status === undefined || record.status === status)) page.push(readRecord(record));
    }
    return page;
  }

  ageCounts(): readonly AgeCount[] {
    return this.#counter.ages();
  }

  errorPatterns(limit: number): readonly ErrorPattern[] {
    const tally = createPatternTally();
    for (const { localId, lastError, lastAttemptAt } of this.#records.values()) {
      if (lastError) tally.add({ localId, lastError, lastAttemptAt });
    }
    return tally.top(limit);
  }

  /** Takes a record that goes or is replaced out of the index and the counts. */
  #forget(record: StoredRecord): void {
    this.#counter.count(record, -1);
    const { gid, localId } = record;
    if (gid === null) return;
    const localIds = this.#localIdsByGid.get(gid);
    localIds?.delete(localId);
    if (localIds?.size === 0) this.#localIdsByGid.delete(gid);
  }

  /** Index of the first local id greater than `after`. */
  #placeAfter(sorted: readonly string[], after: string): number {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const localId = sorted[middle];
      if (localId !== undefined && compareCodePoints(localId, after) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
