import type { CircuitBreakerPolicy, IBackoff, IBreaker } from 'cockatiel';
import { CircuitOpenError, type ErrorCode, type ShopwrightError } from '../errors/errors.ts';
import { sleep } from '../internal/abort.ts';
import type { Clock } from '../internal/clock.ts';
import { isRecord, parseJson } from '../internal/json.ts';
import { lateModule } from '../internal/late-module.ts';
import type { BreakerState } from '../ports/events.ts';

/** When a shop's circuit breaker opens, for how long, and how it closes again. */
export interface BreakerPolicy {
  /** Consecutive failures that open the breaker, including those of retries. Default 5. */
  readonly failures: number;
  /**
   * Number of different operations among these failures, so that one broken query does not stop a shop, however often
   * it is retried. Set 1 for a worker that runs a single operation. Default 2.
   */
  readonly operations: number;
  /** Milliseconds for which the breaker stays open. Default 300,000 (5 minutes). */
  readonly openMs: number;
  /** Number of concurrent trial calls let through after that. Default 3. */
  readonly trials: number;
}

/**
 * Shares between processes that a shop's breaker is open: the part of a `KeyValueStore` needed for it. Values are short
 * strings.
 */
export interface BreakerStore {
  /** Returns the value, or `undefined` if there is none. */
  get(key: string): Promise<string | undefined>;
  /** Stores the value for `ttlMs` milliseconds. */
  set(key: string, value: string, options: { readonly ttlMs: number }): Promise<void>;
  /** Removes the value. The result is ignored. */
  delete(key: string): Promise<unknown>;
}

/** Result of an attempt for the breaker. `neutral` has no effect. */
export type BreakerVerdict = 'success' | 'failure' | 'neutral';

/** Errors that count as failures of a shop. */
const troubles: ReadonlySet<ErrorCode> = new Set(['NETWORK_ERROR', 'TIMEOUT', 'DEADLINE_EXCEEDED']);

/**
 * Errors that count only if retryable: a status from 500 on, or HTML instead of JSON, but not a response that is too
 * large.
 */
const signsOfTrouble: ReadonlySet<ErrorCode> = new Set(['HTTP_ERROR', 'INVALID_RESPONSE']);

/** 5xx, network errors and timeouts are failures; a refusal shows that the shop responds. */
export function verdictOn(error: ShopwrightError): BreakerVerdict {
  const isTrouble = troubles.has(error.code) || (signsOfTrouble.has(error.code) && error.isRetryable);
  return isTrouble ? 'failure' : 'success';
}

/** Notifies one client of the breaker that it shares with others. */
export interface BreakerListener {
  /**
   * Called when a call of this client changed the breaker. If several calls end at the same moment, only one client is
   * notified. Changes by other processes are reported to the client that called last.
   */
  changed(state: BreakerState): void;
  /** Called when the store that processes share failed; calls continue without it. */
  storeFailed(error: unknown): void;
}

interface BreakerSettings {
  readonly shop: string;
  readonly policy: BreakerPolicy;
  readonly clock: Clock;
  readonly sharing?: Sharing | undefined;
}

/** Where processes share that a breaker is open. */
interface Sharing {
  readonly store: BreakerStore;
  readonly key: string;
}

type Cockatiel = typeof import('cockatiel');

/** A place in cockatiel's breaker: takes the verdict of one attempt, and resolves once it is counted. */
type Place = (operation: string, verdict: BreakerVerdict) => Promise<void>;

/** Milliseconds after which the trial calls may have ended. */
const trialWaitMs = 1000;

/** Milliseconds between two reads of the store, so information about an open breaker is at most this old. */
const lookEveryMs = 1000;

/** Milliseconds for which a read may delay a call. With a slow or failed store, each process decides alone. */
const lookLimitMs = 250;

/**
 * Loaded at the first failure: few shops ever fail, and these modules take longer to load than the client's.
 */
const loadCockatiel = lateModule(() => import('cockatiel'));

/**
 * The circuit breaker of one app on one shop, for all its clients in this process.
 *
 * cockatiel keeps the states: closed, open, and half-open with trial calls. This class adds three rules: failures must
 * come from different operations, an attempt may end without a verdict, and callers beyond the trial calls are refused
 * instead of waiting.
 *
 * With a store, processes share an open breaker: the process that opens it stores this, and the others stop too,
 * without failures of their own. Afterwards, each process makes its own trial calls.
 */
export class ShopBreaker {
  readonly #shop: string;
  readonly #policy: BreakerPolicy;
  readonly #clock: Clock;
  readonly #sharing: Sharing | undefined;
  readonly #failures: DistinctFailures;

  #circuit: CircuitBreakerPolicy | undefined;
  #state: BreakerState = 'closed';
  /** Monotonic time at which trial calls begin. */
  #opensUntil = 0;
  /** Trial calls that were let through. */
  #trials = 0;
  /** Places of trial calls that ended without a verdict, for the next callers; a new list for each half-open period. */
  #vacant: Place[] = [];
  /** Whether there has been a failure, so that verdicts are counted. */
  #isCounting = false;

  #listener: BreakerListener | undefined;
  #onNextUse: (() => void) | undefined;
  #usedAtMs: number;
  #inFlight = 0;

  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor({ shop, policy, clock, sharing }: BreakerSettings) {
    this.#shop = shop;
    this.#policy = policy;
    this.#clock = clock;
    this.#sharing = sharing;
    this.#failures = new DistinctFailures(policy);
    this.#usedAtMs = clock.monotonic();
  }

  state(): BreakerState {
    return this.#state;
  }

  /**
   * Whether the breaker can be dropped: no call is in flight, and there was none for that many milliseconds, plus the
   * time it stays open if it is not closed.
   */
  isIdle(forMs: number): boolean {
    const longEnoughMs = this.#state === 'closed' ? forMs : forMs + this.#policy.openMs;
    return this.#inFlight === 0 && this.#clock.monotonic() - this.#usedAtMs >= longEnoughMs;
  }

  /** Runs a function at the next use of the breaker by a client. */
  onNextUse(run: () => void): void {
    this.#onNextUse = run;
  }

  /**
   * Reads from the store whether the breaker is open, at most once a second; `undefined` if there is nothing to wait
   * for.
   */
  refresh(listener: BreakerListener): Promise<void> | undefined {
    this.#use(listener);
    const nowMs = this.#clock.monotonic();
    if (!this.#sharing || nowMs - this.#lookedAtMs < lookEveryMs) return this.#looking;
    this.#lookedAtMs = nowMs;
    const timer = new AbortController();
    const limit = sleep(this.#clock, lookLimitMs, timer.signal).catch(() => undefined);
    const look = this.#look(this.#sharing).catch((error: unknown) => this.#listener?.storeFailed(error));
    this.#looking = Promise.race([look, limit]).then(() => {
      timer.abort();
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** @throws CircuitOpenError while calls are refused. */
  assertClosed(operation: string): void {
    const retryAfterMs = this.#refusedForMs();
    if (retryAfterMs > 0) {
      throw new CircuitOpenError(
        `Calls to ${this.#shop} are stopped after failures in a row; the next is let through in ${Math.ceil(retryAfterMs)} ms.`,
        { retryAfterMs, shop: this.#shop, operation },
      );
    }
  }

  /**
   * Runs one attempt and takes its verdict.
   *
   * @param listener Notified of changes by this attempt, and of all later changes until another attempt runs. @throws
   * CircuitOpenError if the breaker refuses the attempt, which then does not run.
   */
  async run<T>(
    operation: string,
    attempt: () => Promise<T>,
    classify: (result: T) => BreakerVerdict,
    listener?: BreakerListener,
  ): Promise<T> {
    this.#use(listener);
    this.assertClosed(operation);
    const place = this.#circuit && (this.#vacant.pop() ?? this.#enter(this.#circuit));
    const vacant = this.#state === 'half-open' ? this.#vacant : undefined;
    let verdict: BreakerVerdict = 'neutral';
    this.#inFlight += 1;
    try {
      const result = await attempt();
      // The verdict changes the breaker, so the client that delivers it is notified.
      this.#use(listener);
      verdict = classify(result);
      return result;
    } finally {
      this.#inFlight -= 1;
      if (verdict === 'failure') this.#isCounting = true;
      // cockatiel counts anything but a failure as a successful trial, so it never gets a neutral verdict.
      if (verdict === 'neutral') {
        if (place) vacant?.push(place);
      } else if (place) await place(operation, verdict);
      else if (this.#isCounting) await this.#countLate(operation, verdict);
    }
  }

  /** Opens a closed breaker for that many milliseconds, because another process opened it. */
  async openFor(ms: number): Promise<void> {
    const opensUntil = this.#clock.monotonic() + ms;
    const cockatiel = await loadCockatiel();
    if (this.#state !== 'closed') return;
    // cockatiel has no way to open a breaker from outside, but it can be built open.
    const ownState = { value: cockatiel.CircuitState.Open, openedAt: 0, attemptNo: 1 };
    this.#circuit = this.#build(cockatiel, { ownState, breakerState: { failures: 0, operations: [] } });
    this.#opensUntil = opensUntil;
    this.#state = 'open';
    // Not published, since it was read from the store.
    this.#listener?.changed('open');
  }

  #use(listener: BreakerListener | undefined): void {
    if (listener) this.#listener = listener;
    this.#usedAtMs = this.#clock.monotonic();
    this.#onNextUse?.();
    this.#onNextUse = undefined;
  }

  #refusedForMs(): number {
    if (this.#state === 'open') return Math.max(0, this.#opensUntil - this.#clock.monotonic());
    // Callers beyond the trial calls would wait for their verdict inside cockatiel, without any limit.
    const isFull = this.#trials >= this.#policy.trials && this.#vacant.length === 0;
    return this.#state === 'half-open' && isFull ? trialWaitMs : 0;
  }

  #build({ circuitBreaker, handleWhenResult }: Cockatiel, initialState?: unknown): CircuitBreakerPolicy {
    const circuit = circuitBreaker(
      handleWhenResult((verdict) => verdict === 'failure'),
      {
        breaker: this.#failures,
        halfOpenAfter: this.#openTime(),
        halfOpenSampling: { calls: this.#policy.trials, threshold: 0 },
        ...(initialState !== undefined && { initialState }),
      },
    );
    circuit.onBreak(() => this.#become('open'));
    circuit.onHalfOpen(() => this.#become('half-open'));
    circuit.onReset(() => this.#become('closed'));
    return circuit;
  }

  /** cockatiel compares this duration with the wall clock; ours runs on the monotonic one, which never jumps. */
  #openTime(): IBackoff<unknown> {
    const isOver = (): boolean => this.#clock.monotonic() >= this.#opensUntil;
    const openTime: IBackoff<unknown> = {
      get duration() {
        return isOver() ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      },
      next: () => {
        this.#opensUntil = this.#clock.monotonic() + this.#policy.openMs;
        return openTime;
      },
    };
    return openTime;
  }

  #become(state: BreakerState): void {
    this.#state = state;
    this.#trials = 0;
    this.#vacant = [];
    this.#listener?.changed(state);
    if (this.#sharing && state !== 'half-open') this.#publish(this.#sharing, state);
  }

  #enter(circuit: CircuitBreakerPolicy): Place {
    const given = Promise.withResolvers<BreakerVerdict>();
    const counted = circuit.execute(() => given.promise);
    if (this.#state === 'half-open') this.#trials += 1;
    return async (operation, verdict) => {
      // Another process has opened the breaker, which replaced this circuit.
      if (circuit !== this.#circuit) return this.#countLate(operation, verdict);
      if (verdict === 'failure') this.#failures.note(operation);
      given.resolve(verdict);
      await counted;
    };
  }

  /** Counts an attempt that began before this circuit existed, unless the breaker has opened since. */
  async #countLate(operation: string, verdict: BreakerVerdict): Promise<void> {
    const cockatiel = await loadCockatiel();
    if (this.#state !== 'closed') return;
    this.#circuit ??= this.#build(cockatiel);
    await this.#enter(this.#circuit)(operation, verdict);
  }

  async #look({ store, key }: Sharing): Promise<void> {
    const text = await store.get(key);
    const news = text === undefined ? undefined : parseJson(text);
    const until = isRecord(news) && typeof news['until'] === 'number' ? news['until'] : 0;
    // Wall time, since monotonic clocks of two machines cannot be compared; limited to this process's own policy.
    const remainingMs = Math.min(this.#policy.openMs, until - this.#clock.now());
    if (remainingMs > 0) await this.openFor(remainingMs);
  }

  #publish({ store, key }: Sharing, state: 'open' | 'closed'): void {
    const { openMs } = this.#policy;
    const written =
      state === 'open'
        ? store.set(key, JSON.stringify({ until: this.#clock.now() + openMs }), { ttlMs: openMs })
        : store.delete(key);
    written.catch((error: unknown) => this.#listener?.storeFailed(error));
  }
}

/** Opens after a number of consecutive failures, if they came from enough different operations. */
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
    // Resets the count, so that late failures of attempts begun before count from 0.
    if (opens) this.success();
    return opens;
  }
}
