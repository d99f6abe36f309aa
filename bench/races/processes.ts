import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasEntry, hasRedisServer } from './available.ts';
import type { Catalogue } from './catalogue.ts';
import type { ContestantName } from './contestants.ts';
import { type FakeHandle, type FakeReport, nextMessage, startFake, startProcess, stopProcess } from './fake-handle.ts';
import type { ProcessReport, ProcessSetup } from './process-program.ts';
import { createStartGate, inLanes, type StartGate } from './race.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { countBy, type RaceResult, type Run } from './result.ts';
import type { Settings } from './settings.ts';

const restoreRate = 100;
const processes = 4;
const concurrency = 8;
/** Each race has six processes. */
const lanes = 3;

interface Heat {
  readonly contestant: ContestantName;
  readonly seed: number;
  readonly killsRedis: boolean;
}

/** Four processes on one bucket, through Redis. The other clients share nothing. */
export async function processRace(settings: Settings, catalogue: Catalogue): Promise<RaceResult> {
  const title = `${processes} processes on one bucket through Redis, ${settings.operations} operations`;
  const missing = whatIsMissing();
  if (missing !== undefined) return { race: title, runs: [], note: missing };
  const names: readonly ContestantName[] = ['shopwright', 'shopify-api-node', 'naive loop'];
  const heats = names.flatMap((contestant) => settings.seeds.map((seed) => ({ contestant, seed, killsRedis: false })));
  const gate = createStartGate();
  const runs = await inLanes(
    heats.map((heat) => () => run(heat, settings, catalogue, gate)),
    lanes,
  );
  return {
    race: `${title}, from a full bucket`,
    runs,
    targets: {
      'time / optimum': 1.02,
      throttled: 5,
      'longest wait / whole': 0.5,
      'failed permanently': 0,
      'run twice': 0,
    },
  };
}

/** The same, from 50 points, while Redis is killed after eight seconds and started again three seconds later, empty. */
export async function redisRestartRace(settings: Settings, catalogue: Catalogue): Promise<RaceResult> {
  const title = 'the same from 50 points, with Redis killed after 8 s and back after 3 s, empty';
  const missing = whatIsMissing();
  if (missing !== undefined) return { race: title, runs: [], note: missing };
  const gate = createStartGate();
  const runs = await inLanes(
    settings.seeds.map(
      (seed) => () => run({ contestant: 'shopwright', seed, killsRedis: true }, settings, catalogue, gate),
    ),
    lanes,
  );
  return {
    race: title,
    runs,
    targets: { 'failed permanently': 0, 'run twice': 0 },
  };
}

function whatIsMissing(): string | undefined {
  if (!hasEntry('shopwright/limiter/redis')) return 'not available: this build has no entry shopwright/limiter/redis';
  return hasRedisServer() ? undefined : 'not available: this machine has no redis-server';
}

async function run(
  heat: Heat,
  settings: Settings,
  { snapshotFile, productId }: Catalogue,
  gate: StartGate,
): Promise<Run> {
  const { contestant, seed, killsRedis } = heat;
  const { latencyMs, longestMs } = settings;
  // A race that must outlast its Redis starts with few points, so that it waits longer.
  const available = killsRedis ? 50 : 2_000;
  const bucket = { maximumAvailable: 2_000, restoreRate, currentlyAvailable: available };
  const redis = await startRedis();
  const children: ChildProcess[] = [];
  let fake: FakeHandle | undefined;
  try {
    const { report } = await gate(async () => {
      fake = await startFake({ shops: [{ bucket }], seed, latencyMs, snapshotFile });
      for (let index = 0; index < processes; index += 1) {
        const mix = { count: settings.operations, seed, mutations: 0.15, productId };
        const part = { index, of: processes };
        const { origin } = fake;
        const setup: ProcessSetup = { contestant, origin, redisPort: redis.port, concurrency, longestMs, mix, part };
        children.push(startProcess('./process-program.ts', [JSON.stringify(setup)]));
      }
      await Promise.all(children.map(nextMessage));
      return fake;
    });
    const startedAt = performance.now();
    const reports = children.map(async (child) => (await nextMessage(child)) as ProcessReport);
    for (const child of children) child.send('go');
    if (killsRedis) await killAndRestart(redis);
    const ended = await Promise.all(reports);
    const wholeMs = performance.now() - startedAt;
    return { contestant, seed, ...figuresOf(ended, await report(), available, wholeMs) };
  } finally {
    await Promise.all(children.map(stopProcess));
    await redis.stop();
    await fake?.stop();
  }
}

async function killAndRestart(redis: RedisServer): Promise<void> {
  await sleep(8_000);
  await redis.kill();
  await sleep(3_000);
  await redis.start();
}

function figuresOf(
  reports: readonly ProcessReport[],
  { pointsUsed, throttled, runs }: FakeReport,
  available: number,
  wholeMs: number,
): Pick<Run, 'errors' | 'figures'> {
  const failures = reports.flatMap((report) => report.failures);
  const longest = Math.max(...reports.map((report) => report.longestMs));
  return {
    errors: countBy(failures),
    figures: {
      'time / optimum': (wholeMs * restoreRate) / 1_000 / (pointsUsed - available),
      throttled,
      'failed permanently': failures.length,
      'run twice': Object.values(runs).filter((times) => times > 1).length,
      'longest wait / whole': longest / wholeMs,
      'whole s': wholeMs / 1_000,
    },
  };
}
