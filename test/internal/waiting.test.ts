import { getEventListeners } from 'node:events';
import { systemClock } from 'shopwright';
import { createManualClock } from 'shopwright/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { boundedWait, linkSignal, sleep } from '../../src/internal/abort.ts';
import { Deadline } from '../../src/webhooks/ingest/store.ts';

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

  it('leaves no listener on the signal', async () => {
    const clock = createManualClock();
    const controller = new AbortController();
    const remove = vi.spyOn(controller.signal, 'removeEventListener');
    await clock.run(sleep(clock, 10, controller.signal));
    expect(remove).toHaveBeenCalledOnce();
  });
});

describe('one signal for many waits', () => {
  it('has one listener while any of them waits, and none after that', async () => {
    const clock = createManualClock();
    const stop = new AbortController();
    const listeners = (): number => getEventListeners(stop.signal, 'abort').length;
    const links = Array.from({ length: 50 }, () => linkSignal(clock, stop.signal, 1_000, () => 'late'));
    const waits = Array.from({ length: 50 }, () => boundedWait(new Promise(() => {}), { signal: stop.signal }));
    const sleeps = [10, 20].map((ms) => sleep(clock, ms, stop.signal));
    expect(listeners()).toBe(1);
    await clock.advance(10);
    await sleeps[0];
    expect(listeners()).toBe(1);
    stop.abort('enough');
    expect(links.map(({ signal }) => signal.reason)).toEqual(links.map(() => 'enough'));
    const outcomes = await Promise.allSettled([...waits, sleeps[1]]);
    expect(new Set(outcomes.map((one) => (one.status === 'rejected' ? one.reason : one)))).toEqual(new Set(['enough']));
    for (const link of links) link.release();
    expect(listeners()).toBe(0);
  });

  it('can be waited on again after all waits on it have ended', () => {
    const clock = createManualClock();
    const stop = new AbortController();
    linkSignal(clock, stop.signal, 1_000, () => 'late').release();
    const link = linkSignal(clock, stop.signal, 1_000, () => 'late');
    stop.abort('enough');
    expect(link.signal.reason).toBe('enough');
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

  it('aborts with its own reason when time runs out', async () => {
    const clock = createManualClock();
    const link = linkSignal(clock, undefined, 1000, () => 'late');
    await clock.advance(1000);
    expect(link.signal.reason).toBe('late');
  });

  it('no longer reacts once it is released', async () => {
    const clock = createManualClock();
    const outer = new AbortController();
    const link = linkSignal(clock, outer.signal, 1000, () => 'late');
    link.release();
    outer.abort();
    await clock.advance(5000);
    expect(link.signal.aborted).toBe(false);
  });
});

describe('a bounded wait', () => {
  it('settles as its work does, and leaves no timer and no listener', async () => {
    const clock = createManualClock();
    const { signal } = new AbortController();
    const remove = vi.spyOn(signal, 'removeEventListener');
    const bounds = { clock, signal, timeoutMs: 1_000, onTimeout: () => 'late' };
    await expect(boundedWait(Promise.resolve('done'), bounds)).resolves.toBe('done');
    await expect(boundedWait(Promise.reject(new Error('broken')), bounds)).rejects.toThrow('broken');
    expect(remove).toHaveBeenCalledTimes(2);
    expect(clock.pending).toBe(0);
  });

  it('ends when its time is up, at once if there is none', async () => {
    const clock = createManualClock();
    const never = new Promise(() => undefined);
    const wait = boundedWait(never, { clock, timeoutMs: 1_000, onTimeout: () => 'late' });
    await expect(clock.run(wait)).rejects.toBe('late');
    expect(clock.monotonic()).toBe(1_000);
    await expect(boundedWait(never, { clock, timeoutMs: 0, onTimeout: () => 'late' })).rejects.toBe('late');
  });

  it('ends when its signal aborts, or after its grace period', async () => {
    const clock = createManualClock();
    const never = new Promise(() => undefined);
    await expect(boundedWait(never, { signal: AbortSignal.abort('gone') })).rejects.toBe('gone');
    const controller = new AbortController();
    const wait = boundedWait(never, { clock, signal: controller.signal, graceMs: 5_000 });
    controller.abort('stop');
    await expect(clock.run(wait)).rejects.toBe('stop');
    expect(clock.monotonic()).toBe(5_000);
    const inGrace = boundedWait(Promise.resolve('done'), { clock, signal: controller.signal, graceMs: 5_000 });
    await expect(inGrace).resolves.toBe('done');
    expect(clock.pending).toBe(0);
  });

  it('reports the outcome of work that is no longer waited for', async () => {
    const late: unknown[] = [];
    const { promise, resolve } = Promise.withResolvers<string>();
    const bounds = { signal: AbortSignal.abort('gone'), onLate: (outcome: unknown) => late.push(outcome) };
    await expect(boundedWait(promise, bounds)).rejects.toBe('gone');
    await expect(boundedWait(Promise.reject('broken'), bounds)).rejects.toBe('gone');
    resolve('done');
    await promise;
    expect(late).toEqual([{ error: 'broken' }, { value: 'done' }]);
  });
});

describe('a deadline', () => {
  it('limits several waits together, until it is started again', async () => {
    const clock = createManualClock();
    const deadline = new Deadline(clock, 1_000);
    const never = new Promise(() => undefined);
    await clock.advance(600);
    await expect(deadline.wait(Promise.resolve('in time'), () => 'late')).resolves.toBe('in time');
    await expect(clock.run(deadline.wait(never, () => 'late'))).rejects.toBe('late');
    expect(clock.monotonic()).toBe(1_000);
    deadline.restart();
    await expect(clock.run(deadline.wait(never, () => 'late'))).rejects.toBe('late');
    expect(clock.monotonic()).toBe(2_000);
    expect(clock.pending).toBe(0);
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

  it('does not treat a very long delay as none', () => {
    let called = false;
    systemClock.setTimer(() => (called = true), 2 ** 40);
    vi.advanceTimersByTime(1_000_000);
    expect(called).toBe(false);
  });

  it('returns wall time and monotonic time', () => {
    const [wall, steady] = [systemClock.now(), systemClock.monotonic()];
    vi.advanceTimersByTime(50);
    expect(systemClock.now() - wall).toBe(50);
    expect(systemClock.monotonic() - steady).toBe(50);
  });

  it('ends a wait when its time runs out, without an unhandled rejection', async () => {
    const clock = createManualClock();
    const link = linkSignal(clock, undefined, 1000, () => 'late');
    const { promise, reject } = Promise.withResolvers<string>();
    const wait = link.until(promise);
    await Promise.all([clock.advance(1000), expect(wait).rejects.toBe('late')]);
    reject(new Error('nobody hears this any more'));
    await expect(link.until(Promise.resolve('too late'))).rejects.toBe('late');
  });

  it('lets a wait settle as its promise does', async () => {
    const link = linkSignal(createManualClock(), undefined, 1000, () => 'late');
    await expect(link.until(Promise.resolve('in time'))).resolves.toBe('in time');
    await expect(link.until(Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    link.release();
  });
});
