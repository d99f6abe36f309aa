// @ts-nocheck
import { isShopwrightError } from 'shopwright';
import { createManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import type { BreakerState } from '../../src/ports/events.ts';
import { type BreakerVerdict, ShopBreaker } from '../../src/resilience/breaker.ts';

const policy = { failures: 5, operations: 2, openMs: 300_000, trials: 3 };

function setUp() {
  const clock = createManualClock();
  const states: BreakerState[] = [];
  const breaker = new ShopBreaker({ shop: 'acme.myshopify.com', policy, clock });
  const listener = { changed: (state: BreakerState) => states.push(state), storeFailed: () => undefined };
  const attempt = (verdict: BreakerVerdict, operation = 'A'): Promise<string> =>
    breaker.run(
      operation,
      () => Promise.resolve(verdict),
      () => verdict,
      listener,
    );
  const fail = async (times: number, operations = ['A', 'B']): Promise<void> => {
    for (let i = 0; i < times; i += 1) await attempt('failure', operations[i % operations.length]);
  };
  return { clock, states, breaker, attempt, fail };
}

describe('the circuit breaker of a shop', () => {
  it('opens after five failures in a row', async () => {
    const { breaker, fail, states } = setUp();
    await fail(4);
    expect(breaker.state()).toBe('closed');
    await fail(1);
    expect(breaker.state()).toBe('open');
    expect(states).toEqual(['open']);
  });

  it('starts counting again after a success', async () => {
    const { breaker, fail, attempt } = setUp();
    await fail(4);
    await attempt('success');
    await fail(4);
    expect(breaker.state()).toBe('closed');
  });

  it('stays closed when only one operation fails, since that can be the operation itself', async () => {
    const { breaker, fail } = setUp();
    await fail(50, ['Broken']);
    expect(breaker.state()).toBe('closed');
    await fail(1, ['Other']);
    expect(breaker.state()).toBe('open');
  });

  it('lets neutral results neither help nor harm', async () => {
    const { breaker, fail, attempt } = setUp();
    await fail(4);
    expect(await attempt('neutral')).toBe('neutral');
    expect(breaker.state()).toBe('closed');
    await fail(1, ['C']);
    expect(breaker.state()).toBe('open');
  });

  it('refuses calls while it is open, and says for how long', async () => {
    const { breaker, fail, clock } = setUp();
    await fail(5);
    await clock.advance(100_000);
    let ran = false;
    const refused = breaker.run(
      'A',
      async () => (ran = true),
      () => 'success',
    );
    await expect(refused).rejects.toSatisfy(
      (error) => isShopwrightError(error, 'CIRCUIT_OPEN') && error.retryAfterMs === 200_000,
    );
    expect(ran).toBe(false);
    expect(() => breaker.assertClosed('A')).toThrow(/acme\.myshopify\.com/);
  });

  it('closes after three trial calls that succeed', async () => {
    const { breaker, fail, attempt, clock, states } = setUp();
    await fail(5);
    await clock.advance(300_000);
    await attempt('success');
    await attempt('success');
    expect(breaker.state()).toBe('half-open');
    await attempt('success');
    expect(breaker.state()).toBe('closed');
    expect(states).toEqual(['open', 'half-open', 'closed']);
  });

  it('opens again at the first trial call that fails', async () => {
    const { breaker, fail, attempt, clock } = setUp();
    await fail(5);
    await clock.advance(300_000);
    await attempt('success');
    await attempt('failure');
    expect(breaker.state()).toBe('open');
    await clock.advance(299_999);
    await expect(attempt('success')).rejects.toSatisfy((error: unknown) => isShopwrightError(error, 'CIRCUIT_OPEN'));
  });

  it('refuses callers beyond the trial calls at once, where cockatiel would let them wait', async () => {
    const { breaker, fail, attempt, clock } = setUp();
    await fail(5);
    await clock.advance(300_000);
    const release: (() => void)[] = [];
    const trials = [1, 2, 3].map(() =>
      breaker.run(
        'A',
        () => new Promise<void>((resolve) => release.push(resolve)),
        () => 'success',
      ),
    );
    await expect(attempt('success')).rejects.toSatisfy((error: unknown) => isShopwrightError(error, 'CIRCUIT_OPEN'));
    for (const end of release) end();
    await Promise.all(trials);
    expect(await attempt('success')).toBe('success');
  });

  it('passes on what an attempt throws', async () => {
    const { breaker } = setUp();
    const error = new Error('aborted');
    await expect(
      breaker.run(
        'A',
        () => Promise.reject(error),
        () => 'success',
      ),
    ).rejects.toBe(error);
    expect(breaker.state()).toBe('closed');
  });

  it('is not closed by trial calls that end without a verdict: their places go to the next callers', async () => {
    const { breaker, fail, attempt, clock } = setUp();
    await fail(5);
    await clock.advance(300_000);
    for (let i = 0; i < 10; i += 1) await attempt('neutral');
    expect(breaker.state()).toBe('half-open');
    await expect(
      breaker.run(
        'A',
        () => Promise.reject(new Error('aborted')),
        () => 'success',
      ),
    ).rejects.toThrow('aborted');
    expect(breaker.state()).toBe('half-open');
    for (let i = 0; i < 3; i += 1) await attempt('success');
    expect(breaker.state()).toBe('closed');
  });

  it('is not opened again by a call that began before it opened', async () => {
    const { breaker, fail, attempt, clock } = setUp();
    const late = Promise.withResolvers<void>();
    const old = breaker.run(
      'Old',
      () => late.promise,
      () => 'failure',
    );
    await fail(5);
    await clock.advance(300_000);
    await attempt('success');
    late.resolve();
    await old;
    expect(breaker.state()).toBe('half-open');
  });

  it('counts what fails late, where news from elsewhere have opened and trial calls closed it since', async () => {
    const { breaker, fail, attempt, clock, states } = setUp();
    const late = Promise.withResolvers<void>();
    await fail(1);
    await attempt('success');
    const old = breaker.run(
      'Old',
      () => late.promise,
      () => 'failure',
    );
    await breaker.openFor(1_000);
    await clock.advance(1_000);
    for (let i = 0; i < 3; i += 1) await attempt('success');
    await fail(4);
    expect(breaker.state()).toBe('closed');
    late.resolve();
    await old;
    expect(breaker.state()).toBe('open');
    expect(states).toEqual(['open', 'half-open', 'closed', 'open']);
  });

  it('gives no place of an earlier half-open time to a later one', async () => {
    const { breaker, fail, attempt, clock } = setUp();
    await fail(5);
    await clock.advance(300_000);
    const pending = Array.from({ length: 4 }, () => Promise.withResolvers<BreakerVerdict>());
    const begin = (index: number, operation = 'A') =>
      breaker.run(
        operation,
        () => pending[index]?.promise ?? Promise.resolve('neutral' as const),
        (verdict) => verdict,
      );
    const early = begin(0);
    await attempt('failure');
    await clock.advance(300_000);
    const trials = [begin(1), begin(2), begin(3)];
    expect(breaker.state()).toBe('half-open');
    pending[0]?.resolve('neutral');
    await early;
    await expect(attempt('success')).rejects.toSatisfy((error: unknown) => isShopwrightError(error, 'CIRCUIT_OPEN'));
    for (const trial of pending) trial.resolve('success');
    await Promise.all(trials);
    expect(breaker.state()).toBe('closed');
  });

  it('stays as it is where it is open already and hears that another process opened', async () => {
    const { breaker, fail, attempt, clock, states } = setUp();
    await fail(5);
    await clock.advance(100_000);
    await breaker.openFor(1_000_000);
    expect(states).toEqual(['open']);
    await clock.advance(200_000);
    expect(await attempt('success')).toBe('success');
  });

  it('opens by news for as long as they say, and tells its listener', async () => {
    const { breaker, attempt, clock, states } = setUp();
    await attempt('success');
    await breaker.openFor(1_000);
    expect(states).toEqual(['open']);
    await clock.advance(999);
    await expect(attempt('success')).rejects.toSatisfy(
      (error: unknown) => isShopwrightError(error, 'CIRCUIT_OPEN') && error.retryAfterMs === 1,
    );
    await clock.advance(1);
    expect(await attempt('success')).toBe('success');
  });

  it('is idle once nothing is in flight and nobody has called for that long', async () => {
    const { breaker, clock } = setUp();
    const work = Promise.withResolvers<void>();
    const running = breaker.run(
      'A',
      () => work.promise,
      () => 'success',
    );
    await clock.advance(60_000);
    expect(breaker.isIdle(60_000)).toBe(false);
    work.resolve();
    await running;
    await clock.advance(59_999);
    expect(breaker.isIdle(60_000)).toBe(false);
    await clock.advance(1);
    expect(breaker.isIdle(60_000)).toBe(true);
  });

  it('is idle only after the time for which it stays open, while it is not closed', async () => {
    const { breaker, fail, clock } = setUp();
    await fail(5);
    await clock.advance(60_000 + policy.openMs - 1);
    expect(breaker.isIdle(60_000)).toBe(false);
    await clock.advance(1);
    expect(breaker.isIdle(60_000)).toBe(true);
  });

  it('runs what waits for its next use once', async () => {
    const { breaker, attempt } = setUp();
    let times = 0;
    breaker.onNextUse(() => {
      times += 1;
    });
    expect(times).toBe(0);
    await attempt('success');
    await attempt('success');
    expect(times).toBe(1);
  });
});
