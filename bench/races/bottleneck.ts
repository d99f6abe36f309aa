import { setTimeout as sleep } from 'node:timers/promises';
import Bottleneck from 'bottleneck';
import { tokenBucketLimiter } from 'shopwright/limiter';
import type { RaceResult, Run } from './result.ts';
import type { Settings } from './settings.ts';
import { createSimulatedServer, type Gate, load, restoreRate, type SimulatedServer } from './simulated-server.ts';
import { createRandom } from './statistics.ts';

/** Bottleneck's own reservoir compared with our bucket, on the same simulated server: the reason for our own. */
export async function bottleneckRace(settings: Settings): Promise<RaceResult> {
  const windowMs = settings.isQuick ? 8_000 : 20_000;
  const gates: Readonly<Record<string, (server: SimulatedServer) => Gate>> = {
    'shopwright token bucket': ownBucket,
    reservoirIncrease: () => reservoir({}),
    'reservoirIncrease + refund': () => reservoir({ refunds: true }),
    'reservoirIncrease + refund, heartbeat 10 ms': () => reservoir({ refunds: true, heartbeatInterval: 10 }),
  };
  const work = settings.seeds.flatMap((seed) => [
    ...Object.entries(gates).map(
      ([contestant, create]) =>
        () =>
          utilisation(contestant, seed, create, windowMs),
    ),
    () => refill('Bottleneck refill, heartbeat 250 ms', seed, 250, windowMs),
    () => refill('Bottleneck refill, heartbeat 10 ms', seed, 10, windowMs),
    () => stopsAfterUpdate(seed),
    () => latency('Bottleneck, nobody waits', seed, reservoir({})),
    () => latency('shopwright token bucket, nobody waits', seed, ownBucket()),
  ]);
  // They only wait for timers, so all run at once; heavy load would look like Bottleneck's fault.
  const runs = await Promise.all(work.map((run) => run()));
  return {
    race: `Bottleneck 2.19.5 and our bucket on a simulated server, ${windowMs / 1_000} s, 100 points/s`,
    runs,
    note: 'utilisation = points charged / points regained in the window; above 1 where the window begins with points out',
  };
}

/** Sends as much as the gate allows during the window, from an empty bucket. */
async function utilisation(
  contestant: string,
  seed: number,
  create: (server: SimulatedServer) => Gate,
  windowMs: number,
): Promise<Run> {
  const server = createSimulatedServer();
  const gate = create(server);
  const random = createRandom(seed);
  const ends = performance.now() + windowMs;
  const open = { isOpen: true };
  const senders = Array.from({ length: 32 }, () => load(server, gate, random, open));
  await sleep(Math.max(0, ends - performance.now()));
  const { charged, throttled } = server.counts();
  open.isOpen = false;
  await gate.close();
  await Promise.allSettled(senders);
  return { contestant, seed, figures: { utilisation: charged / ((restoreRate * windowMs) / 1_000), throttled } };
}

/** The share of the rate that an idle reservoir restores. */
async function refill(contestant: string, seed: number, heartbeatInterval: number, windowMs: number): Promise<Run> {
  const limiter = increasing({ heartbeatInterval });
  const before = (await limiter.currentReservoir()) ?? 0;
  await sleep(windowMs);
  const after = (await limiter.currentReservoir()) ?? 0;
  await limiter.disconnect();
  return {
    contestant,
    seed,
    figures: { 'refilled / expected': (after - before) / ((restoreRate * windowMs) / 1_000) },
  };
}

/** Points restored in the two seconds after `updateSettings`. */
async function stopsAfterUpdate(seed: number): Promise<Run> {
  const limiter = increasing({});
  limiter.updateSettings({ maxConcurrent: 32 });
  const before = (await limiter.currentReservoir()) ?? 0;
  await sleep(2_000);
  const after = (await limiter.currentReservoir()) ?? 0;
  await limiter.disconnect();
  const figures = { 'refilled / expected': (after - before) / (restoreRate * 2) };
  return { contestant: 'Bottleneck refill after updateSettings', seed, figures };
}

/** Milliseconds that a gate adds to a call if nobody waits. */
async function latency(contestant: string, seed: number, gate: Gate): Promise<Run> {
  const calls = 200;
  const startedAt = performance.now();
  for (let index = 0; index < calls; index += 1) {
    const end = await gate.enter(0.01);
    end({ throttled: false, actual: 0.01 });
  }
  const ms = performance.now() - startedAt;
  await gate.close();
  return { contestant, seed, figures: { 'ms added': ms / calls } };
}

function increasing(options: object): Bottleneck {
  return new Bottleneck({
    reservoir: 0,
    reservoirIncreaseAmount: 25,
    reservoirIncreaseInterval: 250,
    // It does not keep a maximum that a refund has exceeded.
    reservoirIncreaseMaximum: 2_000,
    ...options,
  });
}

function reservoir({
  refunds = false,
  ...options
}: {
  readonly refunds?: boolean;
  readonly heartbeatInterval?: number;
}): Gate {
  const limiter = increasing(options);
  return {
    enter: (cost) =>
      new Promise((resolve, reject) => {
        const weight = Math.ceil(cost);
        // The job lasts until the response arrives.
        limiter
          .schedule(
            { weight: cost < 1 ? 0 : weight },
            () =>
              new Promise<void>((end) => {
                resolve(({ throttled, actual }) => {
                  const rest = throttled ? weight : Math.floor(weight - actual);
                  if (refunds && rest > 0) void limiter.incrementReservoir(rest);
                  end();
                });
              }),
          )
          .catch(reject);
      }),
    close: () => limiter.stop({ dropWaitingJobs: true }),
  };
}

function ownBucket(server?: SimulatedServer): Gate {
  const limiter = tokenBucketLimiter();
  const scope = { shop: 'demo.myshopify.com', app: 'default', priority: 'interactive' } as const;
  return {
    async enter(cost) {
      const permit = await limiter.acquire({ ...scope, cost });
      return ({ throttled, actual }) =>
        permit.settle({ throttled, actualCost: actual, ...(server && { throttleStatus: server.status() }) });
    },
    async close() {
      limiter.close();
    },
  };
}
