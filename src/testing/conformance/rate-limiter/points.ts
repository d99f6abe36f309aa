import { type LimiterCase, maximumAvailable, scope, slowRate } from '../rate-limiter-harness.ts';

/** How the points of a bucket are counted. */
export const pointsCases: readonly LimiterCase[] = [
  {
    name: 'knows nothing of a bucket that nobody has used',
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
    name: 'takes back what was reserved and not spent, once, however often a permit is ended',
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
    name: 'takes all back where nothing was sent',
    async check({ ask, advance, confirm, hundreds }, expect) {
      await confirm(500);
      (await ask(300)).refund();
      await advance(10);
      expect(hundreds()).toBe(5);
    },
  },
  {
    name: 'counts the reservation as spent where the answer was lost',
    async check({ ask, advance, confirm, hundreds }, expect) {
      await confirm(1_000);
      (await ask(300)).settle({});
      await advance(10);
      expect(hundreds()).toBe(7);
    },
  },
  {
    name: 'believes a throttled answer: nothing was charged, and so much is left',
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
