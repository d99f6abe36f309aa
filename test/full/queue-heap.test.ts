import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { inProcessQueue } from 'shopwright/queue';
import { expect, it } from 'vitest';

it('2,000 jobs of 1 MB, one after the other, leave at most 20 MB behind', { timeout: 900_000 }, async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const heapMb = (): number => {
    collect();
    return process.memoryUsage().heapUsed / 2 ** 20;
  };
  const queue = inProcessQueue({ concurrency: 1 });
  let done = 0;
  queue.process('large', async () => {
    done += 1;
  });
  const before = heapMb();
  for (let number = 0; number < 2_000; number += 1) {
    // Two bytes per character, and a different text each time.
    await queue.enqueue({ type: 'large', payload: { text: `${number}\u2013`.padEnd(524_288, '\u2013') } });
    await queue.drain();
  }
  expect(done).toBe(2_000);
  expect(heapMb() - before).toBeLessThanOrEqual(20);
  await queue.close();
});
