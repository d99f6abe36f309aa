import { parseArgs } from 'node:util';

/** The settings of the races. */
export interface Settings {
  readonly seeds: readonly number[];
  /** Operations per race on a standard shop. */
  readonly operations: number;
  /** Milliseconds that the fake takes per call. */
  readonly latencyMs: number;
  /** Races run side by side, if a race only waits. */
  readonly lanes: number;
  /** Milliseconds after which a race is aborted. */
  readonly longestMs: number;
  readonly isQuick: boolean;
  /** A file that gets one line of JSON per run. */
  readonly jsonFile: string | undefined;
  /** Names of races to run; empty for all. */
  readonly only: readonly string[];
}

/** Reads the arguments of `npm run bench`. */
export function readSettings(args: readonly string[]): Settings {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
  });
  return {
    seeds: values.quick ? [1] : [1, 2, 3],
    operations: values.quick ? 100 : 150,
    latencyMs: 40,
    lanes: 8,
    longestMs: 240_000,
    isQuick: values.quick,
    jsonFile: values.json,
    only: positionals,
  };
}
