// @ts-nocheck
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';

/** What nobody may find in what an error, an event or a log line shows. None looks like another. */
export const secrets = {
  /** An access token without one of Shopify's prefixes, so that no pattern finds it. */
  token: '7f3a9c0e51d24b86a0e9d4c7b8135f62',
  refreshToken: 'shprt_5c1e0f9a7b3d2846',
  clientSecret: 'shpss_84c0ffee19d73a52',
  email: 'jane.doe@customer.example',
  /** The value of a row or of a variable. */
  row: 'row-value-of-a-customer-4711',
} as const;

/** One place where something was found that must not stand there. */
export interface Leak {
  /** Such as `inspect` or `telemetry[2]`. */
  readonly place: string;
  readonly secret: keyof typeof secrets;
}

/** Where errors, events and log lines of one failure went. */
export interface Exposed {
  readonly error?: unknown;
  readonly events?: readonly unknown[];
  readonly lines?: readonly unknown[];
}

/**
 * Searches everything that a host prints of a failure: the error's message, stack and `toJSON`, what `util.inspect`,
 * `JSON.stringify` and `console.error` make of it, its own enumerable properties at any depth (a logger copies those),
 * the telemetry events and the lines of the logger.
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

/** What `console.error(error)` writes. */
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

/** Names and values of what a copy of own enumerable properties would hold, with those of the causes. */
function enumerableText(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (seen.has(value)) return '';
  seen.add(value);
  const entries = Object.entries(value).map(([name, held]) => `${name}: ${enumerableText(held, seen)}`);
  const cause = value instanceof Error ? [`cause: ${enumerableText(value.cause, seen)}`] : [];
  return [...entries, ...cause].join('\n');
}
