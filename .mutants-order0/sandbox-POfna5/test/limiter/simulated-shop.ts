// @ts-nocheck
import { type RateLimiter, tokenBucketLimiter } from 'shopwright/limiter';
import { createStepClock, type StepClock } from './step-clock.ts';

/** Figures of one race against a simulated shop. */
export interface Race {
  readonly calls: number;
  readonly throttled: number;
  /** Points spent for each point that the bucket allowed. */
  readonly utilisation: number;
  readonly longestWaitMs: number;
  /** Calls of each limiter. */
  readonly shares: readonly number[];
}

/** The time of a race, and the limiters over which its callers are spread. */
export interface Venue {
  readonly clock: StepClock;
  readonly limiters: readonly RateLimiter[];
}

function oneProcess(): Venue {
  const clock = createStepClock();
  return { clock, limiters: [tokenBucketLimiter({ clock })] };
}

export interface RaceOptions {
  readonly seed: number;
  /** Points in the bucket at the start. */
  readonly startingWith: number;
  readonly concurrency?: number;
  readonly seconds?: number;
  readonly maximumAvailable?: number;
  readonly restoreRate?: number;
  /** Part of the responses that get lost. Default 0. */
  readonly lost?: number;
  /** Points per second that somebody else spends in the same bucket. Default 0. */
  readonly stolenPerSecond?: number;
}

const scope = { shop: 'acme.myshopify.com', app: 'default' };

/** mulberry32, so that a race can be run again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Callers that send one call after the other, each until it is not throttled, for a while. */
export async function race(options: RaceOptions, venue: Venue = oneProcess()): Promise<Race> {
  const { concurrency = 32, seconds = 60, maximumAvailable = 2_000, restoreRate = 100, lost = 0 } = options;
  const { clock, limiters } = venue;
  const chance = random(options.seed);
  const between = (low: number, high: number): number => low + chance() * (high - low);
  const travel = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimer(resolve, ms));

  let available = options.startingWith;
  let refilledAt = clock.monotonic();
  let spent = 0;
  const refill = (): void => {
    available = Math.min(maximumAvailable, available + ((clock.monotonic() - refilledAt) * restoreRate) / 1_000);
    refilledAt = clock.monotonic();
  };
  const status = () => ({ maximumAvailable, currentlyAvailable: available, restoreRate });

  const shares = limiters.map(() => 0);
  let throttled = 0;
  let longestWaitMs = 0;
  let isOver = false;

  const send = async (limiter: RateLimiter, cost: number): Promise<boolean> => {
    const permit = await limiter.acquire({ ...scope, cost, priority: 'interactive' });
    longestWaitMs = Math.max(longestWaitMs, permit.waitedMs);
    const process = limiters.indexOf(limiter);
    shares[process] = (shares[process] ?? 0) + 1;
    // The way there, the work and the way back take 20 to 80 ms together.
    await travel(between(5, 20));
    refill();
    if (cost > available + 1e-9) {
      throttled += 1;
      const throttleStatus = status();
      await travel(between(10, 40));
      permit.settle({ throttled: true, throttleStatus });
      return false;
    }
    available -= cost;
    spent += cost;
    await travel(between(10, 40));
    refill();
    const actualCost = cost * between(0.3, 1);
    available = Math.min(maximumAvailable, available + cost - actualCost);
    spent -= cost - actualCost;
    const throttleStatus = status();
    await travel(between(5, 20));
    permit.settle(chance() < lost ? {} : { actualCost, throttleStatus });
    return true;
  };

  const caller = async (limiter: RateLimiter): Promise<void> => {
    while (!isOver) {
      const cost = Math.round(between(1, 100));
      while (!(await send(limiter, cost)) && !isOver) await travel(50);
    }
  };
  const thief = async (pointsPerSecond: number): Promise<void> => {
    while (!isOver) {
      await travel(1_000);
      refill();
      const taken = Math.min(available, pointsPerSecond);
      available -= taken;
      spent += taken;
    }
  };

  for (let one = 0; one < concurrency; one++) {
    const limiter = limiters[one % limiters.length];
    if (limiter) void caller(limiter).catch(() => undefined);
  }
  if (options.stolenPerSecond) void thief(options.stolenPerSecond);
  await clock.step(seconds * 1_000);
  isOver = true;
  for (const limiter of limiters) limiter.close();
  const calls = shares.reduce((sum, share) => sum + share, 0);
  return {
    calls,
    throttled,
    longestWaitMs,
    shares,
    utilisation: spent / (options.startingWith + seconds * restoreRate),
  };
}
