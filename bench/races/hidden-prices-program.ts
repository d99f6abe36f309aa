/** One of several processes whose operations have hidden prices. Started by `hidden-prices.ts`; begins on a message. */
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Redis } from 'ioredis';
import type { ProcessReport } from './process-program.ts';
import { longestMs, race } from './race.ts';

/** The work of the process. */
export interface HiddenPricesSetup {
  /** The build of shopwright to use. */
  readonly folder: string;
  readonly origin: string;
  /** Without it, each process has its own bucket. */
  readonly redisPort: number | undefined;
  readonly concurrency: number;
  readonly longestMs: number;
  /** Numbers of the operations to send, in order. */
  readonly operations: readonly number[];
}

const setup: HiddenPricesSetup = JSON.parse(process.argv[2] ?? '{}');
const load = (file: string) => import(pathToFileURL(join(setup.folder, 'dist', file)).href);
const { createShopifyClient, isShopwrightError }: typeof import('shopwright') = await load('index.js');
const limiter = setup.redisPort === undefined ? undefined : await sharedLimiter(setup.redisPort);
const client = createShopifyClient({
  shop: 'demo.myshopify.com',
  accessToken: 'shpat_fake',
  origin: setup.origin,
  isolated: true,
  ...(limiter && { limiter }),
});
const signal = AbortSignal.timeout(setup.longestMs);

process.on('disconnect', () => process.exit());
process.send?.('ready');
await once(process, 'message');
const { outcomes } = await race(
  setup.operations.map((operation) => () => client.graphql(`query Op${operation} { shop { name } }`, {}, { signal })),
  setup.concurrency,
);
const failures = outcomes.flatMap(({ error }) =>
  error === undefined ? [] : [isShopwrightError(error) ? error.code : String(error)],
);
process.send?.({ longestMs: longestMs(outcomes), failures } satisfies ProcessReport);

async function sharedLimiter(port: number) {
  const { redisLimiter }: typeof import('shopwright/limiter/redis') = await load('limiter/redis.js');
  const redis = new Redis({ host: '127.0.0.1', port, commandTimeout: 1_000 });
  // It reports each failed connection; the limiter sees the failed command.
  redis.on('error', () => {});
  return redisLimiter({ redis });
}
