import type { CommonOptions } from './client/options.ts';
import type { Problem } from './errors/errors.ts';
import { outOfRange } from './http/request-options.ts';

/** What does not fit in the options that one client and a whole app have in common. */
export function optionProblems(options: CommonOptions): readonly Problem[] {
  return [...originProblems(options.origin), ...rangeProblems(options)];
}

function originProblems(origin: string | undefined): readonly Problem[] {
  if (origin === undefined) return [];
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  const fits = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !/[?#@]/.test(origin);
  return fits ? [] : [{ field: 'origin', message: 'must be scheme and host only, such as http://127.0.0.1:4010.' }];
}

function rangeProblems({ breaker = {}, retry = {}, ...options }: CommonOptions): readonly Problem[] {
  const { openMs, store: _store, ...counts } = breaker;
  const named = (group: string, values: object): Record<string, unknown> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`${group}.${name}`, value]));
  const times = {
    timeoutMs: options.timeoutMs,
    deadlineMs: options.deadlineMs,
    'rest.requestsPerSecond': options.rest?.requestsPerSecond,
    'breaker.openMs': openMs,
  };
  return [
    ...outOfRange(times, (value) => value > 0, 'must be a number above zero.'),
    ...outOfRange(
      named('breaker', counts),
      (value) => value >= 1 && Number.isInteger(value),
      'must be a whole number of at least 1.',
    ),
    ...outOfRange(named('retry', retry), (value) => value >= 0, 'must be a number of zero or more.'),
  ];
}
