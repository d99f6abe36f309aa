// A server as a host would write it: node:http, memory store, in-process queue. Sends its parent the port, and at the
// end what it handled.
import { createServer } from 'node:http';
import { memoryStores } from 'shopwright';
import { shopifyWebhooks } from 'shopwright/express';
import { inProcessQueue } from 'shopwright/queue';
import { createWebhookHandler } from 'shopwright/webhooks';

const handled = new Map<string, number>();
const queue = inProcessQueue({ concurrency: 32 });
const handler = createWebhookHandler({
  secrets: process.argv[2] ?? '',
  store: memoryStores().keyValue,
  queue,
  on: {
    'products/update': ({ idempotencyKey }) => void handled.set(idempotencyKey, (handled.get(idempotencyKey) ?? 0) + 1),
  },
});
const listener = shopifyWebhooks(handler);
// `bare`: reads the body and responds, which is what node:http itself costs.
const isBare = process.argv[3] === 'bare';
const server = createServer((request, response) => {
  if (isBare) request.resume().on('end', () => response.end());
  else listener(request, response, () => response.writeHead(500).end());
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));

process.once('message', async () => {
  const cpu = process.cpuUsage();
  await queue.drain();
  process.send?.({ handled: handled.size, twice: [...handled.values()].filter((times) => times > 1).length, cpu });
  process.exit();
});
