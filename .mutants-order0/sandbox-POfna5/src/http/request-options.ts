// @ts-nocheck
import { type Issue, ValidationError } from '../errors/errors.ts';
import { isRecord } from '../internal/json.ts';
import { missingMethods, unknownNames, unknownValue } from '../internal/names.ts';
import type { Priority } from '../ports/rate-limiter.ts';
import type { Idempotency, RetryPolicy } from '../resilience/retry.ts';
import type { Call } from './call.ts';

/** What a client says for all its calls. */
export interface DefaultLimits {
  readonly timeoutMs: number;
  readonly deadlineMs: number | undefined;
  readonly retry: RetryPolicy;
}

type Limits = Pick<Call<unknown>, 'priority' | 'timeoutMs' | 'deadlineMs' | 'retry' | 'signal'>;

/** Names that an option of a call can have. As a record, so that the compiler sees one that is missing. */
export type OptionNames<TOptions> = Readonly<Record<keyof TOptions, true>>;

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

/** Options that take one of a few values. */
const choices: Readonly<Record<string, readonly string[]>> = {
  priority: ['interactive', 'background'] satisfies Priority[],
  userErrors: ['throw', 'return'],
  errors: ['throw', 'return'],
};

/** Options whose values are looked at before anything else. */
const checked: ReadonlySet<string> = new Set([...Object.keys(choices), 'retry', 'signal', 'idempotencyKey']);

function textProblems(field: string, value: unknown): readonly Issue[] {
  if (value === undefined || (typeof value === 'string' && value.trim() !== '')) return [];
  return [{ field, message: 'must be a text that is not blank.' }];
}

/**
 * Refuses options of a call that do not exist.
 *
 * @param names All options that the call takes.
 * @throws ValidationError for names and values that do not exist, with the nearest that do.
 */
export function refuseUnknown(options: object, names: Readonly<Record<string, true>>, { retry }: DefaultLimits): void {
  for (const name in options) {
    if (names[name] === true && !checked.has(name)) continue;
    const given: Readonly<Record<string, unknown>> = { ...options };
    const issues: Issue[] = [
      ...unknownNames(given, names),
      ...unknownNames(Object(given['retry']), { ...retry, idempotency: true }, 'retry.'),
      ...(isRecord(given['retry'] ?? {}) ? [] : [{ field: 'retry', message: 'must be an object of options.' }]),
      ...Object.entries(choices).flatMap(([choice, values]) => unknownValue(choice, given[choice], values)),
      ...missingMethods('signal', given['signal'], ['throwIfAborted', 'addEventListener']),
      ...textProblems('idempotencyKey', given['idempotencyKey']),
      // Whatever is not `unsafe` is sent again.
      ...unknownValue('retry.idempotency', Object(given['retry']).idempotency, ['idempotent', 'keyed', 'unsafe']),
    ];
    if (issues.length > 0) throw new ValidationError('The call is invalid', { issues });
    return;
  }
}

type CallRetry = NonNullable<RequestOptions['retry']>;

function withoutSafety({ idempotency: _safety, ...retry }: CallRetry): Partial<RetryPolicy> {
  return retry;
}

function namedRetry(retry: CallRetry | undefined): Readonly<Record<string, unknown>> {
  const given = Object.entries(withoutSafety(retry ?? {}));
  return Object.fromEntries(given.map(([name, value]) => [`retry.${name}`, value]));
}

function refuse(aboveZero: Readonly<Record<string, unknown>>, others: Readonly<Record<string, unknown>>): void {
  const problems: Issue[] = [
    ...outOfRange(aboveZero, (value) => value > 0, 'must be a number above zero.'),
    ...outOfRange(others, (value) => value >= 0, 'must be a number of zero or more.'),
  ];
  if (problems.length > 0) throw new ValidationError('The call is invalid', { issues: problems });
}

/** A problem for each value that is given and does not pass. Infinity passes; what is no number does not. */
export function outOfRange(
  values: Readonly<Record<string, unknown>>,
  passes: (value: number) => boolean,
  message: string,
): readonly Issue[] {
  return Object.entries(values).flatMap(([field, value]) =>
    value === undefined || (typeof value === 'number' && passes(value)) ? [] : [{ field, message }],
  );
}

/**
 * A caller's headers with their names in lower case, so that one spelling does not come to stand beside another.
 *
 * @throws ValidationError for a name or value that cannot be sent, without the value.
 */
export function requestHeaders(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  // A `Headers` object or a `Map` would be an object without entries.
  const given: Iterable<readonly [string, string]> =
    Symbol.iterator in headers ? (headers as never) : Object.entries(headers);
  const checked = Array.from(given, ([name, value]) => {
    try {
      new Headers([[name, value]]);
    } catch {
      const message = 'cannot be sent. Header names are plain letters and hyphens, values have no line breaks.';
      throw new ValidationError('The call is invalid', {
        issues: [{ field: `headers[${JSON.stringify(name)}]`, message }],
      });
    }
    return [name.toLowerCase(), value];
  });
  return Object.fromEntries(checked);
}

/** The defaults, and what is given in their place. An option that is `undefined` is not given. */
export function withDefaults<T extends object>(
  defaults: T,
  given: { readonly [Name in keyof T]?: T[Name] | undefined } = {},
): T {
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(known) };
}

/** Options of one call; each wins over the client's. */
export interface RequestOptions {
  /** Ends any wait and any request at once; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Default `interactive`. */
  readonly priority?: Priority;
  /** Milliseconds for one attempt, from its send to the last byte of the response. Default 30,000. */
  readonly timeoutMs?: number;
  /** Milliseconds for everything, with the waits for points and all attempts. None by default. */
  readonly deadlineMs?: number;
  /** How often to try again, and whether the operation can be sent twice without harm (`idempotency`). */
  readonly retry?: Partial<RetryPolicy> & { readonly idempotency?: Idempotency };
  /**
   * The key under which Shopify recognises a second send of a mutation, for 24 hours; best a UUID. Give it
   * where a job can run twice, and the same one each time. Default: a new one for each call of a mutation
   * that takes one. Shopify takes keys for stock, transfers, shipments, locations, refunds and billing only.
   */
  readonly idempotencyKey?: string;
  /** Additional headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `throw` (default) makes a `ShopifyUserError` of a mutation's user errors; `return` leaves them in the data. */
  readonly userErrors?: 'throw' | 'return';
  /**
   * `throw` (default) makes an error of a response's `errors`, with the data that came on it. `return` gives the data that
   * came and the errors on the result; what brought no data at all is thrown all the same. GraphQL only.
   */
  readonly errors?: 'throw';
  /** Points to reserve, in place of the estimate. */
  readonly cost?: number;
  /** Which operation of a document with several. */
  readonly operationName?: string;
}
