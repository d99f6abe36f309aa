import type { RequestOptions } from '../admin/types.ts';
import { type Problem, ValidationError } from '../errors/errors.ts';
import { withDefaults } from '../internal/with-defaults.ts';
import type { Call } from '../request/types.ts';
import type { RetryPolicy } from '../resilience/types.ts';

/** What a client says for all its calls. */
export interface DefaultLimits {
  readonly timeoutMs: number;
  readonly deadlineMs: number | undefined;
  readonly retry: RetryPolicy;
}

type Limits = Pick<Call<unknown>, 'priority' | 'timeoutMs' | 'deadlineMs' | 'retry' | 'signal'>;

/**
 * The limits of one call: its options, and the client's where it has none.
 *
 * @throws ValidationError for a number that is none, or out of range.
 */
export function callLimits(options: Pick<RequestOptions, keyof Limits | 'cost'>, defaults: DefaultLimits): Limits {
  const timeoutMs = options.timeoutMs ?? defaults.timeoutMs;
  const deadlineMs = options.deadlineMs ?? defaults.deadlineMs;
  const { cost, retry, signal } = options;
  // The client's own were looked at when it was made.
  const isOwn = timeoutMs !== defaults.timeoutMs || deadlineMs !== defaults.deadlineMs || cost !== undefined;
  if (isOwn || retry) refuse({ timeoutMs, deadlineMs }, { cost, ...namedRetry(retry) });
  return {
    priority: options.priority ?? 'interactive',
    timeoutMs,
    retry: retry ? withDefaults(defaults.retry, withoutSafety(retry)) : defaults.retry,
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(signal && { signal }),
  };
}

type CallRetry = NonNullable<RequestOptions['retry']>;

function withoutSafety({ safety: _safety, ...retry }: CallRetry): Partial<RetryPolicy> {
  return retry;
}

function namedRetry(retry: CallRetry | undefined): Readonly<Record<string, unknown>> {
  const given = Object.entries(withoutSafety(retry ?? {}));
  return Object.fromEntries(given.map(([name, value]) => [`retry.${name}`, value]));
}

function refuse(aboveZero: Readonly<Record<string, unknown>>, others: Readonly<Record<string, unknown>>): void {
  const problems: Problem[] = [
    ...outOfRange(aboveZero, (value) => value > 0, 'must be a number above zero.'),
    ...outOfRange(others, (value) => value >= 0, 'must be a number of zero or more.'),
  ];
  if (problems.length > 0) throw new ValidationError('The call', problems);
}

/** A problem for each value that is given and does not pass. Infinity passes; what is no number does not. */
export function outOfRange(
  values: Readonly<Record<string, unknown>>,
  passes: (value: number) => boolean,
  message: string,
): readonly Problem[] {
  return Object.entries(values).flatMap(([field, value]) =>
    value === undefined || (typeof value === 'number' && passes(value)) ? [] : [{ field, message }],
  );
}
