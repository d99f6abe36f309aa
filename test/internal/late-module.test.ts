import { createManualClock } from 'shopwright/testing';
import { describe, expect, it, vi } from 'vitest';
import { lateModule, modulesLoaded } from '../../src/internal/late-module.ts';

describe('a module that is loaded late', () => {
  it('is loaded at its first use, and once', async () => {
    const load = vi.fn(() => Promise.resolve({ name: 'late' }));
    const late = lateModule(load);
    expect(load).not.toHaveBeenCalled();
    expect(await Promise.all([late(), late()])).toEqual([{ name: 'late' }, { name: 'late' }]);
    expect(await late()).toEqual({ name: 'late' });
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('is loaded again at the next call if the load failed', async () => {
    const load = vi.fn(() => Promise.resolve('there')).mockRejectedValueOnce(new Error('not there'));
    const late = lateModule(load);
    await expect(late()).rejects.toThrow('not there');
    expect(await late()).toBe('there');
  });

  it('is waited for by a manual clock, which has no timer for it', async () => {
    const clock = createManualClock();
    const timer = vi.fn();
    clock.setTimer(timer, 5);
    const slow = lateModule(() => new Promise<string>((resolve) => setTimeout(() => resolve('there'), 50)));
    expect(modulesLoaded()).toBe(undefined);
    expect(await clock.run(slow())).toBe('there');
    expect(timer).not.toHaveBeenCalled();
    expect(modulesLoaded()).toBe(undefined);
  });
});
