import { isShopwrightError } from '../errors/guards.ts';
import { redactText } from '../errors/redact.ts';
import type { DeadJob } from '../ports/job-queue.ts';

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
