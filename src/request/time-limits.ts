import { TimeoutError } from '../errors/connection.ts';
import type { Call } from './types.ts';

/** The error of an attempt that took too long. */
export function timedOut(call: Call<unknown>, shop: string, mayHaveExecuted: boolean): TimeoutError {
  return new TimeoutError(
    'TIMEOUT',
    `${call.operation} had no complete answer within ${call.timeoutMs} ms. Raise timeoutMs if the shop answers slowly.`,
    { timeoutMs: call.timeoutMs, mayHaveExecuted },
    { shop, operation: call.operation },
  );
}

/** The error of a call whose time for everything has run out. */
export function deadlineExceeded(call: Call<unknown>, shop: string, mayHaveExecuted: boolean): TimeoutError {
  const timeoutMs = call.deadlineMs ?? 0;
  return new TimeoutError(
    'DEADLINE_EXCEEDED',
    `${call.operation} did not end within its deadline of ${timeoutMs} ms. Raise deadlineMs, or send less at a time.`,
    { timeoutMs, mayHaveExecuted },
    { shop, operation: call.operation },
  );
}
