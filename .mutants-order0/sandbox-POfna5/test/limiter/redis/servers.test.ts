// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster, Redis } from 'ioredis';
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5';
import type { Permit, RateLimiter } from 'shopwright/limiter';
import { afterEach, expect, it } from 'vitest';
import type { RedisScripting } from '../../../src/limiter/redis/connection.ts';
import { redisLimiter } from '../../../src/limiter/redis/redis-limiter.ts';
import { freePort, startRedis, startSilentServer, type TestServer } from '../../redis-server.ts';
import { redisOrSkip, redisServerOrSkip } from '../../services.ts';
import { scope } from './redis-harness.ts';

const { url, describe } = await redisOrSkip(15);
const describeWithServer = redisServerOrSkip();

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

function limiterOn(redis: RedisScripting, commandTimeoutMs = 100): RateLimiter {
  const limiter = redisLimiter({ redis, keyPrefix, commandTimeoutMs, probeMs: 20, processes: 2 });
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
/** So long a command may take on a busy machine, where the server is there. */
const patientMs = 2_000;

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
    const limiter = limiterOn(redis, patientMs);
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
  it('does not take a response that lies there unread for none', async () => {
    const redis = connected(new Redis(url));
    const limiter = limiterOn(redis, 1_000);
    await call(limiter);
    expect(await call(limiter)).toBe(whole);
    const permit = ask(limiter);
    await Promise.resolve();
    // Holds the process up for longer than a command may take.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_200);
    (await permit).settle(answer);
    expect(limiter.status(scope)?.maximumAvailable).toBe(whole);
    await redis.del(`${keyPrefix}{${scope.shop}:${scope.app}}`);
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

describeWithServer('a server that is killed and started again', () => {
  it.each(Object.entries(clients))(
    'costs no call, and is used again without a restart of the process (%s)',
    async (_, connect) => {
      const port = await freePort();
      let server: TestServer = await startRedis(port);
      ends.push(() => server.kill());
      const limiter = limiterOn(connect(port), patientMs);
      await call(limiter);
      expect(await call(limiter)).toBe(whole);
      const held = await ask(limiter);
      const waiting = Array.from({ length: 20 }, () => call(limiter));
      await server.kill();
      await Promise.all(waiting);
      expect(await call(limiter)).toBe(share);
      server = await startRedis(port);
      await expect.poll(() => call(limiter)).toBe(whole);
      held.settle(answer);
      await expect.poll(() => limiter.status(scope)).toMatchObject({ inFlight: 0, reserved: 0 });
    },
  );
});

interface ClusterMember {
  readonly port: number;
  readonly talkPort: number;
}

describeWithServer('a cluster', () => {
  const nodes = {
    'ioredis 6': (port: number) => new Cluster([{ host: '127.0.0.1', port }]),
    'ioredis 5': (port: number) => new Cluster5([{ host: '127.0.0.1', port }]),
  };

  it.each(Object.entries(nodes))('holds the buckets in the slots of their keys (%s)', async (_, connect) => {
    const directory = await mkdtemp(join(tmpdir(), 'shopwright-'));
    ends.push(() => rm(directory, { recursive: true }));
    // The usual port of the cluster's own talk is 10,000 higher, and may lie beyond all ports.
    const node = async () => ({ port: await freePort(), talkPort: await freePort() });
    const members = [await node(), await node()] as const;
    for (const { port, talkPort } of members) {
      const file = ['--cluster-config-file', `nodes-${port}.conf`, '--dir', directory];
      const server = await startRedis(port, ['--cluster-enabled', 'yes', '--cluster-port', String(talkPort), ...file]);
      ends.push(() => server.kill());
    }
    await joinCluster(members);
    const cluster = connect(members[0].port);
    cluster.on('error', () => undefined);
    ends.push(() => cluster.disconnect());
    const [one, two] = [limiterOn(cluster, 10_000), limiterOn(cluster, 10_000)];
    const slots = new Set<number>();
    for (let shop = 0; shop < 20; shop++) {
      const scopeOfShop = { shop: `shop-${shop}.myshopify.com`, app: 'default' };
      (await one.acquire({ ...scopeOfShop, cost: 10, priority: 'interactive' })).settle(answer);
      await two.acquire({ ...scopeOfShop, cost: 10, priority: 'interactive' });
      expect(two.status(scopeOfShop)).toMatchObject({ maximumAvailable: whole, inFlight: 1, confirmed: true });
      slots.add(await cluster.cluster('KEYSLOT', `${keyPrefix}{${scopeOfShop.shop}:default}`));
    }
    expect(slots.size).toBeGreaterThan(10);
  });
});

/** Makes a cluster of two servers, each with half of the slots. */
async function joinCluster(members: readonly [ClusterMember, ClusterMember]): Promise<void> {
  const [one, two] = members.map(({ port }) => connected(new Redis(port, '127.0.0.1')));
  if (!one || !two) return;
  await one.cluster('ADDSLOTSRANGE', 0, 8_191);
  await two.cluster('ADDSLOTSRANGE', 8_192, 16_383);
  await two.cluster('SET-CONFIG-EPOCH', 2);
  await two.cluster('MEET', '127.0.0.1', members[0].port, members[0].talkPort);
  for (const server of [one, two]) {
    await expect.poll(() => server.cluster('INFO'), { timeout: 20_000 }).toContain('cluster_state:ok');
  }
}
