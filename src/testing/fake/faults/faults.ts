import { ConfigError, type Problem } from '../../../errors/errors.ts';
import { createRandom } from '../random.ts';
import { type FaultKind, faultKinds, faults } from './kinds.ts';

/** Faults by chance. */
export interface FaultOptions {
  /** Share of the calls that meet a fault, from 0 to 1. Default 0. */
  readonly rate?: number;
  /** Kinds to choose from, each as likely. Default `defaultFaultKinds`. */
  readonly kinds?: readonly FaultKind[];
  /** Default: the seed of the fake. */
  readonly seed?: number;
  /** How late a `slow` or `slow-drip` answer is, and how far a `clock-skew` is off; in milliseconds. Default 2,000. */
  readonly delayMs?: number;
}

/** Which calls a scripted fault meets. */
export interface NextFault {
  /**
   * Name of an operation, or of one of its root fields. REST calls are named by method and path, such as
   * `GET products.json` and `PUT products/{id}.json` or `PUT products/123.json`; calls that need no token too, such
   * as `POST oauth/access_token`. Default: any.
   */
  readonly operation?: string;
  /** How many calls it meets. Default 1. */
  readonly times?: number;
  /** How many matching calls pass before. Default 0. */
  readonly after?: number;
  /** How late a `slow` or `slow-drip` answer is, and how far a `clock-skew` is off (may be negative); in milliseconds. */
  readonly delayMs?: number;
}

/** A fault that was chosen for a call. */
export interface ChosenFault {
  readonly kind: FaultKind;
  readonly delayMs: number;
}

/** What a script can tell a call by. */
interface FaultTarget {
  readonly name: string;
  readonly rootFields: readonly string[];
}

/** Faults as a test writes them. */
export interface FaultScript {
  /**
   * The next matching calls meet this fault. Scripts that match one call are used in the order written.
   *
   * @throws ConfigError for an unknown kind or a negative number.
   */
  next(kind: FaultKind, options?: NextFault): void;
  /** Takes all scripts away and sets chance to 0. */
  clear(): void;
}

/** Decides which calls meet a fault: first what the test scripted, then chance. */
export interface FaultPlan extends FaultScript {
  /** The fault of this call, if any. */
  choose(call: FaultTarget): ChosenFault | undefined;
}

/** The kinds chance chooses from: all that a client can see through without waiting for its own time limit. */
export const defaultFaultKinds: readonly FaultKind[] = [
  'status-500',
  'status-502',
  'status-503',
  'status-504',
  'status-429',
  'reset-before',
  'reset-after',
  'slow',
  'throttled',
];

const defaultDelayMs = 2_000;

/** A scripted fault that waits for its calls. */
interface Script {
  readonly kind: FaultKind;
  readonly operation: string | undefined;
  readonly delayMs: number | undefined;
  skip: number;
  left: number;
}

/**
 * Makes a plan that begins without scripts.
 *
 * @throws ConfigError for a rate outside 0 to 1, or an unknown kind.
 */
export function createFaultPlan(options: FaultOptions, seed: number): FaultPlan {
  const kinds = options.kinds ?? defaultFaultKinds;
  check(
    unknownKinds(kinds),
    notBetween('faults.rate', options.rate, 1, 'a share'),
    notBetween('faults.delayMs', options.delayMs, Number.MAX_SAFE_INTEGER, 'milliseconds'),
  );
  const random = createRandom(options.seed ?? seed);
  const delayMs = options.delayMs ?? defaultDelayMs;
  let rate = options.rate ?? 0;
  let scripts: Script[] = [];

  return {
    next(kind, { operation, times = 1, after = 0, delayMs: late } = {}) {
      check(
        unknownKinds([kind]),
        notBetween('times', times, Number.POSITIVE_INFINITY, 'a number of calls'),
        notBetween('after', after, Number.POSITIVE_INFINITY, 'a number of calls'),
        kind === 'clock-skew' ? undefined : notBetween('delayMs', late, Number.MAX_SAFE_INTEGER, 'milliseconds'),
      );
      if (times > 0) scripts.push({ kind, operation, delayMs: late, skip: after, left: times });
    },
    clear() {
      scripts = [];
      rate = 0;
    },
    choose(call) {
      const matching = scripts.filter((script) => matches(script, call));
      const script = matching.find((candidate) => candidate.skip === 0);
      for (const waiting of matching) if (waiting.skip > 0) waiting.skip -= 1;
      if (script) {
        script.left -= 1;
        scripts = scripts.filter((candidate) => candidate.left > 0);
        return { kind: script.kind, delayMs: script.delayMs ?? delayMs };
      }
      // Two draws for each call, so that a call's luck does not depend on the luck of those before it.
      const [luck, choice] = [random(), random()];
      const kind = luck < rate ? kinds[Math.floor(choice * kinds.length)] : undefined;
      return kind && { kind, delayMs };
    },
  };
}

function matches({ operation }: Script, { name, rootFields }: FaultTarget): boolean {
  return operation === undefined || operation === name || rootFields.includes(operation);
}

function check(...problems: readonly (Problem | undefined)[]): void {
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) throw new ConfigError(found);
}

function unknownKinds(kinds: readonly string[]): Problem | undefined {
  const unknown = kinds.filter((kind) => !Object.hasOwn(faults, kind));
  if (unknown.length === 0) return undefined;
  return { field: 'faults.kinds', message: `has no ${unknown.join(', ')}. Take some of: ${faultKinds.join(', ')}.` };
}

function notBetween(field: string, value: number | undefined, most: number, unit: string): Problem | undefined {
  if (value === undefined || (value >= 0 && value <= most)) return undefined;
  return { field, message: `is ${value}. Give ${unit}${most === 1 ? ' from 0 to 1' : ', 0 or more'}.` };
}
