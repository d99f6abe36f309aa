import {
  type CircuitBreakerPolicy,
  CircuitState,
  circuitBreaker,
  handleWhenResult,
  type IBackoff,
  type IBreaker,
} from 'cockatiel';
import { CircuitOpenError } from '../errors/errors.ts';
import { sleep } from '../internal/abort.ts';
import type { Clock } from '../internal/clock.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import type { BreakerState } from '../ports/events.ts';

/** How an attempt ended, as far as the breaker cares. `neutral` neither helps nor harms. */
export type BreakerVerdict = 'success' | 'failure' | 'neutral';

/** Hands a verdict to cockatiel, which has counted it when the promise resolves. */
type Deliver = (verdict: BreakerVerdict) => Promise<void>;

/** Milliseconds after which the trial calls may have ended. */
const trialWaitMs = 1000;

/** The circuit breaker of one shop. */
export interface ShopBreaker {
  state(): BreakerState;
  /** Opens a closed breaker for so many milliseconds, on news from elsewhere. */
  openFor(ms: number): void;
  /** Hears the news of other processes, where there are any; nothing to wait for otherwise. */
  refresh(): Promise<void> | undefined;
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
    const opens =
      this.state.failures >= this.#policy.failures && this.state.operations.length >= this.#policy.operations;
    // What fails late, begun before the opening, counts anew.
    if (opens) this.success();
    return opens;
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
  // Places of trial calls that ended without a verdict, for the next callers; a new list for each half-open time.
  let vacant: Deliver[] = [];

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
  const build = (initialState?: unknown): CircuitBreakerPolicy => {
    const built = circuitBreaker(
      handleWhenResult((verdict) => verdict === 'failure'),
      {
        breaker: failures,
        halfOpenAfter: openTime,
        halfOpenSampling: { calls: policy.trials, threshold: 0 },
        ...(initialState !== undefined && { initialState }),
      },
    );
    built.onStateChange((state) => {
      trials = 0;
      vacant = [];
      onChange(names[state] ?? 'open');
    });
    return built;
  };
  // Made at the first failure: until then there is nothing to count, and of many thousand shops few ever fail.
  let breaker: CircuitBreakerPolicy | undefined;
  const state = (): BreakerState => (breaker ? (names[breaker.state] ?? 'open') : 'closed');

  /** Enters cockatiel's breaker, which waits for a verdict. */
  const newPlace = (): Deliver => {
    breaker ??= build();
    const entered = breaker;
    const verdict = Promise.withResolvers<BreakerVerdict>();
    const counted = entered.execute(() => verdict.promise);
    if (entered.state === CircuitState.HalfOpen) trials += 1;
    return async (value) => {
      // News from elsewhere have put another breaker in its place.
      if (entered !== breaker) return countLate(value);
      verdict.resolve(value);
      await counted;
    };
  };

  /** Counts a call that began before there was this breaker; where others have opened it since, it is decided. */
  const countLate = async (verdict: BreakerVerdict): Promise<void> => {
    if (state() === 'closed') await newPlace()(verdict);
  };

  const refusedForMs = (): number => {
    if (!breaker) return 0;
    if (breaker.state === CircuitState.Open) return Math.max(0, opensUntil - clock.monotonic());
    // Callers beyond the trial calls would wait for their verdict inside cockatiel, without any limit.
    const full = trials >= policy.trials && vacant.length === 0;
    return breaker.state === CircuitState.HalfOpen && full ? trialWaitMs : 0;
  };

  const assertClosed = (operation: string): void => {
    const retryAfterMs = refusedForMs();
    if (retryAfterMs > 0) {
      throw new CircuitOpenError(
        `Calls to ${shop} are stopped after failures in a row; the next is let through in ${Math.ceil(retryAfterMs)} ms.`,
        { retryAfterMs, shop, operation },
      );
    }
  };

  return {
    state,
    assertClosed,
    refresh: () => undefined,
    openFor(ms) {
      if (state() !== 'closed') return;
      // cockatiel has no way to open a breaker from outside, but it can be built open.
      const ownState = { value: CircuitState.Open, openedAt: 0, attemptNo: 1 };
      breaker = build({ ownState, breakerState: { failures: 0, operations: [] } });
      opensUntil = clock.monotonic() + ms;
      onChange('open');
    },
    async run<T>(
      operation: string,
      attempt: () => Promise<T>,
      judge: (result: T, state: BreakerState) => BreakerVerdict,
    ): Promise<T> {
      assertClosed(operation);
      const place = breaker && (vacant.pop() ?? newPlace());
      const places = state() === 'half-open' ? vacant : undefined;
      let verdict: BreakerVerdict = 'neutral';
      try {
        const result = await attempt();
        verdict = judge(result, state());
        if (verdict === 'failure') failures.note(operation);
        return result;
      } finally {
        // cockatiel would take what it does not count for the success of a trial: it hears of verdicts only.
        if (verdict === 'neutral') {
          if (place) places?.push(place);
        } else if (place) await place(verdict);
        else if (verdict === 'failure' || breaker) await countLate(verdict);
      }
    },
  };
}

/** Milliseconds between two looks at the store: news of an open breaker is at most so old. */
const lookEveryMs = 1000;

/** Milliseconds that a look may hold a call. A store that is slow or gone leaves each process to itself. */
const lookLimitMs = 250;

export interface SharedBreaker {
  readonly breaker: ShopBreaker;
  /** To be told of each change of the breaker. */
  readonly tell: (state: 'closed' | 'open' | 'half-open') => void;
}

/**
 * Shares the news of an open breaker with other processes: who finds the shop failing writes it down, and
 * the others stop too, without failures of their own. Each tries the shop again by itself afterwards.
 *
 * @param onError Hears of a store that fails; the calls go on without it.
 */
export function shareBreaker(
  local: ShopBreaker,
  store: BreakerStore,
  key: string,
  openMs: number,
  clock: Clock,
  onError: (error: unknown) => void,
): SharedBreaker {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;
  // What was read from the store must not be written back as news of our own.
  let adopting = false;

  const look = async (): Promise<void> => {
    const text = await store.get(key);
    const news = text === undefined ? undefined : parseJson(text);
    const until = isRecord(news) && typeof news['until'] === 'number' ? news['until'] : 0;
    // Wall time, since the clocks of two machines have no other origin in common; never longer than our own policy.
    const remainingMs = Math.min(openMs, until - clock.now());
    if (remainingMs <= 0) return;
    adopting = true;
    local.openFor(remainingMs);
    adopting = false;
  };

  const refresh = (): Promise<void> | undefined => {
    if (clock.monotonic() - lookedAt < lookEveryMs) return looking;
    lookedAt = clock.monotonic();
    const timer = new AbortController();
    const limit = sleep(clock, lookLimitMs, timer.signal).catch(() => undefined);
    looking = Promise.race([look().catch(onError), limit]).then(() => {
      timer.abort();
      looking = undefined;
    });
    return looking;
  };

  return {
    breaker: { ...local, refresh },
    tell(state) {
      if (adopting || state === 'half-open') return;
      const write =
        state === 'open'
          ? store.set(key, JSON.stringify({ until: clock.now() + openMs }), { ttlMs: openMs })
          : store.delete(key);
      write.catch(onError);
    },
  };
}

export interface BreakerPolicy {
  /** Failures in a row that open the breaker. Default 5. */
  readonly failures: number;
  /** Different operations that must be among them, so that one broken query does not stop a shop: 1 for a worker that runs a single one. Default 2. */
  readonly operations: number;
  /** Milliseconds it stays open. Default 300,000 (5 minutes). */
  readonly openMs: number;
  /** Calls let through at the same time to try the shop after that. Default 3. */
  readonly trials: number;
}

/**
 * Where processes tell one another that a shop's breaker is open: the part of a `KeyValueStore` that this
 * takes. Values are short texts.
 */
export interface BreakerStore {
  get(key: string): Promise<string | undefined>;
  /** Keeps the value for `ttlMs` milliseconds. */
  set(key: string, value: string, options: { readonly ttlMs: number }): Promise<void>;
  delete(key: string): Promise<unknown>;
}
