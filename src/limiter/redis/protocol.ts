import type { ThrottleStatus } from '../../ports/rate-limiter.ts';
import { isPoints } from '../bucket.ts';
import type { TokenBucketSettings } from '../token-bucket.ts';
import type { Waiter } from '../wait-queue.ts';
import { type CostMark, type CostNews, type CostReply, readCosts } from './learned-costs.ts';

/** What a process reports to Redis about itself and one bucket, and what it requests. */
export interface ScriptRequest {
  /** The process has stopped using the bucket. */
  readonly leaves: boolean;
  /** Points and count of the permits that are out, without those that ended. */
  readonly held: { readonly points: number; readonly count: number };
  /** Points spent by all permits that have ended, and how many of them Redis has confirmed. */
  readonly spent: number;
  readonly reportedSpent: number;
  /** The most points that may be missing in the bucket without Redis knowing. */
  readonly owedAtMost: number;
  readonly waitingPoints: number;
  readonly ended: readonly EndedPermit[];
  /** Costs that this process has learned, and the mark up to which it knows those of the others. */
  readonly learned: readonly CostNews[];
  readonly heard: CostMark;
  /** The calls that want a permit, in the order in which they are served. */
  readonly candidates: readonly Waiter[];
  readonly nowMs: number;
}

/** An ended permit, as reported to Redis. */
export interface EndedPermit {
  readonly points: number;
  readonly spent: number;
  /** `spent` of the bucket when the permit was given, and the epoch of the bucket at that time. */
  readonly spentBefore: number;
  readonly epoch: number;
  readonly status: ThrottleStatus | undefined;
}

/** The bucket after the report and the grants. Points may be fractions. */
export interface ScriptReply {
  /** Identifies this incarnation of the bucket: it starts again if Redis has lost it. */
  readonly epoch: number;
  /** How many candidates, from the first, got their permits. */
  readonly granted: number;
  /** Milliseconds until the first of the others should ask again. */
  readonly waitMs: number;
  readonly level: number;
  readonly maximumAvailable: number;
  readonly restoreRate: number;
  readonly reserved: number;
  readonly inFlight: number;
  readonly spent: number;
  readonly confirmed: boolean;
  /** Processes with a lease. */
  readonly processes: number;
  /** Points that others wait for ahead of the first candidate without a permit. */
  readonly pointsAhead: number;
  /** The key was damaged, and its bucket has started again. */
  readonly isReplaced: boolean;
  /** Costs that others have learned; `undefined` if Redis has none. */
  readonly costs: CostReply | undefined;
}

/** Redis is available, but the script cannot use this bucket: a newer version or another program has written it. */
export class UnusableBucketError extends Error {}

/** Milliseconds between two calls of a waiting process, because permits of others may end early. */
const pollMs = 250;

/** The same, while one call learns the size of the bucket. */
const trialPollMs = 25;

/** Milliseconds without a call after which a process loses its place in the queue: a dead one must not block others. */
const ticketMs = 1_500;

/** The longest time for which Redis keeps an idle bucket. */
const longestTtlMs = 30 * 24 * 3_600_000;

/** Arguments of `bucket.lua` that are the same in all calls of a process. */
export function fixedParameters(settings: Omit<TokenBucketSettings, 'clock'> & { readonly leaseMs: number }): number[] {
  const { leaseMs, idleMs, maximumAvailable, restoreRate, agingMs, softCeiling } = settings;
  const ttlMs = Math.ceil(Math.min(Math.max(idleMs, leaseMs), longestTtlMs));
  const times = [leaseMs, ttlMs, pollMs, trialPollMs, ticketMs];
  return [...times, maximumAvailable, restoreRate, agingMs, 1 - softCeiling];
}

/** The other arguments, which follow them. */
export function requestParameters(request: ScriptRequest): (string | number)[] {
  const { leaves, held, spent, reportedSpent, owedAtMost, waitingPoints, ended, candidates, nowMs } = request;
  const { learned, heard } = request;
  const own = [leaves ? 1 : 0, held.points, held.count, spent, reportedSpent, owedAtMost, waitingPoints, ended.length];
  const parameters: (string | number)[] = [...own, heard.born, heard.version, learned.length];
  for (const { points, spent: charged, spentBefore, epoch, status } of ended) {
    const numbers = [status?.maximumAvailable, status?.restoreRate].map((one) => (isPoints(one) ? one : ''));
    const current = Number.isFinite(status?.currentlyAvailable) ? (status?.currentlyAvailable ?? '') : '';
    parameters.push(points, charged, spentBefore, epoch, ...numbers, current);
  }
  for (const { operation, sample } of learned) parameters.push(operation, sample.estimate, sample.requested);
  for (const { isBackground, sinceMs, enteredMs, cost } of candidates) {
    parameters.push(isBackground ? 1 : 0, nowMs - sinceMs, nowMs - enteredMs, cost);
  }
  return parameters;
}

/**
 * Reads the reply of the script.
 *
 * @throws UnusableBucketError if the script cannot use the bucket.
 * @throws Error if the reply is not from this script.
 */
export function readReply(reply: string): ScriptReply {
  if (reply.startsWith('newer ')) {
    throw new UnusableBucketError('A newer version of shopwright keeps this bucket in Redis');
  }
  const [first = '', ...costs] = reply.split('\n');
  const numbers = first.split(' ').map(Number);
  if (numbers.length !== 13 || !numbers.every(Number.isFinite)) {
    throw new Error('Redis did not reply with the numbers of a bucket.');
  }
  const [epoch = 0, granted = 0, waitMs = 0, level = 0, maximumAvailable = 0, restoreRate = 0] = numbers;
  const [reserved = 0, inFlight = 0, spent = 0, confirmed = 0, processes = 0, pointsAhead = 0, replaced = 0] =
    numbers.slice(6);
  return {
    ...{ epoch, granted, waitMs, level, maximumAvailable, restoreRate, reserved, inFlight, spent },
    ...{ confirmed: confirmed === 1, processes, pointsAhead, isReplaced: replaced === 1, costs: readCosts(costs) },
  };
}
