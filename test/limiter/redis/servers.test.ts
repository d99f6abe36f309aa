import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import type { Permit, RateLimiter } from 'shopwright';
import { afterEach, expect, it } from 'vitest';
import { redisLimiter } from '../../../src/limiter/redis/redis-limiter.ts';
import { redisOrSkip } from '../../services.ts';
import { scope } from './redis-bench.ts';
import { describeWithRedisServer, freePort, startRedis, startSilentServer, type TestServer } from './redis-server.ts';

const { url, describe } = await redisOrSkip(15);

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

type Client = Redis | Redis5;

/** A client that keeps quiet about what the tests do to its server. */
function connected<T extends Client>(client: T): T {
  client.on('error', () => undefined);
  ends.push(() => client.disconnect());
  return client;
}

const keyPrefix = `test:${randomUUID()}:`;

function limiterOn(redis: Client): RateLimiter {
  const limiter = redisLimiter({ redis, keyPrefix, commandTimeoutMs: 100, probeMs: 20, processes: 2 });
  ends.push(() => limiter.close());
  return limiter;
}

const ask = (limiter: RateLimiter): Promise<Permit> => limiter.acquire({ ...scope, cost: 10, priority: 'interactive' });
const answer = {
  actualCost: 10,
  throttleStatus: { maximumAvailable: 1_000, currentlyAvailable: 900, restoreRate: 100 },
};
/** One call; gives the size of the bucket that the limiter reckons with then: half of it while it is alone. */
async function call(limiter: RateLimiter): Promise<number | undefined> {
  (await ask(limiter)).settle(answer);
  return limiter.status(scope)?.maximumAvailable;
}
const [whole, share] = [1_000, 500];

const clients = {
  'ioredis 6': (port: number): Client => connected(new Redis(port, '127.0.0.1')),
  'ioredis 5': (port: number): Client => connected(new Redis5(port, '127.0.0.1')),
};

describe('a client that is disconnected', () => {
  it.each([
    ['ioredis 6', () => connected(new Redis(url))],
    ['ioredis 5', () => connected(new Redis5(url))],
  ] as const)('costs no call, and is used again when it is back (%s)', async (_, connect) => {
    const redis = connect();
    const limiter = limiterOn(redis);
    await call(limiter);
    expect(await call(limiter)).toBe(whole);
    redis.disconnect();
    expect(await call(limiter)).toBe(share);
    await redis.connect();
    await expect.poll(() => call(limiter)).toBe(whole);
    await redis.del(`${keyPrefix}{${scope.shop}:${scope.app}}`);
  });
});

describe('a process that was held up', () => {
  it.each([
    ['ioredis 6', () => connected(new Redis(url))],
    ['ioredis 5', () => connected(new Redis5(url))],
  ] as const)('does not take an answer that lies there unread for none (%s)', async (_, connect) => {
    const limiter = limiterOn(connect());
    await call(limiter);
    expect(await call(limiter)).toBe(whole);
    const permit = ask(limiter);
    await Promise.resolve();
    // Holds the process up for longer than a command may take.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    (await permit).settle(answer);
    expect(limiter.status(scope)?.maximumAvailable).toBe(whole);
    await connected(new Redis(url)).del(`${keyPrefix}{${scope.shop}:${scope.app}}`);
  });
});

it.each(Object.entries(clients))('a server that hangs costs no call (%s)', async (_, connect) => {
  const server = await startSilentServer();
  ends.push(() => server.kill());
  const limiter = limiterOn(connect(server.port));
  expect(await call(limiter)).toBe(share);
  expect(await call(limiter)).toBe(share);
});

it.each(Object.entries(clients))('a server that is not there costs no call (%s)', async (_, connect) => {
  const limiter = limiterOn(connect(await freePort()));
  expect(await call(limiter)).toBe(share);
  expect(await call(limiter)).toBe(share);
});

describeWithRedisServer('a server that is killed and started again', () => {
  it.each(Object.entries(clients))(
    'costs no call, and is used again without a restart of the process (%s)',
    async (_, connect) => {
      const port = await freePort();
      let server: TestServer = await startRedis(port);
      ends.push(() => server.kill());
      const limiter = limiterOn(connect(port));
      await call(limiter);
      expect(await call(limiter)).toBe(whole);
      const held = await ask(limiter);
      const waiting = Array.from({ length: 20 }, () => call(limiter));
      await server.kill();
      await Promise.all(waiting);
      expect(await call(limiter)).toBe(share);
      server = await startRedis(port);
      await expect.poll(() => call(limiter), { timeout: 5_000 }).toBe(whole);
      held.settle(answer);
      await expect.poll(() => limiter.status(scope)).toMatchObject({ inFlight: 0, reserved: 0 });
    },
    20_000,
  );
});
