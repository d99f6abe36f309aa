/** What could not be read from the source of a list of drafts. */
export interface Unread {
  /** Local ids of products that exist in the source but could not be read. */
  readonly localIds: ReadonlySet<string>;
  /** Parts that could not be read and name no product: each described, with its place. */
  readonly nameless: readonly string[];
}

const unread = new WeakMap<object, Unread>();

/** Marks what is missing from a list, so that it does not count as removed. */
export function noteUnread(list: object, found: Unread): void {
  if (found.localIds.size > 0 || found.nameless.length > 0) unread.set(list, found);
}

/** What is missing from a list; `undefined` if nothing is known to be missing. */
export const unreadOf = (list: object): Unread | undefined => unread.get(list);
