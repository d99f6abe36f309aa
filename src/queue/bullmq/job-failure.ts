import type { DeadJob } from '../../ports/job-queue.ts';

/** What BullMQ is given of a failed attempt: it keeps the message, and would keep a stack with whatever is in it. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';

  constructor({ code, message }: DeadJob['error']) {
    super(`${code}: ${message}`);
  }
}

/** Reads the error of a failed attempt back; BullMQ's own reasons have no code. */
export function readFailure(reason: string | undefined): DeadJob['error'] {
  const [, code = 'UNKNOWN', message = reason ?? ''] = /^([A-Z_]+): ([\s\S]*)$/.exec(reason ?? '') ?? [];
  return { code, message };
}
