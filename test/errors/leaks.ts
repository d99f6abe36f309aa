import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';

/** Secrets that must not appear in an error, an event or a log line. No two look alike. */
export const secrets = {
  /** An access token without one of Shopify's prefixes, so that no pattern matches it. */
  token: '7f3a9c0e51d24b86a0e9d4c7b8135f62',
  refreshToken: 'shprt_5c1e0f9a7b3d2846',
  clientSecret: 'shpss_84c0ffee19d73a52',
  email: 'jane.doe@customer.example',
  /** The value of a row or of a variable. */
  row: 'row-value-of-a-customer-4711',
} as const;

/** A place where a secret was found. */
export interface Leak {
  /** Such as `inspect` or `telemetry[2]`. */
  readonly place: string;
  readonly secret: keyof typeof secrets;
}

/** The errors, events and log lines of one failure. */
export interface Exposed {
  readonly error?: unknown;
  readonly events?: readonly unknown[];
  readonly lines?: readonly unknown[];
}

/**
 * Searches everything that a host can print of a failure: the error's message, stack and `toJSON`, the output of
 * `util.inspect`, `JSON.stringify` and `console.error`, its own enumerable properties at any depth (which a logger
 * copies), the telemetry events and the log lines.
 */
export function findLeaks({ error, events = [], lines = [] }: Exposed): readonly Leak[] {
  const places: (readonly [place: string, text: string])[] = [
    ['inspect', inspect(error, { depth: 10, showHidden: false })],
    ['console', printed(error)],
    ['JSON', JSON.stringify(error) ?? ''],
    ['enumerable', enumerableText(error)],
    ...events.map((event, index) => [`telemetry[${index}]`, inspect(event, { depth: 10 })] as const),
    ...lines.map((line, index) => [`logger[${index}]`, inspect(line, { depth: 10 })] as const),
  ];
  if (error instanceof Error) {
    places.push(['message', error.message], ['stack', error.stack ?? '']);
    const toJSON: unknown = Reflect.get(error, 'toJSON');
    if (typeof toJSON === 'function') places.push(['toJSON', inspect(toJSON.call(error), { depth: 10 })]);
  }
  return places.flatMap(([place, text]) =>
    (Object.keys(secrets) as (keyof typeof secrets)[])
      .filter((secret) => text.includes(secrets[secret]))
      .map((secret) => ({ place, secret })),
  );
}

/** The output of `console.error(error)`. */
function printed(value: unknown): string {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  new Console({ stdout: stream, stderr: stream, inspectOptions: { depth: 10 } }).error(value);
  return text;
}

/** Names and values of the own enumerable properties, including those of the causes. */
function enumerableText(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (seen.has(value)) return '';
  seen.add(value);
  const entries = Object.entries(value).map(([name, held]) => `${name}: ${enumerableText(held, seen)}`);
  const cause = value instanceof Error ? [`cause: ${enumerableText(value.cause, seen)}`] : [];
  return [...entries, ...cause].join('\n');
}
