// @ts-nocheck
import { expect, it } from 'vitest';
import { describeRateLimiter } from '../../../src/testing/conformance/rate-limiter.ts';
import { redisOrSkip } from '../../services.ts';
import { type ClientName, clients, createRedisHarness } from './redis-harness.ts';

const { url, describe } = await redisOrSkip(10);

for (const client of Object.keys(clients) as ClientName[]) {
  describeRateLimiter(
    `redisLimiter on ${client}`,
    async (terms) => {
      const { clock, limiter, close } = await createRedisHarness(url, client);
      return { limiter: limiter(terms), advance: (ms) => clock.step(ms), dispose: close };
    },
    { describe, it, expect },
  );
}
