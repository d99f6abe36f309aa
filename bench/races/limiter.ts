import { performance } from 'node:perf_hooks';
import { tokenBucketLimiter } from 'shopwright/limiter';
import type { RaceResult, Run } from './result.ts';
import type { Settings } from './settings.ts';

const grants = 100_000;
const scope = { shop: 'demo.myshopify.com', app: 'default' };
const full = { maximumAvailable: 1e9, currentlyAvailable: 1e9, restoreRate: 1e6 };

/** The cost of the token bucket itself: grants per second, and the milliseconds added if nobody waits. */
export async function limiterRace(settings: Settings): Promise<RaceResult> {
  const runs: Run[] = [];
  for (const seed of settings.seeds) {
    const limiter = tokenBucketLimiter();
    const call = async (): Promise<void> => {
      const permit = await limiter.acquire({ ...scope, cost: 1, priority: 'interactive' });
      permit.settle({ actualCost: 1, throttleStatus: full });
    };
    for (let index = 0; index < grants / 10; index += 1) await call();
    const startedAt = performance.now();
    for (let index = 0; index < grants; index += 1) await call();
    const ms = performance.now() - startedAt;
    limiter.close();
    const figures = {
      'ms added': ms / grants,
      'grants / s': (grants * 1_000) / ms,
      '20,000/s / measured': (20_000 * ms) / grants / 1_000,
    };
    runs.push({ contestant: 'shopwright', seed, figures });
  }
  return { race: 'the token bucket alone', runs, targets: { 'ms added': 0.05, '20,000/s / measured': 1 } };
}

/** Milliseconds of a call that is refused for its deadline, by the number of waiting calls. */
export async function refusalRace(settings: Settings): Promise<RaceResult> {
  const runs: Run[] = [];
  for (const seed of settings.seeds) {
    // The first one warms up.
    await msOfRefusal(10);
    const [few, many] = [await msOfRefusal(10), await msOfRefusal(10_000)];
    const figures = { 'ms, 10 wait': few, 'ms, 10,000 wait': many, '10,000 / 10': many / few };
    runs.push({ contestant: 'shopwright', seed, figures });
  }
  return { race: 'a call refused for its deadline', runs, targets: { '10,000 / 10': 2 } };
}

async function msOfRefusal(waiters: number): Promise<number> {
  const refused = 2_000;
  const limiter = tokenBucketLimiter();
  const ask = (more: object = {}) =>
    limiter.acquire({ ...scope, cost: 100, costNow: () => 100, priority: 'interactive', ...more });
  const empty = { maximumAvailable: 1_000, currentlyAvailable: 0, restoreRate: 50 };
  (await ask()).settle({ actualCost: 100, throttleStatus: empty });
  const waiting = Array.from({ length: waiters }, () => ask().catch(() => undefined));
  const startedAt = performance.now();
  for (let call = 0; call < refused; call += 1) await ask({ maxWaitMs: 1_000 }).catch(() => undefined);
  const ms = (performance.now() - startedAt) / refused;
  limiter.close();
  await Promise.all(waiting);
  return ms;
}
