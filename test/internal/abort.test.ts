import { createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { Deadline, linkSignal, untilAborted, whenAborted } from '../../src/internal/abort.ts';
import { systemClock } from '../../src/internal/clock.ts';

const never = new Promise<never>(() => undefined);
const late = () => new Error('late');

describe('Deadline', () => {
  it('ends each wait at its own time, by one timer, and leaves none behind', async () => {
    const clock = createManualClock();
    const ended: string[] = [];
    const end = (name: string) => () => ended.push(`${name} at ${clock.monotonic()}`);
    const long = new Deadline(clock, 3_000);
    const short = new Deadline(clock, 1_000);
    long.wait(never, late).catch(end('long'));
    short.wait(never, late).catch(end('short'));
    await clock.advance(500);
    short.restart();
    short.wait(never, late).catch(end('again'));
    expect(clock.pending).toBe(1);
    await clock.advance(5_000);
    expect(ended).toEqual(['short at 1000', 'again at 1500', 'long at 3000']);
    expect(clock.pending).toBe(0);
  });

  it('settles as the work does, and sets no timer for what is done', async () => {
    const clock = createManualClock();
    const deadline = new Deadline(clock, 1_000);
    expect(await deadline.wait(Promise.resolve(1), late)).toBe(1);
    await expect(deadline.wait(Promise.reject(new Error('broken')), late)).rejects.toThrow('broken');
    expect(clock.pending).toBe(0);
  });

  it("ends a wait on the machine's clock too, also where others were done before", async () => {
    const deadline = new Deadline(systemClock, 20);
    const startedAt = performance.now();
    await deadline.wait(Promise.resolve(), late);
    await expect(deadline.wait(never, late)).rejects.toThrow('late');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(19);
  });
});

describe('linkSignal', () => {
  it('tells those who wait on it, once, without a listener of theirs on the signal', async () => {
    const clock = createManualClock();
    const link = linkSignal(clock, undefined, 1_000, late);
    const told: string[] = [];
    let listeners = 0;
    const { addEventListener } = link.signal;
    link.signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(link.signal, given);
    };
    whenAborted(link.signal, () => told.push('first'));
    whenAborted(link.signal, () => told.push('taken back'))();
    const waiting = untilAborted(never, link.signal).catch((error: Error) => told.push(error.message));
    await clock.advance(2_000);
    await waiting;
    expect(told).toEqual(['first', 'late']);
    expect([listeners, clock.pending]).toEqual([0, 0]);
  });

  it('follows another signal, whose waits go on by a listener', async () => {
    const outer = new AbortController();
    const link = linkSignal(createManualClock(), outer.signal, 1_000, late);
    const told: unknown[] = [];
    whenAborted(link.signal, () => told.push(link.signal.reason));
    whenAborted(outer.signal, () => told.push('outer'));
    outer.abort('enough');
    expect(told).toEqual(['enough', 'outer']);
    link.release();
  });
});
