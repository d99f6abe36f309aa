import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import {
  checkedJournalDraft,
  checkedJournalPage,
  checkedPruneMoment,
  journalId,
  readJournalEntry,
  StorageError,
  type StoredJournalDraft,
  type SyncJournal,
} from 'shopwright';

/** A line of the file: what one call appended, and the number of the last entry so far. */
interface Line {
  readonly last: number;
  readonly entries: readonly { readonly number: number; readonly draft: StoredJournalDraft }[];
}

/** The line's content; nothing for one that a crash cut off in the middle: that call was never answered. */
function parse(text: string): Line | undefined {
  try {
    return text === '' ? undefined : (JSON.parse(text) as Line);
  } catch {
    return undefined;
  }
}

/** A sync journal in a file of JSON lines, for one process. It shows how small an adapter of your own can be. */
export function fileJournal(path: string): { readonly journal: SyncJournal; close(): Promise<void> } {
  let queue: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  const readAll = async (): Promise<Line> => {
    const text = await readFile(path, { encoding: 'utf8', flag: 'a+' });
    const lines = text.split('\n').flatMap((line) => parse(line) ?? []);
    return { last: lines.at(-1)?.last ?? 0, entries: lines.flatMap(({ entries }) => entries) };
  };
  // One piece of work after the other: a reader never sees half of a change.
  const inTurn = async <T>(work: (all: Line) => Promise<T>): Promise<T> => {
    if (isClosed) throw new StorageError('The journal is closed: open it again to go on.', false);
    const done = queue.then(readAll).then(work);
    queue = done.catch(() => undefined);
    return done.catch((cause: unknown) => {
      throw new StorageError(`The journal ${path} cannot be read or written: see the cause.`, false, { cause });
    });
  };
  const keep = (isKept: (draft: StoredJournalDraft) => boolean): Promise<number> =>
    inTurn(async ({ last, entries }) => {
      const kept = entries.filter(({ draft }) => isKept(draft));
      await writeFile(`${path}.new`, `${JSON.stringify({ last, entries: kept })}\n`);
      await rename(`${path}.new`, path);
      return entries.length - kept.length;
    });

  const journal: SyncJournal = {
    async append(drafts) {
      const checked = drafts.map(checkedJournalDraft);
      return inTurn(async ({ last }) => {
        const entries = checked.map((draft, index) => ({ number: last + index + 1, draft }));
        // The first line break ends what a crash may have left.
        await appendFile(path, `\n${JSON.stringify({ last: last + entries.length, entries })}\n`, { flush: true });
        return entries.map(({ number }) => journalId(number));
      });
    },
    async list(shop, options = {}) {
      const page = checkedJournalPage(shop, options);
      return inTurn(async ({ entries }) => {
        if (!page) return [];
        const { after, newestFirst, runId, localId, limit } = page;
        const found = entries.filter(
          ({ number, draft }) =>
            draft.shop === shop &&
            (runId === undefined || draft.runId === runId) &&
            (localId === undefined || draft.localId === localId) &&
            (after === undefined || (newestFirst ? number < after : number > after)),
        );
        if (newestFirst) found.reverse();
        return found.slice(0, limit).map(({ number, draft }) => readJournalEntry(journalId(number), draft));
      });
    },
    async prune(shop, before) {
      const moment = checkedPruneMoment(before);
      return keep((draft) => draft.shop !== shop || draft.at >= moment);
    },
    erase: (shop) => keep((draft) => draft.shop !== shop),
  };
  return {
    journal,
    async close() {
      isClosed = true;
      await queue;
    },
  };
}
