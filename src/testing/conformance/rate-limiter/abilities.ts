import { agingMs, type LimiterBench, type LimiterCase, slowRate, type WatchedCall } from '../rate-limiter-harness.ts';

/** What some limiters can do and others document that they cannot. */
export const abilityCases: readonly LimiterCase[] = [
  {
    name: 'puts a background call that has aged before an interactive one that comes later',
    ability: 'aging',
    async check(bench, expect) {
      expect(await orderAfterAging(bench)).toEqual(['background', 'interactive']);
    },
  },
  {
    name: 'puts interactive calls before a background one, however old that is',
    ability: 'aging',
    without: true,
    async check(bench, expect) {
      expect(await orderAfterAging(bench)).toEqual(['interactive', 'background']);
    },
  },
  {
    name: 'leaves a fifth of the bucket free of background calls while the shop is in interactive use',
    ability: 'softCeiling',
    async check(bench, expect) {
      await confirmInUse(bench);
      const [fits, waits] = [
        bench.watch(700, { priority: 'background' }),
        bench.watch(200, { priority: 'background' }),
      ];
      await bench.advance(30);
      expect([fits.outcome, waits.outcome]).toEqual(['granted', 'waiting']);
      const interactive = bench.watch(200);
      await bench.advance(30);
      expect(interactive.outcome).toBe('granted');
    },
  },
  {
    name: 'gives background calls all of the bucket, in interactive use as well',
    ability: 'softCeiling',
    without: true,
    async check(bench, expect) {
      await confirmInUse(bench);
      const calls = [bench.watch(700, { priority: 'background' }), bench.watch(200, { priority: 'background' })];
      await bench.advance(50);
      expect(calls.map(({ outcome }) => outcome)).toEqual(['granted', 'granted']);
    },
  },
  {
    name: 'rejects an aborted waiter with the reason, at once, and serves the next',
    ability: 'leaving',
    async check(bench, expect) {
      await bench.confirm(50, slowRate);
      const { aborted, next } = await abortFirst(bench);
      expect(aborted).toEqual({ outcome: 'rejected', reason: 'enough' });
      expect(next.outcome).toBe('granted');
      expect(bench.status().waiting).toBe(0);
    },
  },
  {
    name: 'holds up no live call behind many aborted ones',
    ability: 'leaving',
    async check(bench, expect) {
      await bench.confirm(50, slowRate);
      const controller = new AbortController();
      const calls = Array.from({ length: 50 }, (_, call) =>
        bench.watch(call % 2 === 0 ? 400 : 1, call % 2 === 0 ? { signal: controller.signal } : {}),
      );
      await bench.advance(20);
      controller.abort('enough');
      await bench.advance(50);
      const outcomes = calls.map(({ outcome }) => outcome);
      expect(outcomes).toEqual(calls.map((_, call) => (call % 2 === 0 ? 'rejected' : 'granted')));
    },
  },
  {
    name: 'rejects an aborted waiter at once, and serves the next when the points for both have come by',
    ability: 'leaving',
    without: true,
    async check(bench, expect) {
      await bench.confirm(50, 1_000);
      const { aborted, next } = await abortFirst(bench);
      expect(aborted).toEqual({ outcome: 'rejected', reason: 'enough' });
      expect(next.outcome).toBe('waiting');
      await bench.advance(480);
      expect(next.outcome).toBe('granted');
      expect(bench.status().waiting).toBe(0);
      expect(bench.hundreds() >= 5).toBe(true);
    },
  },
];

async function orderAfterAging({ ask, advance, confirm }: LimiterBench): Promise<readonly string[]> {
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

/** A full bucket, and an interactive call of late. */
async function confirmInUse({ ask, advance, confirm }: LimiterBench): Promise<void> {
  await confirm(1_000);
  (await ask(0)).refund();
  await advance(10);
}

/** A call too big for now that is aborted, and one behind it that is not. */
async function abortFirst({
  advance,
  watch,
}: LimiterBench): Promise<{ readonly aborted: WatchedCall; readonly next: WatchedCall }> {
  const controller = new AbortController();
  const aborted = watch(500, { signal: controller.signal });
  const next = watch(10);
  await advance(10);
  controller.abort('enough');
  await advance(30);
  return { aborted, next };
}
