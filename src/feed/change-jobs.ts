import { ShopUnavailableError } from '../errors/errors.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import { isoTimeToMs } from '../internal/time.ts';
import type { JobQueue } from '../ports/job-queue.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import { checkFormat, erasedKey, keyPart } from '../storage/keys.ts';
import type { FeedChange, FeedNode } from './read-changes.ts';

/** Handles one change. If it throws, the change is retried if there is a queue; without one, the run stops. */
export type FeedHandler<Node extends FeedNode> = (change: FeedChange<Node>, context: FeedContext) => unknown;

/** The second argument of a feed's handler. */
export interface FeedContext {
  /** Key of the change, for an idempotent effect. */
  readonly key: string;
  /** Starts at 1, and is incremented each time the queue retries. Always 1 without a queue. */
  readonly attempt: number;
  /** Aborted when the run or attempt must end: it timed out, the lock was lost, or your signal was aborted. */
  readonly signal: AbortSignal;
}

interface ChangeJobsOptions<Node extends FeedNode> {
  readonly queue: JobQueue;
  readonly store: KeyValueStore;
  /** Prefix of the keys of waiting changes. */
  readonly prefix: () => Promise<string>;
  /** Type of the jobs. */
  readonly type: string;
  readonly what: string;
  readonly handle: FeedHandler<Node>;
  readonly retryDelaysMs: readonly number[] | undefined;
}

/**
 * Throws if the shop's data was erased since the run began, after deleting the key that the run has `written` since.
 *
 * @throws ShopUnavailableError
 */
export type AssertKept = (written?: string) => Promise<void>;

/** Delivers one change. */
export type ChangeDelivery<Node extends FeedNode> = (
  change: FeedChange<Node>,
  signal: AbortSignal,
  assertKept: AssertKept,
) => unknown;

/** Detects erasures from now on: an erasure first stores a mark, then deletes the shop's keys. */
export async function watchErasure(
  store: KeyValueStore,
  { shop, appId }: { readonly shop: string; readonly appId: string },
  feed: string,
): Promise<AssertKept> {
  const mark = await erasedKey(shop, appId);
  const before = await store.get(mark);
  return async (written) => {
    if ((await store.get(mark)) === before) return;
    if (written !== undefined) await store.delete(written);
    throw new ShopUnavailableError(
      `The data of ${shop} was erased while its feed ${feed} was read, so no more changes are handled. If the shop has reinstalled the app, run the feed again.`,
      { shop },
    );
  };
}

/** The format in which a waiting change is stored. */
const changeFormat = 1;

/**
 * Queues changes. Each waits in the store under its own key, and a job names the object whose changes are due. Jobs of
 * one object never run at the same time, and each handles all waiting changes of the object, oldest first. `assertKept`
 * throws for a change stored during an erasure of its shop, and removes it.
 */
export function createChangeJobs<Node extends FeedNode>(
  options: ChangeJobsOptions<Node>,
): (change: FeedChange<Node>, assertKept: AssertKept) => Promise<void> {
  const { queue, store, prefix, type, what, handle, retryDelaysMs } = options;
  const ofObject = async (id: string): Promise<string> => `${await prefix()}${await keyPart(idPart(id))}:`;

  queue.process(type, async ({ job, attempt, signal }) => {
    const id = isRecord(job.payload) ? String(job.payload['id']) : '';
    const keys: string[] = [];
    for await (const key of store.scan(await ofObject(id))) keys.push(key);
    // All times have the same number of digits, and a deletion comes last.
    for (const key of keys.sort()) {
      signal.throwIfAborted();
      const text = await store.get(key);
      if (text === undefined) continue;
      const stored = parseJson(text);
      checkFormat(stored, changeFormat, `A change under ${key} of ${what}`);
      const { change } = stored as { readonly change: FeedChange<Node> };
      await handle(change, { key: change.key, attempt, signal });
      await store.delete(key);
    }
  });

  return async (change, assertKept) => {
    const { id, updatedAt } = change;
    const key = `${await ofObject(id)}${updatedAt === null ? 'deleted' : timePart(updatedAt)}`;
    // Stored before the job is queued: a job that finds no change does nothing.
    await store.set(key, JSON.stringify({ format: changeFormat, change }));
    await assertKept(key);
    await queue.enqueue({ type, key: id, payload: { id }, ...(retryDelaysMs && { retryDelaysMs }) });
  };
}

/** The part of a gid that distinguishes objects of one kind. */
export const idPart = (gid: string): string => gid.slice(gid.lastIndexOf('/') + 1);

/** `0` sorts before the `d` of a deletion. */
const timePart = (updatedAt: string): string => String(isoTimeToMs(updatedAt) ?? 0).padStart(15, '0');
