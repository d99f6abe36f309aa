// @ts-nocheck
import { createBackground, type ShopEvent } from '../../../src/testing/fake/background.ts';
import { createManualClock } from '../../../src/testing/manual-clock.ts';
import { createHarness, type Harness, type HarnessOptions } from './harness.ts';

/** A harness with what its webhooks would tell of. */
export interface ListeningHarness extends Harness {
  readonly events: readonly ShopEvent[];
  /** Topics of the events since the last call. */
  topics(): readonly string[];
}

export function createListeningHarness(options: HarnessOptions = {}): ListeningHarness {
  const clock = createManualClock({ now: Date.UTC(2026, 9, 1) });
  const background = createBackground(clock, (error) => Promise.reject(error));
  const events: ShopEvent[] = [];
  background.subscribe((event) => events.push(event));
  let told = 0;
  return {
    ...createHarness({ ...options, clock, background }),
    events,
    topics() {
      const fresh = events.slice(told).map(({ topic }) => topic);
      told = events.length;
      return fresh;
    },
  };
}
