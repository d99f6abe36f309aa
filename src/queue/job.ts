import { hash } from 'node:crypto';
import { isShopwrightError, QueueError } from '../errors/errors.ts';
import { unknownNames } from '../internal/names.ts';
import { redactText } from '../internal/redact.ts';
import type { DeadJob, DeadJobOptions, NewJob, TraceCarrier } from '../ports/job-queue.ts';
import { tracing } from '../telemetry/telemetry.ts';
import { isDelay } from './defer.ts';

/** A job that has been checked, with the queue's defaults filled in. */
export interface QueuedJob extends Required<Omit<NewJob, 'payload' | 'key' | 'idempotencyKey'>> {
  /** The payload as JSON text: a copy, so later changes of the object do not matter. */
  readonly payload: string;
  readonly key: string | null;
  readonly idempotencyKey: string | null;
  /** The trace in which it was queued. */
  readonly trace: TraceCarrier | null;
}

/** The queue's defaults for a job. */
type JobDefaults = Pick<QueuedJob, 'retryDelaysMs' | 'timeoutMs'>;

const mostRetries = 100;

/** Whether a value is a list of valid waits. */
export const areDelays = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length <= mostRetries && value.every(isDelay);

/** Whether a value is a valid time limit. */
export const isTimeout = (value: unknown): value is number => isDelay(value) && value > 0;

/** A lone surrogate becomes U+FFFD in UTF-8, so that Redis would see two keys, or two types, as the same. */
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

const nameForm = 'a string of 1 to 512 characters without lone surrogates';

function check(field: string, isValid: boolean, fix: string): void {
  if (!isValid) throw new QueueError(`The job cannot be queued: ${field}: ${fix}`);
}

/**
 * Checks a job and fills in defaults.
 *
 * @throws QueueError if it is invalid, has an unknown option, or its payload is not JSON.
 */
export function prepareJob(draft: NewJob, defaults: JobDefaults): QueuedJob {
  const { type, key, delayMs = 0, priority = 'background', idempotencyKey } = draft;
  const { retryDelaysMs = defaults.retryDelaysMs, timeoutMs = defaults.timeoutMs } = draft;
  for (const { field, message } of unknownNames(draft, names)) check(field, false, message);
  check('type', isName(type), `must be ${nameForm}`);
  check('key', key === undefined || isName(key), `must be ${nameForm}, or omitted`);
  check('delayMs', isDelay(delayMs), 'must be milliseconds from 0 to a year');
  check('priority', priority === 'interactive' || priority === 'background', 'must be `interactive` or `background`');
  check('retryDelaysMs', areDelays(retryDelaysMs), 'must be a list of at most 100 waits in milliseconds');
  check('timeoutMs', isTimeout(timeoutMs), 'must be milliseconds above 0, at most a year');
  check(
    'idempotencyKey',
    idempotencyKey === undefined || (isName(idempotencyKey) && idempotencyKey.length <= 255),
    'must be a string of 1 to 255 characters without lone surrogates, or omitted',
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
    const misfit = findMisfit(payload, []);
    if (misfit !== undefined) throw new QueueError(`The job cannot be queued: payload${misfit}: use plain JSON`);
    return JSON.stringify(payload);
  } catch (cause) {
    if (cause instanceof QueueError) throw cause;
    throw new QueueError('The job cannot be queued: payload: must be plain JSON, not too deep', { cause });
  }
}

/**
 * Finds a value that JSON would change: its path below the payload, and what it is; `undefined` if there is none. A
 * field that is `undefined` is allowed, and so is an object with a `toJSON`, such as a `Date`.
 *
 * @param around The objects that contain the value.
 */
function findMisfit(value: unknown, around: object[]): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `: is ${value}`;
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return undefined;
  if (typeof value !== 'object') return `: is ${value === undefined ? 'undefined' : `a ${typeof value}`}`;
  if (around.includes(value)) return ': is circular';
  around.push(value);
  const misfit = findMisfitWithin(value, around);
  around.pop();
  return misfit;
}

function findMisfitWithin(value: object, around: object[]): string | undefined {
  if (Array.isArray(value)) {
    // By index, because `every` and similar methods skip the holes of a list.
    for (let index = 0; index < value.length; index++) {
      const misfit = findMisfit(value[index], around);
      if (misfit !== undefined) return `[${index}]${misfit}`;
    }
    return undefined;
  }
  if (value instanceof Date && Number.isNaN(value.getTime())) return ': is an invalid Date';
  if ('toJSON' in value && typeof value.toJSON === 'function' && !ArrayBuffer.isView(value)) {
    return findMisfit(value.toJSON(), around);
  }
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
  if (kind !== 'Object') return `: is a ${kind}`;
  for (const name of Object.keys(value)) {
    const part: unknown = Reflect.get(value, name);
    const misfit = part === undefined ? undefined : findMisfit(part, around);
    if (misfit !== undefined) return `.${name}${misfit}`;
  }
  return undefined;
}

/** A name that makes a dedupe key unique to its type. */
export const dedupeName = (type: string, key: string): string => `${type.length} ${type} ${key}`;

/**
 * Derives a UUID unique to a job of a queue: the same in each attempt, in any process, and when the job is queued
 * again. Version 8 of RFC 9562 (a custom layout), from a SHA-256 of both names.
 */
export function deriveIdempotencyKey(queue: string, jobId: string): string {
  const bytes = hash('sha256', JSON.stringify([queue, jobId]), 'buffer').subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Maximum number of dead letters in one page. */
const mostListed = 1_000;

/**
 * Checks the names of the options of a queue's method.
 *
 * @throws QueueError for an unknown name, with the nearest known one.
 */
export function checkQueueOptions(method: string, options: object, known: Readonly<Record<string, true>>): void {
  const [unknown] = unknownNames(options, known);
  if (unknown) throw new QueueError(`${method}() cannot be done: ${unknown.field}: ${unknown.message}`);
}

/**
 * Returns where a page of dead letters begins, and where it ends (exclusive).
 *
 * @throws QueueError for an unknown option, or a value that is not a whole number, 0 or more.
 */
export function deadJobPage(options: DeadJobOptions): { readonly from: number; readonly to: number } {
  checkQueueOptions('deadJobs', options, { limit: true, offset: true });
  const { limit = 100, offset = 0 } = options;
  for (const [field, value] of Object.entries({ limit, offset })) {
    // An empty page for an invalid number would look as if there were no dead letters.
    if (!(typeof value === 'number' && value >= 0))
      throw new QueueError(`deadJobs() cannot be done: ${field}: must be a whole number, 0 or more`);
  }
  const from = Math.min(Math.floor(offset), Number.MAX_SAFE_INTEGER - mostListed);
  return { from, to: from + Math.min(Math.floor(limit), mostListed) };
}

/**
 * Returns the milliseconds that running jobs have to end when the queue closes.
 *
 * @throws QueueError for an unknown option, or a value that is not a number of milliseconds.
 */
export function closingGrace(options: { readonly graceMs?: number }): number {
  checkQueueOptions('close', options, { graceMs: true });
  const { graceMs = 10_000 } = options;
  if (typeof graceMs === 'number' && graceMs >= 0) return graceMs;
  throw new QueueError('close() cannot be done: graceMs: must be a number of milliseconds, 0 or more');
}

/** Messages are cut to this length: a longer one may quote a whole page of HTML. */
const longestMessage = 1_000;

/** The part of a failed attempt's error that is stored: no stack, no cause, no secret. */
export function describeFailure(error: unknown): DeadJob['error'] {
  // A handler may throw any value, even one that cannot be converted to text or inspected.
  try {
    const isOwn = isShopwrightError(error);
    const text = String(error instanceof Error || isOwn ? error.message : error);
    const message = redactText(text).slice(0, longestMessage).toWellFormed();
    return { code: isOwn ? error.code : 'UNKNOWN', message };
  } catch {
    return { code: 'UNKNOWN', message: 'the thrown value has no message' };
  }
}
