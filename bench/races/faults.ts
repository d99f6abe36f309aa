import type { Catalogue } from './catalogue.ts';
import { type ContestantName, contestantNames, createContestant, nameOfError, saysUnknown } from './contestants.ts';
import { startFake } from './fake-handle.ts';
import { mixOf } from './operations.ts';
import { inLanes, longestMs, race } from './race.ts';
import { countBy, type RaceResult, type Run } from './result.ts';
import type { Settings } from './settings.ts';

/** Each affects one call in a hundred. */
const kinds = ['status-500', 'status-502', 'status-503', 'reset-before', 'reset-after', 'throttled'] as const;

/** A Plus shop with lost responses. Four of ten operations are mutations that must not run twice. */
export async function faultRace(settings: Settings, catalogue: Catalogue): Promise<RaceResult> {
  const count = settings.isQuick ? 300 : 1_000;
  const heats = contestantNames.flatMap((contestant) => settings.seeds.map((seed) => ({ contestant, seed })));
  const runs = await inLanes(
    // CPU counts here, so at most one race per core.
    heats.map((heat) => () => faultRun(heat.contestant, heat.seed, count, settings, catalogue)),
    2,
  );
  return {
    race: `plus shop, ${count} operations, 32 at once, 1 % each of ${kinds.join(', ')}`,
    runs,
    targets: { 'queries failed': 0, 'run twice': 0, 'executed, but not told': 0, 'unknown, told otherwise': 0 },
  };
}

/** One contestant on a Plus shop with lost responses. */
export async function faultRun(
  contestant: ContestantName,
  seed: number,
  count: number,
  settings: Settings,
  { snapshotFile, productId }: Catalogue,
): Promise<Run> {
  const fake = await startFake({
    shops: [{ plan: 'plus' }],
    seed,
    faults: { rate: kinds.length / 100, kinds, seed },
    latencyMs: settings.latencyMs,
    snapshotFile,
  });
  try {
    const operations = mixOf({ count, seed, mutations: 0.4, productId, maxCost: 60 });
    const signal = AbortSignal.timeout(settings.longestMs);
    const client = await createContestant(contestant, { origin: fake.origin, signal });
    const { outcomes, wholeMs } = await race(
      operations.map((operation) => () => client.graphql(operation)),
      32,
    );
    const { runs, throttled } = await fake.report();
    const failed = operations.flatMap((operation, index) => {
      const error = outcomes[index]?.error;
      return error === undefined ? [] : [{ operation, error, times: runs[operation.id] ?? 0 }];
    });
    const failedMutations = failed.filter(({ operation }) => operation.kind === 'mutation');
    return {
      contestant,
      seed,
      errors: countBy(failed.map(({ error }) => nameOfError(error))),
      figures: {
        'queries failed': failed.length - failedMutations.length,
        'run twice': Object.values(runs).filter((times) => times > 1).length,
        'reported as unknown': failedMutations.filter(({ error }) => saysUnknown(error)).length,
        // The caller assumes that it was not executed, and repeats it.
        'executed, but not told': failedMutations.filter(({ error, times }) => times > 0 && !saysUnknown(error)).length,
        // The faults of this race that end a mutation leave its outcome unknown.
        'unknown, told otherwise': failedMutations.filter(({ error }) => !saysUnknown(error)).length,
        throttled,
        'longest call s': longestMs(outcomes) / 1_000,
        'whole s': wholeMs / 1_000,
      },
    };
  } finally {
    await fake.stop();
  }
}
