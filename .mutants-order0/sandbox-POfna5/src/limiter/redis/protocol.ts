// @ts-nocheck
import type { ThrottleStatus } from '../../ports/rate-limiter.ts';
import { isPoints } from '../bucket.ts';
import type { TokenBucketSettings } from '../token-bucket.ts';
import type { Waiter } from '../wait-queue.ts';
import { type CostMark, type CostNews, type CostReply, readCosts } from './learned-costs.ts';

/** What a process reports to Redis of itself and of one bucket, and asks for. */
export interface ScriptRequest {
  /** The process needs the bucket no longer. */
  readonly leaves: boolean;
  /** Points and count of the permits that are out, without those that ended. */
  readonly held: { readonly points: number; readonly count: number };
  /** Points that all ended permits spent, ever, and how much of it Redis has confirmed to know. */
  readonly spent: number;
  readonly reportedSpent: number;
  /** The most that the bucket is short of by what Redis does not know of. */
  readonly owedAtMost: number;
  readonly waitingPoints: number;
  readonly ended: readonly EndedPermit[];
  /** What this process has learned of costs, and how far it has heard what others have. */
  readonly learned: readonly CostNews[];
  readonly heard: CostMark;
  /** Those who want a permit, in the order in which they are served. */
  readonly candidates: readonly Waiter[];
  readonly nowMs: number;
}

/** A permit that ended, as Redis is told. */
export interface EndedPermit {
  readonly points: number;
  readonly spent: number;
  /** `spent` of the bucket when the permit was given, and the epoch of the bucket that this was in. */
  readonly spentBefore: number;
  readonly epoch: number;
  readonly status: ThrottleStatus | undefined;
}

/** The bucket after all that was reported and granted. Points may be fractions. */
export interface ScriptReply {
  /** Names this life of the bucket: it starts again where Redis has lost it. */
  readonly epoch: number;
  /** How many of the candidates, from the first on, have their permits. */
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
  /** Points that others wait for ahead of the first of the candidates without a permit. */
  readonly pointsAhead: number;
  /** The key was damaged, and its bucket has begun anew. */
  readonly isReplaced: boolean;
  /** What others have learned of costs; `undefined` where Redis knows of nothing. */
  readonly costs: CostReply | undefined;
}

/** Redis is there, but the script cannot use this one bucket: a newer version has written it, or another program. */
export class UnusableBucketError extends Error {}

/** Milliseconds between two calls of a process that waits: permits of others may end early. */
const pollMs = 250;

/** The same, while one call finds out the size of the bucket. */
const trialPollMs = 25;

/** Milliseconds after which a place in the queue is lost without a sign: a dead process must not hold up others. */
const ticketMs = 1_500;

/** The longest time for which Redis keeps an idle bucket: it takes no endless one. */
const longestTtlMs = 30 * 24 * 3_600_000;

/** Arguments of `bucket.lua` that are the same in all calls of a process. */
export function fixedParameters(settings: Omit<TokenBucketSettings, 'clock'> & { readonly leaseMs: number }): number[] {
  const { leaseMs, idleMs, maximumAvailable, restoreRate, agingMs, softCeiling } = settings;
  const ttlMs = Math.ceil(Math.min(Math.max(idleMs, leaseMs), longestTtlMs));
  const times = [leaseMs, ttlMs, pollMs, trialPollMs, ticketMs];
  return [...times, maximumAvailable, restoreRate, agingMs, 1 - softCeiling];
}

/** The other arguments, which come after them. */
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
 * @throws UnusableBucketError where the script has left the bucket alone.
 * @throws Error where it is no reply of this script.
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
