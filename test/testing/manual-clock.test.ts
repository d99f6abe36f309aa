import { execFile } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createManualClock, type ManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { isShopwrightError } from '../../src/errors/errors.ts';
import { sleep } from '../../src/internal/abort.ts';

/** Notes when it wakes. */
async function waiter(clock: ManualClock, ms: number, notes: string[], name = String(ms)): Promise<string> {
  await sleep(clock, ms);
  notes.push(`${name}@${clock.monotonic()}`);
  return name;
}

describe('createManualClock', () => {
  it('stands still by itself, and starts where it is told', () => {
    expect(createManualClock().now()).toBe(Date.parse('2026-11-01T00:00:00Z'));
    const clock = createManualClock({ now: 1_000 });
    expect([clock.now(), clock.monotonic(), clock.pending]).toEqual([1_000, 0, 0]);
  });

  it('advances through due timers in order, and lets promises set new ones between them', async () => {
    const clock = createManualClock({ now: 1_000 });
    const notes: string[] = [];
    void waiter(clock, 300, notes);
    void waiter(clock, 100, notes).then(() => waiter(clock, 150, notes, 'after 100'));
    void waiter(clock, 100, notes, 'also 100');
    await clock.advance(299);
    expect(notes).toEqual(['100@100', 'also 100@100', 'after 100@250']);
    await clock.advance(1);
    expect(notes.at(-1)).toBe('300@300');
    expect([clock.now(), clock.pending]).toEqual([1_300, 0]);
  });

  it('forgets a timer that was cancelled', async () => {
    const clock = createManualClock();
    const notes: string[] = [];
    const cancel = clock.setTimer(() => notes.push('late'), 10);
    expect(clock.pending).toBe(1);
    cancel();
    await clock.advance(100);
    expect(notes).toEqual([]);
  });

  it('fires a timer with a negative delay at once, and never goes back', async () => {
    const clock = createManualClock();
    await clock.advance(50);
    const notes: string[] = [];
    void waiter(clock, -20, notes);
    await clock.advance(0);
    expect(notes).toEqual(['-20@50']);
  });

  it('runs until a promise settles, and not further', async () => {
    const clock = createManualClock();
    const notes: string[] = [];
    void waiter(clock, 3_600_000, notes);
    await expect(clock.run(waiter(clock, 90_000, notes))).resolves.toBe('90000');
    expect([clock.monotonic(), clock.pending]).toEqual([90_000, 1]);
  });

  it('hands on a rejection', async () => {
    const clock = createManualClock();
    const failing = sleep(clock, 5).then(() => Promise.reject(new RangeError('no')));
    await expect(clock.run(failing)).rejects.toThrow(RangeError);
  });

  it('waits a while for what needs turns of the event loop but no timer', async () => {
    const clock = createManualClock();
    const slow = async (): Promise<string> => {
      for (let turn = 0; turn < 40; turn++) await setImmediate();
      await sleep(clock, 10);
      return 'done';
    };
    await expect(clock.run(slow())).resolves.toBe('done');
  });

  it('does not take a turn that computes for long for one that nothing happens in', async () => {
    const clock = createManualClock();
    const busy = async (): Promise<string> => {
      for (let turn = 0; turn < 20; turn++) await setImmediate();
      const until = performance.now() + 1_100;
      while (performance.now() < until);
      for (let turn = 0; turn < 3; turn++) await setImmediate();
      return 'done';
    };
    await expect(clock.run(busy())).resolves.toBe('done');
  });

  it('waits for what another process is at work on', async () => {
    const clock = createManualClock();
    const work = promisify(execFile)(process.execPath, ['-e', 'console.log("done")']);
    await expect(clock.run(work)).resolves.toMatchObject({ stdout: 'done\n' });
  });

  it('says so when nothing can settle the promise any more', async () => {
    const clock = createManualClock();
    const stuck = clock.run(new Promise(() => undefined));
    await expect(stuck).rejects.toSatisfy((error: unknown) => isShopwrightError(error, 'TIMEOUT', 'DEADLINE_EXCEEDED'));
    await expect(stuck).rejects.toThrow('no timer left');
  });
});
