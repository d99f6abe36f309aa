import { access } from 'node:fs/promises';
import { createShopifyClient } from '../client/client.ts';
import type { Stores } from '../ports/stores.ts';
import { sqliteStores } from '../storage/sqlite.ts';
import type { FailureAnalysis, HealthOptions, SyncHealth } from '../sync/health.ts';
import { createProductSync } from '../sync/product-sync.ts';
import { loadApp } from './app-module.ts';
import { readArguments, wrong } from './arguments.ts';
import type { ExitCode, Terminal } from './fake-command.ts';

const healthHelp = `shopwright health: report the health of a shop's product sync

Usage: shopwright health --shop SHOP [--db FILE | --app FILE] [options]

Reads the records of the shop, and the queue if there is one. Makes no calls to Shopify, so the circuit breaker, points
and API success rate of your service are not included: use sync.health() for those.

Options:
  --shop SHOP  Domain of the shop, such as acme.myshopify.com
  --db FILE    SQLite file of records and journal (default shopwright.db)
  --app FILE   Module that exports \`app\`: { stores, health }, with the option \`health\` of createProductSync
  --json       Print JSON for machines
  -h, --help   Show this help

Exit codes: 0 healthy, 2 degraded, 1 critical or an error.`;

/** What a host's module exports for this command. */
interface AppModule {
  readonly stores?: Stores;
  readonly health?: HealthOptions;
}

/** `shopwright health`: the statistics of `sync.health()` that are in the stores. */
export async function runHealth(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const values = readOptions(args);
  if (values.help) {
    terminal.out(healthHelp);
    return 0;
  }
  if (!values.shop) throw wrong('--shop', "is missing. Pass the shop's domain, such as acme.myshopify.com.");
  if (values.app !== undefined && values.db !== undefined)
    throw wrong('--db', 'cannot be combined with --app. Pass one of them.');
  const app: AppModule = values.app === undefined ? {} : await loadApp(values.app);
  if (values.app !== undefined && !app.stores) {
    throw wrong('--app', `is ${values.app}, whose \`app\` has no \`stores\`.`);
  }
  // Stores from a module are closed by that module.
  const own = app.stores ? undefined : await openFile(values.db ?? 'shopwright.db');
  try {
    const stores = app.stores ?? own;
    if (!stores) return 1;
    // The client makes no calls.
    const client = createShopifyClient({ shop: values.shop, accessToken: 'none', isolated: true });
    const sync = createProductSync({ client, stores, ...(app.health && { health: app.health }) });
    const health = await sync.health({ maxAgeMs: 0 });
    const analysis = await sync.failureAnalysis();
    if (values.json)
      terminal.out(JSON.stringify({ shop: client.shop, ...figuresOf(health), failures: analysis }, null, 2));
    else print(client.shop, health, analysis, terminal);
    return health.status === 'healthy' ? 0 : health.status === 'degraded' ? 2 : 1;
  } finally {
    await own?.close();
  }
}

/** Fails if the file does not exist: opening it would create it, and report a shop without products. */
async function openFile(path: string): Promise<Stores> {
  await access(path).catch(() => {
    throw wrong('--db', `is ${path}, which does not exist. Use the file of "shopwright apply" or of your service.`);
  });
  return sqliteStores({ path, migrate: 'manual' });
}

/** Omits figures that only the service's process knows. */
function figuresOf({ api: _api, breaker: _breaker, limiter: _limiter, queue, ...figures }: SyncHealth) {
  return { ...figures, ...(queue && { queue }) };
}

function print(shop: string, health: SyncHealth, { patterns }: FailureAnalysis, terminal: Terminal): void {
  terminal.out(`${shop}: ${health.status}`);
  for (const reason of health.reasons) terminal.out(`  ${reason}`);
  const { total, failed, recent, stale, successRate, queue } = health;
  terminal.out(
    `${total} products: ${failed} failed, ${recent} pushed in the last hour, ${stale} stale; ${successRate} % in order`,
  );
  if (queue) terminal.out(`Queue: ${queue.waiting} waiting, ${queue.active} active, ${queue.dead} dead`);
  for (const { code, pattern, count } of patterns.slice(0, 10))
    terminal.out(`${String(count).padStart(6)}  ${code}: ${pattern}`);
  for (const recommendation of health.recommendations) terminal.out(`→ ${recommendation}`);
}

function readOptions(args: readonly string[]) {
  const { values } = readArguments('health', args, {
    options: {
      shop: { type: 'string' },
      db: { type: 'string' },
      app: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return values;
}
