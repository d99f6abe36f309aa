// @ts-nocheck
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import type { JobQueue } from 'shopwright/queue';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { describeJobQueue } from 'shopwright/testing';
import { describe, expect, it } from 'vitest';
import { redisOrSkip } from '../../services.ts';

const { url, describe: describeWithRedis } = await redisOrSkip(6);

const clients = { 'bullmqQueue on ioredis 6': () => new Redis(url), 'bullmqQueue on ioredis 5': () => new Redis5(url) };

describeWithRedis('on Redis', () => {
  for (const [name, connect] of Object.entries(clients)) {
    describeJobQueue(
      name,
      (terms) => {
        const connection = connect();
        const prefix = `{${randomUUID()}}`;
        const open = (): JobQueue => bullmqQueue({ ...terms, connection, prefix });
        return {
          queue: open(),
          another: open,
          advance: (ms) => setTimeout(ms),
          dispose: async () => connection.disconnect(),
        };
      },
      { describe, it, expect },
      { shared: true },
    );
  }
});
