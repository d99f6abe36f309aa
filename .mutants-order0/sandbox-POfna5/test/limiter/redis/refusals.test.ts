// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { type RateLimiter, tokenBucketLimiter } from 'shopwright/limiter';
import { redisLimiter } from 'shopwright/limiter/redis';
import { createManualClock } from 'shopwright/testing';
import { afterEach, expect, it, vi } from 'vitest';
import { freePort, startRedis } from '../../redis-server.ts';
import { redisServerOrSkip } from '../../services.ts';
import { recordingLogger } from '../../webhooks/recording-logger.ts';
import { scope } from './redis-harness.ts';

const describe = redisServerOrSkip();

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

type Client = Redis | Redis5;

/** A server of its own, as one that may do everything, and as a user with these rights. */
async function startWithUser(rights: readonly string[]): Promise<{ admin: Redis; clients: readonly Client[] }> {
  const port = await freePort();
  const server = await startRedis(port);
  ends.push(() => server.kill());
  const admin = new Redis(port);
  await admin.acl('SETUSER', 'limited', 'on', '>fits', ...rights);
  const login = { port, username: 'limited', password: 'fits' };
  const clients = [new Redis(login), new Redis5(login)];
  for (const client of [admin, ...clients]) {
    client.on('error', () => undefined);
    ends.push(() => client.disconnect());
  }
  return { admin, clients };
}

const keyPrefix = `refusals:${randomUUID()}:`;
const throttleStatus = { maximumAvailable: 1_000, currentlyAvailable: 900, restoreRate: 100 };

/** Some calls of two shops, one after the other. */
async function calls(limiter: RateLimiter): Promise<void> {
  for (const shop of ['acme.myshopify.com', 'bolt.myshopify.com', 'acme.myshopify.com', 'bolt.myshopify.com']) {
    const permit = await limiter.acquire({ ...scope, shop, cost: 10, priority: 'interactive' });
    permit.settle({ actualCost: 10, throttleStatus });
  }
}

function limiterOn(redis: Client): { limiter: RateLimiter; logger: ReturnType<typeof recordingLogger> } {
  const logger = recordingLogger();
  const limiter = redisLimiter({ redis, keyPrefix, logger, processes: 2, commandTimeoutMs: 5_000 });
  ends.push(() => limiter.close());
  return { limiter, logger };
}

const everything = ['~*', '&*', '+@all'];

describe('a Redis user without the rights that the limiter needs', () => {
  it.each([
    ['scripts', [...everything, '-eval', '-evalsha'], 'EVALSHA'],
    ['EVAL alone', [...everything, '-eval'], 'EVAL'],
    ['the clock', [...everything, '-time'], 'time'],
    ['keys', ['~other:*', '&*', '+@all'], 'keys'],
  ])('is told which, once and as an error that lasts: %s', async (_, rights, named) => {
    const { clients } = await startWithUser(rights);
    for (const client of clients) {
      const { limiter, logger } = limiterOn(client);
      await calls(limiter);
      await calls(limiter);
      expect(logger.lines).toHaveLength(1);
      expect(logger.lines[0]).toMatchObject({ level: 'error', message: expect.stringContaining(named) });
      expect(logger.lines[0]?.message).toMatch(/^The Redis of the limiter does not allow this user .* ACL SETUSER/);
      expect(logger.lines[0]?.message).not.toContain('gone');
      // It goes on with its share.
      expect(limiter.status(scope)).toMatchObject({ maximumAvailable: 500 });
    }
  });

  it('is told by a warning of the process where there is no logger', async () => {
    const { clients } = await startWithUser([...everything, '-evalsha']);
    const [redis] = clients;
    if (!redis) return;
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const limiter = redisLimiter({ redis, keyPrefix });
    ends.push(() => limiter.close());
    await calls(limiter);
    await calls(limiter);
    const warnings = warn.mock.calls.map(([text]) => String(text));
    warn.mockRestore();
    expect(warnings).toEqual([expect.stringContaining('EVALSHA')]);
  });

  it('is let in again once it has them', async () => {
    const { admin, clients } = await startWithUser([...everything, '-evalsha']);
    const clock = createManualClock();
    const logger = recordingLogger();
    const [redis] = clients;
    if (!redis) return;
    const limiter = redisLimiter({ redis, keyPrefix, logger, clock, processes: 2 });
    ends.push(() => limiter.close());
    await calls(limiter);
    await admin.acl('SETUSER', 'limited', '+evalsha');
    await clock.advance(31_000);
    await vi.waitFor(async () => {
      await calls(limiter);
      expect(limiter.status(scope)).toMatchObject({ maximumAvailable: 1_000 });
    });
    expect(logger.lines.map(({ level }) => level)).toEqual(['error', 'info']);
  });
});

describe('a damaged key', () => {
  const key = `${keyPrefix}{${scope.shop}:${scope.app}}`;

  it('of another program is told, once, and costs the other buckets nothing', async () => {
    const { admin, clients } = await startWithUser(everything);
    await admin.set(key, 'theirs');
    const [redis] = clients;
    if (!redis) return;
    const { limiter, logger } = limiterOn(redis);
    await calls(limiter);
    await calls(limiter);
    expect(logger.lines).toEqual([{ level: 'error', fields: scope, message: expect.stringContaining('WRONGTYPE') }]);
    expect(logger.lines[0]?.message).toContain(key);
    expect(await admin.get(key)).toBe('theirs');
    expect(limiter.status(scope)).toMatchObject({ maximumAvailable: 500 });
    expect(limiter.status({ ...scope, shop: 'bolt.myshopify.com' })).toMatchObject({ maximumAvailable: 1_000 });
  });

  it.each([
    ['a level that is no number', { level: 'nan' }],
    ['an endless level', { level: 'inf' }],
    ['text for numbers', { max: 'x', rate: 'y', reserved: 'z' }],
    ['a rate of 0', { rate: '0' }],
    ['a process that says nothing', { 'p:broken': 'x' }],
    ['a process with text for numbers', { 'p:broken': 'a b c d e f g h' }],
  ])('with %s is replaced, and that is told once', async (_, fields) => {
    const { admin, clients } = await startWithUser(everything);
    const sound = { format: 1, max: 1_000, rate: 100, level: 900, reserved: 0, inFlight: 0, spent: 0, confirmed: 1 };
    await admin.hset(key, { ...sound, blind: 0, trial: 0, at: 1, epoch: 1, seen: 0, ...fields });
    const [redis] = clients;
    if (!redis) return;
    const { limiter, logger } = limiterOn(redis);
    await calls(limiter);
    await calls(limiter);
    expect(logger.lines).toEqual([{ level: 'error', fields: scope, message: expect.stringContaining('damaged') }]);
    const permit = await limiter.acquire({ ...scope, cost: 40, priority: 'interactive' });
    expect(Number(await admin.hget(key, 'level'))).toBeLessThan(1_000);
    expect(await admin.hget(key, 'reserved')).toBe('40');
    permit.refund();
  });
});

it('a limiter of one process has nothing to share', () => {
  expect(tokenBucketLimiter().costs).toBeUndefined();
});
