import type { ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { oldBuild, oldCommit } from '../old-build.ts';
import { hasRedisServer } from './available.ts';
import { nextMessage, startProcess, stopProcess } from './fake-handle.ts';
import type { HiddenPricesSetup } from './hidden-prices-program.ts';
import type { PricedReport, PricedShop } from './priced-server.ts';
import type { ProcessReport } from './process-program.ts';
import { createStartGate, inLanes, type StartGate } from './race.ts';
import { startRedis } from './redis-server.ts';
import { countBy, type RaceResult, type Run } from './result.ts';
import type { Settings } from './settings.ts';
import { createRandom } from './statistics.ts';

const restoreRate = 100;
/** Half a bucket: a full one would restore points unused while the processes start. */
const available = 1_000;
const processes = 4;
const concurrency = 8;
const operations = 24;
/** Each race has five or six processes. */
const lanes = 3;

interface Heat {
  readonly contestant: string;
  readonly folder: string;
  readonly seed: number;
  readonly isShared: boolean;
}

/**
 * Four processes send 24 operations that cost one point by the published rule, for which the shop charges 5 to 100:
 * through Redis and without, compared with the build of an older commit.
 */
export async function hiddenPriceRaces(settings: Settings): Promise<readonly RaceResult[]> {
  const title = `${processes} processes, ${settings.operations} calls of ${operations} operations with hidden prices`;
  if (!hasRedisServer()) return [{ race: title, runs: [], note: 'not available: this machine has no redis-server' }];
  const builds = { shopwright: resolve(import.meta.dirname, '../..'), [`build of ${oldCommit}`]: oldBuild() };
  const heats = settings.seeds.flatMap((seed) =>
    [true, false].flatMap((isShared) =>
      Object.entries(builds).map(([contestant, folder]): Heat => ({ contestant, folder, seed, isShared })),
    ),
  );
  const gate = createStartGate();
  const runs = await inLanes(
    heats.map((heat) => () => run(heat, settings, gate)),
    lanes,
  );
  const of = (isShared: boolean): readonly Run[] => runs.filter((_, index) => heats[index]?.isShared === isShared);
  return [
    {
      race: `${title}, through Redis`,
      runs: of(true),
      targets: { throttled: 30, 'time / optimum': 1.02, 'longest wait / whole': 0.5, 'failed permanently': 0 },
    },
    { race: `${title}, without Redis`, runs: of(false), targets: { 'failed permanently': 0 } },
  ];
}

async function run({ contestant, folder, seed, isShared }: Heat, settings: Settings, gate: StartGate): Promise<Run> {
  const redis = isShared ? await startRedis() : undefined;
  const children: ChildProcess[] = [];
  const start = (file: string, setup: object): ChildProcess => {
    const child = startProcess(file, [JSON.stringify(setup)]);
    children.push(child);
    return child;
  };
  try {
    const { server, clients } = await gate(async () => {
      const shop: PricedShop = { seed, operations, available, restoreRate, latencyMs: settings.latencyMs };
      const server = start('./priced-server.ts', shop);
      const origin = String(await nextMessage(server));
      const random = createRandom(seed + 1_000);
      const all = Array.from({ length: settings.operations }, () => Math.floor(random() * operations));
      const clients = Array.from({ length: processes }, (_, process) => {
        const setup: HiddenPricesSetup = {
          ...{ folder, origin, concurrency, longestMs: settings.longestMs, redisPort: redis?.port },
          operations: all.filter((_, index) => index % processes === process),
        };
        return start('./hidden-prices-program.ts', setup);
      });
      await Promise.all(clients.map(nextMessage));
      return { server, clients };
    });
    const startedAt = performance.now();
    const reports = clients.map(async (child) => (await nextMessage(child)) as ProcessReport);
    for (const child of clients) child.send('go');
    const ended = await Promise.all(reports);
    const wholeMs = performance.now() - startedAt;
    const seen = nextMessage(server);
    server.send('report');
    const { throttled, pointsUsed } = (await seen) as PricedReport;
    const failures = ended.flatMap((report) => report.failures);
    return {
      contestant,
      seed,
      errors: countBy(failures),
      figures: {
        'time / optimum': (wholeMs * restoreRate) / 1_000 / (pointsUsed - available),
        throttled,
        'failed permanently': failures.length,
        'longest wait / whole': Math.max(...ended.map((report) => report.longestMs)) / wholeMs,
        'whole s': wholeMs / 1_000,
      },
    };
  } finally {
    await Promise.all(children.map(stopProcess));
    await redis?.stop();
  }
}
