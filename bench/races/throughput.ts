import type { Catalogue } from './catalogue.ts';
import { type ContestantName, contestantNames, createContestant, nameOfError } from './contestants.ts';
import { startFake } from './fake-handle.ts';
import { mixOf } from './operations.ts';
import { createStartGate, inLanes, longestMs, race, type StartGate } from './race.ts';
import { countBy, type RaceResult, type Run } from './result.ts';
import type { Settings } from './settings.ts';

const restoreRate = 100;

interface Heat {
  readonly contestant: ContestantName;
  readonly seed: number;
  /** Points in the bucket at the start. */
  readonly available: number;
  readonly costSkew: number;
}

/** A standard shop, many operations at once, from a full bucket and from a nearly empty one. */
export async function throughputRaces(settings: Settings, catalogue: Catalogue): Promise<readonly RaceResult[]> {
  const targets = {
    'time / optimum': 1.01,
    throttled: 2,
    'failed permanently': 0,
    'run twice': 0,
    'longest wait / whole': 0.4,
  };
  // By seed first, so that no contestant has all its races at a busy moment.
  const heats = [2_000, 50].flatMap((available) =>
    settings.seeds.flatMap((seed) =>
      contestantNames.map((contestant) => ({ contestant, seed, available, costSkew: 0 })),
    ),
  );
  const gate = createStartGate();
  const runs = await inLanes(
    heats.map((heat) => () => throughputRun(heat, settings, catalogue, gate)),
    settings.lanes,
  );
  const of = (available: number): readonly Run[] => runs.filter((_, index) => heats[index]?.available === available);
  const title = `standard shop, ${settings.operations} operations, 32 at once`;
  return [
    { race: `${title}, from a full bucket`, runs: of(2_000), targets },
    { race: `${title}, from 50 points`, runs: of(50), targets },
  ];
}

/** The same for shopwright, on a shop whose charges deviate from the published rule. */
export async function skewRace(settings: Settings, catalogue: Catalogue): Promise<RaceResult> {
  const heats = settings.seeds.map((seed): Heat => ({ contestant: 'shopwright', seed, available: 50, costSkew: 0.4 }));
  const gate = createStartGate();
  const runs = await inLanes(
    heats.map((heat) => () => throughputRun(heat, settings, catalogue, gate)),
    settings.lanes,
  );
  return {
    race: 'charges up to 40 % off the rule, from 50 points',
    runs,
    targets: { 'beyond one a name': 0, 'failed permanently': 0, 'run twice': 0 },
  };
}

/** One contestant on a standard shop. */
export async function throughputRun(
  { contestant, seed, available, costSkew }: Heat,
  settings: Settings,
  catalogue: Catalogue,
  gate: StartGate,
) {
  const bucket = { maximumAvailable: 2_000, restoreRate, currentlyAvailable: available };
  const { snapshotFile, productId } = catalogue;
  const { latencyMs } = settings;
  const fake = await gate(() => startFake({ shops: [{ bucket }], seed, costSkew, latencyMs, snapshotFile }));
  try {
    const operations = mixOf({ count: settings.operations, seed, mutations: 0.15, productId });
    const signal = AbortSignal.timeout(settings.longestMs);
    const client = await createContestant(contestant, { origin: fake.origin, signal });
    const { outcomes, wholeMs } = await race(
      operations.map((operation) => () => client.graphql(operation)),
      32,
    );
    const report = await fake.report();
    const failures = outcomes.flatMap(({ error }) => (error === undefined ? [] : [nameOfError(error)]));
    const optimumMs = ((report.pointsUsed - available) * 1_000) / restoreRate;
    return {
      contestant,
      seed,
      errors: countBy(failures),
      figures: {
        'time / optimum': failures.length > operations.length / 10 ? Number.NaN : wholeMs / optimumMs,
        throttled: report.throttled,
        'beyond one a name': sum(Object.values(report.throttledByName).map((times) => times - 1)),
        'failed permanently': failures.length,
        'run twice': Object.values(report.runs).filter((times) => times > 1).length,
        'longest wait / whole': longestMs(outcomes) / wholeMs,
        'whole s': wholeMs / 1_000,
      },
    } satisfies Run;
  } finally {
    await fake.stop();
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
