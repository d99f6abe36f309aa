import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { type RedisClient, redisStores } from 'shopwright/storage/redis';
import { afterEach, expect, it } from 'vitest';
import { redisOrSkip } from '../../services.ts';

const { url, describe } = await redisOrSkip(4);
const secret = 'hunter2-sw0rdfish';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** All that a log can show of what a promise rejects with. */
async function printed(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => 'it did not fail',
    (reason: unknown) => reason,
  );
  return inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true });
}

const versions = [
  ['ioredis 6', Redis],
  ['ioredis 5', Redis5 as unknown as typeof Redis],
] as const;

for (const [name, Client] of versions) {
  describe(`an error of ${name}`, () => {
    function connect(options: { username?: string; password?: string } = {}): Redis {
      const redis = new Client(url, options);
      redis.on('error', () => undefined);
      ends.push(() => redis.disconnect());
      return redis;
    }

    it('shows no password that the server did not take', async () => {
      const redis = connect({ username: `nobody-${randomUUID()}`, password: secret });
      const shown = await printed(redisStores({ redis, keyPrefix: 'test:' }).keyValue.get('a'));
      expect(shown).toContain('rejects the password');
      expect(shown).toContain('WRONGPASS');
      expect(shown).not.toContain(secret);
    });

    it('shows no value that could not be written', async () => {
      const redis = connect();
      const keyPrefix = `test:${randomUUID()}:`;
      await redis.set(`${keyPrefix}l{:a}`, 'no lock of this package');
      const shown = await printed(redisStores({ redis, keyPrefix }).keyValue.set('a', secret, { fence: 1 }));
      expect(shown).toContain('has a key of another program');
      expect(shown).toContain('WRONGTYPE');
      expect(shown).not.toContain(secret);
      await redis.del(`${keyPrefix}l{:a}`);
    });

    it('shows no payload that could not be queued', async () => {
      const connection = connect();
      const prefix = `{${randomUUID()}}`;
      await connection.set(`${prefix}:jobs:meta`, 'no queue of BullMQ');
      const queue = bullmqQueue({ connection, prefix, name: 'jobs' });
      ends.push(() => queue.close());
      const shown = await printed(queue.enqueue({ type: 'work', payload: { secret } }));
      expect(shown).toContain('WRONGTYPE');
      expect(shown).not.toContain(secret);
      await connection.del(`${prefix}:jobs:meta`);
    });
  });
}

describe('an error about a command that the server does not know', () => {
  it('shows none of its arguments', async () => {
    const answer = `ERR unknown command 'evalsha', with args beginning with: 'abc' '3' '${secret}' `;
    const refuse = (): Promise<never> => Promise.reject(Object.assign(new Error(answer), { name: 'ReplyError' }));
    const redis: RedisClient = { evalsha: refuse, eval: refuse, scan: refuse };
    const shown = await printed(redisStores({ redis }).keyValue.set('a', secret));
    expect(shown).toContain("unknown command 'evalsha'.");
    expect(shown).not.toContain(secret);
  });
});
