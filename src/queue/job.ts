import { QueueError } from '../errors/errors.ts';
import type { JobDraft } from '../ports/job-queue.ts';

/** A job that has been checked, with the queue's defaults filled in. */
export interface QueuedJob {
  readonly type: string;
  /** The payload as JSON text: a copy that nobody changes any more. */
  readonly payload: string;
  readonly key: string | null;
  readonly delayMs: number;
  readonly priority: 'interactive' | 'background';
  readonly retryDelaysMs: readonly number[];
  readonly timeoutMs: number;
  readonly idempotencyKey: string | null;
}

/** What a job takes from its queue where it says nothing itself. */
interface JobDefaults {
  readonly retryDelaysMs: readonly number[];
  readonly timeoutMs: number;
}

/** The longest wait that every adapter keeps: longer than a year is a mistake of units. */
const longestMs = 366 * 86_400_000;

const mostRetries = 100;

/** Whether a number is a wait that a queue keeps. */
export const isDelay = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= longestMs;

/** Whether a list says when to try again. */
export const areDelays = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length <= mostRetries && value.every(isDelay);

/** Whether a number is a time limit. */
export const isTimeout = (value: unknown): value is number => isDelay(value) && value > 0;

/** In UTF-8 half a surrogate pair becomes U+FFFD: Redis would take two keys for one, and a type for another. */
const isName = (value: unknown): boolean =>
  typeof value === 'string' && value.length > 0 && value.length <= 512 && value.isWellFormed();

/**
 * Checks a job and fills in what it leaves out.
 *
 * @throws QueueError when it does not fit, or its payload is not JSON.
 */
export function prepareJob(draft: JobDraft, defaults: JobDefaults): QueuedJob {
  const { type, key, delayMs = 0, priority = 'background', idempotencyKey } = draft;
  const { retryDelaysMs = defaults.retryDelaysMs, timeoutMs = defaults.timeoutMs } = draft;
  const check = (field: keyof JobDraft, fits: boolean, mend: string): void => {
    if (!fits) throw new QueueError(`The job cannot be queued: ${field}: ${mend}`, false);
  };
  const name = 'a text of 1 to 512 characters without half surrogate pairs';
  check('type', isName(type), `give ${name}`);
  check('key', key === undefined || isName(key), `give ${name}, or leave it out`);
  check('delayMs', isDelay(delayMs), 'give milliseconds, 0 or more, at most a year');
  check('priority', priority === 'interactive' || priority === 'background', 'give `interactive` or `background`');
  check('retryDelaysMs', areDelays(retryDelaysMs), 'give a list of at most 100 waits in milliseconds');
  check('timeoutMs', isTimeout(timeoutMs), 'give milliseconds, more than 0, at most a year');
  check(
    'idempotencyKey',
    idempotencyKey === undefined || (isName(idempotencyKey) && idempotencyKey.length <= 255),
    'give a text of 1 to 255 characters without half surrogate pairs, or leave it out',
  );
  return {
    ...{ type, delayMs, priority, timeoutMs },
    retryDelaysMs: [...retryDelaysMs],
    payload: toJson(draft.payload),
    key: key ?? null,
    idempotencyKey: idempotencyKey ?? null,
  };
}

function toJson(payload: unknown): string {
  try {
    return JSON.stringify(payload) ?? 'null';
  } catch (cause) {
    throw new QueueError('The job cannot be queued: payload: give plain JSON, without circles and bigints', false, {
      cause,
    });
  }
}

/** The name under which a dedupe key holds for its type only. */
export const dedupeName = (type: string, key: string): string => `${type.length} ${type} ${key}`;
