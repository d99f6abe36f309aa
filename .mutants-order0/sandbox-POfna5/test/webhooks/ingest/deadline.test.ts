// @ts-nocheck
import { createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/internal/clock.ts';
import { Deadline } from '../../../src/webhooks/ingest/deadline.ts';

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
