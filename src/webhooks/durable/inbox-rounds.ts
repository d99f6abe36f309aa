import { isRecord, parseJson } from '../../internal/json.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';

/** After so many rounds of attempts, one for each start, a delivery is left in peace: it may be what kills the process. */
export const mostRounds = 10;

/** Rounds that an entry of the inbox has behind it or has begun; 0 while the first is not lost. */
export function roundsOf(entry: unknown): number {
  return isRecord(entry) && typeof entry['rounds'] === 'number' ? entry['rounds'] : 0;
}

/**
 * Writes into the inbox that a delivery is in that round. What has left the inbox meanwhile does not come back.
 *
 * @throws StorageError
 */
export async function noteRound(store: KeyValueStore, inboxKey: string, rounds: number): Promise<void> {
  const before = await store.get(inboxKey);
  const entry = before === undefined ? undefined : parseJson(before);
  if (!isRecord(entry) || roundsOf(entry) >= rounds) return;
  // Where another process was faster, it has noted the same, or the delivery is done.
  await store.compareAndSet(inboxKey, before, JSON.stringify({ ...entry, rounds }));
}
