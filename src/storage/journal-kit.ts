import { StorageError } from '../errors/errors.ts';
import { isRecord, type JsonObject } from '../internal/json.ts';
import type { JournalDraft, JournalEntry, JournalListOptions } from '../ports/sync-journal.ts';
import {
  checkedLimit,
  checkOptionNames,
  type FieldRule,
  isStorableText,
  keyProblem,
  noJsonObject,
  orNull,
  problemsOf,
  shownId,
  timeProblem,
  toJsonObject,
} from './adapter-kit.ts';
import { columnReader, json, text, type UncheckedRow, wholeNumber } from './row-reader.ts';

/** A draft as stored by a journal: it cannot be changed from outside, and what was sent is JSON text. */
export interface StoredDraft extends Omit<JournalDraft, 'sent' | 'before'> {
  readonly sent: string | null;
  readonly before: string | null;
}

const listNames: Record<keyof JournalListOptions, true> = {
  runId: true,
  localId: true,
  after: true,
  order: true,
  limit: true,
};

const rules: Readonly<Partial<Record<keyof JournalDraft, FieldRule>>> = {
  shop: keyProblem,
  localId: keyProblem,
  gid: orNull(keyProblem),
  runId: orNull(keyProblem),
  action: keyProblem,
  at: timeProblem,
};

/**
 * Returns a draft in a form that every journal stores and returns unchanged: only its own fields, the time without a
 * fraction of a millisecond.
 *
 * @throws StorageError naming each invalid field.
 *
 * @example
 * ```ts
 * const rows = drafts.map(checkedJournalDraft); // before the first is written: all or none
 * ```
 */
export function checkedDraft(draft: JournalDraft): StoredDraft {
  const { shop, localId, gid, runId, action, at } = draft;
  const problems = problemsOf(draft, rules);
  const [sent, before] = [draft.sent, draft.before].map((value) => (value === null ? null : toJsonObject(value)));
  if (sent === undefined) problems.push(`sent ${noJsonObject}`);
  if (before === undefined) problems.push(`before ${noJsonObject}`);
  if (problems.length > 0 || sent === undefined || before === undefined) {
    throw new StorageError(`The journal entry of ${shownId(localId)} cannot be stored: ${problems.join('; ')}.`);
  }
  return { shop, localId, gid, runId, action, at: Math.floor(at), sent, before };
}

const read = (text: string | null): JsonObject | null => (text === null ? null : (JSON.parse(text) as JsonObject));

/**
 * Returns a stored entry to the caller: a copy whose changes do not affect the journal.
 *
 * @example
 * ```ts
 * return rows.map(({ number, ...row }) => readJournalEntry(journalId(number), row));
 * ```
 */
export function readEntry(id: string, { sent, before, ...rest }: StoredDraft): JournalEntry {
  return { id, ...rest, sent: read(sent), before: read(before) };
}

/** Digits of an id. */
const idLength = 16;

/**
 * Returns the id of the nth entry: its digits, padded so that text order equals numeric order.
 *
 * @example
 * ```ts
 * journalId(42) < journalId(100); // true, also as text
 * ```
 */
export function journalId(number: number): string {
  return String(number).padStart(idLength, '0');
}

/**
 * Returns the time before which entries are pruned, in whole milliseconds.
 *
 * @throws StorageError for an invalid time.
 *
 * @example
 * ```ts
 * await sql`delete from journal where shop = ${shop} and at < ${checkedPruneMoment(before)}`;
 * ```
 */
export function checkedMoment(before: number): number {
  const problem = timeProblem(before);
  if (problem !== undefined) throw new StorageError(`prune() takes a time; \`before\` ${problem}.`);
  return Math.ceil(before);
}

/** The options of a page, with defaults and the id as a number. */
export interface JournalPage {
  readonly shop: string;
  readonly runId: string | undefined;
  readonly localId: string | undefined;
  readonly after: number | undefined;
  readonly newestFirst: boolean;
  readonly limit: number;
}

/**
 * Returns the checked options of a page of the journal; `undefined` if the page is empty in any case.
 *
 * @throws StorageError for an invalid option.
 *
 * @example
 * ```ts
 * const page = checkedJournalPage(shop, options);
 * if (page === undefined) return []; // no entry can match
 * ```
 */
export function checkedJournalPage(shop: string, options: JournalListOptions): JournalPage | undefined {
  checkOptionNames('list', options, listNames);
  const { runId, localId, after, order = 'oldest' } = options;
  const limit = checkedLimit('list', options.limit);
  if (after !== undefined && !(after.length === idLength && /^\d+$/.test(after))) {
    throw new StorageError("list() takes the previous page's last id as `after`; this is not a journal id.");
  }
  if (![shop, runId ?? '', localId ?? ''].every(isStorableText)) return undefined;
  const number = after === undefined ? undefined : Number(after);
  return { shop, runId, localId, after: number, newestFirst: order === 'newest', limit };
}

/** Where a page begins, and its size; nothing is loaded if it is empty in any case. */
export function cursorOfPage(page: JournalPage | undefined): { readonly after?: number; readonly limit: number } {
  return { limit: page?.limit ?? 1, ...(page?.after !== undefined && { after: page.after }) };
}

/** A draft with the number behind its id. */
export interface NumberedDraft {
  readonly number: number;
  readonly draft: StoredDraft;
}

/**
 * Returns the entries of a page, for a journal whose database cannot select them.
 *
 * @param entries In the order of their numbers; those of other shops are skipped.
 * @param page From `checkedJournalPage`.
 *
 * @example
 * ```ts
 * return journalPageOf(entriesInMemory, checkedJournalPage(shop, options));
 * ```
 */
export function journalPageOf(
  entries: readonly NumberedDraft[],
  page: JournalPage | undefined,
): readonly JournalEntry[] {
  if (!page) return [];
  const { shop, runId, localId, after, newestFirst, limit } = page;
  const found = entries.filter(
    ({ number, draft }) =>
      draft.shop === shop &&
      (after === undefined || (newestFirst ? number < after : number > after)) &&
      (runId === undefined || draft.runId === runId) &&
      (localId === undefined || draft.localId === localId),
  );
  if (newestFirst) found.reverse();
  return found.slice(0, limit).map(({ number, draft }) => readEntry(journalId(number), draft));
}

/**
 * The format in which this release stores an entry. A later release with another format uses the next number; entries
 * with a greater number are not read.
 */
const journalFormat = 1;

/** An entry as flat columns: a row of SQL, and the JSON that Redis keeps. `sent` and `before` are JSON text. */
export interface JournalRow {
  readonly format: number;
  readonly shop: string;
  readonly id: number;
  readonly local_id: string;
  readonly gid: string | null;
  readonly run_id: string | null;
  readonly action: string;
  readonly at: number;
  readonly sent: string | null;
  readonly before: string | null;
}

/** Converts a draft to a row, without the id that the journal assigns. */
export function toJournalRow(draft: StoredDraft): Omit<JournalRow, 'id'> {
  return {
    format: journalFormat,
    shop: draft.shop,
    local_id: draft.localId,
    gid: draft.gid,
    run_id: draft.runId,
    action: draft.action,
    at: draft.at,
    sent: draft.sent,
    before: draft.before,
  };
}

/**
 * Converts a row to an entry of that shop.
 *
 * @throws StorageError naming shop, id and column if a value cannot be parsed, or the row's format is newer.
 */
export function fromJournalRow(shop: string, row: UncheckedRow<JournalRow>): JournalEntry {
  const { read, readOrNull } = columnReader(row, (column) => damagedEntry(shop, row.id, column));
  const format = read('format', wholeNumber);
  if (format === 0) throw damagedEntry(shop, row.id, 'format');
  if (format > journalFormat) throw newerEntry(shop, row.id, format);
  return {
    id: journalId(read('id', wholeNumber)),
    shop,
    localId: read('local_id', text),
    gid: readOrNull('gid', text),
    runId: readOrNull('run_id', text),
    action: read('action', text),
    at: read('at', wholeNumber),
    sent: readOrNull('sent', json(isRecord)),
    before: readOrNull('before', json(isRecord)),
  };
}

/** Creates the error for a row that no release of this package wrote. */
function damagedEntry(shop: string, id: unknown, column: string): StorageError {
  const { name, readOn } = entryInWords(id);
  return new StorageError(
    `Entry ${name} of the sync journal of ${shop} is damaged in column ${column}. Restore it from a backup, or ${readOn}.`,
    { shop },
  );
}

function newerEntry(shop: string, id: unknown, format: number): StorageError {
  const { name, readOn } = entryInWords(id);
  return new StorageError(
    `Entry ${name} of the sync journal of ${shop} was written by a newer release of shopwright, in format ${format}; ` +
      `this release knows formats up to ${journalFormat}. Update this process, or ${readOn}.`,
    { shop },
  );
}

/** How an error names the entry, and how to continue without it. */
function entryInWords(id: unknown): { readonly name: string; readonly readOn: string } {
  const number = wholeNumber(id);
  if (number !== undefined) {
    const name = journalId(number);
    return { name, readOn: `continue after it with journal.list(shop, { after: '${name}' })` };
  }
  // An invalid id does not allow reading on.
  return {
    name: shownId(id),
    readOn: 'delete its row; journal.list(shop, { localId }) still finds other products',
  };
}
