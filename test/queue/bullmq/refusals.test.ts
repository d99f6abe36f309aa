import { randomUUID } from 'node:crypto';
import { Cluster, Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { QueueError } from 'shopwright';
import type { JobQueue } from 'shopwright/queue';
import { type BullmqQueueOptions, bullmqQueue } from 'shopwright/queue/bullmq';
import { afterEach, expect, it } from 'vitest';
import { freePort, startRedis } from '../../redis-server.ts';
import { redisServerOrSkip } from '../../services.ts';
import { recordingLogger } from '../../webhooks/recording-logger.ts';

const describe = redisServerOrSkip();

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** A server with a password, and a user that may do everything but scripts. */
async function startGuarded(): Promise<number> {
  const port = await freePort();
  const server = await startRedis(port);
  cleanUp.push(() => server.kill());
  const admin = new Redis(port);
  await admin.acl('SETUSER', 'reader', 'on', '>fits', '~*', '&*', '+@all', '-eval', '-evalsha');
  await admin.config('SET', 'requirepass', 'secret');
  admin.disconnect();
  return port;
}

interface Login {
  readonly username?: string;
  readonly password?: string;
}

const clients = {
  'ioredis 6': (port: number, login: Login) => new Redis({ port, ...login }),
  'ioredis 5': (port: number, login: Login) => new Redis5({ port, lazyConnect: true, ...login }),
};

describe('a BullMQ queue that Redis refuses', () => {
  function open(options: BullmqQueueOptions): JobQueue {
    const queue = bullmqQueue({ prefix: `{${randomUUID()}}`, ...options });
    cleanUp.push(() => queue.close({ graceMs: 0 }));
    return queue;
  }
  const errorOf = (queue: JobQueue): Promise<unknown> =>
    queue.enqueue({ type: 'work', payload: 1 }).catch((reason: unknown) => reason);

  /** The error of a queue that is not let in, and has heard so. */
  async function errorOutside(connection: BullmqQueueOptions['connection']): Promise<unknown> {
    const { promise: isRefused, resolve } = Promise.withResolvers<void>();
    const logger = { ...recordingLogger(), error: () => resolve() };
    const queue = open({ connection, commandTimeoutMs: 300, logger });
    await isRefused;
    return errorOf(queue);
  }

  it('names the command that its user may not call', async () => {
    const port = await startGuarded();
    const admin = new Redis({ port, password: 'secret' });
    await admin.acl('SETUSER', 'blind', 'on', '>fits', '~*', '&*', '+@all', '-info');
    const connection = new Redis({ port, username: 'blind', password: 'fits', enableReadyCheck: false });
    connection.on('error', () => undefined);
    cleanUp.push(() => {
      for (const one of [admin, connection]) one.disconnect();
    });
    const error = await errorOf(open({ connection }));
    expect(error).toMatchObject({ isRetryable: false, message: expect.stringContaining('to run INFO') });
  });

  for (const [name, connect] of Object.entries(clients)) {
    it.each([
      ['without a password', {}, 'Give the client its `password`'],
      ['with a wrong password', { password: 'guess' }, 'Check `username` and `password`'],
    ])(`says that a retry is of no use: %s (${name})`, async (_, login, fix) => {
      const connection = connect(await startGuarded(), login);
      connection.on('error', () => undefined);
      cleanUp.push(() => connection.disconnect());
      const error = await errorOutside(connection);
      expect(error).toBeInstanceOf(QueueError);
      expect(error).toMatchObject({ isRetryable: false, message: expect.stringContaining(fix) });
      expect(String(error)).not.toContain('secret');
    });

    it(`says that another try is of no use: as a user that may not do it (${name})`, async () => {
      const connection = connect(await startGuarded(), { username: 'reader', password: 'fits' });
      cleanUp.push(() => connection.disconnect());
      const error = await errorOf(open({ connection }));
      expect(error).toMatchObject({ isRetryable: false, message: expect.stringContaining('does not allow this user') });
    });
  }

  it('says so of the nodes of a cluster too', async () => {
    const nodes = [{ host: '127.0.0.1', port: await startGuarded() }];
    const connection = new Cluster(nodes, { lazyConnect: true, redisOptions: { password: 'guess' } });
    cleanUp.push(() => connection.disconnect());
    const error = await errorOutside(connection);
    expect(error).toMatchObject({ isRetryable: false, message: expect.stringContaining('Check `username`') });
  });

  it('is worth another try where it has no memory left', async () => {
    const port = await freePort();
    const server = await startRedis(port, ['--maxmemory', '1', '--maxmemory-policy', 'noeviction']);
    cleanUp.push(() => server.kill());
    const connection = new Redis(port, { lazyConnect: true });
    cleanUp.push(() => connection.disconnect());
    const error = await errorOf(open({ connection }));
    expect(error).toMatchObject({ isRetryable: true, message: expect.stringContaining('maxmemory') });
  });
});
