import { attemptCases, closingCases, deadLetterCases, deferCases } from './job-queue/attempt-cases.ts';
import { dedupeCases, enqueueCases, refusalCases, sharedCases, statsCases } from './job-queue/enqueue-cases.ts';
import {
  createQueueHarness,
  type JobQueueAbilities,
  type JobQueueSubject,
  type JobQueueTerms,
  terms,
} from './job-queue/harness.ts';
import type { ConformanceRunner } from './runner.ts';

export type { JobQueueAbilities, JobQueueSubject, JobQueueTerms } from './job-queue/harness.ts';

/**
 * Tests a queue against the port, on any runner with `describe`, `it` and `expect(…).toBe` and `.toEqual`. The cases
 * wait only through `advance`, a few dozen milliseconds each, so for a queue on a real clock `advance` can sleep.
 *
 * @param name Name of the queue.
 * @param createQueue Creates an empty queue with the given settings. Called for each case, which closes it.
 * @param runner The runner's functions.
 * @param abilities Optional abilities that this queue has.
 *
 * @example
 * import { describe, expect, it } from 'vitest';
 * describeJobQueue('my queue', (terms) => {
 *   const clock = createManualClock();
 *   return { queue: myQueue({ ...terms, clock }), advance: (ms) => clock.advance(ms) };
 * }, { describe, it, expect });
 */
export function describeJobQueue(
  name: string,
  createQueue: (terms: JobQueueTerms) => JobQueueSubject | Promise<JobQueueSubject>,
  runner: ConformanceRunner,
  abilities: JobQueueAbilities = {},
): void {
  const cases = [
    ...[...enqueueCases, ...refusalCases, ...dedupeCases, ...attemptCases, ...deferCases],
    ...[...deadLetterCases, ...statsCases, ...closingCases, ...(abilities.shared ? sharedCases : [])],
  ];
  runner.describe(`${name} as a job queue`, () => {
    for (const { name: sentence, check } of cases) {
      runner.it(sentence, async () => {
        const lines: string[] = [];
        const subject = await createQueue(terms(lines));
        const harness = createQueueHarness(subject, lines);
        try {
          await check(harness, runner.expect);
        } finally {
          harness.release();
          await harness.end(subject.queue.close({ graceMs: 0 }));
          await subject.dispose?.();
        }
      });
    }
  });
}
