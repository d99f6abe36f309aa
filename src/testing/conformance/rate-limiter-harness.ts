import type { AcquireRequest, BucketScope, LimiterStatus, Permit, RateLimiter } from '../../ports/rate-limiter.ts';
import type { ConformanceRunner } from './runner.ts';

/** A limiter under test, and control over its time. */
export interface RateLimiterSubject {
  readonly limiter: RateLimiter;
  /** Advances the limiter's time by this number of milliseconds, so that everything due happens. */
  advance(ms: number): Promise<void>;
  /** Called at the end of each case, after the limiter is closed. */
  dispose?(): Promise<void>;
}

/** The settings to create the limiter of a case with, if it has them. */
export interface RateLimiterTerms {
  /** Milliseconds after which a waiting background call ranks equal to a new interactive one. */
  readonly agingMs: number;
  /** Share of the bucket that background calls may use while there are interactive calls. */
  readonly softCeiling: number;
}

/** Optional abilities of a limiter. Default: all of them. */
export interface RateLimiterAbilities {
  /** A background call that has waited long enough goes before interactive ones. If `false`: never. */
  readonly aging?: boolean;
  /** Background calls leave part of the bucket to interactive ones. If `false`: they may use all of it. */
  readonly softCeiling?: boolean;
  /**
   * An aborted call leaves the line at once. If `false`: it keeps its place, and those behind it wait until its
   * points are there; they are then returned.
   */
  readonly leaving?: boolean;
  /** A call whose cost rises while it waits keeps its place. If `false`: it goes to the end of its queue. */
  readonly repricing?: boolean;
}

/** A statement about a limiter, and its proof. */
export interface LimiterCase {
  readonly name: string;
  /** What the limiter must be able to do for the sentence to hold, or not be able to where `without`. */
  readonly ability?: keyof RateLimiterAbilities;
  readonly without?: boolean;
  check(harness: LimiterHarness, expect: ConformanceRunner['expect']): Promise<void>;
}

/** The outcome of a call. */
export interface WatchedCall {
  outcome: 'waiting' | 'granted' | 'rejected';
  /** The error it was rejected with. */
  reason: unknown;
}

/** The tools of a case. */
export interface LimiterHarness extends RateLimiterSubject {
  /** Requests an interactive permit from the case's own bucket. */
  ask(cost: number, more?: Partial<AcquireRequest>): Promise<Permit>;
  /** Requests a permit without waiting for it. */
  watch(cost: number, more?: Partial<AcquireRequest>): WatchedCall;
  /** Has the shop confirm a bucket of 1,000 points with this number left. Rate: points per second. */
  confirm(currentlyAvailable: number, restoreRate?: number): Promise<void>;
  status(): LimiterStatus;
  /** Points that can be granted now, in hundreds, so that the refill during a case does not show. */
  hundreds(): number;
}

/** The bucket that cases use. */
export const scope: BucketScope = { shop: 'conformance.myshopify.com', app: 'default' };

/** Its size in points. */
export const maximumAvailable = 1_000;

/** Points per second: so few that the refill during a case does not matter, even on a real clock. */
export const slowRate = 1;

/** The terms of all cases: so short that a case can wait for it. */
export const agingMs = 100;

export const softCeiling = 0.8;

/** Puts the helpers of the cases around a subject. */
export function createLimiterHarness(subject: RateLimiterSubject): LimiterHarness {
  const { limiter } = subject;
  const ask: LimiterHarness['ask'] = (cost, more) =>
    limiter.acquire({ ...scope, cost, priority: 'interactive', ...more });
  const status = (): LimiterStatus => {
    const now = limiter.status(scope);
    if (!now) throw new Error('The limiter has no status for a bucket that was used.');
    return now;
  };
  return {
    ...subject,
    ask,
    status,
    watch(cost, more) {
      const call: WatchedCall = { outcome: 'waiting', reason: undefined };
      ask(cost, more).then(
        () => {
          call.outcome = 'granted';
        },
        (reason: unknown) => {
          call.outcome = 'rejected';
          call.reason = reason;
        },
      );
      return call;
    },
    async confirm(currentlyAvailable, restoreRate = slowRate) {
      const permit = await ask(0, { priority: 'background' });
      permit.settle({ actualCost: 0, throttleStatus: { maximumAvailable, currentlyAvailable, restoreRate } });
      await subject.advance(1);
    },
    hundreds: () => Math.round(status().available / 100),
  };
}

/** The code of the error that a call was rejected with. */
export function codeOf({ reason }: WatchedCall): unknown {
  return typeof reason === 'object' && reason !== null && 'code' in reason ? reason.code : undefined;
}
