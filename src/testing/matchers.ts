import { isRecord } from '../internal/json.ts';
import type { CallFilter } from './fake/call-log.ts';
import type { FakeShopify } from './fake/fake-shopify-options.ts';
import type { FakeCall } from './fake/model.ts';

/**
 * The matchers that `shopwrightMatchers` adds to `expect(fake)`, as a type for vitest or Jest. With vitest:
 *
 * @example
 * declare module 'vitest' {
 *   interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends ShopwrightMatchers<R> {}
 * }
 */
export interface ShopwrightMatchers<R = unknown> {
  /**
   * Calls that match `what` (operation, root field, idempotency key or test) were executed `times` times; by default,
   * at least once.
   */
  toHaveExecuted(what: CallFilter, times?: number): R;
  /** Exactly one matching call was executed, even if the caller could not know. */
  toHaveExecutedOnce(what: CallFilter): R;
  /**
   * At least one call was throttled because a bucket had too few points. THROTTLED answers injected as faults don't
   * count.
   */
  toHaveBeenThrottled(): R;
}

/** What a matcher returns. */
export interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}

type Inspected = Pick<FakeShopify, 'calls' | 'executed'>;

/** Calls that a message lists at most; the last ones. */
const longestList = 20;

/**
 * Matchers for a fake, in the form of vitest and Jest.
 *
 * @example
 * expect.extend(shopwrightMatchers);
 * expect(fake).toHaveExecutedOnce('productSet');
 */
export const shopwrightMatchers = {
  toHaveExecuted(received: unknown, what: CallFilter, times?: number): MatcherResult {
    return executions(received, what, times);
  },
  toHaveExecutedOnce(received: unknown, what: CallFilter): MatcherResult {
    return executions(received, what, 1);
  },
  toHaveBeenThrottled(received: unknown): MatcherResult {
    const { calls } = inspected(received);
    const count = calls.filter(({ outcome }) => outcome === 'throttled').length;
    const seen = count === 0 ? 'No call was' : `${count} of ${calls.length} calls ${count === 1 ? 'was' : 'were'}`;
    return { pass: count > 0, message: () => `${seen} throttled because a bucket had too few points.${listed(calls)}` };
  },
};

function executions(received: unknown, what: CallFilter, times: number | undefined): MatcherResult {
  const { calls, executed } = inspected(received);
  const count = executed(what);
  const pass = times === undefined ? count > 0 : count === times;
  const subject = typeof what === 'string' ? what : 'a matching call';
  const wanted = times === undefined ? '' : ` ${timesInWords(times)}`;
  return {
    pass,
    message: () =>
      pass
        ? `Expected ${subject} not to be executed${wanted}, but it was${times === undefined ? ` ${timesInWords(count)}` : ''}.${listed(calls)}`
        : `Expected ${subject} to be executed${wanted}, but it was executed ${timesInWords(count)}.${listed(calls)}`,
  };
}

/** @throws TypeError if it is not a fake. */
function inspected(received: unknown): Inspected {
  if (isFake(received)) return received;
  throw new TypeError('This matcher needs a fake from createFakeShopify(): expect(fake).');
}

function isFake(received: unknown): received is Inspected {
  return isRecord(received) && Array.isArray(received['calls']) && typeof received['executed'] === 'function';
}

function timesInWords(count: number): string {
  if (count === 0) return 'never';
  return count === 1 ? 'once' : `${count} times`;
}

function listed(calls: readonly FakeCall[]): string {
  if (calls.length === 0) return '\n\nThe fake was not called.';
  const first = Math.max(0, calls.length - longestList);
  const lines = calls.slice(first).map((call, index) => `  ${first + index + 1}. ${line(call)}`);
  return `\n\n${first > 0 ? `Last ${longestList} of ${calls.length} calls` : 'Calls'}:\n${lines.join('\n')}`;
}

function line({ operation, rootFields, status, outcome, fault, executed }: FakeCall): string {
  const fields = rootFields.filter((field) => field !== operation).join(', ');
  const name = `${operation || 'no operation'}${fields && ` (${fields})`}`;
  const answer = status === 0 ? 'no answer' : `status ${status}`;
  return `${name}: ${answer}, ${fault ?? outcome}, ${executed ? 'executed' : 'not executed'}`;
}
