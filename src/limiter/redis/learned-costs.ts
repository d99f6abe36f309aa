import type { CostSample } from '../../ports/rate-limiter.ts';

/** What one process has learned about an operation and shares with the others. */
export interface CostNews {
  readonly operation: string;
  readonly sample: CostSample;
}

/** The mark up to which a process has received what the others have learned. */
export interface CostMark {
  /** Identifies this incarnation of the key: it starts again if Redis has lost it. */
  readonly born: number;
  /** Number of samples learned in it. */
  readonly version: number;
}

/** The samples that Redis has after a mark. */
export interface CostReply extends CostMark {
  /** Samples of each operation, oldest first. */
  readonly operations: ReadonlyMap<string, readonly CostSample[]>;
}

/** Samples kept per operation, here and in the script. */
const samplesKept = 5;

/** The highest cost of any operation: a higher value is damaged. */
const mostPoints = 1_000_000;

const nothing: readonly CostSample[] = [];

/**
 * What the processes that share a bucket have learned about the costs of operations, as far as this one knows, and what
 * it has not shared yet.
 */
export class LearnedCosts {
  readonly #known = new Map<string, readonly CostSample[]>();
  #untold: CostNews[] = [];
  #mark: CostMark = { born: 0, version: 0 };

  get mark(): CostMark {
    return this.#mark;
  }

  /** See `SharedCosts.get`. */
  get(operation: string): readonly CostSample[] {
    return this.#known.get(operation) ?? nothing;
  }

  /** See `SharedCosts.add`. */
  add(operation: string, sample: CostSample): void {
    if (!isSample(sample)) return;
    this.#known.set(operation, [...this.get(operation), sample].slice(-samplesKept));
    this.#untold = [...this.#untold, { operation, sample }].slice(-mostUntold);
  }

  /** Takes the samples to share. Call `giveBack` if sharing fails. */
  take(): readonly CostNews[] {
    const taken = this.#untold;
    this.#untold = [];
    return taken;
  }

  giveBack(news: readonly CostNews[]): void {
    this.#untold = [...news, ...this.#untold].slice(-mostUntold);
  }

  /** Applies a reply of Redis. */
  hear({ born, version, operations }: CostReply): void {
    if (born !== this.#mark.born) this.#known.clear();
    this.#mark = { born, version };
    for (const [operation, samples] of operations) {
      const known = this.get(operation);
      // The same sample stays the same object.
      const same = ({ estimate, requested }: CostSample): CostSample | undefined =>
        known.find((one) => one.estimate === estimate && one.requested === requested);
      this.#known.set(
        operation,
        samples.map((sample) => same(sample) ?? sample),
      );
    }
    for (const { operation, sample } of this.#untold) {
      if (!this.get(operation).includes(sample)) {
        this.#known.set(operation, [...this.get(operation), sample].slice(-samplesKept));
      }
    }
  }
}

/** Samples per call to Redis. */
const mostUntold = 100;

/**
 * Reads the costs in the script's reply: the mark, and a line for each operation. Damaged lines are left out.
 *
 * @returns `undefined` if Redis has none.
 */
export function readCosts(lines: readonly string[]): CostReply | undefined {
  const [head, ...rest] = lines;
  const [born, version] = (head ?? '').split(' ').map(Number);
  if (!isCount(born) || !isCount(version)) return undefined;
  const operations = new Map<string, readonly CostSample[]>();
  for (const line of rest) {
    const [operation = '', ...texts] = line.split(' ');
    const samples = texts.map(readSample).filter(isSample).slice(-samplesKept);
    if (operation !== '' && samples.length > 0) operations.set(operation, samples);
  }
  return { born, version, operations };
}

function readSample(text: string): CostSample {
  const [estimate = Number.NaN, requested = Number.NaN, ...more] = text
    .split(':')
    .map((part) => Number(part || 'none'));
  return { estimate: more.length > 0 ? Number.NaN : estimate, requested };
}

function isSample({ estimate, requested }: CostSample): boolean {
  const areNumbers = estimate >= 0 && requested >= 0;
  return areNumbers && estimate <= mostPoints && requested <= mostPoints;
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value) && value >= 0;
}
