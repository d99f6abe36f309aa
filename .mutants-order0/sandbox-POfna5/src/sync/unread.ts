/** What a list of drafts lacks of what it was made from. */
// @ts-nocheck

export interface Unread {
  /** Local ids of products that are there, and could not be read. */
  readonly localIds: ReadonlySet<string>;
  /** What could not be read, and names no product: each in words, with its place. */
  readonly nameless: readonly string[];
}

const unread = new WeakMap<object, Unread>();

/** Notes what a list lacks, so that nothing of it counts as gone. */
export function noteUnread(list: object, found: Unread): void {
  if (found.localIds.size > 0 || found.nameless.length > 0) unread.set(list, found);
}

/** What a list lacks; `undefined` where nothing is known to be lacking. */
export const unreadOf = (list: object): Unread | undefined => unread.get(list);
