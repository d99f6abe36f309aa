import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { ConfigError, type Issue } from '../errors/errors.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { missingMethods, unknownNames } from '../internal/names.ts';
import type { TelemetryEvent, TelemetryEventOf } from '../ports/events.ts';
import { onTelemetry } from './telemetry.ts';

/** Options of `recordTrace`. */
export interface RecordTraceOptions {
  /** Where `write()` puts the trace: a line of JSON for each event. */
  readonly file: string;
  /** Milliseconds that are kept; what is older goes. Default 300,000. At most 50,000 events are kept. */
  readonly lastMs?: number;
  /** Default: the machine's own clock. */
  readonly clock?: Clock;
}

/** A recording that runs, in memory. */
export interface TraceRecording {
  /** What `write()` would write now, to be read before it is. */
  preview(): string;
  /**
   * Writes it, readable by this user only, and returns the text. An existing file is replaced.
   *
   * @throws What `node:fs` throws.
   */
  write(): Promise<string>;
  /** Ends it, and forgets what was recorded. */
  stop(): void;
  /** The same as `stop()`, for `using`. */
  [Symbol.dispose](): void;
}

/** What becomes of a field: kept, kept as a hash, kept without ids, kept where it is a version, or left out. */
type Treatment = 'keep' | 'hash' | 'without-ids' | 'version' | 'drop';

/** Each field of each event: one that is not here does not compile, and is not written. */
type Treatments = {
  readonly [Type in TelemetryEvent['type']]: {
    readonly [Field in Exclude<keyof TelemetryEventOf<Type>, 'type'>]: Treatment;
  };
};

const ofCall = { callId: 'hash', shop: 'hash', operation: 'without-ids' } as const;

const treatments: Treatments = {
  permit: { ...ofCall, attempt: 'keep', cost: 'keep', waitedMs: 'keep', priority: 'keep' },
  attempt: {
    ...ofCall,
    ...{ attempt: 'keep', status: 'keep', errorCode: 'keep', durationMs: 'keep', requestId: 'drop' },
    ...{ requestedCost: 'keep', actualCost: 'keep', available: 'keep' },
  },
  retry: { ...ofCall, attempt: 'keep', delayMs: 'keep', errorCode: 'keep' },
  call: { ...ofCall, kind: 'keep', attempts: 'keep', durationMs: 'keep', waitedMs: 'keep', errorCode: 'keep' },
  breaker: { shop: 'hash', state: 'keep' },
  'bucket-low': { shop: 'hash', available: 'keep', maximumAvailable: 'keep', restoreRate: 'keep' },
  'api-version': { shop: 'hash', asked: 'version', served: 'version' },
  'version-ending': { apiVersion: 'version', endsAt: 'keep', daysLeft: 'keep' },
  // The reason is the value of a header.
  deprecation: { shop: 'hash', operation: 'without-ids', reason: 'drop' },
  token: { shop: 'hash', outcome: 'keep', errorCode: 'keep', missing: 'drop' },
  job: {
    ...{ queue: 'hash', jobId: 'hash', jobType: 'hash', attempt: 'keep', outcome: 'keep', errorCode: 'keep' },
    ...{ durationMs: 'keep', waitedMs: 'keep' },
  },
  webhook: { outcome: 'keep', topic: 'keep', shop: 'hash', lagMs: 'keep', reason: 'keep' },
};

const optionNames: Record<keyof RecordTraceOptions, true> = { file: true, lastMs: true, clock: true };

const mostEvents = 50_000;

/**
 * Records what happened last in this process: calls, attempts, costs, waits for points, versions, jobs and webhooks. For a
 * report of a problem. Nothing is written before `write()`, and `preview()` shows what that would be.
 *
 * A trace holds fields of a fixed list: no value of a variable, a body or a header. Shops, calls, jobs and queues are
 * hashes, with a salt that is not kept: the same within a trace, and others in the next. Names of GraphQL operations and
 * webhook topics stay as they are. Experimental.
 *
 * @throws ConfigError (code `CONFIG_INVALID`) for an invalid option.
 *
 * @example
 * const recording = recordTrace({ file: 'trace.ndjson', lastMs: 60_000 });
 * process.once('SIGUSR2', () => void recording.write());
 */
export function recordTrace(options: RecordTraceOptions): TraceRecording {
  const { file, lastMs = 300_000, clock = systemClock } = options;
  const issues: Issue[] = [
    ...unknownNames(options, optionNames),
    ...missingMethods('clock', options.clock, ['now', 'monotonic', 'setTimer']),
  ];
  if (typeof file !== 'string' || file === '') issues.push({ field: 'file', message: 'must be a path, not empty' });
  if (!(typeof lastMs === 'number' && lastMs > 0))
    issues.push({ field: 'lastMs', message: 'must be milliseconds, above 0' });
  if (issues.length > 0) throw new ConfigError('Invalid configuration', { issues });

  const salt = randomBytes(16);
  const hashOf = (value: unknown): string =>
    createHash('sha256').update(salt).update(String(value)).digest('hex').slice(0, 12);
  let kept: { readonly atMs: number; readonly event: TelemetryEvent }[] = [];
  const forgetOld = (): void => {
    const since = clock.monotonic() - lastMs;
    const first = kept.findIndex(({ atMs }) => atMs >= since);
    kept = first < 0 ? [] : kept.slice(first).slice(-mostEvents);
  };
  const types = Object.keys(treatments) as TelemetryEvent['type'][];
  const stops = types.map((type) =>
    onTelemetry(type, (event) => {
      kept.push({ atMs: clock.monotonic(), event });
      // Seldom, so that most events cost a push and nothing more.
      if (kept.length >= 2 * mostEvents) forgetOld();
    }),
  );

  const preview = (): string => {
    forgetOld();
    const firstMs = kept[0]?.atMs ?? 0;
    const { version: node, platform } = process;
    const head = { type: 'trace', format: 1, events: kept.length, lastMs, node, platform };
    const lines = kept.map(({ atMs, event }) => ({ atMs: Math.round(atMs - firstMs), ...treated(event, hashOf) }));
    return [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
  };
  const stop = (): void => {
    for (const end of stops) end();
    kept = [];
  };
  return {
    preview,
    async write() {
      const text = preview();
      await writeFile(file, text, { mode: 0o600 });
      return text;
    },
    stop,
    [Symbol.dispose]: stop,
  };
}

/** An event as it is written: what is on the list, treated as that says. */
function treated(event: TelemetryEvent, hashOf: (value: unknown) => string): Readonly<Record<string, unknown>> {
  const fields: Readonly<Record<string, Treatment>> = treatments[event.type];
  const entries = Object.entries(event).flatMap(([name, value]: [string, unknown]) => {
    const treatment = Object.hasOwn(fields, name) ? fields[name] : 'drop';
    if (treatment === undefined || treatment === 'drop') return [];
    if (value === null || treatment === 'keep') return [[name, value]];
    if (treatment === 'hash') return [[name, hashOf(value)]];
    if (treatment === 'version') return [[name, /^\d{4}-\d{2}$|^unstable$/.test(String(value)) ? value : 'other']];
    return [[name, String(value).replaceAll(/(?<=\/)\d+(?=[/.]|$)/g, '{id}')]];
  });
  return { type: event.type, ...Object.fromEntries(entries) };
}
