// A server like a host's: node:http, memory store, in-process queue. Sends its port to its parent, and at the end what
// it has handled.
//
// node server-program.ts <secret> <folder of a build of shopwright, or "bare">
import { createServer } from 'node:http';
import { join } from 'node:path';

const [secret = '', build = 'bare'] = process.argv.slice(2);
const handled = new Map<string, number>();

/** `bare`: only reads the body and responds, which is the cost of node:http itself. */
async function listenerOf(folder: string) {
  const load = (entry: string) => import(join(folder, 'dist', entry));
  const { memoryStores }: typeof import('shopwright') = await load('index.js');
  const { shopifyWebhooks }: typeof import('shopwright/express') = await load('express.js');
  const { inProcessQueue }: typeof import('shopwright/queue') = await load('queue.js');
  const { createWebhookHandler }: typeof import('shopwright/webhooks') = await load('webhooks.js');
  const queue = inProcessQueue({ concurrency: 32 });
  const handler = createWebhookHandler({
    secrets: secret,
    store: memoryStores().keyValue,
    queue,
    on: {
      'products/update': ({ idempotencyKey }) =>
        void handled.set(idempotencyKey, (handled.get(idempotencyKey) ?? 0) + 1),
    },
  });
  return { listener: shopifyWebhooks(handler), queue };
}

const service = build === 'bare' ? undefined : await listenerOf(build);
const server = createServer((request, response) => {
  if (service) service.listener(request, response, () => response.writeHead(500).end());
  else request.resume().on('end', () => response.end());
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));

process.once('message', async () => {
  const cpu = process.cpuUsage();
  await service?.queue.drain();
  process.send?.({ handled: handled.size, twice: [...handled.values()].filter((times) => times > 1).length, cpu });
  process.exit();
});
