import { readFile, rename, writeFile } from 'node:fs/promises';
import { StorageError } from 'shopwright';
import type { NumberedJournalDraft, SyncJournal } from 'shopwright/storage/adapter';
import {
  checkedJournalDraft,
  checkedJournalPage,
  checkedPruneMoment,
  journalId,
  journalPageOf,
} from 'shopwright/storage/adapter';

/** The content of the file. No number is assigned twice, so the last one is kept even if its entry is deleted. */
interface Content {
  readonly format: 1;
  readonly last: number;
  readonly entries: readonly NumberedJournalDraft[];
}

/** A sync journal in a JSON file, for one process. It shows how small your own adapter can be. */
export function fileJournal(path: string): { readonly journal: SyncJournal; close(): Promise<void> } {
  let queue: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  const read = async (): Promise<Content> => {
    const text = await readFile(path, { encoding: 'utf8', flag: 'a+' });
    const content: Content = text === '' ? { format: 1, last: 0, entries: [] } : JSON.parse(text);
    if (content.format !== 1) throw new Error(`Format ${content.format} is of a newer release: update this process.`);
    return content;
  };
  const write = async (content: Content): Promise<void> => {
    await writeFile(`${path}.new`, JSON.stringify(content), { flush: true });
    await rename(`${path}.new`, path); // a crash leaves the file of before, or this one
  };
  /** One operation at a time, so that no reader sees half of a change. */
  const inTurn = async <T>(work: (content: Content) => Promise<T>): Promise<T> => {
    if (isClosed) throw new StorageError('The journal is closed: open it again to go on.');
    const done = queue.then(read).then(work);
    queue = done.catch(() => undefined);
    return done.catch((cause: unknown) => {
      throw new StorageError(`The journal ${path} cannot be read or written: see the cause.`, { cause });
    });
  };
  const keep = (isKept: (entry: NumberedJournalDraft) => boolean): Promise<number> =>
    inTurn(async ({ last, entries }) => {
      const kept = entries.filter(isKept);
      await write({ format: 1, last, entries: kept });
      return entries.length - kept.length;
    });

  const journal: SyncJournal = {
    async append(drafts) {
      const checked = drafts.map(checkedJournalDraft);
      return inTurn(async ({ last, entries }) => {
        const added = checked.map((draft, index) => ({ number: last + index + 1, draft }));
        await write({ format: 1, last: last + added.length, entries: [...entries, ...added] });
        return added.map(({ number }) => journalId(number));
      });
    },
    async list(shop, options = {}) {
      const page = checkedJournalPage(shop, options);
      return inTurn(async ({ entries }) => journalPageOf(entries, page));
    },
    async prune(shop, before) {
      const moment = checkedPruneMoment(before);
      return keep(({ draft }) => draft.shop !== shop || draft.at >= moment);
    },
    erase: (shop) => keep(({ draft }) => draft.shop !== shop),
  };
  const close = async (): Promise<void> => {
    isClosed = true;
    await queue;
  };
  return { journal, close };
}
