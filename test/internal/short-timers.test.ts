import { createManualClock } from 'shopwright/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { shortTimers, systemClock } from '../../src/internal/clock.ts';

afterEach(() => vi.unstubAllGlobals());

describe.each([
  ['no setImmediate', undefined],
  [
    'a setImmediate that throws',
    () => {
      throw new Error('A Node.js API is used that is not supported here.');
    },
  ],
])('where a runtime has %s,', (_runtime, setImmediate) => {
  it('short timers are the timers of the clock at once', async () => {
    vi.stubGlobal('setImmediate', setImmediate);
    const clock = createManualClock();
    const ran: number[] = [];
    const timers = shortTimers(clock);
    for (const delayMs of [20, 10]) timers.setTimer(() => ran.push(clock.monotonic()), delayMs);
    expect(clock.pending).toBe(2);
    timers.setTimer(() => ran.push(0), 15)();
    expect(clock.pending).toBe(2);
    await clock.advance(20);
    expect(ran).toEqual([10, 20]);
  });

  it('the system clock still has timers whose time has passed', async () => {
    vi.stubGlobal('setImmediate', setImmediate);
    await expect(new Promise((resolve) => systemClock.setTimer(() => resolve('ran'), 0))).resolves.toBe('ran');
  });
});
