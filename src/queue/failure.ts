import { isShopwrightError } from '../errors/guards.ts';
import { redactText } from '../errors/redact.ts';
import type { DeadJob } from './types.ts';

/** A message longer than this says nothing more, and may quote a whole page of HTML. */
const longestMessage = 1_000;

/** What is kept of the error of a failed attempt: no stack, no cause, no secret. */
export function describeFailure(error: unknown): DeadJob['error'] {
  const code = isShopwrightError(error) ? error.code : 'UNKNOWN';
  return { code, message: redactText(textOf(error)).slice(0, longestMessage) };
}

/** A handler may throw anything, also what cannot be made a text. */
function textOf(error: unknown): string {
  try {
    return String(error instanceof Error || isShopwrightError(error) ? error.message : error);
  } catch {
    return 'something was thrown that has no text';
  }
}
