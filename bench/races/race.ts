import { performance } from 'node:perf_hooks';

/** The result of one call of a race. */
export interface Outcome {
  readonly ms: number;
  /** The error it failed with for good. */
  readonly error?: unknown;
}

/** The result of a race. */
export interface RaceTimes {
  /** In the order of the calls. */
  readonly outcomes: readonly Outcome[];
  readonly wholeMs: number;
}

/** Runs calls, a limited number at once, each starting when another has ended. */
export async function race(calls: readonly (() => Promise<unknown>)[], concurrency: number): Promise<RaceTimes> {
  const outcomes: Outcome[] = [];
  const startedAt = performance.now();
  let next = 0;
  const runner = async (): Promise<void> => {
    while (next < calls.length) {
      const index = next;
      next += 1;
      outcomes[index] = await timed(calls[index]);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, runner));
  return { outcomes, wholeMs: performance.now() - startedAt };
}

async function timed(call: (() => Promise<unknown>) | undefined): Promise<Outcome> {
  const startedAt = performance.now();
  try {
    await call?.();
    return { ms: performance.now() - startedAt };
  } catch (error) {
    return { ms: performance.now() - startedAt, error };
  }
}

/** The longest call of a race. */
export function longestMs(outcomes: readonly Outcome[]): number {
  return outcomes.reduce((longest, { ms }) => Math.max(longest, ms), 0);
}

/** Does all work, a limited number of items at once; the results are in the order of the items. */
export async function inLanes<T>(work: readonly (() => Promise<T>)[], lanes: number): Promise<readonly T[]> {
  const results: T[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < work.length) {
      const index = next;
      next += 1;
      const piece = work[index];
      if (piece) results[index] = await piece();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

const settlingMs = 1_500;

/** Starts something in its turn. */
export type StartGate = <T>(start: () => Promise<T>) => Promise<T>;

/** Creates a gate: what is started through it starts one after another, each with a moment undisturbed. */
export function createStartGate(): StartGate {
  let before: Promise<unknown> = Promise.resolve();
  return (start) => {
    const started = before.then(start);
    before = started.catch(() => {}).then(() => new Promise((resolve) => setTimeout(resolve, settlingMs)));
    return started;
  };
}
