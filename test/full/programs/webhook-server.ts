// A server with a webhook handler that kills itself at a given point. Each effect is a file named by its idempotency
// key, like a unique column in a database. Prints a line for each step. SIGTERM ends it when nothing is left to do.
//
// node webhook-server.ts <folder> <port> <point or none> <memory or the URL of a Redis>
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';
import { Redis } from 'ioredis';
import { shopifyWebhooks } from 'shopwright/express';
import { inProcessQueue } from 'shopwright/queue';
import { bullmqQueue } from 'shopwright/queue/bullmq';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createWebhookHandler } from 'shopwright/webhooks';

const [folder = '.', port = '0', point = 'none', redisUrl = 'memory'] = process.argv.slice(2);

function dieAt(here: string): void {
  if (here === point) process.kill(process.pid, 'SIGKILL');
}

const { keyValue: store } = sqliteStores({ path: join(folder, 'store.sqlite') });
const queue =
  redisUrl === 'memory'
    ? inProcessQueue()
    : bullmqQueue({ connection: new Redis(redisUrl), name: basename(folder), lockDurationMs: 2_000 });

const handler = createWebhookHandler({
  secrets: 'shpss_fake',
  store,
  queue: {
    ...queue,
    async enqueue(job) {
      dieAt('between claim and enqueue');
      const added = await queue.enqueue(job);
      dieAt('between enqueue and answer');
      return added;
    },
  },
  on: {
    'orders/create': ({ idempotencyKey }) => {
      dieAt('before the effect');
      try {
        writeFileSync(join(folder, `effect-${idempotencyKey}`), '', { flag: 'wx' });
        console.log('effect');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        console.log('asked for again');
      }
      dieAt('after the effect');
    },
  },
  onEvent: ({ type }) => console.log(`event ${type}`),
});

const listener = shopifyWebhooks(handler);
const server = createServer((request, response) => {
  listener(request, response, () => response.writeHead(500).end());
});
server.listen(Number(port), '127.0.0.1', () => console.log('listening'));

process.once('SIGTERM', async () => {
  await queue.drain();
  process.exit(0);
});
