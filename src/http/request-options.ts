import { type Issue, ValidationError } from '../errors/errors.ts';
import { isRecord } from '../internal/json.ts';
import { missingMethods, unknownNames, unknownValue } from '../internal/names.ts';
import type { Priority } from '../ports/rate-limiter.ts';
import type { Idempotency, RetryPolicy } from '../resilience/retry.ts';
import type { Call } from './call.ts';

/** The client's defaults for all its calls. */
export interface DefaultLimits {
  readonly timeoutMs: number;
  readonly deadlineMs: number | undefined;
  readonly retry: RetryPolicy;
}

type Limits = Pick<Call<unknown>, 'priority' | 'timeoutMs' | 'deadlineMs' | 'retry' | 'signal'>;

/** The names of a call's options. A record, so that the compiler notices a missing one. */
export type OptionNames<TOptions> = Readonly<Record<keyof TOptions, true>>;

/**
 * Returns the limits of one call: its options, with the client's as defaults.
 *
 * @throws ValidationError for a value that is not a number, or out of range.
 */
export function callLimits(options: Pick<RequestOptions, keyof Limits | 'cost'>, defaults: DefaultLimits): Limits {
  const timeoutMs = options.timeoutMs ?? defaults.timeoutMs;
  const deadlineMs = options.deadlineMs ?? defaults.deadlineMs;
  const { cost, retry, signal } = options;
  // The client's own limits were checked when it was created.
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

/** Options whose values are checked first. */
const checked: ReadonlySet<string> = new Set([...Object.keys(choices), 'retry', 'signal', 'idempotencyKey']);

function textProblems(field: string, value: unknown): readonly Issue[] {
  if (value === undefined || (typeof value === 'string' && value.trim() !== '')) return [];
  return [{ field, message: 'must be a non-blank string.' }];
}

/**
 * Refuses unknown options of a call.
 *
 * @param names All options of the call.
 * @throws ValidationError for unknown names and values, suggesting the nearest ones.
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
      // An unknown value would count as safe to send again.
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
    ...outOfRange(aboveZero, (value) => value > 0, 'must be a number above 0.'),
    ...outOfRange(others, (value) => value >= 0, 'must be a number, 0 or more.'),
  ];
  if (problems.length > 0) throw new ValidationError('The call is invalid', { issues: problems });
}

/**
 * Returns a problem for each value that is set and does not pass. Infinity can pass; a value that is not a number
 * cannot.
 */
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
 * Returns a caller's headers with lower-case names, so that two spellings do not appear side by side.
 *
 * @throws ValidationError for a name or value that cannot be sent, without the value.
 */
export function requestHeaders(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  // `Object.entries` finds nothing in a `Headers` object or a `Map`.
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

/** Merges options over defaults. An option that is `undefined` counts as not set. */
export function withDefaults<T extends object>(
  defaults: T,
  given: { readonly [Name in keyof T]?: T[Name] | undefined } = {},
): T {
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(known) };
}

/** Options of one call; each overrides the client's. */
export interface RequestOptions {
  /** Ends any wait or request at once; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Priority of the call. Default `interactive`. */
  readonly priority?: Priority;
  /** Time limit for one attempt in milliseconds, up to the last byte of the response. Default 30,000. */
  readonly timeoutMs?: number;
  /** Time limit for the whole call in milliseconds, including waits for points and all attempts. None by default. */
  readonly deadlineMs?: number;
  /** How often to retry, and whether the operation can safely be sent twice (`idempotency`). */
  readonly retry?: Partial<RetryPolicy> & { readonly idempotency?: Idempotency };
  /**
   * The key by which Shopify recognizes a repeated mutation for 24 hours, ideally a UUID. Set it if a job can run
   * twice, to the same key each time. Default: a new one for each call of a mutation that takes one. Shopify supports
   * keys only for stock, transfers, shipments, locations, refunds and billing.
   */
  readonly idempotencyKey?: string;
  /** Additional headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `throw` (default) throws a `ShopifyUserError` for a mutation's user errors; `return` leaves them in the data. */
  readonly userErrors?: 'throw' | 'return';
  /**
   * `throw` (default) throws an error for a response's `errors`, with any data attached. `return` puts the partial data
   * and the errors on the result; without any data it still throws. GraphQL only.
   */
  readonly errors?: 'throw';
  /** Points to reserve, instead of the estimate. */
  readonly cost?: number;
  /** The operation to run, if the document has several. */
  readonly operationName?: string;
}
