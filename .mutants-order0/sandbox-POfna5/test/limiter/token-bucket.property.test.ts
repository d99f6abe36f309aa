// @ts-nocheck
import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import type { Priority } from 'shopwright';
import { type Permit, tokenBucketLimiter } from 'shopwright/limiter';
import { expect, it } from 'vitest';
import { createStepClock, settled } from './step-clock.ts';

const scope = { shop: 'acme.myshopify.com', app: 'default' };
const bucket = { maximumAvailable: 1_000, restoreRate: 100 };
const agingMs = 5_000;
const dust = 1e-6;

interface Waiting {
  readonly rank: number;
  /** What the call says it costs, as it stands. */
  readonly price: Price;
  readonly controller: AbortController;
}

interface Price {
  now: number;
}

interface Out {
  readonly permit: Permit;
}

const commands = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('acquire' as const),
        cost: fc.oneof(fc.integer({ min: 0, max: 1_100 }), fc.double({ min: 0, max: 50, noNaN: true })),
        priority: fc.constantFrom<Priority>('interactive', 'background'),
        maxWaitMs: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined, freq: 5 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom('settle' as const, 'lose' as const, 'throttle' as const, 'refund' as const),
        which: fc.nat(),
        part: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort' as const), which: fc.nat() }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('reprice' as const),
        which: fc.nat(),
        price: fc.integer({ min: 0, max: 1_100 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('step' as const), ms: fc.integer({ min: 0, max: 4_000 }) }) },
  ),
  { maxLength: 60 },
);

it('keeps to the bucket, to the order and to its word, whatever happens in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (run) => {
      const clock = createStepClock();
      const limiter = tokenBucketLimiter({ clock, ...bucket, agingMs });
      const waiting = new Set<Waiting>();
      /** Granted since the last check. Of several grants in one turn, which promise is heard first is JavaScript's. */
      const granted: Waiting[] = [];
      const out: Out[] = [];
      const controllers: AbortController[] = [];
      let server = bucket.maximumAvailable;
      let refilledAtMs = 0;

      const refillServer = (): void => {
        const elapsedMs = clock.monotonic() - refilledAtMs;
        refilledAtMs = clock.monotonic();
        server = Math.min(bucket.maximumAvailable, server + (elapsedMs * bucket.restoreRate) / 1_000);
      };

      const onGrant = (waiter: Waiting, permit: Permit): void => {
        waiting.delete(waiter);
        granted.push(waiter);
        expect(permit.cost).toBe(Math.min(waiter.price.now, bucket.maximumAvailable));
        // Shopify charges at once here, and would throttle a call that it has no points for.
        refillServer();
        expect(permit.cost).toBeLessThanOrEqual(server + dust);
        server -= permit.cost;
        out.push({ permit });
      };

      const acquire = (cost: number, priority: Priority, maxWaitMs: number | undefined): void => {
        const controller = new AbortController();
        const price = { now: cost };
        const rank = clock.monotonic() + (priority === 'background' ? agingMs : 0);
        const waiter: Waiting = { rank, price, controller };
        controllers.push(controller);
        waiting.add(waiter);
        limiter
          .acquire({
            ...scope,
            cost,
            costNow: () => price.now,
            priority,
            signal: controller.signal,
            ...(maxWaitMs !== undefined && { maxWaitMs }),
          })
          .then(
            (permit) => onGrant(waiter, permit),
            () => waiting.delete(waiter),
          )
          .catch((failure: unknown) => failures.push(failure));
      };
      const failures: unknown[] = [];

      const end = (how: 'settle' | 'lose' | 'throttle' | 'refund', { permit }: Out, part: number): void => {
        refillServer();
        const actualCost = how === 'settle' ? permit.cost * part : how === 'lose' ? permit.cost : 0;
        server = Math.min(bucket.maximumAvailable, server + permit.cost - actualCost);
        const throttleStatus = { ...bucket, currentlyAvailable: server };
        if (how === 'refund') permit.refund();
        else if (how === 'lose') permit.settle({});
        else if (how === 'throttle') permit.settle({ throttled: true, throttleStatus });
        else permit.settle({ actualCost, throttleStatus });
      };

      const check = (): void => {
        expect(failures).toEqual([]);
        for (const waiter of granted.splice(0)) {
          // Nobody overtakes: interactive before background of the same time, and age before all.
          for (const other of waiting) expect(waiter.rank).toBeLessThanOrEqual(other.rank);
        }
        const status = limiter.status(scope);
        if (!status) return;
        const reserved = out.reduce((sum, { permit }) => sum + permit.cost, 0);
        expect(status.reserved).toBeCloseTo(reserved, 6);
        expect(status.reserved + status.available).toBeLessThanOrEqual(bucket.maximumAvailable + dust);
        expect(status.inFlight).toBe(out.length);
        expect(status.waiting).toBe(waiting.size);
        refillServer();
        expect(status.available).toBeLessThanOrEqual(Math.max(0, server) + dust);
      };

      for (const command of run) {
        if (command.kind === 'acquire') acquire(command.cost, command.priority, command.maxWaitMs);
        else if (command.kind === 'step') await clock.step(command.ms);
        else if (command.kind === 'abort') {
          const [...waiters] = waiting;
          waiters[command.which % Math.max(1, waiters.length)]?.controller.abort();
        } else if (command.kind === 'reprice') {
          const waiter = [...waiting][command.which % Math.max(1, waiting.size)];
          if (waiter) waiter.price.now = command.price;
        } else {
          const [ended] = out.splice(command.which % Math.max(1, out.length), 1);
          if (ended) end(command.kind, ended, command.part);
        }
        await settled();
        check();
      }

      // From here on every call is answered, and nothing new comes: all who wait are served or refused.
      for (let round = 0; round < 1_000 && (waiting.size > 0 || out.length > 0); round++) {
        for (const ended of out.splice(0)) end('settle', ended, 1);
        await clock.step(5_000);
        check();
      }
      expect(waiting.size).toBe(0);
      expect(limiter.status(scope)?.reserved ?? 0).toBe(0);
      expect(limiter.status(scope)?.waitingPoints ?? 0).toBe(0);
      expect(clock.pending).toBe(0);
      expect(controllers.flatMap(({ signal }) => getEventListeners(signal, 'abort'))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

it('starves no background call, however many interactive ones keep coming', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 20, max: 60 }), async (cost, small) => {
      const clock = createStepClock();
      const limiter = tokenBucketLimiter({ clock, ...bucket, agingMs });
      let isServed = false;
      const ask = (points: number, priority: Priority): Promise<void> =>
        limiter.acquire({ ...scope, cost: points, priority }).then((permit) => {
          isServed ||= priority === 'background';
          permit.settle({ actualCost: permit.cost });
        });
      (await limiter.acquire({ ...scope, cost: 0, priority: 'interactive' })).settle({
        throttleStatus: { ...bucket, currentlyAvailable: 0 },
      });
      const calls = [ask(cost, 'background')];
      // More than the bucket regains, for as long as the call may have to wait: its age and its points.
      const roundsMs = agingMs + (cost * 1_000) / bucket.restoreRate + 10_000;
      for (let ms = 0; ms < roundsMs && !isServed; ms += 250) {
        calls.push(ask(small, 'interactive'));
        await clock.step(250);
      }
      expect(isServed).toBe(true);
      limiter.close();
      await Promise.allSettled(calls);
    }),
    { numRuns: 30 },
  );
});
