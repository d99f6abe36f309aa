import type { Clock } from '../internal/clock.ts';
import { sleep } from '../internal/sleep.ts';
import type { SyncRecord } from '../ports/sync-record-store.ts';

/** Milliseconds after which a push that has not ended counts as one whose process has died. */
const longestPushMs = 60_000;

/** Milliseconds to wait for its end. Twice this must fit into the five seconds that Shopify waits for an answer. */
const patienceMs = 1_500;

const pollMs = 250;

/** Whether another process pushes the product just now: pushes of this process have ended when a webhook has its turn. */
export function isPushedElsewhere({ status, lastAttemptAt }: SyncRecord, clock: Clock): boolean {
  return status === 'syncing' && lastAttemptAt !== null && clock.now() - lastAttemptAt < longestPushMs;
}

/** Reads a record, once the push of another process has ended, or has taken too long. */
export async function readAfterPush(
  read: () => Promise<SyncRecord | undefined>,
  clock: Clock,
): Promise<SyncRecord | undefined> {
  const endMs = clock.monotonic() + patienceMs;
  for (;;) {
    const record = await read();
    if (!record || !isPushedElsewhere(record, clock) || clock.monotonic() >= endMs) return record;
    await sleep(clock, pollMs);
  }
}
