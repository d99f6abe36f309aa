// @ts-nocheck
import type { SyncRecord, SyncRecordStore, SyncStatus } from '../ports/sync-record-store.ts';

/** The most that a store gives at once. */
const largestPage = 1_000;

/** All records of a shop, or those of one status, page by page in the order of their local ids. */
export async function* recordPages(
  records: SyncRecordStore,
  shop: string,
  { status, limit = largestPage }: { readonly status?: SyncStatus; readonly limit?: number } = {},
): AsyncGenerator<readonly SyncRecord[]> {
  for (let after: string | undefined; ; ) {
    const page = await records.list(shop, { limit, ...(status && { status }), ...(after !== undefined && { after }) });
    yield page;
    const last = page.at(-1);
    // A store that gives the same page for ever must not hold the run.
    if (!last || last.localId === after) return;
    after = last.localId;
  }
}
