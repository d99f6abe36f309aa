/**
 * One of several processes on one bucket. Started by `processes.ts`; reports when it is ready, and begins on a message.
 */
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { redisLimiter } from 'shopwright/limiter/redis';
import { type ContestantName, createContestant, nameOfError } from './contestants.ts';
import { type MixOptions, mixOf } from './operations.ts';
import { longestMs, race } from './race.ts';

/** The work of the process. */
export interface ProcessSetup {
  readonly contestant: ContestantName;
  readonly origin: string;
  readonly redisPort: number;
  readonly concurrency: number;
  readonly longestMs: number;
  readonly mix: MixOptions;
  /** Its share of the operations: each `of`-th one. */
  readonly part: { readonly index: number; readonly of: number };
}

/** The result. */
export interface ProcessReport {
  readonly longestMs: number;
  readonly failures: readonly string[];
}

const setup: ProcessSetup = JSON.parse(process.argv[2] ?? '{}');
const { origin, part } = setup;
const signal = AbortSignal.timeout(setup.longestMs);
const client = await createContestant(setup.contestant, {
  origin,
  signal,
  ...(setup.contestant === 'shopwright' && { limiter: sharedLimiter() }),
});
const operations = mixOf(setup.mix).filter((_, index) => index % part.of === part.index);

process.on('disconnect', () => process.exit());
process.send?.('ready');
await once(process, 'message');
const { outcomes } = await race(
  operations.map((operation) => () => client.graphql(operation)),
  setup.concurrency,
);
const failures = outcomes.flatMap(({ error }) => (error === undefined ? [] : [nameOfError(error)]));
process.send?.({ longestMs: longestMs(outcomes), failures } satisfies ProcessReport);

function sharedLimiter() {
  const redis = new Redis({ host: '127.0.0.1', port: setup.redisPort, commandTimeout: 1_000 });
  // It reports each failed connection; the limiter sees the failed command.
  redis.on('error', () => {});
  return redisLimiter({ redis });
}
