import type { AcquireRequest } from '../../../ports/rate-limiter.ts';
import { codeOf, type LimiterCase, maximumAvailable, slowRate } from '../rate-limiter-harness.ts';

/** Who waits, for how long, and who is served first. */
export const waitingCases: readonly LimiterCase[] = [
  {
    name: 'has one call in flight until the shop has told its numbers',
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
    name: 'lets the next call go where the first one brought no numbers',
    async check({ ask, advance, watch }, expect) {
      const first = await ask(10);
      const second = watch(10);
      first.settle({});
      await advance(30);
      expect(second.outcome).toBe('granted');
    },
  },
  {
    name: 'grants a waiter when the points have come back, and not before',
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
    name: 'does not let a small call overtake a big one that waits longer',
    async check({ advance, confirm, watch }, expect) {
      await confirm(50);
      const calls = [watch(500), watch(1)];
      await advance(50);
      expect(calls.map(({ outcome }) => outcome)).toEqual(['waiting', 'waiting']);
    },
  },
];

/** Who is turned away. */
export const refusalCases: readonly LimiterCase[] = [
  {
    name: 'rejects a call whose signal is aborted already',
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
