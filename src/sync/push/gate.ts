import type { Issue } from '../../errors/errors.ts';
import type { Clock } from '../../internal/clock.ts';
import { unknownNames, unknownValue } from '../../internal/names.ts';
import type { RollbackReport } from '../rollback/rollback.ts';
import type { PushOutcome, PushResult } from './push.ts';

/**
 * When a run of pushes is halted. Its samples are products that were pushed, failed, were invalid or `blocked`;
 * `unchanged` and `skipped` ones do not count.
 *
 * @example
 * await sync.pushMany(products, { gate: { minSamples: 50, maxFailureRate: 10, onHalt: 'rollback' } });
 */
export interface Gate {
  /** Number of samples needed. Without `windowMs`, the last `minSamples` are judged. */
  readonly minSamples: number;
  /** Percentage of failures above which the run is halted: 0 to 100. */
  readonly maxFailureRate: number;
  /**
   * Judges the samples of the last `windowMs` milliseconds instead, once there are at least `minSamples`. Default: not
   * set, so the last `minSamples` are judged.
   */
  readonly windowMs?: number;
  /**
   * Whether to halt the run if it has fewer than `minSamples`, at its end or within a window of `windowMs`. Default
   * `false`: a run with too few samples continues.
   */
  readonly requireData?: boolean;
  /**
   * What to do with the products that the run has pushed: `stop` (default) leaves them as pushed, `rollback` undoes all
   * entries of the run in the journal.
   */
  readonly onHalt?: 'stop' | 'rollback';
}

/** Why a gate halted a run, and what happened to the products it had pushed. */
export interface GateHalt {
  /** `failure-rate`: more failed than allowed. `no-data`: too few samples, with `requireData`. */
  readonly reason: 'failure-rate' | 'no-data';
  /** Number of samples that were judged. */
  readonly samples: number;
  readonly failures: number;
  /** Percentage, with two decimals; 0 without samples. */
  readonly failureRate: number;
  /** The report of the rollback, with `onHalt: 'rollback'`. Absent if the run had sent nothing. */
  readonly rollback?: RollbackReport;
  /** The error that interrupted the rollback. Call `rollback({ runId })` to undo the rest. */
  readonly rollbackError?: unknown;
}

const gateNames: Record<keyof Gate, true> = {
  minSamples: true,
  maxFailureRate: true,
  windowMs: true,
  requireData: true,
  onHalt: true,
};

/** How many products are pushed at the same time with a gate: up to that many may finish after it halts the run. */
export const mostBehindGate = 16;

/** Validates the option `gate`. */
export function gateIssues(gate: Gate | undefined): readonly Issue[] {
  if (gate === undefined) return [];
  if (typeof gate !== 'object' || gate === null)
    return [{ field: 'gate', message: 'must be an object, such as { minSamples: 50, maxFailureRate: 10 }.' }];
  const { minSamples, maxFailureRate, windowMs, requireData, onHalt } = gate;
  const issues: Issue[] = [...unknownNames(gate, gateNames, 'gate.')];
  if (!Number.isInteger(minSamples) || minSamples < 1)
    issues.push({ field: 'gate.minSamples', message: 'must be a whole number, 1 or more.' });
  if (!(typeof maxFailureRate === 'number' && maxFailureRate >= 0 && maxFailureRate <= 100))
    issues.push({ field: 'gate.maxFailureRate', message: 'must be a percentage from 0 to 100.' });
  if (windowMs !== undefined && !(typeof windowMs === 'number' && windowMs > 0 && windowMs < Number.POSITIVE_INFINITY))
    issues.push({ field: 'gate.windowMs', message: 'must be a number of milliseconds greater than 0.' });
  if (requireData !== undefined && typeof requireData !== 'boolean')
    issues.push({ field: 'gate.requireData', message: 'must be true or false.' });
  issues.push(...unknownValue('gate.onHalt', onHalt, ['stop', 'rollback']));
  return issues;
}

/** Judges a run while it is in progress. */
export class GateKeeper {
  readonly #gate: Gate;
  readonly #clock: Clock;
  readonly #onHalt: (halt: GateHalt) => void;
  #samples: { readonly atMs: number; readonly isFailure: boolean }[] = [];
  #failures = 0;
  #count = 0;
  #cancelTimer: (() => void) | undefined;

  /** @param onHalt Called when the run should be halted. */
  constructor(gate: Gate, clock: Clock, onHalt: (halt: GateHalt) => void) {
    this.#gate = gate;
    this.#clock = clock;
    this.#onHalt = onHalt;
    this.#watch();
  }

  /** Counts the result of a product. */
  add({ outcome }: PushResult): void {
    if (outcome === 'unchanged' || outcome === 'skipped') return;
    const isFailure = isFailed(outcome);
    this.#samples.push({ atMs: this.#clock.monotonic(), isFailure });
    this.#count += 1;
    if (isFailure) this.#failures += 1;
    this.#forgetOld();
    if (isHalting(this.#gate, { samples: this.#samples.length, failures: this.#failures }))
      this.#onHalt(this.#judged('failure-rate'));
  }

  /** Judges the run at its end. */
  finish(): void {
    if (this.#gate.requireData && this.#count < this.#gate.minSamples) this.#onHalt(this.#judged('no-data'));
  }

  /** Cancels the timer. */
  stop(): void {
    this.#cancelTimer?.();
  }

  /** Checks the number of samples once per window, because results alone cannot trigger the gate if all calls hang. */
  #watch(): void {
    const { windowMs, requireData, minSamples } = this.#gate;
    if (windowMs === undefined || !requireData) return;
    this.#cancelTimer = this.#clock.setTimer(() => {
      this.#forgetOld();
      if (this.#samples.length < minSamples) this.#onHalt(this.#judged('no-data'));
      else this.#watch();
    }, windowMs);
  }

  #forgetOld(): void {
    const { minSamples, windowMs } = this.#gate;
    const samples = this.#samples;
    const oldestMs = windowMs === undefined ? undefined : this.#clock.monotonic() - windowMs;
    const kept = samples.findIndex(({ atMs }, index) =>
      oldestMs === undefined ? index >= samples.length - minSamples : atMs >= oldestMs,
    );
    const gone = samples.splice(0, kept === -1 ? samples.length : kept);
    this.#failures -= gone.filter(({ isFailure }) => isFailure).length;
  }

  #judged(reason: GateHalt['reason']): GateHalt {
    const [samples, failures] = [this.#samples.length, this.#failures];
    return { reason, samples, failures, failureRate: rateOf(samples, failures) };
  }
}

/** The stored samples of a run that several processes share. */
export interface GateSamples {
  /** Number of all samples. */
  readonly count: number;
  /** Without `windowMs`: the last `minSamples`, newest last; `x` for a failure. */
  readonly last: string;
  /** With `windowMs`: the counts of each fiftieth of the window, by its start in milliseconds since the epoch. */
  readonly slots: readonly (readonly [atMs: number, samples: number, failures: number])[];
}

export const noSamples: GateSamples = { count: 0, last: '', slots: [] };

const slotsPerWindow = 50;

/** Adds the result of a product to the samples. */
export function withSample(gate: Gate, samples: GateSamples, outcome: PushOutcome, nowMs: number): GateSamples {
  if (outcome === 'unchanged' || outcome === 'skipped') return samples;
  const isFailure = isFailed(outcome);
  const { count, last, slots } = samples;
  if (gate.windowMs === undefined)
    return { count: count + 1, last: `${last}${isFailure ? 'x' : '.'}`.slice(-gate.minSamples), slots };
  const slotMs = gate.windowMs / slotsPerWindow;
  const at = Math.floor(nowMs / slotMs) * slotMs;
  const [before = 0, failures = 0] = slots.find(([began]) => began === at)?.slice(1) ?? [];
  const others = slots.filter(([began]) => began !== at && began > nowMs - (gate.windowMs ?? 0));
  return { count: count + 1, last, slots: [...others, [at, before + 1, failures + (isFailure ? 1 : 0)]] };
}

/** Why these samples halt a run; `undefined` if they do not. */
export function haltBy(gate: Gate, samples: GateSamples, nowMs: number): GateHalt | undefined {
  const found = sumOf(gate, samples, nowMs);
  return isHalting(gate, found) ? { reason: 'failure-rate', ...found } : undefined;
}

/**
 * Why a lack of samples halts a run; `undefined` if it does not.
 *
 * @param isOver Whether the run has ended. If so, all samples count, otherwise only those of the window.
 */
export function haltWithout(gate: Gate, samples: GateSamples, nowMs: number, isOver: boolean): GateHalt | undefined {
  const found = sumOf(gate, samples, nowMs);
  const count = isOver ? samples.count : found.samples;
  return gate.requireData && count < gate.minSamples ? { reason: 'no-data', ...found } : undefined;
}

function sumOf({ windowMs }: Gate, { last, slots }: GateSamples, nowMs: number) {
  const own = windowMs === undefined ? [] : slots.filter(([began]) => began > nowMs - windowMs);
  const sum = (at: 1 | 2): number => own.reduce((total, slot) => total + slot[at], 0);
  const samples = windowMs === undefined ? last.length : sum(1);
  const failures = windowMs === undefined ? last.split('x').length - 1 : sum(2);
  return { samples, failures, failureRate: rateOf(samples, failures) };
}

const isFailed = (outcome: PushOutcome): boolean =>
  outcome === 'failed' || outcome === 'invalid' || outcome === 'blocked';

/**
 * Whether more failed than allowed. Multiplies first, because `7 / 25 * 100` is more than 28 in floating point. Does
 * not use the rounded rate.
 */
const isHalting = (
  { minSamples, maxFailureRate }: Gate,
  { samples, failures }: { readonly samples: number; readonly failures: number },
): boolean => samples >= minSamples && (failures * 100) / samples > maxFailureRate;

/** Percentage, with two decimals. */
const rateOf = (samples: number, failures: number): number =>
  samples === 0 ? 0 : Math.round((failures / samples) * 10_000) / 100;

/** The error in `stoppedBy` of the summary if a gate halted the run. */
export function haltError(
  { reason, samples, failures, failureRate }: Omit<GateHalt, 'rollback' | 'rollbackError'>,
  gate: Gate,
): Error {
  const { minSamples, maxFailureRate } = gate;
  return new Error(
    reason === 'no-data'
      ? `The gate halted the run: it has only ${samples} of the ${minSamples} samples that it requires.`
      : `The gate halted the run: ${failures} of ${samples} products failed (${failureRate} %), more than ${maxFailureRate} %.`,
  );
}
