import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createShopifyClient } from '../client/client.ts';
import { createDashboardHandler } from '../dashboard/dashboard.ts';
import { dashboardListener } from '../dashboard/node-listener.ts';
import { inProcessQueue } from '../queue/in-process/in-process-queue.ts';
import { memoryStores } from '../storage/memory.ts';
import { createProductSync } from '../sync/product-sync.ts';
import { createProductQueue } from '../sync/runs/product-queue.ts';
import { createFakeShopify } from '../testing/fake/fake-shopify.ts';
import type { ProductDraftInput } from '../validation/product-draft.ts';
import type { ExitCode, Terminal } from './fake-command.ts';

const shop = 'demo.myshopify.com';

const accessToken = 'shpat_demo';

const products = 400;

/** Milliseconds between two runs. */
const pauseMs = 15_000;

/** A product in one edition of the catalogue. One of 40 is invalid. */
function draftOf(localId: string, edition: number): ProductDraftInput {
  const number = Number(localId.slice('shirt-'.length));
  const isChanged = edition > 0 && number % 4 === edition % 4;
  const title = `Linen shirt ${number}${isChanged ? `, edition ${edition}` : ''}`;
  return {
    localId,
    title: number % 40 === 7 ? title.repeat(30) : title,
    vendor: 'Demo',
    variants: ['S', 'M', 'L'].map((size) => ({
      sku: `SHIRT-${number}-${size}`,
      price: `${20 + (number % 30)}.90`,
      options: { Size: size },
    })),
  };
}

/**
 * `shopwright demo --dashboard`: a service that pushes a catalogue again and again, and its dashboard, until stopped.
 */
export async function showDashboard(terminal: Terminal): Promise<ExitCode> {
  const bucket = { maximumAvailable: 1_000, restoreRate: 200 };
  await using fake = createFakeShopify({
    shops: [{ domain: shop, bucket, tokens: { [accessToken]: 'app' } }],
    latencyMs: 40,
    faults: { rate: 0.01, kinds: ['status-502', 'throttled'] },
    recordVariables: false,
  });
  const client = createShopifyClient({ shop, accessToken, fetch: fake.fetch, isolated: true });
  await using stores = memoryStores();
  await using queue = inProcessQueue();
  const sync = createProductSync({ client, stores, health: { queue } });
  let edition = 0;
  const source = async (localId: string): Promise<ProductDraftInput> => draftOf(localId, edition);
  const { runs } = createProductQueue({ sync, queue, stores, shop, source, runs: { batchSize: 25 } });
  queue.process('send-report', () => Promise.reject(new Error('the demo has nobody to send it to')));
  const dashboard = createDashboardHandler({
    sync,
    queue,
    runs,
    source,
    title: 'demo',
    // The server listens on this machine only. The host check blocks pages that reach it under another name.
    authorize: ({ url }) => (new URL(url).hostname === '127.0.0.1' ? 'act' : false),
  });
  const server = createServer(dashboardListener(dashboard));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  terminal.out(
    `The dashboard of a demo service, on a fake Shopify: http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
  );
  terminal.out('It pushes a catalogue again and again. Stop it with Ctrl-C.');
  try {
    await queue.enqueue({ type: 'send-report', payload: {}, retryDelaysMs: [] });
    for (; !terminal.stop.aborted; edition += 1) {
      const localIds = Array.from({ length: products }, (_, number) => `shirt-${number}`);
      const { id } = await runs.start(localIds, { id: `edition-${edition}`, bulkFrom: Number.POSITIVE_INFINITY });
      for await (const run of runs.watch(id, { signal: terminal.stop })) if (run.state === 'cancelled') break;
      await sleep(pauseMs, undefined, { signal: terminal.stop });
    }
  } catch (error) {
    if (!terminal.stop.aborted) throw error;
  } finally {
    dashboard.close();
    server.close();
    server.closeAllConnections();
    await queue.close({ graceMs: 0 });
  }
  return 0;
}
