import { nextMessage, startProcess, stopProcess } from './fake-handle.ts';
import type { RaceResult, Run } from './result.ts';
import type { Settings } from './settings.ts';

/** Ten thousand idle shops in one limiter: memory, and CPU while nothing happens. */
export async function memoryRace(settings: Settings): Promise<RaceResult> {
  const runs: Run[] = [];
  for (const seed of settings.seeds) {
    const program = startProcess('./memory-program.ts', [], ['--expose-gc']);
    try {
      const figures = (await nextMessage(program)) as Readonly<Record<string, number>>;
      runs.push({ contestant: 'shopwright', seed, figures });
    } finally {
      await stopProcess(program);
    }
  }
  return { race: '10,000 idle shops in one limiter', runs, targets: { 'heap MB': 60, 'RSS MB': 60, 'idle CPU %': 2 } };
}
