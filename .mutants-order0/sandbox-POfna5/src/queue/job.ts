// @ts-nocheck
import { hash } from 'node:crypto';
import { isShopwrightError, QueueError } from '../errors/errors.ts';
import { unknownNames } from '../internal/names.ts';
import { redactText } from '../internal/redact.ts';
import type { DeadJob, DeadJobOptions, NewJob, TraceCarrier } from '../ports/job-queue.ts';
import { tracing } from '../telemetry/telemetry.ts';
import { isDelay } from './defer.ts';

/** A job that has been checked, with the queue's defaults filled in. */
export interface QueuedJob extends Required<Omit<NewJob, 'payload' | 'key' | 'idempotencyKey'>> {
  /** The payload as JSON text: a copy that nobody changes any more. */
  readonly payload: string;
  readonly key: string | null;
  readonly idempotencyKey: string | null;
  /** The trace in which it was queued. */
  readonly trace: TraceCarrier | null;
}

/** What a job takes from its queue where it says nothing itself. */
type JobDefaults = Pick<QueuedJob, 'retryDelaysMs' | 'timeoutMs'>;

const mostRetries = 100;

/** Whether a list says when to try again. */
export const areDelays = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length <= mostRetries && value.every(isDelay);

/** Whether a number is a time limit. */
export const isTimeout = (value: unknown): value is number => isDelay(value) && value > 0;

/** In UTF-8 a lone surrogate becomes U+FFFD: Redis would take two keys for one, and a type for another. */
const isName = (value: unknown): boolean =>
  typeof value === 'string' && value.length > 0 && value.length <= 512 && value.isWellFormed();

const names: Record<keyof NewJob, true> = {
  type: true,
  payload: true,
  key: true,
  delayMs: true,
  priority: true,
  retryDelaysMs: true,
  timeoutMs: true,
  idempotencyKey: true,
};

/**
 * Checks a job and fills in what it leaves out.
 *
 * @throws QueueError when it is invalid, has an option that does not exist, or its payload is not JSON.
 */
export function prepareJob(draft: NewJob, defaults: JobDefaults): QueuedJob {
  const { type, key, delayMs = 0, priority = 'background', idempotencyKey } = draft;
  const { retryDelaysMs = defaults.retryDelaysMs, timeoutMs = defaults.timeoutMs } = draft;
  const check = (field: string, isValid: boolean, fix: string): void => {
    if (!isValid) throw new QueueError(`The job cannot be queued: ${field}: ${fix}`);
  };
  for (const { field, message } of unknownNames(draft, names)) check(field, false, message);
  const name = 'a text of 1 to 512 characters without lone surrogates';
  check('type', isName(type), `give ${name}`);
  check('key', key === undefined || isName(key), `give ${name}, or leave it out`);
  check('delayMs', isDelay(delayMs), 'give milliseconds, 0 or more, at most a year');
  check('priority', priority === 'interactive' || priority === 'background', 'give `interactive` or `background`');
  check('retryDelaysMs', areDelays(retryDelaysMs), 'give a list of at most 100 waits in milliseconds');
  check('timeoutMs', isTimeout(timeoutMs), 'give milliseconds, more than 0, at most a year');
  check(
    'idempotencyKey',
    idempotencyKey === undefined || (isName(idempotencyKey) && idempotencyKey.length <= 255),
    'give a text of 1 to 255 characters without lone surrogates, or leave it out',
  );
  return {
    ...{ type, delayMs, priority, timeoutMs },
    retryDelaysMs: [...retryDelaysMs],
    payload: toJson(draft.payload),
    key: key ?? null,
    idempotencyKey: idempotencyKey ?? null,
    trace: tracing.tracer?.carrier() ?? null,
  };
}

function toJson(payload: unknown): string {
  try {
    const misfit = findMisfit(payload, 'payload', []);
    if (misfit !== undefined) throw new QueueError(`The job cannot be queued: ${misfit}: give plain JSON`);
    return JSON.stringify(payload);
  } catch (cause) {
    if (cause instanceof QueueError) throw cause;
    throw new QueueError('The job cannot be queued: payload: give plain JSON, not too deep', { cause });
  }
}

/**
 * What a handler would not read as it was queued, with its place; `undefined` where there is nothing. A field that is
 * `undefined` is read as such again, and what has a `toJSON`, such as a `Date`, says itself what it becomes.
 */
function findMisfit(value: unknown, field: string, around: readonly object[]): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${field}: is ${value}`;
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return undefined;
  if (typeof value !== 'object') return `${field}: is ${value === undefined ? 'undefined' : `a ${typeof value}`}`;
  if (around.includes(value)) return `${field}: is a circle`;
  const within = [...around, value];
  if (Array.isArray(value)) {
    // By index: `every` and the like skip the holes of a list.
    for (let index = 0; index < value.length; index++) {
      const misfit = findMisfit(value[index], `${field}[${index}]`, within);
      if (misfit !== undefined) return misfit;
    }
    return undefined;
  }
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
  if (value instanceof Date && Number.isNaN(value.getTime())) return `${field}: is an invalid Date`;
  if ('toJSON' in value && typeof value.toJSON === 'function' && !ArrayBuffer.isView(value)) {
    return findMisfit(value.toJSON(), field, within);
  }
  if (kind !== 'Object') return `${field}: is a ${kind}`;
  for (const [name, part] of Object.entries(value)) {
    const misfit = part === undefined ? undefined : findMisfit(part, `${field}.${name}`, within);
    if (misfit !== undefined) return misfit;
  }
  return undefined;
}

/** The name under which a dedupe key holds for its type only. */
export const dedupeName = (type: string, key: string): string => `${type.length} ${type} ${key}`;

/**
 * A UUID that only that job of that queue has: the same in each attempt, in whichever process, and when the job
 * is queued again. Version 8 of RFC 9562 (a layout of one's own), from a SHA-256 of both names.
 */
export function deriveIdempotencyKey(queue: string, jobId: string): string {
  const bytes = hash('sha256', JSON.stringify([queue, jobId]), 'buffer').subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Dead letters in one page. */
const mostListed = 1_000;

/** Where a page of dead letters begins, and where it ends (exclusive). */
export function deadJobPage({ limit = 100, offset = 0 }: DeadJobOptions): {
  readonly from: number;
  readonly to: number;
} {
  const whole = (value: number): number => (Number.isFinite(value) ? Math.max(0, Math.floor(value)) : 0);
  const from = whole(offset);
  return { from, to: from + Math.min(whole(limit), mostListed) };
}

/** A message longer than this says nothing more, and may quote a whole page of HTML. */
const longestMessage = 1_000;

/** What is kept of the error of a failed attempt: no stack, no cause, no secret. */
export function describeFailure(error: unknown): DeadJob['error'] {
  // A handler may throw anything, also what cannot be made a text, or even be looked at.
  try {
    const isOwn = isShopwrightError(error);
    const text = String(error instanceof Error || isOwn ? error.message : error);
    const message = redactText(text).slice(0, longestMessage).toWellFormed();
    return { code: isOwn ? error.code : 'UNKNOWN', message };
  } catch {
    return { code: 'UNKNOWN', message: 'something was thrown that has no text' };
  }
}
