import { createLimiterBench, type RateLimiterSubject } from './rate-limiter/bench.ts';
import { pointsCases } from './rate-limiter/points.ts';
import { refusalCases, waitingCases } from './rate-limiter/waiting.ts';
import type { ConformanceRunner } from './runner.ts';

export type { RateLimiterSubject } from './rate-limiter/bench.ts';

/**
 * Tests a limiter against the port, on any runner with `describe`, `it` and `expect(…).toBe` and `.toEqual`.
 * No case lets more than half a second pass, so a limiter on a real clock can be tested by an `advance`
 * that sleeps.
 *
 * @param name Name of the limiter.
 * @param createLimiter Makes a limiter that knows no bucket yet. Called for each case, which closes it.
 * @param runner The runner's functions.
 *
 * @example
 * import { describe, expect, it } from 'vitest';
 * describeRateLimiter('my limiter', () => {
 *   const clock = createManualClock();
 *   return { limiter: myLimiter({ clock }), advance: (ms) => clock.advance(ms) };
 * }, { describe, it, expect });
 */
export function describeRateLimiter(
  name: string,
  createLimiter: () => RateLimiterSubject | Promise<RateLimiterSubject>,
  runner: ConformanceRunner,
): void {
  runner.describe(`${name} as a rate limiter`, () => {
    for (const { name: sentence, check } of [...pointsCases, ...waitingCases, ...refusalCases]) {
      runner.it(sentence, async () => {
        const subject = await createLimiter();
        try {
          await check(createLimiterBench(subject), runner.expect);
        } finally {
          subject.limiter.close();
          await subject.dispose?.();
        }
      });
    }
  });
}
