/** Uses ten thousand shops once, and then idles. Started by `memoryRace` with `--expose-gc`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenBucketLimiter } from 'shopwright/limiter';

const shops = 10_000;
const idleMs = 5_000;
const megabyte = 2 ** 20;
const throttleStatus = { maximumAvailable: 2_000, currentlyAvailable: 1_990, restoreRate: 100 };

const measure = async () => {
  // Twice, with a pause: what finalizers release is collected too.
  for (let pass = 0; pass < 2; pass += 1) {
    globalThis.gc?.();
    await sleep(100);
  }
  const { heapUsed, rss } = process.memoryUsage();
  return { heapUsed, rss };
};

const limiter = tokenBucketLimiter();
const before = await measure();
for (let index = 0; index < shops; index += 1) {
  const scope = { shop: `shop-${index}.myshopify.com`, app: 'default' };
  const permit = await limiter.acquire({ ...scope, cost: 10, priority: 'interactive' });
  permit.settle({ actualCost: 10, throttleStatus });
}
const after = await measure();
const cpu = process.cpuUsage();
await sleep(idleMs);
const { user, system } = process.cpuUsage(cpu);
limiter.close();
process.send?.({
  'heap MB': (after.heapUsed - before.heapUsed) / megabyte,
  'RSS MB': (after.rss - before.rss) / megabyte,
  'idle CPU %': (user + system) / 1_000 / idleMs / 0.01,
});
