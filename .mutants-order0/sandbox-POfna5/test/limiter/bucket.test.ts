// @ts-nocheck
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BucketState,
  correct,
  createBucket,
  msInLine,
  msUntil,
  type Reservation,
  refill,
  refund,
  reserve,
  settle,
} from '../../src/limiter/bucket.ts';

const assumed = { maximumAvailable: 1_000, restoreRate: 50 };
const status = (currentlyAvailable: number, maximumAvailable = 1_000, restoreRate = 50) => ({
  maximumAvailable,
  currentlyAvailable,
  restoreRate,
});

describe('refill', () => {
  it('counts fractions, however small the steps', () => {
    const bucket = createBucket(assumed, 0);
    reserve(bucket, 900);
    for (let ms = 0.1; ms <= 1_000; ms += 0.1) refill(bucket, ms);
    refill(bucket, 1_000);
    expect(bucket.level).toBeCloseTo(100 + 50 - 50, 6);
    refund(bucket, { points: 900, spentBefore: 0 });
    expect(bucket.level).toBeCloseTo(1_000, 6);
  });

  it('stops at the maximum, less what permits that are out may still cost', () => {
    const bucket = createBucket(assumed, 0);
    reserve(bucket, 300);
    refill(bucket, 60_000);
    expect(bucket.level).toBe(700);
  });

  it('ignores a clock that does not move on', () => {
    const bucket = createBucket(assumed, 1_000);
    const reservation = reserve(bucket, 300);
    settle(bucket, reservation, {});
    refill(bucket, 500);
    expect(bucket.level).toBe(700);
    refill(bucket, 1_000);
    expect(bucket.level).toBe(700);
  });
});

describe('settle', () => {
  it('gives back what was reserved and not spent', () => {
    const bucket = createBucket(assumed, 0);
    settle(bucket, reserve(bucket, 100), { actualCost: 30 });
    expect(bucket).toMatchObject({ level: 970, reserved: 0, inFlight: 0, confirmed: false });
  });

  it('counts the reservation as spent without numbers, or with numbers that are none', () => {
    const bucket = createBucket(assumed, 0);
    settle(bucket, reserve(bucket, 100), {});
    settle(bucket, reserve(bucket, 100), { actualCost: Number.NaN });
    settle(bucket, reserve(bucket, 100), { actualCost: -5 });
    expect(bucket.level).toBe(700);
  });

  it('goes below zero when more was spent than reserved, and then waits that off', () => {
    const bucket = createBucket(assumed, 0);
    settle(bucket, reserve(bucket, 990), { actualCost: 1_020 });
    expect(bucket.level).toBe(-20);
    expect(msUntil(bucket, 10)).toBe(600);
  });

  it('charges nothing for a throttled call, and believes what Shopify says is left', () => {
    const bucket = createBucket(assumed, 0);
    settle(bucket, reserve(bucket, 100), { throttled: true, throttleStatus: status(12) });
    expect(bucket.level).toBe(12);
  });

  it('gives the points of a throttled call back where Shopify told no numbers', () => {
    const bucket = createBucket(assumed, 0);
    settle(bucket, reserve(bucket, 100), { throttled: true });
    expect(bucket.level).toBe(1_000);
  });

  it('adopts the maximum and the rate', () => {
    const bucket = createBucket(assumed, 0);
    settle(bucket, reserve(bucket, 100), { actualCost: 100, throttleStatus: status(1_900, 2_000, 100) });
    expect(bucket).toMatchObject({ maximumAvailable: 2_000, restoreRate: 100, level: 1_900, confirmed: true });
  });
});

describe('correct', () => {
  it('leaves the level alone where permits that are out explain the difference', () => {
    const bucket = createBucket(assumed, 0);
    const first = reserve(bucket, 100);
    reserve(bucket, 200);
    settle(bucket, first, { actualCost: 100, throttleStatus: status(900) });
    expect(bucket.level).toBe(700);
    correct(bucket, status(700), 0);
    expect(bucket.level).toBe(700);
  });

  it('lowers the level to what Shopify has at most', () => {
    const bucket = createBucket(assumed, 0);
    reserve(bucket, 200);
    correct(bucket, status(500), 0);
    expect(bucket.level).toBe(500);
  });

  it('raises the level to what Shopify has at least', () => {
    const bucket = createBucket(assumed, 0);
    settle(bucket, reserve(bucket, 800), {});
    reserve(bucket, 50);
    correct(bucket, status(900), 0);
    expect(bucket.level).toBe(850);
  });

  it('does not let an old answer bring back what newer calls have spent since', () => {
    const bucket = createBucket(assumed, 0);
    const slow = reserve(bucket, 10);
    for (let call = 0; call < 5; call++) settle(bucket, reserve(bucket, 100), { actualCost: 100 });
    settle(bucket, slow, { actualCost: 10, throttleStatus: status(990) });
    expect(bucket.level).toBe(490);
  });

  it('takes no number that cannot be one', () => {
    const bucket = createBucket(assumed, 0);
    correct(bucket, status(Number.NaN, Number.NaN), 0);
    correct(bucket, status(Number.POSITIVE_INFINITY, 0), 0);
    correct(bucket, status(1_000, 1_000, -1), 0);
    expect(bucket).toMatchObject({ ...assumed, level: 1_000, confirmed: false });
  });

  it('keeps the last rate where Shopify tells of none', () => {
    const bucket = createBucket(assumed, 0);
    correct(bucket, status(500, 2_000, 0), 0);
    expect(bucket).toMatchObject({ maximumAvailable: 2_000, restoreRate: 50, confirmed: true });
  });
});

describe('a response with odd numbers', () => {
  const odd = fc.oneof(
    fc.constantFrom(-1e9, 1e12, 1e-9, 0, -0, -1, 1e300, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    fc.double(),
  );

  it('overdraws a bucket by no more than it holds, and leaves it a rate that fills it', () => {
    const feedback = fc.record(
      {
        actualCost: odd,
        throttleStatus: fc.record({ maximumAvailable: odd, currentlyAvailable: odd, restoreRate: odd }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(feedback, { maxLength: 5 }), (responses) => {
        const bucket = createBucket(assumed, 0);
        for (const response of responses) settle(bucket, reserve(bucket, 10), response);
        expect(bucket.level).toBeGreaterThanOrEqual(-bucket.maximumAvailable);
        expect(bucket.maximumAvailable).toBeGreaterThanOrEqual(1);
        expect(bucket.restoreRate).toBeGreaterThanOrEqual(1);
        expect(msUntil(bucket, 1)).toBeLessThanOrEqual((bucket.maximumAvailable + 1) * 1_000);
      }),
    );
  });

  it('believes a size that no shop has only when a second response says so', () => {
    const bucket = createBucket(assumed, 0);
    settle(bucket, reserve(bucket, 10), { throttleStatus: status(2_000, 2_000) });
    settle(bucket, reserve(bucket, 10), { throttleStatus: status(5, 5) });
    expect(bucket).toMatchObject({ maximumAvailable: 5, confirmed: false, isBlind: true });
    settle(bucket, reserve(bucket, 5), { throttleStatus: status(5, 5) });
    expect(bucket.confirmed).toBe(true);
    settle(bucket, reserve(bucket, 5), { throttleStatus: status(2_000, 2_000) });
    expect(bucket).toMatchObject({ maximumAvailable: 2_000, confirmed: true });
    settle(bucket, reserve(bucket, 10), { throttleStatus: status(1_000, 1_000) });
    expect(bucket).toMatchObject({ maximumAvailable: 1_000, confirmed: true });
  });

  it('does not believe a rate that no shop has', () => {
    const bucket = createBucket(assumed, 0);
    correct(bucket, status(-1e9, 1_000, 1e-9), 0);
    expect(bucket).toMatchObject({ level: -1_000, restoreRate: 50 });
  });

  it('lets the bucket of one process owe what the whole bucket of the shop holds', () => {
    const share = { ...createBucket({ maximumAvailable: 250, restoreRate: 12.5 }, 0), shares: 4 };
    settle(share, reserve(share, 1_000), { actualCost: 1_000 });
    expect(share.level).toBe(-750);
    correct(share, status(-1e9, 250, 1e-9), 0);
    expect(share).toMatchObject({ level: -1_000, restoreRate: 12.5 });
  });
});

describe('msUntil', () => {
  it('is the time that the refill takes', () => {
    const bucket = createBucket(assumed, 0);
    settle(bucket, reserve(bucket, 1_000), {});
    expect(msUntil(bucket, 25)).toBe(500);
    expect(msUntil(bucket, 0)).toBe(0);
  });

  it('is endless where a permit must end first', () => {
    const bucket = createBucket(assumed, 0);
    reserve(bucket, 0.5);
    expect(msUntil(bucket, 1_000)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is endless for no longer than permits are out, whatever fractions they had', () => {
    const bucket = createBucket(assumed, 0);
    const reservations = [0.1, 0.2, 0.3].map((points) => reserve(bucket, points));
    for (const reservation of reservations) settle(bucket, reservation, {});
    expect(bucket.reserved).toBe(0);
    expect(msUntil(bucket, 1_000)).toBeLessThan(100);
  });
});

/** Shopify's side: charges when a request comes in, gives back when it is done, and answers then. */
interface Call {
  readonly reservation: Reservation;
  readonly actual: number;
  stage: 'sent' | 'charged' | 'answered';
  available: number;
}

const events = fc.array(
  fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('send' as const),
        cost: fc.integer({ min: 1, max: 400 }),
        part: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('travel' as const), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3_000 }) }) },
  ),
  { minLength: 20, maxLength: 120, size: 'max' },
);

describe('a bucket beside Shopify', () => {
  it('never takes more to be free than Shopify has, whatever order requests and answers come in', () => {
    fc.assert(
      fc.property(events, (run) => {
        let nowMs = 0;
        let server = 1_000;
        const bucket: BucketState = createBucket(assumed, nowMs);
        bucket.confirmed = true;
        const calls: Call[] = [];
        for (const event of run) {
          if (event.kind === 'wait') {
            nowMs += event.ms;
            server = Math.min(1_000, server + (event.ms * 50) / 1_000);
            refill(bucket, nowMs);
          } else if (event.kind === 'send') {
            if (bucket.level < event.cost) continue;
            const reservation = reserve(bucket, event.cost);
            calls.push({ reservation, actual: event.cost * event.part, stage: 'sent', available: 0 });
          } else {
            const call = calls[event.which % Math.max(1, calls.length)];
            if (!call) continue;
            if (call.stage === 'sent') {
              // Shopify would have throttled this one.
              expect(server).toBeGreaterThanOrEqual(call.reservation.points - 1e-6);
              server -= call.reservation.points;
              call.stage = 'charged';
            } else if (call.stage === 'charged') {
              server += call.reservation.points - call.actual;
              call.available = server;
              call.stage = 'answered';
            } else {
              calls.splice(calls.indexOf(call), 1);
              settle(bucket, call.reservation, { actualCost: call.actual, throttleStatus: status(call.available) });
            }
          }
          const toBeCharged = calls
            .filter(({ stage }) => stage === 'sent')
            .map(({ reservation }) => reservation.points);
          const free = toBeCharged.reduce((sum, points) => sum - points, server);
          expect(bucket.level).toBeLessThanOrEqual(free + 1e-6);
          expect(bucket.level + bucket.reserved).toBeLessThanOrEqual(1_000 + 1e-6);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the share of one process in a bucket', () => {
  const share = (): BucketState => ({ ...createBucket({ maximumAvailable: 250, restoreRate: 12.5 }, 0), shares: 4 });

  it('is charged for a call up to what was reserved and the whole bucket of the shop', () => {
    const bucket = share();
    settle(bucket, reserve(bucket, 200), { actualCost: 1_500 });
    // What lies beyond cannot have been charged; and below zero it goes by the whole bucket at most.
    expect(bucket).toMatchObject({ spent: 1_200, level: -950 });
  });

  it('takes the numbers of a share for those of a shop, once they make up a bucket that there can be', () => {
    const bucket = share();
    correct(bucket, status(200, 250, 10), 0);
    expect(bucket).toMatchObject({ confirmed: true, maximumAvailable: 250, restoreRate: 10, level: 200 });
    correct(bucket, status(200, 249, 10), 0);
    expect(bucket).toMatchObject({ confirmed: false, maximumAvailable: 249 });
  });

  it('believes a rate of which all shares together are one that a shop can have', () => {
    const bucket = share();
    correct(bucket, status(200, 250, 0.25), 0);
    expect(bucket.restoreRate).toBe(0.25);
    correct(bucket, status(200, 250, 0.24), 0);
    expect(bucket.restoreRate).toBe(0.25);
  });
});

describe('msInLine', () => {
  it('is the time in which what is missing for all that is ahead, and for the call, comes back', () => {
    const bucket = createBucket(assumed, 0);
    reserve(bucket, 900);
    expect(msInLine(bucket, 150, 50)).toBe(2_000);
    expect(msInLine(bucket, 0, 100)).toBe(0);
  });
});
