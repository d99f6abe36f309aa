// @ts-nocheck
import fc from 'fast-check';
import type { Priority } from 'shopwright';
import type { Permit } from 'shopwright/limiter';
import { expect, it } from 'vitest';
import { createBucket, refill, refund, reserve, settle } from '../../../src/limiter/bucket.ts';
import { redisOrSkip } from '../../services.ts';
import { createRedisHarness, type Fault, scope } from './redis-harness.ts';

const { url, describe } = await redisOrSkip(11);

const bucket = { maximumAvailable: 1_000, restoreRate: 100 };
const dust = 1e-6;

const part = fc.double({ min: 0, max: 1, noNaN: true });
const ending = fc.record({
  kind: fc.constantFrom('settle' as const, 'lose' as const, 'throttle' as const, 'refund' as const),
  which: fc.nat(),
  part,
});

describe('the script', () => {
  it('counts as bucket.ts does, to the fraction', async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('take' as const), part }) },
      { weight: 3, arbitrary: ending },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('step' as const), ms: fc.nat(3_000) }) },
    );
    const harness = await createRedisHarness(url);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
        const { clock } = harness;
        const limiter = harness.limiter({ ...bucket, keyPrefix: `${harness.keyPrefix}${run++}:` });
        const model = createBucket(bucket, clock.monotonic());
        const first = await harness.ask(limiter, 0);
        const throttleStatus = { ...bucket, currentlyAvailable: 600 };
        settle(model, reserve(model, 0), { actualCost: 0, throttleStatus });
        first.settle({ actualCost: 0, throttleStatus });
        await clock.step(0);
        const out: { readonly permit: Permit; readonly reservation: ReturnType<typeof reserve> }[] = [];
        for (const one of steps) {
          if (one.kind === 'step') await clock.step(one.ms);
          refill(model, clock.monotonic());
          if (one.kind === 'take') {
            // Less than all there is: whoever has to wait is another test's.
            if (model.level < 1) continue;
            const cost = model.level * one.part * 0.999;
            const reservation = reserve(model, cost);
            out.push({ permit: await harness.ask(limiter, cost), reservation });
          } else if (one.kind !== 'step') {
            const [ended] = out.splice(one.which % Math.max(1, out.length), 1);
            if (!ended) continue;
            const { permit, reservation } = ended;
            const answer = {
              settle: { actualCost: permit.cost * one.part },
              lose: {},
              throttle: { throttled: true },
              refund: undefined,
            }[one.kind];
            const status = { ...bucket, currentlyAvailable: 1_000 * one.part };
            if (!answer) {
              refund(model, reservation);
              permit.refund();
            } else {
              const told = one.kind === 'lose' ? answer : { ...answer, throttleStatus: status };
              settle(model, reservation, told);
              permit.settle(told);
            }
          }
          await clock.step(0);
          const status = limiter.status(scope);
          expect(status?.reserved).toBeCloseTo(model.reserved, 5);
          expect(status?.inFlight).toBe(model.inFlight);
          expect(status?.available).toBeCloseTo(Math.max(0, model.level), 5);
        }
      }),
      { numRuns: 40 },
    );
    await harness.close();
  }, 300_000);
});

describe('several processes on one bucket', () => {
  it('never take more than there is, leak nothing, and serve or reject every call', async () => {
    const command = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          kind: fc.constant('acquire' as const),
          process: fc.nat(2),
          cost: fc.oneof(fc.integer({ min: 0, max: 1_100 }), fc.double({ min: 0, max: 50, noNaN: true })),
          priority: fc.constantFrom<Priority>('interactive', 'background'),
          maxWaitMs: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined, freq: 5 }),
        }),
      },
      { weight: 4, arbitrary: ending },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort' as const), which: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), process: fc.nat(2) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('step' as const), ms: fc.nat(4_000) }) },
    );
    const harness = await createRedisHarness(url);
    const { clock } = harness;
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 50, size: 'max' }), async (commands) => {
        const keyPrefix = `${harness.keyPrefix}several-${run++}:`;
        const start = () => harness.limiter({ ...bucket, keyPrefix, agingMs: 5_000, leaseMs: 10_000 });
        const processes = [start(), start(), start()];
        const out: Permit[] = [];
        const waiting = new Set<AbortController>();
        const failures: unknown[] = [];
        let server = bucket.maximumAvailable;
        let refilledAtMs = clock.monotonic();
        const refillServer = (): void => {
          server += ((clock.monotonic() - refilledAtMs) * bucket.restoreRate) / 1_000;
          server = Math.min(bucket.maximumAvailable, server);
          refilledAtMs = clock.monotonic();
        };
        const onGrant = (permit: Permit): void => {
          // Shopify charges at once here, and would throttle a call that it has no points for.
          refillServer();
          expect(permit.cost).toBeLessThanOrEqual(server + dust);
          server -= permit.cost;
          out.push(permit);
        };
        const end = (kind: 'settle' | 'lose' | 'throttle' | 'refund', permit: Permit, spentPart: number): void => {
          refillServer();
          const actualCost = kind === 'settle' ? permit.cost * spentPart : kind === 'lose' ? permit.cost : 0;
          server = Math.min(bucket.maximumAvailable, server + permit.cost - actualCost);
          const throttleStatus = { ...bucket, currentlyAvailable: server };
          if (kind === 'refund') permit.refund();
          else if (kind === 'lose') permit.settle({});
          else if (kind === 'throttle') permit.settle({ throttled: true, throttleStatus });
          else permit.settle({ actualCost, throttleStatus });
        };
        for (const one of commands) {
          if (one.kind === 'acquire') {
            const controller = new AbortController();
            waiting.add(controller);
            const { cost, priority, maxWaitMs } = one;
            const more = { priority, signal: controller.signal, ...(maxWaitMs !== undefined && { maxWaitMs }) };
            harness
              .ask(processes[one.process] ?? start(), cost, more)
              .then(onGrant, () => undefined)
              .catch((failure: unknown) => failures.push(failure))
              .finally(() => waiting.delete(controller));
          } else if (one.kind === 'step') await clock.step(one.ms);
          else if (one.kind === 'abort') [...waiting][one.which % Math.max(1, waiting.size)]?.abort();
          else if (one.kind === 'close') {
            processes[one.process]?.close();
            processes[one.process] = start();
          } else {
            const [ended] = out.splice(one.which % Math.max(1, out.length), 1);
            if (ended) end(one.kind, ended, one.part);
          }
          await harness.settle();
          expect(failures).toEqual([]);
        }
        // From here on every call is answered, and nothing new comes: all who wait are served or refused.
        for (let round = 0; round < 200 && (waiting.size > 0 || out.length > 0); round++) {
          for (const permit of out.splice(0)) end('settle', permit, 1);
          await clock.step(5_000);
        }
        expect(failures).toEqual([]);
        expect(waiting.size).toBe(0);
        const [last] = processes;
        if (!last) return;
        void harness.ask(last, 0).then((permit) => permit.refund());
        await clock.step(20_000);
        expect(last.status(scope)).toMatchObject({ reserved: 0, inFlight: 0, waiting: 0 });
        for (const process of processes) process.close();
        await harness.settle();
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 40 },
    );
    await harness.close();
  }, 300_000);
});

describe('several processes whose Redis comes and goes', () => {
  it('lose no call and leak nothing', async () => {
    const process = fc.nat(2);
    const command = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          kind: fc.constant('acquire' as const),
          process,
          cost: fc.integer({ min: 0, max: 1_000 }),
          priority: fc.constantFrom<Priority>('interactive', 'background'),
        }),
      },
      { weight: 4, arbitrary: ending },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort' as const), which: fc.nat() }) },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('break' as const),
          process,
          fault: fc.constantFrom<Fault | undefined>('refused', 'hung', 'late', 'unanswered', 'twice', undefined),
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('catchUp' as const) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('step' as const), ms: fc.nat(4_000) }) },
    );
    const harness = await createRedisHarness(url);
    const { clock } = harness;
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 40, size: 'max' }), async (commands) => {
        const keyPrefix = `${harness.keyPrefix}broken-${run++}:`;
        const start = () => harness.limiter({ ...bucket, keyPrefix, agingMs: 5_000, leaseMs: 10_000 });
        const processes = [start(), start(), start()] as const;
        const out: Permit[] = [];
        const waiting = new Set<AbortController>();
        const lost: unknown[] = [];
        const end = (kind: 'settle' | 'lose' | 'throttle' | 'refund', permit: Permit, spentPart: number): void => {
          const throttleStatus = { ...bucket, currentlyAvailable: 1_000 * spentPart };
          if (kind === 'refund') permit.refund();
          else if (kind === 'lose') permit.settle({});
          else if (kind === 'throttle') permit.settle({ throttled: true, throttleStatus });
          else permit.settle({ actualCost: permit.cost * spentPart, throttleStatus });
        };
        for (const one of commands) {
          if (one.kind === 'acquire') {
            const controller = new AbortController();
            waiting.add(controller);
            const more = { priority: one.priority, signal: controller.signal };
            harness
              .ask(processes[one.process] ?? processes[0], one.cost, more)
              .then(
                (permit) => out.push(permit),
                (reason: unknown) => reason === controller.signal.reason || lost.push(reason),
              )
              .finally(() => waiting.delete(controller));
          } else if (one.kind === 'step') await clock.step(one.ms);
          else if (one.kind === 'abort') [...waiting][one.which % Math.max(1, waiting.size)]?.abort();
          else if (one.kind === 'break') harness.breakWith(one.fault, processes[one.process] ?? processes[0]);
          else if (one.kind === 'catchUp') await harness.catchUp();
          else if (one.kind === 'flush') await harness.redis.del(`${keyPrefix}{${scope.shop}:${scope.app}}`);
          else {
            const [ended] = out.splice(one.which % Math.max(1, out.length), 1);
            if (ended) end(one.kind, ended, one.part);
          }
          await harness.settle();
        }
        for (const limiter of processes) harness.breakWith(undefined, limiter);
        await harness.catchUp();
        for (let round = 0; round < 100 && (waiting.size > 0 || out.length > 0); round++) {
          for (const permit of out.splice(0)) end('settle', permit, 1);
          await clock.step(5_000);
        }
        expect(lost).toEqual([]);
        expect(waiting.size).toBe(0);
        // Whoever was alone is back after this, and those who are heard of no more have lost their leases.
        for (const limiter of processes) {
          void harness
            .ask(limiter, 0)
            .then((permit) => permit.settle({ throttleStatus: { ...bucket, currentlyAvailable: 1_000 } }));
          await clock.step(40_000);
          void harness.ask(limiter, 0).then((permit) => permit.refund());
          await clock.step(1_000);
          expect(limiter.status(scope)).toMatchObject({ ...bucket, reserved: 0, inFlight: 0, waiting: 0 });
        }
        for (const limiter of processes) limiter.close();
        await harness.settle();
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 40 },
    );
    await harness.close();
  }, 300_000);
});
