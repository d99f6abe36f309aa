import type { AgeCount, SyncCounts, SyncRecord, SyncStatus } from '../ports/sync-record-store.ts';
import { syncStatuses } from './record-kit.ts';

const dayMs = 86_400_000;

/** Days from 1970-01-01 to that of the moment, by UTC. */
export function dayOf(time: number | null): number | null {
  return time === null ? null : Math.floor(time / dayMs);
}

/** Age counts in the order that the port asks for, without those of zero. */
export function orderedAges(ages: readonly AgeCount[]): readonly AgeCount[] {
  const rank = ({ status }: AgeCount): number => syncStatuses.indexOf(status);
  return ages
    .filter(({ count }) => count > 0)
    .sort((left, right) => rank(left) - rank(right) || (left.day ?? -1) - (right.day ?? -1));
}

/** The counts by status that age counts add up to. */
export function countsOf(ages: readonly AgeCount[]): SyncCounts {
  const counts = { pending: 0, syncing: 0, synced: 0, failed: 0, deleted_in_shopify: 0 };
  for (const { status, count } of ages) counts[status] += count;
  return counts;
}

/** Keeps the counts of records that come and go. */
export class RecordCounter {
  readonly #days = new Map<SyncStatus, Map<number | null, number>>(syncStatuses.map((status) => [status, new Map()]));

  /** Counts a record that came (1) or went (-1). */
  count({ status, lastSyncedAt }: Pick<SyncRecord, 'status' | 'lastSyncedAt'>, change: 1 | -1): void {
    const days = this.#days.get(status);
    const day = dayOf(lastSyncedAt);
    const count = (days?.get(day) ?? 0) + change;
    if (count === 0) days?.delete(day);
    else days?.set(day, count);
  }

  ages(): readonly AgeCount[] {
    const ages = [...this.#days].flatMap(([status, days]) => [...days].map(([day, count]) => ({ status, day, count })));
    return orderedAges(ages);
  }
}
