import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { createShopifyClient, kyTransport, type ShopifyClient, type Transport } from 'shopwright';
import { undiciTransport } from 'shopwright/transport/undici';
import { expect, it, onTestFinished } from 'vitest';

/** Longer than a busy machine takes between a send and the blocking. */
const timeoutMs = 1_200;

/** Positions in the shared memory: requests received, permission to respond, responses written. */
const [came, mayRespond, written, count] = [0, 1, 2, 3];

/** A shop in its own thread, since this one is about to be blocked. */
const shopProgram = `
  const { createServer } = require('node:http');
  const { gzipSync } = require('node:zlib');
  const { parentPort, workerData } = require('node:worker_threads');
  const state = new Int32Array(workerData.memory);
  const body = JSON.stringify({ data: { shop: { name: 'acme', note: 'x'.repeat(workerData.size) } } });
  const server = createServer((request, response) => request.resume().on('end', () => {
    Atomics.add(state, ${came}, 1);
    parentPort.postMessage('request');
    Atomics.wait(state, ${mayRespond}, Atomics.load(state, ${came}) - 1, 5_000);
    const isZipped = workerData.size > 0;
    response.writeHead(200, { 'content-type': 'application/json', ...(isZipped && { 'content-encoding': 'gzip' }) });
    response.end(isZipped ? gzipSync(body) : body, () => {
      Atomics.add(state, ${written}, 1);
      Atomics.notify(state, ${written});
    });
  }));
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

interface SlowThread {
  readonly shop: ShopifyClient;
  readonly requests: () => number;
}

/** A client whose thread is blocked after each send, until the response is in the socket and its time is up. */
async function heldUpClient(transport: Transport, size: number, phase: 'check' | 'poll'): Promise<SlowThread> {
  const memory = new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT);
  const state = new Int32Array(memory);
  const thread = new Worker(shopProgram, { eval: true, workerData: { memory, size } });
  onTestFinished(async () => {
    await transport.close?.();
    await thread.terminate();
  });
  const port = await new Promise<unknown>((resolve) => thread.once('message', resolve));
  const holdUp = (): void => {
    const before = Atomics.load(state, written);
    const untilMs = performance.now() + 2 * timeoutMs;
    Atomics.add(state, mayRespond, 1);
    Atomics.notify(state, mayRespond);
    Atomics.wait(state, written, before, 5_000);
    while (performance.now() < untilMs);
  };
  thread.on('message', () => {
    if (phase === 'check') setImmediate(holdUp);
    else holdUp();
  });
  const shop = createShopifyClient({
    ...{ shop: 'acme', accessToken: 'shpat_held_up', origin: `http://127.0.0.1:${port}`, isolated: true },
    ...{ transport, timeoutMs, retry: { baseDelayMs: 1 } },
  });
  // Late loading and the first connection take their own time.
  await shop.graphql('{ shop { name } }', {}, { timeoutMs: 10_000 });
  return { shop, requests: () => Atomics.load(state, came) };
}

it.each([
  ['ky', 'check', kyTransport, 0],
  ['ky, compressed,', 'poll', kyTransport, 500_000],
  ['undici, compressed,', 'check', undiciTransport, 500_000],
] as const)(
  'reads a response that came in time while the %s process was held up (%s)',
  async (_name, phase, create, size) => {
    const { shop, requests } = await heldUpClient(create(), size, phase);
    const calls = [
      '{ shop { name } }',
      'mutation { productCreate(product: {}) { product { id } } }',
      'mutation { inventoryActivate(inventoryItemId: "a", locationId: "b") { inventoryLevel { id } } }',
      'mutation { productSet(identifier: { handle: "tee" }, input: {}) { product { id } } }',
    ];
    for (const call of calls) {
      const { attempts, data } = await shop.graphql(call);
      expect(data).toMatchObject({ shop: { name: 'acme' } });
      expect(attempts).toBe(1);
      await nextTurn();
    }
    expect(requests()).toBe(calls.length + 1);
  },
);
