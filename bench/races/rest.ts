import { type ContestantName, contestantNames, createContestant, nameOfError } from './contestants.ts';
import { startFake } from './fake-handle.ts';
import { createStartGate, inLanes, longestMs, race, type StartGate } from './race.ts';
import { countBy, type RaceResult, type Run } from './result.ts';
import type { Settings } from './settings.ts';

/** Requests that the bucket of a standard shop holds, and that it restores per second. */
const [size, rate] = [40, 2];
const count = 100;

/** One hundred REST calls to a standard shop. */
export async function restRace(settings: Settings): Promise<RaceResult> {
  const name = `REST, ${count} calls at a standard shop, 32 at once`;
  if (!(await hasRest())) return { race: name, runs: [], note: 'not available: this build of the fake has no REST' };
  const heats = settings.seeds.flatMap((seed) => contestantNames.map((contestant) => ({ contestant, seed })));
  const gate = createStartGate();
  const runs = await inLanes(
    heats.map((heat) => () => run(heat.contestant, heat.seed, settings, gate)),
    settings.lanes,
  );
  return { race: name, runs, targets: { 'time / optimum': 1.02, '429s': 0, 'failed permanently': 0 } };
}

async function hasRest(): Promise<boolean> {
  const fake = await startFake({});
  try {
    const headers = { 'x-shopify-access-token': 'shpat_fake' };
    return (await fetch(`${fake.origin}/admin/api/2026-10/shop.json`, { headers })).ok;
  } finally {
    await fake.stop();
  }
}

async function run(contestant: ContestantName, seed: number, settings: Settings, gate: StartGate): Promise<Run> {
  const fake = await gate(() => startFake({ seed, latencyMs: settings.latencyMs }));
  try {
    const signal = AbortSignal.timeout(settings.longestMs);
    const client = await createContestant(contestant, { origin: fake.origin, signal });
    const calls = Array.from({ length: count }, () => () => client.rest());
    const { outcomes, wholeMs } = await race(calls, 32);
    const { tooMany } = await fake.report();
    const failures = outcomes.flatMap(({ error }) => (error === undefined ? [] : [nameOfError(error)]));
    const optimumMs = ((count - failures.length - size) * 1_000) / rate;
    return {
      contestant,
      seed,
      errors: countBy(failures),
      figures: {
        'time / optimum': failures.length > count / 10 ? Number.NaN : wholeMs / optimumMs,
        '429s': tooMany,
        'failed permanently': failures.length,
        'longest wait / whole': longestMs(outcomes) / wholeMs,
        'whole s': wholeMs / 1_000,
      },
    };
  } finally {
    await fake.stop();
  }
}
