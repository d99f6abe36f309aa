import type { PushOutcome, PushResult, PushSummary } from './types.ts';

/** Problems of a run that its summary names one by one; all are counted. */
const namedProblems = 1000;

/** Counts the results of a run. */
export interface Tally extends Pick<PushSummary, 'finished' | 'counts' | 'invalid' | 'failed'> {
  add(result: PushResult): void;
}

export function createTally(): Tally {
  const invalid: PushSummary['invalid'][number][] = [];
  const failed: PushSummary['failed'][number][] = [];
  const counts: Record<PushOutcome, number> = {
    created: 0,
    updated: 0,
    unchanged: 0,
    'would-create': 0,
    'would-update': 0,
    invalid: 0,
    failed: 0,
    skipped: 0,
  };
  let finished = 0;
  return {
    get finished() {
      return finished;
    },
    counts,
    invalid,
    failed,
    add(result) {
      finished += 1;
      counts[result.outcome] += 1;
      if (result.outcome === 'invalid' && invalid.length < namedProblems) invalid.push(result);
      if (result.outcome === 'failed' && failed.length < namedProblems) failed.push(result);
    },
  };
}
