import { type LimiterStatus, type RateLimiter, tokenBucketLimiter } from 'shopwright/limiter';
import { describe, expect, it } from 'vitest';
import { describeRateLimiter } from '../../src/testing/conformance/rate-limiter.ts';
import type {
  RateLimiterAbilities,
  RateLimiterSubject,
  RateLimiterTerms,
} from '../../src/testing/conformance/rate-limiter-harness.ts';
import { createStepClock } from './step-clock.ts';

function subject(
  terms?: Partial<RateLimiterTerms>,
  wrap: (limiter: RateLimiter) => RateLimiter = (limiter) => limiter,
): RateLimiterSubject {
  const clock = createStepClock();
  return { limiter: wrap(tokenBucketLimiter({ clock, ...terms })), advance: (ms) => clock.step(ms) };
}

describeRateLimiter('tokenBucketLimiter', subject, { describe, it, expect });

/** Runs the suite and tells which cases fail. */
async function failures(
  create: (terms: RateLimiterTerms) => RateLimiterSubject,
  abilities?: RateLimiterAbilities,
): Promise<readonly string[]> {
  const cases: { readonly name: string; readonly body: () => Promise<void> }[] = [];
  const run = {
    describe: (_: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => cases.push({ name, body }),
    expect,
  };
  describeRateLimiter('a limiter', create, run, abilities);
  const failed: string[] = [];
  for (const { name, body } of cases) await body().catch(() => failed.push(name));
  return failed;
}

describe('the suite', () => {
  it('disposes of each subject once, after its limiter was closed', async () => {
    let made = 0;
    const ends: string[] = [];
    const create = (terms: RateLimiterTerms): RateLimiterSubject => {
      const one = subject(terms);
      const id = made++;
      const close = (): void => {
        ends.push(`close ${id}`);
        one.limiter.close();
      };
      const dispose = async (): Promise<void> => void ends.push(`dispose ${id}`);
      return { ...one, limiter: { ...one.limiter, close }, dispose };
    };
    expect(await failures(create)).toEqual([]);
    expect(ends.filter((end) => end.startsWith('dispose'))).toEqual(
      Array.from({ length: made }, (_, id) => `dispose ${id}`),
    );
    expect(ends.indexOf('close 0')).toBeLessThan(ends.indexOf('dispose 0'));
  });

  it('catches a limiter that forgets the status of a bucket', async () => {
    const forgetful = (limiter: RateLimiter): RateLimiter => ({ ...limiter, status: () => undefined });
    expect(await failures((terms) => subject(terms, forgetful))).toContain('grants no more than the bucket holds');
  });

  it('catches a limiter that grants everything', async () => {
    const generous = (limiter: RateLimiter): RateLimiter => ({
      ...limiter,
      acquire: async ({ cost }) => ({ cost, waitedMs: 0, settle: () => undefined, refund: () => undefined }),
      status: (): LimiterStatus => ({
        maximumAvailable: 1_000,
        available: 1_000,
        restoreRate: 1,
        reserved: 0,
        inFlight: 0,
        waiting: 0,
        waitingPoints: 0,
        confirmed: true,
      }),
    });
    expect((await failures((terms) => subject(terms, generous))).length).toBeGreaterThan(12);
  });

  it('holds a limiter to what it says it cannot do', async () => {
    const modest = await failures(subject, { aging: false, softCeiling: false, leaving: false, repricing: false });
    expect(modest).toEqual([
      'moves a call that becomes more expensive while it waits to the end of its queue',
      'serves interactive calls before a background one of any age',
      'gives background calls the whole bucket, even in interactive use',
      'rejects an aborted waiter at once, and serves the next when the points for both are restored',
    ]);
    const boastful = (): RateLimiterSubject => subject({ agingMs: 60_000, softCeiling: 1 });
    expect(await failures(boastful)).toEqual([
      'serves an aged background call before a later interactive one',
      'leaves a fifth of the bucket free of background calls while the shop is in interactive use',
    ]);
  });

  it('catches a limiter that puts a call that asks again behind all others', async () => {
    const forgetful = (limiter: RateLimiter): RateLimiter => ({
      ...limiter,
      acquire: ({ ageMs: _ageMs, ...request }) => limiter.acquire(request),
    });
    expect(await failures((terms) => subject(terms, forgetful))).toEqual([
      'serves a call that asks again before calls that arrived after its first request',
    ]);
  });

  it('catches a limiter that never asks again what a call costs', async () => {
    const stubborn = (limiter: RateLimiter): RateLimiter => ({
      ...limiter,
      acquire: ({ costNow: _costNow, ...request }) => limiter.acquire(request),
    });
    expect(await failures((terms) => subject(terms, stubborn))).toEqual([
      'charges a waiter that has become more expensive its cost at its turn',
      'rejects a waiter that has become more expensive than the bucket can hold, and serves the next',
      'keeps a waiter that has become cheaper if the bucket shrinks below its former cost',
      'does not refuse a call because of former costs of the calls ahead of it',
      'rejects a waiter whose cost function throws, and serves the next',
    ]);
  });
});
