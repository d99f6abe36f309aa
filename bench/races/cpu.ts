import { nextMessage, startFake, startProcess, stopProcess } from './fake-handle.ts';
import type { RaceResult, Run } from './result.ts';
import type { Settings } from './settings.ts';

/** The layer below each of ours, used bare and with an abort signal. */
const bareOf: Readonly<Record<string, string>> = {
  'shopwright on ky': 'fetch with a signal',
  "shopwright on a host's ky": "a host's ky",
  'shopwright on undici': 'undici request',
};

/** CPU of this process per call, for the whole client and its parts, relative to bare `fetch`. */
export async function cpuRace(settings: Settings): Promise<RaceResult> {
  const runs: Run[] = [];
  const bucket = { maximumAvailable: 1e9, restoreRate: 1e9 };
  for (const seed of settings.seeds) {
    const fake = await startFake({ shops: [{ bucket }], seed });
    const program = startProcess('./cpu-program.ts', [fake.origin, settings.isQuick ? '3' : '7']);
    try {
      const microseconds = (await nextMessage(program)) as Readonly<Record<string, number>>;
      const bare = microseconds['bare fetch'] ?? Number.NaN;
      for (const [contestant, each] of Object.entries(microseconds)) {
        const below = microseconds[bareOf[contestant] ?? ''];
        const figures = { 'CPU / bare fetch': each / bare, 'CPU µs a call': each };
        runs.push({ contestant, seed, figures: { ...figures, ...(below && { 'CPU / bare': each / below }) } });
      }
    } finally {
      await stopProcess(program);
      await fake.stop();
    }
  }
  return {
    race: 'CPU of one call, 32 at once',
    runs,
    targets: {
      'shopwright on ky: CPU / bare': 1.45,
      "shopwright on a host's ky: CPU / bare": 1.15,
      'shopwright on undici: CPU / bare': 1.4,
    },
  };
}
