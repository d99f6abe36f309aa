import {
  type CircuitBreakerPolicy,
  CircuitState,
  circuitBreaker,
  handleWhenResult,
  type IBackoff,
  type IBreaker,
} from 'cockatiel';
import { CircuitOpenError } from '../errors/connection.ts';
import type { Clock } from '../internal/clock.ts';
import type { BreakerPolicy, BreakerState } from './types.ts';

/** How an attempt ended, as far as the breaker cares. `neutral` neither helps nor harms. */
export type BreakerVerdict = 'success' | 'failure' | 'neutral';

/** The circuit breaker of one shop. */
export interface ShopBreaker {
  state(): BreakerState;
  /** @throws CircuitOpenError while calls are refused. */
  assertClosed(operation: string): void;
  /**
   * Runs one attempt and takes its verdict.
   *
   * @throws CircuitOpenError where the breaker refuses it; then nothing ran.
   */
  run<T>(
    operation: string,
    attempt: () => Promise<T>,
    judge: (result: T, state: BreakerState) => BreakerVerdict,
  ): Promise<T>;
}

interface Judged<T> {
  readonly verdict: BreakerVerdict;
  readonly result: T;
}

/** Thrown through cockatiel's policy, which does not count what it does not handle. */
class Neutral<T> {
  readonly result: T;

  constructor(result: T) {
    this.result = result;
  }
}

const names: Readonly<Record<number, BreakerState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
};

/** Opens after so many failures in a row, if they came from enough different operations. */
class DistinctFailures implements IBreaker {
  state: { failures: number; operations: string[] } = { failures: 0, operations: [] };
  readonly #policy: BreakerPolicy;

  constructor(policy: BreakerPolicy) {
    this.#policy = policy;
  }

  success(): void {
    this.state = { failures: 0, operations: [] };
  }

  /** Names the operation of a failure, right before cockatiel reports it without its name. */
  note(operation: string): void {
    if (!this.state.operations.includes(operation)) this.state.operations.push(operation);
  }

  failure(): boolean {
    this.state.failures += 1;
    return this.state.failures >= this.#policy.failures && this.state.operations.length >= this.#policy.operations;
  }
}

export function createShopBreaker(
  shop: string,
  policy: BreakerPolicy,
  clock: Clock,
  onChange: (state: BreakerState) => void,
): ShopBreaker {
  const failures = new DistinctFailures(policy);
  let opensUntil = 0;
  let trials = 0;

  // cockatiel compares this duration with the wall clock; ours runs on the monotonic one, which never jumps.
  const openTime: IBackoff<unknown> = {
    get duration() {
      return clock.monotonic() >= opensUntil ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    },
    next: () => {
      opensUntil = clock.monotonic() + policy.openMs;
      return openTime;
    },
  };
  const breaker: CircuitBreakerPolicy = circuitBreaker(
    handleWhenResult((judged) => (judged as Judged<unknown>).verdict === 'failure'),
    { breaker: failures, halfOpenAfter: openTime, halfOpenSampling: { calls: policy.trials, threshold: 0 } },
  );
  breaker.onStateChange((state) => {
    if (state === CircuitState.HalfOpen) trials = 0;
    onChange(names[state] ?? 'open');
  });

  const refusedForMs = (): number => {
    if (breaker.state === CircuitState.Open) return Math.max(0, opensUntil - clock.monotonic());
    // Callers beyond the trial calls would wait for their verdict inside cockatiel, without any limit.
    return breaker.state === CircuitState.HalfOpen && trials >= policy.trials ? 1000 : 0;
  };

  const assertClosed = (operation: string): void => {
    const retryAfterMs = refusedForMs();
    if (retryAfterMs > 0) {
      throw new CircuitOpenError(
        `Calls to ${shop} are stopped after failures in a row; the next is let through in ${Math.ceil(retryAfterMs)} ms.`,
        retryAfterMs,
        { shop, operation },
      );
    }
  };

  return {
    state: () => names[breaker.state] ?? 'open',
    assertClosed,
    async run<T>(
      operation: string,
      attempt: () => Promise<T>,
      judge: (result: T, state: BreakerState) => BreakerVerdict,
    ) {
      assertClosed(operation);
      try {
        const judged = await breaker.execute(async (): Promise<Judged<T>> => {
          if (breaker.state === CircuitState.HalfOpen) trials += 1;
          const result = await attempt();
          const verdict = judge(result, names[breaker.state] ?? 'open');
          if (verdict === 'neutral') throw new Neutral(result);
          if (verdict === 'failure') failures.note(operation);
          return { verdict, result };
        });
        return judged.result;
      } catch (error) {
        if (error instanceof Neutral) return (error as Neutral<T>).result;
        throw error;
      }
    },
  };
}
