import { StorageError } from '../errors/errors.ts';
import type { JsonObject } from '../internal/json.ts';
import type { JournalDraft, JournalEntry } from '../ports/sync-journal.ts';
import {
  type FieldRule,
  keyProblem,
  noJsonObject,
  orNull,
  problemsOf,
  shownId,
  timeProblem,
  toJsonObject,
} from './adapter-kit.ts';

/** A draft as a journal holds it: nobody can change it from outside, and what was sent is JSON text. */
export interface StoredDraft extends Omit<JournalDraft, 'sent' | 'before'> {
  readonly sent: string | null;
  readonly before: string | null;
}

const rules: Readonly<Partial<Record<keyof JournalDraft, FieldRule>>> = {
  shop: keyProblem,
  localId: keyProblem,
  gid: orNull(keyProblem),
  runId: orNull(keyProblem),
  action: keyProblem,
  at: timeProblem,
};

/**
 * The draft as journals hold it, sure to come back from each of them as it is: its own fields and nothing else,
 * the time without a fraction of a millisecond.
 *
 * @throws StorageError naming each field that does not fit.
 */
export function checkedDraft(draft: JournalDraft): StoredDraft {
  const { shop, localId, gid, runId, action, at } = draft;
  const problems = problemsOf(draft, rules);
  const [sent, before] = [draft.sent, draft.before].map((value) => (value === null ? null : toJsonObject(value)));
  if (sent === undefined) problems.push(`sent ${noJsonObject}`);
  if (before === undefined) problems.push(`before ${noJsonObject}`);
  if (problems.length > 0 || sent === undefined || before === undefined) {
    throw new StorageError(`The journal entry of ${shownId(localId)} cannot be stored: ${problems.join('; ')}.`, false);
  }
  return { shop, localId, gid, runId, action, at: Math.floor(at), sent, before };
}

const read = (text: string | null): JsonObject | null => (text === null ? null : (JSON.parse(text) as JsonObject));

/** The entry for whoever asks: a copy that can be changed without the journal noticing. */
export function readEntry(id: string, { sent, before, ...rest }: StoredDraft): JournalEntry {
  return { id, ...rest, sent: read(sent), before: read(before) };
}

/** Digits of an id. */
export const idLength = 16;

/** The id of the nth entry: its digits, padded so that text order is the order of numbers. */
export function journalId(number: number): string {
  return String(number).padStart(idLength, '0');
}

/**
 * The moment before which entries are pruned, in whole milliseconds.
 *
 * @throws StorageError for what is no moment.
 */
export function checkedMoment(before: number): number {
  const problem = timeProblem(before);
  if (problem !== undefined) throw new StorageError(`prune() takes a moment; \`before\` ${problem}.`, false);
  return Math.ceil(before);
}
