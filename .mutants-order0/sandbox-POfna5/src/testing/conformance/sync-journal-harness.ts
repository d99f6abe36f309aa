// @ts-nocheck
import type { Stores } from '../../ports/stores.ts';
import type { JournalDraft, JournalListOptions, SyncJournal } from '../../ports/sync-journal.ts';
import type { ConformanceRunner } from './runner.ts';

/** One case of the suite. It gets a journal of its own, empty at the start and closed at the end. */
export interface JournalCase {
  /** A sentence on what the journal does. */
  readonly name: string;
  readonly check: (
    journal: SyncJournal,
    expect: ConformanceRunner['expect'],
    stores: Pick<Stores, 'close'>,
  ) => Promise<void>;
}

/** The shop that most cases use, and another one. */
export const shop = 'acme.myshopify.com';

export const otherShop = 'other.myshopify.com';

/** A draft whose fields are all set, with changes. */
export function draft(localId: string, changes: Partial<JournalDraft> = {}): JournalDraft {
  return {
    shop,
    localId,
    gid: `gid://shopify/Product/${localId}`,
    runId: 'run-1',
    action: 'update',
    at: 1_793_000_000_123,
    sent: { title: 'Tee', variants: [{ price: '24.90' }] },
    before: { title: 'Old tee', variants: [] },
    ...changes,
  };
}

/** Many drafts: `p0000`, `p0001`, … */
export const drafts = (count: number, changes: Partial<JournalDraft> = {}): JournalDraft[] =>
  Array.from({ length: count }, (_, index) => draft(`p${String(index).padStart(4, '0')}`, changes));

/** Local ids of one page, in its order. */
export async function idsOf(journal: SyncJournal, options?: JournalListOptions, of = shop): Promise<string[]> {
  return (await journal.list(of, options)).map(({ localId }) => localId);
}

/** Whether each text is greater than the one before it, by code point. */
export const ascends = (ids: readonly string[]): boolean =>
  ids.every((id, index) => index === 0 || Buffer.compare(Buffer.from(ids[index - 1] ?? ''), Buffer.from(id)) < 0);
