// @ts-nocheck
import { ShopUnavailableError } from '../errors/errors.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import { isoTimeToMs } from '../internal/time.ts';
import type { JobQueue } from '../ports/job-queue.ts';
import type { KeyValueStore } from '../ports/key-value-store.ts';
import { checkFormat, erasedKey, keyPart } from '../storage/keys.ts';
import type { FeedChange, FeedNode } from './read-changes.ts';

/** Does one change. What it throws is tried again where there is a queue, and stops the run where there is none. */
export type FeedHandler<Node extends FeedNode> = (change: FeedChange<Node>, context: FeedContext) => unknown;

/** What a handler gets besides the change. */
export interface FeedContext {
  /** The key of the change, for an idempotent effect. */
  readonly key: string;
  /** 1 for the first; more where the queue tries again. Always 1 without a queue. */
  readonly attempt: number;
  /** Aborted when the run or the attempt is to end: its time is up, the lock is lost, or your signal aborted. */
  readonly signal: AbortSignal;
}

interface ChangeJobsOptions<Node extends FeedNode> {
  readonly queue: JobQueue;
  readonly store: KeyValueStore;
  /** Begins the keys of the changes that wait. */
  readonly prefix: () => Promise<string>;
  /** Type of the jobs. */
  readonly type: string;
  readonly what: string;
  readonly handle: FeedHandler<Node>;
  readonly retryDelaysMs: readonly number[] | undefined;
}

/**
 * Throws where the shop was erased since the run began, once what the run has `written` meanwhile is gone too.
 *
 * @throws ShopUnavailableError
 */
export type AssertKept = (written?: string) => Promise<void>;

/** Hands one change on. */
export type ChangeDelivery<Node extends FeedNode> = (
  change: FeedChange<Node>,
  signal: AbortSignal,
  assertKept: AssertKept,
) => unknown;

/** Watches for an erasure from now on: it leaves its mark first, and then erases what it sees. */
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
      `What is kept of ${shop} was erased while its feed ${feed} was read, so that no more of it is handled. If the shop has installed the app again, run the feed again.`,
      { shop },
    );
  };
}

/** The format in which a change that waits is stored. */
const changeFormat = 1;

/**
 * Hands changes to a queue. They wait in the store, one key each, and a job names the object whose changes are due: jobs of
 * one object never run side by side, and each does all that wait for it, oldest first. `assertKept` throws for a change
 * that was stored while its shop was erased, and takes it away.
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
    // A time is written with as many digits as any other, and a deletion comes after all.
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
    // Before its job: one that finds nothing would be done.
    await store.set(key, JSON.stringify({ format: changeFormat, change }));
    await assertKept(key);
    await queue.enqueue({ type, key: id, payload: { id }, ...(retryDelaysMs && { retryDelaysMs }) });
  };
}

/** What tells objects of one kind apart. */
export const idPart = (gid: string): string => gid.slice(gid.lastIndexOf('/') + 1);

/** `0` sorts before the `d` of a deletion. */
const timePart = (updatedAt: string): string => String(isoTimeToMs(updatedAt) ?? 0).padStart(15, '0');
