import { TimeoutError } from '../errors/connection.ts';
import { type LinkedSignal, linkSignal } from '../internal/abort.ts';
import type { Call, CallEnvironment } from './types.ts';

/** The error of an attempt that took too long. */
function timedOut(call: Call<unknown>, shop: string, mayHaveExecuted: boolean): TimeoutError {
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

/** The end of one attempt, or of what leads to it: at its own time, or at the deadline of the whole call. */
export function attemptLimit(
  call: Call<unknown>,
  { shop, clock }: CallEnvironment,
  remainingMs: number,
  mayHaveExecuted: boolean,
): LinkedSignal {
  return linkSignal(clock, call.signal, Math.max(0, Math.min(call.timeoutMs, remainingMs)), () =>
    remainingMs < call.timeoutMs
      ? deadlineExceeded(call, shop, mayHaveExecuted)
      : timedOut(call, shop, mayHaveExecuted),
  );
}
