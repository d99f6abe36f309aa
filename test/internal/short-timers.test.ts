import { createManualClock } from 'shopwright/testing';
import { afterEach, expect, it, vi } from 'vitest';
import { shortTimers } from '../../src/internal/clock.ts';

afterEach(() => vi.unstubAllGlobals());

it.each([
  ['no setImmediate', undefined],
  [
    'a setImmediate that throws',
    () => {
      throw new Error('A Node.js API is used that is not supported here.');
    },
  ],
])('short timers are the timers of the clock where a runtime has %s', (_runtime, setImmediate) => {
  vi.stubGlobal('setImmediate', setImmediate);
  const clock = createManualClock();
  expect(shortTimers(clock)).toBe(clock);
});
