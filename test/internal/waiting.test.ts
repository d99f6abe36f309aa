import { systemClock } from 'shopwright';
import { createManualClock } from 'shopwright/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { linkSignal, sleep } from '../../src/internal/abort.ts';

describe('sleep', () => {
  it('ends after its time', async () => {
    const clock = createManualClock();
    let awake = false;
    const sleeping = sleep(clock, 1000).then(() => {
      awake = true;
    });
    await clock.advance(999);
    expect(awake).toBe(false);
    await clock.advance(1);
    await sleeping;
  });

  it('does not begin when the signal is aborted', async () => {
    const clock = createManualClock();
    await expect(sleep(clock, 1000, AbortSignal.abort('no'))).rejects.toBe('no');
    expect(clock.pending).toBe(0);
  });

  it('leaves nothing on the signal', async () => {
    const clock = createManualClock();
    const controller = new AbortController();
    const remove = vi.spyOn(controller.signal, 'removeEventListener');
    await clock.run(sleep(clock, 10, controller.signal));
    expect(remove).toHaveBeenCalledOnce();
  });
});

describe('a linked signal', () => {
  it('follows an outer signal that is aborted already', () => {
    const clock = createManualClock();
    const link = linkSignal(clock, AbortSignal.abort('gone'), 1000, () => 'late');
    expect(link.signal.reason).toBe('gone');
    link.release();
    expect(clock.pending).toBe(0);
  });

  it('aborts with the reason of its own when time runs out', async () => {
    const clock = createManualClock();
    const link = linkSignal(clock, undefined, 1000, () => 'late');
    await clock.advance(1000);
    expect(link.signal.reason).toBe('late');
  });

  it('hears nothing more once it is released', async () => {
    const clock = createManualClock();
    const outer = new AbortController();
    const link = linkSignal(clock, outer.signal, 1000, () => 'late');
    link.release();
    outer.abort();
    await clock.advance(5000);
    expect(link.signal.aborted).toBe(false);
  });
});

describe('the system clock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('calls once, later, unless it is cancelled', () => {
    const calls: string[] = [];
    systemClock.setTimer(() => calls.push('a'), 100);
    systemClock.setTimer(() => calls.push('b'), 100)();
    vi.advanceTimersByTime(1000);
    expect(calls).toEqual(['a']);
  });

  it('does not take a very long wait for none', () => {
    let called = false;
    systemClock.setTimer(() => (called = true), 2 ** 40);
    vi.advanceTimersByTime(1_000_000);
    expect(called).toBe(false);
  });

  it('tells wall time and time that only goes on', () => {
    const [wall, steady] = [systemClock.now(), systemClock.monotonic()];
    vi.advanceTimersByTime(50);
    expect(systemClock.now() - wall).toBe(50);
    expect(systemClock.monotonic() - steady).toBe(50);
  });

  it('ends a wait when its time runs out, and leaves nothing unhandled behind', async () => {
    const clock = createManualClock();
    const link = linkSignal(clock, undefined, 1000, () => 'late');
    const { promise, reject } = Promise.withResolvers<string>();
    const wait = link.until(promise);
    await Promise.all([clock.advance(1000), expect(wait).rejects.toBe('late')]);
    reject(new Error('nobody hears this any more'));
    await expect(link.until(Promise.resolve('too late'))).rejects.toBe('late');
  });

  it('lets a wait end as its promise does', async () => {
    const link = linkSignal(createManualClock(), undefined, 1000, () => 'late');
    await expect(link.until(Promise.resolve('in time'))).resolves.toBe('in time');
    await expect(link.until(Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    link.release();
  });
});
