import type { AcquireRequest, ThrottleFeedback } from '../../ports/rate-limiter.ts';
import {
  agingMs,
  codeOf,
  createLimiterHarness,
  type LimiterCase,
  type LimiterHarness,
  maximumAvailable,
  type RateLimiterAbilities,
  type RateLimiterSubject,
  type RateLimiterTerms,
  scope,
  slowRate,
  softCeiling,
  type WatchedCall,
} from './rate-limiter-harness.ts';
import type { ConformanceRunner } from './runner.ts';

export type { RateLimiterAbilities, RateLimiterSubject, RateLimiterTerms } from './rate-limiter-harness.ts';

/**
 * Tests a limiter against the port, on any runner with `describe`, `it` and `expect(…).toBe` and `.toEqual`.
 * No case takes more than half a second of time, so for a limiter on a real clock `advance` can sleep.
 *
 * @param name Name of the limiter.
 * @param createLimiter Creates a limiter that knows no bucket yet, with the given settings. Called for each case,
 * which closes it.
 * @param runner The runner's functions.
 * @param abilities Set to `false` what the limiter documents that it does not do; the suite then checks that it does
 * not.
 *
 * @example
 * import { describe, expect, it } from 'vitest';
 * describeRateLimiter('my limiter', ({ agingMs }) => {
 *   const clock = createManualClock();
 *   return { limiter: myLimiter({ clock, agingMs }), advance: (ms) => clock.advance(ms) };
 * }, { describe, it, expect }, { softCeiling: false });
 */
export function describeRateLimiter(
  name: string,
  createLimiter: (terms: RateLimiterTerms) => RateLimiterSubject | Promise<RateLimiterSubject>,
  runner: ConformanceRunner,
  abilities: RateLimiterAbilities = {},
): void {
  const cases = [...pointsCases, ...waitingCases, ...repricingCases, ...refusalCases, ...abilityCases].filter(
    ({ ability, without = false }) => ability === undefined || (abilities[ability] === false) === without,
  );
  runner.describe(`${name} as a rate limiter`, () => {
    for (const { name: sentence, check } of cases) {
      runner.it(sentence, async () => {
        const subject = await createLimiter({ agingMs, softCeiling });
        try {
          await check(createLimiterHarness(subject), runner.expect);
        } finally {
          subject.limiter.close();
          await subject.dispose?.();
        }
      });
    }
  });
}

/** How the points of a bucket are counted. */
const pointsCases: readonly LimiterCase[] = [
  {
    name: 'reports nothing about an unused bucket',
    async check({ limiter }, expect) {
      expect(limiter.status(scope)).toBe(undefined);
    },
  },
  {
    name: 'reserves the points of a permit until it ends',
    async check({ ask, confirm, hundreds, status }, expect) {
      await confirm(1_000);
      expect((await ask(300)).cost).toBe(300);
      expect(hundreds()).toBe(7);
      expect(status().inFlight).toBe(1);
      expect(status().reserved).toBe(300);
    },
  },
  {
    name: 'follows the shop to its own maximum and rate',
    async check({ ask, advance, hundreds, status }, expect) {
      const first = await ask(10);
      expect(status().confirmed).toBe(false);
      const throttleStatus = { maximumAvailable: 5_000, currentlyAvailable: 4_900, restoreRate: slowRate };
      first.settle({ actualCost: 10, throttleStatus });
      await advance(10);
      expect(status().confirmed).toBe(true);
      expect(status().maximumAvailable).toBe(5_000);
      expect(status().restoreRate).toBe(slowRate);
      expect(hundreds()).toBe(49);
    },
  },
  {
    name: 'returns reserved points that were not spent, once, even if a permit is ended several times',
    async check({ ask, advance, confirm, hundreds, status }, expect) {
      await confirm(1_000);
      const permit = await ask(300);
      permit.settle({ actualCost: 100 });
      permit.settle({ actualCost: 0 });
      permit.refund();
      await advance(10);
      expect(hundreds()).toBe(9);
      expect(status().inFlight).toBe(0);
      expect(status().reserved).toBe(0);
    },
  },
  {
    name: 'returns all points if nothing was sent',
    async check({ ask, advance, confirm, hundreds }, expect) {
      await confirm(500);
      (await ask(300)).refund();
      await advance(10);
      expect(hundreds()).toBe(5);
    },
  },
  {
    name: 'counts the reservation as spent if the response was lost',
    async check({ ask, advance, confirm, hundreds }, expect) {
      await confirm(1_000);
      (await ask(300)).settle({});
      await advance(10);
      expect(hundreds()).toBe(7);
    },
  },
  {
    name: 'follows a throttled response: nothing was charged, and it names the points left',
    async check({ ask, advance, confirm, hundreds }, expect) {
      await confirm(1_000);
      const throttleStatus = { maximumAvailable, currentlyAvailable: 200, restoreRate: slowRate };
      (await ask(300)).settle({ throttled: true, throttleStatus });
      await advance(10);
      expect(hundreds()).toBe(2);
    },
  },
  {
    name: 'grants no more than the bucket holds',
    async check({ advance, confirm, status, watch }, expect) {
      await confirm(1_000);
      const calls = Array.from({ length: 30 }, () => watch(100));
      await advance(50);
      expect(calls.filter(({ outcome }) => outcome === 'granted').length).toBe(10);
      expect(status().waiting).toBe(20);
      expect(status().waitingPoints).toBe(2_000);
    },
  },
  {
    name: 'keeps shops and apps apart',
    async check({ advance, confirm, watch }, expect) {
      await confirm(0);
      const others = [watch(100, { shop: 'other.myshopify.com' }), watch(100, { app: 'other' })];
      await advance(30);
      expect(others.map(({ outcome }) => outcome)).toEqual(['granted', 'granted']);
    },
  },
];

/** Calls whose cost changes while they wait. */
const repricingCases: readonly LimiterCase[] = [
  {
    name: 'charges a waiter that has become more expensive its cost at its turn',
    async check({ ask, advance, confirm, status }, expect) {
      await confirm(0, 1_000);
      const price = { now: 100 };
      let granted: number | undefined;
      ask(100, { costNow: () => price.now }).then(
        ({ cost }) => {
          granted = cost;
        },
        () => undefined,
      );
      price.now = 350;
      await advance(150);
      expect(granted).toBe(undefined);
      expect(status().waiting).toBe(1);
      await advance(340);
      expect(granted).toBe(350);
      expect(status().reserved).toBe(350);
      expect(status().waitingPoints).toBe(0);
    },
  },
  {
    name: 'keeps the place of a call that becomes more expensive while it waits',
    ability: 'repricing',
    async check(harness, expect) {
      expect(await orderAfterRepricing(harness)).toEqual(['dearer', 'next']);
    },
  },
  {
    name: 'moves a call that becomes more expensive while it waits to the end of its queue',
    ability: 'repricing',
    without: true,
    async check(harness, expect) {
      expect(await orderAfterRepricing(harness)).toEqual(['next', 'dearer']);
    },
  },
  {
    name: 'rejects a waiter that has become more expensive than the bucket can hold, and serves the next',
    async check({ advance, confirm, watch }, expect) {
      await confirm(0, 1_000);
      const price = { now: 50 };
      const [call, next] = [watch(50, { costNow: () => price.now }), watch(50)];
      price.now = 1_001;
      await advance(300);
      expect(codeOf(call)).toBe('MAX_COST_EXCEEDED');
      expect(next.outcome).toBe('granted');
    },
  },
  {
    name: 'keeps a waiter that has become cheaper if the bucket shrinks below its former cost',
    ability: 'repricing',
    async check({ ask, advance, confirm, watch }, expect) {
      await confirm(100, 1_000);
      const held = await ask(100);
      const price = { now: 800 };
      const call = watch(800, { costNow: () => price.now });
      await advance(20);
      price.now = 50;
      const throttleStatus = { maximumAvailable: 500, currentlyAvailable: 0, restoreRate: 1_000 };
      held.settle({ actualCost: 100, throttleStatus });
      await advance(400);
      expect(call.outcome).toBe('granted');
    },
  },
  {
    name: 'does not refuse a call because of former costs of the calls ahead of it',
    ability: 'repricing',
    async check({ advance, confirm, watch }, expect) {
      await confirm(0, 1_000);
      const price = { now: 500 };
      for (let waiter = 0; waiter < 10; waiter += 1) watch(500, { costNow: () => price.now });
      await advance(20);
      price.now = 10;
      const call = watch(10, { maxWaitMs: 2_000 });
      await advance(1_000);
      expect(call.outcome).toBe('granted');
    },
  },
  {
    name: 'keeps the cost of a waiter if its new cost is not a number of points',
    async check({ advance, confirm, status, watch }, expect) {
      await confirm(0, 1_000);
      const calls = [Number.NaN, Number.POSITIVE_INFINITY, -1].map((cost) => watch(50, { costNow: () => cost }));
      await advance(350);
      expect(calls.map(({ outcome }) => outcome)).toEqual(['granted', 'granted', 'granted']);
      expect(status().reserved).toBe(150);
    },
  },
  {
    name: 'rejects a waiter whose cost function throws, and serves the next',
    async check({ advance, confirm, status, watch }, expect) {
      await confirm(0, 1_000);
      const broken = (): number => {
        throw 'lost';
      };
      const [call, next] = [watch(50, { costNow: broken }), watch(50)];
      await advance(300);
      expect(call).toEqual({ outcome: 'rejected', reason: 'lost' });
      expect(next.outcome).toBe('granted');
      expect(status().waitingPoints).toBe(0);
    },
  },
];

async function orderAfterRepricing({ ask, advance, confirm }: LimiterHarness): Promise<readonly string[]> {
  const order: string[] = [];
  await confirm(0, 1_000);
  const price = { now: 50 };
  const note = (label: string, costNow: () => number): void => {
    ask(50, { costNow }).then(
      () => order.push(label),
      () => order.push(`${label} rejected`),
    );
  };
  note('dearer', () => price.now);
  note('next', () => 50);
  price.now = 200;
  await advance(450);
  return order;
}

/** Which calls wait, for how long, and in which order they are served. */
const waitingCases: readonly LimiterCase[] = [
  {
    name: 'has one call in flight until the shop has returned its numbers',
    async check({ ask, advance, watch }, expect) {
      const first = await ask(10);
      const others = [watch(10), watch(10)];
      await advance(30);
      expect(others.map(({ outcome }) => outcome)).toEqual(['waiting', 'waiting']);
      const throttleStatus = { maximumAvailable, currentlyAvailable: 990, restoreRate: slowRate };
      first.settle({ actualCost: 10, throttleStatus });
      await advance(30);
      expect(others.map(({ outcome }) => outcome)).toEqual(['granted', 'granted']);
    },
  },
  {
    name: 'grants the next call if the first one returned no numbers',
    async check({ ask, advance, watch }, expect) {
      const first = await ask(10);
      const second = watch(10);
      first.settle({});
      await advance(30);
      expect(second.outcome).toBe('granted');
    },
  },
  {
    name: 'grants all calls at once if the first one returned no numbers',
    async check({ ask, advance, watch }, expect) {
      const first = await ask(10);
      const others = Array.from({ length: 5 }, () => watch(10));
      first.settle({});
      await advance(60);
      expect(others.map(({ outcome }) => outcome)).toEqual(others.map(() => 'granted'));
    },
  },
  {
    name: 'recovers from a response with odd numbers within the time in which a bucket fills twice',
    async check({ ask, advance, confirm, watch }, expect) {
      const numbers = { maximumAvailable, currentlyAvailable: 900, restoreRate: 1_000 };
      await confirm(900, 1_000);
      const odd: readonly ThrottleFeedback[] = [
        { actualCost: 1e12 },
        { actualCost: 1e12, throttleStatus: { ...numbers, currentlyAvailable: -1e9 } },
        { throttleStatus: { ...numbers, maximumAvailable: 1e-9, currentlyAvailable: -1e9 } },
        { actualCost: -1e12, throttleStatus: { ...numbers, maximumAvailable: -1, currentlyAvailable: Number.NaN } },
      ];
      for (const feedback of odd) {
        const held = await ask(10);
        const waiter = watch(10);
        held.settle(feedback);
        await advance(1_300);
        expect(waiter.outcome).toBe('granted');
      }
    },
  },
  {
    name: 'grants a waiter when the points are restored, and not before',
    async check({ advance, confirm, watch }, expect) {
      await confirm(0, 1_000);
      const waiter = watch(200);
      await advance(60);
      expect(waiter.outcome).toBe('waiting');
      await advance(300);
      expect(waiter.outcome).toBe('granted');
    },
  },
  {
    name: 'serves waiters in order of arrival, interactive ones first',
    async check({ ask, advance, confirm }, expect) {
      await confirm(0, 1_000);
      const order: string[] = [];
      const note = (label: string, priority: AcquireRequest['priority']): void => {
        ask(50, { priority }).then(
          () => order.push(label),
          () => order.push(`${label} rejected`),
        );
      };
      note('background', 'background');
      note('first', 'interactive');
      note('second', 'interactive');
      await advance(160);
      expect(order.slice(0, 2)).toEqual(['first', 'second']);
    },
  },
  {
    name: 'serves a call that asks again before calls that arrived after its first request',
    async check({ ask, advance, confirm }, expect) {
      await confirm(0, 1_000);
      const order: string[] = [];
      let waitedMs = 0;
      for (const label of ['first', 'second']) void ask(60).then(() => order.push(label));
      await advance(10);
      void ask(60, { ageMs: 60_000 }).then((permit) => {
        order.push('retried');
        waitedMs = permit.waitedMs;
      });
      await advance(480);
      expect(order).toEqual(['retried', 'first', 'second']);
      // Its former wait is not counted again.
      expect(waitedMs < 5_000).toBe(true);
    },
  },
  {
    name: 'does not let a small call overtake a large one that has waited longer',
    async check({ advance, confirm, watch }, expect) {
      await confirm(50);
      const calls = [watch(500), watch(1)];
      await advance(50);
      expect(calls.map(({ outcome }) => outcome)).toEqual(['waiting', 'waiting']);
    },
  },
];

/** Which calls are rejected. */
const refusalCases: readonly LimiterCase[] = [
  {
    name: 'rejects a call whose signal is already aborted',
    async check({ advance, confirm, status, watch }, expect) {
      await confirm(1_000);
      const call = watch(10, { signal: AbortSignal.abort('too late') });
      await advance(10);
      expect(call).toEqual({ outcome: 'rejected', reason: 'too late' });
      expect(status().inFlight).toBe(0);
    },
  },
  {
    name: 'rejects at once a wait that is known to be too long',
    async check({ advance, confirm, status, watch }, expect) {
      await confirm(0);
      const call = watch(100, { maxWaitMs: 5_000 });
      await advance(30);
      expect(codeOf(call)).toBe('DEADLINE_EXCEEDED');
      expect(status().waiting).toBe(0);
    },
  },
  {
    name: 'rejects a waiter whose time has run out',
    async check({ ask, advance, watch }, expect) {
      await ask(10);
      const call = watch(10, { maxWaitMs: 50 });
      await advance(100);
      expect(codeOf(call)).toBe('DEADLINE_EXCEEDED');
    },
  },
  {
    name: 'rejects a call that the bucket can never hold',
    async check({ advance, confirm, watch }, expect) {
      await confirm(1_000);
      const call = watch(1_001);
      await advance(10);
      expect(codeOf(call)).toBe('MAX_COST_EXCEEDED');
    },
  },
  {
    name: 'rejects all waiters when it is closed, and every call after that',
    async check({ advance, confirm, limiter, watch }, expect) {
      await confirm(0);
      const waiter = watch(100);
      await advance(10);
      limiter.close();
      const late = watch(1);
      await advance(10);
      expect([waiter.outcome, late.outcome]).toEqual(['rejected', 'rejected']);
    },
  },
];

/** Optional abilities, which a limiter has or documents that it lacks. */
const abilityCases: readonly LimiterCase[] = [
  {
    name: 'serves an aged background call before a later interactive one',
    ability: 'aging',
    async check(harness, expect) {
      expect(await orderAfterAging(harness)).toEqual(['background', 'interactive']);
    },
  },
  {
    name: 'serves interactive calls before a background one of any age',
    ability: 'aging',
    without: true,
    async check(harness, expect) {
      expect(await orderAfterAging(harness)).toEqual(['interactive', 'background']);
    },
  },
  {
    name: 'leaves a fifth of the bucket free of background calls while the shop is in interactive use',
    ability: 'softCeiling',
    async check(harness, expect) {
      await confirmInUse(harness);
      const [fits, waits] = [
        harness.watch(700, { priority: 'background' }),
        harness.watch(200, { priority: 'background' }),
      ];
      await harness.advance(30);
      expect([fits.outcome, waits.outcome]).toEqual(['granted', 'waiting']);
      const interactive = harness.watch(200);
      await harness.advance(30);
      expect(interactive.outcome).toBe('granted');
    },
  },
  {
    name: 'gives background calls the whole bucket, even in interactive use',
    ability: 'softCeiling',
    without: true,
    async check(harness, expect) {
      await confirmInUse(harness);
      const calls = [harness.watch(700, { priority: 'background' }), harness.watch(200, { priority: 'background' })];
      await harness.advance(50);
      expect(calls.map(({ outcome }) => outcome)).toEqual(['granted', 'granted']);
    },
  },
  {
    name: 'rejects an aborted waiter with the reason, at once, and serves the next',
    ability: 'leaving',
    async check(harness, expect) {
      await harness.confirm(50, slowRate);
      const { aborted, next } = await abortFirst(harness);
      expect(aborted).toEqual({ outcome: 'rejected', reason: 'enough' });
      expect(next.outcome).toBe('granted');
      expect(harness.status().waiting).toBe(0);
    },
  },
  {
    name: 'does not delay a call behind many aborted ones',
    ability: 'leaving',
    async check(harness, expect) {
      await harness.confirm(50, slowRate);
      const controller = new AbortController();
      const calls = Array.from({ length: 50 }, (_, call) =>
        harness.watch(call % 2 === 0 ? 400 : 1, call % 2 === 0 ? { signal: controller.signal } : {}),
      );
      await harness.advance(20);
      controller.abort('enough');
      await harness.advance(50);
      const outcomes = calls.map(({ outcome }) => outcome);
      expect(outcomes).toEqual(calls.map((_, call) => (call % 2 === 0 ? 'rejected' : 'granted')));
    },
  },
  {
    name: 'rejects an aborted waiter at once, and serves the next when the points for both are restored',
    ability: 'leaving',
    without: true,
    async check(harness, expect) {
      await harness.confirm(50, 1_000);
      const { aborted, next } = await abortFirst(harness);
      expect(aborted).toEqual({ outcome: 'rejected', reason: 'enough' });
      expect(next.outcome).toBe('waiting');
      await harness.advance(480);
      expect(next.outcome).toBe('granted');
      expect(harness.status().waiting).toBe(0);
      expect(harness.hundreds() >= 5).toBe(true);
    },
  },
];

async function orderAfterAging({ ask, advance, confirm }: LimiterHarness): Promise<readonly string[]> {
  const order: string[] = [];
  await confirm(0, 1_000);
  ask(200, { priority: 'background' }).then(
    () => order.push('background'),
    () => order.push('background rejected'),
  );
  await advance(agingMs + 30);
  ask(50).then(
    () => order.push('interactive'),
    () => order.push('interactive rejected'),
  );
  await advance(300);
  return order;
}

/** A full bucket, and a recent interactive call. */
async function confirmInUse({ ask, advance, confirm }: LimiterHarness): Promise<void> {
  await confirm(1_000);
  (await ask(0)).refund();
  await advance(10);
}

/** A call that is too large for now and is aborted, and one behind it that is not. */
async function abortFirst({
  advance,
  watch,
}: LimiterHarness): Promise<{ readonly aborted: WatchedCall; readonly next: WatchedCall }> {
  const controller = new AbortController();
  const aborted = watch(500, { signal: controller.signal });
  const next = watch(10);
  await advance(10);
  controller.abort('enough');
  await advance(30);
  return { aborted, next };
}
