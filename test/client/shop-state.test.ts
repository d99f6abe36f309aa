import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createManualClock, type ManualClock } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { ShopState, ShopStateCache } from '../../src/client/shop-state.ts';

const policy = { failures: 1, operations: 1, openMs: 300_000, trials: 1 };
const idleMs = 600_000;

function cacheOn(clock: ManualClock): { readonly cache: ShopStateCache; take(name: string): ShopState } {
  const cache = new ShopStateCache();
  return {
    cache,
    take: (name) => cache.take(name, () => new ShopState({ shop: name, key: name, policy, store: undefined, clock })),
  };
}

const call = ({ breaker }: ShopState, verdict: 'success' | 'failure'): Promise<unknown> =>
  breaker.run(
    'Q',
    () => Promise.resolve(),
    () => verdict,
  );

/**
 * Collects garbage. A `WeakRef` that was read keeps its target until the next turn. One or two targets may survive on
 * the stack, so tests allow for some.
 */
async function collect(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc: () => void = runInNewContext('gc');
  for (let turn = 0; turn < 2; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    gc();
  }
}

/** Takes that many other states, each used once. */
function fill(take: (name: string) => ShopState, from: number, to: number): void {
  for (let index = from; index < to; index += 1) take(`other-${index}`);
}

describe('the cache of shop states', () => {
  it('returns the same state for the same name, and another for each other name', () => {
    const { cache, take } = cacheOn(createManualClock());
    expect(take('one')).toBe(take('one'));
    expect(take('one')).not.toBe(take('two'));
    expect(cache.size).toBe(2);
  });

  it('drops states that have been idle for long, when it grows', async () => {
    const clock = createManualClock();
    const { cache, take } = cacheOn(clock);
    fill(take, 0, 1_000);
    await clock.advance(idleMs);
    fill(take, 1_000, 1_001);
    await collect();
    fill(take, 1_001, 2_001);
    expect(cache.size).toBeLessThan(1_100);
  });

  it('never holds many more states than are in use, however many shops there are', async () => {
    const clock = createManualClock();
    const { cache, take } = cacheOn(clock);
    for (let round = 0; round < 10; round += 1) {
      fill(take, round * 1_000, (round + 1) * 1_000);
      await clock.advance(idleMs);
      await collect();
      expect(cache.size).toBeLessThan(2_100);
    }
  });

  it('keeps open breakers that no client holds, until long after they may close', async () => {
    const clock = createManualClock();
    const { take } = cacheOn(clock);
    const dead = Array.from({ length: 20 }, (_, index) => `dead-${index}`);
    const those = (state: string): number => dead.filter((name) => take(name).breaker.state() === state).length;
    for (const name of dead) await call(take(name), 'failure');
    await clock.advance(idleMs);
    fill(take, 0, 1_000);
    await collect();
    expect(those('open')).toBe(20);
    await clock.advance(policy.openMs);
    fill(take, 1_000, 2_000);
    await collect();
    expect(those('closed')).toBeGreaterThan(15);
  });

  it('gives the next client the state that an idle one still holds', async () => {
    const clock = createManualClock();
    const { take } = cacheOn(clock);
    const held = take('held');
    await clock.advance(idleMs);
    fill(take, 0, 1_000);
    await collect();
    fill(take, 1_000, 3_000);
    expect(take('held')).toBe(held);
  });

  it('keeps a state again once an idle client uses it, even after that client is gone', async () => {
    const clock = createManualClock();
    const { take } = cacheOn(clock);
    const held: { state?: ShopState } = { state: take('held') };
    await clock.advance(idleMs);
    fill(take, 0, 1_000);
    if (held.state) await call(held.state, 'failure');
    delete held.state;
    await collect();
    expect(take('held').breaker.state()).toBe('open');
  });

  it('keeps a state while a call is in flight, however long it takes', async () => {
    const clock = createManualClock();
    const { breaker } = cacheOn(clock).take('slow');
    const { promise, resolve } = Promise.withResolvers<void>();
    const running = breaker.run(
      'Q',
      () => promise,
      () => 'success',
    );
    await clock.advance(10 * idleMs);
    expect(breaker.isIdle(idleMs)).toBe(false);
    resolve();
    await running;
    await clock.advance(idleMs);
    expect(breaker.isIdle(idleMs)).toBe(true);
  });
});
