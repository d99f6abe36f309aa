import type { SyncRecord, SyncRecordStore, SyncStatus } from '../ports/sync-record-store.ts';

/** The most records that a store returns at once. */
const largestPage = 1_000;

/** All records of a shop, or those of one status, page by page, ordered by local id. */
export async function* recordPages(
  records: SyncRecordStore,
  shop: string,
  { status, limit = largestPage }: { readonly status?: SyncStatus; readonly limit?: number } = {},
): AsyncGenerator<readonly SyncRecord[]> {
  for (let after: string | undefined; ; ) {
    const page = await records.list(shop, { limit, ...(status && { status }), ...(after !== undefined && { after }) });
    yield page;
    const last = page.at(-1);
    // A faulty store that always returns the same page must not block the run.
    if (!last || last.localId === after) return;
    after = last.localId;
  }
}
