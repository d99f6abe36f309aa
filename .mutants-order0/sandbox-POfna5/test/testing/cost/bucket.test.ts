// @ts-nocheck
import fc from 'fast-check';
import { createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { bucketFor, createBucket } from '../../../src/testing/fake/cost/bucket.ts';

describe('createBucket', () => {
  it('refills without steps, to the fraction of a point', async () => {
    const clock = createManualClock();
    const bucket = createBucket({ clock, maximumAvailable: 2_000, restoreRate: 100, currentlyAvailable: 0 });
    await clock.advance(1);
    expect(bucket.status().currentlyAvailable).toBeCloseTo(0.1, 9);
    await clock.advance(999);
    expect(bucket.status()).toEqual({ maximumAvailable: 2_000, currentlyAvailable: 100, restoreRate: 100 });
  });

  it('takes all the points asked for, or none', () => {
    const bucket = createBucket({ clock: createManualClock(), maximumAvailable: 100, restoreRate: 50 });
    expect(bucket.take(60)).toBe(true);
    expect(bucket.take(40.5)).toBe(false);
    expect(bucket.status().currentlyAvailable).toBe(40);
    expect(bucket.take(40)).toBe(true);
  });

  it('gives back what was not used, and never more than it holds', async () => {
    const clock = createManualClock();
    const bucket = createBucket({ clock, maximumAvailable: 100, restoreRate: 50 });
    bucket.take(60);
    await clock.advance(1_000);
    bucket.refund(50);
    expect(bucket.status().currentlyAvailable).toBe(100);
    expect(bucket.usage()).toEqual({ used: 10, possible: 110, lost: 40 });
  });

  it('counts from the first call what could have been used', async () => {
    const clock = createManualClock();
    const bucket = createBucket({ clock, maximumAvailable: 100, restoreRate: 10, currentlyAvailable: 40 });
    await clock.advance(60_000);
    expect(bucket.usage()).toEqual({ used: 0, possible: 0, lost: 0 });
    bucket.take(100);
    await clock.advance(5_000);
    expect(bucket.usage()).toEqual({ used: 100, possible: 150, lost: 0 });
    await clock.advance(10_000);
    expect(bucket.usage()).toEqual({ used: 100, possible: 200, lost: 50 });
  });

  it('stays between nothing and its maximum, whatever happens', async () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 30_000 }),
      take: fc.double({ min: 0, max: 1_500, noNaN: true }),
      usedShare: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 2_000 }), (steps, maximumAvailable) => {
        let now = 0;
        const clock = { now: () => now, monotonic: () => now, setTimer: () => () => undefined };
        const bucket = createBucket({ clock, maximumAvailable, restoreRate: 50 });
        for (const { wait, take, usedShare } of steps) {
          now += wait;
          if (bucket.take(take)) bucket.refund(take * (1 - usedShare));
          const { currentlyAvailable } = bucket.status();
          const { used, possible } = bucket.usage();
          expect(currentlyAvailable).toBeGreaterThanOrEqual(0);
          expect(currentlyAvailable).toBeLessThanOrEqual(maximumAvailable);
          expect(used + currentlyAvailable).toBeCloseTo(possible, 6);
        }
      }),
    );
  });
});

describe('bucketFor', () => {
  it.each([
    ['standard', 2_000, 100],
    ['advanced', 4_000, 200],
    ['plus', 20_000, 1_000],
  ] as const)('gives a %s shop %i points and %i a second', (plan, maximumAvailable, restoreRate) => {
    const { status } = bucketFor({ plan }, createManualClock());
    expect(status()).toEqual({ maximumAvailable, currentlyAvailable: maximumAvailable, restoreRate });
  });

  it('lets a shop have its own numbers', () => {
    const bucket = bucketFor({ bucket: { maximumAvailable: 7_500, currentlyAvailable: 12 } }, createManualClock());
    expect(bucket.status()).toEqual({ maximumAvailable: 7_500, currentlyAvailable: 12, restoreRate: 100 });
  });
});
