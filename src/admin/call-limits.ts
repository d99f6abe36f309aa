import { type Problem, ValidationError } from '../errors/local.ts';
import type { Call } from '../request/types.ts';
import type { RetryPolicy } from '../resilience/types.ts';
import type { RequestOptions } from './types.ts';

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
  const { safety: _safety, ...retry } = options.retry ?? {};
  const deadlineMs = options.deadlineMs ?? defaults.deadlineMs;
  const limits = {
    priority: options.priority ?? 'interactive',
    timeoutMs: options.timeoutMs ?? defaults.timeoutMs,
    retry: { ...defaults.retry, ...retry },
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(options.signal && { signal: options.signal }),
  };
  const problems: Problem[] = [
    ...outOfRange({ timeoutMs: limits.timeoutMs, deadlineMs }, (value) => value > 0, 'must be a number above zero.'),
    ...outOfRange(
      {
        cost: options.cost,
        ...Object.fromEntries(Object.entries(retry).map(([name, value]) => [`retry.${name}`, value])),
      },
      (value) => value >= 0,
      'must be a number of zero or more.',
    ),
  ];
  if (problems.length > 0) throw new ValidationError('The call', problems);
  return limits;
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
