/**
 * Reads a catalogue, groups its rows into products, validates them and pushes what has changed: to a fake Shopify in
 * this process, to one in another process, or to a real shop.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createShopifyClient, isShopwrightError } from 'shopwright';
import { sqliteStores } from 'shopwright/storage/sqlite';
import { createProductSync, groupVariants, parseRows } from 'shopwright/sync';
import type { ProductDraftInput } from 'shopwright/validation';
import { catalogueMapping } from '../catalogue/mapping.ts';
import { readArguments } from './arguments.ts';
import { createProgress } from './progress.ts';
import { createCallCounter, printSummary } from './report.ts';
import { openTarget, type Target } from './target.ts';
import { showWebhook } from './webhook-round-trip.ts';

const options = readArguments();

async function main(): Promise<number> {
  const { products, rejected } = readCatalogue(options.catalogue);
  const target = await openTarget(options);
  const stores = sqliteStores({ path: join(target.folder, 'sync.db') });
  const stop = abortOnInterrupt();
  try {
    return await pushAll(target, stores, products, rejected, stop);
  } finally {
    await stores.close();
    await target.close();
  }
}

async function pushAll(
  target: Target,
  stores: ReturnType<typeof sqliteStores>,
  products: readonly ProductDraftInput[],
  rejected: readonly { readonly index: number; readonly reason: string }[],
  signal: AbortSignal,
): Promise<number> {
  const { shop, accessToken, origin, apiVersion } = target;
  const counter = createCallCounter();
  const client = createShopifyClient({
    shop,
    accessToken,
    telemetry: counter.listener,
    ...(origin !== undefined && { origin }),
    ...(apiVersion !== undefined && { apiVersion }),
  });
  const sync = createProductSync({ client, stores, publishTo: options.publishTo, concurrency: options.concurrency });

  const { data } = await client.graphql<{ shop: { name: string }; productsCount: { count: number } }>(
    'query DemoStart { shop { name } productsCount { count } }',
    {},
    { signal, priority: 'background' },
  );
  console.log(
    `${products.length} products in the catalogue, ${data.productsCount.count} in the shop "${data.shop.name}"`,
  );
  for (const { index, reason } of rejected) console.log(`  row ${index + 1} is left out: ${reason}`);
  const { records } = await sync.health({ maxAgeMs: 0 });
  if (records.synced > data.productsCount.count) {
    console.log(
      `Warning: ${records.synced} products count as pushed, but the shop holds fewer. Run with --fresh to push all again.`,
    );
  }

  const progress = createProgress(() => client.status().limiter);
  const summary = await sync.pushMany(products, { signal, dryRun: options.dryRun, onProgress: progress.show });
  progress.end();
  const health = await sync.health({ maxAgeMs: 0 });
  printSummary(summary, counter.totals, client.status().limiter, health);
  if (target.fake && !options.dryRun && summary.stoppedBy === undefined) await showWebhook(target.fake, sync);
  return summary.counts.failed > 0 || summary.stoppedBy !== undefined ? 1 : 0;
}

function readCatalogue(file: string): {
  products: readonly ProductDraftInput[];
  rejected: readonly { index: number; reason: string }[];
} {
  const rows = parseRows(readFileSync(file, 'utf8'), { name: file });
  const grouped = groupVariants(rows.rows, catalogueMapping);
  return { products: grouped.products, rejected: [...rows.rejected, ...grouped.rejected] };
}

/** The first Ctrl-C stops the run cleanly; a second one ends the process at once. */
function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    console.log('\nStopping: pushes in flight are abandoned, and the next run finishes the rest.');
    controller.abort(new Error('interrupted'));
  });
  return controller.signal;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(isShopwrightError(error) ? `${error.name}: ${error.message}` : error);
    process.exitCode = 1;
  },
);
