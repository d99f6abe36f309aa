import { createManualClock } from 'shopwright/testing';
import { describe, expect, it, vi } from 'vitest';
import { shortTimers, systemClock } from '../../../src/internal/clock.ts';
import { Deadline } from '../../../src/webhooks/ingest/store.ts';

const never = new Promise<never>(() => undefined);
const late = () => new Error('late');

describe('Deadline', () => {
  it('ends each wait at its own time, and leaves no timer behind', async () => {
    const clock = createManualClock();
    const ended: string[] = [];
    const end = (name: string) => () => ended.push(`${name} at ${clock.monotonic()}`);
    const timers = shortTimers(clock);
    const long = new Deadline(timers, 3_000);
    const short = new Deadline(timers, 1_000);
    long.wait(never, late).catch(end('long'));
    short.wait(never, late).catch(end('short'));
    await clock.advance(500);
    short.restart();
    short.wait(never, late).catch(end('again'));
    await clock.advance(5_000);
    expect(ended).toEqual(['short at 1000', 'again at 1500', 'long at 3000']);
    expect(clock.pending).toBe(0);
  });

  it('settles as the work does, and sets no timer for what is done', async () => {
    const clock = createManualClock();
    const setTimer = vi.spyOn(clock, 'setTimer');
    const deadline = new Deadline(shortTimers(clock), 1_000);
    expect(await deadline.wait(Promise.resolve(1), late)).toBe(1);
    await expect(deadline.wait(Promise.reject(new Error('broken')), late)).rejects.toThrow('broken');
    await clock.advance(5_000);
    expect(setTimer).not.toHaveBeenCalled();
  });

  it("ends a wait on the machine's clock too, also where others were done before", async () => {
    const deadline = new Deadline(shortTimers(systemClock), 20);
    let isOver = false;
    setTimeout(() => {
      isOver = true;
    }, 10);
    await deadline.wait(Promise.resolve(), late);
    await expect(deadline.wait(never, late)).rejects.toThrow('late');
    expect(isOver).toBe(true);
  });
});
