// @ts-nocheck
import { describe, expect, it } from 'vitest';
import type { HostBottleneck } from '../../../src/limiter/bottleneck/reservoir.ts';
import { createHostReservoir, createOwnReservoir } from '../../../src/limiter/bottleneck/reservoir.ts';
import { createBucket } from '../../../src/limiter/bucket.ts';
import { settled } from '../step-clock.ts';

/** A Bottleneck of which only the reservoir is there. */
function host(points: number, running = 0): HostBottleneck & { readonly changes: number[]; fails: boolean } {
  const changes: number[] = [];
  return {
    changes,
    fails: false,
    schedule: (_, task) => Promise.resolve(task()),
    queued: () => 0,
    running: async () => running,
    currentReservoir: async () => points,
    async incrementReservoir(change) {
      changes.push(change);
      if (this.fails) throw new Error('Connection is closed.');
      return points + change;
    },
    on: () => undefined,
  };
}

const status = (currentlyAvailable: number) => ({ maximumAvailable: 1_000, currentlyAvailable, restoreRate: 50 });

describe('a reservoir that the host refills', () => {
  it.each([
    ['gets back what a call did not cost', { there: 500, running: 0 }, 100, 30.5, undefined, [69]],
    ['is left alone where the call cost all', { there: 500, running: 0 }, 100, 100, undefined, []],
    ['is pulled down to what Shopify has', { there: 500, running: 100 }, 100, 100, 200, [-300]],
    ['is pulled up to it', { there: 500, running: 100 }, 100, 100, 900.7, [400]],
    ['is left alone within what others may have taken', { there: 500, running: 300 }, 100, 100, 650, []],
    ['is pulled up to what is left after others', { there: 100, running: 300 }, 100, 50, 650, [350]],
    ['ignores what is no number', { there: 500, running: 0 }, 100, 40, Number.NaN, [60]],
  ] as const)('%s', async (_, { there, running }, points, spent, current, changes) => {
    const bottleneck = host(there, running);
    createHostReservoir(bottleneck).ended(points, spent, current === undefined ? undefined : status(current));
    await settled();
    expect(bottleneck.changes).toEqual(changes);
  });

  it('bears that Redis is gone', async () => {
    const bottleneck = { ...host(500), currentReservoir: () => Promise.reject(new Error('Connection is closed.')) };
    const reservoir = createHostReservoir(bottleneck);
    reservoir.ended(100, 50, status(300));
    reservoir.tick();
    await settled();
    expect(bottleneck.changes).toEqual([]);
  });
});

describe('a reservoir of our own', () => {
  it('is not touched before the start, and follows the bucket from then on', async () => {
    const bottleneck = host(20);
    const bucket = createBucket({ maximumAvailable: 1_000, restoreRate: 50 }, 0);
    const reservoir = createOwnReservoir(bottleneck, bucket, () => 0);
    reservoir.tick();
    reservoir.taken(20);
    expect(bottleneck.changes).toEqual([]);
    reservoir.begin(0);
    bucket.level = 900.9;
    reservoir.ended(100, 100);
    reservoir.joined();
    expect(bottleneck.changes).toEqual([1_000, -100]);
    bottleneck.fails = true;
    bucket.level = 950;
    reservoir.tick();
    await settled();
    expect(bottleneck.changes).toEqual([1_000, -100, 50]);
  });
});
