import { codeOf, type LimiterBench, type LimiterCase } from '../rate-limiter-harness.ts';

/** Calls of which better is known, while they wait, than when they came. */
export const repricingCases: readonly LimiterCase[] = [
  {
    name: 'grants a waiter that has become dearer for what it costs when its turn comes',
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
    name: 'has a call that becomes dearer while it waits keep its place',
    ability: 'repricing',
    async check(bench, expect) {
      expect(await orderAfterRepricing(bench)).toEqual(['dearer', 'next']);
    },
  },
  {
    name: 'sends a call that becomes dearer while it waits to the end of its queue',
    ability: 'repricing',
    without: true,
    async check(bench, expect) {
      expect(await orderAfterRepricing(bench)).toEqual(['next', 'dearer']);
    },
  },
  {
    name: 'rejects a waiter that has become dearer than the bucket can hold, and serves the next',
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
    name: 'keeps a waiter that has become cheaper, where the bucket shrinks below what it cost before',
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
    name: 'turns no call away for what those in front of it cost before',
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
    name: 'keeps the cost of a waiter where what it costs now is no number of points',
    async check({ advance, confirm, status, watch }, expect) {
      await confirm(0, 1_000);
      const calls = [Number.NaN, Number.POSITIVE_INFINITY, -1].map((cost) => watch(50, { costNow: () => cost }));
      await advance(350);
      expect(calls.map(({ outcome }) => outcome)).toEqual(['granted', 'granted', 'granted']);
      expect(status().reserved).toBe(150);
    },
  },
  {
    name: 'rejects a waiter that fails to tell what it costs, and serves the next',
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

async function orderAfterRepricing({ ask, advance, confirm }: LimiterBench): Promise<readonly string[]> {
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
