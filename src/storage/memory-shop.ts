import { compareCodePoints } from './code-points.ts';
import { copyRecord } from './record-rules.ts';
import type { ListOptions, SyncCounts, SyncRecord } from './types.ts';

/** The sync records of one shop in memory, with an index by gid and the order of the local ids. */
export class MemoryShop {
  readonly #records = new Map<string, SyncRecord>();
  readonly #localIdsByGid = new Map<string, Set<string>>();
  /** Local ids in code point order; built when a page is asked for, dropped when an id comes or goes. */
  #sorted: readonly string[] | undefined;

  get(localId: string): SyncRecord | undefined {
    const record = this.#records.get(localId);
    return record && copyRecord(record);
  }

  getByGid(gid: string): SyncRecord | undefined {
    const [first] = [...(this.#localIdsByGid.get(gid) ?? [])].sort(compareCodePoints);
    return first === undefined ? undefined : this.get(first);
  }

  put(record: SyncRecord): void {
    const before = this.#records.get(record.localId);
    if (before) this.#forgetGid(before);
    else this.#sorted = undefined;
    this.#records.set(record.localId, record);
    if (record.gid === null) return;
    const localIds = this.#localIdsByGid.get(record.gid);
    if (localIds) localIds.add(record.localId);
    else this.#localIdsByGid.set(record.gid, new Set([record.localId]));
  }

  delete(localId: string): boolean {
    const record = this.#records.get(localId);
    if (!record) return false;
    this.#forgetGid(record);
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
      if (record && (status === undefined || record.status === status)) page.push(copyRecord(record));
    }
    return page;
  }

  counts(): SyncCounts {
    const counts = { pending: 0, syncing: 0, synced: 0, failed: 0, deleted_in_shopify: 0 };
    for (const record of this.#records.values()) counts[record.status]++;
    return counts;
  }

  #forgetGid({ gid, localId }: SyncRecord): void {
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
