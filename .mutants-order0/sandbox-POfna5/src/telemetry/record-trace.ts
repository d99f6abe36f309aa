// @ts-nocheck
import { open } from 'node:fs/promises';
import { ConfigError, type Issue } from '../errors/errors.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { missingMethods, unknownNames } from '../internal/names.ts';
import type { TelemetryEvent } from '../ports/events.ts';
import { onTelemetry } from './telemetry.ts';
import { hasherOfIds, lineOf, traceText, traceTypes } from './trace-lines.ts';

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

  const hashOf = hasherOfIds();
  let kept: { readonly atMs: number; readonly event: TelemetryEvent }[] = [];
  const forgetOld = (): void => {
    const since = clock.monotonic() - lastMs;
    const first = kept.findIndex(({ atMs }) => atMs >= since);
    kept = first < 0 ? [] : kept.slice(first).slice(-mostEvents);
  };
  const stops = traceTypes.map((type) =>
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
    // To the microsecond: in one millisecond many calls begin, and their order tells.
    const since = (atMs: number): number => Math.round((atMs - firstMs) * 1_000) / 1_000;
    const lines = kept.map(({ atMs, event }) => ({ atMs: since(atMs), ...lineOf(event, hashOf) }));
    return traceText({ lastMs, node, platform }, lines);
  };
  const stop = (): void => {
    for (const end of stops) end();
    kept = [];
  };
  return {
    preview,
    async write() {
      const text = preview();
      await writePrivate(file, text);
      return text;
    },
    stop,
    [Symbol.dispose]: stop,
  };
}

/** Writes a file that its user alone can read, also where there is one already, whose mode it would have. */
export async function writePrivate(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    if ((await handle.stat()).isFile()) await handle.chmod(0o600);
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}
