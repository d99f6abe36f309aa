import { open } from 'node:fs/promises';
import { ConfigError, type Issue } from '../errors/errors.ts';
import { type Clock, systemClock } from '../internal/clock.ts';
import { missingMethods, unknownNames } from '../internal/names.ts';
import type { TelemetryEvent } from '../ports/events.ts';
import { onTelemetry } from './telemetry.ts';
import { hasherOfIds, lineOf, traceText, traceTypes } from './trace-lines.ts';

/** Options of `recordTrace`. */
export interface RecordTraceOptions {
  /** File for `write()`: one line of JSON per event. */
  readonly file: string;
  /** Milliseconds to keep; older events are dropped. Default 300,000. At most 50,000 events are kept. */
  readonly lastMs?: number;
  /** Default: the system clock. */
  readonly clock?: Clock;
}

/** A running recording, in memory. */
export interface TraceRecording {
  /** Returns the text that `write()` would write now, so that you can check it first. */
  preview(): string;
  /**
   * Writes the trace, readable only by this user, and returns its text. An existing file is replaced.
   *
   * @throws errors of `node:fs`.
   */
  write(): Promise<string>;
  /** Stops the recording and discards its content. */
  stop(): void;
  /** Calls `stop()`, for `using`. */
  [Symbol.dispose](): void;
}

const optionNames: Record<keyof RecordTraceOptions, true> = { file: true, lastMs: true, clock: true };

const mostEvents = 50_000;

/**
 * Records the latest events of this process, for problem reports: calls, attempts, costs, waits for points, versions,
 * jobs and webhooks. Nothing is written before `write()`; `preview()` shows what it would write.
 *
 * A trace contains only a fixed list of fields: no value of a variable, body or header. Shops, calls, jobs and queues
 * are hashed with a salt that is not kept, so hashes are equal within a trace but differ between traces. Names of
 * GraphQL operations and webhook topics are kept. Experimental.
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
  if (typeof file !== 'string' || file === '') issues.push({ field: 'file', message: 'must be a non-empty path' });
  if (!(typeof lastMs === 'number' && lastMs > 0))
    issues.push({ field: 'lastMs', message: 'must be a number above 0' });
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
      // Done rarely, so that most events cost only a push.
      if (kept.length >= 2 * mostEvents) forgetOld();
    }),
  );

  const preview = (): string => {
    forgetOld();
    const firstMs = kept[0]?.atMs ?? 0;
    const { version: node, platform } = process;
    // To the microsecond: many calls start within a millisecond, and their order matters.
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

/** Writes a file readable only by its user, even if the file exists with another mode. */
export async function writePrivate(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    if ((await handle.stat()).isFile()) await handle.chmod(0o600);
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}
