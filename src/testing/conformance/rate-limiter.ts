import { abilityCases } from './rate-limiter/abilities.ts';
import { pointsCases } from './rate-limiter/points.ts';
import { repricingCases } from './rate-limiter/repricing.ts';
import { refusalCases, waitingCases } from './rate-limiter/waiting.ts';
import {
  agingMs,
  createLimiterBench,
  type RateLimiterAbilities,
  type RateLimiterSubject,
  type RateLimiterTerms,
  softCeiling,
} from './rate-limiter-harness.ts';
import type { ConformanceRunner } from './runner.ts';

export type { RateLimiterAbilities, RateLimiterSubject, RateLimiterTerms } from './rate-limiter-harness.ts';

/**
 * Tests a limiter against the port, on any runner with `describe`, `it` and `expect(…).toBe` and `.toEqual`.
 * No case lets more than half a second pass, so a limiter on a real clock can be tested by an `advance`
 * that sleeps.
 *
 * @param name Name of the limiter.
 * @param createLimiter Makes a limiter that knows no bucket yet, on the terms it is given. Called for each
 *   case, which closes it.
 * @param runner The runner's functions.
 * @param abilities What the limiter does not do by its own documentation; the suite asserts that it does not.
 *
 * @example
 * import { describe, expect, it } from 'vitest';
 * describeRateLimiter('my limiter', ({ agingMs }) => {
 *   const clock = createManualClock();
 *   return { limiter: myLimiter({ clock, agingMs }), advance: (ms) => clock.advance(ms) };
 * }, { describe, it, expect }, { softCeiling: false });
 */
export function describeRateLimiter(
  name: string,
  createLimiter: (terms: RateLimiterTerms) => RateLimiterSubject | Promise<RateLimiterSubject>,
  runner: ConformanceRunner,
  abilities: RateLimiterAbilities = {},
): void {
  const cases = [...pointsCases, ...waitingCases, ...repricingCases, ...refusalCases, ...abilityCases].filter(
    ({ ability, without = false }) => ability === undefined || (abilities[ability] === false) === without,
  );
  runner.describe(`${name} as a rate limiter`, () => {
    for (const { name: sentence, check } of cases) {
      runner.it(sentence, async () => {
        const subject = await createLimiter({ agingMs, softCeiling });
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
